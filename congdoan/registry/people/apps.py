from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "congdoan.registry.people"
    label = "people"
