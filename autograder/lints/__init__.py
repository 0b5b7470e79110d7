"""What ``course check`` promises: files, exercises, texts and measurements of every lesson.

A rule is a function in one of the modules below; adding one is adding one there.
"""

from __future__ import annotations

from autograder.lints import exercises, files, measures, texts
from autograder.lints.registry import LINTS, Lint

__all__ = ["LINTS", "Lint", "exercises", "files", "measures", "texts"]
