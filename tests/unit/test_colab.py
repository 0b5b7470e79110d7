"""Colab's ways to fail: Drive refused, absent or dropped, secrets withheld, a silent browser."""

from __future__ import annotations

import errno
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from course import storage
from course.errors import CourseError
from course.platforms import detect
from course.platforms.colab import FOLDER, Colab
from tests import standins

NOTEBOOK: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 0}


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """This process on Colab; the value is the stand-in for its package."""
    return standins.colab(monkeypatch, tmp_path)


def refused(call: Any, *arguments: Any) -> CourseError:
    with pytest.raises(CourseError) as caught:
        call(*arguments)
    return caught.value


def test_drive_is_mounted_once_and_the_folder_is_the_courses(
    colab: ModuleType, tmp_path: Path
) -> None:
    mount = tmp_path / "root" / "content" / "drive"
    assert Colab().keep() == Colab().keep() == mount / "MyDrive" / FOLDER
    assert colab.drive.mounts == [(str(mount), False)]


def test_a_folder_of_that_name_is_not_taken_for_drive(colab: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "root" / "content" / "drive" / "MyDrive").mkdir(parents=True)
    assert "must not already contain files" in refused(Colab().keep).what
    assert colab.drive.mounts


def test_without_a_mount_nothing_is_said_to_be_in_drive(colab: ModuleType) -> None:
    assert "nothing was sent" in Colab().flush()
    Colab().keep()
    assert "is in Drive" in Colab().flush()


def test_a_refused_mount_says_what_to_allow_and_how_to_do_without(colab: ModuleType) -> None:
    colab.drive.refused = True
    error = refused(Colab().keep)
    assert error.what == (
        "Drive could not be mounted (Error: credential propagation was unsuccessful)"
    )
    assert "allow access" in error.do
    assert Colab.pick_up in error.do


def test_after_a_refusal_the_next_try_may_succeed(colab: ModuleType) -> None:
    colab.drive.refused = True
    refused(Colab().keep)
    colab.drive.refused = False
    assert Colab().keep() is not None


def test_where_there_is_no_drive_a_bucket_is_proposed(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERTEX_PRODUCT", "COLAB_ENTERPRISE")
    error = refused(Colab().keep)
    assert error.what == "Drive cannot be mounted here"
    assert "gcloud storage cp" in error.do


def test_in_colab_enterprise_nobody_tries_to_mount(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = standins.colab_enterprise(monkeypatch, tmp_path)
    assert storage.keep() == tmp_path / "root" / "content" / "outputs"
    assert package.drive.mounts == []


def test_a_mount_that_dropped_is_forced_and_the_files_are_still_there(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Colab().keep()
    assert folder is not None
    (folder / "before").write_text("x")
    standins.drop_drive(monkeypatch)
    with pytest.raises(OSError, match="not connected") as dropped:
        (folder / "after").write_text("x")
    assert dropped.value.errno == errno.ENOTCONN
    assert Colab().keep() == folder
    assert [forced for _, forced in colab.drive.mounts] == [False, True]
    assert (folder / "before").read_text() == "x"
    (folder / "after").write_text("x")


def test_a_mount_can_drop_in_the_middle_of_a_file(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Colab().keep()
    assert folder is not None
    standins.drop_drive(monkeypatch, after=10)
    with (folder / "weights").open("wb") as file:
        file.write(b"12345678")
        with pytest.raises(OSError, match="not connected"):
            file.write(b"12345678")
    with pytest.raises(OSError, match="not connected"):
        (folder / "weights").stat()
    assert Colab().keep() == folder
    assert (folder / "weights").read_bytes() == b"12345678"


def test_a_mount_that_dropped_and_is_then_refused_is_explained(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    Colab().keep()
    standins.drop_drive(monkeypatch)
    colab.drive.refused = True
    assert refused(Colab().keep).what.startswith("Drive could not be mounted")


def test_after_flush_the_folder_is_gone_until_it_is_asked_for(
    colab: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = storage.keep()
    (folder / "x").write_text("x")
    storage.flush()
    assert "gone until course.keep() is called again" in capsys.readouterr().out
    assert not folder.exists()
    assert (storage.keep() / "x").read_text() == "x"


def test_a_flush_that_fails_warns_before_the_session_is_ended(colab: ModuleType) -> None:
    Colab().keep()
    colab.drive.stuck = True
    error = refused(Colab().flush)
    assert error.what == "not everything could be sent to Drive (flush_and_unmount failed)"
    assert "do not end the session yet" in error.do


def test_a_secret_comes_from_colabs_own_store_first(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    colab.userdata.secrets["KEY"] = ("of the store", True)
    monkeypatch.setenv("KEY", "of the environment")
    assert storage.secret("KEY") == "of the store"


def test_a_withheld_secret_is_another_matter_than_a_missing_one(colab: ModuleType) -> None:
    colab.userdata.secrets["KEY"] = ("x", False)
    assert refused(storage.secret, "KEY").what == "this notebook may not read the secret 'KEY'"
    assert refused(storage.secret, "OTHER").what == "there is no secret 'OTHER'"
    assert "switch notebook access on" in refused(storage.secret, "KEY").do


def test_the_value_of_a_secret_is_in_no_message(colab: ModuleType) -> None:
    colab.userdata.secrets["KEY"] = ("hunter2", False)
    assert "hunter2" not in str(refused(storage.secret, "KEY"))


def test_a_download_is_started(colab: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "result.txt"
    file.write_text("42")
    assert Colab().hand_over(file).startswith("result.txt is in your browser's downloads.")
    assert colab.files.downloaded == [str(file)]


def test_a_script_cannot_start_one_and_says_where_the_file_is(
    colab: ModuleType, tmp_path: Path
) -> None:
    colab.files.browser = False
    file = tmp_path / "result.txt"
    file.write_text("42")
    assert Colab().hand_over(file) == f"{file} is ready: {Colab.pick_up}."


def test_the_browser_hands_over_the_notebook(colab: ModuleType) -> None:
    colab._message.answers.append({"ipynb": NOTEBOOK})
    assert detect().live_notebook(7) == NOTEBOOK
    assert colab._message.asked == [("get_ipynb", 7)]


def test_silence_is_followed_by_a_second_and_more_patient_try(colab: ModuleType) -> None:
    colab._message.answers += [None, {"ipynb": NOTEBOOK}]
    assert detect().live_notebook(7) == NOTEBOOK
    assert colab._message.asked == [("get_ipynb", 7), ("get_ipynb", 14)]


def test_silence_twice_ends_with_the_way_by_hand(colab: ModuleType) -> None:
    error = refused(detect().live_notebook, 7)
    assert error.what == "the browser did not hand over the notebook (no answer)"
    assert "File ▸ Download ▸ Download .ipynb" in error.do
    assert len(colab._message.asked) == 2


def test_an_error_of_the_browser_is_not_asked_for_twice(colab: ModuleType) -> None:
    colab._message.answers.append(colab._message.MessageError("no such request"))
    assert "MessageError: no such request" in refused(detect().live_notebook).what
    assert len(colab._message.asked) == 1


def test_an_interface_that_is_gone_ends_with_the_way_by_hand(
    colab: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(colab._message, "blocking_request")
    assert "File ▸ Download" in refused(detect().live_notebook).do


def test_an_answer_of_another_shape_ends_with_the_way_by_hand(colab: ModuleType) -> None:
    colab._message.answers.append({"notebook": NOTEBOOK})
    assert "KeyError" in refused(detect().live_notebook).what
