"""Doors of reorganisation decisions."""

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.registry.reorganisation import views

app_name = "reorganisation"
urlpatterns = [
    path("", list_view("reorganisation.reorganisations", extra=views.list_buttons), name="list"),
    path("moi/", views.create, name="create"),
    path("mau-danh-sach/", views.template, name="template"),
    path("<int:pk>/", views.decision, name="decision"),
    path("<int:pk>/sua/", views.edit, name="edit"),
    path("<int:pk>/goi-y/", views.suggest, name="suggest"),
    path("<int:pk>/them-buoc/<str:kind>/", views.add_step, name="add_step"),
    path("<int:pk>/buoc/<int:position>/", views.edit_step, name="edit_step"),
    path("<int:pk>/buoc/<int:position>/tung-nguoi/", views.place, name="place"),
    path("<int:pk>/buoc/<int:position>/tung-nguoi/danh-sach/", views.placement_list, name="placement_list"),
    path("<int:pk>/buoc/<int:position>/tung-nguoi/tai-len/", views.upload_placement, name="upload_placement"),
    path("<int:pk>/bo-buoc/", views.remove_steps, name="remove_steps"),
    path("<int:pk>/tai-len/", views.upload, name="upload"),
    path("<int:pk>/kiem-tra/", views.check, name="check"),
    path("<int:pk>/can-doi/", views.sheet, name="sheet"),
    path("<int:pk>/can-doi/xuat/", views.sheet_workbook, name="sheet_workbook"),
    path("<int:pk>/thuc-hien/", views.commit, name="commit"),
    path("<int:pk>/hoan-tac/", views.undo, name="undo"),
]
