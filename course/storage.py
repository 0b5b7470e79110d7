"""What a notebook asks of its platform: a folder that stays, and secrets."""

from __future__ import annotations

from pathlib import Path

from course.platforms import detect


def keep() -> Path:
    """Return the folder that lasts longest here, and print what is lost otherwise.

    On Colab it is a folder in your Drive, which is mounted first: allow it in the window that
    opens. Elsewhere it is the folder for outputs, and the printed line says how long that stays.

    Examples
    --------
    >>> folder = keep()
    Keep files in /content/drive/MyDrive/notebook-gpu-course.
    Lost otherwise: The whole disk, when the session ends. Drive stays: see course.keep().

    Raises
    ------
    CourseError
        If the folder cannot be had, with what to do.
    """
    here = detect()
    folder = here.keep() or here.outputs()
    print(f"Keep files in {folder}.\nLost otherwise: {here.lost}")  # noqa: T201 - it tells a person
    return folder


def flush() -> None:
    """Make sure that what is in the folder of `keep` is really there, and print what then.

    Raises
    ------
    CourseError
        If it is not.
    """
    print(detect().flush())  # noqa: T201


def secret(name: str) -> str:
    """Return a secret, such as a key, from the platform's store or from the environment.

    Never write a secret into a notebook: whoever gets the notebook gets the secret.

    Examples
    --------
    >>> token = secret("API_TOKEN")

    Parameters
    ----------
    name
        As it is stored there.

    Raises
    ------
    CourseError
        If there is none of that name, with how to add it here.
    """
    return detect().secret(name)
