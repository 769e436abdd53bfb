"""The door of the API."""

from django.urls import path

from congdoan.faces.api.views import api

urlpatterns = [path("", api.urls)]
