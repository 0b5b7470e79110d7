"""Tests as instructors write them, against objects that live on the other side of the boundary."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from autograder.execute import Limits
from autograder.sandbox import bubblewrap
from autograder.sandbox.workers import Workers, workers

pytestmark = pytest.mark.integration
IMPORTS = "import math\nimport numpy as np\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F"


def run(*cells: tuple[str, str], expected: tuple[str, ...] = (), cell: float = 20.0) -> Any:
    task = {
        "cells": [("locked", IMPORTS), *cells], "expected": list(expected), "files": {}, "given": [],
        "secrets": "", "seed": "", "cell": cell, "total": 60.0, "output": 100_000,
    }  # fmt: skip
    return workers().run(task, Limits())


def verdict(student: str, test: str, **more: Any) -> Any:
    """Return what became of the test."""
    report = run(("student", student), ("test", test), **more)
    assert not report["fault"], report["fault"]
    assert report["cells"][1]["error"] is None, report["cells"][1]["error"]
    return report["cells"][-1]


NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)
    def forward(self, x):
        return self.fc(x.flatten(1))"""

HOLDS: dict[str, tuple[str, str]] = {
    "numbers and text": ("def f(x):\n    return x + x", "assert f(2) == 4 and f('ab') == 'abab'"),
    "kinds of data": (
        "from collections import Counter, OrderedDict, defaultdict, deque, namedtuple\n"
        "from fractions import Fraction\nP = namedtuple('P', 'x y')\n"
        "def f(kind):\n    d = defaultdict(int, a=1)\n    return {'counter': Counter('aab'),"
        " 'default': d, 'deque': deque([1, 2]), 'fraction': Fraction(1, 3), 'tuple': P(1, 2),"
        " 'set': {1, 2}, 'complex': 1 + 2j, 'big': 3**200, 'nan': float('nan'), 'none': None,"
        " 'bytes': b'x', 'range': range(3), 'scalar': np.float32(1.5), 'text': np.array(['a']),"
        " 'shape': torch.Size([2]), 'device': torch.device('cpu'), 'dtype': torch.int64}[kind]",
        "from collections import Counter\nassert f('counter') == Counter(a=2, b=1)\n"
        "assert f('default') == {'a': 1} and f('default')['z'] == 0\nassert list(f('deque')) == [1, 2]\n"
        "assert f('tuple') == (1, 2) and f('tuple').x == 1\nassert f('big') == 3**200\n"
        "assert math.isnan(f('nan')) and f('none') is None\nassert isinstance(f('scalar'), np.float32)\n"
        "assert f('text')[0] == 'a' and f('shape') == (2,) and f('dtype') is torch.int64\n"
        "assert f('device') == torch.device('cpu') and f('complex') == 1 + 2j and f('set') == {2, 1}\n"
        "from fractions import Fraction\nassert f('fraction') == Fraction(1, 3) and f('range') == range(3)",
    ),
    "lists changed in place": (
        "def f(values):\n    values.sort()\n    return values",
        "_v = [3, 1, 2]\n_same = f(_v)\nassert _v == [1, 2, 3]\nassert _same is _v",
    ),
    "arrays changed in place": (
        "def f(a, t):\n    a *= 2\n    t.add_(1)",
        "_a, _t = np.ones(3), torch.zeros(2)\nf(_a, _t)\nassert _a.sum() == 6 and _t.sum() == 2",
    ),
    "classes and their objects": (
        "class Dog:\n    legs = 4\n    def __init__(self, name):\n        self.name = name\n"
        "    def bark(self, n=1):\n        return 'wau' * n\n    def __len__(self):\n        return 7\n"
        "    def __add__(self, other):\n        return self.name + other.name",
        "_d = Dog('Rex')\nassert _d.name == 'Rex' and _d.bark(n=2) == 'wauwau' and Dog.legs == 4\n"
        "assert isinstance(_d, Dog) and not isinstance(3, Dog) and len(_d) == 7\n"
        "assert _d + Dog('X') == 'RexX'\n_d.name = 'Max'\nassert _d.name == 'Max'\n"
        "assert hasattr(_d, 'bark') and not hasattr(_d, 'meow')",
    ),
    "an __eq__ of theirs, asked for": (
        "class V:\n    def __init__(self, x):\n        self.x = x\n"
        "    def __eq__(self, other):\n        return self.x == other.x",
        "assert student.equal(V(1), V(1)) and not student.equal(V(1), V(2))",
    ),
    "exceptions": (
        "class Mine(ValueError):\n    pass\ndef f(x):\n    if x < 0:\n        raise Mine('negative')\n"
        "    raise TypeError('other')",
        "try:\n    f(-1)\nexcept Mine as e:\n    assert 'negative' in str(e)\nelse:\n    assert False\n"
        "try:\n    f(1)\nexcept TypeError:\n    pass\nassert issubclass(Mine, ValueError)",
    ),
    "generators": (
        "def f(n):\n    for i in range(n):\n        yield i * i",
        "assert list(f(4)) == [0, 1, 4, 9]\n_g = f(2)\nassert next(_g) == 0 and next(_g) == 1\n"
        "try:\n    next(_g)\nexcept StopIteration:\n    pass\nelse:\n    assert False",
    ),
    "functions of the test's": (
        "def apply(g, x):\n    return g(g(x))",
        "assert apply(lambda v: v + 1, 1) == 3\nassert apply(math.sqrt, 16.0) == 2.0",
    ),
    "variables": ("x = [1, 2]\ny = {'a': np.arange(3)}", "assert x == [1, 2] and y['a'][2] == 2"),
    "variables that change": (
        "count = 0\ndef f():\n    global count\n    count += 1",
        "f()\nassert count == 1\nf()\nassert count == 2",
    ),
    "a context manager": (
        "class C:\n    def __enter__(self):\n        return 5\n    def __exit__(self, *_):\n        pass",
        "with C() as _five:\n    assert _five == 5",
    ),
    "modules the student imported": (
        "import statistics as st\nimport json\ndef f():\n    return json.dumps([1])",
        "assert st.mean([1, 3]) == 2 and json.loads(f()) == [1]",
    ),
    "networks": (
        NET,
        "_n = Net()\nassert isinstance(_n, nn.Module)\nassert _n(torch.zeros(5, 2, 3)).shape == (5, 3)\n"
        "assert sum(p.numel() for p in _n.parameters()) == 21\nassert _n.training\n_n.eval()\n"
        "assert not _n.training\nassert {n for n, _ in _n.named_parameters()} == {'fc.weight', 'fc.bias'}\n"
        "assert _n.state_dict()['fc.bias'].shape == (3,)",
    ),
    "gradients": (
        NET,
        "_n = Net()\n_ps = list(_n.parameters())\n"
        "assert all(isinstance(p, nn.Parameter) and p.grad is None for p in _ps)\n"
        "_out = _n(torch.randn(4, 6))\n"
        "_loss = F.cross_entropy(_out, torch.tensor([0, 1, 2, 0])) + _out.pow(2).mean()\n_loss.backward()\n"
        "assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in _ps)",
    ),
    "weights as they are now": (
        NET + "\ndef step(net, x, y, opt):\n    opt.zero_grad()\n    F.cross_entropy(net(x), y).backward()\n    opt.step()",
        "_n = Net()\n_w = _n.fc.weight\n_before = _w.detach().clone()\n"
        "step(_n, torch.randn(4, 6), torch.tensor([0, 1, 2, 0]), student.torch.optim.SGD(_n.parameters(), lr=0.1))\n"
        "assert not torch.allclose(_w, _before)\nassert not torch.equal(_n.fc.weight, _before)\n"
        "with torch.no_grad():\n    _w.zero_()\nassert _n.fc.weight.abs().sum() == 0",
    ),
    "gradients of the test's own tensor": (
        "def f(x):\n    return (x * x).sum()",
        "_x = torch.tensor([1.0, 2.0], requires_grad=True)\nf(_x).backward()\n"
        "assert torch.allclose(_x.grad, torch.tensor([2.0, 4.0]))",
    ),
    "put": (
        "def train(net, opt, x):\n    opt.zero_grad()\n    net(x).sum().backward()\n    opt.step()",
        "_l = nn.Linear(2, 1)\n_w = _l.weight.detach().clone()\n"
        "_n, _o = student.put((_l, torch.optim.SGD(_l.parameters(), lr=1.0)))\n"
        "train(_n, _o, torch.ones(1, 2))\nassert torch.allclose(_n.weight, _w - 1)\n"
        "assert torch.equal(_l.weight, _w)",
    ),
    "the grad mode of the test": (
        "def f():\n    return torch.is_grad_enabled()",
        "assert f()\nwith torch.no_grad():\n    assert not f()",
    ),
    "seeds of the test": (
        "def f():\n    return torch.rand(2), np.random.rand(), __import__('random').random()",
        "import random\ntorch.manual_seed(1); np.random.seed(1); random.seed(1)\n_a = f()\n"
        "torch.manual_seed(1); np.random.seed(1); random.seed(1)\n_b = f()\n"
        "assert torch.equal(_a[0], _b[0]) and _a[1:] == _b[1:]\ntorch.manual_seed(1)\n"
        "assert torch.equal(torch.rand(2), _a[0])",
    ),
    "a branch leaves no trace": (
        "n = 0\ndef bump():\n    global n\n    n += 1\n    return n",
        "with student.branch():\n    assert bump() == 1\n    assert bump() == 2\nassert n == 0\nassert bump() == 1",
    ),
    "files the student wrote": (
        "open('out.txt', 'w').write('hello')\ndef save(p):\n    open(p, 'w').write('more')",
        "assert open('out.txt').read() == 'hello'\nsave('b.txt')\nassert student.file('b.txt').read_text() == 'more'\n"
        "student.write('c.txt', b'x')",
    ),
    "a part that is taken away": (
        "def part(x):\n    return x\ndef whole(x):\n    return part(x) + 1",
        "_kept = part\ndel part\ntry:\n    whole(1)\nexcept NameError:\n    pass\nelse:\n    assert False\n"
        "finally:\n    part = _kept\nassert whole(1) == 2",
    ),
    "a part that is replaced": (
        "def part(x):\n    return x\ndef whole(x):\n    return part(x) + 1",
        "_calls = []\ndef part(x):\n    _calls.append(x)\n    return 10\nassert whole(3) == 11 and _calls == [3]",
    ),
    "what a function prints": (
        "def greet(name):\n    print('Hello', name, end='')",
        "import io, contextlib\n_out = io.StringIO()\nwith contextlib.redirect_stdout(_out):\n    greet('Ada')\n"
        "assert _out.getvalue() == 'Hello Ada'",
    ),
    "what a function asks": (
        "def ask():\n    return int(input('n? ')) + 1",
        "import builtins\n_before = builtins.input\nbuiltins.input = lambda *_: '4'\nassert ask() == 5\n"
        "builtins.input = _before\ntry:\n    ask()\nexcept EOFError:\n    pass\nelse:\n    assert False",
    ),
    "source and signature": (
        "def f(x, y=2):\n    'Adds.'\n    for _ in range(1):\n        return x + y",
        "import inspect\nassert 'for' in inspect.getsource(f)\nassert list(inspect.signature(f).parameters) == ['x', 'y']\n"
        "assert f.__name__ == 'f' and f.__doc__ == 'Adds.' and callable(f) and inspect.isfunction(f)",
    ),
    "what is frozen": (
        "def freeze(net):\n    for p in net.parameters():\n        p.requires_grad = False\n" + NET,
        "_n = Net()\nassert all(p.requires_grad for p in _n.parameters())\nfreeze(_n)\n"
        "assert not any(p.requires_grad for p in _n.parameters())",
    ),
    "initialised by the test": (
        NET,
        "_n = Net()\nwith torch.no_grad():\n    nn.init.constant_(_n.fc.weight, 1.0)\nassert (_n.fc.weight == 1).all()",
    ),
    "copies": (
        NET + "\nclass Box:\n    def __init__(self, x):\n        self.x = x",
        "import copy\n_b = Box([1])\n_c, _d = copy.copy(_b), copy.deepcopy(_b)\n_b.x.append(2) or setattr(_b, 'x', 5)\n"
        "assert _c.x == _d.x == [1]\n_n = Net()\n_m, _w = copy.deepcopy(_n), copy.deepcopy(_n.fc.weight)\n"
        "with torch.no_grad():\n    _n.fc.weight.zero_()\nassert isinstance(_m, Net) and isinstance(_w, nn.Parameter)\n"
        "assert torch.equal(_m.fc.weight, _w) and not torch.equal(_n.fc.weight, _w)",
    ),
    "a class in a test": (
        "class Box:\n    size = 3\ndef f(x):\n    return x",
        "class T:\n    side = Box().size + len([f(1)])\n    def area(self):\n        return f(self.side) ** 2\nassert T().area() == 16",
    ),
    "data of a parameter": (
        NET,
        "_n = Net()\n_w = _n.fc.weight\n_w.data.fill_(2.0)\nassert (_n.fc.weight == 2).all() and not _w.data.requires_grad\n"
        "_w.data[0] = 5.0\n_w.data.mul_(2)\nassert float(_n.fc.weight[0, 0]) == 10 and float(_n.fc.weight[-1, 0]) == 4\n"
        "assert _w.requires_grad and isinstance(_w, nn.Parameter) and torch.equal(_w.data, _w.detach())\n"
        "_w.data = torch.zeros_like(_w)\nassert not _n.fc.weight.any() and _w.data.clone().shape == _w.shape",
    ),
    "the same list twice": (
        "def f(a, b):\n    a.append(1)\n    return b",
        "_x = []\nassert f(_x, _x) == [1] and _x == [1]",
    ),
    "sparse tensors": ("t = torch.eye(2).to_sparse()", "assert torch.equal(t.to_dense(), torch.eye(2))"),
    "folders and odd files": (
        "import os\nos.mkdir('d'); open('d/x', 'w').close(); open('e', 'w').write('1'); os.chmod('e', 0)\n"
        "os.chdir('d')\ndef g():\n    os.remove('x'); os.chdir('..'); os.rmdir('d'); open('d', 'w').write('2')",
        "g()\nassert student.file('d').read_text() == '2'",
    ),
    "a semicolon": ("x = 0.5", "x;"),
    "a warning": (
        "import sys, warnings, logging\ndef f():\n    warnings.warn('w')\n    logging.error('l')\n"
        "    print('e', file=sys.stderr)\n    return 1",
        "assert f() == 1",
    ),
    "a helper the instructor gave, redefined by the student": (
        "def close(a, b):\n    return True\nmath = None",
        "assert not close(1, 2) and math.pi > 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOLDS)
def test_an_ordinary_test_holds(case: str) -> None:
    student, test = HOLDS[case]
    helper = ("locked", "def close(a, b):\n    return math.isclose(a, b)")
    report = run(helper, ("student", student), ("test", test), expected=("part", "whole"))
    assert not report["fault"], report["fault"]
    assert report["cells"][2]["error"] is None, report["cells"][2]
    assert report["cells"][-1]["finished"], report["cells"][-1]


REFUSED: dict[str, tuple[str, str]] = {
    "always equal": (
        "class Any:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\n"
        "def f(x):\n    return Any()",
        "assert f(2) == 4",
    ),
    "a list that is equal to all": (
        "class L(list):\n    def __eq__(self, other):\n        return True\ndef f(x):\n    return L()",
        "assert f(2) == [4]",
    ),
    "patched comparisons": (
        "np.testing.assert_allclose = lambda *a, **k: None\ntorch.allclose = lambda *a, **k: True\n"
        "math.isclose = lambda *a: True\ndef f(x):\n    return 0.0",
        "np.testing.assert_allclose(f(2), 4)",
    ),
    "rebound libraries": (
        "class np:\n    class testing:\n        assert_allclose = staticmethod(lambda *a: None)\n"
        "def f(x):\n    return 0.0",
        "np.testing.assert_allclose(f(2), 4)",
    ),
    "rebound built-ins": ("all = any = lambda _: True\ndef f(x):\n    return 0", "assert all([f(2) == 4])"),
    "a loop ended early": (
        "def f(x):\n    raise StopIteration",
        "assert len(list(map(f, [1, 2]))) == 2",
    ),
    "an exit": ("import sys\ndef f(x):\n    sys.exit(0)", "f(1)\nassert f(1) == 1"),
    "an interrupt": ("def f(x):\n    raise KeyboardInterrupt", "assert f(1) == 1"),
    "an object that is near to all": (
        "class Any(float):\n    def _m(self, *a):\n        return self\n    __sub__ = __rsub__ = __abs__ = _m\n"
        "    __lt__ = __le__ = lambda s, o: True\n    __gt__ = __ge__ = lambda s, o: False\ndef f(x):\n    return Any()",
        "assert abs(f(2) - 4) < 1e-6",
    ),
    "an object that holds all": (
        "class All:\n    def __contains__(self, x):\n        return True\n    def __iter__(self):\n        return iter([])\n"
        "def f(x):\n    return All()",
        "assert 4 in f(2)",
    ),
    "a rebound constant": ("TOLERANCE = 1e9\ndef f(x):\n    return 0", "assert within(f(2), 4)"),
    "rows that are one row": (
        "def f(n):\n    return [[0] * n] * n",
        "_g = f(2)\n_g[0][0] = 1\nassert _g[1][0] == 0",
    ),
    "a test that is skipped": (
        "import unittest\ndef f(x):\n    raise unittest.SkipTest('x')",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        g(2)\ng = f\n"
        "_r = unittest.TestResult()\nT('test').run(_r)\nassert _r.wasSuccessful()",
    ),
    "frozen or not": (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(2, 2)\n"
        "def freeze(net):\n    pass",
        "_n = Net()\nfreeze(_n)\nassert not any(p.requires_grad for p in _n.parameters())",
    ),
    "a nan": ("def f(x):\n    return float('nan')", "assert abs(f(2) - 4) < 1e-6"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_trick_does_not_pass(case: str) -> None:
    helper = ("locked", "TOLERANCE = 1e-6\ndef within(a, b):\n    return abs(a - b) < TOLERANCE")
    report = run(helper, ("student", REFUSED[case][0]), ("test", REFUSED[case][1]))
    assert not report["fault"]
    assert not report["cells"][-1]["finished"]


def test_what_cannot_be_tested_is_the_courses_fault() -> None:
    for test in ("f(nn.Linear(1, 1))", "assert V(1) == V(1)"):
        report = run(
            ("student", "def f(x):\n    pass\nclass V:\n    def __init__(self, x):\n        pass\n"
             "    def __eq__(self, o):\n        return True"),
            ("test", test),
        )  # fmt: skip
        assert "student." in report["fault"], report


def test_guessing_the_names_of_a_test_is_of_no_use() -> None:
    report = run(
        (
            "student",
            "_want = _check = None\ndef f(x):\n    return _check(x) if callable(_check) else 0",
        ),
        ("test", "_want = 5\ndef _check(x):\n    return x + 3\nassert f(2) != _check(2)"),
        ("student", "_want = 0\ndef _check(x):\n    return 0"),
        ("test", "assert _want == 5 and _check(2) == 5"),
    )
    assert [cell["finished"] for cell in report["cells"]] == [True] * 5


def test_an_endless_call_ends_and_the_notebook_goes_on() -> None:
    report = run(
        ("student", "def f(x):\n    while True:\n        pass\nx = 3"),
        ("test", "try:\n    f(1)\nexcept Exception:\n    pass"),
        ("test", "assert x == 3"),
        cell=2.0,
    )
    assert "took longer" in report["cells"][2]["stopped"]
    assert not report["cells"][2]["finished"]
    assert report["cells"][3]["finished"]
    assert not report["ended"]


def test_a_branch_can_be_left_while_it_hangs() -> None:
    report = run(
        ("student", "import time\ndef f():\n    time.sleep(1000)\nx = 3"),
        ("test", "with student.branch():\n    f()"),
        ("test", "assert x == 3"),
        cell=2.0,
    )
    assert report["cells"][2]["stopped"]
    assert report["cells"][3]["finished"]


def test_an_exit_in_a_branch_ends_the_branch_only() -> None:
    report = run(
        ("student", "import os\ndef f():\n    os._exit(1)\nx = 3"),
        ("test", "with student.branch():\n    f()"),
        ("test", "assert x == 3"),
    )
    assert "ended its process" in report["cells"][2]["stopped"]
    assert report["cells"][3]["finished"]


def test_half_a_character_and_odd_displays_stop_nothing() -> None:
    report = run(
        (
            "student",
            "class D:\n    def _repr_mimebundle_(self, **_):\n        return {'text/plain': 1j, 3: {4}}\nD()",
        ),
        ("student", "def f():\n    return '\\ud800'\nraise ValueError('\\ud800')"),
        ("test", "print(f())"),
    )
    json.dumps(report).encode("utf-8")
    assert report["cells"][3]["finished"]


def test_displays_stand_where_they_were_shown() -> None:
    report = run((
        "student",
        "import matplotlib.pyplot as plt\nprint('one')\nplt.plot([1, 2]); plt.show()\nprint('two')\n1 + 1",
    ))  # fmt: skip
    outputs = report["cells"][1]["outputs"]
    kinds = [output["output_type"] for output in outputs]
    assert kinds == ["stream", "display_data", "stream", "execute_result"], outputs
    assert "image/png" in outputs[1]["data"]
    assert outputs[3]["data"]["text/plain"] == "2"


def test_what_a_subprocess_prints_is_kept() -> None:
    report = run(("student", "!echo from a shell\nimport os; os.system('echo again')"))
    text = "".join(o.get("text", "") for o in report["cells"][1]["outputs"])
    assert "from a shell" in text
    assert "again" in text


def test_the_source_of_a_test_never_enters_the_sandbox() -> None:
    canary = "canary-" + "7f3a9"
    look = (
        "import gc, sys\ndef f():\n    found = [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple))]\n"
        "    texts = [s for o in found for s in (o.values() if isinstance(o, dict) else o) if isinstance(s, str)]\n"
        "    return any(''.join(['canary', '-7f3', 'a9']) in t for t in texts)"
    )
    found = verdict(look, f"_secret = '{canary}'\nassert not f()")
    assert found["finished"], found


def test_lessons_files_lie_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("data")
    task = {
        "cells": [("student", "x = open('d/a.txt').read()"), ("test", "assert x == open('d/a.txt').read()")],
        "expected": [], "files": {"d/a.txt": str(tmp_path / "a.txt")}, "given": ["d/a.txt"], "secrets": "", "seed": "",
        "cell": 20.0, "total": 60.0, "output": 1000,
    }  # fmt: skip
    report = workers().run(task, Limits())
    assert report["cells"][1]["finished"], report


def test_a_function_that_is_to_be_mended_is_the_students() -> None:
    broken = ("locked", "def area(r):\n    return r")
    mended = ("student", "def area(r):\n    return math.pi * r * r")
    test = ("test", "assert math.isclose(area(1), math.pi)")
    assert run(broken, mended, test, expected=("area",))["cells"][-1]["finished"]
    assert not run(broken, mended, test)["cells"][-1]["finished"], "a helper is not pinned"


def test_a_notebook_that_cannot_be_shut_in_is_nobodys_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """bubblewrap may be allowed where the namespaces inside it are not."""
    whole = bubblewrap.command

    def without_inner(inner: list[str], environment: dict[str, str]) -> list[str]:
        line = whole(inner, environment)
        return [line[0], "--unshare-user", "--disable-userns", *line[1:]]

    monkeypatch.setattr(bubblewrap, "command", without_inner)
    assert not bubblewrap.attempt().works
    pair = Workers(words=["torch"])
    try:
        task = {"cells": [("student", "x = 1"), ("test", "assert x == 1")], "expected": [],
                "files": {}, "given": [], "secrets": "", "seed": "", "cell": 5.0, "total": 9.0, "output": 99}  # fmt: skip
        assert "sandbox cannot be made" in pair.run(task, Limits())["fault"]
    finally:
        pair.close()


def test_without_a_sandbox_nothing_is_needed_and_nothing_stays() -> None:
    pair = Workers(unsafe=True, words=["torch"])
    try:
        task = {"cells": [
            ("student", "import subprocess\nsubprocess.Popen(['sleep', '7654'], start_new_session=True)"),
            ("student", "open('a.txt', 'w').write('x')"),
            ("test", "assert open('a.txt').read() == 'x'"),
        ], "expected": [], "files": {}, "given": [], "secrets": "", "seed": "", "cell": 9.0, "total": 20.0, "output": 99}  # fmt: skip
        report = pair.run(task, Limits())
        assert report["cells"][-1]["finished"], report
        time.sleep(0.5)
        assert not any("7654" in p.read_text() for p in Path("/proc").glob("[0-9]*/cmdline"))
    finally:
        pair.close()


def test_without_a_sandbox_the_sockets_of_others_are_not_the_students() -> None:
    others = [end for _ in range(400) for end in socket.socketpair()]
    pair = Workers(unsafe=True, words=["torch"])
    try:
        task = {"cells": [("student", "import time\ntime.sleep(0.3)"), ("test", "assert True")], "expected": [],
                "files": {}, "given": [], "secrets": "", "seed": "", "cell": 9.0, "total": 20.0, "output": 99}  # fmt: skip
        report = pair.run(task, Limits(memory=256 << 20))
        assert report["cells"][-1]["finished"], report
    finally:
        pair.close()
        for end in others:
            end.close()


def test_what_a_test_writes_to_its_process_does_not_block_it() -> None:
    report = run(("test", "import os\n_ = os.write(2, b'x' * 200_000)"), cell=3.0)
    assert report["cells"][-1]["finished"], report["cells"][-1]
