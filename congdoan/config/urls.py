"""All doors of the house."""

from django.urls import include, path

urlpatterns = [
    path("tai-khoan/", include("congdoan.foundation.accounts.urls")),
    path("api/v1/", include("congdoan.faces.api.urls")),
    path("cong-viec/", include("congdoan.foundation.jobs.urls")),
    path("tep/", include("congdoan.foundation.files.urls")),
    path("ke-hoach/", include("congdoan.work.plans.urls")),
    path("", include("congdoan.faces.office.urls")),
]
