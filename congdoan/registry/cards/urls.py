"""Doors of cards."""

from django.urls import path

from congdoan.registry.cards import views

app_name = "cards"
urlpatterns = [
    path("", views.cards, name="list"),
    path("nguoi/<int:person>/", views.of_person, name="of_person"),
    path("cap/<int:person>/", views.issue, name="issue"),
    path("don-vi/<str:code>/", views.union, name="union"),
    path("don-vi/<str:code>/in/", views.print_union, name="print_union"),
    path("<int:pk>/", views.card, name="card"),
    path("<int:pk>/in/", views.print_card, name="print"),
    path("<int:pk>/doi/", views.exchange, name="exchange"),
    path("<int:pk>/thu-hoi/", views.withdraw, name="withdraw"),
]
