from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "congdoan.registry.fieldwork"
    label = "fieldwork"
