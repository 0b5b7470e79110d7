"""Hand in: one zip file with the notebook, the files its lesson names, and a receipt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import course
from course.errors import CourseError
from course.files import write_atomic
from course.platforms import Platform, detect
from course.platforms.saved import notebook_file, read
from course.submission.artefacts import take_along
from course.submission.freshness import Lacking, lacks_what_ran, what_ran, when_saved
from course.submission.notebook import Notebook, valid
from course.submission.outputs import lightened
from course.submission.pack import digests, pack, receipt_of
from course.submission.receipt import NotPacked, Receipt
from course.submission.released import Released, look

__all__ = ["NotPacked", "Receipt", "submit"]

_lacking: dict[Path, Lacking] = {}
"""What this kernel asked to be saved."""


def submit(
    notebook: str | Path | None = None, *, place: Platform | None = None
) -> Receipt | NotPacked:
    """Pack the notebook for handing in, and say what is in the file and what is not.

    Nothing is sent: you give the file to your instructor.

    Examples
    --------
    >>> submit()
    ✔ Ready to hand in: `03_train_end_to_end.zip`, 312 kB. …
    >>> submit(notebook="my copy.ipynb")  # where the notebook cannot be found from its kernel

    Parameters
    ----------
    notebook
        The notebook's file; by default the notebook this is called in.
    place
        The platform; by default the one this runs on.

    Returns
    -------
    Receipt or NotPacked
        Shown by notebooks and by ``print``. Nothing that goes wrong raises.
    """
    here = place or detect()
    try:
        return _packed(_live(here) if notebook is None else _named(Path(notebook)), here)
    except CourseError as error:
        return NotPacked(error)
    except OSError as error:
        what = f"a file cannot be reached ({error.strerror or error})"
        return NotPacked(CourseError(what, where=error.filename or "", do="run this again"))


@dataclass(frozen=True)
class _Source:
    """A notebook and where it came from.

    Attributes
    ----------
    file
        The file that holds it; None if a front end gave it.
    folder
        Where its artefacts are.
    saved
        When the file was saved, in seconds; None where that is not known.
    stale
        Whether the file lacks what was run last.
    """

    notebook: Notebook
    file: Path | None
    folder: Path
    saved: float | None = None
    stale: bool = False

    @property
    def name(self) -> str:
        """What to call the notebook if it does not say."""
        colab = self.notebook["metadata"].get("colab")
        called = str(colab.get("name", "")) if isinstance(colab, dict) else ""
        return self.file.stem if self.file else Path(called).stem or "notebook"


def _live(here: Platform) -> _Source:
    file = notebook_file()
    # Before it is read: if it is saved meanwhile, what is read may be newer than this, never older.
    saved = _saved(file) if file else None
    try:
        notebook = valid(here.live_notebook())
    except CourseError as error:
        by_hand = 'or name the notebook\'s file: `course.submit(notebook="name.ipynb")`'
        do = f"{error.do}; {by_hand}" if error.do else by_hand.removeprefix("or ")
        raise CourseError(error.what, where=error.where, do=do) from error
    stale = file is not None and _stale(notebook, file, saved or 0)
    return _Source(notebook, file, Path.cwd(), saved, stale)


def _stale(notebook: Notebook, file: Path, saved: float) -> bool:
    ran = what_ran()
    settled = _lacking[file].settled(saved, ran) if file in _lacking else ()
    stale = lacks_what_ran(notebook, ran, settled)
    if stale:
        _lacking[file] = Lacking(saved, ran)
    return stale


def _named(path: Path) -> _Source:
    file = path.expanduser().absolute()
    if not file.is_file():
        raise CourseError("there is no such file", where=str(file), do="check the name")
    saved = _saved(file)
    return _Source(valid(read(file), str(file)), file, file.parent, saved)


def _saved(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        return None


def _packed(source: _Source, here: Platform) -> Receipt:
    released = Released.of(source.notebook, source.name)
    looked = look(released, source.notebook)
    if looked.empty and source.stale:
        raise CourseError(
            "the notebook's file lacks what you ran last", do="save (Ctrl+S), then run this again"
        )
    if looked.empty:
        raise CourseError(
            "no exercise is answered",
            do="write your code, run its cell, save the notebook, then run this again",
        )
    light, lighter = lightened(source.notebook)
    beside, left = take_along([source.folder, here.outputs()], released.artefacts)
    files = {name: _contents(path) for name, path in beside.items()}
    files[f"{released.notebook}.ipynb"] = _bytes(light)
    when = datetime.now(UTC)
    facts = {"lesson": released.lesson, "edition": released.edition, "course": course.__version__}
    path = here.outputs() / f"{released.notebook}.zip"
    write_atomic(path, pack(files, facts, when))
    return Receipt(
        path=path,
        where=_handed_over(here, path),
        digest=receipt_of(digests(files)),
        files=tuple((name, len(content)) for name, content in sorted(files.items())),
        answers=looked.answers,
        unanswered=looked.unanswered,
        told=(*looked.told, *lighter, *left, *_age(source, when)),
        stale=source.stale,
    )


def _bytes(notebook: Notebook) -> bytes:
    written = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return (written + "\n").encode("utf-8", "replace")


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise CourseError(what, where=str(path), do="move it away, or make it again") from error


def _handed_over(here: Platform, path: Path) -> str:
    try:
        return here.hand_over(path)
    except (CourseError, OSError) as error:
        # The file is made: that it could not be given is no reason to take it away.
        why = error.what if isinstance(error, CourseError) else error.strerror or str(error)
        return f"It is here: {path} ({why})"


def _age(source: _Source, now: datetime) -> list[str]:
    if source.file is None or source.saved is None:
        return []
    return [when_saved(source.file.name, datetime.fromtimestamp(source.saved, UTC), now)]
