"""The shell scripts that run on a rented machine of Google's, and the one that asks after it."""

from __future__ import annotations

import shlex

from course.executor.plan import Job

# Asks for the state first and for the outcome second: a machine that is gone after it spoke must
# not be taken for one that went away without a word.
POLL = """\
#!/usr/bin/env bash
state=$({describe} 2>&1)
gcloud storage cat {place}/outcome.json 2>/dev/null && exit 0
printf 'machine: %s\\n' "$state"
"""

# Google gives a spot machine about 30 seconds. Also called after the end, when it finds all done.
SHUTDOWN = """\
#!/usr/bin/env bash
bash /var/course-run/give-back.sh \\
  "the machine was shut down before the notebook ended (spot machines are taken away)" \\
  "run it again, or leave out -o spot=yes"
"""

_STARTUP = """\
#!/usr/bin/env bash
# Made by `course run`. Runs as root on a machine that must not outlive its deadline.
set -uo pipefail
export HOME=/root
work=/var/course-run
mkdir -p "$work/artefacts"
cd "$work" || exit 1
exec >>machine.log 2>&1

cat >give-back.sh <<'SCRIPT'
#!/usr/bin/env bash
# What there is goes back, outcome.json last; what already lies there is not overwritten.
cd /var/course-run || exit 1
if [ ! -s outcome.json ]; then
  printf '{{"ok": false, "what": "%s", "do": "%s"}}\\n' "$1" "${{2:-see machine.log}}" >outcome.json
fi
if [ ! -s results.tgz ]; then
  files=(outcome.json)
  [ -s output.ipynb ] && files+=(output.ipynb)
  tar -czf results.tgz "${{files[@]}}"
fi
gcloud storage cp machine.log {place}/
gcloud storage cp --no-clobber results.tgz {place}/
gcloud storage cp --no-clobber outcome.json {place}/
SCRIPT

delete_this_machine() {{
  {delete} || shutdown -h now
}}

finish() {{
  trap - EXIT
  bash give-back.sh "$1"
  gcloud storage rsync --recursive artefacts {place}/artefacts
  delete_this_machine
}}
why="the start-up script ended before the notebook ran"
trap 'finish "$why"' EXIT
trap 'exit 143' INT TERM HUP

# The guard: whatever hangs below, at the deadline the machine goes.
(
  sleep "$(({until} - $(date +%s)))"
  delete_this_machine
) &

for try in 1 2 3; do
  gcloud storage cp {place}/input.ipynb {place}/job.py . && break
  why="the staged files could not be read (does the machine's account reach the bucket?)"
  sleep "$((try * 10))"
done
[ -s job.py ] || exit 1
gcloud storage rsync --recursive {place}/artefacts artefacts

{driver}
# The Python that has PyTorch, wherever this image keeps it.
python=python3
for candidate in /opt/conda/bin/python /opt/*/bin/python3 /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then
    python=$candidate
    break
  fi
done
"$python" -c 'import papermill, nbconvert' 2>/dev/null ||
  "$python" -m pip install --quiet papermill nbconvert ipykernel ||
  "$python" -m pip install --quiet --break-system-packages papermill nbconvert ipykernel

# Log and artefacts so far, each minute: a checkpoint there survives the machine.
(
  while sleep 60; do
    gcloud storage cp machine.log {place}/
    gcloud storage rsync --recursive artefacts {place}/artefacts
  done
) >/dev/null 2>&1 &

why="the notebook's process ended without a word (out of memory?)"
timeout --kill-after=15 "$(({job_until} + 30 - $(date +%s)))" \\
  "$python" job.py . --until {job_until} --pack results.tgz
"""

_DRIVER = """\
for _ in $(seq 60); do
  nvidia-smi && break
  sleep 10
done
if ! nvidia-smi -L; then
  why="the GPU's driver did not come up within ten minutes"
  exit 1
fi
"""


def startup(job: Job, place: str, delete: str) -> str:
    """Return the machine's start-up script.

    Parameters
    ----------
    place
        The folder in the bucket, ``gs://…``.
    delete
        The command that deletes the machine.
    """
    return _STARTUP.format(
        place=shlex.quote(place),
        delete=delete,
        until=round(job.until),
        job_until=round(job.until - min(120.0, job.seconds / 5)),
        driver="" if job.options["gpu"] == "none" else _DRIVER,
    )
