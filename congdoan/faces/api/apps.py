from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "congdoan.faces.api"
    label = "api"
