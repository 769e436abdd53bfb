"""Doors of the audit trail."""

from django.urls import path

from congdoan.foundation.audit import views
from congdoan.foundation.listing.views import list_view

app_name = "audit"
urlpatterns = [
    path("", list_view("audit.entries"), name="entries"),
    path("<int:pk>/", views.entry, name="entry"),
]
