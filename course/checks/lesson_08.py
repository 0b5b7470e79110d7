"""Visible checks and hints of lesson 08, the capstone."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from course.checks import checks, written

SIDE = 18
SENTENCES = ("task", "data", "split", "intended_use", "limits")
ENTRIES = (*SENTENCES, "nickname", "metric", "parameters", "training_seconds", "licence")


@checks(
    "robust-batch",
    needs=("damage",),
    hints=(
        "Make one generator from the seed. Draw three things of different shapes: the gain "
        "[N, 1, 1, 1], the noise with the shape of the images, and for each line [N, 1, 18, 1] "
        "whether it arrived. Broadcasting does the rest.",
        "source = torch.Generator(device=images.device).manual_seed(seed); gain = LOW + (HIGH - "
        "LOW) * torch.rand(len(images), 1, 1, 1, generator=source, device=images.device); at "
        "the end, (gain * images + noise) * (torch.rand(…) >= LOST).",
    ),
    praise="gain, noise and lost lines are there. The device is looked at when you hand in.",
)
def _robust_batch(damage: Any) -> None:
    import torch

    images = torch.ones(400, 1, SIDE, SIDE)
    damaged = damage(images, 7)
    written(damaged, "damage")
    shape = tuple(damaged.shape)
    assert shape == (400, 1, SIDE, SIDE), f"400 images came back with the shape {shape}."
    assert bool((images == 1).all()), "the batch that was given has changed: work on a copy."
    assert torch.equal(damage(images, 7), damaged), (
        "called twice with the same seed, damage gives two results: pass your generator to every "
        "call of torch.rand and torch.randn."
    )
    assert not torch.allclose(damage(images, 8), damaged), "the seeds 7 and 8 give the same damage."
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    damage(images, 7)
    assert torch.equal(torch.rand(3), expected), (
        "damage seeds or uses PyTorch's own random numbers: make a torch.Generator instead."
    )
    _look_at_lines(damaged[:, 0])


def _look_at_lines(damaged: Any) -> None:
    lost = (damaged == 0).all(2)  # [400, 18]
    share = float(lost.float().mean())
    columns = float((damaged == 0).all(1).float().mean())
    assert columns <= share, "columns are lost: a line is a row, damaged[n, 0, line, :]."
    assert 0.12 < share < 0.18, f"{share:.0%} of the lines are exactly 0; it should be about 15 %."
    assert lost.any(0).all(), "some lines are never lost: draw them for each image."
    gain = damaged.sum((1, 2)) / (SIDE * (~lost).sum(1).clamp(min=1))  # [400]
    spread = float(gain.std())
    assert spread > 0.15, (
        f"the images are all about equally bright (the gain varies by {spread:.2f}; 0.23 would be "
        "right): draw one gain for each image."
    )
    squares = (damaged**2).sum((1, 2)) / (SIDE * (~lost).sum(1).clamp(min=1))
    noise = float((squares - gain**2).mean().clamp(min=0).sqrt())
    assert 0.13 < noise < 0.17, (
        f"in an evenly grey image the pixels that arrive vary by {noise:.2f}; it should be about "
        "0.15: draw the noise for each pixel."
    )


@checks(
    "budgeted",
    needs=("train_within",),
    hints=(
        "Note clock() once before the loop. In the loop, before each epoch but the first, ask "
        "whether what is left is at least the slowest epoch so far.",
        "end = clock() + seconds; in the loop: began = clock(); if history and began + slowest > "
        "end: break; run_epoch(epoch); history.append(validate()); slowest = max(slowest, clock() "
        "- began). If history[-1] == max(history), best = copy.deepcopy(model.state_dict()).",
    ),
    praise="it ends in time and keeps the best epoch.",
)
def _budgeted(train_within: Any) -> None:
    _race(train_within, seconds=1000, epochs=4, scores=[0.5, 0.9, 0.6, 0.7])
    # The fourth epoch would end at 400 seconds.
    _race(train_within, seconds=390, epochs=9, scores=[0.5, 0.6, 0.9, 0.8])


def _race(train_within: Any, *, seconds: float, epochs: int, scores: list[float]) -> None:
    """Train on a false clock, 80 seconds an epoch and 20 for its validation."""
    import torch

    net = torch.nn.BatchNorm1d(1, momentum=1.0)
    now = [5000.0]
    done: list[int] = []

    def run_epoch(number: int) -> None:
        done.append(number)
        assert len(done) <= epochs, f"{epochs} epochs were asked for, and another one begins."
        now[0] += 80
        net.train()
        net(torch.full((4, 1), float(number)))
        with torch.no_grad():
            net.weight.fill_(number)

    def validate() -> float:
        now[0] += 20
        return scores[(len(done) - 1) % len(scores)]

    history = train_within(seconds, epochs, net, run_epoch, validate, clock=lambda: now[0])
    written(history, "train_within")
    fit = min(epochs, int(seconds // 100))
    case = f"with {seconds} seconds, at most {epochs} epochs and 100 seconds for each"
    assert len(done) == fit, f"{case}, {fit} epochs should run, not {len(done)}."
    assert done == list(range(fit)), f"run_epoch was called with {done}, not with 0, 1, 2, …"
    assert list(history) == scores[:fit], f"the list is {history}; validate said {scores[:fit]}."
    best = max(range(fit), key=lambda number: scores[number])
    assert net.weight.item() == best, (
        f"epoch {best} was the best, but the model has the weights of epoch {net.weight.item():g}. "
        "Did you keep a copy, and load it at the end?"
    )
    assert net.running_mean is not None
    assert net.running_mean.item() == best, (
        "the averages of batch normalisation are not those of the best epoch: keep the whole "
        "state_dict()."
    )


@checks(
    "interruption",
    needs=("train_to",),
    hints=(
        "First load: it returns a Progress, or None. Then a loop over range(done.step, steps), "
        "with the step you know, and at its end a condition for saving.",
        "done = checkpoint.load(model, optimiser, scheduler) or Progress(); … if (step + 1) % "
        "every == 0 or step + 1 == steps: checkpoint.save(model, optimiser, scheduler, "
        "progress=Progress(step=step + 1)).",
    ),
    praise="a run that was cut off once ends as if nothing had happened.",
)
def _interruption(train_to: Any) -> None:
    import tempfile

    import torch

    asked: list[int] = []
    here = torch.device("cpu")
    generator = torch.Generator().manual_seed(3)
    tables = [(torch.randn(6, 4, generator=generator), torch.arange(6) % 3) for _ in range(24)]

    def until_it_dies(step: int) -> Any:
        asked.append(step)
        if len(asked) == 8:
            raise ConnectionError  # the session is lost when seven steps are done
        return tables[step]

    def batch_of(step: int) -> Any:
        asked.append(step)
        return tables[step]

    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        whole = _session(f"{folder}/whole")
        train_to(12, *whole[:3], batch_of, whole[3], here, every=3)
        assert asked == list(range(12)), f"batch_of was asked for {asked}, not for 0, 1, … 11."
        asked.clear()
        torch.manual_seed(0)
        first = _session(f"{folder}/run")
        with contextlib.suppress(ConnectionError):
            train_to(12, *first[:3], until_it_dies, first[3], here, every=3)
        asked.clear()
        torch.manual_seed(1)
        second = _session(f"{folder}/run")
        train_to(12, *second[:3], batch_of, second[3], here, every=3)
    assert asked[:1] == [6], (
        f"cut off after 7 steps, with every=3, it should go on with step 6, not {asked[:1]}: "
        "save when 3, 6, … steps are done, and give Progress the number of steps done."
    )
    assert asked[-1] == 11, f"12 steps are to be done in all, and it ends with step {asked[-1]}."
    pairs = zip(whole[0].parameters(), second[0].parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs), (
        "after the interruption the weights end elsewhere: save and load model, optimiser and "
        "scheduler."
    )


def _session(folder: str) -> Any:
    """Return a model, an optimiser, a scheduler and a checkpoint, all new."""
    import torch
    from torch import nn

    import course

    net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.4), nn.Linear(8, 3))
    adam = torch.optim.AdamW(net.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.StepLR(adam, 4, gamma=0.5)
    return net, adam, scheduler, course.Checkpoint(folder)


@checks(
    "model-card",
    needs=("make_card", "balanced_accuracy"),
    hints=(
        "balanced_accuracy(model, images, labels) measures the value; summing numel() over "
        "model.parameters() counts the parameters.",
        '"metric": {"name": "balanced accuracy", "value": balanced_accuracy(model, images, '
        'labels)}, "parameters": sum(p.numel() for p in model.parameters()).',
    ),
    praise="the card is complete and its numbers are measured. Whether its sentences are true, "
    "only you can say.",
)
def _model_card(make_card: Any, balanced_accuracy: Any) -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)
    images, labels = torch.randn(90, 1, SIDE, SIDE), torch.arange(90) % 9 // 4
    normalised, linear = nn.BatchNorm1d(SIDE * SIDE), nn.Linear(SIDE * SIDE, 3)
    net = nn.Sequential(nn.Flatten(), normalised, linear)
    normalised.requires_grad_(requires_grad=False)
    with torch.no_grad():
        linear.bias[0] += 1  # it favours a large class: plain accuracy is another number
    card = make_card(net, images, labels, 61.4)
    written(card, "make_card")
    assert isinstance(card, dict), (
        f"make_card should return a dictionary, not {type(card).__name__}."
    )
    missing = [entry for entry in ENTRIES if entry not in card]
    assert not missing, f"the card has no entry '{missing[0]}'."
    try:
        json.dumps(card)
    except (TypeError, ValueError) as error:
        raise AssertionError(
            f"the card cannot be written as JSON ({error}): use texts and Python numbers only."
        ) from error
    empty = [name for name in (*SENTENCES, "nickname", "licence") if not _is_text(card[name])]
    assert not empty, f"'{empty[0]}' should be a text, and not an empty one."
    short = [name for name in SENTENCES if len(card[name].split()) < 5]
    assert not short, f"'{short[0]}' should be a sentence of at least five words."
    said = {card[name].strip() for name in SENTENCES}
    assert len(said) == len(SENTENCES), "two of the sentences are the same: each says its own."
    count = sum(parameter.numel() for parameter in net.parameters())
    assert card["parameters"] == count, (
        f"a network with {count} parameters (some frozen) has {card['parameters']} on its card."
    )
    assert isinstance(card["metric"], dict), "'metric' should be a dictionary of name and value."
    assert _is_text(card["metric"].get("name")), (
        "'metric' needs a `name` that says what is measured."
    )
    value, measured = card["metric"].get("value"), balanced_accuracy(net, images, labels)
    assert isinstance(value, float), f"the metric's value is {value!r}, not a Python number."
    assert abs(value - measured) < 0.006, (
        f"the card says {value:.3f} of a network that reaches {measured:.3f}: measure it in "
        "make_card, on the images it is given."
    )
    seconds = card["training_seconds"]
    assert isinstance(seconds, int | float) and abs(seconds - 61.4) <= 1, (
        f"training took 61.4 seconds; the card says {seconds!r}."
    )


def _is_text(entry: Any) -> bool:
    return isinstance(entry, str) and bool(entry.strip())


@checks(
    "capstone-model",
    needs=("history", "make_net"),
    hints=(
        "Five lines, one for each point of the list above: a call of train_to, of "
        "balanced_accuracy, of train_within, of make_card, and of save_file.",
        "def run_epoch(number): train_to((number + 1) * STEPS, model, optimiser, scheduler, "
        "batch_of, checkpoint, device). Then history = train_within(SECONDS, EPOCHS, model, "
        "run_epoch, validate); at the end save_file(model.state_dict(), 'capstone.safetensors', "
        "metadata={'card': json.dumps(card)}).",
    ),
    praise="model and card are there, and the network opens.",
)
def _capstone_model(history: Any, make_net: Any) -> None:
    from safetensors import safe_open
    from safetensors.torch import load_file

    path = Path("capstone.safetensors")
    assert path.is_file(), f"there is no file {path} here. Run the training cell again."
    net = make_net()
    try:
        net.load_state_dict(load_file(path))
    except RuntimeError as error:
        raise AssertionError(
            "the saved weights do not fit the network of make_net: train and save again."
        ) from error
    count = sum(parameter.numel() for parameter in net.parameters())
    assert count < 200_000, f"the network has {count:,} parameters; keep it below 200,000."
    with safe_open(path, framework="pt") as file:
        text = (file.metadata() or {}).get("card")
    assert text is not None, (
        f"the metadata of {path} have no card: give save_file metadata={{'card': …}}, with the "
        "text that json.dumps makes of the card."
    )
    card = json.loads(text)
    assert card.get("parameters") == count, "the card is not the one of this model: write it again."
    best = max(history, default=0.0)
    assert best > 0.6, (
        f"the best epoch reaches {best:.2f} on the camera's pictures; guessing gives 0.33. Are the "
        "batches damaged, and does train_to train?"
    )
    claimed = float(card["metric"]["value"])
    assert abs(claimed - best) < 0.02, (
        f"the card says {claimed:.2f}, and the best epoch reached {best:.2f}: make the card when "
        "training has ended, and save model and card together."
    )
