"""From a shell: ``python -m course.submission NOTEBOOK.ipynb``."""

from __future__ import annotations

import sys

from course.submission import NotPacked, submit


def main(arguments: list[str]) -> int:
    """Pack the notebook that is named; return 0, or 1 if that failed, or 2 after wrong use."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("Usage: python -m course.submission NOTEBOOK.ipynb\n")
        return 2
    answer = submit(notebook=arguments[0])
    failed = isinstance(answer, NotPacked)
    (sys.stderr if failed else sys.stdout).write(f"{answer}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
