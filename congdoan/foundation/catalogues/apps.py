from django.apps import AppConfig


class CataloguesConfig(AppConfig):
    name = "congdoan.foundation.catalogues"
    label = "catalogues"
