"""Doors of the papers' templates."""

from django.urls import path

from congdoan.foundation.papers import views

app_name = "papers"
urlpatterns = [
    path("", views.home, name="home"),
    path("<str:unit>/", views.paper_list, name="list"),
    path("<str:unit>/<slug:paper>/", views.paper_page, name="paper"),
    path("<str:unit>/<slug:paper>/mau-dang-dung/", views.current, name="current"),
    path("<str:unit>/<slug:paper>/mau-goc/", views.shipped, name="shipped"),
    path("<str:unit>/<slug:paper>/xem-thu/", views.preview, name="preview"),
    path("<str:unit>/<slug:paper>/thoi-dung/", views.change, name="stop"),
    path("<str:unit>/<slug:paper>/dung-lai/<int:pk>/", views.change, name="again"),
]
