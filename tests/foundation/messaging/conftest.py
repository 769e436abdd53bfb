"""A user who can be reached, an instant in office hours, and channels switched on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from congdoan.foundation.accounts.models import User
from congdoan.foundation.catalogues.models import Parameter
from congdoan.foundation.messaging.hours import VIETNAM
from congdoan.foundation.messaging.rules import NoticeKind, declare_notice_kind
from tests.conftest import install_standards
from tests.factories.officers import make_user

#: A Wednesday morning.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=VIETNAM)

ALL = ("email", "webhook", "zalo", "sms")
declare_notice_kind(NoticeKind("tests.word", "Lời nhắn", "Bạn có lời nhắn", channels=ALL))
declare_notice_kind(NoticeKind("tests.must", "Phải biết", "Bạn có việc phải biết", is_obligatory=True))
declare_notice_kind(NoticeKind("tests.plain", "Công khai", "Bạn có tin", says_all=True))


@pytest.fixture
def standards(db: None) -> None:
    """The parameters, also after a test with real transactions has emptied the tables."""
    if not Parameter.objects.exists():
        install_standards()


@pytest.fixture
def reader(standards: None) -> User:
    user = make_user("nguoi-doc", "Người Đọc")
    user.email, user.phone = "nguoi-doc@congdoan.test", "0912 345 678"
    user.save()
    return user


@pytest.fixture
def switch_on(settings: Any) -> Callable[..., None]:
    """Set entries of the channels' settings."""

    def switch(**values: Any) -> None:
        settings.MESSAGING = {**settings.MESSAGING, "timeout": 2.0, **values}

    return switch
