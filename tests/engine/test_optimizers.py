import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn import Parameter
from torch.optim.lr_scheduler import StepLR

from gradtape.engine.private_torch import step_unannounced
from gradtape.engine.training.optimizers import SgdByHand, build_optimizer
from gradtape.spec import catalog, parse_spec
from tests.spec.raw_specs import linear, raw_spec

Rule = Callable[[dict[str, Any]], list[float]]
START = 2.0


def gradient(w: float) -> float:
    """Of w³/3."""
    return w * w


def spec_of(fields: dict[str, Any]) -> Any:
    return parse_spec(raw_spec(linear(1), optimizer=fields)).optimizer


def steps_of(fields: dict[str, Any], count: int = 4) -> list[float]:
    w = Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = build_optimizer(spec_of(fields), [w])
    path: list[float] = []
    for _ in range(count):
        optimizer.zero_grad()
        (w**3 / 3).backward()
        optimizer.step()
        path.append(w.item())
    return path


def sgd(o: dict[str, Any]) -> list[float]:
    w, velocity, path = START, None, []
    for _ in range(4):
        g = gradient(w) + o["weight_decay"] * w
        velocity = g if velocity is None else o["momentum"] * velocity + g
        step = g + o["momentum"] * velocity if o["nesterov"] else velocity
        w -= o["lr"] * (step if o["momentum"] else g)
        path.append(w)
    return path


def adam(o: dict[str, Any], *, decoupled: bool = False) -> list[float]:
    w, m, v, path = START, 0.0, 0.0, []
    b1, b2 = o["betas"]
    for t in range(1, 5):
        g = gradient(w)
        if decoupled:
            w -= o["lr"] * o["weight_decay"] * w
        else:
            g += o["weight_decay"] * w
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        w -= o["lr"] * (m / (1 - b1**t)) / (math.sqrt(v / (1 - b2**t)) + o["eps"])
        path.append(w)
    return path


def adamw(o: dict[str, Any]) -> list[float]:
    return adam(o, decoupled=True)


def rmsprop(o: dict[str, Any]) -> list[float]:
    w, v, mean, velocity, path = START, 0.0, 0.0, 0.0, []
    for _ in range(4):
        g = gradient(w) + o["weight_decay"] * w
        v = o["alpha"] * v + (1 - o["alpha"]) * g * g
        mean = o["alpha"] * mean + (1 - o["alpha"]) * g
        spread = v - mean * mean if o["centered"] else v
        velocity = o["momentum"] * velocity + g / (math.sqrt(spread) + o["eps"])
        w -= o["lr"] * velocity
        path.append(w)
    return path


def adagrad(o: dict[str, Any]) -> list[float]:
    w, total, path = START, o["initial_accumulator_value"], []
    for t in range(4):
        g = gradient(w) + o["weight_decay"] * w
        total += g * g
        w -= o["lr"] / (1 + t * o["lr_decay"]) * g / (math.sqrt(total) + o["eps"])
        path.append(w)
    return path


def adamax(o: dict[str, Any]) -> list[float]:
    w, m, largest, path = START, 0.0, 0.0, []
    b1, b2 = o["betas"]
    for t in range(1, 5):
        g = gradient(w) + o["weight_decay"] * w
        m, largest = b1 * m + (1 - b1) * g, max(b2 * largest, abs(g) + o["eps"])
        w -= o["lr"] / (1 - b1**t) * m / largest
        path.append(w)
    return path


def nadam(o: dict[str, Any]) -> list[float]:
    w, m, v, product, path = START, 0.0, 0.0, 1.0, []
    b1, b2 = o["betas"]
    for t in range(1, 5):
        g = gradient(w) + o["weight_decay"] * w
        now = b1 * (1 - 0.5 * 0.96 ** (t * o["momentum_decay"]))
        then = b1 * (1 - 0.5 * 0.96 ** ((t + 1) * o["momentum_decay"]))
        product *= now
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        ahead = then * m / (1 - product * then) + (1 - now) * g / (1 - product)
        w -= o["lr"] * ahead / (math.sqrt(v / (1 - b2**t)) + o["eps"])
        path.append(w)
    return path


def radam(o: dict[str, Any]) -> list[float]:
    w, m, path = START, 0.0, []
    b1, _ = o["betas"]
    for t in range(1, 5):  # it has not seen enough to scale its first five steps
        g = gradient(w) + o["weight_decay"] * w
        m = b1 * m + (1 - b1) * g
        w -= o["lr"] * m / (1 - b1**t)
        path.append(w)
    return path


def sgd_by_hand(o: dict[str, Any]) -> list[float]:
    w, path = START, []
    for _ in range(4):
        w -= o["lr"] * gradient(w)
        path.append(w)
    return path


RULES: dict[str, Rule] = {
    "sgd": sgd,
    "adam": adam,
    "adamw": adamw,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adamax": adamax,
    "nadam": nadam,
    "radam": radam,
    "sgd_by_hand": sgd_by_hand,
}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "sgd", "lr": 0.1},
        {"kind": "sgd", "lr": 0.1, "momentum": 0.9},
        {"kind": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"kind": "adam", "lr": 0.1},
        {"kind": "adam", "lr": 0.1, "betas": [0.5, 0.8], "eps": 0.1, "weight_decay": 0.2},
        {"kind": "adamw", "lr": 0.1, "weight_decay": 0.2},
        {"kind": "rmsprop", "lr": 0.1},
        {"kind": "rmsprop", "lr": 0.1, "alpha": 0.5, "momentum": 0.5, "centered": True},
        {"kind": "adagrad", "lr": 0.1},
        {"kind": "adamax", "lr": 0.1, "weight_decay": 0.1},
        {"kind": "nadam", "lr": 0.1, "weight_decay": 0.1},
        {"kind": "radam", "lr": 0.1, "weight_decay": 0.1},
        {"kind": "sgd_by_hand", "lr": 0.1},
        {"kind": "adagrad", "lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.5},
    ],
)
def test_an_optimizer_walks_the_way_of_its_formula(fields: dict[str, Any]) -> None:
    spec = spec_of(fields)
    expected = RULES[spec.kind](spec.model_dump())
    # NAdam keeps the product of its momenta in float32.
    tolerance = 1e-8 if spec.kind == "nadam" else 1e-12
    assert steps_of(fields) == pytest.approx(expected, rel=tolerance)


def test_every_optimizer_in_the_catalogue_has_a_formula_here() -> None:
    # L-BFGS calls the network itself; test_regimes.py holds it beside torch's.
    assert {entry.kind for entry in catalog().optimizers} - {"lbfgs"} == set(RULES)


TORCHS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adamax": torch.optim.Adamax,
    "nadam": torch.optim.NAdam,
    "radam": torch.optim.RAdam,
    "lbfgs": torch.optim.LBFGS,
}


@pytest.mark.parametrize("kind", TORCHS)
def test_defaults_are_torchs(kind: str) -> None:
    theirs = {**TORCHS[kind]([Parameter(torch.zeros(1))]).defaults}
    if kind == "lbfgs":
        assert theirs.pop("max_eval") == 20 * 1.25  # which it works out itself
        theirs["max_eval"] = None
    ours = spec_of({"kind": kind}).model_dump()
    del ours["kind"]
    assert ours == {name: theirs[name] for name in ours}


def test_a_step_by_hand_leaves_a_parameter_without_gradient_alone() -> None:
    moved, still = Parameter(torch.ones(2)), Parameter(torch.ones(2))
    optimizer = SgdByHand([moved, still], lr=0.25)
    (2 * moved).sum().backward()
    optimizer.step()
    assert moved.tolist() == [0.5, 0.5]  # 1 − 0.25·2
    assert still.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("scheduled", [False, True], ids=["constant", "scheduled"])
@pytest.mark.parametrize(
    "kind", [each.kind for each in catalog().optimizers if each.kind != "lbfgs"]
)
def test_a_step_that_is_not_announced_is_the_same_step(kind: str, scheduled: bool) -> None:
    paths: list[list[float]] = []
    for announced in (True, False):
        w = Parameter(torch.tensor(START, dtype=torch.float64))
        optimizer = build_optimizer(spec_of({"kind": kind, "lr": 0.1}), [w])
        scheduler = StepLR(optimizer, step_size=1, gamma=0.5) if scheduled else None
        paths.append([])
        for _ in range(3):
            optimizer.zero_grad()
            (w**3 / 3).backward()
            optimizer.step() if announced else step_unannounced(optimizer)
            if scheduler is not None:
                scheduler.step()  # warns where no step was counted
            paths[-1].append(w.item())
    assert paths[0] == paths[1]


def test_hooks_are_not_told_of_a_step_that_is_not_announced() -> None:
    w = Parameter(torch.tensor(START))
    w.grad = torch.ones_like(w)
    optimizer = build_optimizer(spec_of({"kind": "sgd", "lr": 0.5}), [w])
    told: list[str] = []
    optimizer.register_step_post_hook(lambda *_: told.append("stepped"))
    step_unannounced(optimizer)
    assert (w.item(), told) == (START - 0.5, [])
    optimizer.step()
    assert told == ["stepped"]
