"""Amazon SageMaker: Studio Lab, four GPU hours a session after an approval, and training jobs."""

from __future__ import annotations

import os
from pathlib import Path

from course.platforms.base import Platform, Published, made

_JOB = "SM_MODEL_DIR"


class SageMaker(Platform):
    """Studio Lab, whose home folder stays, and jobs, which keep only what they upload."""

    key = "sagemaker"
    name = "Amazon SageMaker"
    badge = "Open in Studio Lab"
    session = "Studio Lab: 12 hours on a CPU, 4 on a GPU. A job: what you asked for."
    places = "Studio Lab: your home folder. A job: outputs and model below `/opt/ml`."
    lost = "Studio Lab keeps your home folder; a job keeps only /opt/ml/model and /opt/ml/output."
    pitfall = "Ask for the account some days before you need it; GPU sessions end after 4 hours."
    secrets = "set the environment variable; for a job, in its definition"

    def here(self) -> bool:
        """Recognise SageMaker by its folder or its variables."""
        return (self.root / "opt/ml").exists() or any(name.startswith("SM_") for name in os.environ)

    def link(self, notebook: Published) -> str:
        """Import the notebook from GitHub into Studio Lab."""
        return notebook.blob.replace(
            "https://github.com/", "https://studiolab.sagemaker.aws/import/github/"
        )

    def outputs(self) -> Path:
        """Return the folder that a job uploads when it ends; in Studio Lab the working folder's."""
        if _JOB not in os.environ:
            return super().outputs()
        default = self.root / "opt/ml/output/data"
        return made(Path(os.environ.get("SM_OUTPUT_DATA_DIR") or default))

    def keep(self) -> Path | None:
        """Return, in a job, the folder that is uploaded while it runs, or else when it ends."""
        if _JOB not in os.environ:
            return None
        during = self.root / "opt/ml/checkpoints"  # there if the job has a place for checkpoints
        return during if during.is_dir() else made(Path(os.environ[_JOB]))
