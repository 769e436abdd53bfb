"""What a quarter brings."""

from __future__ import annotations

from datetime import date, timedelta

from congdoan.config.demo.bodies import BOOKS_OPEN, PROVINCES, REFORM
from congdoan.config.demo.build.desk import Quarter, morning, person_data
from congdoan.config.demo.build.reforming import Reforming
from congdoan.config.demo.story import Chapter
from congdoan.registry.enterprises.actions import (
    HeadcountData,
    HostData,
    JudgementData,
    host,
    judge,
    observe_headcounts,
    register_enterprises,
)
from congdoan.registry.membership.actions import Departure, Transfer, close_books, depart, transfer
from congdoan.registry.organisation.actions import end_unions
from congdoan.registry.people.actions import register_people

_ENDED = "Chấm dứt hoạt động theo thông báo của cơ quan đăng ký kinh doanh"


class Quarters(Reforming):
    """What a quarter brings."""

    def _unions(self, quarter: Quarter) -> None:
        unions = [
            union
            for index in quarter.chapter.unions
            if (union := self.story.unions[index]).founded_on in quarter
        ]
        opening = [union for union in unions if union.is_opening]
        self._found([self._new_union(union) for union in opening])
        founded = [union for union in unions if not union.is_opening]
        if founded:
            self._found([self._new_union(union) for union in founded], recorded_at=quarter.recorded_at)

    def _people(self, quarter: Quarter) -> None:
        fresh = [
            item.person
            for item in quarter.chapter.joined
            if item.on in quarter and item.person not in self.done.people
        ]
        made = register_people(
            actor=self.actor,
            on=quarter.starts,
            items=[person_data(self.story.people[index]) for index in fresh],
        )
        self.done.people.update(zip(fresh, made, strict=True))

    def _membership(self, quarter: Quarter) -> None:
        chapter = quarter.chapter
        joined = [item for item in chapter.joined if item.on in quarter]
        self._admit([item for item in joined if item.kind == "opening"], morning(BOOKS_OPEN))
        self._admit([item for item in joined if item.kind != "opening"], quarter.recorded_at)
        transfer(
            actor=self.actor,
            items=[
                Transfer(
                    self.done.people[item.person],
                    self.done.units[self.story.unions[item.to_union].code],
                    item.on,
                    "Chuyển nơi làm việc",
                )
                for item in chapter.moved
                if item.on in quarter
            ],
            recorded_at=quarter.recorded_at,
        )
        depart(
            actor=self.actor,
            items=[
                Departure(self.done.people[item.person], item.kind, item.on, item.reason)
                for item in chapter.left
                if item.on in quarter
            ],
            recorded_at=quarter.recorded_at,
        )
        if quarter.ends == chapter.to_on:
            self._close_year(chapter)

    def _employers(self, quarter: Quarter) -> None:
        chapter = quarter.chapter
        counted = [item for item in chapter.counted if item.on in quarter]
        first_counts = {item.employer: item for item in reversed(counted)}
        employers = [
            employer
            for index in chapter.employers
            if (employer := self.story.employers[index]).registered_on in quarter
        ]
        recorded_at = morning(BOOKS_OPEN) if quarter.starts == BOOKS_OPEN else quarter.recorded_at
        made = register_enterprises(
            actor=self.actor,
            on=quarter.starts,
            items=[self._enterprise(employer, first_counts.get(employer.index)) for employer in employers],
            recorded_at=recorded_at,
        )
        for employer, enterprise in zip(employers, made, strict=True):
            self.done.enterprises[employer.index] = enterprise
        host(
            actor=self.actor,
            items=[
                HostData(self.done.enterprises[union.employer], self.done.units[union.code], union.founded_on)
                for index in chapter.unions
                if (union := self.story.unions[index]).founded_on in quarter and union.employer is not None
            ],
            recorded_at=recorded_at,
        )
        observe_headcounts(
            actor=self.actor,
            on=quarter.ends - timedelta(days=1),
            items=[
                HeadcountData(
                    workers=item.workers,
                    enterprise=self.done.enterprises[item.employer],
                    on=item.on,
                    source=item.source,
                    women=item.women,
                    foreign=item.foreign,
                    seasonal=item.seasonal,
                )
                for item in counted
            ],
            recorded_at=quarter.recorded_at,
        )

    def _dissolved(self, quarter: Quarter) -> None:
        """Unions that ended with their employers; their members have left on that day."""
        for index in quarter.chapter.dissolved:
            union = self.story.unions[index]
            if union.ended_on is None or union.ended_on not in quarter or union.employer is None:
                continue
            unit = self.done.units[union.code]
            end_unions(actor=self.actor, on=union.ended_on, units=[unit], recorded_at=quarter.recorded_at)
            judge(
                actor=self.actor,
                on=union.ended_on,
                items=[
                    JudgementData(
                        enterprise=self.done.enterprises[union.employer],
                        on=union.ended_on,
                        operating="ended",
                        is_stable=False,
                        has_party=False,
                        reason=_ENDED,
                    )
                ],
                recorded_at=quarter.recorded_at,
            )

    def _close_year(self, chapter: Chapter) -> None:
        """Books of a year that is over are closed in the middle of the next January."""
        first = date(chapter.from_on.year + 1, 1, 1)
        closed_on = date(first.year, 1, 15)
        if closed_on > self.story.until:
            return
        self.say(
            f"Năm {chapter.from_on.year}: {_many(len(chapter.joined))} lượt vào, {_many(len(chapter.left))} lượt ra"
        )
        for province in PROVINCES:
            if province.successor and first > REFORM:
                continue
            close_books(
                actor=self.actor,
                unit=self.done.units[province.code],
                until_on=first,
                reason=f"Khoá sổ sau báo cáo năm {chapter.from_on.year}",
                recorded_at=morning(closed_on),
            )


def _many(number: int) -> str:
    return f"{number:,}".replace(",", ".")
