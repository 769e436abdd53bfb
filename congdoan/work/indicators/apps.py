from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "congdoan.work.indicators"
    label = "indicators"
