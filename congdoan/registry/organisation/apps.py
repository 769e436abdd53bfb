from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "congdoan.registry.organisation"
    label = "organisation"
