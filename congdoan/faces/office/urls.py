"""Doors of the officers' face."""

from django.urls import path

from congdoan.faces.office import views

app_name = "office"
urlpatterns = [
    path("", views.home, name="home"),
    path("tim/", views.search, name="search"),
    path("chon-don-vi/<str:code>/", views.choose, name="choose-unit"),
]
