"""Another person than the proposer decides, and what was proposed is done exactly once."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from congdoan.foundation.access.rules import Actor, Forbidden
from congdoan.foundation.approvals import actions
from congdoan.foundation.approvals.models import Approval
from congdoan.foundation.approvals.queries import visible_approvals, waiting_for
from congdoan.foundation.approvals.registry import approvable
from congdoan.foundation.audit.models import AuditEntry
from congdoan.foundation.messaging.models import Notice
from tests.factories.officers import actor, officer
from tests.factories.tree import Tree

done: list[dict[str, object]] = []


@approvable("tests.write_down")
def write_down(*, approval: Approval, actor: Actor, on: date) -> str:
    if approval.arguments.get("broken"):
        raise ValueError("Số liệu đã thay đổi, hãy đề xuất lại.")
    done.append(approval.arguments)
    return "đã ghi"


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


@pytest.fixture
def proposer(tree: Tree, today: date) -> Actor:
    return actor(officer("de-xuat", "leader", tree.north), today)


@pytest.fixture
def decider(tree: Tree, today: date) -> Actor:
    return actor(officer("duyet", "leader", tree.north), today)


def propose(who: Actor, tree: Tree, **arguments: object) -> Approval:
    return actions.propose(
        actor=who, kind="tests.write_down", unit=tree.north_a, title="Điều chỉnh", arguments=arguments
    )


def test_approval_does_what_was_proposed(tree: Tree, proposer: Actor, decider: Actor) -> None:
    proposal = propose(proposer, tree, value=5)
    decided = actions.decide(actor=decider, on=decider.today, approval=proposal, approve=True, note="Đồng ý")
    assert decided.state == "approved"
    assert done == [{"value": 5}]
    assert AuditEntry.objects.get(verb="approvals.approve").data == {"outcome": "đã ghi"}
    with pytest.raises(actions.AlreadyDecided):
        actions.decide(actor=decider, on=decider.today, approval=proposal, approve=True)
    assert len(done) == 1


def test_refusing_does_nothing(tree: Tree, proposer: Actor, decider: Actor) -> None:
    proposal = propose(proposer, tree)
    assert (
        actions.decide(actor=decider, on=decider.today, approval=proposal, approve=False).state == "refused"
    )
    assert done == []


def test_nobody_decides_their_own_nor_without_the_right(
    tree: Tree, proposer: Actor, system: Actor, today: date
) -> None:
    proposal = propose(proposer, tree)
    south = actor(officer("nam", "leader", tree.south), today)
    clerk = actor(officer("can-bo", "officer", tree.north), today)
    for who in (proposer, south, clerk, system):
        with pytest.raises(Forbidden):
            actions.decide(actor=who, on=today, approval=proposal, approve=True)
    with pytest.raises(Forbidden):
        actions.withdraw(actor=south, approval=proposal)
    assert actions.withdraw(actor=proposer, approval=proposal).state == "withdrawn"


def test_what_cannot_be_done_is_not_decided(tree: Tree, proposer: Actor, decider: Actor) -> None:
    proposal = propose(proposer, tree, broken=True)
    with pytest.raises(ValueError, match="đề xuất lại"):
        actions.decide(actor=decider, on=decider.today, approval=proposal, approve=True)
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_unknown_kinds_and_nobody_cannot_propose(tree: Tree, proposer: Actor, system: Actor) -> None:
    with pytest.raises(KeyError):
        actions.propose(actor=proposer, kind="no.such", unit=tree.north, title="x", arguments={})
    with pytest.raises(Forbidden):
        propose(system, tree)


def test_who_sees_what_waits(tree: Tree, proposer: Actor, decider: Actor, today: date) -> None:
    proposal = propose(proposer, tree)
    south = actor(officer("nam", "leader", tree.south), today)
    assert list(visible_approvals(proposer)) == [proposal]
    assert list(waiting_for(proposer)) == []
    assert list(waiting_for(decider)) == [proposal]
    assert list(visible_approvals(south)) == []


def test_deciding_on_screen(tree: Tree, proposer: Actor, decider: Actor, client: Client) -> None:
    proposal = propose(proposer, tree)
    address = f"/phe-duyet/{proposal.pk}/"
    assert proposer.user and decider.user
    client.force_login(proposer.user)
    page = client.get(address).text
    assert "Rút đề xuất" in page and "Không duyệt" not in page
    assert client.post(f"{address}quyet-dinh/", {"quyet-dinh": "duyet"}).status_code == 403
    client.force_login(decider.user)
    assert "Không duyệt" in client.get(address).text
    assert "Điều chỉnh" in client.get("/phe-duyet/").text
    client.post(f"{address}quyet-dinh/", {"quyet-dinh": "duyet"})
    assert done == [{}]
    assert "Đã duyệt" in client.get(address).text


def test_who_decides_is_told_and_the_proposer_hears_the_outcome(
    tree: Tree, proposer: Actor, decider: Actor
) -> None:
    proposal = propose(proposer, tree)
    waiting = Notice.objects.get(kind="approvals.waiting")
    assert waiting.user == decider.user and waiting.url == f"/phe-duyet/{proposal.pk}/"
    assert "Điều chỉnh" in waiting.title
    actions.decide(actor=decider, on=decider.today, approval=proposal, approve=False, note="Thiếu căn cứ")
    heard = Notice.objects.get(kind="approvals.decided")
    assert heard.user == proposer.user
    assert heard.title == "Không duyệt: Điều chỉnh" and "Thiếu căn cứ" in heard.text


def test_a_lone_proposer_is_decided_from_above(tree: Tree, today: date) -> None:
    alone = actor(officer("mot-minh", "leader", tree.north_a), today)
    above = officer("cap-tren", "leader", tree.north)
    propose(alone, tree)
    assert [notice.user for notice in Notice.objects.filter(kind="approvals.waiting")] == [above]


def test_what_fails_tells_nobody(tree: Tree, proposer: Actor, decider: Actor) -> None:
    proposal = propose(proposer, tree, broken=True)
    with pytest.raises(ValueError):
        actions.decide(actor=decider, on=decider.today, approval=proposal, approve=True)
    assert not Notice.objects.filter(kind="approvals.decided").exists()
