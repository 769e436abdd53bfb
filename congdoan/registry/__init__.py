"""The registers: union bodies, employers, people, membership."""
