from django.apps import AppConfig


class ProceedingsConfig(AppConfig):
    name = "congdoan.registry.proceedings"
    label = "proceedings"
