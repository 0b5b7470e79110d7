"""From a folder of files to a submission that can be run: read, match, rebuild.

The graded notebook is built from the instructor's: students contribute the sources of their
solution cells and cells of their own. Their metadata, points, tags and tests are never used.
"""

from autograder.intake.collect import take_in
from autograder.intake.refuse import InvalidSubmission

__all__ = ["InvalidSubmission", "take_in"]
