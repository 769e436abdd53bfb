"""Sign-in, second factor, sessions and the account page. allauth's views under its names, at our addresses:
only those that this product uses, so that none of its other pages (sign-up, email, phone) is open."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from allauth.usersessions import views as sessions
from django.conf import settings
from django.urls import path, re_path

from congdoan.foundation.accounts import views

urlpatterns = [
    path("", views.profile, name="account_profile"),
    path("dang-nhap/", account.login, name="account_login"),
    path("dang-xuat/", account.logout, name="account_logout"),
    path("bi-khoa/", account.account_inactive, name="account_inactive"),
    path("xac-nhan/", account.reauthenticate, name="account_reauthenticate"),
    path("mat-khau/", account.password_change, name="account_change_password"),
    path("mat-khau/dat/", account.password_set, name="account_set_password"),
    path("quen-mat-khau/", account.password_reset, name="account_reset_password"),
    path("quen-mat-khau/da-gui/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "dat-mat-khau/xong/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^dat-mat-khau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("phien/", sessions.list_usersessions, name="usersessions_list"),
    path("hai-buoc/", factor.index, name="mfa_index"),
    path("hai-buoc/dang-nhap/", factor.authenticate, name="mfa_authenticate"),
    path("hai-buoc/xac-nhan/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("hai-buoc/ung-dung/bat/", totp.activate_totp, name="mfa_activate_totp"),
    path("hai-buoc/ung-dung/tat/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("hai-buoc/ma-du-phong/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("hai-buoc/ma-du-phong/tao/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("hai-buoc/ma-du-phong/tai/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("khoa/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("khoa/them/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("khoa/xac-nhan/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("khoa/dang-nhap/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("khoa/<int:pk>/bo/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("khoa/<int:pk>/sua/", keys.edit_webauthn, name="mfa_edit_webauthn"),
]
#: Doors of single sign-on; they are there when a provider is.
single_sign_on = [
    path("sso/da-huy/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/loi/", social.login_error, name="socialaccount_login_error"),
    path("sso/dang-ky/", social.signup, name="socialaccount_signup"),
    path("sso/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("sso/<slug:provider_id>/tra-loi/", openid.callback, name="openid_connect_callback"),
]
if settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
    urlpatterns += single_sign_on
