"""Doors of background work."""

from django.urls import path

from congdoan.foundation.jobs import views
from congdoan.foundation.listing.views import list_view

app_name = "jobs"
urlpatterns = [
    path("", list_view("jobs.runs"), name="list"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/chay-lai/", views.start_again, name="start_again"),
]
