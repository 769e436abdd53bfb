"""What follows in the books when a person's data is changed."""

from congdoan.registry.membership.actions import follow_people
from congdoan.registry.people.actions import declare_follower

declare_follower("membership", follow_people)
