"""All doors of the house."""

from django.urls import include, path, re_path

from congdoan.faces.portal import views as portal

urlpatterns = [
    path("tai-khoan/ma-truy-cap/", include("congdoan.foundation.tokens.urls")),
    path("tai-khoan/", include("congdoan.foundation.accounts.urls")),
    path("api/v1/", include("congdoan.faces.api.urls")),
    path("quan-tri/", include("congdoan.foundation.access.urls")),
    path("nhat-ky/", include("congdoan.foundation.audit.urls")),
    path("phe-duyet/", include("congdoan.foundation.approvals.urls")),
    path("thong-bao/", include("congdoan.foundation.messaging.urls")),
    path("cong-viec/", include("congdoan.foundation.jobs.urls")),
    path("nhap-danh-sach/", include("congdoan.foundation.imports.urls")),
    path("don-vi/", include("congdoan.registry.organisation.urls")),
    path("sap-xep/", include("congdoan.registry.reorganisation.urls")),
    path("doanh-nghiep/", include("congdoan.registry.enterprises.urls")),
    path("the-doan-vien/", include("congdoan.registry.cards.urls")),
    path("ban-chap-hanh/", include("congdoan.registry.committees.urls")),
    path("kien-toan-giai-the/", include("congdoan.registry.proceedings.urls")),
    path("de-nghi-cua-doan-vien/", include("congdoan.registry.selfservice.urls")),
    path("khao-sat/", include("congdoan.registry.fieldwork.urls")),
    path("don-gia-nhap/", include("congdoan.registry.joining.urls")),
    path("thanh-lap/", include("congdoan.registry.founding.urls")),
    path("gia-nhap/", include("congdoan.faces.portal.urls", namespace="portal")),
    # Short, since it is printed and typed.
    path("the/<str:code>", portal.check_card, name="check_card"),
    path("the-cua-toi/<uuid:key>/", portal.card_on_phone, name="card_on_phone"),
    re_path(r"^g/(?P<code>[^/]{1,40})/?$", portal.source, name="source"),
    path("en/join/", include("congdoan.faces.portal.urls", namespace="portal-en")),
    path("mau-van-ban/", include("congdoan.foundation.papers.urls")),
    path("tep/", include("congdoan.foundation.files.urls")),
    path("ke-hoach/", include("congdoan.work.plans.urls")),
    path("bao-cao-dinh-ky/", include("congdoan.work.returns.urls")),
    path("bao-cao/", include("congdoan.work.reports.urls")),
    path("giao-ban/", include("congdoan.work.briefings.urls")),
    path("", include("congdoan.registry.membership.urls")),
    path("", include("congdoan.faces.office.urls")),
]
