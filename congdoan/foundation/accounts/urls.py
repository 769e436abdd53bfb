"""Sign-in, second factor, sessions: allauth's pages under Vietnamese addresses."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls"))]
