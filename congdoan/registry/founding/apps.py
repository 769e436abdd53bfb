from django.apps import AppConfig


class FoundingConfig(AppConfig):
    name = "congdoan.registry.founding"
    label = "founding"
