from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "congdoan.foundation.tokens"
    label = "tokens"
