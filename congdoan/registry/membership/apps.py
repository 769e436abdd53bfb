from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "congdoan.registry.membership"
    label = "membership"
