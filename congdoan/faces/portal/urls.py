"""Public doors; included twice, in Vietnamese and in English."""

from django.urls import path

from congdoan.faces.portal import member, views

app_name = "portal"
urlpatterns = [
    path("", views.landing, name="landing"),
    path("noi-lam-viec/", views.workplace, name="workplace"),
    path("don/", views.join, name="join"),
    path("theo-doi/", views.follow, name="follow"),
    path("thong-tin-cua-toi/", member.mine, name="mine"),
]
