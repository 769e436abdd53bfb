"""Doors of background work."""

from django.urls import path

from congdoan.foundation.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/chay-lai/", views.start_again, name="start_again"),
]
