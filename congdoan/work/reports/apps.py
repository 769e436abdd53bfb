from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "congdoan.work.reports"
    label = "reports"
