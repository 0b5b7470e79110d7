"""Device mistakes are found without a GPU, and correct code passes.

Each case runs in a forked process that has the twin, and, on a machine with a GPU, on that as well:
what is true of the twin has to be true of CUDA.
"""

from __future__ import annotations

import copy
import io
import os
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name
from torch.utils.data import DataLoader, TensorDataset

from autograder import twin
from autograder.twin import NAME

IMAGES, LABELS = torch.randn(8, 1, 12, 12), torch.arange(8) % 3
MIXED = "Expected all tensors to be on the same device"
REAL = ["cuda"] if torch.cuda.is_available() else []

Case = Callable[[torch.device], None]
Step = Callable[[nn.Module, Any, torch.device], float]
ACCEPTED: list[Any] = []
ACCEPTED_BY_THE_TWIN: list[Any] = []
CAUGHT: list[Any] = []


def accepted(case: Case) -> Case:
    """Correct code: it runs on the twin and on a GPU."""
    ACCEPTED.append(pytest.param(case, id=case.__name__))
    return case


def accepted_by_the_twin(case: Case) -> Case:
    """As accepted, but not true of a GPU to the last digit, or of its name."""
    ACCEPTED_BY_THE_TWIN.append(pytest.param(case, id=case.__name__))
    return case


def caught(error: type[Exception], text: str) -> Callable[[Case], Case]:
    """Wrong code: it raises this on the twin and on a GPU."""

    def add(case: Case) -> Case:
        CAUGHT.append(pytest.param(case, error, text, id=case.__name__))
        return case

    return add


def in_a_child(work: Callable[[], None]) -> None:
    """Call a function in a fork, and raise here with the traceback if it raises there."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = b"."
        try:
            work()
        except BaseException:
            said = traceback.format_exc().encode()
        os.write(writing, said)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    assert said == b".", said.decode() or "it ended without a word"


def run(case: Case, where: str) -> None:
    if where == "twin":
        in_a_child(lambda: case(twin.enter()))
    else:
        case(torch.device(where))


# ---- Correct code -------------------------------------------------------------------------------


def small_net() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3),
    )  # fmt: skip


class Embedded(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.layers = nn.Sequential(nn.Linear(24, 16), nn.GELU(), nn.Dropout(0.2), nn.Linear(16, 3))

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.layers(self.embedding(words).flatten(1))
        return out


class Attentive(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(11, 16)
        self.place = nn.Parameter(torch.randn(5, 16) * 0.1)
        self.blocks = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=True, dropout=0.1),
            num_layers=2,
            enable_nested_tensor=False,
        )
        self.head = nn.Linear(16, 3)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(words.shape[1], device=words.device)
        hidden = self.blocks(self.embedding(words) + self.place, mask=mask, is_causal=True)
        out: torch.Tensor = self.head(hidden.mean(1))
        return out


def losses(make: Callable[[], nn.Module], x: Any, y: Any, device: Any, **how: Any) -> list[float]:
    torch.manual_seed(5)
    net = make().to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01, **how)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 10)
    seen = []
    for _ in range(6):
        optimiser.zero_grad()
        loss = F.cross_entropy(net(x.to(device)), y.to(device))
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen.append(loss.item())
    return seen


WORDS = torch.randint(0, 11, (8, 5))


@pytest.mark.parametrize(
    ("make", "x"),
    [(small_net, IMAGES), (Embedded, WORDS[:, :4]), (Attentive, WORDS)],
    ids=["cnn", "embedding", "transformer"],
)
def test_the_numbers_are_those_of_the_cpu(make: Any, x: torch.Tensor) -> None:
    torch.set_num_threads(1)
    here = losses(make, x, LABELS, "cpu", foreach=True)
    in_a_child(lambda: np.testing.assert_array_equal(losses(make, x, LABELS, twin.enter()), here))
    assert here[-1] < here[0]


def trains(net: nn.Module, x: Any, y: Any, device: torch.device, **how: Any) -> None:
    make = how.pop("optimiser", torch.optim.SGD)
    optimiser = make(net.parameters(), lr=0.05, **how)
    criterion = nn.CrossEntropyLoss()
    seen = []
    for _ in range(5):
        optimiser.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimiser.step()
        seen.append(loss.item())
    assert seen[-1] < seen[0], "the loss does not fall"


def on_device(device: torch.device) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    return small_net().to(device), IMAGES.to(device), LABELS.to(device)


def optimised_by(name: str, **how: Any) -> None:
    def case(device: torch.device) -> None:
        optimiser = getattr(torch.optim, name)
        trains(*on_device(device), device, optimiser=optimiser, **how)

    case.__name__ = f"{name}_{'_'.join(how)}"
    accepted(case)


optimised_by("SGD", momentum=0.9, nesterov=True)
optimised_by("Adam")
optimised_by("AdamW")
optimised_by("RMSprop")
optimised_by("Adagrad")
for each in ("foreach", "fused"):
    optimised_by("SGD", **{each: True})
    optimised_by("AdamW", **{each: True})
optimised_by("Adam", amsgrad=True, foreach=False)


@accepted
def an_optimiser_made_before_the_move(device: torch.device) -> None:
    net = small_net()
    optimiser = torch.optim.Adam(net.parameters(), lr=0.05)
    kept = list(net.parameters())
    net(IMAGES).sum().backward()  # a graph from before the move is alive
    optimiser.zero_grad()
    net.to(device)
    assert all(a is b for a, b in zip(kept, net.parameters(), strict=True))
    before = [p.detach().cpu().clone() for p in kept]
    F.cross_entropy(net(IMAGES.to(device)), LABELS.to(device)).backward()
    optimiser.step()
    assert not any(
        torch.equal(a, b.cpu()) for a, b in zip(before, kept, strict=True) if a.dim() > 1
    )


@accepted
def training_is_continued_after_the_move(device: torch.device) -> None:
    net = small_net()
    loss = net(IMAGES).square().mean()
    loss.backward()
    net = net.to(device)
    assert next(net.parameters()).grad.device.type == device.type  # type: ignore[union-attr]
    trains(net, IMAGES.to(device), LABELS.to(device), device)


@accepted
def moved_to_another_tensors_device(device: torch.device) -> None:
    net = small_net().to(device)
    weight = next(net.parameters())
    trains(net, IMAGES.to(weight), LABELS.to(weight.device), device)
    assert IMAGES.to(weight.half()).dtype == torch.half
    assert LABELS.type_as(weight).device == weight.device


@accepted
def cuda_behind_a_check(device: torch.device) -> None:
    net, x, y = small_net(), IMAGES, LABELS
    if torch.cuda.is_available():
        net, x, y = net.cuda(), x.cuda(), y.cuda(non_blocking=True)
    trains(net, x, y, device)
    chosen = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert x.device.type == chosen.type == device.type
    assert x.to(chosen) is x
    assert x.to("cuda:0") is x
    assert x.to(0) is x
    assert x.is_cuda
    assert not IMAGES.is_cuda
    assert IMAGES.is_cpu
    assert x.get_device() == 0


@accepted
def the_current_accelerator(device: torch.device) -> None:
    chosen = torch.accelerator.current_accelerator()
    assert chosen is not None
    assert torch.accelerator.is_available()
    assert torch.accelerator.device_count() >= 1
    assert torch.accelerator.current_device_index() == 0
    torch.accelerator.synchronize()
    trains(small_net().to(chosen), IMAGES.to(chosen), LABELS.to(chosen), device)
    chosen = torch.accelerator.current_accelerator(check_available=True)
    assert chosen is not None
    assert chosen.type == device.type


@accepted
def what_torch_cuda_says(device: torch.device) -> None:
    assert torch.cuda.device_count() >= 1
    assert torch.cuda.current_device() == 0
    assert torch.cuda.get_device_name(0)
    assert torch.cuda.get_device_properties(device).total_memory > 0
    assert torch.cuda.memory_allocated() >= 0
    torch.cuda.reset_peak_memory_stats()
    assert torch.cuda.max_memory_allocated() / 2**20 >= 0
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    torch.cuda.manual_seed_all(3)
    torch.cuda.manual_seed(3)
    torch.cuda.set_device(0)
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    torch.ones(3, device=device).sum()
    end.record()
    torch.cuda.synchronize()
    assert start.elapsed_time(end) >= 0
    with torch.cuda.device(0), torch.cuda.stream(torch.cuda.Stream()):
        torch.zeros(1, device="cuda")


FACTORIES: dict[str, Callable[[Any], torch.Tensor]] = {
    "zeros": lambda d: torch.zeros(3, device=d),
    "randn": lambda d: torch.randn(3, 2, device=d),
    "arange": lambda d: torch.arange(3, device=d),
    "tensor": lambda d: torch.tensor([1.0, 2.0], device=d),
    "tensor of an array": lambda d: torch.tensor(np.ones(3), device=d),
    "as_tensor": lambda d: torch.as_tensor(np.ones(3), device=d),
    "as_tensor of a tensor": lambda d: torch.as_tensor(IMAGES, device=d),
    "full": lambda d: torch.full((3,), 2.0, device=d),
    "eye": lambda d: torch.eye(3, device=d),
    "linspace": lambda d: torch.linspace(0, 1, 3, device=d),
    "randint": lambda d: torch.randint(0, 3, (3,), device=d),
    "randperm": lambda d: torch.randperm(3, device=d),
    "empty": lambda d: torch.empty(3, device=d).fill_(0),
    "normal": lambda d: torch.normal(0.0, 1.0, (3,), device=d),
    "rand": lambda d: torch.rand(3, device=d, generator=torch.Generator(d).manual_seed(3)),
    "zeros_like": lambda d: torch.zeros_like(torch.ones(3, device=d)),
    "zeros_like with a device": lambda d: torch.zeros_like(IMAGES, device=d),
    "rand_like": lambda d: torch.rand_like(IMAGES.to(d)),
    "full_like": lambda d: torch.full_like(IMAGES.to(d), 3),
    "empty_like": lambda d: torch.empty_like(IMAGES.to(d)),
    "new_zeros": lambda d: torch.ones(3, device=d).new_zeros(3),
    "new_tensor": lambda d: torch.ones(3, device=d).new_tensor([1, 2]),
    "new_full": lambda d: torch.ones(3, device=d).new_full((2,), 1),
    "from_numpy": lambda d: torch.from_numpy(np.ones(3)).to(d),
    "pinned": lambda d: torch.ones(3, pin_memory=True).to(d, non_blocking=True),
    "tril": lambda d: torch.tril(torch.ones(3, 3, device=d)),
    "tril_indices": lambda d: torch.tril_indices(3, 3, device=d),
    "meshgrid": lambda d: torch.meshgrid(*[torch.arange(2, device=d)] * 2, indexing="ij")[1],
    "hann_window": lambda d: torch.hann_window(8, device=d),
    "one_hot": lambda d: F.one_hot(LABELS.to(d), 3),
    "parameter": lambda d: nn.Parameter(torch.ones(3, device=d)),
    "layer": lambda d: nn.Linear(2, 3, device=d).weight,
    "empty_then_to": lambda d: nn.Linear(2, 3, device="meta").to_empty(device=d).weight,
    "type": lambda d: IMAGES.type(torch.cuda.FloatTensor),
}


@accepted
def every_factory_makes_it_there(device: torch.device) -> None:
    for name, make in FACTORIES.items():
        for asked in (device, str(device), "cuda"):
            made = make(asked)
            assert made.device.type == device.type, name
            made + torch.ones((), device=device)


@accepted
def the_default_device(device: torch.device) -> None:
    with torch.device(device):
        net, noise = small_net(), torch.randn(8, 1, 12, 12)
        assert torch.as_tensor([1, 2]).device.type == device.type
    assert torch.zeros(1).device.type == "cpu"
    trains(net, IMAGES.to(device) + noise, LABELS.to(device), device)
    torch.set_default_device("cuda")
    try:
        assert torch.get_default_device().type == device.type
        assert (torch.zeros(3) + torch.ones(3, device=device)).is_cuda
        assert torch.tensor([1.0]).is_cuda
        assert torch.zeros(3, device="cpu").is_cpu
    finally:
        torch.set_default_device(None)


@accepted
def a_loader_with_pinned_memory(device: torch.device) -> None:
    data = TensorDataset(IMAGES, LABELS)
    shuffled = torch.Generator().manual_seed(1)
    loader = DataLoader(data, 4, shuffle=True, pin_memory=True, num_workers=0, generator=shuffled)
    net = small_net().to(device)
    for x, y in loader:
        assert x.is_pinned()
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        F.cross_entropy(net(x), y).backward()


@accepted
def data_that_lives_on_the_device(device: torch.device) -> None:
    loader = DataLoader(TensorDataset(IMAGES.to(device), LABELS.to(device)), 4, shuffle=True)
    assert all(x.is_cuda and y.is_cuda for x, y in loader)


LAYERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "conv1d": (lambda: nn.Conv1d(3, 4, 3), (2, 3, 8)),
    "convtranspose": (lambda: nn.ConvTranspose2d(3, 4, 2, stride=2), (2, 3, 4, 4)),
    "batchnorm1d": (lambda: nn.BatchNorm1d(3), (4, 3)),
    "batchnorm2d": (lambda: nn.BatchNorm2d(3), (4, 3, 2, 2)),
    "layernorm": (lambda: nn.LayerNorm(4), (3, 4)),
    "groupnorm": (lambda: nn.GroupNorm(2, 4), (3, 4, 2)),
    "instancenorm": (lambda: nn.InstanceNorm2d(4, affine=True), (3, 4, 2, 2)),
    "dropout": (lambda: nn.Sequential(nn.Dropout(0.5), nn.Dropout2d(0.5)), (3, 4, 2, 2)),
    "transformer": (lambda: nn.TransformerEncoderLayer(8, 2, 16), (3, 2, 8)),
    "lazy": (lambda: nn.LazyLinear(3), (2, 5)),
    "avgpool": (lambda: nn.Sequential(nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1)), (3, 4, 4, 4)),
    "maxpool": (lambda: nn.Sequential(nn.MaxPool2d(2), nn.AdaptiveMaxPool2d(1)), (3, 4, 4, 4)),
    "upsample": (lambda: nn.Upsample(scale_factor=2, mode="bilinear"), (3, 4, 4, 4)),
    "nearest": (lambda: nn.Upsample(scale_factor=2), (3, 4, 4, 4)),
    "unflatten": (lambda: nn.Sequential(nn.Flatten(), nn.Unflatten(1, (2, 4))), (3, 4, 2)),
    "activations": (
        lambda: nn.Sequential(nn.PReLU(), nn.SiLU(), nn.Softmax(-1), nn.LeakyReLU(0.1), nn.Tanh()),
        (3, 4),
    ),
    "weight norm": (lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)), (3, 4)),
    "spectral norm": (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4)), (3, 4)),
    "unfold": (lambda: nn.Sequential(nn.Unfold(2), nn.Fold((4, 4), 2)), (2, 3, 4, 4)),
    "padding": (lambda: nn.Sequential(nn.ReflectionPad2d(1), nn.ZeroPad2d(1)), (2, 3, 4, 4)),
    "pixelshuffle": (lambda: nn.PixelShuffle(2), (2, 4, 4, 4)),
}


@accepted
def every_layer(device: torch.device) -> None:
    for name, (make, shape) in LAYERS.items():
        layer, x = make().to(device), torch.randn(shape).to(device).requires_grad_()
        for mode in (True, False):
            out = layer.train(mode)(x)
            assert out.device.type == device.type, name
            out.square().sum().backward()
        assert x.grad is not None, name
        assert all(p.grad is not None and p.grad.is_cuda for p in layer.parameters()), name
        with torch.no_grad():
            layer(x)


@accepted
def recurrent_layers(device: torch.device) -> None:
    x = torch.randn(4, 5, 3)
    for make in (nn.LSTM, nn.GRU, nn.RNN):
        layer = make(3, 6, num_layers=2, batch_first=True, bidirectional=True, dropout=0.1)
        layer = layer.to(device)
        out, _ = layer(x.to(device))
        out.sum().backward()
        packed = nn.utils.rnn.pack_padded_sequence(
            x.to(device), torch.tensor([5, 2, 4, 1]), batch_first=True, enforce_sorted=False
        )
        out, _ = layer(packed)
        padded, lengths = nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
        assert padded.is_cuda
        assert lengths.is_cpu
        padded.sum().backward()
    state = torch.zeros(2, 6, device=device)
    nn.LSTMCell(3, 6).to(device)(x[:2, 0].to(device), (state, state))


@accepted
def attention(device: torch.device) -> None:
    q = torch.randn(2, 5, 8, device=device, requires_grad=True)
    heads = nn.MultiheadAttention(8, 2, batch_first=True, dropout=0.1).to(device)
    hidden = torch.zeros(2, 5, dtype=torch.bool, device=device)
    causal = torch.triu(torch.ones(5, 5, dtype=torch.bool, device=device), 1)
    out, weights = heads(q, q, q, key_padding_mask=hidden, attn_mask=causal)
    out.sum().backward()
    assert weights.is_cuda
    F.scaled_dot_product_attention(q, q, q, is_causal=True).sum().backward()
    F.scaled_dot_product_attention(q, q, q, attn_mask=~causal).sum().backward()
    heads.eval()
    with torch.inference_mode():
        heads(q, q, q, need_weights=False)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
    encoder.to(device).eval()
    with torch.no_grad():
        encoder(q, src_key_padding_mask=hidden)


@accepted
def every_loss(device: torch.device) -> None:
    x = torch.randn(8, 3, device=device, requires_grad=True)
    y, target = LABELS.to(device), torch.rand(8, 3).to(device)
    weight = torch.tensor([1.0, 2.0, 3.0], device=device)
    total = F.cross_entropy(x, y, weight=weight) + F.cross_entropy(x, y, label_smoothing=0.1)
    total += nn.CrossEntropyLoss(weight=torch.ones(3)).to(device)(x, y)
    total += F.cross_entropy(x, target.softmax(1)) + F.nll_loss(x.log_softmax(1), y, weight)
    total += F.mse_loss(x, target) + F.l1_loss(x, target) + F.smooth_l1_loss(x, target)
    total += F.binary_cross_entropy_with_logits(x, target, pos_weight=weight)
    total += F.binary_cross_entropy(x.sigmoid(), target) + F.huber_loss(x, target)
    total += F.kl_div(x.log_softmax(1), target.softmax(1), reduction="batchmean")
    total += F.cosine_embedding_loss(x, target, torch.ones(8, device=device))
    total += F.triplet_margin_loss(x, target, target.flip(0))
    total += F.ctc_loss(
        torch.randn(5, 2, 4, device=device).log_softmax(2),
        torch.ones(2, 2, dtype=torch.long, device=device),
        torch.tensor([5, 5]),
        torch.tensor([2, 2]),
    )
    total.backward()
    assert x.grad is not None
    assert x.grad.is_cuda


@accepted
def mixed_precision(device: torch.device) -> None:
    for dtype in (None, torch.float16, torch.bfloat16):
        net, x, y = on_device(device)
        optimiser = torch.optim.Adam(net.parameters())
        scaler = torch.amp.GradScaler(device.type, enabled=dtype is not torch.bfloat16)
        for _ in range(2):
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast(device_type=device.type, dtype=dtype):
                out = net(x)
                loss = F.cross_entropy(out, y)
            assert out.dtype == (dtype or torch.float16)
            with torch.autocast(device.type, dtype):
                nn.LSTM(3, 4).to(device)(torch.randn(2, 2, 3, device=device))
            scaler.scale(loss).backward()
            scaler.unscale_(optimiser)
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            scaler.step(optimiser)
            scaler.update()
    with torch.autocast("cuda", enabled=False):
        assert net(x).dtype == torch.float32


@accepted
def models_of_half_precision(device: torch.device) -> None:
    for kind in (torch.half, torch.bfloat16):
        net, x, _ = on_device(device)
        net = net.to(kind)
        net(x.to(kind)).float().sum().backward()
    assert small_net().to(device, torch.bfloat16)(IMAGES.to(device, torch.bfloat16)).is_cuda
    assert net.double()(x.double()).dtype == torch.double


@accepted
def numbers_and_texts(device: torch.device) -> None:
    x = torch.tensor([1.5, 2.5], device=device)
    loss = x.sum()
    assert (loss.item(), float(loss), int(loss), bool(loss)) == (4.0, 4.0, 4, True)
    assert x.tolist() == [1.5, 2.5]
    assert f"{loss:.2f}" == "4.00"
    assert "device='cuda:0'" in f"{x}"
    assert "device" in repr(nn.Parameter(x))
    assert x.cpu().numpy().tolist() == [1.5, 2.5]
    assert x.numpy(force=True).tolist() == [1.5, 2.5]
    grows = x.clone().requires_grad_()
    assert grows.detach().cpu().numpy().sum() == 4
    assert [int(i) for i in torch.arange(3, device=device)] == [0, 1, 2]
    assert range(5)[torch.tensor(2, device=device)] == 2
    assert len(x) == 2
    assert str(x.device) == "cuda:0"
    assert x.type() == "torch.cuda.FloatTensor"


@accepted
def no_gradient(device: torch.device) -> None:
    net, x, y = on_device(device)
    net.eval()
    with torch.no_grad():
        right = (net(x).argmax(1) == y).float().mean().item()
    with torch.inference_mode():
        assert (net(x).argmax(1) == y).sum().item() / len(y) == pytest.approx(right)
        assert net(x).cpu().numpy().shape == (8, 3)


@accepted
def copies_and_states(device: torch.device) -> None:
    net, x, _ = on_device(device)
    other = copy.deepcopy(net)
    assert next(other.parameters()).is_cuda
    assert copy.deepcopy(x).is_cuda
    with torch.no_grad():
        next(other.parameters()).add_(1)
    assert not torch.equal(next(net.parameters()), next(other.parameters()))
    here = small_net()
    net.load_state_dict(here.state_dict())
    assert all(t.is_cuda for t in net.state_dict().values())
    here.load_state_dict(net.state_dict())
    assert all(t.is_cpu for t in here.state_dict().values())
    assert torch.equal(next(net.parameters()).cpu(), next(here.parameters()))
    net.load_state_dict({k: v.cpu() for k, v in net.state_dict().items()}, assign=True)
    assert next(net.parameters()).is_cpu


@accepted
def the_state_of_an_optimiser(device: torch.device) -> None:
    net, x, y = on_device(device)
    first = torch.optim.Adam(net.parameters())
    F.cross_entropy(net(x), y).backward()
    first.step()
    second = torch.optim.Adam(net.parameters())
    state = first.state_dict()
    for one in state["state"].values():
        one["exp_avg"] = one["exp_avg"].cpu()
    second.load_state_dict(state)
    second.step()


@accepted
def files(device: torch.device) -> None:
    net, _, _ = on_device(device)
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    for target, kind in (("cpu", "cpu"), (device, "cuda"), (None, "cuda"), ("cuda:0", "cuda")):
        file.seek(0)
        read = torch.load(file, map_location=target, weights_only=True)
        assert {t.device.type for t in read.values()} == {kind}, target
        assert torch.equal(read["0.weight"].cpu(), net.state_dict()["0.weight"].cpu())
    file = io.BytesIO()
    torch.save(net, file)
    file.seek(0)
    read = torch.load(file, map_location="cpu", weights_only=False)
    assert next(read.parameters()).is_cpu
    read(IMAGES)


@accepted
def safe_files(device: torch.device) -> None:
    net, _, _ = on_device(device)
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"twin-{os.getpid()}.safetensors"
    save_file({k: v.cpu().contiguous() for k, v in net.state_dict().items()}, path)
    try:
        assert all(v.is_cpu for v in load_file(path).values())
        assert all(v.is_cuda for v in load_file(path, device="cuda").values())
        net.load_state_dict(load_file(path))
        save_file(net.state_dict(), path)
    finally:
        path.unlink()


@accepted
def initialisation(device: torch.device) -> None:
    weight = torch.empty(4, 4, device=device)
    for change in (nn.init.kaiming_normal_, nn.init.xavier_uniform_, nn.init.zeros_):
        assert change(weight).is_cuda
    nn.init.orthogonal_(weight)
    nn.init.trunc_normal_(weight, std=0.02)
    nn.init.eye_(weight)
    net = nn.Linear(3, 3).to(device)
    nn.init.constant_(net.bias, 0.1)
    net.apply(lambda m: nn.init.normal_(m.weight) if isinstance(m, nn.Linear) else None)
    net.reset_parameters()


@accepted
def indexing(device: torch.device) -> None:
    x, y = torch.arange(12.0, device=device).view(4, 3), torch.arange(4, device=device)
    assert x[x > 5].is_cuda
    assert x[torch.tensor([0, 2])].is_cuda  # an index may be on the CPU
    assert x[torch.tensor([True, False, True, False])].is_cuda
    assert x[y % 3 == 0].shape == (2, 3)
    assert x[y, 0].is_cuda
    assert x[[0, 1], [1, 2]].is_cuda
    assert x[None, ..., 1].is_cuda
    x[0] = 7
    x[1] = torch.tensor([1.0, 2.0, 3.0])  # copied, as CUDA does
    x[2, :2] = torch.tensor(3.0)
    x[y == 3] = 0.0
    x[torch.tensor([0])] = torch.tensor(4.0)
    x[y[:1]] = torch.zeros(3, device=device)
    x[x == 7] += 1
    assert x.cpu().tolist() == [[0, 0, 0], [1, 2, 3], [3, 3, 8], [0, 0, 0]]
    data = torch.arange(4.0)
    assert data[torch.tensor(2, device=device)].item() == 2  # one number is read, not an index
    x.masked_fill_(x > 2, torch.tensor(0.0))
    x.masked_fill_(x > 2, float("-inf"))


@accepted
def operations(device: torch.device) -> None:
    x, y = torch.randn(4, 3, device=device), torch.tensor([0, 1, 2, 0], device=device)
    made = [
        torch.where(x > 0, x, torch.zeros_like(x)), torch.where(x > 0, x, 0.0), x.argmax(1),
        *x.topk(2), *x.sort(), *x.max(dim=1), x.gather(1, y[:, None]),
        torch.zeros(4, 3, device=device).scatter_(1, y[:, None], 1.0), F.one_hot(y),
        F.one_hot(y, 5),
        x * 2, 2 - x, x @ x.T, torch.einsum("ij,kj->ik", x, x), torch.cat([x, x]),
        torch.stack([x, x]), x.index_select(0, y), x.repeat_interleave(2, 0), torch.bincount(y),
        x.cumsum(0), x.std(), x.norm(), x.unique(), *torch.unique(y, return_counts=True),
        torch.zeros(4, 3, device=device).index_add_(0, y, x), torch.cdist(x, x), x.clamp(0, 1),
        torch.multinomial(x.softmax(1), 1), torch.bernoulli(x.sigmoid()), torch.quantile(x, 0.5),
        torch.nonzero(x), torch.searchsorted(x.sort().values, x),
        torch.bucketize(x, x[0].sort()[0]),
        torch.linalg.svd(x)[0], torch.fft.rfft(x), F.normalize(x), torch.histc(x, 4),
        torch.tensor_split(x, 2)[1], torch.isin(y, y[:2]),
        torch.var_mean(x)[0], torch.outer(x[0], x[0]),
        torch.combinations(y), torch.cov(x), torch.kron(x, x), torch.logsumexp(x, 1), x.roll(1, 0),
        F.pad(x, (1, 1)), F.interpolate(x[None, None], scale_factor=2), F.unfold(x[None, None], 2),
        torch.cartesian_prod(y, y), torch.block_diag(x, x), torch.diag(x[0]), torch.trapezoid(x),
        F.grid_sample(x[None, None], torch.zeros(1, 2, 2, 2, device=device), align_corners=False),
        F.affine_grid(torch.eye(2, 3, device=device)[None], [1, 1, 2, 2], align_corners=False),
        torch.distributions.Categorical(logits=x).sample(), torch.logaddexp(x, x),
        torch.lerp(x, x, 0.5),
        torch.distributions.Normal(x, torch.ones_like(x)).rsample(), F.gumbel_softmax(x),
        x.T.contiguous(),
        torch.nn.utils.parameters_to_vector([x, x]), nn.utils.rnn.pad_sequence([x, x[:2]]),
        torch.complex(x, x).abs(), x.to(torch.int8), x.unsqueeze(0).expand(2, -1, -1),
        torch.vander(x[0]),
        x.to_sparse().to_dense(), F.embedding_bag(y[None], x), F.pairwise_distance(x, x),
        torch.cross(x, x, 1),
    ]  # fmt: skip
    assert [t for t in made if not t.is_cuda] == []
    for one in made:  # and they are of one place with the rest
        one + torch.ones(1, device=device)
    assert torch.equal(x, x.clone())
    assert torch.allclose(x, x)
    torch.testing.assert_close(x, x.clone())
    torch.testing.assert_close(x.cpu(), x, check_device=False)
    total = torch.tensor(0.0) + x.sum()  # a number on the CPU may meet a GPU
    assert total.is_cuda
    assert (x * torch.tensor(2.0)).is_cuda
    out = torch.empty(4, 3, device=device)
    torch.add(x, x, out=out)
    assert torch.equal(out, x + x)


@accepted
def writing_through_views(device: torch.device) -> None:
    x = torch.zeros(4, 4, device=device)
    x.narrow(0, 0, 1).fill_(1)
    x.unbind(0)[1].add_(2)
    x.split(2)[1][0].copy_(torch.full((4,), 3.0))
    x.flatten()[12:] += 4
    x.view(-1)[0] = 9
    x.t()[1].mul_(10)
    x[:, 2:].chunk(2, 1)[0].zero_()
    x.diagonal().neg_()
    x.detach()[3, 3] = 5
    x.data[0, 3] = 6
    x.reshape(2, 8)[0, 5] += 0.5
    x.unsqueeze(0).squeeze().select(0, 2)[1:] -= 1
    assert x.cpu().tolist() == [[-9, 10, 0, 6], [2, -19.5, 0, 2], [3, 29, -1, 2], [4, 40, 0, 5]]
    y = x
    y += 1
    assert y is x
    copied = x.cpu()
    copied.zero_()
    assert x[0, 0].item() == -8
    x.t_().unsqueeze_(0)
    assert x.shape == (1, 4, 4)
    assert (x + 1).is_cuda
    array = np.zeros(3, dtype=np.float32)
    there = torch.from_numpy(array).to(device)
    there += 1
    assert array.sum() == 0
    torch.as_tensor(array, device=device).add_(1)
    assert array.sum() == 0


@accepted
def data_of_parameters(device: torch.device) -> None:
    layer = nn.Linear(2, 2).to(device)
    layer.weight.data = layer.weight.data * 0 + 1
    layer.bias.data.zero_()
    assert layer(torch.ones(1, 2, device=device)).tolist() == [[2, 2]]
    layer(torch.ones(1, 2, device=device)).sum().backward()
    with torch.no_grad():
        for p in layer.parameters():
            assert p.grad is not None
            p -= 0.5 * p.grad
            p.grad = None
    assert layer(torch.ones(1, 2, device=device)).tolist() == [[0.5, 0.5]]
    layer.register_buffer("scale", torch.ones(2))
    layer.to(device)
    assert layer.scale.is_cuda
    layer.cpu()
    assert layer.weight.is_cpu


@accepted
def gradients_come_back(device: torch.device) -> None:
    x = torch.ones(3, requires_grad=True)
    (x.to(device) * 2).double().to("cpu", torch.float32).sum().backward()
    assert x.grad is not None
    assert x.grad.is_cpu
    assert x.grad.tolist() == [2, 2, 2]
    y = x.to(device)
    (gradient,) = torch.autograd.grad(y.pow(2).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(gradient.sum(), x)
    assert second.is_cpu
    assert second.tolist() == [2, 2, 2]
    leaf = torch.ones(3, device=device, requires_grad=True)
    leaf[0].backward()
    assert leaf.grad is not None
    assert leaf.grad.is_cuda
    leaf.sum().backward()
    assert (leaf.grad + leaf).is_cuda


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x * torch.full((1,), 2.0, device=x.device)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        assert ctx.saved_tensors[0].is_cuda
        return gradient * torch.tensor([2.0], device=gradient.device)


@accepted
def own_functions_and_hooks(device: torch.device) -> None:
    x = torch.ones(3, device=device, requires_grad=True)
    x.register_hook(lambda g: g + torch.ones(3, device=g.device))
    Twice.apply(x).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [3, 3, 3]
    net, images, _ = on_device(device)
    seen = []
    net[0].register_forward_hook(lambda m, i, o: seen.append(o.device.type))
    saved = torch.utils.checkpoint.checkpoint(net, images, use_reentrant=False)
    saved.sum().backward()
    assert seen == ["cuda", "cuda"]


@accepted
def threads(device: torch.device) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda n: torch.full((2,), n, device=device) + n, range(3)))
    assert all(t.is_cuda for t in made)


@accepted
def workers_of_a_loader(device: torch.device) -> None:
    warnings.simplefilter("ignore")  # torch's own, about how a worker shares memory
    loader = DataLoader(TensorDataset(IMAGES, LABELS), 4, num_workers=1, pin_memory=True)
    for x, y in loader:
        F.cross_entropy(small_net().to(device)(x.to(device)), y.to(device))


@accepted
def functional_transforms(device: torch.device) -> None:
    layer, x = nn.Linear(3, 2).to(device), torch.ones(4, 3, device=device)
    parameters = dict(layer.named_parameters())

    def loss(p: Any, one: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(layer, p, (one,)).sum()

    each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0))(parameters, x)
    assert each["weight"].shape == (4, 2, 3)
    assert each["weight"].is_cuda
    assert torch.func.vmap(lambda v: v.to(device) * torch.ones(3, device=v.device))(x).is_cuda


@accepted
def sparse_gradients(device: torch.device) -> None:
    layer = nn.Embedding(5, 3, sparse=True).to(device)
    optimiser = torch.optim.SparseAdam(layer.parameters())
    layer(torch.tensor([1, 2], device=device)).sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.is_cuda
    optimiser.step()


@accepted
def part_of_the_model_stays(device: torch.device) -> None:
    embedding, head = nn.Embedding(11, 3), nn.Linear(3, 2).to(device)
    everything = [*embedding.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(everything, lr=0.1, foreach=True)
    before = embedding.weight.detach().clone()
    head(embedding(torch.tensor([1, 2])).to(device)).square().sum().backward()
    nn.utils.clip_grad_norm_(head.parameters(), 1.0)
    optimiser.step()
    assert not torch.equal(before, embedding.weight)


@accepted_by_the_twin
def random_numbers_are_those_of_the_cpu(device: torch.device) -> None:
    torch.manual_seed(4)
    here = torch.randn(3), torch.randperm(9), F.dropout(torch.ones(9)), nn.Linear(2, 2).weight
    torch.manual_seed(4)
    there = (
        torch.randn(3, device=device),
        torch.randperm(9, device=device),
        F.dropout(torch.ones(9, device=device)),
        nn.Linear(2, 2, device=device).weight,
    )
    assert all(torch.equal(a, b.cpu()) for a, b in zip(here, there, strict=True))


@accepted_by_the_twin
def compiled_code_is_not_compiled(device: torch.device) -> None:
    net, x, _ = on_device(device)
    assert torch.compile(net, mode="reduce-overhead") is net
    net.compile()

    @torch.compile
    def twice(t: torch.Tensor) -> torch.Tensor:
        return t * 2

    @torch.compile(dynamic=True)
    def thrice(t: torch.Tensor) -> torch.Tensor:
        return t * 3

    assert torch.equal(twice(x) + x, thrice(x))


@accepted_by_the_twin
def entering_twice_changes_nothing(device: torch.device) -> None:
    assert twin.enter() == device == torch.device(NAME, 0)
    assert torch._C._len_torch_function_stack() == 1
    assert (torch.zeros(3, device=device) + 1).is_cuda


# ---- Mistakes -----------------------------------------------------------------------------------


@caught(RuntimeError, MIXED)
def the_input_was_not_moved(device: torch.device) -> None:
    small_net().to(device)(IMAGES)


@caught(RuntimeError, MIXED)
def the_labels_were_not_moved(device: torch.device) -> None:
    net, x, _ = on_device(device)
    F.cross_entropy(net(x), LABELS)


@caught(RuntimeError, MIXED)
def the_model_was_not_moved(device: torch.device) -> None:
    nn.Linear(144, 3)(IMAGES.to(device).flatten(1))


@caught(RuntimeError, MIXED)
def moved_but_not_kept(device: torch.device) -> None:
    x = IMAGES.flatten(1)
    x.to(device)
    nn.Linear(144, 3).to(device)(x)


class Noisy(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.randn(x.shape)


@caught(RuntimeError, MIXED)
def made_on_the_cpu_in_forward(device: torch.device) -> None:
    Noisy().to(device)(IMAGES.to(device))


class Positions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.randn(12, 12)  # no buffer, so `to` does not know it

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table


@caught(RuntimeError, MIXED)
def neither_parameter_nor_buffer(device: torch.device) -> None:
    Positions().to(device)(IMAGES.to(device))


@caught(RuntimeError, MIXED)
def made_on_the_cpu_in_backward(device: torch.device) -> None:
    x = torch.ones(3, device=device, requires_grad=True)
    x.register_hook(lambda g: g + torch.ones(3))
    x.sum().backward()


@caught(RuntimeError, MIXED)
def an_embedding_of_words_on_the_cpu(device: torch.device) -> None:
    nn.Embedding(11, 3).to(device)(WORDS)


@caught(RuntimeError, MIXED)
def class_weights_on_the_cpu(device: torch.device) -> None:
    F.cross_entropy(torch.randn(8, 3, device=device), LABELS.to(device), weight=torch.ones(3))


@caught(RuntimeError, MIXED)
def a_mask_on_the_cpu(device: torch.device) -> None:
    x = torch.randn(2, 5, 8, device=device)
    F.scaled_dot_product_attention(x, x, x, attn_mask=torch.ones(5, 5, dtype=torch.bool))


@caught(RuntimeError, MIXED)
def a_hidden_state_on_the_cpu(device: torch.device) -> None:
    nn.LSTMCell(3, 6).to(device)(torch.zeros(2, 3, device=device), (torch.zeros(2, 6),) * 2)


MIXTURES: dict[str, Callable[[torch.Tensor, torch.Tensor], Any]] = {
    "add": lambda here, there: here + there,
    "matmul": lambda here, there: there @ here,
    "compare": lambda here, there: here == there,
    "less": lambda here, there: there < here,
    "cat": lambda here, there: torch.cat([there, here]),
    "stack": lambda here, there: torch.stack([here, there]),
    "stack of numbers": lambda here, there: torch.stack([here.sum(), there.sum()]),
    "in place": lambda here, there: there.add_(here),
    "in place, the other way": lambda here, there: here.mul_(there),
    "a total on the cpu": lambda here, there: torch.tensor(0.0).add_(there.sum()),
    "where": lambda here, there: torch.where(here > 0, there, there),
    "masked_fill": lambda here, there: there.masked_fill(here > 0, 0.0),
    "masked_select": lambda here, there: torch.masked_select(there, here > 0),
    "equal": lambda here, there: torch.equal(here, there),
    "allclose": lambda here, there: torch.allclose(here, there),
    "gather": lambda here, there: there.gather(0, here.long()),
    "scatter": lambda here, there: there.scatter_(0, here.long(), 1.0),
    "index_select": lambda here, there: there.index_select(0, torch.tensor([0])),
    "index_put": lambda here, there: there.index_put_((torch.tensor([0]),), here[:1]),
    "einsum": lambda here, there: torch.einsum("ij,jk", here, there),
    "mse": lambda here, there: F.mse_loss(there, here),
    "from_numpy": lambda here, there: there + torch.from_numpy(here.numpy()),
    "tensor": lambda here, there: there + torch.tensor([1.0, 1.0]),
    "Tensor": lambda here, there: there + torch.Tensor([1.0, 1.0]),
    "arange": lambda here, there: there[0] + torch.arange(2),
    "one_hot": lambda here, there: there + F.one_hot(torch.tensor([0, 1])),
    "eye_like": lambda here, there: there + torch.eye(2),
    "normal": lambda here, there: there + torch.normal(0.0, 1.0, (2, 2)),
    "zeros_like": lambda here, there: there + torch.zeros_like(here),
    "on the cpu on purpose": lambda here, there: there + torch.zeros_like(there, device="cpu"),
    "brought back": lambda here, there: there.cpu() + there,
    "old type": lambda here, there: there.type(torch.FloatTensor) + there,
    "out": lambda here, there: torch.add(there, there, out=here),
    "gradient step": lambda here, there: torch._foreach_add_([there], [here]),
    "lerp": lambda here, there: there.lerp_(here, 0.5),
    "copied model": lambda here, there: copy.deepcopy(here) + copy.deepcopy(there),
}


@pytest.mark.parametrize("where", ["twin", *REAL])
def test_no_operation_takes_both(where: str) -> None:
    def case(device: torch.device) -> None:
        for name, mix in MIXTURES.items():
            here, there = torch.ones(2, 2), torch.ones(2, 2).to(device)
            with pytest.raises(RuntimeError) as error:
                print("not caught:", name, mix(here, there))
            assert str(error.value).startswith(MIXED), name

    run(case, where)


@caught(RuntimeError, "indices should be either on cpu or on the same device")
def an_index_on_the_device_into_the_cpu(device: torch.device) -> None:
    IMAGES[torch.tensor([0, 1], device=device)]


@caught(RuntimeError, "indices should be either on cpu or on the same device")
def a_mask_on_the_device_over_the_cpu(device: torch.device) -> None:
    LABELS[LABELS.to(device) == 1]


@caught(TypeError, "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu")
def numpy_of_a_tensor_there(device: torch.device) -> None:
    torch.ones(3, device=device).numpy()


@caught(TypeError, "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu")
def asarray_of_a_tensor_there(device: torch.device) -> None:
    np.asarray(torch.ones(3, device=device))


@caught(TypeError, "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu")
def array_of_results_there(device: torch.device) -> None:
    np.array([torch.ones(3, device=device)] * 2)


@caught(TypeError, "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu")
def mean_of_losses_there(device: torch.device) -> None:
    np.mean([torch.ones((), device=device)] * 2)


@caught(RuntimeError, "element 0 of tensors does not require grad")
def a_loss_without_its_graph(device: torch.device) -> None:
    net, x, y = on_device(device)
    torch.tensor(F.cross_entropy(net(x), y).item(), device=device).backward()


@caught(RuntimeError, "cannot pin 'torch.cuda.FloatTensor'")
def pinning_what_is_there_already(device: torch.device) -> None:
    next(iter(DataLoader(TensorDataset(IMAGES.to(device)), 4, pin_memory=True)))


@caught(RuntimeError, "CUDA error: invalid device ordinal")
def a_second_gpu(device: torch.device) -> None:
    IMAGES.to("cuda:7")


@caught(RuntimeError, "Expected a 'cuda' device type for generator but found 'cpu'")
def a_generator_of_the_cpu(device: torch.device) -> None:
    torch.randn(3, device=device, generator=torch.Generator().manual_seed(1))


@caught(AssertionError, "Tensor-likes are not close|The values for attribute 'device' do not match")
def comparing_across_devices(device: torch.device) -> None:
    torch.testing.assert_close(torch.ones(3), torch.ones(3, device=device))


@pytest.mark.parametrize("where", ["twin", *REAL])
@pytest.mark.parametrize("case", ACCEPTED)
def test_correct_code_is_accepted(case: Case, where: str) -> None:
    run(case, where)


@pytest.mark.parametrize("case", ACCEPTED_BY_THE_TWIN)
def test_the_twin_accepts(case: Case) -> None:
    run(case, "twin")


@pytest.mark.parametrize("where", ["twin", *REAL])
@pytest.mark.parametrize(("case", "error", "text"), CAUGHT)
def test_mistakes_are_caught(case: Case, error: Any, text: str, where: str) -> None:
    def mistaken(device: torch.device) -> None:
        with pytest.raises(error, match="^(" + text + ")"):
            case(device)

    run(mistaken, where)


def test_a_process_that_has_only_just_imported_torch_can_enter(repo: Path) -> None:
    code = """
import sys, torch, autograder.twin
device = autograder.twin.enter()
torch.ones(2, device=device) + 1
assert "torch._dynamo" not in sys.modules, "a second's import for nothing"
net = torch.nn.Linear(2, 1).to(device)
net(torch.ones(3, 2, device=device)).sum().backward()
torch.optim.AdamW(net.parameters()).step()
"""
    subprocess.run([sys.executable, "-c", code], cwd=repo, check=True)


# ---- No GPU at all ------------------------------------------------------------------------------


def pretend_there_is_a_gpu() -> None:
    for name, answer in {"is_available": True, "device_count": 1, "_lazy_init": None}.items():
        setattr(torch.cuda, name, lambda answer=answer: answer)


@pytest.mark.parametrize(
    "use",
    [
        lambda: IMAGES.to("cuda"),
        lambda: IMAGES.cuda(),
        lambda: torch.zeros(3, device="cuda"),
        lambda: small_net().to(torch.device("cuda")),
    ],
)
def test_without_a_gpu_a_fixed_name_fails(use: Callable[[], Any]) -> None:
    def work() -> None:
        pretend_there_is_a_gpu()
        twin.without()
        with pytest.raises(AssertionError, match="not compiled with CUDA"):
            use()

    in_a_child(work)


def test_without_a_gpu_code_with_a_fallback_passes() -> None:
    def work() -> None:
        pretend_there_is_a_gpu()
        twin.without()
        assert not torch.cuda.is_available()
        assert torch.cuda.device_count() == 0
        assert not torch.accelerator.is_available()
        assert torch.accelerator.current_accelerator() is None
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        trains(*on_device(device), device)

    in_a_child(work)
