"""What interventions do, beside plain PyTorch in which the same is written by hand."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradtape.engine.experiment import Experiment
from gradtape.engine.recorder.recording import Recording
from gradtape.errors import InvalidValue
from gradtape.spec import ExperimentSpec, catalog, parse_spec
from gradtape.spec.interventions import Intervention
from tests.engine.recording_cases import gradient_of

OPTIMIZERS = [entry.kind for entry in catalog().optimizers]
DECAYING = {"weight_decay": 0.1}
OPTIONS: dict[str, dict[str, Any]] = {
    "sgd": {"lr": 0.1, "momentum": 0.9, **DECAYING},
    "rmsprop": {"lr": 0.01, "momentum": 0.9, **DECAYING},
    "sgd_by_hand": {"lr": 0.1},
    "lbfgs": {"lr": 0.5},
}


def net(**changes: Any) -> ExperimentSpec:
    """Two linear layers around a tanh, in float64."""
    return parse_spec(
        {
            "seed": 5,
            "device": "cpu",
            "dtype": "float64",
            "data": {"kind": "random_normal", "samples": 12, "features": 3, "targets": 2},
            "network": {
                "layers": [
                    {"kind": "linear", "name": "fc1", "out_features": 4},
                    {"kind": "tanh", "name": "act"},
                    {"kind": "linear", "name": "fc2", "out_features": 2},
                ]
            },
            "loss": {"kind": "mse"},
            "optimizer": {"kind": "sgd", "lr": 0.1},
            **changes,
        }
    )


def freeze(layer: str) -> Intervention:
    return Intervention(layer=layer, what="freeze")


def cut_value(layer: str) -> Intervention:
    return Intervention(layer=layer, what="cut_value")


def scale_gradient(layer: str, factor: float) -> Intervention:
    return Intervention(layer=layer, what="scale_gradient", factor=factor)


def recorded(*interventions: Intervention, **changes: Any) -> Recording:
    experiment = Experiment(net(**changes))
    for intervention in interventions:
        experiment.intervene(intervention)
    return experiment.record_iteration()


def tensor(recording: Recording, name: str) -> Tensor:
    found = recording.tensor(recording.find(name))
    assert found is not None
    return found


PARAMETERS = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")


def by_hand(
    recording: Recording, run: Callable[..., tuple[Tensor, Tensor]]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss and the gradients of plain code on the numbers that the recording began with."""
    leaves = [tensor(recording, name).clone().requires_grad_() for name in PARAMETERS]
    output, _ = run(tensor(recording, "input"), *leaves)
    loss = nn.functional.mse_loss(output, tensor(recording, "target"))
    gradients = torch.autograd.grad(loss, leaves, materialize_grads=True)
    return loss, dict(zip(PARAMETERS, gradients, strict=True))


def run_with_zeros(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Any:
    hidden = nn.functional.linear(x, w1, b1)
    return nn.functional.linear(torch.tanh(torch.zeros_like(hidden)), w2, b2), hidden


def test_behind_a_cut_value_all_is_as_in_plain_code_with_zeros_there() -> None:
    recording = recorded(cut_value("fc1"))
    loss, gradients = by_hand(recording, run_with_zeros)
    assert recording.loss == loss.item()
    for name, gradient in gradients.items():
        assert torch.equal(gradient_of(recording, name), gradient)
    assert not gradient_of(recording, "fc1.weight").any()
    assert gradient_of(recording, "fc2.bias").any()


def test_a_cut_value_is_zero_on_the_tape_and_the_layer_before_it_is_as_it_was() -> None:
    plain, cut = recorded(), recorded(cut_value("fc1"))
    assert torch.equal(tensor(cut, "fc1"), tensor(plain, "fc1"))
    assert not tensor(cut, "fc1.cut_value").any()
    assert gradient_of(cut, "fc1.cut_value").any()
    assert not gradient_of(cut, "fc1").any()


@pytest.mark.parametrize("factor", [2.0, 0.25, -4.0, 0.0])
def test_a_scaled_gradient_reaches_what_lies_before_it_exactly_scaled(factor: float) -> None:
    plain, scaled = recorded(), recorded(scale_gradient("act", factor))
    assert scaled.loss == plain.loss
    for name in ("fc1.weight", "fc1.bias"):
        # A power of two changes no digit of a float, and neither do the sums behind it.
        assert torch.equal(gradient_of(scaled, name), factor * gradient_of(plain, name))
    for name in ("fc2.weight", "fc2.bias"):
        assert torch.equal(gradient_of(scaled, name), gradient_of(plain, name))


def test_a_gradient_scaled_by_any_factor_is_near_the_product() -> None:
    plain, scaled = recorded(), recorded(scale_gradient("act", 0.3))
    assert torch.allclose(
        gradient_of(scaled, "fc1.weight"), 0.3 * gradient_of(plain, "fc1.weight"), rtol=1e-14
    )


def test_the_gradient_of_a_network_with_a_cut_agrees_with_central_differences() -> None:
    recording = recorded(cut_value("fc1"))
    x, y = tensor(recording, "input"), tensor(recording, "target")
    parameters = [tensor(recording, name).clone() for name in PARAMETERS]

    def loss() -> float:
        return nn.functional.mse_loss(run_with_zeros(x, *parameters)[0], y).item()

    for name, parameter in zip(PARAMETERS, parameters, strict=True):
        gradient = gradient_of(recording, name).reshape(-1)
        for place, middle in enumerate(parameter.reshape(-1).tolist()):
            flat = parameter.view(-1)
            flat[place] = middle + 1e-6
            right = loss()
            flat[place] = middle - 1e-6
            slope = (right - loss()) / 2e-6
            flat[place] = middle
            assert gradient[place].item() == pytest.approx(slope, abs=1e-9)


def test_the_tape_tells_interventions_as_calls_and_the_ops_that_change_the_gradient() -> None:
    structure = recorded(cut_value("act"), scale_gradient("fc1", 0.5)).structure
    paths = [call.path for call in structure.calls if call.kind == "module"]
    assert paths == ["fc1", "fc1.scale_gradient", "act", "act.cut_value", "fc2", "loss"]
    scaling = [node.id for node in structure.nodes if node.name == "ScaleGradientBackward"]
    ran = [op for op in structure.ops if op.phase == "backward" and op.node in scaling]
    assert [(op.name, op.constants) for op in ran] == [("aten.mul", {"other": 0.5})]


def test_what_needs_no_gradient_behind_an_intervention_belongs_to_its_own_layer() -> None:
    layers = [
        {"kind": "linear", "name": "fc1", "out_features": 4},
        {"kind": "reshape", "name": "steps", "shape": [2, 2]},
        {"kind": "gru", "name": "gru", "hidden_size": 2, "output": "last"},
    ]
    structure = recorded(scale_gradient("steps", 0.5), network={"layers": layers}).structure
    zeros = next(op for op in structure.ops if op.name == "aten.zeros")
    around = [structure.calls[zeros.call or 0]]
    while around[-1].parent is not None:
        around.append(structure.calls[around[-1].parent])
    assert [call.name for call in around] == ["zeros", "gru"]


def go_on(experiment: Experiment, count: int) -> None:
    for _ in range(count):
        experiment.train_iteration()


def parameters(experiment: Experiment, iteration: int) -> dict[str, Tensor]:
    """As they were before a recorded iteration."""
    with experiment.forward_again(iteration) as (_, live):
        return {name: parameter.detach().clone() for name, parameter in live.items()}


def parameters_after(experiment: Experiment) -> dict[str, Tensor]:
    return parameters(experiment, experiment.record_iteration().iteration)


def spec_with(optimizer: str, **changes: Any) -> ExperimentSpec:
    options = OPTIONS.get(optimizer, {"lr": 0.05})
    return net(optimizer={"kind": optimizer, **options}, **changes)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_parameters_keep_every_bit_while_the_others_move(optimizer: str) -> None:
    experiment = Experiment(spec_with(optimizer))
    go_on(experiment, 3)  # momentum and averages have been gathered
    before = parameters_after(experiment)
    experiment.seek(3)
    experiment.intervene(freeze("fc1"))
    for _ in range(10):
        recording = experiment.record_iteration()
    assert gradient_of(recording, "fc1.weight").any()
    after = parameters_after(experiment)
    for name in ("fc1.weight", "fc1.bias"):
        assert torch.equal(after[name], before[name])
    for name in ("fc2.weight", "fc2.bias"):
        assert not torch.equal(after[name], before[name])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_freezing_is_what_plain_pytorch_does_with_parameters_that_require_no_gradient(
    optimizer: str,
) -> None:
    experiment = Experiment(spec_with(optimizer))
    experiment.intervene(freeze("fc1"))
    first = experiment.record_iteration()
    x, y = tensor(first, "input"), tensor(first, "target")
    w1, b1, w2, b2 = parameters(experiment, 0).values()
    moving = [w2.requires_grad_(), b2.requires_grad_()]
    stepper = plain_optimizer(optimizer, moving)

    def evaluate() -> Tensor:
        stepper.zero_grad()
        hidden = torch.tanh(nn.functional.linear(x, w1, b1))
        loss = nn.functional.mse_loss(nn.functional.linear(hidden, w2, b2), y)
        loss.backward()
        return loss

    losses = []
    for _ in range(6):
        losses.append(evaluate().item())
        stepper.step(evaluate)
    go_on(experiment, 5)
    assert experiment.metrics().loss == losses


def plain_optimizer(kind: str, moving: Iterable[Tensor]) -> torch.optim.Optimizer:
    classes = {
        "sgd": torch.optim.SGD,
        "sgd_by_hand": torch.optim.SGD,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "rmsprop": torch.optim.RMSprop,
        "adagrad": torch.optim.Adagrad,
        "adamax": torch.optim.Adamax,
        "nadam": torch.optim.NAdam,
        "radam": torch.optim.RAdam,
        "lbfgs": torch.optim.LBFGS,
    }
    options = spec_with(kind).optimizer.model_dump(exclude={"kind"})
    return classes[kind](moving, **options)


@pytest.mark.parametrize("optimizer", ["sgd", "lbfgs"])
def test_with_all_layers_frozen_nothing_moves(optimizer: str) -> None:
    experiment = Experiment(spec_with(optimizer))
    experiment.intervene(freeze("fc1"))
    experiment.intervene(freeze("fc2"))
    go_on(experiment, 3)
    losses = experiment.metrics().loss
    assert losses[0] == losses[1] == losses[2]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_was_frozen_for_some_iterations_moves_again_afterwards(optimizer: str) -> None:
    experiment = Experiment(spec_with(optimizer))
    experiment.intervene(freeze("fc1"))
    go_on(experiment, 2)
    experiment.take_back(layer="fc1")
    before = parameters_after(experiment)
    experiment.seek(2)
    go_on(experiment, 3)
    after = parameters_after(experiment)
    assert not [name for name in before if torch.equal(before[name], after[name])]


def test_clipping_counts_only_the_gradients_of_what_moves() -> None:
    limits = {"max_norm": 1e-3}
    experiment = Experiment(net(regularization=limits))
    experiment.intervene(freeze("fc1"))
    recording = experiment.record_iteration()
    norm = math.sqrt(
        sum(gradient_of(recording, f"fc2.{part}").square().sum() for part in ("weight", "bias"))
    )
    before = tensor(recording, "fc2.bias").clone()
    moved = parameters_after(experiment)["fc2.bias"] - before
    expected = -0.1 * gradient_of(recording, "fc2.bias") * 1e-3 / (norm + 1e-6)
    assert torch.allclose(moved, expected, rtol=1e-9)


def test_clipping_by_norm_leaves_the_gradient_of_a_frozen_layer_as_it_is_shown() -> None:
    frozen = recorded(freeze("fc1"), regularization={"max_norm": 1e-3})
    plain = recorded()
    assert torch.equal(gradient_of(frozen, "fc1.weight"), gradient_of(plain, "fc1.weight"))


ALL = (freeze("fc1"), scale_gradient("act", 0.5), cut_value("fc2"))


@pytest.mark.parametrize("intervention", ALL)
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_after_taking_back_training_goes_on_as_plain_training_from_there(
    intervention: Intervention, optimizer: str
) -> None:
    spec = spec_with(optimizer)
    experiment = Experiment(spec)
    experiment.record_iteration()
    experiment.intervene(intervention)
    experiment.take_back(layer=intervention.layer, what=intervention.what)
    experiment.record_iteration()
    experiment.record_iteration()
    plain = Experiment(spec)
    go_on(plain, 3)
    if optimizer == "lbfgs" and intervention.what == "freeze":
        # It has forgotten what it had gathered: the first step from there is gradient descent's.
        assert experiment.metrics().loss[:2] == plain.metrics().loss[:2]
    else:
        assert experiment.metrics().loss == plain.metrics().loss


def test_a_run_after_taking_back_equals_one_that_starts_with_these_numbers() -> None:
    experiment = Experiment(net())
    experiment.intervene(cut_value("fc1"))
    go_on(experiment, 4)
    experiment.take_back()
    first = experiment.record_iteration()
    x, y = tensor(first, "input"), tensor(first, "target")
    model = [tensor(first, name).clone().requires_grad_() for name in PARAMETERS]
    stepper = torch.optim.SGD(model, lr=0.1)
    losses = []
    for _ in range(5):
        stepper.zero_grad()
        w1, b1, w2, b2 = model
        hidden = torch.tanh(nn.functional.linear(x, w1, b1))
        loss = nn.functional.mse_loss(nn.functional.linear(hidden, w2, b2), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    go_on(experiment, 4)
    assert experiment.metrics().loss[4:] == losses


@pytest.mark.parametrize("intervention", ALL)
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lbfgs"])
def test_going_back_and_a_restart_give_the_same_bits(
    intervention: Intervention, optimizer: str
) -> None:
    spec = spec_with(optimizer)
    experiment = Experiment(spec)
    blobs: dict[int, memoryview | bytes] = {}

    def run(on: Experiment, until: int) -> None:
        while on.iteration < until:
            recording = on.record_iteration()
            blobs[recording.iteration] = recording.frame.blob

    run(experiment, 4)
    experiment.intervene(intervention)
    run(experiment, 8)
    undisturbed, losses = dict(blobs), experiment.metrics().loss
    restarted = Experiment.from_snapshot(spec, experiment.to_snapshot())
    assert restarted.interventions == (intervention,)
    for one in (experiment, restarted):
        one.seek(2)
        assert one.interventions == ()
        one.seek(5)
        assert one.interventions == (intervention,)
        blobs.clear()
        run(one, 8)
        assert blobs == {number: undisturbed[number] for number in (5, 6, 7)}
        assert one.metrics().loss == losses


def test_iterations_run_from_their_ops_notice_an_intervention() -> None:
    experiment, watched = Experiment(net()), Experiment(net())
    for _ in range(5):
        experiment.record_iteration()
        watched.train_iteration()
    for one in (experiment, watched):
        one.intervene(cut_value("fc1"))
        for _ in range(5):
            one.train_iteration()
    assert experiment.metrics() == watched.metrics()
    assert experiment.metrics().gradient_norm["fc1.weight"][5:] == [0.0] * 5


def test_a_second_factor_replaces_the_first() -> None:
    experiment = Experiment(net())
    experiment.intervene(scale_gradient("fc1", 0.5))
    experiment.intervene(scale_gradient("fc1", 0.0))
    assert experiment.interventions == (scale_gradient("fc1", 0.0),)


def test_interventions_are_taken_back_one_by_one_or_all_at_once() -> None:
    experiment = Experiment(net())
    for intervention in (*ALL, cut_value("fc1")):
        experiment.intervene(intervention)
    experiment.take_back(layer="fc1", what="freeze")
    assert experiment.interventions == (*ALL[1:], cut_value("fc1"))
    experiment.take_back(layer="fc1")
    assert experiment.interventions == ALL[1:]
    experiment.take_back()
    assert experiment.interventions == ()


@pytest.mark.parametrize(
    ("intervention", "code", "words"),
    [
        (cut_value("fc9"), "unknown_layer", 'no layer "fc9"'),
        (freeze("act"), "no_parameters", "it learns nothing"),
        (freeze("again"), "no_parameters", "freeze that one"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_clear_error(
    intervention: Intervention, code: str, words: str
) -> None:
    layers = [
        {"kind": "linear", "name": "fc1", "out_features": 3},
        {"kind": "tanh", "name": "act"},
        {"kind": "linear", "name": "again", "out_features": 3, "shares": "fc1"},
        {"kind": "linear", "name": "fc2", "out_features": 2},
    ]
    experiment = Experiment(net(network={"layers": layers}))
    with pytest.raises(InvalidValue, match=words) as caught:
        experiment.intervene(intervention)
    assert (caught.value.code, caught.value.path) == (code, "layer")
    assert experiment.interventions == ()


def test_what_an_iteration_ran_with_is_known_as_changed_by_hand() -> None:
    experiment = Experiment(net())
    experiment.intervene(scale_gradient("fc1", 0.5))
    assert experiment.changed == ()
    experiment.record_iteration()
    assert experiment.changed == ("fc1: gradient × 0.5",)
    experiment.seek(0)
    experiment.take_back()
    experiment.record_iteration()
    assert experiment.changed == ()
