"""A course directory as nbgrader knows it: where sources, submissions and the gradebook are."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbgrader.api
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy.exc import OperationalError
from traitlets.config import Config, PyFileConfigLoader

from course.errors import CourseError, UsageError

CONFIG = "nbgrader_config.py"
SEED = ".course-seed"
silent = logging.getLogger("autograder.nbgrader")
"""For nbgrader's commands: what goes wrong reaches us as an exception."""
silent.addHandler(logging.NullHandler())
silent.propagate = False


def schema_version() -> str:
    """Return the version of the gradebook's schema that nbgrader has.

    For a new gradebook nbgrader asks another process, which takes two seconds to start.
    """
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


nbgrader.api.get_alembic_version = schema_version


@dataclass(frozen=True)
class Directory:
    """Any nbgrader course directory, this repository's or another's.

    Attributes
    ----------
    root
        Its absolute path.
    config
        What its ``nbgrader_config.py`` says (empty without one).
    """

    root: Path
    config: Config

    @classmethod
    def open(cls, root: str | Path = ".") -> Directory:
        """Open a course directory.

        Raises
        ------
        UsageError
            If there is no source folder.
        CourseError
            If its configuration cannot be read.
        """
        path = Path(root).resolve()
        config = Config()
        if (path / CONFIG).is_file():
            try:
                config = PyFileConfigLoader(CONFIG, path=str(path)).load_config()
            except Exception as error:  # the file is Python: anything can go wrong in it
                raise CourseError(
                    f"the configuration cannot be read ({type(error).__name__}: {error})",
                    where=str(path / CONFIG),
                    do="mend the file; `nbgrader --version` in that folder shows the same error",
                ) from error
        config.CourseDirectory.root = str(path)
        directory = cls(path, config)
        if not directory.sources.is_dir():
            raise UsageError(
                "this is not a course directory: there is no folder of sources",
                where=str(directory.sources),
                do="go to the course's folder, or name it with --root",
            )
        return directory

    def configured(self, changes: Config) -> Config:
        """Return a copy of the configuration with changes; a plain merge would share parts."""
        config = copy.deepcopy(self.config)
        config.merge(changes)
        return config

    @cached_property
    def nbgrader(self) -> CourseDirectory:
        """The same directory as nbgrader's own object."""
        return CourseDirectory(config=self.config)

    @property
    def database(self) -> str:
        """The gradebook's SQLAlchemy URL."""
        return str(self.nbgrader.db_url)

    @property
    def sources(self) -> Path:
        """The folder that holds one folder a lesson."""
        return self.root / str(self.nbgrader.source_directory)

    @property
    def releases(self) -> Path:
        """The folder of what students get."""
        return self.root / str(self.nbgrader.release_directory)

    def seed(self) -> str:
        """Return the course's secret seed; drawn when it is first asked for, then kept.

        Whoever knows it can work out what hidden tests call a student's code with.

        Raises
        ------
        CourseError
            If the file that keeps it cannot be read or written.
        """
        path = self.root / SEED
        try:
            with contextlib.suppress(FileExistsError), path.open("x") as file:
                path.chmod(0o600)
                file.write(secrets.token_hex(16))
            return path.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise CourseError(
                f"the course's secret seed cannot be kept ({error})", where=str(path),
                do="make the folder writable, or remove a file of that name",
            ) from error  # fmt: skip

    def folder(self, step: str, student: str, lesson: str) -> Path:
        """Return nbgrader's folder for a step, a student and a lesson.

        Parameters
        ----------
        step
            ``"source"``, ``"release"``, ``"submitted"``, ``"autograded"`` or ``"feedback"``.
        student
            The student's id, or ``"."`` for the steps that have none.
        lesson
            The lesson's id.
        """
        name = getattr(self.nbgrader, f"{step}_directory")
        return Path(os.path.normpath(self.nbgrader.format_path(name, student, lesson)))

    def lessons(self) -> list[str]:
        """Return the ids of all lessons, in order."""
        return sorted(
            folder.name
            for folder in self.sources.iterdir()
            if any(folder.glob("*.ipynb")) or (folder / f"{folder.name}.py").is_file()
        )

    def lesson(self, name: str) -> str:
        """Return the id of a lesson given by its id or by an unmistakable beginning of it.

        Raises
        ------
        UsageError
            If there is no such lesson, or several.
        """
        known = self.lessons()
        begins = name.zfill(2) if name.isdecimal() else name  # "3" is lesson 03
        found = [name] if name in known else [id_ for id_ in known if id_.startswith(begins)]
        if len(found) != 1:
            listed = ", ".join(known) or "none"
            raise UsageError(
                f"there is no lesson '{name}'" if not found else f"'{name}' fits several lessons",
                where=str(self.sources),
                do=f"use one of: {listed}",
            )
        return found[0]

    def students(self, lesson: str, step: str = "submitted") -> list[str]:
        """Return the ids of the students for whom a lesson came to a step, sorted."""
        pattern = self.folder(step, "*", lesson)
        depth = pattern.parts.index("*")
        return sorted(
            {
                path.relative_to(self.root).parts[depth - len(self.root.parts)]
                for path in self.root.glob(str(pattern.relative_to(self.root)))
            }
        )


def unusable(error: OperationalError, where: str) -> CourseError:
    """Return what to tell of a gradebook that cannot be read or written."""
    return CourseError(
        f"the gradebook cannot be used ({error.orig})", where=where,
        do="close other programs that write to it, then run the same command again: students "
        "recorded so far are kept; after an upgrade of nbgrader, copy the file and run "
        "`nbgrader db upgrade`",
    )  # fmt: skip
