"""Where something is: latitude and longitude as people paste them from a map, and the distance between two places."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

#: Kilometres of one degree of latitude.
KM_A_DEGREE = 111.32
#: Viet Nam with its islands, with some room around it.
_LATITUDES, _LONGITUDES = (4.0, 24.5), (101.0, 118.5)
_PAIR = re.compile(r"(\d{1,2}(?:[.,]\d{1,12})?)\s*[;,\s]\s*(\d{2,3}(?:[.,]\d{1,12})?)")


class PlaceError(ValueError):
    """Not a place; the message says how to write one."""


@dataclass(frozen=True)
class Place:
    """Degrees north and east."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:.5f}, {self.longitude:.5f}"

    @property
    def km_a_degree_east(self) -> float:
        """Kilometres of one degree of longitude there."""
        return KM_A_DEGREE * math.cos(math.radians(self.latitude))

    def km_to(self, other: Place) -> float:
        """Straight-line kilometres as on a flat map around this place: within 1 % up to some hundred kilometres."""
        north = (other.latitude - self.latitude) * KM_A_DEGREE
        east = (other.longitude - self.longitude) * self.km_a_degree_east
        return math.hypot(north, east)


def parse_place(typed: str) -> Place | None:
    """ "20.84491, 106.68812" as maps write it, or "20,84491; 106,68812"; None for nothing. Raises PlaceError."""
    words = typed.strip().strip("()")
    if not words:
        return None
    found = _PAIR.fullmatch(words)
    if found is None:
        raise PlaceError("Hãy ghi vĩ độ, kinh độ như trên bản đồ: 20.84491, 106.68812.")
    place = Place(*(float(part.replace(",", ".")) for part in found.groups()))
    if not (
        _LATITUDES[0] <= place.latitude <= _LATITUDES[1]
        and _LONGITUDES[0] <= place.longitude <= _LONGITUDES[1]
    ):
        raise PlaceError("Vị trí này không ở Việt Nam. Hãy kiểm tra thứ tự: vĩ độ trước, kinh độ sau.")
    return place
