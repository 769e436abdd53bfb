from django.urls import path

from congdoan.work.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.reports, name="list"),
    path("moi/", views.new, name="new"),
    path("<int:pk>/", views.report, name="report"),
]
