"""A file goes with its leading body when bodies are rearranged."""

from __future__ import annotations

import pytest

from congdoan.foundation.succession.catalogue import rules
from congdoan.registry.founding.choices import LIVE
from tests.registry.founding.conftest import Campaign


@pytest.mark.django_db
def test_only_live_files_follow_and_none_is_on_the_balance_sheet(campaign: Campaign) -> None:
    campaign.applies(1)
    mine = {rule.key: rule for rule in rules() if rule.key.startswith("founding.")}
    lead = mine["founding.FoundingFile.leading_unit"]
    assert lead.fate == "successor"
    assert [rule.label for rule in mine.values() if rule.label] == []
    file = campaign.file
    rows = type(file).objects.filter(lead.open)
    assert list(rows) == [file]
    type(file).objects.update(state="abandoned")
    assert "abandoned" not in LIVE
    assert not rows.all().exists()
