"""What is kept in a file as proof of its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from congdoan.registry.enterprises.models import HeadcountObservation
from congdoan.registry.fieldwork.models import Visit
from congdoan.registry.founding import choices, rules
from congdoan.registry.founding.models import Dossier, FoundingFile, Nominee, Step
from congdoan.registry.founding.queries import core_map

#: What was seen or said at a workplace proves a step for so many days.
_FRESH_DAYS = 365


def missing_proof(file: FoundingFile, step: Step, on: date) -> str:
    """What has to be kept before the file reaches a step on a day, in words; '' when it is there or none is asked.

    A workplace that is not in the register has no headcounts and visits of its own: there, words prove.
    """
    if not step.proof:
        return ""
    paper = choices.PROOF_PAPERS.get(step.proof)
    if paper is not None and file.scans.filter(paper=paper).exists():
        return ""
    return "" if _KEPT[step.proof](file, on) else dict(choices.PROOFS)[step.proof]


def _survey(file: FoundingFile, on: date) -> bool:
    if file.enterprise_id is None:
        return True
    since = on - timedelta(days=_FRESH_DAYS)
    return HeadcountObservation.objects.filter(
        enterprise=file.enterprise_id, on__gt=since, on__lte=on
    ).exists()


def _visit(file: FoundingFile, on: date) -> bool:
    if file.enterprise_id is None:
        return True
    since = on - timedelta(days=_FRESH_DAYS)
    met = Visit.objects.filter(enterprise=file.enterprise_id, on__gt=since, on__lte=on)
    return met.filter(kind__in=("visit", "call", "meeting")).exists()


def _core_group(file: FoundingFile, on: date) -> bool:
    supporting = [known for known in core_map(file).people if known.supports]
    return len(supporting) >= rules.CORE_GROUP and any(known.is_leader for known in supporting)


def _dossier(file: FoundingFile) -> Dossier:
    return Dossier.objects.filter(file=file).first() or Dossier(file=file)


def _chosen(file: FoundingFile, body: str, post: str) -> bool:
    return Nominee.objects.filter(file=file, body=body, post=post).exists()


def _founders(file: FoundingFile, on: date) -> bool:
    kept = _dossier(file)
    return bool(
        kept.founders_number
        and kept.founders_on is not None
        and kept.founders_on <= on
        and _chosen(file, choices.FOUNDERS, choices.HEAD)
    )


def _congress(file: FoundingFile, on: date) -> bool:
    kept = _dossier(file)
    return bool(
        kept.held_on is not None
        and kept.held_on <= on
        and kept.ballots_valid is not None
        and _chosen(file, choices.EXECUTIVE, choices.CHAIR)
    )


def _submission(file: FoundingFile, on: date) -> bool:
    kept = _dossier(file)
    return bool(kept.submission_number and kept.submission_on is not None and kept.submission_on <= on)


def _appraisal(file: FoundingFile, on: date) -> bool:
    kept = _dossier(file)
    return bool(
        kept.appraised_on is not None and kept.appraised_on <= on and kept.appraiser and kept.appraisal
    )


def _launch(file: FoundingFile, on: date) -> bool:
    kept = _dossier(file)
    return kept.launch_on is not None and kept.launch_on <= on


_KEPT: dict[str, Callable[[FoundingFile, date], bool]] = {
    "survey": _survey,
    "visit": _visit,
    "core_group": _core_group,
    "founders": _founders,
    "congress": _congress,
    "submission": _submission,
    "appraisal": _appraisal,
    "launch": _launch,
}
