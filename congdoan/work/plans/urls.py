"""Doors of plans, under /ke-hoach/."""

from __future__ import annotations

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.work.plans import views

app_name = "plans"
urlpatterns = [
    path("", list_view("plans.plans", extra=views.list_actions), name="list"),
    path("lap-moi/", views.create, name="create"),
    path("da-doc/", list_view("plans.readers", extra=views.reader_buttons), name="readers"),
    path("<slug:code>/", views.plan, name="plan"),
    path("<slug:code>/sua/", views.edit, name="edit"),
    path("<slug:code>/noi-dung/<slug:part>/", views.contents, name="contents"),
    path("<slug:code>/ban-hanh/", views.issue, name="issue"),
    path("<slug:code>/ket-thuc/", views.end, name="end"),
    path("<slug:code>/pho-bien/", views.distribute, name="distribute"),
    path("<slug:code>/pho-bien/<int:pk>/nhac/", views.remind_readers, name="remind_readers"),
    path("<slug:code>/chi-tieu/them/", views.add_target, name="add_target"),
    path("<slug:code>/chi-tieu/<slug:target>/", views.target, name="target"),
    path("<slug:code>/chi-tieu/<slug:target>/sua/", views.edit_target, name="edit_target"),
    path("<slug:code>/chi-tieu/<slug:target>/bo/", views.remove_target, name="remove_target"),
    path("<slug:code>/chi-tieu/<slug:target>/so-lieu/", views.report_value, name="report_value"),
    path("<slug:code>/chi-tieu/<slug:target>/dieu-chinh/", views.adjust, name="adjust"),
    path("<slug:code>/chi-tieu/<slug:target>/rut-dieu-chinh/", views.withdraw, name="withdraw"),
    path("<slug:code>/giao-chi-tieu/<slug:target>/", views.allocation, name="allocation"),
]
