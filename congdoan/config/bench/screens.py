"""How long the server takes for the screens that everybody opens, as a leader at the top of the country sees them.

Requests go through Django's test client: every middleware, the session, the rights, the queries, the template; in a
process settled as those of the web server are. Beside them stands the peer: the queries that Django's admin makes for
a list of the same rows, with a trigram index on the folded name; without its template, so that the comparison leans
to its side.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from congdoan.config.bench.figures import Times, timed
from congdoan.config.bench.world import LEADER, TODAY, Ground
from congdoan.config.server import collect_static, settle
from congdoan.foundation.access.rules import Actor
from congdoan.foundation.accounts.models import User
from congdoan.kit.lists import get_list
from congdoan.registry.membership.models import Membership
from congdoan.work.plans import plan_files
from congdoan.work.plans.actions import load_plan_file

#: Words that thousands of names have, pairs of such words, and first letters of words.
FREQUENT = ("hung", "nguyen", "thi", "huong", "van", "anh", "tran", "linh", "minh", "lan")
PAIRS = (
    "nguyen huong",
    "van hung",
    "tran anh",
    "le linh",
    "thi lan",
    "pham minh",
    "hoang nam",
    "dung nguyen",
)
PREFIXES = ("ng", "hu", "th", "tra", "ph", "li", "qua", "du", "kh", "ho")
#: How a page asks for a panel of its own that comes later.
_PANEL = {"HX-Request": "true"}
#: Words of employers' names.
EMPLOYERS = ("an binh", "may", "khanh loc", "cong ty", "xay dung hung")


def measure(ground: Ground, count: int) -> dict[str, Times]:
    """Server times by the name of a screen, each over ``count`` requests."""
    system = Actor.system("đo tốc độ", today=TODAY)
    load_plan_file(actor=system, plan_file=plan_files.load_plan(Path(__file__).parent / "do-toc-do.yaml"))
    collect_static()
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(User.objects.get(username=LEADER), backend="django.contrib.auth.backends.ModelBackend")
    settle()
    members, employers = reverse("membership:list"), reverse("enterprises:list")
    rare = _rare_names(20)

    def get(path: str, headers: dict[str, str] | None = None, /, **params: str) -> Callable[[], None]:
        def call() -> None:
            response = client.get(path, params, headers=headers)
            if response.status_code != 200:
                raise RuntimeError(f"{path} {params}: {response.status_code}")

        return call

    def search(texts: Sequence[str]) -> list[Callable[[], None]]:
        return [get(members, q=text) for text in texts]

    screens: dict[str, Sequence[Callable[[], None]]] = {
        "search_frequent": search(FREQUENT),
        "search_rare": search(rare),
        "search_pair": search(PAIRS),
        "search_prefix": search(PREFIXES),
        "list_first": [get(members)],
        "list_deep": [get(members, sau=key) for key in _deep_keys()],
        "list_province": [get(members, don_vi=ground.province)],
        "list_middle": [get(members, don_vi=ground.middle)],
        "list_small": [get(members, don_vi=ground.small)],
        "search_middle": [get(members, don_vi=ground.middle, q=text) for text in FREQUENT],
        "plan_root": [get(reverse("plans:plan", args=["do-toc-do"]))],
        "plan_slowest": [get(reverse("plans:plan", args=["do-toc-do"]), _PANEL, muc="cham-nhat")],
        "unit_root": [get(reverse("organisation:unit", args=[ground.root]))],
        "unit_middle": [get(reverse("organisation:unit", args=[ground.middle]))],
        "home": [get(reverse("office:home"))],
        "home_slowest": [get(reverse("office:home"), _PANEL, phan="don-vi")],
        "employers_first": [get(employers)],
        "employers_search": [get(employers, q=text) for text in EMPLOYERS],
        "employers_call": [get(employers, **view) for view in _views("Ưu tiên vận động")],
        "employers_province": [get(employers, don_vi=ground.province)],
        "employers_middle": [get(employers, don_vi=ground.middle)],
        "coverage_root": [get(reverse("enterprises:coverage"))],
        "coverage_province": [get(reverse("enterprises:coverage"), don_vi=ground.province)],
    }
    return {name: timed(_repeated(calls, count)) for name, calls in screens.items()}


def _views(label: str) -> list[dict[str, str]]:
    return [
        dict(view.params) for view in get_list("enterprises.enterprises").saved_views if view.label == label
    ]


def _repeated(calls: Sequence[Callable[[], None]], count: int) -> Iterable[Callable[[], None]]:
    return [calls[number % len(calls)] for number in range(count)]


def _rare_names(count: int) -> list[str]:
    """Whole names, without marks, that a few people bear."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT name_key FROM (SELECT name_key FROM people_person ORDER BY id LIMIT 20000) p
               GROUP BY 1 ORDER BY count(*), name_key LIMIT %s""",
            [count * 20],
        )
        names = [name for (name,) in cursor]
    return random.Random(1).sample(names, min(count, len(names)))


def _deep_keys() -> list[str]:
    """Places far down the list, as the links to a next page carry them."""
    from congdoan.kit.lists import _encode

    total = Membership.objects.count()
    keys = []
    for share in (0.3, 0.5, 0.7, 0.9):
        row = (
            Membership.objects.order_by("sort_key", "id")[int(total * share) :]
            .values_list("sort_key", "id")
            .first()
        )
        if row is not None:
            keys.append(_encode(row))
    return keys


class _MemberAdmin(ModelAdmin):
    """The admin's list of members as one would tune it."""

    list_display = ("person", "unit", "joined_on")
    list_select_related = ("person", "unit")
    search_fields = ("person__name_key",)
    ordering = ("sort_key", "id")
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return True


def measure_peer(count: int) -> dict[str, Times]:
    """The same lists by the queries of Django's admin, tuned with a trigram index."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            "CREATE INDEX bench_peer_trigram ON people_person USING gin (UPPER(name_key) gin_trgm_ops)"
        )
        cursor.execute("ANALYZE people_person")
    admin = _MemberAdmin(Membership, AdminSite())
    factory = RequestFactory()
    user = User.objects.get(username=LEADER)
    pages = Membership.objects.count() // _MemberAdmin.list_per_page

    def get(**params: str) -> Callable[[], None]:
        def call() -> None:
            request = factory.get("/", params)
            request.user = user
            changes = admin.get_changelist_instance(request)
            list(changes.result_list)

        return call

    lists = {
        "search_frequent": [get(q=text) for text in FREQUENT],
        "search_rare": [get(q=text) for text in _rare_names(20)],
        "search_pair": [get(q=text) for text in PAIRS],
        "search_prefix": [get(q=text) for text in PREFIXES],
        "list_first": [get()],
        "list_deep": [get(p=str(max(1, int(pages * share)))) for share in (0.3, 0.5, 0.7, 0.9)],
    }
    try:
        return {name: timed(_repeated(calls, count), warm=1) for name, calls in lists.items()}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX bench_peer_trigram")
