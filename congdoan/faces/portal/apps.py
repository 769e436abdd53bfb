from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "congdoan.faces.portal"
    label = "portal"
