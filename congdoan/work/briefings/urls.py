from django.urls import path

from congdoan.work.briefings import views

app_name = "briefings"
urlpatterns = [
    path("", views.briefings, name="list"),
    path("moi/", views.new, name="new"),
    path("viec/", views.tasks, name="tasks"),
    path("viec/<int:task>/", views.task, name="task"),
    path("viec/<int:task>/xong/", views.finish, name="finish"),
    path("viec/<int:task>/thoi/", views.drop, name="drop"),
    path("viec/<int:task>/bo-sung/", views.reopen, name="reopen"),
    path("<int:pk>/", views.briefing, name="briefing"),
    path("<int:pk>/sua/", views.edit, name="edit"),
    path("<int:pk>/chuong-trinh/", views.agenda, name="agenda"),
    path("<int:pk>/goi-y/", views.put_on_agenda, name="put_on_agenda"),
    path("<int:pk>/thanh-phan/", views.attendance, name="attendance"),
    path("<int:pk>/moi-them/", views.invite, name="invite"),
    path("<int:pk>/ket-luan/", views.conclusions, name="conclusions"),
    path("<int:pk>/da-hop/", views.hold, name="hold"),
    path("<int:pk>/khong-hop/", views.cancel, name="cancel"),
    path("<int:pk>/khoa/", views.close, name="close"),
    path("<int:pk>/dinh-chinh/", views.add_addendum, name="addendum"),
    path("<int:pk>/tai-lieu/", views.pack, name="pack"),
    path("<int:pk>/thong-bao/", views.notice, name="notice"),
]
