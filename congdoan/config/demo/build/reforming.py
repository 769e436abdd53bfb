"""The tree before the story, and the reform of 01/7/2025."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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
from congdoan.config.demo.story import DemoEmployer, DemoUnion, Reform
from congdoan.foundation.catalogues.models import Park, Territory
from congdoan.foundation.files.actions import chunks_of, store
from congdoan.foundation.units.models import Unit, UnitKind
from congdoan.registry.organisation.actions import NewUnion
from congdoan.registry.reorganisation.actions import ReorganisationData, commit, draft
from congdoan.registry.reorganisation.decision_lists import read_decision_list, write_decision_list


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
        """01/7/2025 as one reorganisation decision with its list: commune unions begin, unions and employers go to
        their new superiors, unions of administrative bodies, districts and merged provinces end."""
        reform = self.story.reform
        assert reform is not None
        recorded_at = min(self.now, morning(REFORM))
        rows = [*self._new_communes(reform), *self._endings(reform), *self._divisions(reform)]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "quyet-dinh-sap-xep-01-7-2025.xlsx"
        write_decision_list(path, rows)
        read = read_decision_list(path)
        assert not read.problems, read.problems[0]
        made = draft(
            actor=self.actor,
            on=REFORM,
            data=ReorganisationData(
                title="Sắp xếp tổ chức công đoàn ba cấp theo Luật 97/2025/QH15",
                authority=self.done.units[ROOT_CODE],
                effective_on=REFORM,
                number=f"2025/QĐ-TLĐ {PAPER}",
                issued_on=ADMINISTRATIVE_END,
                file=store(
                    actor=self.actor,
                    name=path.name,
                    chunks=chunks_of(path),
                    capability="reorganisation.view",
                    unit=self.done.units[ROOT_CODE],
                ),
            ),
            steps=read.steps,
        )
        sheet = commit(actor=self.actor, on=REFORM, reorganisation=made, recorded_at=recorded_at)
        self.done.units = {
            unit.code: unit for unit in Unit.objects.filter(code__in=[*self.done.units, *_codes(reform)])
        }
        counts = sheet.counts
        self.say(
            f"Sắp xếp 01/7/2025: {len(reform.communes)} công đoàn xã, phường; {counts.get('moved', 0)} đơn vị chuyển; "
            f"{counts.get('ended', 0)} đơn vị kết thúc, trong đó {len(reform.ended)} công đoàn cơ quan hành chính"
        )

    def _new_communes(self, reform: Reform) -> Iterator[dict[str, str]]:
        """Commune unions where there are members and unions enough."""
        names = dict(Territory.objects.filter(level="commune").values_list("code", "name"))
        kind = UnitKind.objects.get(pk="commune_union").name
        for commune in reform.communes:
            territory = self._communes[commune.communes_of, commune.commune]
            name = f"Công đoàn {names[territory][0].lower()}{names[territory][1:]}"
            yield {
                "action": "Thành lập",
                "unit": commune.code,
                "name": name,
                "kind": kind,
                "target": commune.superior,
                "territory": territory,
            }

    def _endings(self, reform: Reform) -> Iterator[dict[str, str]]:
        """Unions of administrative bodies end; their members have left the day before. Sector unions of a province
        that is merged go into those of the other."""
        for index in reform.ended:
            union = self.story.unions[index]
            yield {
                "action": "Giải thể",
                "unit": union.code,
                "unit_name": union.name,
                "leave": "thôi là đoàn viên",
                "reason": "Công đoàn trong cơ quan hành chính kết thúc hoạt động",
            }
        for province in PROVINCES:
            for end in SECTOR_UNIONS if province.successor else ():
                yield {
                    "action": "Sáp nhập",
                    "unit": f"{province.code}-{end}",
                    "target": f"{province.successor}-{end}",
                }

    def _divisions(self, reform: Reform) -> Iterator[dict[str, str]]:
        """What stood under a district, or directly under a province, goes to the union of its commune where there is
        one, and else to the province."""
        held: dict[str, set[tuple[str, str]]] = defaultdict(set)
        things: list[DemoUnion | DemoEmployer] = [*self.story.unions, *self.story.employers]
        for thing in things:
            held[thing.superior].add((self._province[thing.province].communes_of, thing.commune))
        for province in PROVINCES:
            home = province.successor or province.code
            above = [district.code for district in province.districts]
            above.append(province.code)
            for code in above:
                communes = [
                    item for item in reform.communes if (item.communes_of, item.commune) in held[code]
                ]
                if not communes and code == home:
                    continue  # a province that stands and has nothing to give
                for item in communes:
                    yield {
                        "action": "Chia tách",
                        "unit": code,
                        "target": item.code,
                        "communes": self._communes[item.communes_of, item.commune],
                    }
                rest = {"unit": code, "target": home}
                yield rest | {"action": "Chia tách" if communes else "Sáp nhập"}


def _codes(reform: Reform) -> list[str]:
    return [commune.code for commune in reform.communes]
