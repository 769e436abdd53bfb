from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "congdoan.work.briefings"
    label = "briefings"
