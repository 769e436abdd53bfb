"""Doors of approvals."""

from django.urls import path

from congdoan.foundation.approvals import views
from congdoan.foundation.listing.views import list_view

app_name = "approvals"
urlpatterns = [
    path("", list_view("approvals.approvals"), name="list"),
    path("<int:pk>/", views.approval, name="approval"),
    path("<int:pk>/quyet-dinh/", views.decide, name="decide"),
]
