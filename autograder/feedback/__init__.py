"""What students get back: nbgrader's feedback page without the hidden tests."""

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import GetGrades

from autograder.feedback.redact import Redact

FEEDBACK_STEPS = [GetGrades, Redact, CSSHTMLHeaderPreprocessor]
