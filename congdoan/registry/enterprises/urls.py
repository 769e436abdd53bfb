"""Doors of the register of employers."""

from django.urls import path

from congdoan.registry.enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("", views.enterprises, name="list"),
    path("ban-do/", views.coverage, name="coverage"),
    path("dang-ky/", views.register, name="register"),
    path("dia-ban/", views.suggest_territory, name="suggest_territory"),
    path("<int:pk>/", views.enterprise, name="enterprise"),
    path("<int:pk>/sua/", views.edit, name="edit"),
    path("<int:pk>/so-lao-dong/", views.observe, name="observe"),
    path("<int:pk>/danh-gia/", views.judge_status, name="judge"),
    path("<int:pk>/cong-doan/", views.add_host, name="host"),
    path("<int:pk>/cong-doan/ket-thuc/", views.remove_host, name="end_hosting"),
    path("<int:pk>/phu-trach/", views.assign_unit, name="assign"),
]
