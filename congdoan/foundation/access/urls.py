"""Doors of the administration."""

from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView

from congdoan.foundation.access import views
from congdoan.foundation.listing.views import list_view

app_name = "access"
urlpatterns = [
    path("", login_required(RedirectView.as_view(pattern_name="access:users")), name="home"),
    path("nguoi-dung/", list_view("access.users", extra=views.users_extra), name="users"),
    path("nguoi-dung/them/", views.add_user, name="add_user"),
    path("nguoi-dung/<int:pk>/", views.user, name="user"),
    path("nguoi-dung/<int:pk>/khoa/", views.switch_user, name="switch_user"),
    path("nguoi-dung/<int:pk>/hai-buoc/", views.reset_second_factor, name="reset_second_factor"),
    path("nguoi-dung/<int:pk>/mat-khau/", views.reset_password, name="reset_password"),
    path("nguoi-dung/<int:pk>/giao-quyen/", views.give_grant, name="give_grant"),
    path("quyen/", list_view("access.grants", extra=views.grants_extra), name="grants"),
    path("quyen/<int:pk>/", views.grant, name="grant"),
    path("don-vi/", views.unit_options, name="unit_options"),
    path("don-vi/<str:code>/", views.unit, name="unit"),
    path("vai-tro/", views.roles, name="roles"),
    path("vai-tro/them/", views.role, name="add_role"),
    path("vai-tro/<slug:code>/", views.role, name="role"),
]
