"""Doors of messaging."""

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.foundation.messaging import views

app_name = "messaging"
urlpatterns = [
    path(
        "",
        list_view("messaging.notices", extra=views.notice_buttons),
        name="list",
    ),
    path("<int:pk>/", views.notice, name="notice"),
    path("doc-het/", views.read_all, name="read_all"),
    path("cach-nhan/", views.preferences, name="preferences"),
    path("nhat-ky-gui/", list_view("messaging.deliveries"), name="deliveries"),
]
