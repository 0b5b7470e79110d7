"""A download of Canvas or Moodle is spread over submitted/, and nothing is lost."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from typer.testing import CliRunner

from autograder import lms
from autograder.cli import app
from autograder.directory import Directory
from autograder.lms import collect
from autograder.roster import Person
from course.errors import CourseError, UsageError

LESSON = "01_tiny"
DAY = (2026, 3, 1, 12, 0, 0)
LATER = (2026, 3, 2, 12, 0, 0)
Date = tuple[int, int, int, int, int, int]
Dates = dict[str, Date]


@pytest.fixture
def course(tiny_course: Callable[..., Path]) -> Directory:
    return Directory.open(tiny_course())


def download(course: Directory, files: dict[str, str], dates: Dates | None = None) -> Path:
    path = course.root / "submissions.zip"
    with zipfile.ZipFile(path, "w") as pack:
        for name, text in files.items():
            pack.writestr(zipfile.ZipInfo(name, (dates or {}).get(name, DAY)), text)
    return path


def here(course: Directory) -> dict[str, str]:
    """All files in submitted/, below the lesson's folder."""
    top = course.root / "submitted"
    return {
        path.relative_to(top).as_posix().replace(f"/{LESSON}/", ":"): path.read_text()
        for path in top.rglob("*")
        if path.is_file()
    }


CANVAS = {
    f"lovelaceada_12345_67890_{LESSON}-2.ipynb": "ada",
    "lovelaceada_12345_67891_data.csv": "1,2",
    f"babbagecharles_LATE_12346_67892_Copy_of_{LESSON}.ipynb": "charles",
}
MOODLE = {
    f"Ada Lovelace_123456_assignsubmission_file_/{LESSON}.ipynb": "ada",
    "Ada Lovelace_123456_assignsubmission_file_/data/a.csv": "1,2",
    f"Charles Babbage_123457_assignsubmission_file/{LESSON}.ipynb": "charles",
    "Charles Babbage_123457_assignsubmission_onlinetext_/onlinetext.html": "<p>",
}


def test_canvas_files_reach_their_students(course: Directory) -> None:
    done = collect(course, LESSON, download(course, CANVAS))
    assert here(course) == {
        f"lovelaceada:{LESSON}-2.ipynb": "ada",
        "lovelaceada:data.csv": "1,2",
        f"babbagecharles:Copy_of_{LESSON}.ipynb": "charles",
    }
    assert done.new == ["babbagecharles", "lovelaceada"]
    assert done.late == ["babbagecharles"]
    assert done.left_out == done.missing == done.strangers == []


def test_moodle_folders_reach_their_students(course: Directory) -> None:
    done = collect(course, LESSON, download(course, MOODLE))
    assert here(course) == {
        f"ada-lovelace:{LESSON}.ipynb": "ada",
        "ada-lovelace:data/a.csv": "1,2",
        f"charles-babbage:{LESSON}.ipynb": "charles",
    }
    assert len(done.left_out) == 1
    assert "onlinetext" in done.left_out[0]


@pytest.mark.parametrize(
    "name",
    [
        f"Ada Lovelace_123456_assignsubmission_file_{LESSON}.ipynb",
        f"submissions/lovelaceada_1_2_{LESSON}.ipynb",
        f"hw/Ada Lovelace_123456_assignsubmission_file_/{LESSON}.ipynb",
    ],
)
def test_flat_moodle_files_and_packed_again_ones_are_known(course: Directory, name: str) -> None:
    done = collect(course, LESSON, download(course, {name: "x", "__MACOSX/._x": "junk"}))
    assert done.left_out == []
    ((where, _),) = here(course).items()
    assert where.endswith(f":{LESSON}.ipynb")


def test_a_roster_gives_the_ids_and_tells_who_is_missing(course: Directory) -> None:
    people = [Person("s1", "Ada Lovelace", ""), Person("s3", "Grace Hopper", "")]
    done = collect(course, LESSON, download(course, CANVAS), people)
    assert set(here(course)) >= {f"s1:{LESSON}-2.ipynb"}
    assert (done.missing, done.strangers) == (["s3"], ["babbagecharles"])


def test_the_same_download_twice_changes_nothing(course: Directory) -> None:
    collect(course, LESSON, download(course, CANVAS))
    before = here(course)
    done = collect(course, LESSON, download(course, CANVAS))
    assert here(course) == before
    assert (done.new, done.same) == ([], ["babbagecharles", "lovelaceada"])


def test_what_was_there_before_is_kept(course: Directory) -> None:
    for number in ("one", "two", "three"):
        name = f"lovelaceada_1_2_{LESSON}.ipynb"
        collect(course, LESSON, download(course, {name: number, "lovelaceada_1_3_a.csv": "same"}))
    assert here(course) == {
        f"lovelaceada:{LESSON}.ipynb": "three",
        "lovelaceada:a.csv": "same",
        f"lovelaceada:earlier/1/{LESSON}.ipynb": "one",
        "lovelaceada:earlier/1/a.csv": "same",
        f"lovelaceada:earlier/2/{LESSON}.ipynb": "two",
        "lovelaceada:earlier/2/a.csv": "same",
    }


def test_a_file_that_is_gone_from_the_download_is_kept_apart(course: Directory) -> None:
    collect(course, LESSON, download(course, CANVAS))
    fewer = {name: text for name, text in CANVAS.items() if "csv" not in name}
    collect(course, LESSON, download(course, fewer))
    assert "lovelaceada:data.csv" not in here(course)
    assert here(course)["lovelaceada:earlier/1/data.csv"] == "1,2"


def test_two_files_of_one_name_are_both_there(course: Directory) -> None:
    files = {"lovelaceada_1_2_a.ipynb": "one", "lovelaceada_1_3_a.ipynb": "two"}
    collect(course, LESSON, download(course, files))
    assert here(course) == {
        "lovelaceada:a.ipynb": "one",
        "lovelaceada:lovelaceada_1_3_a.ipynb": "two",
    }


@pytest.mark.parametrize("name", ["timestamp.txt", "earlier/x", "earlier"])
def test_a_student_cannot_write_what_is_ours(course: Directory, name: str) -> None:
    start = "Ada L_1_assignsubmission_file_"
    collect(course, LESSON, download(course, {f"{start}/{name}": "1999-01-01 00:00:00 UTC"}))
    assert list(here(course)) == [f"ada-l:handed-in/{name}"]


def test_dates_of_handing_in_are_written_as_nbgrader_reads_them(
    course: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        late = next(name for name in CANVAS if "LATE" in name)
        collect(course, LESSON, download(course, CANVAS, {late: LATER}))
    finally:
        monkeypatch.undo()
        time.tzset()
    folder = course.folder("submitted", "babbagecharles", LESSON)
    assert (folder / "timestamp.txt").read_text() == "2026-03-02 11:00:00.000000 UTC"
    read = CourseDirectory(config=course.config).get_existing_timestamp(str(folder))
    assert read is not None
    assert read.isoformat() == "2026-03-02T11:00:00"


NO_DATE = (1980, 1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    "dates", [{}, dict.fromkeys(CANVAS, NO_DATE), {next(iter(CANVAS)): NO_DATE}]
)
def test_the_date_of_a_download_is_no_time_of_handing_in(course: Directory, dates: Dates) -> None:
    collect(course, LESSON, download(course, CANVAS, dates))
    assert not any("timestamp" in name for name in here(course))


def test_files_keep_their_dates(course: Directory) -> None:
    collect(course, LESSON, download(course, CANVAS))
    path = course.folder("submitted", "lovelaceada", LESSON) / "data.csv"
    assert time.localtime(path.stat().st_mtime)[:6] == DAY


@pytest.mark.parametrize(
    "name",
    [
        "lovelaceada_1_2_../../../evil",
        "Ada L_1_assignsubmission_file_/../../../../evil",
        "Ada L_1_assignsubmission_file_/..\\evil",
        "../lovelaceada_1_2_evil",
    ],
)
def test_no_file_is_written_elsewhere(course: Directory, name: str) -> None:
    outside = {path for path in course.root.parent.rglob("*") if "submitted" not in path.parts}
    done = collect(course, LESSON, download(course, {name: "evil", **CANVAS}))
    assert len(done.left_out) == 1
    assert "elsewhere" in done.left_out[0]
    assert "evil" not in here(course).values()
    after = {path for path in course.root.parent.rglob("*") if "submitted" not in path.parts}
    assert after - outside == {course.root / "submissions.zip"}


def test_a_damaged_file_stops_none_of_the_others(course: Directory) -> None:
    path = download(course, CANVAS)
    path.write_bytes(path.read_bytes().replace(b"charles" + b"PK", b"CHARLES" + b"PK"))
    done = collect(course, LESSON, path)
    assert (done.new, done.same) == (["lovelaceada"], [])
    assert "damaged" in done.left_out[0]
    assert not course.folder("submitted", "babbagecharles", LESSON).exists()


def test_a_file_too_large_is_left_out(course: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lms, "MOST_BYTES", 3)
    done = collect(course, LESSON, download(course, CANVAS))
    assert done.new == ["lovelaceada"]
    assert "too large" in done.left_out[0]


def test_a_link_for_a_students_folder_is_refused(course: Directory, tmp_path: Path) -> None:
    (course.root / "submitted").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (course.root / "submitted" / "lovelaceada").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="a link"):
        collect(course, LESSON, download(course, CANVAS))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_is_no_download_is_refused(course: Directory) -> None:
    with pytest.raises(CourseError, match="as Canvas or Moodle name them"):
        collect(course, LESSON, download(course, {"notes.txt": "x"}))
    (course.root / "text.zip").write_text("text")
    for name in ("text.zip", "none.zip"):
        with pytest.raises(UsageError, match="cannot be read"):
            collect(course, LESSON, course.root / name)


def test_the_command_tells_who_was_found_and_who_is_missing(course: Directory) -> None:
    path = download(course, CANVAS)
    roster = course.root / "roster.csv"
    roster.write_text("id,name\ns1,Ada Lovelace\ns2,Charles Babbage\ns3,Grace Hopper\n")
    arguments = ["collect", "01", str(path), "--root", str(course.root), "--roster", str(roster)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == ["new: s1, s2 (2)", "late: s2 (1)", "missing: s3 (1)"]


def test_wrong_use_of_the_command_exits_with_2(course: Directory) -> None:
    arguments = ["collect", "01", str(course.root / "none.zip"), "--root", str(course.root)]
    assert CliRunner().invoke(app, arguments).exit_code == 2
