"""Writes the story through the actions that screens and imports use.

Quarter by quarter: whatever belongs to a quarter is booked some days after its end, so that "as it was known then"
has something to show. The reform of 01/7/2025 stands between two quarters and parts the work into two stages; within
a stage people, members and employers are written beside each other, since they meet only in the unions.
"""

from congdoan.config.demo.build.building import Builder, T
from congdoan.config.demo.build.desk import Written

__all__ = ["Builder", "T", "Written"]
