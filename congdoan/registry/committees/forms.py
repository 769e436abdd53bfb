"""The decision that changes a committee."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from congdoan.foundation.units.models import Unit
from congdoan.kit.dates import parse_date
from congdoan.kit.forms import DayField
from congdoan.kit.text import search_key
from congdoan.registry.committees import choices
from congdoan.registry.committees.actions import ChangeData, Seat
from congdoan.registry.founding.models import CommitteePost
from congdoan.registry.membership.queries import members_on

#: How many may enter by one form: a congress elects a whole committee and its inspection committee. So many are shown at
#: first, the others are folded away.
SEATS, SHOWN = 25, 3


class ChangeForm(forms.Form):
    """Who leaves, who enters, by which decision."""

    way = forms.ChoiceField(label="Hình thức", choices=choices.WAYS)
    number = forms.CharField(label="Số quyết định", max_length=80)
    issued_on = DayField(label="Ngày quyết định")
    on = DayField(label="Có hiệu lực từ ngày")
    leaving = forms.MultipleChoiceField(
        label="Người thôi giữ chức vụ", required=False, widget=forms.CheckboxSelectMultiple
    )
    last_on = DayField(label="Ngày cuối nhiệm kỳ của người được bổ sung", required=False)

    def __init__(self, *args: Any, unit: Unit, posts: QuerySet[CommitteePost], **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(*args, **kwargs)
        self.fields["leaving"].choices = [
            (post.pk, f"{post.get_post_display()}: {post.person.full_name}") for post in posts
        ]
        for n in range(1, SEATS + 1):
            self.fields[f"name_{n}"] = forms.CharField(
                label=f"Người được bổ sung {n}",
                max_length=200,
                required=False,
                help_text="Họ tên đầy đủ; trùng tên thì thêm ngày sinh: Trần Thị Bình, 02/01/1990."
                if n == 1
                else "",
            )
            self.fields[f"post_{n}"] = forms.ChoiceField(
                label=f"Chức vụ của người thứ {n}", choices=[("", "— chọn —"), *choices.POSTS], required=False
            )

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """What is asked once."""
        return [field for field in self if not field.name.startswith(("name_", "post_"))]

    @property
    def first_seats(self) -> list[forms.BoundField]:
        return self._seats(1, SHOWN)

    @property
    def more_seats(self) -> list[forms.BoundField]:
        return self._seats(SHOWN + 1, SEATS)

    @property
    def has_more(self) -> bool:
        """Whether anything was typed into the seats that are folded away."""
        return any(field.data for field in self.more_seats)

    def _seats(self, first: int, last: int) -> list[forms.BoundField]:
        return [self[f"{part}_{n}"] for n in range(first, last + 1) for part in ("name", "post")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        on = data.get("on")
        seats = []
        for n in range(1, SEATS + 1):
            name, post = data.get(f"name_{n}", ""), data.get(f"post_{n}", "")
            if bool(name) != bool(post):
                field, words = ("post", "Hãy chọn chức vụ.") if name else ("name", "Hãy ghi họ tên.")
                self.add_error(f"{field}_{n}", words)
            elif name and on is not None and (person := self._person(n, name, on)) is not None:
                seats.append(Seat(person, post))
        if any(data.get(f"name_{n}") for n in range(1, SEATS + 1)) and data.get("last_on") is None:
            if "last_on" not in self.errors:
                self.add_error("last_on", "Hãy ghi ngày cuối nhiệm kỳ.")
        data["seats"] = seats
        return data

    def _person(self, n: int, typed: str, on: date) -> int | None:
        name, _, birth = typed.partition(",")
        found = members_on(self.unit.pk, on).filter(person__name_key=search_key(name))
        if birth.strip():
            try:
                found = found.filter(person__birth_on=parse_date(birth.strip()))
            except ValueError as error:
                self.add_error(f"name_{n}", str(error))
                return None
        people = list(found.values_list("person_id", flat=True)[:2])
        if len(people) == 1:
            return int(people[0])
        self.add_error(
            f"name_{n}",
            "Có nhiều đoàn viên cùng tên. Hãy thêm dấu phẩy và ngày sinh."
            if people
            else f"Không thấy đoàn viên này của {self.unit.name} vào ngày {on:%d/%m/%Y}.",
        )
        return None

    def data_given(self) -> ChangeData:
        """What the form says, for the action; only of a valid form."""
        given = self.cleaned_data
        last_on = given["last_on"]
        return ChangeData(
            way=given["way"],
            number=given["number"],
            issued_on=given["issued_on"],
            leaving=[int(pk) for pk in given["leaving"]],
            seats=given["seats"],
            term_until=last_on + timedelta(days=1) if last_on is not None else given["on"],
        )
