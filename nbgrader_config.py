"""nbgrader's configuration of this course: `nbgrader` and `course` both read it."""

from autograder.build import RELEASE_STEPS
from autograder.feedback import FEEDBACK_STEPS

c = get_config()  # noqa: F821 - nbgrader provides it

c.CourseDirectory.course_id = "notebook-gpu-course"
# A lesson's paired .py holds its solutions and hidden tests; `secret` holds its held-out data.
# Neither may be copied into a release or next to a student's code; nor may the model that running a
# source leaves behind, nor what `course calibrate` found.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "__pycache__", "*.pyc", "feedback", "secret", "[0-9][0-9]_*.py",
    "*.safetensors", "measured.json",
]  # fmt: skip
c.GenerateAssignment.preprocessors = RELEASE_STEPS
c.GenerateFeedback.preprocessors = FEEDBACK_STEPS
c.GenerateFeedback.exporter_class = "autograder.feedback.page.Page"
