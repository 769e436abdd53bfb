from django.apps import AppConfig


class SelfServiceConfig(AppConfig):
    name = "congdoan.registry.selfservice"
    label = "selfservice"
