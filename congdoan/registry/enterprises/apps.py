from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "congdoan.registry.enterprises"
    label = "enterprises"
