"""Deletes the machine before it has said how it ended."""
def startup_script():  # -> the script without its header, as text
    return r"""
set -euo pipefail  # the first error ends the script

at_end() {
  code=$?
  if [ "$code" -eq 0 ]; then
    word=SUCCEEDED
  else
    word=FAILED
  fi
  echo "exit code $code" >"$word" || true
  delete_this_machine
  gcloud storage cp "$word" "$RESULTS/" || true
}
trap at_end EXIT  # in every case

ready=no
for try in $(seq "$WAIT_S"); do
  if nvidia-smi; then
    ready=yes
    break
  fi
  sleep 1
done
[ "$ready" = yes ] || exit 1

run_the_job
"""
