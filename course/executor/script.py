"""A plan as a shell script to read: what ``--dry-run`` shows."""

from __future__ import annotations

import shlex

from course.executor.plan import Plan, Step


def as_script(plan: Plan) -> str:
    """Return the plan's commands as a bash script with the clean-up in a trap."""
    lines = ["#!/usr/bin/env bash", "set -euo pipefail", ""]
    if plan.clean_up:
        calls = [f"  {shlex.join(command)} || true" for command in plan.clean_up]
        lines += ["clean_up() {", *calls, "}", "trap clean_up EXIT", ""]
    for step in plan.steps:
        lines += [f"# {_comment(step)}", shlex.join(step.command) + _mild(step), ""]
    return "\n".join(lines)


def _comment(step: Step) -> str:
    repeated = f", every {step.every:.0f} s until it is so" if step.quiet else ""
    again = f", up to {step.tries} times" if step.tries > 1 and not step.quiet else ""
    return f"{step.does}{repeated}{again}"


def _mild(step: Step) -> str:
    return " || true" if step.optional or step.quiet else ""
