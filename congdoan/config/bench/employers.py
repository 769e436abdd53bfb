"""Employers for the invented country: 900,000 beside a million members, as the whole country has them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from congdoan.config.bench.world import FOUNDED, TODAY, Ground, copy_rows

#: Employers a member, and how many of them are written through the actions; more are copies of these.
_A_MEMBER = 0.9
_THROUGH_ACTIONS = 45_000
_FORMS = ("Công ty TNHH", "Công ty TNHH", "Công ty Cổ phần", "Hợp tác xã", "Doanh nghiệp tư nhân")
_TRADES = (
    "May",
    "Điện tử",
    "Giày",
    "Gỗ",
    "Thủy sản",
    "Cơ khí",
    "Vận tải",
    "Xây dựng",
    "Bao bì",
    "Thương mại",
)
_WORDS = (
    "An",
    "Bình",
    "Đông",
    "Hòa",
    "Hưng",
    "Khánh",
    "Lộc",
    "Minh",
    "Nam",
    "Phú",
    "Sơn",
    "Tân",
    "Thịnh",
    "Việt",
)
_SECTORS = ("non_state",) * 16 + ("fdi", "fdi", "soe", "public_service")


def fill_employers(ground: Ground) -> int:
    """Fill the register of employers; returns how many. Beyond the first 45,000 the database copies what the actions
    wrote, with numbers of their own and the same names, places and unions, so that every figure still adds up."""
    wanted = int(ground.members * _A_MEMBER)
    times = max(1, wanted // _THROUGH_ACTIONS)
    _through_actions(ground, wanted // times)
    if times > 1:
        _multiply(times)
    return wanted // times * times


def _through_actions(ground: Ground, count: int) -> None:
    from congdoan.foundation.access.rules import Actor
    from congdoan.foundation.catalogues.models import Territory
    from congdoan.foundation.units.models import Unit
    from congdoan.registry.enterprises.actions import register_enterprises

    system = Actor.system("đo tốc độ", today=TODAY)
    unions: dict[str, list[Unit]] = {}
    for unit in Unit.objects.filter(code__in=ground.sizes).order_by("pk"):
        unions.setdefault(unit.code.rsplit("-", 1)[0], []).append(unit)
    bodies = list(Unit.objects.filter(code__in=unions).order_by("pk"))
    communes = list(Territory.objects.filter(level="commune").order_by("pk").values_list("pk", flat=True))
    waiting = _employers(random.Random(count), count, bodies, unions, communes)
    while batch := list(islice(waiting, 5_000)):
        register_enterprises(actor=system, on=TODAY, items=batch)


def _employers(
    rng: random.Random, count: int, bodies: list[Any], unions: dict[str, list[Any]], communes: list[str]
) -> Iterator[Any]:
    from congdoan.registry.enterprises.actions import EnterpriseData, HeadcountData, JudgementData

    life = (TODAY - FOUNDED).days
    for number in range(count):
        place = rng.randrange(len(bodies))
        body = bodies[place]
        sector = rng.choice(_SECTORS)
        workers = max(1, int(rng.lognormvariate(4.5 if sector == "fdi" else 2.2, 1.2)))
        registered = FOUNDED + timedelta(days=rng.randrange(life))
        has_union = rng.random() < (0.5 if workers >= 20 else 0.02)
        yield EnterpriseData(
            name=f"{rng.choice(_FORMS)} {rng.choice(_TRADES)} {rng.choice(_WORDS)} {rng.choice(_WORDS)} {number % 997}",
            sector=sector,
            tax_code=f"{rng.randrange(10**9, 10**10)}",
            territory=communes[place % len(communes)] if communes else None,
            started_on=date(rng.randrange(1995, 2026), rng.randrange(1, 13), rng.randrange(1, 29)),
            registered_on=registered,
            unit=body,
            headcounts=[HeadcountData(workers, on=registered)],
            judgements=[JudgementData(on=registered, operating="operating", is_stable=rng.random() < 0.6)],
            hosts=[(rng.choice(unions[body.code]), registered)] if has_union else (),
        )


def _multiply(times: int) -> None:
    """Every employer in the register ``times`` times over."""
    from congdoan.registry.enterprises import models

    own = {"enterprise_id": "o.enterprise_id + k * top.id"}
    copy_rows(
        times,
        models.Enterprise,
        {
            models.Enterprise: {"id": "o.id + k * top.id", "code": "'DN' || (o.id + k * top.id)"},
            models.HeadcountObservation: own,
            models.StatusJudgement: own,
            models.Responsibility: own,
            models.Hosting: own,
            models.Standing: own,
        },
        measures=("enterprises", "workers", "enterprises_priority", "headcounts_stale"),
    )
