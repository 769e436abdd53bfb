"""Addresses of static files, worked out once: a page names icons and styles some fifty times."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class RememberedStaticFiles(CompressedManifestStaticFilesStorage):
    """The hashed names of the manifest, which stays as it is for as long as a process runs."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        if force:
            found: str = super().url(name, force)
            return found
        if name not in self._urls:
            self._urls[name] = super().url(name)
        return self._urls[name]
