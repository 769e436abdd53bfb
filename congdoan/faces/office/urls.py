"""Doors of the officers' face."""

from django.urls import URLPattern

app_name = "office"
urlpatterns: list[URLPattern] = []
