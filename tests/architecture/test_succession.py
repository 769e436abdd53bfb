"""Whatever refers to a unit or a person says what becomes of it when union bodies are rearranged."""

from __future__ import annotations

from congdoan.foundation.succession.catalogue import references, rules


def test_every_reference_to_a_unit_or_a_person_has_a_rule() -> None:
    declared = {rule.key for rule in rules()}
    assert sorted(references().keys() - declared) == [], "declare these in the succession.py of their room"


def test_every_rule_speaks_of_a_reference_there_is() -> None:
    known = references()
    assert sorted(rule.key for rule in rules() if rule.key not in known) == []


def test_rows_on_the_balance_sheet_say_why() -> None:
    assert [rule.key for rule in rules() if rule.label and not rule.why and rule.fate == "own"] == []
