"""Every drawing has a description and needs nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from course.drawing import FIGURES, Figure, figure
from course.errors import CourseError

DRAWINGS = sorted(FIGURES.glob("*"))
SVG = "{http://www.w3.org/2000/svg}"
PHONE = 358  # px: the column of text on a phone that is 390 px wide


def test_a_figure_is_an_image_with_a_description() -> None:
    shown = Figure("<svg><title>A &amp;\n B</title></svg>")
    assert repr(shown) == "[Figure: A & B]"
    assert 'alt="A &amp; B"' in shown._repr_html_()
    assert 'src="data:image/svg+xml;base64,' in shown._repr_html_()


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(CourseError, match="split-by-block"):
        figure("../split-by-block")


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_each_drawing_can_be_read_by_everybody(path: Path) -> None:
    assert path.suffix == ".svg"
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert len(figure(path.stem).description.split()) >= 5, "the title describes what is seen"
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', text)]
    width = float(root.get("viewBox", "").split()[2])
    assert sizes
    assert min(sizes) * min(1, PHONE / width) >= 11.5, "too small to read on a phone"
    papers = [child for child in root if child.tag == f"{SVG}rect" and child.get("fill")]
    assert papers, "a dark page would swallow dark lines: it brings its own paper"
