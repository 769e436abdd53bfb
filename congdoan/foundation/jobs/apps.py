from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "congdoan.foundation.jobs"
    label = "jobs"
