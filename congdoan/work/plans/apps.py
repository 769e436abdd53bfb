from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "congdoan.work.plans"
    label = "plans"

    def ready(self) -> None:
        from congdoan.work.plans import rules  # noqa: F401  declares the capabilities of the room
