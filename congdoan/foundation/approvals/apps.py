from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "congdoan.foundation.approvals"
    label = "approvals"
