"""The laws of the tape, on every example and every kind in the catalogue."""

import pytest
import torch

from gradtape.engine.data.datasets import build_dataset
from gradtape.engine.devices import choose_device
from gradtape.engine.experiment import Experiment
from gradtape.engine.network.losses import build_loss
from gradtape.engine.network.network import Network, build_network
from gradtape.engine.randomness import build_randomness
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.training.optimizers import build_optimizer
from gradtape.spec import ExperimentSpec, examples, parse_spec
from gradtape.tape.structure import Phase, Role
from tests.catalogue_cases import CASES
from tests.engine.central_differences import KinkWatch, central_differences
from tests.engine.recording_cases import gradient_of

EXAMPLES = {key: example.spec for key, example in examples().items()}
EXAMPLES |= {f"catalogue: {name}": parse_spec(raw) for name, raw in CASES.items()}


class PlainRun:
    """The same experiment in a few lines of PyTorch, without recorder, checkpoints or metrics."""

    def __init__(self, spec: ExperimentSpec) -> None:
        device = choose_device("cpu")
        randomness = build_randomness(spec.seed, device)
        self.spec = spec
        self.data = build_dataset(spec, seed=randomness.data, device=device)
        self.network: Network = build_network(spec, randomness=randomness, device=device)
        self.loss = build_loss(spec.loss)
        self.optimizer = build_optimizer(spec.optimizer, list(self.network.parameters()))

    def value(self) -> torch.Tensor:
        x, y = self.data.batch(0, self.spec.batch_size)
        return self.loss(self.network(x), y)

    def losses(self, iterations: int) -> list[float]:
        told = []
        for iteration in range(iterations):
            x, y = self.data.batch(iteration, self.spec.batch_size)
            self.optimizer.zero_grad()
            loss = self.loss(self.network(x), y)
            loss.backward()
            self.optimizer.step()
            told.append(loss.item())
        return told


ORACLE_ERROR = 5e-11
"""Of the differences themselves: roundings of a loss near 1, 1e-16 each, over a step of 1e-5."""

FAINT = ORACLE_ERROR / 1e-6
"""Of a parameter whose largest gradient is smaller, as in the first of 20 sigmoid layers or of a
bias before a softmax, differences cannot tell six digits."""


def on_cpu(key: str, dtype: str = "float32") -> ExperimentSpec:
    return EXAMPLES[key].model_copy(update={"device": "cpu", "dtype": dtype})


@pytest.mark.parametrize("key", EXAMPLES)
def test_recorded_gradients_equal_central_differences(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = on_cpu(key, "float64")
    recording = Experiment(spec).record_iteration()
    plain = PlainRun(spec)
    watch = KinkWatch(plain.network)
    checked, kinks, worst = 0, 0, 0.0
    for seed, (name, parameter) in enumerate(plain.network.named_parameters()):
        gradient = gradient_of(recording, name).reshape(-1)
        told = central_differences(plain.value, parameter, watch, seed=seed)
        error = (gradient[told.places] - told.slopes).abs()
        largest = gradient.abs().max().item()
        if told.places and largest >= FAINT:
            worst = max(worst, error.max().item() / largest)
            checked += len(told.places)
        elif told.places:
            assert error.max().item() <= ORACLE_ERROR, name
        kinks += len(told.kinks)
    with capsys.disabled():
        print(f"\n  {key}: {checked} numbers, {kinks} at a kink, worst relative {worst:.1e}")
    assert checked > 0
    assert worst <= 1e-6
    assert kinks <= 0.05 * (checked + kinks)


@pytest.mark.parametrize("key", EXAMPLES)
def test_recorded_losses_equal_a_plain_run_bit_for_bit(key: str) -> None:
    spec = on_cpu(key)
    experiment = Experiment(spec)
    recorded = [experiment.record_iteration().loss for _ in range(5)]
    assert recorded == PlainRun(spec).losses(5)
    assert experiment.metrics().loss == recorded


@pytest.mark.parametrize("key", EXAMPLES)
def test_training_without_recording_gives_the_same_losses(key: str) -> None:
    spec = on_cpu(key)
    experiment = Experiment(spec)
    for _ in range(5):
        experiment.train_iteration()
    assert experiment.metrics().loss == PlainRun(spec).losses(5)


@pytest.fixture(scope="module", params=EXAMPLES)
def recording(request: pytest.FixtureRequest) -> Recording:
    return Experiment(on_cpu(request.param)).record_iteration()


def test_the_gradients_that_arrive_at_a_tensor_sum_to_its_whole_gradient(
    recording: Recording,
) -> None:
    structure = recording.structure
    arriving: dict[int, list[int]] = {}
    for edge in structure.edges:
        if edge.of is not None and edge.tensor is not None:
            arriving.setdefault(edge.of, []).append(edge.tensor)
    assert arriving
    for of, parts in arriving.items():
        whole = structure.tensors[of].gradient
        assert whole is not None
        values = [torch.from_numpy(recording.values(part)) for part in parts]
        # The sum may have run in another order: its rounding is that of its largest terms.
        largest = max(value.abs().max().item() for value in values)
        assert torch.allclose(
            sum(values, torch.zeros(())),
            torch.from_numpy(recording.values(whole)),
            rtol=1e-6,
            atol=1e-6 * largest,
        )


def test_every_gradient_becomes_visible_with_one_event(recording: Recording) -> None:
    structure = recording.structure
    revealed = [tensor for event in structure.events for tensor in event.reveals]
    gradients = [tensor.gradient for tensor in structure.tensors if tensor.gradient is not None]
    assert [revealed.count(gradient) for gradient in gradients] == [1] * len(gradients)


def test_every_reachable_node_ran_and_every_forward_node_has_its_op(recording: Recording) -> None:
    for node in recording.structure.nodes:
        assert node.order is not None
        assert (node.op is None) == (node.name == "AccumulateGrad")


def test_every_operand_was_there_before_the_op_that_uses_it(recording: Recording) -> None:
    structure = recording.structure
    for op in structure.ops:
        for operand in op.operands:
            producer = structure.tensors[operand].op
            assert producer is None or producer < op.id


def test_every_parameter_has_a_gradient_and_an_updated_value(recording: Recording) -> None:
    tensors = recording.structure.tensors
    updated = {tensor.of for tensor in tensors if tensor.role is Role.UPDATED}
    for tensor in tensors:
        if tensor.role is Role.PARAMETER:
            assert tensor.gradient is not None
            assert tensor.id in updated


def test_the_forward_values_replayed_op_by_op_are_the_recorded_ones(recording: Recording) -> None:
    # Ops with constants need their schema to be called again; the element-wise ones do not.
    structure = recording.structure
    replayed = 0
    for op in structure.ops:
        if op.phase is Phase.FORWARD and not op.constants and op.name in (
            "aten.t", "aten.addmm", "aten.mm", "aten.tanh", "aten.relu", "aten.sigmoid",
        ):  # fmt: skip
            operands = [torch.from_numpy(recording.values(number)) for number in op.operands]
            result = getattr(torch.ops.aten, op.name.removeprefix("aten.")).default(*operands)
            assert torch.equal(result, torch.from_numpy(recording.values(op.results[0])))
            replayed += 1
    assert replayed
