"""Doors of committees."""

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.registry.committees import views

app_name = "committees"
urlpatterns = [
    path("", list_view("committees.unions"), name="list"),
    path("<str:code>/", views.committee, name="unit"),
    path("<str:code>/quyet-dinh/<int:pk>/", views.paper, name="paper"),
]
