from django.apps import AppConfig


class CommitteesConfig(AppConfig):
    name = "congdoan.registry.committees"
    label = "committees"
