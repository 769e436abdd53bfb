from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "congdoan.foundation.units"
    label = "units"
