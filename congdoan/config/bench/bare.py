"""The peer of the bench of applications: a Django form over one table, with the protection against forged forms and nothing
else. A settings module, its one view and its WSGI application in one file."""

from __future__ import annotations

import os
from typing import Any

from congdoan.config.embedded import django_database

SECRET_KEY = "bare"
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "congdoan.config.bench.bare"
DATABASES = {"default": django_database(os.environ.get("DATABASE_URL", "postgresql:///congdoan"))}
USE_TZ = True
urlpatterns: list[Any] = []


def _made() -> Any:
    import django
    from django import forms
    from django.core.wsgi import get_wsgi_application
    from django.db import models
    from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
    from django.middleware.csrf import get_token
    from django.urls import path
    from django.utils import timezone

    django.setup()

    class Bare(models.Model):
        name = models.CharField(max_length=150)
        phone = models.CharField(max_length=20)
        at = models.DateTimeField()

        class Meta:
            app_label = "bare"
            managed = False
            db_table = "bare_application"

    class BareForm(forms.ModelForm):
        class Meta:
            model = Bare
            fields = ("name", "phone")

    def door(request: HttpRequest) -> HttpResponse:
        form = BareForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            form.instance.at = timezone.now()
            form.save()
            return HttpResponseRedirect("/")
        token = get_token(request)
        return HttpResponse(
            f'<form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">{form}</form>'
        )

    urlpatterns.append(path("", door))
    return get_wsgi_application()


def __getattr__(name: str) -> Any:
    """The application, made when the server asks for it: importing the settings alone must not need Django set up."""
    if name == "application":
        return _made()
    raise AttributeError(name)
