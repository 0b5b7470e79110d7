"""Sections by their headings; questions, options and what is right."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.sections import Option, Question, quiz, sections

QUIZ = """\
## Five questions

Open an answer to see.

**1. Does it
rain?**

<details><summary>Yes</summary>Right. Look
out.</details>
<details><summary>No, <code>not</code></summary>No. That was yesterday.</details>

**2. And now?**

<details><summary>Yes</summary>No.</details>

## Take away

- **3. Not a question** of the quiz."""


def test_text_is_found_by_its_heading() -> None:
    cells = [
        new_markdown_cell("# Title\n\nbefore"),
        new_markdown_cell("## One\n\na\n\n### Deeper"),
        new_code_cell("## Not a heading"),
        new_markdown_cell("b\n\n## Two"),
    ]
    assert sections(new_notebook(cells=cells)) == {"One": "a\n\n### Deeper\n\nb", "Two": ""}


def test_questions_are_read_with_their_options() -> None:
    assert quiz(new_notebook(cells=[new_markdown_cell(QUIZ)])) == (
        Question(
            "Does it rain?",
            (
                Option("Yes", "Right. Look out."),
                Option("No, <code>not</code>", "No. That was yesterday."),
            ),
        ),
        Question("And now?", (Option("Yes", "No."),)),
    )


def test_what_is_right_says_so() -> None:
    assert Option("a", "Right. So it is.").right
    assert not Option("a", "Not right. Alas.").right


def test_a_lesson_without_a_quiz_has_no_questions() -> None:
    assert quiz(new_notebook(cells=[new_markdown_cell("## Other\n\n**1. x**")])) == ()
