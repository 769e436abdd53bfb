from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "congdoan.registry.cards"
    label = "cards"
