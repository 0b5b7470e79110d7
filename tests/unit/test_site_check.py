"""A built site is refused for each thing that can be wrong with it, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.build.release import build
from autograder.directory import Directory
from autograder.site.build import _clear, _place
from autograder.site.check import HEAVIEST, problems, refuse_bad_site
from course.errors import CourseError

PAGE = """\
<!doctype html><html><head><link rel="stylesheet" href="../look.css">
<link rel="canonical" href="http://elsewhere/"></head><body>
<h1 id="top">A page</h1>
<a href="#top">up</a> <a href="../">home</a> <a href="../deck.slides.html#/2">a slide</a>
<a href="https://github.com/org/repo/blob/main/release/01_tiny/01_tiny.ipynb">the lesson</a>
<a href="mailto:a@b.c">write</a> <img src="../dot.svg" alt="A dot"> <img src="../dot.svg" alt="">
{}
</body></html>
"""
HIDDEN = (
    '<code><span class="k">assert</span> double(<span class="s">&quot;ab&quot;</span>) == '
    '&quot;abab&quot;, <span class="s">&quot;double does not work for text&quot;</span>\n</code>'
)


@pytest.fixture
def site(tiny_course: Callable[..., Path]) -> Path:
    """A site of two pages and a deck, beside the tiny course."""
    root = tiny_course()
    (root / "source" / "01_tiny" / "secret").mkdir()
    (root / "source" / "01_tiny" / "secret" / "held.bin").write_bytes(bytes(range(256)))
    build(Directory.open(root), "01_tiny")
    site = root / "site"
    (site / "page").mkdir(parents=True)
    (site / "look.css").touch()
    (site / "dot.svg").write_text("<svg/>")
    (site / "deck.slides.html").write_text("<html></html>")
    (site / "index.html").write_text('<a href="page/#top">a page</a>')
    (site / "404.html").write_text('<a href="/">home</a>')
    (site / "page" / "index.html").write_text(PAGE.format(""))
    return site


def found(site: Path) -> list[str]:
    return list(problems(Directory.open(site.parent), site))


def test_a_good_site_passes(site: Path) -> None:
    assert found(site) == []
    refuse_bad_site(Directory.open(site.parent), site)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ('<a href="../gone/">x</a>', "the link ../gone/ leads nowhere"),
        ('<img src="gone.png" alt="x">', "the link gone.png leads nowhere"),
        ('<a href="#gone">x</a>', "the link #gone points to no place in its page"),
        ('<a href="../page/#gone">x</a>', "the link ../page/#gone points to no place in its page"),
        ('<a href="http://a.org/">x</a>', "the link http://a.org/ is no https address"),
        ('<a href="https://localhost/">x</a>', "the link https://localhost/ is no https address"),
        ('<script src="https://a.org/x"></script>', "https://a.org/x is loaded from elsewhere"),
        ('<img src="//a.org/x.png" alt="">', "//a.org/x.png is loaded from elsewhere"),
        (
            '<a href="https://kaggle.com/kernels/welcome?src=https%3A%2F%2Fgithub.com%2Forg%2Frepo'
            '%2Fblob%2Fmain%2Frelease%2F01_tiny%2Fgone.ipynb">x</a>',
            "names a file that is not in the repository",
        ),
        ('<img src="../dot.svg">', "the image ../dot.svg has no alternative text"),
        (HIDDEN, "a line of the hidden test of cell 'double-tests' is in the page"),
        ("<pre>\ntwice_as_much = x + x\n</pre>", "a line of the solution of cell 'double'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(site: Path, planted: str, said: str) -> None:
    (site / "page" / "index.html").write_text(PAGE.format(planted))
    (problem,) = found(site)
    assert problem.startswith("page/index.html: ")
    assert said in problem
    with pytest.raises(CourseError, match="1 thing is wrong"):
        refuse_bad_site(Directory.open(site.parent), site)


def test_a_page_may_not_weigh_too_much(site: Path) -> None:
    (site / "large.png").write_bytes(bytes(HEAVIEST))
    (site / "page" / "index.html").write_text(PAGE.format('<img src="../large.png" alt="x">' * 2))
    (problem,) = found(site)
    assert problem == "page/index.html: 501 kB with its pictures, more than 500"


def test_held_out_bytes_are_found_in_any_file(site: Path) -> None:
    (site / "page" / "tiles.bin").write_bytes(b"x" + bytes(range(256)))
    (problem,) = found(site)
    assert problem == "page/tiles.bin: bytes of the secret file 'held.bin' are in it"


def test_the_guides_may_show_how_a_test_is_written(site: Path) -> None:
    shown = "<pre>\n### BEGIN HIDDEN TESTS\nfrom autograder.secret import secret\n</pre>"
    (site / "page" / "index.html").write_text(PAGE.format(shown))
    assert found(site) == []


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    made, target = tmp_path / "made", tmp_path / "target"
    for name, text in {"same": "1", "new": "1", "deep/changed": "1"}.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text)
    for name, text in {"same": "1", "gone": "1", "deep/changed": "2"}.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text)
    before = (target / "same").stat().st_mtime_ns
    _clear(target, keep=made)
    _place(made, target)
    kept = {str(p.relative_to(target)): p.read_text() for p in target.rglob("*") if p.is_file()}
    assert kept == {"same": "1", "new": "1", "deep/changed": "1"}
    assert (target / "same").stat().st_mtime_ns == before
