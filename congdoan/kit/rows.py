"""Several rows of one small form on one page: added, taken away and moved without losing what was typed.

The buttons send the whole form, so that everything works without a script; htmx swaps the rows in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

#: What the buttons are named: add a row, take one away, move one up.
ADD, REMOVE, RAISE = "them", "bo", "len"


@dataclass(frozen=True)
class Row:
    """One row: its number in the names of its boxes, and its form."""

    number: int
    form: forms.Form

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not any(
            self.form.data.get(self.form.add_prefix(name), "").strip()
            for name, field in self.form.fields.items()
            if not field.widget.is_hidden
        )


class Rows:
    """The rows of a page, from what is stored (``initial``) or from what was sent (``data``).

    ``noun`` names one row ("căn cứ"). Rows left wholly blank are no rows. While a button is pressed
    (`is_rearranged`) nothing is checked and nothing should be saved.
    """

    def __init__(
        self,
        form: type[forms.Form],
        *,
        noun: str,
        initial: Sequence[Mapping[str, Any]] = (),
        data: QueryDict | None = None,
        name: str = "dong",
    ) -> None:
        self.noun, self.name, self._form = noun, name, form
        self.is_rearranged = data is not None and any(act in data for act in (ADD, REMOVE, RAISE))
        if data is None:
            self.rows = [self._stored(number, row) for number, row in enumerate(initial)]
            if not self.rows:
                self.rows = [self._stored(0, {})]
            return
        numbers = list(dict.fromkeys(int(text) for text in data.getlist(name) if text.isdigit()))
        if not self.is_rearranged:
            self.rows = [
                Row(number, form(data, prefix=self._prefix(number), use_required_attribute=False))
                for number in numbers
            ]
            return
        fresh = None
        if ADD in data:
            fresh = max(numbers, default=-1) + 1
            numbers.append(fresh)
        removed = data.get(REMOVE, "")
        if removed.isdigit() and int(removed) in numbers:
            numbers.remove(int(removed))
        raised = data.get(RAISE, "")
        if raised.isdigit() and int(raised) in numbers[1:]:
            at = numbers.index(int(raised))
            numbers[at - 1], numbers[at] = numbers[at], numbers[at - 1]
        self.rows = [self._typed(number, data) for number in numbers]
        if fresh is not None:
            first = next(field for field in self.rows[-1].form.fields.values() if not field.widget.is_hidden)
            first.widget.attrs["data-focus"] = True

    def _prefix(self, number: int) -> str:
        return f"{self.name}-{number}"

    def _stored(self, number: int, values: Mapping[str, Any]) -> Row:
        form = self._form(initial=dict(values), prefix=self._prefix(number), use_required_attribute=False)
        return Row(number, form)

    def _typed(self, number: int, data: QueryDict) -> Row:
        prefix = self._prefix(number)
        return self._stored(number, {name: data.get(f"{prefix}-{name}") for name in self._form.base_fields})

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def is_valid(self) -> bool:
        """Whether every row that is not blank is right."""
        wrong = [row for row in self.rows if not (row.is_blank or row.form.is_valid())]
        return not wrong

    @property
    def cleaned(self) -> list[dict[str, Any]]:
        """What the rows say, in their order; after `is_valid`."""
        return [row.form.cleaned_data for row in self.rows if not row.is_blank]

    @property
    def errors(self) -> list[tuple[int, str, str, str]]:
        """(place from 1, label of the box, its id, what is wrong), in the order of the page."""
        found: list[tuple[int, str, str, str]] = []
        for place, row in enumerate(self.rows, 1):
            if not row.form.is_bound or row.is_blank:
                continue
            found += [(place, "", "", str(error)) for error in row.form.non_field_errors()]
            found += [
                (place, str(box.label), box.id_for_label, str(error))
                for box in row.form
                for error in box.errors
            ]
        return found
