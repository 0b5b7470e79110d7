"""Visible checks and hints of lesson 02, data and Drive; and a mount to practise with."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course.checks import checks, written


class PracticeMount:
    """A mounted folder whose connection drops, as a function that copies.

    >>> mount = PracticeMount("drops")   # once; from then on it works
    >>> mount.copy(source, target)
    OSError: [Errno 107] Transport endpoint is not connected

    Parameters
    ----------
    faults
        What the first calls of `copy` do, one each: ``"drops"`` (half a file is left, and errno
        107), ``"garbles"`` (a file of the right size with wrong bytes, and no error) or
        ``"is full"`` (half a file, and errno 28). All later calls copy.

    Attributes
    ----------
    targets
        The names that `copy` was to write to, in order.
    """

    def __init__(self, *faults: str) -> None:
        self._faults = list(faults)
        self.targets: list[str] = []

    def copy(self, source: Any, target: Any) -> None:
        """Copy a file, or fail."""
        self.targets.append(str(target))
        content = Path(source).read_bytes()
        half = len(content) // 2
        fault = self._faults.pop(0) if self._faults else ""
        kept = {"": content, "garbles": content[:half] + bytes(len(content) - half)}
        Path(target).write_bytes(kept.get(fault, content[:half]))
        number = {"drops": errno.ENOTCONN, "is full": errno.ENOSPC}.get(fault)
        if number:
            raise OSError(number, os.strerror(number))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _raised(call: Callable[[], object], kind: type[Exception]) -> Exception | None:
    try:
        call()
    except kind as error:
        return error
    return None


def _tar(path: Path, *entries: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@checks(
    "one-archive",
    needs=("pack",),
    hints=(
        "sorted(folder.rglob('*')) lists everything below the folder, folders included; keep what "
        "path.is_file() says. path.relative_to(folder).as_posix() is the name for the archive.",
        "with tarfile.open(archive, 'w') as tar: for each file: content = path.read_bytes(); "
        "info = tarfile.TarInfo(name); info.size = len(content); "
        "tar.addfile(info, io.BytesIO(content)).",
    ),
    praise="the same files give the same bytes.",
)
def _one_archive(pack: Any) -> None:
    content = {"b/2.txt": b"two", "a/1.txt": b"one", "b/1.txt": b"one again", "c/d/3.txt": b""}
    with _folder() as home:
        archives = []
        for turn, names in enumerate((list(content), list(content)[::-1])):
            folder = home / str(turn) / "data"
            for name in names:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content[name])
                os.utime(folder / name, (1e9 + turn, 1e9 + turn))
                (folder / name).chmod(0o600 if turn else 0o644)
            archive = home / f"{turn}.tar"
            pack(folder, archive)
            assert archive.is_file(), "pack wrote no file at the path it was given as `archive`."
            _look_into(archive, content)
            archives.append(archive.read_bytes())
    assert archives[0] == archives[1], (
        "the same files, written at another time and in another order, gave another archive. "
        "Is each TarInfo a fresh one, without the time and the permissions of its file?"
    )


def _look_into(archive: Path, content: dict[str, bytes]) -> None:
    try:
        with tarfile.open(archive, "r:") as tar:
            found = {
                os.path.normpath(member.name): getattr(tar.extractfile(member), "read", bytes)()
                for member in tar
                if not member.isdir()
            }
    except tarfile.TarError as error:
        raise AssertionError(
            f"the archive is not a plain tar file ({error}). Open it with the mode 'w'."
        ) from error
    order = list(found)
    missing, extra = sorted(set(content) - set(found)), sorted(set(found) - set(content))
    assert not missing, (
        f"'{missing[0]}' is missing in the archive, seen from the folder. "
        f"There is: {', '.join(sorted(found)) or 'nothing'}."
    )
    assert not extra, f"'{extra[0]}' stands in the archive, and no file has that name."
    assert found == content, "a file in the archive has other content. Is info.size its length?"
    assert order == sorted(order), (
        f"the files stand in the order {', '.join(order)}. Are the paths sorted?"
    )


@checks(
    "checksum",
    needs=("sha256_of", "verified"),
    hints=(
        "Open the file with path.open('rb'). file.read(1 << 20) gives the next megabyte, and b'' "
        "at the end of the file: a while loop.",
        "while piece := file.read(1 << 20): digest.update(piece). In verified: "
        "if sha256_of(path) != sha256.lower(): raise ValueError(…); return path.",
    ),
    praise="right files pass, others are refused. How you read large ones is looked at later.",
)
def _checksum(sha256_of: Any, verified: Any) -> None:
    with _folder() as home:
        path = home / "file.bin"
        for content in (b"data", bytes(3_000_000) + b"end"):
            path.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            got = sha256_of(path)
            written(got, "sha256_of")
            assert isinstance(got, str), (
                f"sha256_of returns {type(got).__name__}, not text. Take .hexdigest()."
            )
            assert got == digest, (
                f"for a file of {len(content):,} bytes sha256_of gives {str(got)[:12]}…, "
                f"and its SHA-256 begins with {digest[:12]}. Is every piece taken?"
            )
            assert verified(path, digest) == path, "verified does not return the path it was given."
            capitals = _raised(lambda: verified(path, digest.upper()), ValueError)  # noqa: B023
            assert capitals is None, (
                "the right digest in CAPITALS is refused. What does sha256.lower() give?"
            )
            error = _raised(lambda: verified(path, "0" * 64), ValueError)
            assert error is not None, "the digest is another one, and verified does not refuse."
            assert path.name in str(error), "the ValueError does not say which file it is."


@checks(
    "safe-unpack",
    needs=("safe_unpack",),
    hints=(
        "Three steps, in this order: look at each member of tar.getmembers() and raise a "
        "ValueError for a bad one; compare the sum of all sizes with the limit; only then unpack.",
        "name = PurePosixPath(member.name); bad if name.is_absolute(), or '..' in name.parts, or "
        "not (member.isfile() or member.isdir()). Last: tar.extractall(folder, filter='data').",
    ),
    praise="good archives come out, three bad ones do not. More of them wait when you hand in.",
)
def _safe_unpack(safe_unpack: Any) -> None:
    good = ("a/v1..2.txt", b"good")
    with _folder() as home:
        honest, out = _tar(home / "honest.tar", good, ("b.txt", b"12345")), home / "honest"
        error = _raised(lambda: safe_unpack(honest, out, 9), ValueError)
        assert error is None, (
            f"an honest archive was refused ({error}). In it is 'a/v1..2.txt', and 9 bytes are in "
            "its files, with a limit of 9."
        )
        assert out.is_dir(), "an honest archive was not unpacked: there is no folder."
        assert (out / good[0]).is_file(), f"'{good[0]}' in an honest archive was not unpacked."
        assert (out / good[0]).read_bytes() == good[1], "an unpacked file has another content."
        try:
            safe_unpack(honest, out, 9)
        except FileExistsError as error:
            raise AssertionError(
                "the second time it fails: the folder is there. extractall makes it if need be."
            ) from error
        hostile = {
            "a name with ..": ("../escaped.txt", b"bad"),
            "an absolute name": (str(home / "escaped.txt"), b"bad"),
            "more bytes than the limit, all together,": ("large.bin", bytes(97)),
        }
        for number, (what, bad) in enumerate(hostile.items()):
            _refuses(safe_unpack, what, _tar(home / "bad.tar", good, bad), home / f"out-{number}")


def _refuses(safe_unpack: Any, what: str, archive: Path, out: Path) -> None:
    try:
        error = _raised(lambda: safe_unpack(archive, out, 100), ValueError)
    except tarfile.TarError as other:
        raise AssertionError(
            f"{what} was refused by tarfile ({type(other).__name__}), not by a ValueError of yours "
            "before anything is written."
        ) from other
    assert error is not None, f"{what} was not refused with a ValueError."
    written = out.is_dir() and any(out.iterdir())
    assert not written, f"{what} was refused, but other entries were written before."


@checks(
    "folder-dataset",
    needs=("FolderDataset",),
    hints=(
        "In __init__ keep only the sorted paths and the class names: path.parent.name is the class "
        "of a path. Everything about pixels belongs into __getitem__.",
        "grey = np.array(Image.open(path).convert('L')); image = torch.from_numpy(grey)"
        ".unsqueeze(0).float() / 255; label = torch.tensor(self.classes.index(path.parent.name)).",
    ),
    praise="pictures, labels and their order are right, and files are opened lazily.",
)
def _folder_dataset(FolderDataset: Any) -> None:  # noqa: N803 - the student's name
    import torch

    with _folder() as home:
        for kind, name, grey in (("b", "2", 0), ("b", "1", 255), ("a", "1", 51)):
            _picture(home / kind / f"{name}.png", grey)
        (home / "README.txt").write_text("not a class")
        (home / "a" / "9.png").write_bytes(b"broken, and not asked for")
        try:
            data = FolderDataset(home)
        except OSError as error:
            raise AssertionError(
                f"making the dataset failed ({type(error).__name__}). Does __init__ open files, or "
                "take README.txt for a folder?"
            ) from error
        classes = getattr(data, "classes", None)
        assert classes is not None, "the dataset has no attribute `classes`."
        assert list(classes) == ["a", "b"], f"classes is {list(classes)}; it should be ['a', 'b']."
        assert len(data) == 4, f"there are four .png files, but len() says {len(data)}."
        (home / "b" / "1.png").unlink()
        _picture(home / "b" / "1.png", 102)
        item = data[2]
    assert isinstance(item, tuple) and len(item) == 2, "an item should be a pair: image, label."
    image, label = item
    _look_at(torch, image, label)


def _picture(path: Path, grey: int) -> None:
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    Image.new("L", (6, 4), grey).save(path)


def _look_at(torch: Any, image: Any, label: Any) -> None:
    assert torch.is_tensor(image), f"an image is a {type(image).__name__}, not a tensor."
    assert image.dtype == torch.float32, f"an image is {image.dtype}, not torch.float32."
    shape = tuple(image.shape)
    assert shape == (1, 4, 6), f"a picture of 4 rows and 6 columns has the shape {shape} here."
    value = float(image.mean())
    assert value < 1.5, f"a grey value of 102 became {value:.0f}. Divide by 255."
    assert abs(value - 0.4) < 1e-4, (
        f"item 2 has the mean {value:.2f} instead of 0.40. Is it the first picture of class 'b', "
        "and is it read when it is asked for?"
    )
    assert torch.is_tensor(label), f"a label is a {type(label).__name__}, not a tensor."
    assert label.dtype == torch.int64, f"a label is {label.dtype}, not torch.int64."
    assert tuple(label.shape) == (), f"a label has the shape {tuple(label.shape)}, not ()."
    assert int(label) == 1, f"item 2 is of class 'b', number 1, but its label is {int(label)}."


@checks(
    "group-split",
    needs=("group_split",),
    hints=(
        "Draw an order of the groups from the seed, go through it, and count how many items the "
        "groups taken so far have. np.isin(groups, taken) says which items are held out.",
        "if abs(held + sizes[k] - wanted) < abs(held - wanted): take names[k] and add sizes[k] to "
        "held. At the end: np.flatnonzero(~inside), np.flatnonzero(inside).",
    ),
    praise="whole groups, the right share, and the same choice each time.",
)
def _group_split(group_split: Any) -> None:
    import numpy as np

    groups = np.repeat([f"s{number:02d}" for number in range(30)], [1] * 20 + [5] * 10)
    result = group_split(groups, 0.3, 0)
    written(result, "group_split")
    assert len(result) == 2, "group_split should return two arrays: training, validation."
    train, val = (np.asarray(rows) for rows in result)
    assert train.dtype.kind in "iu" and val.dtype.kind in "iu", (
        "the arrays should hold indices (whole numbers), not True and False or names."
    )
    assert sorted([*train.tolist(), *val.tolist()]) == list(range(70)), (
        f"70 items went in, {len(train)} + {len(val)} came out; each should stand on one side."
    )
    both = set(groups[train].tolist()) & set(groups[val].tolist())
    assert not both, f"{len(both)} groups stand on both sides, '{min(both, default='')}' is one."
    for seed in range(40):
        _, val = group_split(groups, 0.3, seed)
        assert 16 <= len(val) <= 26, (
            f"with the seed {seed}, {len(val)} of 70 items are held out (in the second array); "
            "with share=0.3 and at most 5 items in a group it should be 16 to 26."
        )
    _chooses(group_split, groups)


def _chooses(group_split: Any, groups: Any) -> None:
    import numpy as np

    def held(groups: Any, seed: int) -> set[str]:
        _, val = group_split(groups, 0.3, seed)
        return set(groups[np.asarray(val)].tolist())

    assert held(groups, 1) == held(groups, 1), "the same seed gave two different splits."
    assert any(held(groups, seed) != held(groups, 0) for seed in range(1, 9)), (
        "nine seeds gave the same split. Is the seed used?"
    )
    assert held(groups[::-1], 1) == held(groups, 1), (
        "with the items in reverse order, other groups are held out. Sort the names of the groups "
        "before you put them into a random order; a set has no order that you can count on."
    )


@checks(
    "survive-drop",
    needs=("copy_safely",),
    hints=(
        "part = target.with_name(target.name + '.part'). In a loop over range(tries): wait if it "
        "is not the first try; then try: copy, compare the two digests, os.replace, return.",
        "except OSError as error: if error.errno != errno.ENOTCONN: raise. After the loop: raise "
        "ConnectionError(…). Around everything: try … finally: part.unlink(missing_ok=True).",
    ),
    praise="whole or not there, whatever the mount does. More cases wait when you hand in.",
)
def _survive_drop(copy_safely: Any) -> None:
    content = bytes(range(256)) * 4
    with _folder() as home:
        source, target = home / "local.bin", home / "drive" / "kept.bin"
        source.write_bytes(content)
        target.parent.mkdir()
        mount, waited = PracticeMount("drops", "garbles"), list[float]()
        error = _raised(lambda: copy_safely(source, target, mount.copy, waited.append, 4), OSError)
        assert error is None, (
            f"the first try drops and the third is good, but it ended with "
            f"{type(error).__name__}: {error}."
        )
        _look_at_copy(mount, source, target, waited)
        target.write_bytes(b"from yesterday")
        _gives_up(copy_safely, source, target)
        _passes_on(copy_safely, source, target)


def _look_at_copy(mount: PracticeMount, source: Path, target: Path, waited: list[float]) -> None:
    tries = len(mount.targets)
    assert str(target) not in mount.targets, (
        "`copy` was given the final name. Give it another name beside it, and rename at the end."
    )
    assert all(Path(name).parent == target.parent for name in mount.targets), (
        "the temporary file is in another folder. Put it beside the target."
    )
    assert target.is_file(), f"after {tries} tries there is no file with the final name."
    assert target.read_bytes() == source.read_bytes(), (
        "the file with the final name is not equal to its source. A copy can be wrong without an "
        "error: compare the two."
    )
    assert tries == 3, f"two tries fail and the third is good, but there were {tries}."
    assert waited == [1, 2], f"it should wait 1 second, then 2; `wait` was given {waited}."
    left = [path.name for path in target.parent.iterdir() if path != target]
    assert not left, f"'{left[0] if left else ''}' is left beside the target."


def _gives_up(copy_safely: Any, source: Path, target: Path) -> None:
    mount, waited = PracticeMount(*["drops"] * 9), list[float]()
    error = _raised(lambda: copy_safely(source, target, mount.copy, waited.append, 3), OSError)
    assert error is not None, "all tries failed, and no ConnectionError says so."
    assert isinstance(error, ConnectionError), (
        f"after the last try the error was a {type(error).__name__}; make it a ConnectionError."
    )
    assert target.name in str(error), "the ConnectionError does not name the target."
    tries = len(mount.targets)
    assert tries == 3, f"with tries=3 there were {tries} tries."
    assert waited == [1, 2], f"with tries=3 it should wait 1, then 2 seconds, not {waited}."
    assert target.read_bytes() == b"from yesterday", "the old file is gone, though the copy failed."
    left = [path.name for path in target.parent.iterdir() if path != target]
    assert not left, f"after giving up, '{left[0] if left else ''}' is left beside the target."


def _passes_on(copy_safely: Any, source: Path, target: Path) -> None:
    mount, waited = PracticeMount("is full", "is full"), list[float]()
    error = _raised(lambda: copy_safely(source, target, mount.copy, waited.append, 2), OSError)
    assert error is not None, "the disk was full, and no error says so."
    assert getattr(error, "errno", None) == errno.ENOSPC, (
        f"the disk was full, and the caller got {type(error).__name__} instead of that error."
    )
    assert len(mount.targets) == 1, "the disk was full, and it was tried again all the same."
