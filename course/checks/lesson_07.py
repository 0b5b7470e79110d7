"""Visible checks and hints of lesson 07, beyond Colab."""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Any

from course.checks import by_a_person, checks, written

by_a_person(
    "recommendation",
    "the table above its cell: row by row it says what earns a point, and what earns half of one",
)


@checks(
    "where-am-i",
    needs=("where_am_i",),
    hints=(
        "Seven questions, each with its own `return`. Begin with the platforms that are made from "
        "Colab, end with the weakest marks and then 'local'.",
        'First `if "KAGGLE_KERNEL_RUN_TYPE" in environ: return "kaggle"`, then '
        'environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE", then Colab, Workbench, Lightning; '
        'for SageMaker any(name.startswith("SM_") for name in environ).',
    ),
    praise="marks are asked for in an order that works. The hidden tests mix more of them.",
)
def _where_am_i(where_am_i: Any) -> None:
    try:
        nowhere = where_am_i({"HOME": "/home/ada"}, {"/home"}, {"torch"})
    except KeyError as missing:
        raise AssertionError(
            f"where there is no variable {missing}, environ[{missing}] fails: ask with `in`, or "
            f"with environ.get({missing})."
        ) from missing
    written(nowhere, "where_am_i")
    assert nowhere == "local", f"without any mark the answer should be 'local', not {nowhere!r}."
    enterprise: dict[str, str] = {"VERTEX_PRODUCT": "COLAB_ENTERPRISE"}
    kaggle: dict[str, str] = {"KAGGLE_KERNEL_RUN_TYPE": "Batch"}
    no_names: set[str] = set()
    alone: tuple[tuple[str, dict[str, str], set[str], set[str]], ...] = (
        ("kaggle", kaggle, no_names, no_names),
        ("colab-enterprise", enterprise, no_names, no_names),
        ("colab", {}, no_names, {"google.colab"}),
        ("workbench", {"DL_ANACONDA_HOME": "/opt"}, no_names, no_names),
        ("workbench", {}, {"/opt/deeplearning/metadata/env_version"}, no_names),
        ("lightning", {}, {"/teamspace"}, no_names),
        ("sagemaker", {"SM_MODEL_DIR": "/opt/ml/model"}, no_names, no_names),
        ("sagemaker", {}, {"/opt/ml"}, no_names),
    )
    for answer, environ, paths, modules in alone:
        got = where_am_i(environ, paths, modules)
        mark = ", ".join([*environ, *paths, *modules])
        assert got == answer, (
            f"with the mark {mark} alone your function answers {got!r}, not '{answer}'."
        )
    for answer, environ in (("kaggle", kaggle), ("colab-enterprise", enterprise)):
        got = where_am_i(environ, no_names, {"google.colab"})
        assert got == answer, (
            f"'{answer}' may have Colab's marks too; with both your function answers {got!r}. "
            "Which question has to come first?"
        )
    got = where_am_i({"COLAB_RELEASE_TAG": "release"}, no_names, no_names)
    assert got == "local", (
        f"the label of Colab's image alone proves nothing; the answer is {got!r}, not 'local'."
    )


@checks(
    "paths",
    needs=("place_for", "path_to_change", "PLACES"),
    hints=(
        "places.get(platform, …) returns its second argument where there is no such key. For the "
        "other function the entry's read_only is all you need to ask.",
        'return places.get(platform, places["local"]); folder = place["results"] if '
        'place["read_only"] else place["data"]; and PLACES["kaggle"] = {"data": "/kaggle/input", '
        '"read_only": True, …}.',
    ),
    praise="each platform has a line, and no function asks for its name.",
)
def _paths(place_for: Any, path_to_change: Any, PLACES: Any) -> None:  # noqa: N803
    local = {"data": "in", "read_only": True, "results": "out", "secrets": "environment"}
    mars = {**local, "read_only": False}
    try:
        found = place_for("mars", {"local": local, "mars": mars})
        written(found, "place_for")
        assert found == mars, (
            "place_for does not return the platform's entry: it should look in the registry that "
            "it is given, `places`."
        )
        unknown = place_for("moon", {"mars": mars, "local": local})
    except KeyError as missing:
        raise AssertionError(
            f"place_for raised a KeyError for {missing}: it should look in the registry that it is "
            "given, and take the entry 'local' for a platform that is not in it."
        ) from missing
    assert unknown == local, "a platform that is not in the registry should get the entry 'local'."
    for place, wanted in ((mars, "in/a/b.png"), (local, "out/a/b.png")):
        path = path_to_change("a/b.png", place)
        written(path, "path_to_change")
        kind = "a read-only" if place["read_only"] else "a writable"
        assert PurePosixPath(str(path)) == PurePosixPath(wanted), (
            f"for {kind} data folder 'in' and results in 'out', the file a/b.png should be changed "
            f"in {wanted}, not in {path}."
        )
    for name, data, lasting, secrets in (
        ("colab", "/content/data", "/content/drive/MyDrive", "google.colab.userdata"),
        ("kaggle", "/kaggle/input", "/kaggle/working", "kaggle_secrets"),
        ("sagemaker", "data", "/opt/ml/model", "environment"),
    ):
        assert name in PLACES, f"there is no line for '{name}' in PLACES."
        for key in ("data", "read_only", "results", "secrets"):
            assert key in PLACES[name], f"the line for '{name}' has no key '{key}'."
        entry, results = PLACES[name], PLACES[name]["results"]
        assert PurePosixPath(str(results)).is_relative_to(lasting), (
            f"on '{name}' the results go to {results}: does that outlive the session?"
        )
        assert PurePosixPath(str(entry["data"])).is_relative_to(data), (
            f"on '{name}' data are taken from {entry['data']}; the text names another folder."
        )
        assert entry["secrets"] == secrets, (
            f"the secrets of '{name}' come from {entry['secrets']!r}; the text says {secrets!r}."
        )
        assert name == "kaggle" or not entry["read_only"], (
            f"on '{name}' you may write into the data folder: its read_only is False."
        )
    assert PLACES["kaggle"]["read_only"], "nobody can write in /kaggle/input: read_only is True."


_OFFER = {
    "name": "here", "gpu_gb": 16, "run_hours": 12, "week_hours": 30, "keeps_files": True,
    "internet": True, "hour_price": 0.5,
}  # fmt: skip
_NEEDS = {
    "gpu_gb": 16, "run_hours": 6, "week_hours": 10, "keeps_files": True, "internet": False,
    "budget": 5,
}  # fmt: skip


@checks(
    "choose",
    needs=("choose", "advice"),
    hints=(
        "For each offer, collect the reasons against it in a list. Is it empty, the offer fits. "
        "Sort those that fit at the end, by the pair (cost, minus the memory).",
        'reasons = [need for need in ("gpu_gb", "run_hours", …) if offer[need] < needs[need]] '
        "works for True and False too, since False < True. Then the budget: is "
        'needs["week_hours"] * offer["hour_price"] above it?',
    ),
    praise="limits decide, then the price, and each rejection has its reasons.",
)
def _choose(choose: Any, advice: Any) -> None:
    def asked(*offers: dict[str, Any]) -> tuple[list[str], dict[str, list[str]]]:
        result = choose(dict(_NEEDS), [dict(offer) for offer in offers])
        written(result, "choose")
        assert isinstance(result, tuple | list) and len(result) == 2, (
            "choose should return two things: ranking, rejected."
        )
        ranking, rejected = result
        assert all(isinstance(name, str) for name in ranking), (
            f"ranking should be a list of names, not {ranking}."
        )
        assert isinstance(rejected, dict), "rejected should be a dictionary, name -> reasons."
        for name, why in rejected.items():
            assert why and not isinstance(why, str), (
                f"rejected['{name}'] is {why!r}: it should be a list of reasons, and an offer that "
                "fits has no place in it."
            )
        return list(ranking), {name: sorted(why) for name, why in rejected.items()}

    ranking, rejected = asked(_OFFER)
    assert rejected.get("here") != ["internet"], (
        "internet is not needed, and an offer that has it is rejected: a need of False is met by "
        "every offer."
    )
    assert ranking == ["here"] and not rejected, (
        "an offer with exactly the memory that is needed, at exactly the budget, should fit; "
        f"ranking is {ranking}, rejected is {rejected}."
    )
    ranking, rejected = asked({**_OFFER, "name": "far", "gpu_gb": 8, "hour_price": 0.75})
    assert ranking == [], f"an offer with too little memory should not be ranked: {ranking}."
    assert rejected.get("far") == ["budget", "gpu_gb"], (
        "an offer with too little memory that costs too much should be rejected for 'gpu_gb' and "
        f"'budget', not for {rejected.get('far')}."
    )
    for need, less in (("run_hours", 5), ("week_hours", 9), ("keeps_files", False)):
        _, rejected = asked({**_OFFER, "name": "less", need: less})
        assert rejected.get("less") == [need], (
            f"an offer that has too little of '{need}' and of nothing else should be rejected for "
            f"that, not for {rejected.get('less')}."
        )
    ranking, _ = asked(
        {**_OFFER, "name": "dear", "hour_price": 0.25},
        {**_OFFER, "name": "free, 16 GB", "hour_price": 0.0},
        {**_OFFER, "name": "free, 40 GB", "gpu_gb": 40, "hour_price": 0.0},
    )
    assert ranking == ["free, 40 GB", "free, 16 GB", "dear"], (
        f"the cheapest comes first, of equal ones the one with more memory; not {ranking}."
    )
    assert advice(["a", "b"]) == "Take a", f"advice(['a', 'b']) is {advice(['a', 'b'])!r}."
    try:
        nothing = advice([])
    except IndexError as error:
        raise AssertionError(
            "advice takes the first of an empty ranking: ask first whether there is one."
        ) from error
    assert nothing == "Nothing fits", f"advice([]) is {nothing!r}, not 'Nothing fits'."


@checks(
    "break-even",
    needs=("break_even",),
    hints=(
        "How many USD does your own machine save in a month? The rent that you no longer pay, "
        "minus the power. What it costs, divided by that, are the months.",
        "In a week it draws (hours * busy_watts + (168 - hours) * idle_watts) / 1000 kilowatt "
        "hours. If what is saved is 0 or less, return math.inf before you divide.",
    ),
    praise="purchase, power, rent and resale are all counted.",
)
def _break_even(break_even: Any) -> None:
    def months(resale: int, busy: int, idle: int, rent: float = 1.2, hours: int = 18) -> float:
        box = {"price": 1560, "resale": resale, "busy_watts": busy, "idle_watts": idle}
        try:
            value = break_even(box, rent, hours, 0.5)
        except ZeroDivisionError as error:
            raise AssertionError(
                "your own machine saves exactly nothing, and the code divides by that: return "
                "math.inf before you divide."
            ) from error
        written(value, "break_even")
        return float(value)

    for (resale, busy, idle), wanted, what in (
        (
            (0, 0, 0),
            1560 / 93.6,
            "18 hours at 1.20 USD, 52/12 weeks a month: with a price of 1,560",
        ),
        ((780, 0, 0), 780 / 93.6, "sold for half its price in the end, and without any power"),
        ((0, 600, 0), 1560 / 70.2, "drawing 600 watts in training, nothing while waiting"),
        ((0, 0, 48), 1560 / 78, "drawing nothing in training, but 48 watts while waiting"),
    ):
        got = months(resale, busy, idle)
        assert math.isclose(got, wanted, rel_tol=1e-6), (
            f"{what}, the break-even comes after {wanted:.2f} months, not {got:.2f}."
        )
    never = months(0, 600, 60, rent=0.3, hours=2)
    assert never == math.inf, (
        f"where power costs more than the rent, the answer should be math.inf, not {never:.2f}."
    )
    assert months(0, 0, 0, hours=0) == math.inf, (
        "a machine that is not used saves nothing: the answer should be math.inf."
    )
