"""Roles, capabilities and grants: what an actor may see and do, where and until when."""
