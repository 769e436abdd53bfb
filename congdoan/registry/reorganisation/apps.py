from django.apps import AppConfig


class ReorganisationConfig(AppConfig):
    name = "congdoan.registry.reorganisation"
    label = "reorganisation"
