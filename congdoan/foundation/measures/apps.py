from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "congdoan.foundation.measures"
    label = "measures"
