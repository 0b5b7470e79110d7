"""The page of the `course` command and the README's table keep up with the commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from autograder.site import cli_page

COMMANDS = cli_page.commands()
PAGE = cli_page.page()


def section(name: str) -> str:
    """The part of the page about a command."""
    found = re.findall(rf"^### course {name} .*?(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"`course {name}` has {len(found)} sections"
    return str(found[0])


def rows(repo: Path) -> dict[str, str]:
    """The README's table: what is called, to what is said of it."""
    readme = (repo / "README.md").read_text("utf-8")
    return {
        call: rest
        for first, rest in re.findall(r"^\| (`course .*?) \| (.*) \|$", readme, re.MULTILINE)
        for call in re.findall(r"`(.*?)`", first)
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_section_has_all_that_it_takes(name: str) -> None:
    command, text = COMMANDS[name], section(name)
    assert f"Usage: `{cli_page.usage(name, command)}`" in text
    for option in cli_page.options(command):
        assert all(f"`{one}" in text for one in option.opts), option.name
    for parameter in [*cli_page.arguments(command), *cli_page.options(command)]:
        assert parameter.help, parameter.name
        assert parameter.help in text
        flag = getattr(parameter, "is_flag", False)
        assert flag or parameter.metavar, f"say in a word what {parameter.name} is: metavar="


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_is_one_that_the_command_takes(name: str) -> None:
    words = shlex.split(cli_page.example(COMMANDS[name]))
    assert words[:2] == ["course", name]
    COMMANDS[name].make_context(name, words[2:])


def test_an_option_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(Exception, match="No such option"):
        COMMANDS["grade"].make_context("grade", ["03", "--hurry"])


def test_defaults_and_exit_codes_are_told() -> None:
    assert "| `--jobs N` | Submissions at once. | `2` |" in section("grade")
    assert "| `LESSON` | A lesson, or its number. | must be given |" in section("grade")
    assert "Exit code **1**: there is no sandbox" in section("grade")
    assert "Exit code **1**" not in section("targets")


def test_students_commands_come_first_and_apart() -> None:
    everybody, instructors = PAGE.split("## For instructors")
    assert re.findall(r"^### course (\w+)", everybody, re.MULTILINE) == ["run", "runs", "targets"]
    assert "### course grade " in instructors


def test_the_readme_calls_each_command_once_as_it_is_called(repo: Path) -> None:
    wanted = [cli_page.usage(name, command) for name, command in COMMANDS.items()]
    assert sorted(rows(repo)) == sorted(wanted)


def test_the_readme_names_no_option_that_a_command_lacks(repo: Path) -> None:
    for call, said in rows(repo).items():
        options = cli_page.options(COMMANDS[call.split()[1]])
        known = {name for option in options for name in option.opts}
        named = set(re.findall(r"`(--?[a-z][a-z-]*)`", said))
        assert named <= known, f"{call}: {named - known}"


def test_the_readme_says_which_commands_take_no_root(repo: Path) -> None:
    said = re.search(
        r"takes `--root DIR`[^.]* except ([^.]*?), which\s", (repo / "README.md").read_text()
    )
    assert said is not None
    without = [
        name
        for name, command in COMMANDS.items()
        if not any("--root" in option.opts for option in cli_page.options(command))
    ]
    assert sorted(re.findall(r"`(\w+)`", said[1])) == sorted(without)
