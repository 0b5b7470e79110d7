"""Drive as a folder that comes and goes; its files stay in between."""

from __future__ import annotations

import os
from pathlib import Path

from google.colab._message import MessageError

refused = False  # the user closes the window, or says no
stuck = False  # the files cannot be sent
connected = True  # False: the mount has dropped; only a forced mount mends that
mounts: list[tuple[str, bool]] = []
mounted: Path | None = None


def mount(
    mountpoint: str, force_remount: bool = False, timeout_ms: int = 120000, readonly: bool = False
) -> None:
    global connected, mounted
    if os.environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE":
        raise NotImplementedError("google.colab.drive.mount is not supported in Colab Enterprise")
    if " " in mountpoint:
        raise ValueError("Mountpoint must not contain a space.")
    mounts.append((mountpoint, force_remount))
    if refused:
        raise MessageError("Error: credential propagation was unsuccessful")
    if not connected and not force_remount:
        raise ValueError("mount failed")
    connected = True
    point = Path(mountpoint)
    if point == mounted and not force_remount:
        print(f"Drive already mounted at {mountpoint}")
        return
    if point != mounted and point.is_dir() and any(point.iterdir()):
        raise ValueError("Mountpoint must not already contain files")
    if not (point / "MyDrive").is_dir():
        _away(point).mkdir(parents=True, exist_ok=True)
        point.mkdir(parents=True, exist_ok=True)
        _away(point).rename(point / "MyDrive")
    mounted = point
    print(f"Mounted at {mountpoint}")


def flush_and_unmount(timeout_ms: int = 86400000) -> None:
    global mounted
    if mounted is None:
        print("Drive not mounted, so nothing to flush and unmount.")
        return
    if stuck:
        raise ValueError("flush_and_unmount failed")
    (mounted / "MyDrive").rename(_away(mounted))
    mounted = None


def _away(point: Path) -> Path:
    return point.with_name(f"{point.name}-in-the-cloud")
