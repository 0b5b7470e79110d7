"""MkDocs calls this before a build: `mkdocs serve` and `mkdocs build` find generated pages, too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograder.directory import Directory
from autograder.site.build import MADE, write_pages


def on_pre_build(config: Any) -> None:
    """Bring the generated pages up to date."""
    if MADE not in os.environ:
        write_pages(Directory.open(Path(config.docs_dir).parent))
