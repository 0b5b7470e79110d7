# ---
# jupyter:
#   course:
#     accelerator: none
#     before:
#     - Python, with functions, loops, `with` and `try` blocks, and a little NumPy; nothing about GPUs
#     - On Colab, save a copy first (File, Save a copy in Drive), or your work is lost
#     - You need neither a GPU nor a Google Drive for the exercises; a practice Drive is made here
#     builds-on:
#       survive-drop:
#       - checksum
#     difficulty: beginner
#     minutes: 120
#     objectives:
#     - can: pack thousands of files into one archive, and show by its checksum that it arrived whole
#       exercises:
#       - one-archive
#       - checksum
#     - can: refuse an archive that was made to do harm, before it writes anything
#       exercises:
#       - safe-unpack
#     - can: turn folders of pictures into a dataset, and split it so that near-copies stay together
#       exercises:
#       - folder-dataset
#       - group-split
#     - can: save results to a mounted folder that drops its connection, whole or not at all
#       exercises:
#       - survive-drop
#     summary: Where files live on a machine that is lent to you, how data come to it in one
#       piece, why an archive from a stranger is dangerous, and how results leave it whole.
#     title: 'Data: one archive, unpacked safely, on a disk that lasts'
#   jupytext:
#     cell_metadata_filter: nbgrader,tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: colab,accelerator,kaggle,course,kernelspec,-language_info,-all
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false}
import course
from course import NotAttempted, check, hint

here = course.setup("02_data_and_drive")

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": true, "schema_version": 3, "solution": false}
import contextlib
import errno
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import time
from pathlib import Path, PurePosixPath

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset

scratch = tempfile.TemporaryDirectory()  # on the local disk; it goes when the kernel ends
work = Path(scratch.name)

# %% [markdown]
# ## How this notebook works
#
# As in the other lessons: replace `raise NotAttempted(…)` by your code, run the cell, then run the
# **check** below it. `hint("checksum")` points the way; `hint("checksum", level=2)` nearly gives it
# away. Hidden tests look at more cases after you hand in.
#
# A file or folder is given to your functions as a `Path`. You need little of it: `folder / "a.png"`
# is a path inside a folder, `path.name` its last part, `path.parent` the folder it lies in, and
# `path.read_bytes()` the file's content.
#
# All files of this lesson lie in the folder `work`. It is a new one each time the kernel starts:
# after a restart, run the cells again from the top.
#
# You may leave an exercise out and go on. Then some cells that use it say *not attempted*, or that a
# file is missing, and the other exercises work all the same.
#
# ## 1. Where files live
#
# A notebook on Colab runs on a machine that is lent to you. It can reach three places:

# %% nbgrader={"grade": false, "grade_id": "figure-places", "locked": true, "schema_version": 3, "solution": false}
course.figure("02-three-places")

# %% [markdown]
# - The **local disk** of the lent machine (`/content`, `/tmp`) is fast. When the session ends, it
#   is gone, with everything on it.
# - **Drive** stays. It is *mounted*: it looks like a folder, but each file travels over the
#   network. With thousands of files that takes long, and sometimes fails. And the connection may
#   drop in the middle of your work.
# - **Your computer** is on the other side of the browser. *Upload* and *download* take one file at
#   a time, and you have to be there.
#
# On Colab these lines connect them (in autumn 2026). They are shown here only; do not run them now:
#
# ```python
# from google.colab import drive, files
#
# drive.mount("/content/drive")  # asks you first; then see /content/drive/MyDrive
# files.upload()                 # from your computer to the local disk
# files.download("result.zip")   # and back
# drive.flush_and_unmount()      # before the session ends: send what is still waiting
# ```
#
# So data make a round trip: **stored** on Drive or on a web page, **copied** to the local disk,
# used there, and the **results copied back**. This lesson follows that road, step by step.
#
# ## 2. One archive instead of thousands of files
#
# First we need data. This cell draws photos of three kinds of signs. A camera took each **scene**
# several times in a row, so photos of one scene are nearly the same.

# %% nbgrader={"grade": false, "grade_id": "photos", "locked": true, "schema_version": 3, "solution": false}
def take_photos(folder, scenes=20):
    """Write folder/<kind>/<scene>-<shot>.png, grey, 24 x 24 pixels."""
    random = np.random.default_rng(2)
    y, x = np.mgrid[:24, :24] - 11.5  # of each pixel, from the middle, [24, 24]
    for k, kind in enumerate(("ring", "cross", "square")):
        (folder / kind).mkdir(parents=True)
        for scene in range(k * scenes, (k + 1) * scenes):
            size, light, up, right = random.uniform((5, 60, -3, -3), (9, 160, 3, 3))
            for shot in range(random.integers(2, 20)):
                u = np.abs(x - right + random.normal() / 3)  # the hand is not quite steady
                v = np.abs(y - up + random.normal() / 3)
                inner, outer = np.minimum(u, v), np.maximum(u, v)
                edge = {"ring": np.hypot(u, v), "square": outer, "cross": size - inner}[kind]
                sign = (np.abs(edge - size) < 1.2) & (outer < size + 1.2)
                image = 60 + light * sign + random.normal(0, 6, (24, 24))
                name = f"s{scene:02d}-{shot:02d}.png"
                Image.fromarray(image.astype(np.uint8)).save(folder / kind / name)
        # A mishap that happens: one photo is saved again, under the name of another scene.
        first, last = f"s{k * scenes:02d}-00.png", f"s{(k + 1) * scenes - 1:02d}-99.png"
        shutil.copyfile(folder / kind / first, folder / kind / last)


photos = work / "photos"
shutil.rmtree(photos, ignore_errors=True)  # of an earlier run of this cell
take_photos(photos)
for kind in sorted(photos.iterdir()):
    print(f"{kind.name:<6} {len(list(kind.iterdir()))} files")

# %% tags=["nbval-ignore-output"]
fig, axes = plt.subplots(3, 8, figsize=(8, 3.4))
for kind, row in zip(sorted(photos.iterdir()), axes):
    for axis, path in zip(row, sorted(kind.iterdir())[::4]):
        axis.imshow(Image.open(path), cmap="gray", vmin=0, vmax=255)
        axis.set_title(path.stem, fontsize=8)
        axis.set_axis_off()
plt.tight_layout()
plt.show()

# %% [markdown]
# **Expected:** three rows of signs, with names such as `s20-04`: scene 20, shot 4. Neighbours with
# the same scene look alike.
#
# Opening a file costs time before its first byte arrives. On a local disk that is little. On Drive
# it is a question over the network, for every file again. An **archive** is one file that holds
# many, with their names: it is opened once.
#
# A `.tar` file is the plainest archive: name, size, content, then the next file. It does not
# compress; pictures are compressed already.
#
# ### Exercise `one-archive` · easy · 15 minutes
#
# Write all files below `folder` into a tar file. Let the same files always give the **same bytes**.
# Then anybody can see by comparing that nothing has changed, and the next exercise needs it. So:
#
# - name each file as seen from `folder`, such as `ring/s00-00.png`;
# - take the files in **sorted** order: folders are not listed in the same order everywhere;
# - let nothing of this machine in: no time, owner or permission. A fresh `tarfile.TarInfo(name)`
#   has none: its time is 0. You need to set only its `size`, the number of bytes in the file.
#
# What you need: `folder.rglob("*")` lists everything below a folder, other folders too;
# `path.is_file()` tells which is which. `path.relative_to(folder).as_posix()` is the name as seen
# from the folder. `tarfile.open(archive, "w")`, in a `with` line, makes a new archive `tar`, and
# `tar.addfile(info, io.BytesIO(content))` adds a file to it: first what it is, then its content.
# (`addfile` wants to read from an open file; `io.BytesIO` makes bytes look like one.)

# %% nbgrader={"grade": false, "grade_id": "one-archive", "locked": false, "schema_version": 3, "solution": true}
def pack(folder, archive):  # two Paths: what to pack, and the .tar file to write
    ### BEGIN SOLUTION
    with tarfile.open(archive, "w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "one-archive-check", "locked": true, "schema_version": 3, "solution": false}
check("one-archive")

# %% nbgrader={"grade": true, "grade_id": "one-archive-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import io
import tarfile
import time
from pathlib import PurePosixPath

from autograder.secret import generator
from autograder.student import student

_random = generator("one-archive")
_os, _Path = student.library("os"), student.library("pathlib").Path
_home = student.library("tempfile").mkdtemp()
_content = {
    f"{_folder}/{_n:02d}.bin": _random.bytes(int(_random.integers(0, 3000)))
    for _folder in ("water", "coast", "land/north", "land")
    for _n in range(5)
}


def _archive(turn):
    """Return what the student's code makes of the same files, written at another time and in another order."""
    folder = f"{_home}/{turn}/data"
    for name in _random.permutation(list(_content)).tolist():
        _os.makedirs(f"{folder}/{PurePosixPath(name).parent}", exist_ok=True)
        student.write(f"{folder}/{name}", _content[name])
        _os.utime(f"{folder}/{name}", (1e9 + turn, 1e9 + 5 * turn))
        _os.chmod(f"{folder}/{name}", 0o600 if turn else 0o644)
    pack(_Path(folder), _Path(f"{_home}/{turn}.tar"))
    assert _os.path.isfile(f"{_home}/{turn}.tar"), "no archive was written where it should be"
    return _Path(f"{_home}/{turn}.tar").read_bytes()


_archives = [_archive(_turn) for _turn in range(4)]
student.library("shutil").rmtree(_home)
try:
    _tar = tarfile.open(fileobj=io.BytesIO(_archives[0]), mode="r:")
except tarfile.TarError:
    raise AssertionError("what was written is not a plain tar file") from None
_members = [_member for _member in _tar if not _member.isdir()]
_names = [str(PurePosixPath(_member.name)) for _member in _members]
assert len(_names) == len(set(_names)), "a name stands twice in the archive"
assert set(_names) == set(_content), "the names in the archive are not those of the files, as seen from the folder"
for _member, _name in zip(_members, _names):
    assert _tar.extractfile(_member).read() == _content[_name], "a file in the archive has not the content it had"
    assert abs(_member.mtime - time.time()) > 86400, "the time of packing stands in the archive"
assert _names == sorted(_names), "the files do not stand in sorted order in the archive"
assert all(_one == _archives[0] for _one in _archives), (
    "the same files, written at another time and in another order, give another archive"
)
### END HIDDEN TESTS

# %% [markdown]
# Now measure. Copying stands for "bring it here": once file by file, once as an archive.

# %% tags=["after-exercises", "nbval-ignore-output"]
pack(photos, work / "photos.tar")
shutil.rmtree(work / "copied", ignore_errors=True)  # of an earlier run of this cell

start = time.perf_counter()
shutil.copytree(photos, work / "copied")
many = time.perf_counter() - start

start = time.perf_counter()
shutil.copyfile(work / "photos.tar", work / "copied.tar")
one = time.perf_counter() - start

count = len(list(photos.rglob("*.png")))
print(f"{count} files: {many * 1000:.1f} ms; one archive: {one * 1000:.1f} ms")

# %% [markdown]
# **Expected:** the archive is many times faster, although it holds the same pictures, and although
# both lie on a fast disk here. On Drive the gap is far wider, since each file is a request over the
# network. To see it yourself, copy `photos` to your Drive and run the same lines there, once.
#
# ## 3. Is it the same file?
#
# A download breaks off; somebody replaces the file; a byte flips. You see none of it: a picture is
# missing, and training goes on. A **checksum** shows it. SHA-256 turns any file into 64
# characters, its *digest*. The same bytes give the same digest; other bytes give another one, in
# practice always. So whoever publishes data publishes the digest, and you compare.
#
# ### Exercise `checksum` · easy · 10 minutes
#
# Write two functions:
#
# - `sha256_of(path)` returns the digest of a file as 64 characters, with small letters. The file may
#   be larger than the memory: read it in **pieces** of a megabyte. `hashlib.sha256()` makes an object
#   that takes one piece after another with `.update(piece)`; its `.hexdigest()` gives the characters.
#   A file that was opened with `open(path, "rb")` gives its next `n` bytes with `.read(n)`, and `b""`
#   when there are no more. A megabyte is `1 << 20` bytes, that is 2 to the power of 20.
# - `verified(path, sha256)` returns `path` if the file has that digest. Otherwise it raises a
#   `ValueError` with the file's name in it. Some people write digests in CAPITALS; that is the same
#   digest.

# %% nbgrader={"grade": false, "grade_id": "checksum", "locked": false, "schema_version": 3, "solution": true}
def sha256_of(path):  # a Path
    ### BEGIN SOLUTION
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
    ### END SOLUTION


def verified(path, sha256):  # a Path, and the digest that it should have
    ### BEGIN SOLUTION
    if sha256_of(path) != sha256.lower():
        raise ValueError(f"{path} is not the file it should be: fetch it again")
    return path
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "checksum-check", "locked": true, "schema_version": 3, "solution": false}
check("checksum")

# %% nbgrader={"grade": true, "grade_id": "checksum-tests", "locked": true, "points": 3, "schema_version": 3, "solution": false}
# Graded: 3 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import hashlib

from autograder.secret import generator
from autograder.student import student

_random = generator("checksum")
_os, _Path = student.library("os"), student.library("pathlib").Path
_home = student.library("tempfile").mkdtemp()
_file = _Path(f"{_home}/some-data.bin")
for _size in (0, 1, 1000, 2**20, 2**20 + int(_random.integers(1, 10_000)), 3 * 2**20 + 1):
    _bytes = _random.bytes(_size)
    _digest = hashlib.sha256(_bytes).hexdigest()
    student.write(f"{_home}/some-data.bin", _bytes)
    assert sha256_of(_file) == _digest, "the digest of a file is not its SHA-256, for some size"
    assert str(verified(_file, _digest)) == str(_file), "the path of a right file is not returned"
    assert str(verified(_file, _digest.upper())) == str(_file), "a digest in capitals is refused"
    _other = hashlib.sha256(_bytes + b"\0").hexdigest()
    for _wrong in (_other, _digest[:-1] + ("1" if _digest[-1] == "0" else "0"), _digest[:16], "0" * 64):
        try:
            verified(_file, _wrong)
        except ValueError as _error:
            assert "some-data.bin" in str(_error), "the error does not name the file"
        else:
            raise AssertionError("a file is not refused although its digest is another one")

# A file of 48 MB that takes no space, and the memory that reading it takes.
_os.truncate(f"{_home}/some-data.bin", 0)
_os.truncate(f"{_home}/some-data.bin", 48 * 2**20)
_zeros = hashlib.sha256()
for _ in range(48):
    _zeros.update(bytes(2**20))
_memory = student.library("tracemalloc")
_memory.start()
_got = sha256_of(_file)
_, _peak = _memory.get_traced_memory()
_memory.stop()
student.library("shutil").rmtree(_home)
assert _got == _zeros.hexdigest(), "the digest of a large file is wrong"
assert _peak < 16 * 2**20, "the whole file is read into memory at once"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
digest = sha256_of(work / "photos.tar")
pack(photos, work / "again.tar")
print("packed again, same digest:", sha256_of(work / "again.tar") == digest)

content = bytearray((work / "photos.tar").read_bytes())
content[100_000] ^= 1  # one bit of one byte
(work / "flipped.tar").write_bytes(content)
try:
    verified(work / "flipped.tar", digest)
except ValueError:
    print("one bit is different: refused")

# %% [markdown]
# **Expected:** `True`, then a refusal. Without sorted names and fixed times the first line would
# say `False`, and you could not tell whether the data had changed.
#
# ## 4. An archive from a stranger
#
# A checksum says *this is the file that I was promised*. It does not say that the promise is good.
# An archive is a list of names and contents, and whoever made it chose the names. Here is one that
# was made to do harm:

# %% nbgrader={"grade": false, "grade_id": "hostile", "locked": true, "schema_version": 3, "solution": false}
def put(tar, name, content):
    """Add a file under any name: nobody stops us."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


with tarfile.open(work / "hostile.tar", "w") as tar:
    put(tar, "ring/s00-00.png", b"looks harmless")
    put(tar, "../escaped.txt", b"I am outside")

# What happens if you trust it? (Below Python 3.14, this is also what happens without `filter`.)
with tarfile.open(work / "hostile.tar") as tar:
    tar.extractall(work / "trusting", filter="fully_trusted")
print("below the folder: ", [path.name for path in (work / "trusting").rglob("*.*")])
print("beside the folder:", [path.name for path in work.glob("*.txt")])

# %% [markdown]
# **Expected:** `escaped.txt` lies *beside* the folder that we asked for. `..` means "the folder
# above", and enough of them reach any place: your notebooks, or a file that runs at the next
# log-in.

# %% nbgrader={"grade": false, "grade_id": "figure-hostile", "locked": true, "schema_version": 3, "solution": false}
course.figure("02-hostile-archive")

# %% [markdown]
# Four tricks are common:
#
# - **`..`** as a part of the name;
# - an **absolute** name, which begins with `/` and ignores your folder;
# - a **link**: an entry that is no file but points to another place. The next entry is then written
#   *through* it, with a name that looks harmless;
# - a **bomb**: a small archive that unpacks to more than your disk holds.
#
# ### Exercise `safe-unpack` · medium · 20 minutes
#
# Unpack `archive` to `folder`, or refuse it with a `ValueError`. Look at **all** entries first and
# write only then: whoever is refused has left nothing behind. Refuse
#
# - a name that is absolute, or has `..` between its slashes (a file called `v1..2.txt` is
#   harmless);
# - everything that is neither a file nor a folder;
# - more than `limit` bytes in all files together. Exactly `limit` is allowed.
#
# What you need: `tarfile.open(archive)`, in a `with` line, opens an archive, compressed or not.
# `tar.getmembers()` lists the entries without unpacking. Each `member` has `member.name`,
# `member.size`, `member.isfile()` and `member.isdir()`. `PurePosixPath(name)` takes a name apart:
# look at its `.parts` and at `.is_absolute()`. When all are fine,
# `tar.extractall(folder, filter="data")` writes them; it makes the folder, or takes one that is
# there. (`filter="data"` alone is not enough: it refuses too, but only when it comes to the bad
# entry, and it knows no limit.)

# %% nbgrader={"grade": false, "grade_id": "safe-unpack", "locked": false, "schema_version": 3, "solution": true}
def safe_unpack(archive, folder, limit):  # two Paths, and a number of bytes
    ### BEGIN SOLUTION
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        for member in members:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError(f"'{name}' would be written elsewhere")
            if not (member.isfile() or member.isdir()):
                raise ValueError(f"'{name}' is a link or a device")
        if sum(member.size for member in members) > limit:
            raise ValueError(f"it unpacks to more than {limit} bytes")
        tar.extractall(folder, members, filter="data")
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "safe-unpack-check", "locked": true, "schema_version": 3, "solution": false}
check("safe-unpack")

# %% nbgrader={"grade": true, "grade_id": "safe-unpack-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import io
import tarfile

from autograder.secret import generator
from autograder.student import student

_random = generator("safe-unpack")
_os, _Path = student.library("os"), student.library("pathlib").Path
_home = student.library("tempfile").mkdtemp()


def _tarred(*entries, mode="w"):
    """Pack pairs of name and content, or of name and (type, target)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                tar.addfile(info)
    return buffer.getvalue()


def _unpack(archive, limit):
    """Unpack to a folder that is not there yet; return the names in it, or None after a refusal."""
    student.library("shutil").rmtree(f"{_home}/out", ignore_errors=True)
    student.write(f"{_home}/some.tar", archive)
    try:
        safe_unpack(_Path(f"{_home}/some.tar"), _Path(f"{_home}/out"), limit)
    except ValueError:
        written = _os.path.isdir(f"{_home}/out") and _os.listdir(f"{_home}/out")
        assert not written, "something was written before the archive was refused"
        return None
    return {
        f"{parent}/{name}".removeprefix(f"{_home}/out/")
        for parent, _, names in list(_os.walk(f"{_home}/out"))
        for name in names
    }


# Honest archives, plain and compressed.
_sizes = [int(_size) for _size in _random.integers(1, 4000, 6)]
_content = {
    _name: _random.bytes(_size)
    for _name, _size in zip(("a.png", "water/1.png", "water/v1..2.txt", "x/y/z.bin", "..b/c", "d.."), _sizes)
}
for _mode in ("w", "w:gz"):
    _archive = _tarred(*_content.items(), ("empty", (tarfile.DIRTYPE, "")), mode=_mode)
    assert _unpack(_archive, sum(_sizes)) == set(_content), "an honest archive is not unpacked to what is in it"
    for _name in _content:
        assert _Path(f"{_home}/out/{_name}").read_bytes() == _content[_name], "an unpacked file has another content"
    assert _os.path.isdir(f"{_home}/out/empty"), "a folder in the archive is not made"
    assert _unpack(_archive, sum(_sizes) - 1) is None, (
        "an archive is not refused although its files are larger than the limit, all together"
    )
safe_unpack(_Path(f"{_home}/some.tar"), _Path(f"{_home}/out"), 10**6)
safe_unpack(_Path(f"{_home}/some.tar"), _Path(f"{_home}/out"), 10**6)  # the folder is there now

# Hostile ones. The good entry comes first, so that unpacking step by step would have written it.
_good, _bad = ("good.txt", b"good"), b"bad"
for _name in ("../escaped.txt", "a/../../escaped.txt", "../out-too/escaped.txt", "../../../../../../../../../escaped.txt"):
    assert _unpack(_tarred(_good, (_name, _bad)), 10**6) is None, "a name with .. is not refused"
assert _unpack(_tarred(_good, (f"{_home}/escaped.txt", _bad)), 10**6) is None, "an absolute name is not refused"
assert _unpack(_tarred(_good, ("..", (tarfile.DIRTYPE, ""))), 10**6) is None, "a folder called .. is not refused"
for _target in (_home, "/etc/passwd", "good.txt", "..", "a/b"):
    _archive = _tarred(_good, ("link", (tarfile.SYMTYPE, _target)))
    assert _unpack(_archive, 10**6) is None, "a symbolic link is not refused"
_archive = _tarred(("link", (tarfile.SYMTYPE, _home)), ("link/escaped.txt", _bad))
assert _unpack(_archive, 10**6) is None, "a symbolic link is not refused"
_archive = _tarred(_good, ("hard", (tarfile.LNKTYPE, "good.txt")))
assert _unpack(_archive, 10**6) is None, "a hard link is not refused"
for _kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE):
    assert _unpack(_tarred(_good, ("odd", (_kind, ""))), 10**6) is None, "a device or a pipe is not refused"
_bomb = _tarred(_good, *((f"{_n}.bin", bytes(90_000)) for _n in range(5)), mode="w:gz")
assert len(_bomb) < 10_000 and _unpack(_bomb, 100_000) is None, "a bomb is not refused"
_left = set(_os.listdir(_home)) - {"some.tar", "out"}
student.library("shutil").rmtree(_home)
assert not _left, "something was written outside the folder"
### END HIDDEN TESTS

# %% tags=["after-exercises"]
try:
    safe_unpack(work / "hostile.tar", work / "careful", limit=10**9)
except ValueError:
    print("refused; written:", list((work / "careful").glob("*")))

safe_unpack(work / "photos.tar", work / "data", limit=10**9)
print(len(list((work / "data").rglob("*.png"))), "photos unpacked")

# %% [markdown]
# **Expected:** a refusal with an empty list, then as many photos as were packed.
#
# ## 5. From a folder to a dataset
#
# PyTorch wants its data as a **dataset**: an object with a length, whose item `i` is a pair of
# image and label, as **tensors** (PyTorch's arrays). A common layout on disk is one folder a
# class, and that is what we have just unpacked.
#
# Read a picture only when its item is asked for. That is called *lazy*, and it is why a dataset may
# be larger than the memory.
#
# ### Exercise `folder-dataset` · medium · 15 minutes
#
# Write a dataset of the pictures `folder/<class>/<name>.png`:
#
# - the attribute `classes` is the list of class names, **sorted**. Class number `k` is
#   `classes[k]`, on every machine;
# - the items stand in the order of `sorted(folder.glob("*/*.png"))`. Nothing else in the folder is
#   a picture: people leave a `README.txt`, and systems leave files of their own;
# - item `i` is the image, `float32` from 0 to 1, shape `[1, height, width]`, and its class number,
#   an `int64` tensor of shape `[]`, which is what a loss function wants;
# - a file is opened when its item is asked for, not before.
#
# What you need: `data[3]` calls `__getitem__(3)`, and `len(data)` calls `__len__()`. What these two
# need later, keep in `__init__` under a name that begins with `self.`, such as `self.paths`.
# `path.parent.name` is the class of a path. `Image.open(path)` opens a picture,
# `.convert("L")` makes it grey if it is not, and `np.array(…)` turns it into an array of bytes
# from 0 to 255, shape `[height, width]`. `torch.from_numpy(…)` makes a tensor of that, `.float()`
# makes it `float32`, and `.unsqueeze(0)` puts a dimension of size 1 in front. `torch.tensor(3)` is
# an `int64` tensor of shape `[]`.

# %% nbgrader={"grade": false, "grade_id": "folder-dataset", "locked": false, "schema_version": 3, "solution": true}
class FolderDataset(Dataset):
    def __init__(self, folder):  # a Path
        ### BEGIN SOLUTION
        self.paths = sorted(folder.glob("*/*.png"))
        self.classes = sorted({path.parent.name for path in self.paths})
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.paths)
        ### END SOLUTION

    def __getitem__(self, i):
        ### BEGIN SOLUTION
        path = self.paths[i]
        with Image.open(path) as picture:
            grey = np.array(picture.convert("L"))  # uint8 [height, width]
        image = torch.from_numpy(grey).unsqueeze(0).float() / 255  # [1, height, width]
        return image, torch.tensor(self.classes.index(path.parent.name))
        ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "folder-dataset-check", "locked": true, "schema_version": 3, "solution": false}
check("folder-dataset")

# %% nbgrader={"grade": true, "grade_id": "folder-dataset-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import io

import numpy as np
import torch
from PIL import Image

from autograder.secret import generator
from autograder.student import student

_random = generator("folder-dataset")
_os, _Path = student.library("os"), student.library("pathlib").Path
_home = student.library("tempfile").mkdtemp()


def _png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


# Folders and files are made in another order than the sorted one.
_pixels = {
    (_kind, _name): _random.integers(0, 256, (9, 14)).astype(np.uint8)
    for _kind in ("land", "water", "coast", "city")
    for _name in ("07.png", "11.png", "02.png")
}
for (_kind, _name), _image in _pixels.items():
    _os.makedirs(f"{_home}/data/{_kind}", exist_ok=True)
    student.write(f"{_home}/data/{_kind}/{_name}", _png(_image))
student.write(f"{_home}/data/README.txt", b"not a class")
student.write(f"{_home}/data/land/Thumbs.db", b"not a picture")
student.write(f"{_home}/data/coast/99.png", b"broken, and never asked for")

_data = FolderDataset(_Path(f"{_home}/data"))
assert list(_data.classes) == ["city", "coast", "land", "water"], "classes is not the sorted list of the class folders"
assert len(_data) == 13, "len() of the dataset is not the number of .png files in class folders"
# One file is changed after the dataset was made: what counts is what is there when it is asked for.
_pixels["water", "11.png"] = _random.integers(0, 256, (9, 14)).astype(np.uint8)
student.write(f"{_home}/data/water/11.png", _png(_pixels["water", "11.png"]))
_order = sorted([*_pixels, ("coast", "99.png")])
for _i in _random.permutation(13).tolist():
    if _order[_i] not in _pixels:
        continue
    _image, _label = _data[_i]
    assert torch.is_tensor(_image) and _image.dtype == torch.float32, "an image is not a float32 tensor"
    assert tuple(_image.shape) == (1, 9, 14), "an image does not have the shape [1, height, width]"
    assert torch.is_tensor(_label) and _label.dtype == torch.int64, "a label is not an int64 tensor"
    assert tuple(_label.shape) == (), "a label does not have the shape []"
    _expected = torch.from_numpy(_pixels[_order[_i]] / 255).float()
    assert torch.allclose(_image[0], _expected, atol=1e-5), (
        "an item is not the picture that stands at its place, as it is when it is asked for, from 0 to 1"
    )
    assert int(_label) == ["city", "coast", "land", "water"].index(_order[_i][0]), "a label is not the number of its class"

# A picture in colour becomes grey, with one channel.
_colour = _random.integers(0, 256, (5, 6, 3)).astype(np.uint8)
student.write(f"{_home}/data/city/02.png", _png(_colour))
_image, _ = FolderDataset(_Path(f"{_home}/data"))[0]
_grey = torch.from_numpy(np.array(Image.fromarray(_colour).convert("L")) / 255).float()
student.library("shutil").rmtree(_home)
assert tuple(_image.shape) == (1, 5, 6), "a picture in colour does not become one of shape [1, height, width]"
assert torch.allclose(_image[0], _grey, atol=0.01), "a picture in colour does not become the grey one"
### END HIDDEN TESTS

# %% [markdown]
# A `DataLoader` takes items from a dataset and stacks them to a **batch**.

# %% tags=["after-exercises"]
dataset = FolderDataset(work / "data")
images, labels = next(iter(DataLoader(dataset, batch_size=32)))
print("classes", dataset.classes)
print("images ", tuple(images.shape), images.dtype)
print("labels ", tuple(labels.shape), labels.dtype)

# %% [markdown]
# **Expected:** `images` has the shape `(32, 1, 24, 24)`: 32 pictures, one grey channel, 24 rows, 24
# columns.
#
# ## 6. A split without leaks
#
# To know what a network is worth, you try it on data that it has not seen: you *hold out* a part
# for **validation**. Ten shots of one scene are nearly one photo. Put nine of them into training
# and the tenth into validation, and the network is praised for remembering. That is a **leak**. So
# a whole scene, a *group*, goes to one side or the other.
#
# ### Exercise `group-split` · medium · 20 minutes
#
# `groups[i]` is the group of item `i`. Return two arrays of indices: training and validation.
#
# - No group stands on both sides.
# - Validation holds about `share` of the **items** (not of the groups: they differ in size). It may
#   miss `share * len(groups)` by as many items as the largest group has, no more.
# - The same `seed` holds out the same groups, **whatever order the items come in**: another machine
#   may list the files in another order. Another seed gives another choice.
#
# One way: `np.unique(groups, return_counts=True)` gives the names, sorted, and how many items each
# has. `np.random.default_rng(seed).permutation(len(names))` puts them into a random order. Go
# through them, and take each group that brings you *nearer* to the number of items that you want.

# %% nbgrader={"grade": false, "grade_id": "group-split", "locked": false, "schema_version": 3, "solution": true}
def group_split(groups, share, seed):  # array [N] of numbers or texts, 0 < share < 1, whole number
    ### BEGIN SOLUTION
    names, sizes = np.unique(groups, return_counts=True)
    wanted, held, chosen = share * len(groups), 0, []
    for k in np.random.default_rng(seed).permutation(len(names)):
        if abs(held + sizes[k] - wanted) < abs(held - wanted):
            held += sizes[k]
            chosen.append(names[k])
    inside = np.isin(groups, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "group-split-check", "locked": true, "schema_version": 3, "solution": false}
check("group-split")

# %% nbgrader={"grade": true, "grade_id": "group-split-tests", "locked": true, "points": 4, "schema_version": 3, "solution": false}
# Graded: 4 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
import numpy as np

from autograder.secret import generator

_random = generator("group-split")


def _held_out(groups, share, seed):
    """Return the groups held out, after looking at everything else that a split promises."""
    train, val = (np.asarray(rows) for rows in group_split(groups, share, seed))
    assert train.dtype.kind in "iu" and val.dtype.kind in "iu", "the two arrays do not hold indices"
    assert sorted([*train.tolist(), *val.tolist()]) == list(range(len(groups))), (
        "not every item stands on one side, once"
    )
    inside = set(groups[val].tolist())
    assert not set(groups[train].tolist()) & inside, "a group stands on both sides"
    largest = np.unique(groups, return_counts=True)[1].max()
    assert abs(len(val) - share * len(groups)) <= largest, (
        "the part held out is too large or too small: count items, not groups"
    )
    return inside


# Many small groups and a few large ones; numbers and texts.
_sizes = np.concatenate([_random.integers(1, 4, 40), _random.integers(15, 21, 5)])
_numbers = _random.permutation(np.repeat(_random.permutation(1000)[:45], _sizes))
_texts = np.array([f"scene {_number}" for _number in _numbers])
_equal = np.repeat(np.arange(300), 2)
for _groups in (_numbers, _texts, _equal):
    for _share in (0.1, 0.3):
        _found = [_held_out(_groups, _share, _seed) for _seed in range(8)]
        assert any(_one != _found[0] for _one in _found), "every seed holds out the same groups"
        assert _held_out(_groups, _share, 3) == _found[3], "the same seed does not hold out the same groups"
        for _seed in (0, 5):
            _shuffled = _random.permutation(_groups)
            assert _held_out(_shuffled, _share, _seed) == _found[_seed], (
                "with the items in another order, the same seed holds out other groups"
            )
### END HIDDEN TESTS

# %% [markdown]
# Split our photos: the scene is the first part of the name.

# %% tags=["after-exercises"]
paths = sorted((work / "data").glob("*/*.png"))  # the order of the dataset
scenes = np.array([path.name.split("-")[0] for path in paths])  # [N], such as "s07"
train_rows, val_rows = group_split(scenes, share=0.2, seed=0)
dataset = FolderDataset(work / "data")
train_photos, val_photos = Subset(dataset, train_rows), Subset(dataset, val_rows)  # those items
print("on both sides:", len(set(scenes[train_rows]) & set(scenes[val_rows])), "scenes")
print(f"held out: about {len(val_photos) / len(paths):.1f} of the photos")

# %% [markdown]
# **Expected:** no scene on both sides, and about 0.2 of the photos held out.
#
# Names can be wrong, though. Are there photos with the same *bytes* under different names? You have
# the tool: equal digests mean equal files.

# %% tags=["after-exercises"]
def copies(paths):
    """Return pairs of files with the same bytes."""
    first = {}
    pairs = [(first.setdefault(sha256_of(path), path), path) for path in paths]
    return [(one.name, other.name) for one, other in pairs if one != other]


copies(paths)

# %% [markdown]
# **Expected:** three pairs, each under the names of two scenes. Such a pair can leak although the
# groups are clean. Delete one of the two, *before* you split. (A copy that was made smaller or
# saved anew has other bytes; a checksum does not find it.)
#
# ## 7. Results that outlive a dropped connection
#
# Your results are on the local disk and must get to Drive before the session ends. Writing there
# can fail in the middle: `OSError: [Errno 107] Transport endpoint is not connected`. Half a file may be
# left, under its final name. Next week you open it.
#
# To practise, here is a mount that fails on request, and leaves half a file behind:

# %% nbgrader={"grade": false, "grade_id": "practice", "locked": true, "schema_version": 3, "solution": false}
from course.checks.lesson_02 import PracticeMount

drive = work / "drive"
drive.mkdir(exist_ok=True)
(work / "results.bin").write_bytes(bytes(range(256)) * 4)  # 1024 bytes

mount = PracticeMount("drops")  # the first copy drops, all later ones work
try:
    mount.copy(work / "results.bin", drive / "results.bin")
except OSError as error:
    print(f"errno {error.errno}: {error.strerror}")
print("on the practice Drive:", (drive / "results.bin").stat().st_size, "of 1024 bytes")

# %% [markdown]
# The cure has four parts, and serious programs use all of them:

# %% nbgrader={"grade": false, "grade_id": "figure-survive", "locked": true, "schema_version": 3, "solution": false}
course.figure("02-whole-or-not")

# %% [markdown]
# 1. **Another name first.** Copy to a temporary file *beside* the target, such as
#    `results.bin.part`. Whoever sees the final name sees a whole file.
# 2. **Compare.** A copy can be wrong without any error. Is its digest that of the source?
# 3. **Rename.** `os.replace(part, target)` gives it the final name in one step. (Beside the target,
#    since a rename works only within one disk; between two, it would be another slow copy.)
# 4. **Wait and try again**, a little longer each time, but only after *this* error. A full disk
#    will still be full in a second.
#
# ### Exercise `survive-drop` · harder · 20 minutes
#
# Copy `source` to `target` in that way. `copy(source, part)` copies and `wait(seconds)` waits; both
# are given, so that a test need not sleep.
#
# - A try has failed if `copy` raises an `OSError` whose `errno` is `errno.ENOTCONN` (107 on
#   Linux), or if the copy is not equal to the source.
# - Make at most `tries` tries. Wait 1 second after the first, then 2, then 4, always twice as
#   long. Do not wait after the last.
# - If the last try fails, raise a `ConnectionError` that names the target.
# - Any other error goes on to the caller at once, as it is.
# - Whatever happens, no temporary file is left, and what stood at `target` before is whole.
#
# What you need: `target.with_name("…")` is a path beside the target, and
# `part.unlink(missing_ok=True)` removes a file. Compare with your `sha256_of`; if you left it out,
# compare what `read_bytes()` gives. In an `except OSError as error:` block, look at
# `error.errno`; a line with nothing but `raise` sends the error on as it is. What stands in a
# `finally:` block is done in any case, also after a `return` or a `raise`.

# %% nbgrader={"grade": false, "grade_id": "survive-drop", "locked": false, "schema_version": 3, "solution": true}
def copy_safely(source, target, copy=shutil.copyfile, wait=time.sleep, tries=4):  # two Paths first
    ### BEGIN SOLUTION
    half = target.with_name(target.name + ".part")
    try:
        for number in range(tries):
            if number > 0:
                wait(2 ** (number - 1))
            try:
                copy(source, half)
                if sha256_of(half) == sha256_of(source):
                    os.replace(half, target)
                    return
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
        raise ConnectionError(f"{target} could not be written: {tries} tries failed")
    finally:
        with contextlib.suppress(OSError):  # the connection may be away now as well
            half.unlink(missing_ok=True)
    ### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "survive-drop-check", "locked": true, "schema_version": 3, "solution": false}
check("survive-drop")

# %% nbgrader={"grade": true, "grade_id": "survive-drop-tests", "locked": true, "points": 5, "schema_version": 3, "solution": false}
# Graded: 5 points. Hidden tests run here after you hand in.
### BEGIN HIDDEN TESTS
from autograder.secret import generator
from autograder.student import student
from course.checks.lesson_02 import PracticeMount

_random = generator("survive-drop")
_os, _Path = student.library("os"), student.library("pathlib").Path
_home = student.library("tempfile").mkdtemp()
_os.mkdir(f"{_home}/drive")
_source, _target = f"{_home}/local.bin", f"{_home}/drive/kept.bin"
_bytes, _old = _random.bytes(int(_random.integers(2000, 9000))), _random.bytes(500)
student.write(_source, _bytes)
_waits = []


def _wait(seconds):
    _waits.append(float(seconds))


def _run(*faults, tries=4, old=None, source=_source):
    """Copy over a mount with these faults; return how it ended, and the names given to copy."""
    _waits.clear()
    for name in _os.listdir(f"{_home}/drive"):
        _os.unlink(f"{_home}/drive/{name}")
    if old is not None:
        student.write(_target, old)
    mount, ending = student.put(PracticeMount(*faults)), "copied"
    try:
        copy_safely(_Path(source), _Path(_target), mount.copy, _wait, tries)
    except ConnectionError as error:
        ending = "gave up"
        assert "kept.bin" in str(error), "the last error does not name the target"
    except OSError as error:
        ending = str(error)
    left = _os.listdir(f"{_home}/drive")
    content = _Path(_target).read_bytes() if "kept.bin" in left else None
    assert set(left) <= {"kept.bin"}, "a temporary file is left beside the target"
    assert content in (None, old, _bytes), "half a file, or a wrong one, has the final name"
    assert (content == _bytes) == (ending == "copied"), "it says it has copied and has not, or the other way round"
    assert ending == "copied" or content == old, "what stood there before is gone, although the copy failed"
    targets = list(mount.targets)
    assert _target not in targets, "the copy goes straight to the final name"
    assert all(_os.path.dirname(target) == f"{_home}/drive" for target in targets), (
        "the temporary file is not beside the target: a rename would be a second copy"
    )
    return ending, len(targets)


for _before in (None, _old):
    assert _run(old=_before) == ("copied", 1) and _waits == [], "without any trouble it is not copied once"
    for _faults in (["drops"], ["drops", "drops"], ["drops", "drops", "drops"]):
        assert _run(*_faults, old=_before) == ("copied", len(_faults) + 1), "after a drop it is not tried again"
        assert _waits == [1, 2, 4][: len(_faults)], "the waits are not 1, 2, 4 seconds"
    for _faults in (["garbles"], ["drops", "garbles"]):
        assert _run(*_faults, old=_before) == ("copied", len(_faults) + 1), (
            "a copy that is not equal to the source is taken, or not tried again"
        )
        assert _waits == [1, 2][: len(_faults)], "after a wrong copy the waits are not 1, 2 seconds"
    for _tries in (1, 3, 5):
        assert _run(*["drops"] * 9, tries=_tries, old=_before) == ("gave up", _tries), (
            "after the last try it does not end in a ConnectionError"
        )
        assert _waits == [1, 2, 4, 8][: _tries - 1], "when it gives up, the waits are not 1, 2, 4 seconds, none at the end"
    assert _run("garbles", "drops", tries=2, old=_before) == ("gave up", 2), "it does not give up after the last try"
    assert _run("garbles", "garbles", tries=2, old=_before) == ("gave up", 2), "it does not give up after a wrong copy"
    for _faults in (["is full"], ["drops", "is full"]):
        _ending, _count = _run(*_faults, old=_before)
        assert "Errno 28" in _ending, "an error of another kind does not go on to the caller as it is"
        assert _count == len(_faults) and len(_waits) == len(_faults) - 1, "an error of another kind is tried again"
    _ending, _count = _run(old=_before, source=f"{_home}/missing.bin")
    assert _ending not in ("copied", "gave up") and _count <= 1, "a source that is not there is tried again"
student.library("shutil").rmtree(_home)
### END HIDDEN TESTS

# %% tags=["after-exercises"]
waited = []
mount = PracticeMount("drops", "garbles")
copy_safely(work / "results.bin", drive / "results.bin", copy=mount.copy, wait=waited.append)
print("waited", waited, "seconds")
print("on the practice Drive:", (drive / "results.bin").stat().st_size, "bytes")
print("files there:", [path.name for path in drive.iterdir()])

# %% [markdown]
# **Expected:** `waited [1, 2]`, all 1024 bytes, and no `.part` file.
#
# ## 8. What you need not write again
#
# You know now what is inside; from the next lesson on you may use what the course package brings:
#
# ```python
# archive = course.stage("photos.tar", sha256=digest, source="/content/drive/MyDrive/course")
# folder = course.unpack(archive)  # refuses what you refuse, and some more
# results = course.keep()          # the folder that lasts longest here: on Colab, in your Drive
# course.flush()                   # at the end: is everything really there?
# ```
#
# `stage` copies one file to the local disk and checks its digest; if the connection drops, it waits
# and goes on. `unpack` gives a folder its final name when everything is in it. Try it on yours:

# %% tags=["after-exercises"]
folder = course.unpack(work / "photos.tar", to=work / "unpacked")
print(len(list(folder.glob("*/*.png"))), "photos")

try:
    course.unpack(work / "hostile.tar", to=work / "refused")
except course.CourseError:
    print("the hostile archive: refused")

# %% [markdown]
# **Expected:** the same number of photos as before, and a refusal.
#
# ## Three errors you will meet
#
# - `OSError: [Errno 107] Transport endpoint is not connected` The mount has dropped. Mount Drive
#   again (`drive.mount("/content/drive", force_remount=True)`) and run the cell again.
# - `tarfile.ReadError: not a gzip file` or `file could not be opened successfully` It is no
#   archive. Often it is a web page with an error message, saved under the archive's name: look at
#   its size.
# - `OSError: [Errno 28] No space left on device` The disk is full. An archive and its unpacked
#   files both take space: delete the archive when you have unpacked it. On Drive, empty the bin as
#   well.
#
# ## What it cost, and cleaning up
#
# Nothing: no GPU was used. All files of this lesson lie in a temporary folder on the local disk, a few
# megabytes. It goes when the kernel ends; there is nothing to delete. On Colab the rest of the local
# disk goes too: what *you* want to keep must be on Drive or on your computer by then.
#
# ## Five questions
#
# Open an answer to see why it is right or wrong.
#
# **1. Your 20,000 pictures lie in a folder on Drive, and the first epoch takes an hour. What do you
# do?**
#
# <details><summary>Rent a faster GPU</summary>No. The GPU waits for pictures; a faster one waits
# just as long.</details>
# <details><summary>Pack them into one archive and unpack it on the local disk</summary>Right. One
# large file travels quickly, and the local disk answers at once.</details>
# <details><summary>Copy the folder to the local disk, file by file, in each session</summary>No.
# That is 20,000 requests over the network in every session, and some of them fail.</details>
#
# **2. The digest of a downloaded archive is the one on the web page. What do you know?**
#
# <details><summary>That it is safe to unpack</summary>No. A hostile archive has a digest too, and
# its maker can publish it.</details>
# <details><summary>That it has not changed since it was published</summary>No. A digest says
# nothing about time; the page may have been changed along with the file.</details>
# <details><summary>That you have the same bytes as whoever wrote the digest down</summary>Right.
# Nothing less, and nothing more: whether you trust them is another question.</details>
#
# **3. Why look at all entries of an archive before the first is written?**
#
# <details><summary>So that an archive that is refused leaves nothing behind</summary>Right.
# Otherwise the good entries are there already when the bad one comes, and somebody uses
# them.</details>
# <details><summary>Because it is quicker</summary>No. Reading the list first costs a little more
# time, mostly with compressed archives.</details>
# <details><summary>Because tar files have their table of contents at the beginning</summary>No. Tar
# files have no such table; each entry stands in front of its content.</details>
#
# **4. Each of ten patients gave 100 X-ray pictures. How do you split?**
#
# <details><summary>At random, 80 to 20</summary>No. Then every patient is on both sides, and the
# network may recognise patients instead of diseases.</details>
# <details><summary>Eight patients for training, two for validation</summary>Right. In use it will
# meet new patients, and so it does in validation.</details>
# <details><summary>The first 80 pictures of each patient for training</summary>No. The order is
# tidy, and yet each patient still stands on both sides.</details>
#
# **5. You copy a model to Drive under its final name, and the session ends in the middle. What is
# there?**
#
# <details><summary>Nothing, since a copy that fails is undone</summary>No. What was written stays;
# nobody is left to undo it.</details>
# <details><summary>The version from yesterday</summary>Only if you had copied to another name and
# then renamed. Here it was overwritten.</details>
# <details><summary>Perhaps half a file that looks like a model</summary>Right. That is why the
# final name is given last, in one step, to a file that was compared.</details>
#
# ## Take away
#
# - Store data as one archive; copy it to the local disk; unpack it there.
# - Sorted names and fixed times give the same bytes. A digest says whether you have them.
# - An archive from a stranger is a program of a kind: look at all of it before you write any of it.
# - Sort class names, open files lazily, and split by group.
# - Another name, compare, rename, try again: then a file is whole, or not there.
#
# ## Read on
#
# - [Python: `tarfile`, and its extraction filters](https://docs.python.org/3/library/tarfile.html)
# - [Python: `hashlib`](https://docs.python.org/3/library/hashlib.html)
# - [PyTorch: datasets and data loaders](https://docs.pytorch.org/docs/stable/data.html)
# - The talk this course grew from: F. Chouteau, "Google Colab & AI Notebook", Toulouse Data
#   Science 38, 2019. Files on Drive, upload and download were part of its first half.
