"""What happened in the demonstration, as plain data: employers, unions, people, and each year's events.

Nothing here touches a database. The same seed, scale and last day give the same story, down to every name.
"""

from congdoan.config.demo.story.shapes import (
    ADMINISTRATIVE,
    DISSOLVED,
    Chapter,
    CommuneUnion,
    Counted,
    DemoEmployer,
    DemoUnion,
    Joining,
    Leaving,
    Moving,
    Reform,
    Story,
    zone_of,
)
from congdoan.config.demo.story.telling import tell

__all__ = [
    "ADMINISTRATIVE",
    "DISSOLVED",
    "Chapter",
    "CommuneUnion",
    "Counted",
    "DemoEmployer",
    "DemoUnion",
    "Joining",
    "Leaving",
    "Moving",
    "Reform",
    "Story",
    "tell",
    "zone_of",
]
