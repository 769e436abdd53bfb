"""Doors of founding."""

from django.urls import path

from congdoan.registry.founding import views

app_name = "founding"
urlpatterns = [
    path("", views.board, name="board"),
    path("danh-sach/", views.files, name="list"),
    path("mo/", views.new, name="new"),
    path("<int:pk>/", views.file, name="file"),
    path("<int:pk>/buoc-tiep/", views.advance, name="advance"),
    path("<int:pk>/to-van-dong/", views.name, name="name"),
    path("<int:pk>/to-van-dong/<int:member>/thoi/", views.end_member, name="end_member"),
    path("<int:pk>/hinh-thuc/", views.change_kind, name="change_kind"),
    path("<int:pk>/dung/", views.abandon, name="abandon"),
    path("<int:pk>/nong-cot/", views.core, name="core"),
    path("<int:pk>/nong-cot/noi/", views.keep_area, name="keep_area"),
    path("<int:pk>/nong-cot/noi/<int:area>/bo/", views.remove_area, name="remove_area"),
    path("<int:pk>/nong-cot/nguoi/", views.add_contact, name="add_contact"),
    path("<int:pk>/nong-cot/nguoi/<int:contact>/", views.change_contact, name="change_contact"),
    path("<int:pk>/nong-cot/nguoi/<int:contact>/muc/", views.rate, name="rate"),
    path("<int:pk>/nong-cot/nguoi/<int:contact>/xoa/", views.forget_contact, name="forget_contact"),
    path("<int:pk>/ban-van-dong/", views.founders, name="founders"),
    path("<int:pk>/ban-van-dong/mo/", views.let_in, name="let_in"),
    path("<int:pk>/ban-van-dong/<int:door>/dong/", views.shut_out, name="shut_out"),
    path("<int:pk>/ho-so/", views.dossier, name="dossier"),
    path("<int:pk>/ho-so/ca-bo/", views.all_papers, name="all_papers"),
    path("<int:pk>/ho-so/ban-quet/", views.attach_scan, name="attach_scan"),
    path("<int:pk>/ho-so/ban-quet/<int:scan>/", views.scan, name="scan"),
    path("<int:pk>/ho-so/<str:paper>/", views.paper, name="paper"),
    path("<int:pk>/chuyen/", views.hand_over, name="hand_over"),
    path("<int:pk>/cong-nhan/", views.recognise, name="recognise"),
    path("<int:pk>/nam-dau/<int:task>/xong/", views.finish_task, name="finish_task"),
]
