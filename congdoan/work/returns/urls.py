from django.urls import path

from congdoan.work.returns import views

app_name = "returns"
urlpatterns = [
    path("", views.returns, name="list"),
    path("bang/", views.board, name="board"),
    path("bang/khoa/", views.close_round, name="close_round"),
    path("bang/nhac/", views.remind, name="remind"),
    path("bang/tap/", views.booklet, name="booklet"),
    path("uy-quyen/", views.delegations, name="delegations"),
    path("uy-quyen/<int:delegation>/ket-thuc/", views.end_delegation, name="end_delegation"),
    path("mau/", views.forms, name="forms"),
    path("mau/moi/", views.new_form, name="new_form"),
    path("mau/<int:form>/", views.form, name="form"),
    path("mau/<int:form>/sua/", views.edit, name="edit"),
    path("mau/<int:form>/doi/", views.change, name="change"),
    path("mau/<int:form>/ky/", views.give_out, name="give_out"),
    path("<int:pk>/", views.return_page, name="return"),
    path("<int:pk>/lap/", views.open_return, name="open"),
    path("<int:pk>/ghi/", views.fill, name="fill"),
    path("<int:pk>/xet/", views.review, name="review"),
    path("<int:pk>/gia-han/", views.extend, name="extend"),
    path("<int:pk>/dieu-chinh/", views.restatement, name="restatement"),
    path("<int:pk>/dieu-chinh/word/", views.restatement_word, name="restatement_word"),
    path("<int:pk>/word/", views.word, name="word"),
    path("<int:pk>/excel/", views.excel, name="excel"),
]
