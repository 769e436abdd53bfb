from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "congdoan.kit"
    label = "kit"
    verbose_name = "Bộ đồ nghề"
