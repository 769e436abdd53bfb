"""Doors of those who receive applications."""

from django.urls import path

from congdoan.registry.joining import views
from congdoan.registry.joining.views_funnel import show_funnel

app_name = "joining"
urlpatterns = [
    path("", views.applications, name="list"),
    path("noi-chua-co-cong-doan/", views.confidential, name="confidential"),
    path("ket-nap/", views.admit, name="admit"),
    path("pheu/", show_funnel, name="funnel"),
    path("nguon/", views.sources, name="sources"),
    path("nguon/them/", views.new_source, name="new_source"),
    path("nguon/<int:source>/", views.source, name="source"),
    path("nguon/<int:source>/in/<str:sheet>/<str:language>/", views.print_source, name="print_source"),
    path("nguon/<int:source>/ket-thuc/", views.finish_source, name="end_source"),
    path("<int:pk>/", views.application, name="application"),
    path("<int:pk>/chu-ky/", views.signature, name="signature"),
    path("<int:pk>/bo-sung/", views.ask, name="ask"),
    path("<int:pk>/khong-ket-nap/", views.refuse_one, name="refuse"),
    path("<int:pk>/chuyen/", views.hand_on, name="pass_on"),
    path("<int:pk>/quyet-dinh/", views.decision, name="decision"),
    path("nguoi-xem/<str:code>/", views.readers, name="readers"),
    path("nguoi-xem/<str:code>/<int:pk>/thoi/", views.end, name="end_reader"),
]
