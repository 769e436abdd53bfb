"""Doors of membership: the lists, a person, and what is booked for one."""

from django.urls import path

from congdoan.registry.membership import views

app_name = "membership"
urlpatterns = [
    path("doan-vien/", views.members, name="list"),
    path("doan-vien/hop-dong/", views.foreign_contracts, name="contracts"),
    path("doan-vien/im-lang/", views.silent, name="silent"),
    path("doan-vien/ra/", views.depart_many, name="depart_many"),
    path("doan-vien/<int:pk>/con-sinh-hoat/", views.alive, name="alive"),
    path("doan-vien/ket-nap/", views.admit, name="admit"),
    path("doan-vien/goi-y-don-vi/", views.suggest_unit, name="suggest_unit"),
    path("doan-vien/goi-y-noi-den/", views.suggest_destination, name="suggest_destination"),
    path("doan-vien/xin-chuyen-den/", views.request_transfer, name="request_transfer"),
    path("doan-vien/<int:pk>/", views.person, name="person"),
    path("doan-vien/<int:pk>/sua/", views.edit, name="edit"),
    path("doan-vien/<int:pk>/dinh-danh/", views.reveal, name="reveal"),
    path("doan-vien/<int:pk>/ket-nap-lai/", views.readmit, name="readmit"),
    path("doan-vien/<int:pk>/chuyen/", views.transfer, name="transfer"),
    path("doan-vien/<int:pk>/giay-gioi-thieu/", views.introduction_letter, name="introduction"),
    path("doan-vien/<int:pk>/ra/", views.depart, name="depart"),
    path("doan-vien/<int:pk>/dao/<int:movement>/", views.reverse_movement, name="reverse"),
    path("bien-dong/", views.movements, name="movements"),
    path("bien-dong/khoa-so/", views.close, name="close"),
]
