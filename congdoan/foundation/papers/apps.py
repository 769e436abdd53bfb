from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "congdoan.foundation.papers"
    label = "papers"
