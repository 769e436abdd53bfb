from django.apps import AppConfig


class ListingConfig(AppConfig):
    name = "congdoan.foundation.listing"
    label = "listing"
