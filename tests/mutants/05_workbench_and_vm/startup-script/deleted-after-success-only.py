"""Keeps the machine after a failure, to have a look at it: it costs until somebody does."""
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
  gcloud storage cp "$word" "$RESULTS/" || true
  if [ "$code" -eq 0 ]; then
    delete_this_machine
  fi
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
