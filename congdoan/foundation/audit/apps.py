from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "congdoan.foundation.audit"
    label = "audit"
