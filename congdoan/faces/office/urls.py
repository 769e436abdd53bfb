"""Doors of the officers' face."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
