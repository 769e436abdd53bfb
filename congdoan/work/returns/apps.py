from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "congdoan.work.returns"
    label = "returns"
