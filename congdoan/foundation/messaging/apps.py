from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "congdoan.foundation.messaging"
    label = "messaging"
