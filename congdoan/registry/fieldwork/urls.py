"""Doors of work in the field."""

from django.urls import path

from congdoan.registry.fieldwork import views

app_name = "fieldwork"
urlpatterns = [
    path("", views.rounds, name="rounds"),
    path("mo-dot/", views.open_round, name="open"),
    path("dot/<int:pk>/", views.survey_round, name="round"),
    path("dot/<int:pk>/giao/", views.give, name="give"),
    path("dot/<int:pk>/chuyen/", views.hand_on, name="hand_on"),
    path("dot/<int:pk>/dong/", views.close, name="close"),
    path("doanh-nghiep/", views.tasks, name="tasks"),
    path("phieu/", views.surveys, name="surveys"),
    path("phieu/<int:pk>/", views.survey, name="survey"),
    path("phieu/<int:pk>/chon/", views.settle, name="settle"),
    path("tiep-xuc/", views.visits, name="visits"),
    path("tiep-xuc/ghi/", views.log_visit, name="log_visit"),
    path("tiep-xuc/<int:pk>/", views.visit, name="visit"),
    path("tiep-xuc/<int:pk>/xong/", views.finish, name="finish"),
    path("uu-tien/", views.priority, name="priority"),
    path("doi-chieu/", views.outside, name="outside"),
    path("doi-chieu/tai-len/", views.upload_outside, name="upload_outside"),
    path("doi-chieu/ket-qua/", views.outside_rows, name="outside_rows"),
    path("cua-toi/", views.mine, name="mine"),
    path("cua-toi/viec.json", views.mine_data, name="mine_data"),
    path("cua-toi/gui/", views.send, name="send"),
    path("cua-toi/sw.js", views.worker, name="worker"),
]
