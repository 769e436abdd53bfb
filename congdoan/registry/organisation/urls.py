"""Doors of the tree of union bodies."""

from django.urls import path

from congdoan.foundation.listing.views import list_view
from congdoan.registry.organisation import views

app_name = "organisation"
urlpatterns = [
    path("", views.tree, name="tree"),
    path("goi-y/", views.suggest, name="suggest"),
    path("danh-sach/", list_view("organisation.unions"), name="unions"),
    path("thanh-lap-moi/", list_view("organisation.foundings"), name="foundings"),
    path("thanh-lap/", views.found, name="found"),
    path("<str:code>/nhanh/", views.branch, name="branch"),
    path("<str:code>/", views.unit, name="unit"),
    path("<str:code>/nguoi/", views.people, name="people"),
    path("<str:code>/lich-su/", views.history, name="history"),
    path("<str:code>/van-ban/", views.all_papers, name="all_papers"),
    path("<str:code>/van-ban/<slug:paper>/", views.paper, name="paper"),
    path("<str:code>/truc-thuoc/", views.children, name="children"),
    path("<str:code>/doanh-nghiep/", views.enterprises, name="enterprises"),
    path("<str:code>/sua/", views.edit, name="edit"),
    path("<str:code>/doi-ten/", views.rename, name="rename"),
    path("<str:code>/doi-khu-vuc/", views.reclassify, name="reclassify"),
    path("<str:code>/chuyen/", views.move, name="move"),
    path("<str:code>/ket-thuc/", views.end, name="end"),
]
