"""A stand-in for Kaggle's secrets: attached ones, and the ways in which asking fails."""

from __future__ import annotations

import os

secrets: dict[str, str] = {}
internet = True


class CredentialError(Exception):
    pass


class BackendError(Exception):
    pass


class ValidationError(Exception):
    pass


class UserSecretsClient:
    def __init__(self) -> None:
        if "KAGGLE_USER_SECRETS_TOKEN" not in os.environ:
            raise CredentialError("A JWT Token is required to use the UserSecretsClient")

    def get_secret(self, label: str) -> str:
        if not label:
            raise ValidationError("Label must be non-empty.")
        if not internet:
            raise ConnectionError("Connection error trying to communicate with service.")
        if label not in secrets:
            raise BackendError("Unexpected response from the service.")
        return secrets[label]
