from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "congdoan.foundation.files"
    label = "files"
