from django.apps import AppConfig


class SuccessionConfig(AppConfig):
    name = "congdoan.foundation.succession"
    label = "succession"
