from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "congdoan.faces.office"
    label = "office"
