from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "congdoan.work.plans"
    label = "plans"
