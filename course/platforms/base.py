"""What every platform can say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Published:
    """A notebook's place in the course's public repository.

    Attributes
    ----------
    organisation, repository, branch
        The public repository students reach.
    path
        The notebook's path in it, with forward slashes.
    """

    organisation: str
    repository: str
    branch: str
    path: str

    @property
    def blob(self) -> str:
        """Address of the notebook's page on GitHub."""
        return f"https://github.com/{self.organisation}/{self.repository}/blob/{self.branch}/{self.path}"

    @property
    def raw(self) -> str:
        """Address of the notebook's bytes."""
        return (
            f"https://raw.githubusercontent.com/{self.organisation}/{self.repository}"
            f"/{self.branch}/{self.path}"
        )


class Platform(Protocol):
    """A place to run notebooks."""

    name: str
    badge: str
    pitfall: str

    def here(self) -> bool:
        """Say whether this process runs on the platform."""
        ...

    def link(self, notebook: Published) -> str:
        """Return the address that opens the notebook there with one click."""
        ...

    def metadata(self, *, accelerator: str, name: str) -> dict[str, Any]:
        """Return notebook metadata that preselects the accelerator (``"gpu"`` or ``"none"``)."""
        ...
