"""Secrets: a value, and whether this notebook may read it."""

from __future__ import annotations

from google.colab.errors import Error

secrets: dict[str, tuple[str, bool]] = {}


class SecretNotFoundError(Error):
    def __init__(self, key: str) -> None:
        super().__init__(f"Secret {key} does not exist.")


class NotebookAccessError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(f"Notebook does not have access to secret {key}")


def get(key: str) -> str:
    if key not in secrets:
        raise SecretNotFoundError(key)
    value, access = secrets[key]
    if not access:
        raise NotebookAccessError(key)
    return value
