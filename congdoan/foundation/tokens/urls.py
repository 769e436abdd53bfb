"""Doors of tokens, under /tai-khoan/ma-truy-cap/."""

from django.urls import path

from congdoan.foundation.tokens import views

app_name = "tokens"
urlpatterns = [
    path("", views.tokens, name="tokens"),
    path("<int:pk>/thu-hoi/", views.revoke, name="revoke"),
]
