"""The optimizer's step on the tape, for every optimizer, against the step run plainly."""

from collections.abc import Callable, Iterable

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.spec import examples, parse_spec
from gradtape.tape.structure import Event, EventKind, Phase, Role
from tests.engine.recording_cases import named, record_step

OPTIMIZERS: dict[str, Callable[[Iterable[nn.Parameter]], Optimizer]] = {
    "sgd": lambda p: SGD(p, lr=0.1, foreach=False),
    "sgd with momentum": lambda p: SGD(
        p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01, foreach=False
    ),
    "adam": lambda p: Adam(p, lr=0.1, foreach=False),
    "adamw": lambda p: AdamW(p, lr=0.1, foreach=False),
    "rmsprop": lambda p: RMSprop(p, lr=0.1, momentum=0.5, centered=True, foreach=False),
    "adagrad": lambda p: Adagrad(p, lr=0.1, foreach=False),
    "sgd over all parameters at once": lambda p: SGD(p, lr=0.1, foreach=True),
}


def model_and_batch() -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=generator)
    return model, torch.randn(6, 3, generator=generator), torch.randn(6, 1, generator=generator)


def second_step(make: Callable[[Iterable[nn.Parameter]], Optimizer]) -> tuple[Recording, nn.Module]:
    """The second of two steps, so that momentum and moments are at work; and a plain twin."""
    model, x, y = model_and_batch()
    optimizer = make(model.parameters())
    record_step(model, x, y, optimizer=optimizer)
    model.zero_grad()
    recording = record_step(model, x, y, optimizer=optimizer)
    plain, x, y = model_and_batch()
    plain_optimizer = make(plain.parameters())
    for _ in range(2):
        plain_optimizer.zero_grad()
        nn.MSELoss()(plain(x), y).backward()
        plain_optimizer.step()
    return recording, plain


def update_events(recording: Recording) -> list[Event]:
    return [event for event in recording.structure.events if event.kind is EventKind.UPDATE]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_updated_parameter_equals_the_plain_step_bit_for_bit(name: str) -> None:
    recording, plain = second_step(OPTIMIZERS[name])
    updated = {
        tensor.of: tensor.id
        for tensor in recording.structure.tensors
        if tensor.role is Role.UPDATED
    }
    for parameter_name, parameter in plain.named_parameters():
        number = updated[named(recording, parameter_name).id]
        assert torch.equal(torch.from_numpy(recording.values(number)), parameter.detach())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_parameter_is_updated_in_one_tick_in_the_optimizers_order(name: str) -> None:
    recording, plain = second_step(OPTIMIZERS[name])
    told = [recording.structure.tensors[event.subject].name for event in update_events(recording)]
    assert told == [parameter_name for parameter_name, _ in plain.named_parameters()]


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if "at once" not in name])
def test_the_ops_of_a_tick_work_on_that_parameter_alone(name: str) -> None:
    recording, _ = second_step(OPTIMIZERS[name])
    structure = recording.structure
    shapes = {}
    for event in update_events(recording):
        ops = structure.ops[event.first_op : event.end_op]
        assert ops
        assert all(op.phase is Phase.UPDATE for op in ops)
        assert event.subject in {operand for op in ops for operand in op.operands}
        shapes[event.subject] = {
            structure.tensors[result].shape for op in ops for result in op.results
        }
    for parameter, seen in shapes.items():
        assert seen <= {structure.tensors[parameter].shape, ()}


def test_the_optimizers_state_is_shown_by_name() -> None:
    recording, _ = second_step(OPTIMIZERS["adam"])
    state = named(recording, "0.weight.exp_avg")
    assert state.role is Role.BUFFER
    assert state.shape == (4, 3)


class Plainest(Optimizer):
    """An optimizer of a user's own."""

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        super().__init__(parameters, {"lr": 1.0})

    def step(self, _closure: None = None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None


@pytest.mark.parametrize("make", [*OPTIMIZERS.values(), Plainest], ids=[*OPTIMIZERS, "own"])
def test_an_optimizer_that_nobody_named_is_met_when_it_is_about_to_step(
    make: Callable[[Iterable[nn.Parameter]], Optimizer],
) -> None:
    model, x, _ = model_and_batch()
    optimizer = make(model.parameters())
    before = model[0].weight.detach().clone()
    met: list[tuple[Optimizer, bool]] = []
    with Recorder(
        model,
        on_step=lambda each: met.append((each, torch.equal(before, model[0].weight))),
    ) as recorder:
        model(x).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    recorder.finish()
    assert met == [(optimizer, True)]


def test_the_floats_of_an_update_belong_to_the_iteration() -> None:
    learning_rate, decay = 0.25, 0.9
    optimizer = {"kind": "adam", "lr": learning_rate, "betas": [decay, 0.999]}
    moons = examples()["moons"].spec.model_dump(mode="json")
    experiment = Experiment(parse_spec(moons | {"device": "cpu", "optimizer": optimizer}))
    experiment.record_iteration()  # the first one makes the optimizer's state
    later = [experiment.record_iteration() for _ in range(3)]
    assert len({recording.structure.hash for recording in later}) == 1
    for step, recording in enumerate(later, start=2):
        ops = recording.structure.ops
        (factor,) = {
            constants["value"]
            for op, constants in recording.frame.step_constants.items()
            if ops[op].name == "aten.addcdiv_"
        }
        # Kingma & Ba 2015, algorithm 1: the first moment's share of what it began with.
        assert factor == pytest.approx(-learning_rate / (1 - decay**step), rel=1e-12)
