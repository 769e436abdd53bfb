"""Doors of cases."""

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.registry.proceedings import views

app_name = "proceedings"
urlpatterns = [
    path("", list_view("proceedings.proceedings", extra=views.list_buttons), name="list"),
    path("mo/", views.new, name="new"),
    path("<int:pk>/", views.proceeding, name="proceeding"),
    path("<int:pk>/buoc/", views.advance, name="advance"),
    path("<int:pk>/quyet-dinh/", views.decide, name="decide"),
    path("<int:pk>/to-trinh/", views.proposal, name="proposal"),
    path("<int:pk>/mo-lai/", views.reopen, name="reopen"),
    path("<int:pk>/dung/", views.stop, name="stop"),
]
