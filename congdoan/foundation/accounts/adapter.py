"""How this installation signs people in: no open sign-up, words in Vietnamese, second factors kept sealed."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from congdoan.foundation.accounts.models import User
from congdoan.kit.sealed import seal, unseal

_WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra phím Caps Lock và bộ gõ tiếng Việt, rồi thử lại."


class AccountAdapter(DefaultAccountAdapter):
    """Closes allauth's public sign-up, speaks Vietnamese, and writes sign-ins into the audit."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Tài khoản này đang bị khóa. Hãy liên hệ người quản trị của đơn vị.",
        # One sentence for every way to be wrong: it must not tell which part is right.
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "phone_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "too_many_login_attempts": "Đã nhập sai quá nhiều lần. Hãy đợi 5 phút rồi thử lại.",
        "enter_current_password": "Mật khẩu hiện tại chưa đúng.",
        "incorrect_password": "Mật khẩu chưa đúng.",
        "incorrect_code": "Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã mới nhất.",
        "invalid_password_reset": "Đường dẫn đặt mật khẩu không còn dùng được.",
        "invalid_or_expired_key": "Đường dẫn không còn dùng được.",
        "unknown_email": "Không có tài khoản nào dùng email này.",
        "rate_limited": "Quá nhiều lần thử trong thời gian ngắn. Hãy đợi vài phút.",
        "same_as_current": "Giá trị mới phải khác giá trị cũ.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_profile")

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": "Dùng mật khẩu",
            "mfa_reauthenticate": "Dùng mã của ứng dụng xác thực",
            "mfa_reauthenticate:webauthn": "Dùng khóa truy cập",
        }
        found = super().get_reauthentication_methods(user)
        return [{**method, "description": words.get(method["id"], method["description"])} for method in found]

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        _record(request, user, "accounts.sign_in", f"{user.get_full_name()} đăng nhập")
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # The name that was typed is not kept: people type passwords there by mistake.
        typed = credentials.get("username") or credentials.get("email") or ""
        user = User.objects.filter(username__iexact=typed).first() if typed else None
        whose = f"vào tài khoản {user.username}" if user else "với tên không có trong hệ thống"
        _record(request, None, "accounts.sign_in_failed", f"Đăng nhập không thành công {whose}", obj=user)


def _record(request: HttpRequest, user: User | None, verb: str, summary: str, *, obj: Any = None) -> None:
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.audit.actions import record

    given = getattr(request, "actor", None)
    actor = Actor(
        user=user,
        today=given.today if given else timezone.now().date(),
        address=given.address if given else None,
    )
    where = user or obj
    record(
        actor=actor,
        verb=verb,
        summary=summary,
        obj=user or obj,
        unit_id=where.home_unit_id if where else None,
    )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Vietnamese words; secrets of second factors are sealed in the database like identity numbers."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Mã chưa đúng hoặc đã hết hạn. Hãy nhập mã mới nhất.",
        "rate_limited": "Quá nhiều lần thử trong thời gian ngắn. Hãy đợi vài phút.",
        "cannot_delete_authenticator": "Không thể tắt xác thực hai bước.",
        "cannot_generate_recovery_codes": "Hãy bật xác thực hai bước trước khi tạo mã dự phòng.",
        "unverified_email": "Email của bạn chưa được xác nhận nên chưa bật được xác thực hai bước.",
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text))

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Khóa chính" if not count else f"Khóa thứ {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "congdoan"}
