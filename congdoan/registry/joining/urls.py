"""Doors of those who receive applications."""

from django.urls import path

from congdoan.registry.joining import views

app_name = "joining"
urlpatterns = [
    path("", views.applications, name="list"),
    path("noi-chua-co-cong-doan/", views.confidential, name="confidential"),
    path("ket-nap/", views.admit, name="admit"),
    path("<int:pk>/", views.application, name="application"),
    path("<int:pk>/chu-ky/", views.signature, name="signature"),
    path("<int:pk>/bo-sung/", views.ask, name="ask"),
    path("<int:pk>/khong-ket-nap/", views.refuse_one, name="refuse"),
    path("<int:pk>/quyet-dinh/", views.decision, name="decision"),
    path("nguoi-xem/<str:code>/", views.readers, name="readers"),
    path("nguoi-xem/<str:code>/<int:pk>/thoi/", views.end, name="end_reader"),
]
