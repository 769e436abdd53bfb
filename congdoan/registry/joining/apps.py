from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "congdoan.registry.joining"
    label = "joining"
