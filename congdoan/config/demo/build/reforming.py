"""The tree before the story, and the reform of 01/7/2025."""

from __future__ import annotations

from congdoan.config.demo.bodies import (
    ADMINISTRATIVE_END,
    BOOKS_OPEN,
    PROVINCES,
    REFORM,
    ROOT_CODE,
    SECTOR_UNIONS,
    short_place,
)
from congdoan.config.demo.build.desk import PAPER, Desk, morning
from congdoan.foundation.catalogues.models import Park, Territory
from congdoan.registry.enterprises.actions import Assignment, assign
from congdoan.registry.organisation.actions import Move, NewUnion, end_unions, move_units, record_decision


class Reforming(Desk):
    """The tree before the story, and the reform of 01/7/2025."""

    def _bodies(self) -> None:
        """The tree above the grassroots as it stood when the books opened."""
        (root,) = self._found(
            [
                NewUnion(
                    ROOT_CODE, "Tổng Liên đoàn Lao động Việt Nam", "TLĐ", "confederation", None, BOOKS_OPEN
                )
            ]
        )
        provinces = self._found(
            [
                NewUnion(
                    province.code,
                    province.name,
                    province.short_name,
                    "provincial_federation",
                    root,
                    BOOKS_OPEN,
                    territory=province.territory,
                )
                for province in PROVINCES
            ]
        )
        territories = dict(Territory.objects.filter(level="district").values_list("name", "code"))
        below: list[NewUnion] = []
        parks: list[Park] = []
        for province, unit in zip(PROVINCES, provinces, strict=True):
            place = short_place(province)
            for district in province.districts:
                below.append(
                    NewUnion(
                        district.code,
                        district.name,
                        district.name[:120],
                        "district_federation",
                        unit,
                        BOOKS_OPEN,
                        territory=territories.get(district.territory),
                    )
                )
            for zone in province.zones:
                below.append(
                    NewUnion(
                        zone.code,
                        zone.name,
                        zone.name[:120],
                        "zone_union",
                        unit,
                        BOOKS_OPEN,
                        territory=province.territory,
                    )
                )
                parks += [
                    Park(code=code, name=name, territory_id=province.territory) for code, name in zone.parks
                ]
            for end, name in SECTOR_UNIONS.items():
                below.append(
                    NewUnion(
                        f"{province.code}-{end}",
                        f"{name} {place}",
                        f"{name} {place}"[:120],
                        "sector_union",
                        unit,
                        BOOKS_OPEN,
                        sector="public_service",
                        territory=province.territory,
                    )
                )
        Park.objects.bulk_create(parks, ignore_conflicts=True)
        self._found(below)

    def _reform(self) -> None:
        """01/7/2025: commune unions begin, unions and employers go to their new superiors, old bodies end."""
        reform, story = self.story.reform, self.story
        assert reform is not None
        recorded_at = min(self.now, morning(REFORM))
        decision = record_decision(
            number=f"2025/QĐ-TLĐ {PAPER}",
            issued_on=ADMINISTRATIVE_END,
            issuer=self.done.units[ROOT_CODE],
            title="Sắp xếp tổ chức công đoàn ba cấp theo Luật 97/2025/QH15",
        )
        names = dict(Territory.objects.filter(level="commune").values_list("code", "name"))
        communes: list[NewUnion] = []
        for commune in reform.communes:
            territory = self._communes[commune.communes_of, commune.commune]
            name = f"Công đoàn {names[territory][0].lower()}{names[territory][1:]}"
            communes.append(
                NewUnion(
                    commune.code,
                    name,
                    name,
                    "commune_union",
                    self.done.units[commune.superior],
                    REFORM,
                    territory=territory,
                    decision=decision,
                )
            )
        self._found(communes, recorded_at=recorded_at)
        assign(
            actor=self.actor,
            items=[
                Assignment(self.done.enterprises[employer.index], unit, REFORM)
                for employer in story.employers
                if employer.index in self.done.enterprises
                and (unit := self._superior(employer, REFORM)) is not self.done.units[employer.superior]
            ],
            decision=decision,
            recorded_at=recorded_at,
        )
        end_unions(
            actor=self.actor,
            on=REFORM,
            units=[self.done.units[story.unions[index].code] for index in reform.ended],
            decision=decision,
            recorded_at=recorded_at,
        )
        moves = [
            Move(self.done.units[union.code], parent)
            for union in story.unions
            if union.founded_on < REFORM
            and (union.ended_on is None or union.ended_on > REFORM)
            and (parent := self._superior(union, REFORM)) is not self.done.units[union.superior]
        ]
        moves += [
            Move(self.done.units[zone.code], self.done.units[province.successor])
            for province in PROVINCES
            if province.successor
            for zone in province.zones
        ]
        move_units(actor=self.actor, on=REFORM, items=moves, decision=decision)
        ended = [self.done.units[district.code] for province in PROVINCES for district in province.districts]
        for province in PROVINCES:
            if province.successor:
                ended += [self.done.units[f"{province.code}-{end}"] for end in SECTOR_UNIONS]
        end_unions(actor=self.actor, on=REFORM, units=ended, decision=decision, recorded_at=recorded_at)
        end_unions(
            actor=self.actor,
            on=REFORM,
            units=[self.done.units[province.code] for province in PROVINCES if province.successor],
            decision=decision,
            recorded_at=recorded_at,
        )
        self.say(
            f"Sắp xếp 01/7/2025: {len(communes)} công đoàn xã, phường; {len(moves)} đơn vị chuyển; "
            f"{len(ended)} công đoàn cấp huyện, ngành và {len(reform.ended)} công đoàn cơ quan hành chính kết thúc"
        )
