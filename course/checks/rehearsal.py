"""A dress rehearsal for start-up scripts: run here, with stand-ins for what a rented machine has.

>>> rehearse(script, job_code=7)
['nvidia-smi', 'job', 'upload FAILED 7', 'delete']
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_SYSTEM = "/usr/bin:/bin"

# What is on PATH in a rehearsal, before the system's own programs. Each says that it was called.
_STAND_INS = {
    "nvidia-smi": """\
echo nvidia-smi >>"$REHEARSAL/calls"
[ "$(grep -c ^nvidia-smi "$REHEARSAL/calls")" -gt "$READY_AFTER" ]
""",
    "python3": """\
echo job >>"$REHEARSAL/calls"
exit "$JOB_CODE"
""",
    # Short waits are made shorter still; what sleeps for long is a guard in the background.
    "sleep": """\
echo sleep >>"$REHEARSAL/calls"
case $1 in [0-9] | [0-9]s | 10 | 10s) exec /usr/bin/env PATH=/usr/bin:/bin sleep 0.02 ;; esac
exec /usr/bin/env PATH=/usr/bin:/bin sleep "$@"
""",
    "gcloud": """\
case "$*" in
*"storage cp"*) shift 2 ;;
*"instances delete"*) echo delete >>"$REHEARSAL/calls"; exit 0 ;;
*) echo "gcloud $*" >>"$REHEARSAL/calls"; exit 0 ;;
esac
exec copy "$@"
""",
    "gsutil": 'exec copy "$@"\n',
    "copy": """\
set -o pipefail
words=()
for word in "$@"; do
  case $word in cp | --* | -[a-z]*) ;; *) words+=("$word") ;; esac
done
last=$((${#words[@]} - 1))  # macOS has bash 3.2, which cannot count from the end
to=${words[last]}
for file in "${words[@]:0:last}"; do
  name=${file##*/}
  [ "$file" = - ] && name=${to##*/}
  case $to in "$RESULTS_ADDRESS" | */) ;; *) name=${to##*/} ;; esac
  case $to in "$RESULTS_ADDRESS"*) ;; *) name="elsewhere/$name" ;; esac
  content=$(cat -- "$file" | tr '\\n' ' ') || exit 1
  echo "upload $name $content" >>"$REHEARSAL/calls"
done
exit "$UPLOAD_CODE"
""",
    "shutdown": 'echo shutdown >>"$REHEARSAL/calls"\n',
    "sudo": 'exec "$@"\n',
}
_ALIASES = {"poweroff": "shutdown", "halt": "shutdown", "reboot": "shutdown", "python": "python3"}


def rehearse(
    script: str,
    *,
    results: str = "gs://my-bucket/run-7",
    ready_after: int = 0,
    job_code: int = 0,
    upload_code: int = 0,
    limit_s: float = 15.0,
) -> list[str]:
    """Run a start-up script here, with stand-ins for everything that is not on this machine.

    Parameters
    ----------
    script
        The whole script: the header, then what the exercise asks for.
    results
        The address of the results, as the header gives it.
    ready_after
        How many calls of ``nvidia-smi`` fail before the driver is there.
    job_code, upload_code
        How the job and each upload end; 0 is well.
    limit_s
        After so many seconds the script is ended, with all that it started.

    Returns
    -------
    list of str
        What was called, in order: ``nvidia-smi``, ``sleep``, ``job``, ``upload NAME CONTENT``,
        ``delete``, ``shutdown``; ``too late`` if the script had to be ended. If bash cannot
        read the script, only ``syntax: …``.
    """
    bash = shutil.which("bash") if os.name == "posix" else None
    if bash is None:
        raise AssertionError(
            "this needs bash, which is not here; on Windows, use the Windows Subsystem for Linux."
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _stage(folder, bash, script)
        startup = str(folder / "startup.sh")
        parsed = subprocess.run([bash, "-n", startup], capture_output=True, text=True, check=False)  # noqa: S603
        if parsed.returncode:
            return ["syntax: " + parsed.stderr.replace(f"{folder}/", "").strip()]
        settings = {
            "PATH": f"{folder}/programs:{_SYSTEM}",
            "HOME": f"{folder}/work",
            "REHEARSAL": name,
            "RESULTS_ADDRESS": results,
            "READY_AFTER": str(ready_after),
            "JOB_CODE": str(job_code),
            "UPLOAD_CODE": str(upload_code),
        }
        in_time = _ends([bash, startup], settings, folder / "work", limit_s)
        calls = (folder / "calls").read_text("utf-8").splitlines()
    return calls if in_time else [*calls, "too late"]


def _stage(folder: Path, bash: str, script: str) -> None:
    """Write the script, the programs that stand in, and an empty list of calls."""
    programs = folder / "programs"
    programs.mkdir()
    (folder / "work").mkdir()
    (folder / "calls").touch()
    (folder / "startup.sh").write_text(script, "utf-8")
    for program, text in _STAND_INS.items():
        (programs / program).write_text(f"#!{bash}\n{text}", "utf-8")
        (programs / program).chmod(0o755)
    for alias, program in _ALIASES.items():
        shutil.copy(programs / program, programs / alias)


def _ends(command: list[str], settings: dict[str, str], work: Path, limit_s: float) -> bool:
    """Run a command, then end all that it started; return whether it ended by itself."""
    process = subprocess.Popen(  # noqa: S603 - the student's script, on the student's machine
        command, env=settings, cwd=work, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):  # where nothing is left of it
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return True


def uploads(calls: Sequence[str]) -> dict[str, str]:
    """Return what a rehearsal uploaded: names to contents."""
    words = [call.split(maxsplit=2) for call in calls if call.startswith("upload ")]
    return {word[1]: word[2].strip() if len(word) > 2 else "" for word in words}
