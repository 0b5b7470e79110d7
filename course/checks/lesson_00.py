"""Visible checks and hints of lesson 00, orientation."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any, NamedTuple

from course.checks import checks, written
from course.runtime import Card


class Cell(NamedTuple):
    """As the notebook defines it."""

    number: int | None
    source: str
    makes: set[str]
    uses: set[str]


class Terms(NamedTuple):
    """As the notebook defines it."""

    hours: float | None
    files_stay: bool


class Plan(NamedTuple):
    """As the notebook defines it."""

    hours: float
    gpu_memory: float
    keep_files: bool


@checks(
    "hours-left",
    needs=("hours_left",),
    hints=(
        "Subtract. Then think of the case in which more hours have passed than the session may "
        "last.",
        "`max(0, …)` gives 0 where the difference is negative. Do not forget `return`.",
    ),
    praise="that is your first exercise. All others work like this one.",
)
def _hours_left(hours_left: Any) -> None:
    left = hours_left(3, 12)
    written(left, "hours_left")
    assert left == 9, f"after 3 of 12 hours, 9 are left, not {left}."
    left = hours_left(1, 4)
    assert left == 3, f"after 1 of 4 hours, 3 are left, not {left}. Do you use `limit`?"
    left = hours_left(15, 12)
    assert left == 0, f"after 15 of 12 hours, 0 are left, not {left}."


def _page(*numbers: int | None) -> list[Cell]:
    return [Cell(number, "x = 1", {"x"}, set()) for number in numbers]


@checks(
    "run-order",
    needs=("out_of_order",),
    hints=(
        "Walk down the page and keep the largest number you have met so far. A cell with a smaller "
        "number than that is out of order.",
        "for position, cell in enumerate(page): if cell.number is None, `continue`; if cell.number "
        "< largest, append the position; then largest = max(largest, cell.number).",
    ),
    praise="you can read from the numbers that a notebook was not run from top to bottom.",
)
def _run_order(out_of_order: Any) -> None:
    def found(*numbers: int | None) -> list[Any]:
        try:
            positions = out_of_order(_page(*numbers))
        except TypeError as error:
            raise AssertionError(
                f"for the numbers {list(numbers)} your code stops ({error}). `None` cannot be "
                "compared with a number: leave such cells out first."
            ) from error
        written(positions, "out_of_order")
        positions = list(positions)
        assert all(isinstance(position, Integral) for position in positions), (
            "the list should hold positions (0, 1, 2, …), not cells or something else."
        )
        assert len(positions) == len(set(positions)), (
            f"for the numbers {list(numbers)} a position is in the list twice: {positions}."
        )
        return sorted(positions)

    gaps = found(2, 5, 9)
    assert gaps == [], f"the numbers 2, 5, 9 rise all the way: the answer is [], not {gaps}."
    one = found(3, 1, 4)
    assert one != [0], (
        "for the numbers 3, 1, 4 the answer is [1]: the cell that ran too early, compared with "
        "those above it. You compare with the cells below."
    )
    assert one == [1], f"for the numbers 3, 1, 4 the answer is [1], not {one}."
    far = found(6, 2, 3, 7)
    assert far == [1, 2], (
        f"for the numbers 6, 2, 3, 7 the answer is [1, 2], not {far}. Compare with all cells "
        "above, not only with the next one."
    )
    twice = found(5, 6, 2)
    assert twice == [2], f"for the numbers 5, 6, 2 the answer is [2], not {twice}."
    none = found(3, None, 1, 5)
    assert none == [2], (
        f"for the numbers 3, None, 1, 5 the answer is [2], not {none}. Leave out what never ran."
    )
    first = found(None, 4, None, 3)
    assert first == [3], (
        f"for the numbers None, 4, None, 3 the answer is [3], not {first}. A cell that was never "
        "run may stand at the top, too."
    )


@checks(
    "from-nowhere",
    needs=("from_nowhere",),
    hints=(
        "Walk down the page with two sets: the names known so far, and the names that were "
        "missing. Look at what a cell uses before you note what it makes.",
        "For each cell: missing |= cell.uses - known, and then known |= cell.makes. The bar joins "
        "two sets, the minus takes one out of the other.",
    ),
    praise="you find names whose cell stands too low, or is gone.",
)
def _from_nowhere(from_nowhere: Any) -> None:
    def found(*cells: tuple[set[str], set[str]], numbers: tuple[int, ...] = (1, 2, 3)) -> set[Any]:
        page = [
            Cell(n, "…", set(makes), set(uses))
            for n, (makes, uses) in zip(numbers, cells, strict=False)
        ]
        names = from_nowhere(page)
        written(names, "from_nowhere")
        assert not isinstance(names, str), f"return a set of names, not the text {names!r}."
        return set(names)

    known = found(({"lr"}, set()), ({"seed"}, set()), (set(), {"lr"}))
    assert known == set(), (
        "`lr` is made by the first cell and used by the third: it is known. Remember the names of "
        "all cells above, not only of the last one."
    )
    deleted = found(({"x"}, set()), (set(), {"x", "days"}))
    assert deleted == {"days"}, (
        f"no cell makes `days`, and one makes `x` above: the answer is {{'days'}}, not {deleted}."
    )
    below = found((set(), {"loss"}), ({"loss"}, set()))
    assert below == {"loss"}, (
        "`loss` is made only below the cell that uses it: a new kernel does not know it there."
    )
    own = found(({"n"}, {"n"}))
    assert own == {"n"}, (
        "in `n = n + 1` the right side comes first: what a cell makes helps only the cells below."
    )
    backwards = found(({"lr"}, set()), (set(), {"lr"}), numbers=(5, 4))
    assert backwards == set(), (
        "`lr` is made by the cell above, so it is known. A new kernel goes by the page, not by the "
        "numbers of the old run."
    )


@checks(
    "fresh-start",
    needs=("mend",),
    hints=(
        "A cell may only use what cells above it have made. Which two cells use nothing? They "
        "come first.",
        "The list has five texts: cells[1], cells[2], the text of a cell that makes days "
        "(with len(readings)), cells[0], cells[3].",
    ),
    praise="the notebook survives a restart.",
)
def _fresh_start(mend: Any) -> None:
    share, warm = "share = len(warm) / days", "warm = [t for t in readings if t > limit]"
    for readings, limit in (([1.0, 2.0, 3.0, 4.0], 1), ([5.0, 9.0], 7), ([1.0, 8.0, 2.0, 3.0], 6)):
        mended = mend([warm, f"readings = {readings}", f"limit = {limit}", share])
        written(mended, "mend")
        memory = _after_restart(mended)
        assert memory.get("readings") == readings and memory.get("limit") == limit, (
            f"the readings were {readings} and the limit {limit}, but after a restart they are "
            f"{memory.get('readings')} and {memory.get('limit')}. Take those cells from `cells`."
        )
        wanted = sum(t > limit for t in readings) / len(readings)
        assert "share" in memory, "no cell makes `share` any more. Keep cells[3]."
        assert math.isclose(memory["share"], wanted), (
            f"with {len(readings)} readings, {wanted:.0%} of them above the limit, the share comes "
            f"out as {memory['share']}. How many days are there?"
        )


def _after_restart(sources: Any) -> dict[str, Any]:
    """Run sources as a new kernel would; return what is in its memory then."""
    assert isinstance(sources, list | tuple) and all(isinstance(s, str) for s in sources), (
        "mend should return a list of texts, the sources of the cells."
    )
    memory: dict[str, Any] = {}
    for position, source in enumerate(sources):
        try:
            exec(source, memory)  # noqa: S102 - the student's own code, in the student's process
        except NameError as error:
            raise AssertionError(
                f"the cell at position {position}, `{source}`, stops: {error}. Which cell makes "
                "that name, and does it stand above?"
            ) from error
        except Exception as error:
            raise AssertionError(
                f"the cell at position {position}, `{source}`, stops: {error}."
            ) from error
    return memory


def _card(memory: float) -> Card:
    device, name = ("cuda", "Tesla T4") if memory else ("cpu", "CPU")
    words = {"session": "At most 12 hours.", "lost": "The whole disk.", "pitfall": "Save a copy."}
    return Card("00_orientation", "Google Colab", device, name, memory, 13.6, 72.0, **words)


@checks(
    "fits-here",
    needs=("objections",),
    hints=(
        "Begin with an empty list. Three separate `if`s, one for each word, can each append one; "
        "return the list at the end.",
        "Ask `terms.hours is not None and plan.hours > terms.hours`; then "
        "`plan.gpu_memory > card.device_memory`; then `plan.keep_files and not terms.files_stay`.",
    ),
    praise="you can tell beforehand whether a machine will do.",
)
def _fits_here(objections: Any) -> None:
    def said(card: Card, terms: Terms, plan: Plan) -> list[Any]:
        try:
            words = objections(card, terms, plan)
        except TypeError as error:
            raise AssertionError(
                f"with {terms} your code stops ({error}). `hours` is None where a session has no "
                "limit: ask for that first."
            ) from error
        written(words, "objections")
        assert not isinstance(words, str), f"return a list of words, not the text {words!r}."
        return sorted(words)

    colab = Terms(hours=12, files_stay=False)
    fine = said(_card(15.8), colab, Plan(2, 8, keep_files=False))
    assert fine == [], f"2 hours and 8 GB fit on a T4 of Colab: the answer is [], not {fine}."
    exactly = said(_card(15.8), colab, Plan(12, 15.8, keep_files=False))
    assert exactly == [], (
        f"12 hours fit into 12, and 15.8 GB into 15.8: the answer is [], not {exactly}."
    )
    no_gpu = said(_card(0), colab, Plan(2, 0, keep_files=False))
    assert no_gpu == [], (
        f"a plan with gpu_memory=0 needs no GPU, so nothing stands against it, not {no_gpu}."
    )
    everything = said(_card(0), colab, Plan(20, 8, keep_files=True))
    assert everything == ["files", "gpu", "time"], (
        "20 hours, 8 GB of GPU memory and files to keep, on a CPU of Colab: all three words, not "
        f"{everything}."
    )
    small = said(_card(15.8), colab, Plan(2, 40, keep_files=False))
    assert small == ["gpu"], f"40 GB do not fit on a GPU with 15.8 GB: ['gpu'], not {small}."
    own = said(_card(15.8), Terms(hours=None, files_stay=True), Plan(90, 8, keep_files=True))
    assert own == [], (
        f"a machine without a limit, whose files stay, has nothing against 90 hours, not {own}."
    )


@checks(
    "form-values",
    needs=("plan_from_form",),
    hints=(
        "One `if` for each rule, and in it `raise ValueError(…)` with the name and the value in "
        "the text. Ask for the type before you compare: isinstance(hours, (int, float)).",
        'if not isinstance(hours, (int, float)) or hours <= 0: raise ValueError(f"hours has to be '
        'a number above 0, not {hours!r}"). For the last one: isinstance(keep_files, bool).',
    ),
    praise="nonsense is refused at once, and the message says which value it was.",
)
def _form_values(plan_from_form: Any) -> None:
    for right in ((2, 8, True), (0.5, 0, False)):
        try:
            plan = plan_from_form(*right)
        except (TypeError, ValueError) as error:
            raise AssertionError(f"{_call(right)} is right, but was refused: {error}.") from error
        written(plan, "plan_from_form")
        got = tuple(getattr(plan, name, None) for name in Plan._fields)
        assert got == right, f"{_call(right)} should give Plan{right}, but gave {plan!r}."
    for name, wrong in (
        ("hours", (0, 8, True)),
        ("hours", ("2", 8, True)),
        ("hours", (None, 8, True)),
        ("gpu_memory", (2, -1, True)),
        ("gpu_memory", (2, "8", True)),
        ("gpu_memory", (2, None, True)),
        ("keep_files", (2, 8, "False")),
        ("keep_files", (2, 8, "no")),
        ("keep_files", (2, 8, None)),
    ):
        _refused(plan_from_form, name, wrong)


def _call(values: tuple[Any, ...]) -> str:
    return f"plan_from_form{values!r}"


def _refused(plan_from_form: Any, name: str, values: tuple[Any, ...]) -> None:
    value = values[Plan._fields.index(name)]
    why = " A text that is not empty counts as true, whatever it says." * (value == "False")
    try:
        plan_from_form(*values)
    except (TypeError, ValueError) as error:
        message = str(error).lower().replace(" ", "_")
        if name not in message and isinstance(error, TypeError):
            raise AssertionError(
                f"with {_call(values)} it is Python that stops ({error}), and it does not name "
                f"`{name}`. Ask for the type before you compare, and raise a ValueError yourself."
            ) from error
        if name not in message:
            raise AssertionError(
                f"{_call(values)} is refused, but the message ({str(error)!r}) does not name "
                f"`{name}`: say which value is wrong."
            ) from error
    except AssertionError as error:
        raise AssertionError(
            "you refuse wrong values with `assert`. Use `raise ValueError(…)`: Python can be told "
            "to skip every assert."
        ) from error
    except Exception as error:
        raise AssertionError(
            f"{_call(values)} raises {type(error).__name__}. Make it a ValueError, which is the "
            "usual one for a wrong value."
        ) from error
    else:
        raise AssertionError(f"{_call(values)} is accepted, but {name} is wrong there.{why}")
