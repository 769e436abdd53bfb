from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "congdoan.foundation.accounts"
    label = "accounts"
