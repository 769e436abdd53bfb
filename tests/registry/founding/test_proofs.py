"""A step asks for what proves it: the very rows that say so, of its day, or the signed paper as it was scanned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from congdoan.registry.founding import actions, choices
from congdoan.registry.founding.models import Dossier, FoundingFile, Scan, Step
from congdoan.registry.founding.proofs import missing_proof
from congdoan.registry.founding.queries import following, steps
from tests.registry.founding.conftest import Campaign, prove

pytestmark = pytest.mark.django_db


def test_every_shipped_proof_is_one_that_is_known() -> None:
    shipped = set(Step.objects.values_list("proof", flat=True))
    assert shipped == {code for code, _ in choices.PROOFS}


@pytest.mark.parametrize("proof", [code for code, _ in choices.PROOFS if code])
def test_what_is_missing_is_said_until_it_is_kept(campaign: Campaign, proof: str) -> None:
    campaign.applies(2)
    file, on = campaign.file, campaign.today
    step = Step(proof=proof)
    assert missing_proof(file, step, on) == dict(choices.PROOFS)[proof]
    prove(file, proof, on)
    assert missing_proof(file, step, on) == ""
    # What is of a later day proves nothing yet.
    if proof != "core_group":
        assert missing_proof(file, step, on - timedelta(days=1))


@pytest.mark.parametrize(("proof", "paper"), sorted(choices.PROOF_PAPERS.items()))
def test_a_signed_scan_proves_as_much(campaign: Campaign, proof: str, paper: str) -> None:
    campaign.applies(1)
    file, on = campaign.file, campaign.today
    step = Step(proof=proof)
    kept = {
        "name": "x.pdf",
        "content_type": "application/pdf",
        "sealed": b"x",
        "at": timezone.now(),
        "by": "x",
    }
    Scan.objects.create(file=file, paper="other", **kept)
    assert missing_proof(file, step, on)
    Scan.objects.create(file=file, paper=paper, **kept)
    assert missing_proof(file, step, on) == ""


def test_a_head_who_was_not_chosen_proves_no_founding_committee(campaign: Campaign) -> None:
    campaign.applies(1)
    Dossier.objects.create(file=campaign.file, founders_number="1/QĐ", founders_on=campaign.today)
    assert missing_proof(campaign.file, Step(proof="founders"), campaign.today)


def test_where_the_workplace_is_in_no_register_words_prove_the_survey(campaign: Campaign) -> None:
    file = FoundingFile.objects.create(
        workplace_key="w:xuong la",
        workplace_name="Xưởng Lá",
        leading_unit=campaign.lead,
        step_since=campaign.today,
        opened_on=campaign.today,
    )
    for proof in ("survey", "visit"):
        assert missing_proof(file, Step(proof=proof), campaign.today) == ""


def test_a_refused_step_leaves_the_file_where_it_was(campaign: Campaign) -> None:
    campaign.applies(5)
    file = campaign.up_to("congress")
    coming = following(steps(file.kind, campaign.today), file.step)
    assert coming is not None
    with pytest.raises(actions.FoundingError, match="“đã đại hội”: hồ sơ cần có ngày đại hội"):
        actions.advance(
            actor=campaign.first, on=campaign.today, pk=file.pk, from_step=file.step, words="Xong"
        )
    assert campaign.file.step == file.step
    assert not campaign.file.events.filter(step="congress").exists()
