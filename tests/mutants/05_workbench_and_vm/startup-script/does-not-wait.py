"""Does not ask for the driver at all."""
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
  delete_this_machine  # whatever happened before
}
trap at_end EXIT  # in every case

run_the_job
"""
