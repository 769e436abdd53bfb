"""What follows in the books when a person's data, or the sector of a unit, is changed."""

from congdoan.registry.membership.actions import follow_people, follow_sectors
from congdoan.registry.organisation import actions as organisation
from congdoan.registry.people import actions as people

people.declare_follower("membership", follow_people)
organisation.declare_follower("membership", follow_sectors)
