"""One reader of the regions that authors mark."""

from __future__ import annotations

from autograder.markers import marked, reference, released

CELL = """\
def f():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
### BEGIN HIDDEN TESTS
assert f()
### END HIDDEN TESTS
### BEGIN MARK SCHEME
two points
### END MARK SCHEME
f()"""


def test_each_line_belongs_to_its_region() -> None:
    assert list(marked(CELL)) == [
        ("def f():", ""),
        ("    return 1", "solution"),
        ("assert f()", "hidden test"),
        ("two points", "mark scheme"),
        ("f()", ""),
    ]


def test_the_reference_is_all_but_the_markers() -> None:
    assert reference(CELL) == "def f():\n    return 1\nassert f()\ntwo points\nf()"


def test_released_is_what_is_in_no_region() -> None:
    assert released(CELL) == "def f():\nf()"


def test_a_region_that_never_ends_goes_to_the_end() -> None:
    assert released("a\n# BEGIN HIDDEN TESTS\nb\nc") == "a"


def test_a_text_without_markers_stays_as_it_is() -> None:
    assert reference("a\n\nb\n") == released("a\n\nb\n") == "a\n\nb\n"
