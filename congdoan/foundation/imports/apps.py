from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "congdoan.foundation.imports"
    label = "imports"
