"""The whole writing, on three connections at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import connection

from congdoan.config.demo.bodies import ADMINISTRATIVE_END, BOOKS_OPEN, REFORM
from congdoan.config.demo.build.desk import Quarter, Written, morning
from congdoan.config.demo.build.quarters import Quarters
from congdoan.config.demo.story import Chapter
from congdoan.registry.people.actions import EmploymentData, employ

#: Days after the end of a quarter on which its last papers are in the books.
_BOOKED_AFTER = timedelta(days=4)


T = TypeVar("T")


class Builder(Quarters):
    """Writes one story. ``now`` is the instant nothing is recorded after."""

    def write(self, *, parallel: bool = True) -> Written:
        """Write everything. ``parallel`` uses three connections at once, so that two cores are both at work; without
        it everything goes over the caller's connection and transaction (tests).

        What was written stays when it is interrupted: the caller marks the beginning and the end.
        """
        self._bodies()
        _analyse()
        quarters = [
            Quarter(chapter, starts, ends, min(self.now, morning(ends + _BOOKED_AFTER)))
            for chapter in self.story.chapters
            for starts, ends in _quarters(chapter)
        ]
        self._stage([quarter for quarter in quarters if quarter.ends <= REFORM], parallel=parallel)
        after = [quarter for quarter in quarters if quarter.ends > REFORM]
        if after and self.story.reform is not None:
            self._reform()
            self._stage(after, parallel=parallel)
        return self.done

    def write_employments(self) -> None:
        """Where members work; after `write`, and apart from it because nothing else rests on it."""
        self._employments()

    def _stage(self, quarters: list[Quarter], *, parallel: bool) -> None:
        """Some quarters: their unions first, then people, members and employers beside each other, then what ended."""
        for quarter in quarters:
            self._unions(quarter)
        people: dict[int, Future[None]] = {quarter.number: Future() for quarter in quarters}

        def register() -> None:
            for quarter in quarters:
                try:
                    self._people(quarter)
                except BaseException as error:
                    for waiting in people.values():
                        if not waiting.done():
                            waiting.set_exception(error)
                    raise
                people[quarter.number].set_result(None)

        def members() -> None:
            for quarter in quarters:
                people[quarter.number].result()
                self._membership(quarter)
                if quarter.starts == BOOKS_OPEN:
                    _analyse("people_person", "membership_membership", "membership_movement")

        def employers() -> None:
            for quarter in quarters:
                self._employers(quarter)

        if parallel:
            with ThreadPoolExecutor(3) as pool:
                for done in [pool.submit(_alone, work) for work in (register, members, employers)]:
                    done.result()
        else:
            for work in (register, members, employers):
                work()
        for quarter in quarters:
            self._dissolved(quarter)

    def _employments(self) -> None:
        """Where members work since they joined or changed the workplace; what ended before last year is left out."""
        recent = date(self.story.until.year - 1, 1, 1)
        began: dict[int, tuple[int, date, Any]] = {}
        items: list[EmploymentData] = []

        def end(person: int, until: date | None) -> None:
            union_index, since, contract = began.pop(person, (0, BOOKS_OPEN, None))
            union = self.story.unions[union_index]
            if union.employer is None or (until is not None and (until <= since or until < recent)):
                return
            employer = self.story.employers[union.employer]
            state = employer.sector in ("administrative", "public_service")
            items.append(
                EmploymentData(
                    person=self.done.people[person],
                    enterprise=self.done.enterprises[employer.index],
                    from_on=since,
                    until_on=until,
                    contract_kind="civil_servant" if state else "fixed" if contract else "indefinite",
                    contract_from=contract[0] if contract else None,
                    contract_to=contract[1] if contract else None,
                    job_title=employer.job,
                )
            )

        for chapter in self.story.chapters:
            for joined in chapter.joined:
                began[joined.person] = (
                    joined.union,
                    joined.contract[0] if joined.contract else joined.on,
                    joined.contract,
                )
            for moved in chapter.moved:
                end(moved.person, moved.on)
                began[moved.person] = (moved.to_union, moved.on, None)
            for left in chapter.left:
                # Who leaves with the union of an administrative body goes on working there.
                stays = left.kind == "strike_off" or left.on == ADMINISTRATIVE_END
                end(left.person, None if stays else left.on)
        for person in list(began):
            end(person, None)
        for part in _batches(items, 20_000):
            employ(actor=self.actor, items=part)


def _alone(work: Callable[[], None]) -> None:
    """Do the work in this thread, and give its connection back."""
    try:
        work()
    finally:
        connection.close()


def _analyse(*tables: str) -> None:
    """Tell the planner how large tables have become: it plans for empty ones until somebody does."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _quarters(chapter: Chapter) -> Iterable[tuple[date, date]]:
    starts = chapter.from_on
    while starts < chapter.to_on:
        month = (starts.month - 1) // 3 * 3 + 4
        ends = date(starts.year + month // 13, (month - 1) % 12 + 1, 1)
        yield starts, min(ends, chapter.to_on)
        starts = ends


def _batches(items: list[T], size: int) -> Iterable[list[T]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
