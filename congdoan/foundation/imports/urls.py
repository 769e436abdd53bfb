"""Doors of imports."""

from django.urls import path

from congdoan.foundation.imports import views
from congdoan.foundation.listing.views import list_view

app_name = "imports"
urlpatterns = [
    path("", views.start, name="start"),
    path("cac-lan/", list_view("imports.runs", extra=views.list_buttons), name="list"),
    path("don-vi/", views.units, name="units"),
    path("mau/<str:kind>.xlsx", views.template, name="template"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/cot/", views.columns, name="columns"),
    path("<int:pk>/tieu-de/", views.header_row, name="header_row"),
    path("<int:pk>/xem-truoc/", views.preview, name="preview"),
    path("<int:pk>/quyet-dinh/", views.decide, name="decide"),
    path("<int:pk>/ghi/", views.commit, name="commit"),
    path("<int:pk>/hoan-tac/", views.undo, name="undo"),
    path("<int:pk>/can-sua.xlsx", views.refused, name="refused"),
    path("dong/", list_view("imports.rows"), name="rows"),
]
