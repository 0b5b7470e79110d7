"""Which of the files is the notebook: by its name, and of several the latest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.intake.folder import Found
from autograder.intake.names import Version, belongs_to, is_notebook, version_of
from autograder.intake.refuse import shown


@dataclass(frozen=True)
class Bundle:
    """Files that were handed in together.

    Attributes
    ----------
    name
        The zip file's name; empty for the folder itself.
    files
        What is in it.
    """

    name: str
    files: tuple[Found, ...]


@dataclass(frozen=True)
class Candidate:
    """A file that may be the notebook."""

    bundle: Bundle
    file: Found
    version: Version

    @property
    def label(self) -> str:
        """Its name as it can be shown."""
        return shown("/".join(filter(None, (self.bundle.name, self.file.name))))

    @property
    def age(self) -> tuple[Version, float]:
        """What tells the latest: the platform's count, and where that is the same, the time."""
        return self.version, self.file.when


def candidates(bundles: Iterable[Bundle], notebooks: Iterable[str]) -> dict[str, list[Candidate]]:
    """Return the files that may be each notebook, the latest first.

    In one bundle only those nearest to the top: what lies deeper is a backup of the student's.
    """
    expected = list(notebooks)
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for bundle in bundles:
        here: defaultdict[str, list[Candidate]] = defaultdict(list)
        for file in bundle.files:
            match = belongs_to(file.name.rpartition("/")[2], expected)
            if match:
                version = max(match[1], version_of(bundle.name))
                here[match[0]].append(Candidate(bundle, file, version))
        for notebook, files in here.items():
            top = min(depth(candidate.file) for candidate in files)
            found[notebook] += [c for c in files if depth(c.file) == top]
    return {name: sorted(files, key=lambda c: c.age, reverse=True) for name, files in found.items()}


def depth(file: Found) -> int:
    """Return in how many folders a file lies."""
    return file.name.count("/")


def only_notebook(bundles: Iterable[Bundle]) -> Candidate | None:
    """Return the notebook if only one was handed in, whatever its name."""
    every = [Candidate(b, f, (0, 0)) for b in bundles for f in b.files if is_notebook(f.name)]
    return every[0] if len(every) == 1 else None


def left_aside(files: list[Candidate]) -> list[str]:
    """Say which of several files was used."""
    if len(files) < 2:
        return []
    others = ", ".join(f"'{candidate.label}'" for candidate in files[1:])
    return [
        f"of several files '{files[0].label}', the latest, was used; left as they are: {others}"
    ]
