"""Every platform of the registry against every member of its protocol, each in its stand-in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from course import storage
from course.errors import CourseError
from course.platforms import PLATFORMS, Platform, Published, detect
from tests import standins

PLACE = Published("org", "repo", "main", "release/01_tiny/01_tiny.ipynb")
NOTEBOOK: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
SENTENCES = ("session", "places", "lost", "pitfall")
LONGEST = 120


@pytest.fixture(params=PLATFORMS, ids=lambda platform: platform.key)
def there(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Platform:
    """A platform of the registry, with this process put into it."""
    standins.PLACES[request.param.key](monkeypatch, tmp_path)
    return request.param


def test_every_platform_has_a_stand_in_and_a_key_of_its_own() -> None:
    keys = [platform.key for platform in PLATFORMS]
    assert sorted(standins.PLACES) == sorted(keys)
    assert len({platform.name for platform in PLATFORMS}) == len(set(keys)) == len(keys)


def test_detect_finds_it(there: Platform) -> None:
    assert detect() is there


def test_the_link_is_one_address_without_spaces_that_names_the_repository(there: Platform) -> None:
    link = there.link(PLACE)
    parts = urlsplit(link)
    assert parts.scheme == "https"
    assert parts.hostname
    assert not set(link) & set(' "<>()[]')
    assert "org" in link
    assert "repo" in link


def test_all_but_one_link_lead_to_the_notebook_itself(there: Platform) -> None:
    assert ("01_tiny.ipynb" in there.link(PLACE)) is (there.key != "codespaces")


def test_the_badge_is_a_short_text_without_markup(there: Platform) -> None:
    assert 0 < len(there.badge) <= 30
    assert not set(there.badge) & set("[]()*_`|")


@pytest.mark.parametrize("accelerator", ["gpu", "none"])
def test_metadata_are_json_and_never_clash(there: Platform, accelerator: str) -> None:
    mine = there.metadata(accelerator=accelerator, name="x.ipynb")
    assert json.loads(json.dumps(mine)) == mine
    for other in PLATFORMS:
        if other is not there:
            assert not set(mine) & set(other.metadata(accelerator=accelerator, name="x.ipynb"))


@pytest.mark.parametrize("member", SENTENCES)
def test_its_sentences_are_there_short_and_whole(there: Platform, member: str) -> None:
    sentence = getattr(there, member)
    assert 0 < len(sentence) < LONGEST
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "|" not in sentence


@pytest.mark.parametrize("member", ["secrets", "pick_up", "download"])
def test_its_advice_is_no_whole_sentence_so_that_it_fits_into_one(
    there: Platform, member: str
) -> None:
    advice = getattr(there, member)
    assert 0 < len(advice) < LONGEST
    assert not advice.endswith(".")


def test_outputs_are_a_folder_that_can_be_written_to(there: Platform, tmp_path: Path) -> None:
    found = there.outputs()
    assert found.is_relative_to(tmp_path)
    (found / "x").write_text("x")
    assert there.outputs() == found


def test_what_is_kept_is_a_folder_that_can_be_written_to(there: Platform) -> None:
    folder = there.keep()
    assert (folder is None) is (there.key != "colab")
    if folder is not None:
        (folder / "x").write_text("x")


def test_flush_may_be_called_before_and_after_keep(there: Platform) -> None:
    there.flush()
    there.keep()
    there.flush()


def test_a_notebook_gets_a_folder_and_is_told_what_is_lost(
    there: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = storage.keep()
    (folder / "x").write_text("x")
    said = capsys.readouterr().out
    assert f"Keep files in {folder}.\nLost otherwise: {there.lost}\n" in said
    storage.flush()
    assert capsys.readouterr().out.endswith(".\n")


def test_a_secret_that_is_nowhere_says_what_to_do(
    there: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(CourseError, match="NO_SUCH_KEY") as caught:
        storage.secret("NO_SUCH_KEY")
    advice = there.secrets.replace("NAME", "NO_SUCH_KEY")
    assert (caught.value.where, caught.value.do) == (there.name, advice)


def test_a_secret_of_the_environment_is_found_everywhere(
    there: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "of the environment")
    assert storage.secret("MY_KEY") == "of the environment"


def test_a_file_is_handed_over_with_a_sentence_that_names_it(
    there: Platform, tmp_path: Path
) -> None:
    file = tmp_path / "result.txt"
    file.write_text("42")
    sentence = there.hand_over(file)
    assert "result.txt" in sentence
    assert there.pick_up in sentence
    assert sentence.endswith(".")


def test_a_file_that_is_not_there_cannot_be_handed_over(there: Platform, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is no such file"):
        there.hand_over(tmp_path / "result.txt")


def test_the_live_notebook_or_how_to_get_it_by_hand(there: Platform) -> None:
    with pytest.raises(CourseError) as caught:  # nobody answers, and no server named a file
        there.live_notebook(timeout=0.01)
    assert there.download in caught.value.do


@pytest.mark.parametrize("there", [p for p in PLATFORMS if p.key != "kaggle"], indirect=True)
def test_the_live_notebook_where_it_can_be_had(
    there: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if there.key.startswith("colab"):
        from google.colab import _message

        _message.answers.append({"ipynb": NOTEBOOK})
    else:
        path = tmp_path / "work" / "03.ipynb"
        path.write_text(json.dumps(NOTEBOOK))
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert there.live_notebook() == NOTEBOOK
