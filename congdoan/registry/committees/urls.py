"""Doors of committees."""

from django.urls import path

from congdoan.registry.committees import views

app_name = "committees"
urlpatterns = [path("<str:code>/", views.committee, name="unit")]
