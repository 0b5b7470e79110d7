"""The course manifest: ``[tool.course]`` in ``pyproject.toml``, where the course is published."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from course.errors import CourseError
from course.platforms import Published

PLACEHOLDER = "your-organisation"


@dataclass(frozen=True)
class Manifest:
    """Who publishes the course, and where.

    Attributes
    ----------
    title
        The course's title.
    organisation, repository, branch
        The public repository that holds the releases.
    edition
        The edition, also its tag.
    """

    title: str
    organisation: str
    repository: str
    branch: str
    edition: str

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """Read the manifest of the course at ``root``.

        Raises
        ------
        CourseError
            If it is absent or lacks an entry.
        """
        path = root / "pyproject.toml"
        try:
            table = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
        except tomllib.TOMLDecodeError as error:
            raise CourseError(
                f"the manifest cannot be read ({error})", where=str(path), do="mend the file"
            ) from error
        entries = table.get("tool", {}).get("course", {})
        lacking = [field.name for field in fields(cls) if not entries.get(field.name)]
        if lacking:
            raise CourseError(
                f"the course manifest lacks {', '.join(lacking)}",
                where=str(path),
                do="fill in the table [tool.course]; docs/instructors.md shows it",
            )
        return cls(**{field.name: str(entries[field.name]) for field in fields(cls)})

    def published(self, lesson: str, notebook: str) -> Published:
        """Return the public place of a released notebook."""
        path = f"release/{lesson}/{notebook}.ipynb"
        return Published(self.organisation, self.repository, self.branch, path)

    def base_url(self, lesson: str) -> str:
        """Return the address of a lesson's released files, ending in a slash."""
        return self.published(lesson, "x").raw.removesuffix("x.ipynb")

    @property
    def package(self) -> str:
        """What ``pip install`` takes to get the student package from the public repository."""
        return (
            f"https://github.com/{self.organisation}/{self.repository}"
            f"/archive/refs/heads/{self.branch}.zip"
        )
