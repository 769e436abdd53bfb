"""Laws of the house that the import contracts cannot say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2] / "congdoan"
FLOORS = ("foundation", "registry", "care", "work", "faces")
PUBLIC = {"actions", "queries", "models", "choices", "rules"}
#: The foundation offers more than rooms do: what declarations are made with.
OFFERED = {
    "congdoan.foundation.measures.catalogue",
    "congdoan.foundation.jobs.registry",
    "congdoan.foundation.papers.catalogue",
    "congdoan.foundation.approvals.registry",
    "congdoan.foundation.imports.catalogue",
    "congdoan.foundation.imports.cells",
    "congdoan.foundation.imports.headings",
    "congdoan.foundation.imports.reading",
    "congdoan.foundation.listing.views",
    "congdoan.foundation.messaging.hours",
    "congdoan.foundation.succession.catalogue",
    "congdoan.foundation.measures.contributions",
    # Progress in the shapes the kit draws, for the plan page and the home page.
    "congdoan.work.plans.cards",
    # A union found by typing, and the form of a decision that changes a committee, wherever they are asked for.
    "congdoan.registry.organisation.forms",
    "congdoan.registry.committees.forms",
    # The form a worker signs digitally, for the public pages.
    "congdoan.registry.joining.documents",
    # What brought people, for the page of a plan.
    "congdoan.registry.joining.funnel",
    # How a document names a body and leaves room for its number.
    # The figures of a report in words, for the papers of a briefing.
    "congdoan.work.reports.figures",
    "congdoan.work.reports.word",
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc"}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return ".".join(parts[:3]) if len(parts) >= 3 and parts[1] in FLOORS else None


def imports_of(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


def source_files() -> list[Path]:
    return [path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts]


def test_rooms_use_each_other_through_their_public_files() -> None:
    wrong = []
    for path in source_files():
        own = room_of(".".join(path.relative_to(HOUSE.parent).with_suffix("").parts))
        if own is None:
            continue
        for module in imports_of(path):
            other = room_of(module)
            if other is None or other == own or module in OFFERED:
                continue
            parts = module.split(".")
            if len(parts) > 3 and parts[3] not in PUBLIC:
                wrong.append(f"{path.relative_to(HOUSE)}: {module}")
    assert wrong == []


def test_no_junk_rooms() -> None:
    names = {part for path in source_files() for part in path.relative_to(HOUSE).with_suffix("").parts}
    assert names & FORBIDDEN_NAMES == set()


def test_domain_code_does_not_ask_the_clock() -> None:
    """The day is passed in by the door. Instants of recording (timezone.now) are not days."""
    doors = {"views.py", "jobs.py", "middleware.py", "api.py", "vn.py"}
    asked = re.compile(r"date\.today\(|localdate\(\)|datetime\.now\(|datetime\.today\(")
    wrong = [
        str(path.relative_to(HOUSE))
        for path in source_files()
        if path.name not in doors and "config" not in path.parts and asked.search(path.read_text())
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_inline_script_or_style(path: Path) -> None:
    """The content security policy allows neither; a template with one is a page that does not work."""
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<style", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag or "application/ld" in tag
