"""The runtime card: printed once a lesson, and true."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from course import runtime
from course.platforms import detect
from course.runtime import Card, base_url, setup

CARD = Card(
    lesson="01_tiny",
    platform="Google Colab",
    device="cuda",
    device_name="Tesla T4",
    device_memory=15.83,
    memory=13.6,
    disk=72.4,
    session="Twelve hours.",
    lost="The disk.",
    pitfall="Save a copy.",
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lesson was set up before."""
    monkeypatch.setattr(runtime, "_cards", {})
    monkeypatch.setattr(runtime, "_base_url", "")


def test_the_card_shows_what_was_found() -> None:
    assert str(CARD) == (
        "Lesson   01_tiny\n"
        "Platform Google Colab\n"
        "Device   Tesla T4, 15.8 GB\n"
        "Memory   13.6 GB, 72 GB of disk free\n"
        "Session  Twelve hours.\n"
        "Lost     The disk.\n"
        "Mind     Save a copy."
    )


def test_without_an_accelerator_the_card_shows_no_memory_of_one() -> None:
    card = dataclasses.replace(CARD, device_name="CPU (2 cores, x86_64)", device_memory=0.0)
    assert "\nDevice   CPU (2 cores, x86_64)\n" in str(card)


def test_unknown_memory_is_called_unknown() -> None:
    assert "\nMemory   unknown, 72 GB" in str(dataclasses.replace(CARD, memory=0.0))


def test_set_up_prints_the_card_it_returns(capsys: pytest.CaptureFixture[str]) -> None:
    card = setup("01_tiny")
    assert capsys.readouterr().out == f"{card}\n"
    assert card.lesson == "01_tiny"


def test_a_second_call_prints_nothing_and_returns_the_same_card(
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = setup("01_tiny")
    capsys.readouterr()
    assert setup("01_tiny") is card
    assert capsys.readouterr().out == ""


def test_another_lesson_gets_a_card_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    setup("01_tiny")
    assert setup("02_other").lesson == "02_other"
    assert capsys.readouterr().out.count("Lesson ") == 2


def test_the_card_names_this_platform_and_what_it_says_of_itself() -> None:
    card, here = setup("01_tiny"), detect()
    assert (card.platform, card.pitfall) == (here.name, here.pitfall)
    assert (card.session, card.lost) == (here.session, here.lost)


def test_the_device_is_one_torch_can_use() -> None:
    assert torch.ones(2, device=setup("01_tiny").device).sum() == 2


def test_memory_and_disk_are_those_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    card = setup("01_tiny")
    assert 0.1 < card.memory < 100_000
    assert 0 < card.disk < 1_000_000


def test_the_address_of_the_latest_call_is_remembered() -> None:
    setup("01_tiny", base_url="http://one/")
    setup("01_tiny", base_url="http://two/")
    assert base_url() == "http://two/"


def test_before_set_up_there_is_no_address() -> None:
    assert base_url() == ""
