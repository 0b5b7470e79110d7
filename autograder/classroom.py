"""The invented class of the demonstration: all of it in one lesson, some of it in every other."""

from __future__ import annotations

from pathlib import Path

from autograder.synthetic import (
    STUB,
    Student,
    as_colab_saves,
    with_copies,
    with_forged_tests,
    with_scratch_cells,
    with_widgets,
    without_tests,
)

LESSON = "03_train_end_to_end"
"""The lesson that the whole class hands in."""

LOOPS = "max"
"""The student whose code never comes to an end."""

# A model trained for the few epochs a CPU has time for: near the target, not always above it.
TRAINED = (4.5, 6.0)
NOTHING = (0.0, 0.0)
BROKEN_CELL = "class TileNet(nn.Module)\n    pass"
LOOP = "def recall_per_class(labels, predicted, classes=3):\n    while True:\n        pass"
EXIT = "import os\ndef pr_curve(positive, scores):\n    os._exit(0)"

CLASSROOM: tuple[Student, ...] = (
    Student("ada", "everything right", expected={"trained-model": TRAINED}),
    Student("ben", "handed in the release as it was", otherwise=STUB),
    Student(
        "carla",
        "did the first three exercises",
        answers=dict.fromkeys(("dataset", "split", "model"), "reference"),
        otherwise=STUB,
    ),
    Student(
        "dan",
        "began at the end: recall and curve only",
        answers={"recall": "reference", "pr-curve": "reference"},
        otherwise=STUB,
    ),
    Student(
        "eve",
        "right, as Colab saves it",
        expected={"trained-model": TRAINED},
        noise=(as_colab_saves,),
    ),
    Student(
        "finn",
        "right, copied cells and widgets, from Colab",
        expected={"trained-model": TRAINED},
        noise=(with_copies, with_widgets, as_colab_saves),
    ),
    Student(
        "grace",
        "forgot to move the labels",
        answers={"train-step": "labels-not-moved"},
        expected={"trained-model": TRAINED},
    ),
    Student(
        "hugo",
        "forgot to clear the gradients",
        answers={"train-step": "gradients-not-cleared"},
        expected={"trained-model": (0.0, 6.0)},
    ),
    Student(
        "ines",
        "split at random: neighbours on both sides",
        answers={"split": "at-random"},
        expected={"trained-model": TRAINED},
    ),
    Student(
        "jan",
        "softmax in the network",
        answers={"model": "softmax-at-the-end"},
        expected={"trained-model": (0.0, 6.0)},
    ),
    Student(
        "kim",
        "accuracy for recall, ties ignored",
        answers={"recall": "precision-instead", "pr-curve": "ties-counted-one-by-one"},
        expected={"trained-model": TRAINED},
    ),
    Student(
        "lea",
        "right but slow, with scratch cells that fail and warn",
        expected={"trained-model": TRAINED},
        noise=(with_scratch_cells,),
    ),
    Student(
        LOOPS,
        "an endless loop in one exercise, not trained yet",
        answers={"recall": LOOP, "trained-model": STUB},
    ),
    Student(
        "nora",
        "a syntax error in the network",
        answers={"model": BROKEN_CELL},
        expected={"save": NOTHING, "trained-model": NOTHING},
    ),
    Student(
        "otto",
        "ends the process in the last exercise",
        answers={"pr-curve": EXIT},
        expected={"trained-model": TRAINED},
    ),
    Student(
        "pia", "emptied the tests, raised the points", otherwise=STUB, noise=(with_forged_tests,)
    ),
    Student(
        "quin",
        "deleted the test cells, work is right",
        expected={"trained-model": TRAINED},
        noise=(without_tests,),
    ),
    Student("ruth", "a download that broke off", readable=False),
)


def class_of(lesson: str, exercises: list[str], mutants: Path) -> tuple[Student, ...]:
    """Return who hands in a lesson: the whole class, or four of them.

    Parameters
    ----------
    lesson, exercises
        The lesson, and its exercises that tests grade.
    mutants
        The folder of its wrong solutions.
    """
    if lesson == LESSON:
        return CLASSROOM
    mistakes = {name: min((mutants / name).glob("*.py")).stem for name in exercises}
    return (
        Student("ben", "handed in the release as it was", otherwise=STUB),
        Student("eve", "right, as Colab saves it", noise=(as_colab_saves,)),
        Student("kim", "a mistake in every exercise", answers=mistakes),
        Student("ruth", "a download that broke off", readable=False),
    )
