"""Fixtures that several unit tests share."""

from __future__ import annotations

from executor_contract import standins

__all__ = ["standins"]
