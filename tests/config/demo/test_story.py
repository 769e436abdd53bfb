"""The story is the same every time, obeys the law, and names nobody twice."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vietnam_provinces import Ward

from congdoan.config.demo.bodies import BOOKS_OPEN, PROVINCES, REFORM, ROOT_CODE, SECTOR_UNIONS
from congdoan.config.demo.companies import tax_code
from congdoan.config.demo.story import Story, tell
from congdoan.kit.identifiers import check_citizen_id, check_phone, check_tax_code
from congdoan.registry.enterprises.choices import HEADCOUNT_SOURCES
from congdoan.registry.membership.choices import DEPARTURES

UNTIL = date(2026, 11, 18)
SMALL = 0.03


@lru_cache
def small() -> Story:
    return tell(until=UNTIL, scale=SMALL)


def test_the_same_every_time() -> None:
    again = tell(until=UNTIL, scale=SMALL)
    assert again.people == small().people
    assert again.employers == small().employers
    assert again.chapters == small().chapters


def test_another_seed_is_another_story() -> None:
    assert tell(until=UNTIL, scale=SMALL, seed=7).people != small().people


def test_codes_of_bodies_are_unique() -> None:
    codes = [ROOT_CODE]
    for province in PROVINCES:
        codes.append(province.code)
        codes += [district.code for district in province.districts]
        codes += [zone.code for zone in province.zones]
        codes += [f"{province.code}-{end}" for end in SECTOR_UNIONS]
    story = small()
    codes += [union.code for union in story.unions]
    assert story.reform is not None
    codes += [commune.code for commune in story.reform.communes]
    assert [code for code, times in Counter(codes).items() if times > 1] == []


def test_every_commune_exists_today() -> None:
    names: dict[str, set[str]] = {}
    for ward in Ward.iter_all():
        bare = ward.name
        for kind in ("Phường ", "Xã ", "Đặc khu "):
            bare = bare.removeprefix(kind)
        names.setdefault(f"P{int(ward.province_code):02d}", set()).add(bare.strip())
    for province in PROVINCES:
        for district in province.districts:
            assert set(district.communes) <= names[province.communes_of], district.name


def test_identifiers_have_the_right_shape_and_belong_to_one_person() -> None:
    people = [person for person in small().people if person.nationality == "VN"]
    assert len({person.citizen_id for person in people}) == len(people)
    for person in people[:800]:
        sex = "male" if person.sex == "m" else "female"
        assert check_citizen_id(person.citizen_id, birth_on=person.birth_on, sex=sex).warnings == ()
        assert check_phone(person.phone).warnings == ()
    passports = [person.passport for person in small().people if person.nationality != "VN"]
    assert passports and len(set(passports)) == len(passports)


@given(st.integers(1, 900_000))
def test_tax_codes_check_and_differ(number: int) -> None:
    assert check_tax_code(tax_code(number)).warnings == ()
    assert tax_code(number) != tax_code(number + 1)


def test_nobody_belongs_to_two_unions_and_every_movement_finds_its_member() -> None:
    story = small()
    at: dict[int, int] = {}
    for chapter in story.chapters:
        events = [(item.on, 0, item.person, None, item.union) for item in chapter.joined]
        events += [(item.on, 1, item.person, item.from_union, item.to_union) for item in chapter.moved]
        events += [(item.on, 2, item.person, item.union, None) for item in chapter.left]
        for on, _, person, source, target in sorted(events, key=lambda event: event[:3]):
            assert chapter.from_on <= on < chapter.to_on
            assert at.get(person) == source, (person, on)
            if target is None:
                del at[person]
                continue
            union = story.unions[target]
            assert union.founded_on <= on and (union.ended_on is None or on < union.ended_on)
            at[person] = target
    assert Counter(at.values()) == {
        union.index: len(union.members) for union in story.unions if union.members
    }


def test_the_law_is_kept() -> None:
    story = small()
    kinds = {item.kind for chapter in story.chapters for item in chapter.left}
    assert kinds <= set(DEPARTURES)
    for chapter in story.chapters:
        for joined in chapter.joined:
            person, union = story.people[joined.person], story.unions[joined.union]
            if person.nationality == "VN":
                continue
            assert joined.on >= REFORM and union.kind == "grassroots_union"
            assert joined.contract is not None
            begins, ends = joined.contract
            assert begins <= joined.on and ends is not None and (ends - begins).days >= 365
        sources = {source for source, _ in HEADCOUNT_SOURCES}
        assert all(item.source in sources and item.women <= item.workers for item in chapter.counted)


def test_the_reform_ends_unions_of_administrative_bodies() -> None:
    story = small()
    assert story.reform is not None and story.reform.ended and story.reform.communes
    for index in story.reform.ended:
        assert story.unions[index].ended_on == REFORM and not story.unions[index].members
    by_code = {province.code: province for province in PROVINCES}
    for union in story.unions:
        after = story.superior_after(by_code[union.province], union.superior, union.commune)
        assert not after.startswith(("HD", "BD")) or after.startswith("BD-KCN")


@settings(max_examples=12, deadline=None)
@given(st.dates(date(2021, 10, 2), date(2027, 6, 30)), st.sampled_from([0.01, 0.02]))
def test_a_story_of_any_length_stays_within_its_days(until: date, scale: float) -> None:
    story = tell(until=until, scale=scale)
    for chapter in story.chapters:
        days = [item.on for item in (*chapter.joined, *chapter.moved, *chapter.left, *chapter.counted)]
        assert all(BOOKS_OPEN <= day <= until for day in days)
        assert all(story.unions[index].founded_on <= until for index in chapter.unions)
    assert (story.reform is None) == (until < REFORM)


def test_it_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="01/10/2021"):
        tell(until=BOOKS_OPEN)
