"""Doors of members' requests, for those who answer."""

from django.urls import path

from congdoan.registry.selfservice import views

app_name = "selfservice"
urlpatterns = [
    path("", views.requests, name="list"),
    path("<int:pk>/", views.request, name="request"),
    path("<int:pk>/anh/", views.evidence, name="evidence"),
    path("<int:pk>/so/", views.numbers, name="numbers"),
    path("<int:pk>/dong-y/", views.accept, name="accept"),
    path("<int:pk>/khong/", views.refuse, name="refuse"),
]
