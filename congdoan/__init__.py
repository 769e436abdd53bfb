"""congdoan: what Vietnamese trade unions run their growth on. The house in one page: docs/map.md."""
