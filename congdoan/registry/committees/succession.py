"""What becomes of posts when a union ends by itself; the rules for rearrangements stand beside the model (founding)."""

from __future__ import annotations

from congdoan.registry.committees.actions import end_posts
from congdoan.registry.organisation.actions import declare_ending

declare_ending("committees.posts", end_posts)
