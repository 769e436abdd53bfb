"""Periodic returns of the demonstration: forms given out, some accepted, some late, some sent back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from congdoan.foundation.access.rules import Actor
from congdoan.foundation.units.models import Unit
from congdoan.foundation.units.queries import version_on
from congdoan.work.returns import actions
from congdoan.work.returns.actions import Filling
from congdoan.work.returns.definitions import newest_span, read_definition, shipped_forms
from congdoan.work.returns.models import Obligation, Return, ReturnForm
from congdoan.work.returns.queries import comparison, findings_of, form_version

_COUNTRY, _ISSUER = "TLD", "HP"
_EXPLAINED = "Đã đối chiếu với hồ sơ của đơn vị; số liệu đúng."
_SAID = {
    "results": "Tuyên truyền, vận động tại các doanh nghiệp chưa có công đoàn; rà soát danh sách đoàn viên.",
    "difficulties": "Lao động biến động nhiều, một số doanh nghiệp nhỏ thay đổi nơi làm việc.",
    "next": "Tập trung vận động tại doanh nghiệp từ 20 lao động; rà soát số đã kết nạp so với chỉ tiêu năm.",
    "proposals": "Đề nghị cấp trên cử cán bộ cùng làm việc với chủ doanh nghiệp.",
}
#: Provinces that hand in their quarter to the country's body: the first is accepted, the second sent back, the third
#: waits; whoever is not named is late.
_QUARTERLY = ("NA", "HP", "LC")
#: Monthly returns that are walked through, and unions that hand in their half-year.
_MONTHLY, _HALF_YEARLY = 12, 4


def give_out_returns(*, actor: Actor, until: date, committee_unit: str) -> int:
    """Publish forms at three levels (the country, one city, one body of it), give out recent periods, and let some bodies
    hand in. Returns how many are owed."""
    _give_out_quarter(actor, until)
    issuer = Unit.objects.get(code=_ISSUER)
    monthly = _publish(actor, issuer, "tang-truong-thang")
    version = form_version(monthly)
    assert version is not None
    newest = newest_span(read_definition(version.definition), until)
    if newest is not None:
        actions.make_obligations(actor=actor, form=monthly, period=newest.code)
        actions.open_all(actor=actor, on=until, form=monthly, period=newest.code)
        _hand_in(actor, until, _owed(monthly, newest.code)[:_MONTHLY], accepted=_MONTHLY * 3 // 4)
    own = Unit.objects.get(code=committee_unit)
    standing = version_on(own, until)
    superior = standing.parent if standing else None
    if superior is None:
        return Obligation.objects.count()
    half = _publish(actor, superior, "1-HDCD")
    version = form_version(half)
    assert version is not None
    newest = newest_span(read_definition(version.definition), until)
    if newest is not None:
        actions.make_obligations(actor=actor, form=half, period=newest.code)
        actions.open_all(actor=actor, on=until, form=half, period=newest.code)
        owed = _owed(half, newest.code)
        beside = [item for item in owed if item.unit_id != own.pk]
        _hand_in(actor, until, beside[:_HALF_YEARLY], accepted=_HALF_YEARLY // 2)
        for item in owed:
            if item.unit_id == own.pk or item in beside[_HALF_YEARLY:]:
                # They were let hand in later, so that there is something to do today.
                actions.extend(
                    actor=actor,
                    obligation=item,
                    due_on=max(item.due, until) + timedelta(days=6),
                    reason="Đơn vị thay đổi ban chấp hành, đang bàn giao hồ sơ.",
                )
    return Obligation.objects.count()


def _give_out_quarter(actor: Actor, until: date) -> None:
    """The quarter's briefing report, which the country's body asks of the provinces alone."""
    country = Unit.objects.get(code=_COUNTRY)
    form = _publish(actor, country, "giao-ban-quy", owed_by=["provincial_federation"])
    version = form_version(form)
    assert version is not None
    newest = newest_span(read_definition(version.definition), until)
    if newest is None:
        return
    actions.make_obligations(actor=actor, form=form, period=newest.code)
    actions.open_all(actor=actor, on=until, form=form, period=newest.code)
    owed = {item.unit.code: item for item in _owed(form, newest.code)}
    _hand_in(actor, until, [owed[code] for code in _QUARTERLY if code in owed], accepted=1)


def _publish(actor: Actor, issuer: Unit, code: str, **changed: object) -> ReturnForm:
    """A shipped form in use; ``changed``: what the issuer asks otherwise, by the keys of a definition."""
    form = actions.save_draft(actor=actor, owner=issuer, data=shipped_forms()[code] | changed).form
    actions.publish(actor=actor, form=form)
    return form


def _owed(form: ReturnForm, period: str, **narrower: object) -> list[Obligation]:
    return list(
        Obligation.objects.filter(form=form, period=period, **narrower)
        .select_related("form", "unit", "superior", "version")
        .order_by("unit__sort_key")[:40]
    )


def _hand_in(actor: Actor, on: date, owed: list[Obligation], *, accepted: int) -> None:
    """Hand these in; the first ``accepted`` are accepted, the next one is sent back, the rest wait."""
    for place, obligation in enumerate(owed):
        made = Return.objects.select_related("version", "obligation__unit", "obligation__superior").get(
            obligation=obligation
        )
        definition = read_definition(made.version.definition)
        # Invented, but such that checks hold: a little less than the members.
        base = int(made.computed.get("members_end.total", 0))
        asked: dict[str, Decimal | None] = {
            key: Decimal(base * (100 - place) // 100)
            for key in (
                "contracts.total",
                "contracts_open.total",
                "social_insurance.total",
                "health_insurance.total",
            )
            if key in definition.cells
        }
        if "labour_end.total" in definition.cells and "labour_end.total" not in made.computed:
            asked["labour_end.total"] = Decimal(base + base * place // 40)
        made = actions.fill(
            actor=actor, made=made, revision=made.revision, filling=Filling(figures=asked, texts=_SAID)
        )
        found = findings_of(made, definition, comparison(obligation, definition, on), on)
        if any(finding.level == "hard" for finding in found):
            continue
        made = actions.fill(
            actor=actor,
            made=made,
            revision=made.revision,
            filling=Filling(explanations={finding.code: _EXPLAINED for finding in found}),
        )
        made = actions.submit(actor=actor, on=on, made=made, revision=made.revision)
        if place < accepted:
            actions.accept(actor=actor, made=made, revision=made.revision)
        elif place == accepted:
            actions.give_back(
                actor=actor,
                made=made,
                revision=made.revision,
                remarks={"admitted.total": "Đối chiếu lại với danh sách kết nạp trong kỳ."},
                note="Cần xem lại số kết nạp.",
            )
