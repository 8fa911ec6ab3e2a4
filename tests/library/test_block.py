"""`with gradtape.record(…)`: what is recorded, and that nothing else changes."""

import gc
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import gradtape
from gradtape.errors import InvalidRecording, UnknownIteration, UnknownTensor
from tests.library.networks import Training, bits, make_network


def scalar(value: float, *, requires_grad: bool = False) -> Tensor:
    return torch.tensor(value, dtype=torch.float64, requires_grad=requires_grad)


def test_values_and_gradients_are_those_of_arithmetic() -> None:
    w, x = scalar(3.0, requires_grad=True), scalar(2.0)
    with gradtape.record() as tape:
        product = w * x
        loss = product * product
        loss.backward()
    assert tape.value("product").item() == 6
    assert tape.loss == 36
    assert tape.gradient("product").item() == 12  # d(p²)/dp = 2p
    assert tape.gradient("w").item() == 24  # · x
    assert tape.gradient("x") is None
    assert tape.why_no_gradient("x") == "it does not require a gradient"
    assert tape.why_no_gradient("w") is None


def test_a_value_is_found_by_its_id_too() -> None:
    w = scalar(3.0, requires_grad=True)
    with gradtape.record() as tape:
        (w * w).backward()
    (number,) = {operand for op in tape.ops[:1] for operand in op.operands}
    assert tape.value(number).item() == tape.value(str(number)).item() == 3
    assert tape.gradient(number).item() == 6


def test_what_is_not_there_is_said() -> None:
    w = scalar(3.0, requires_grad=True)
    with gradtape.record() as tape:
        (w * w).backward()
    with pytest.raises(UnknownTensor, match="no tensor is named “v”; there are w"):
        tape.value("v")
    with pytest.raises(UnknownTensor, match="no tensor 99; this tape has tensors 0 to"):
        tape.gradient(99)
    with pytest.raises(UnknownIteration, match="iteration 3 is not recorded; recorded are 0"):
        tape.value("w", iteration=3)


def test_tensors_are_named_after_the_variables_of_the_block() -> None:
    x = torch.ones(4, 3)
    w1, w2 = torch.ones(3, 5, requires_grad=True), torch.ones(5, 1, requires_grad=True)
    with gradtape.record() as tape:
        h = x.mm(w1)
        h_relu = h.clamp(min=0)
        y_pred = h_relu.mm(w2)
        loss = y_pred.pow(2).sum()
        loss.backward()
    roles = {each.name: each.role.value for each in tape.tensors if each.name}
    assert roles == {
        "x": "input",
        "w1": "parameter",
        "w2": "parameter",
        "h": "intermediate",
        "h_relu": "intermediate",
        "y_pred": "intermediate",
        "loss": "intermediate",
    }
    assert tape.value("h_relu").tolist() == [[3.0] * 5] * 4
    assert tape.gradient("w2").flatten().tolist() == [2 * 15 * 3.0 * 4] * 5


def test_parameters_and_modules_have_the_models_names() -> None:
    training = Training()
    with gradtape.record(training.network) as tape:
        training.step()
    assert tape.name == "Sequential"
    assert {call.path for call in tape.calls if call.kind == "module"} == {"0", "1", "2"}
    assert torch.equal(tape.gradient("2.bias"), training.network[2].bias.grad)


def test_calls_carry_the_lines_of_the_users_file() -> None:
    w = scalar(3.0, requires_grad=True)
    here = sys._getframe().f_lineno
    with gradtape.record() as tape:
        squared = torch.square(w)
        torch.exp(squared).backward()
    lines = {call.name: call.source_line for call in tape.calls}
    assert lines == {"square": here + 2, "exp": here + 3}


def test_a_recording_is_what_a_plain_run_is() -> None:
    recorded, plain = Training(), Training()
    recorded.network.insert(1, nn.Dropout(0.5))
    plain.network.insert(1, nn.Dropout(0.5))
    torch.manual_seed(3)
    for _ in range(3):
        with gradtape.record(recorded.network):
            recorded.step()
    state = torch.get_rng_state()
    torch.manual_seed(3)
    for _ in range(3):
        plain.step()
    assert torch.equal(state, torch.get_rng_state())
    assert recorded.losses == plain.losses
    for name, parameter in plain.network.named_parameters():
        assert bits(recorded.network.get_parameter(name)) == bits(parameter)
    assert recorded.hooks_left() == 0


def test_the_tape_keeps_the_numbers_that_the_user_overwrites_afterwards() -> None:
    batch = {"x": torch.tensor([1.0, 2.0])}
    kept: list[Tensor] = []
    training = Training()
    training.step()
    (state,) = {
        id(v): v for v in training.optimizer.state[training.network[2].bias].values()
    }.values()
    before = state.clone()
    with gradtape.record(training.network) as tape:
        kept.append(batch["x"] * 3)
        training.step()
    batch["x"].zero_()
    kept[0].zero_()
    for _ in range(2):
        training.step()
    product = next(op for op in tape.ops if op.constants == {"other": 3} or op.name == "aten.mul")
    assert tape.value(product.operands[0]).tolist() == [1, 2]
    assert tape.value(product.results[0]).tolist() == [3, 6]
    held = [tape.value(each.id) for each in tape.tensors if each.slot is not None]
    assert any(each.shape == before.shape and torch.equal(each, before) for each in held)


def test_an_expanded_number_stays_one_number_in_memory() -> None:
    w = torch.ones(1, requires_grad=True)
    with gradtape.record() as tape:
        wide = w.expand(1_000_000)
        wide.sum().backward()
    assert tape.value("wide").sum().item() == 1_000_000
    assert tape.recording().bytes_held < 100_000


@pytest.mark.parametrize("model", [[nn.Linear(1, 1)], {"a": 1}, "net", nn.Linear, 3])
def test_what_is_no_module_is_refused(model: object) -> None:
    with pytest.raises(InvalidRecording, match=r"record\(\) takes a torch.nn.Module, or nothing"):
        gradtape.record(model)  # type: ignore[arg-type]


@pytest.mark.parametrize("every", [0, -1, True, 1.5, "2"])
def test_an_every_that_is_no_count_is_refused(every: object) -> None:
    with pytest.raises(InvalidRecording, match="every must be a whole number from 1 on; got"):
        gradtape.record(every=every)  # type: ignore[arg-type]


def test_an_empty_block_is_an_error_at_its_end() -> None:
    with pytest.raises(InvalidRecording, match="Nothing ran in the block"), gradtape.record():
        pass


def test_a_tape_is_empty_until_its_block_has_ended() -> None:
    with gradtape.record() as tape:
        torch.ones(2).add(1)
        assert repr(tape) == "<Tape, empty>"
        with pytest.raises(InvalidRecording, match="it is filled when its block has ended"):
            _ = tape.ops
    assert [op.name for op in tape.ops if not op.bookkeeping] == ["aten.ones", "aten.add"]


def test_a_block_in_a_block_is_refused_and_the_outer_one_goes_on() -> None:
    w = scalar(3.0, requires_grad=True)
    with gradtape.record() as tape:
        square = w * w
        with (
            pytest.raises(InvalidRecording, match="one cannot stand in another"),
            gradtape.record(),
        ):
            pytest.fail("entered")
        square.backward()
    assert tape.gradient("w").item() == 6
    with gradtape.record() as again:
        (w * w).backward()
    assert again.loss == 9


def test_a_block_in_an_iteration_that_is_not_recorded_is_refused_too() -> None:
    training = Training()
    with gradtape.record(training.network, every=5) as tape:
        training.step()
        with pytest.raises(InvalidRecording, match="in another"), gradtape.record():
            pytest.fail("entered")
    assert tape.iterations == [0]


def test_a_block_is_used_once() -> None:
    block = gradtape.record()
    with block:
        torch.ones(1) + 1
    with pytest.raises(InvalidRecording, match=r"call record\(\) for each"), block:
        pytest.fail("entered")


class Failing(nn.Module):
    """Fails after its first layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.first(x))
        raise ZeroDivisionError(str(hidden.shape))


def test_an_error_in_a_module_comes_through_and_the_tape_ends_there() -> None:
    outer = nn.Sequential(Failing())
    with pytest.raises(ZeroDivisionError), gradtape.record(outer) as tape:
        outer(torch.ones(1, 2))
    assert [op.name for op in tape.ops if not op.bookkeeping][-1] == "aten.relu"
    assert "0.first" in {call.path for call in tape.calls}
    assert tape.value("0.first").shape == (1, 2)
    assert tape.loss is None
    assert not any(module._forward_hooks for module in outer.modules())


def test_an_error_in_the_backward_pass_leaves_the_gradients_up_to_there() -> None:
    w = scalar(3.0, requires_grad=True)

    def fail(_gradient: Tensor) -> None:
        raise KeyError("in a hook")

    with pytest.raises(KeyError, match="in a hook"), gradtape.record() as tape:
        inner = w * 2
        inner.register_hook(fail)
        loss = inner * inner
        loss.backward()
    assert tape.value("loss").item() == 36
    assert tape.gradient("loss").item() == 1
    assert tape.gradient("w") is None


def test_torchs_own_error_of_a_shape_comes_through() -> None:
    with pytest.raises(RuntimeError, match="cannot be multiplied"), gradtape.record() as tape:
        x = torch.ones(2, 3)
        x @ x
    assert tape.value("x").shape == (2, 3)


def test_an_interrupt_leaves_the_block_like_any_error() -> None:
    with pytest.raises(KeyboardInterrupt), gradtape.record() as tape:
        torch.ones(1)
        raise KeyboardInterrupt
    assert tape.ops[0].name == "aten.ones"


def test_a_device_that_is_missing_is_torchs_error_and_nothing_stays_hooked() -> None:
    network = make_network()
    error = (AssertionError, RuntimeError)
    with pytest.raises(error, match=r"(?i)cuda|device"), gradtape.record(network) as tape:
        network.to("cuda:77")
    assert tape.iterations == []
    assert not any(module._forward_hooks for module in network.modules())


def test_a_second_backward_pass_is_torchs_error_and_the_first_is_on_the_tape() -> None:
    w = scalar(3.0, requires_grad=True)
    error = pytest.raises(RuntimeError, match="backward through the graph a second time")
    with error as caught, gradtape.record() as tape:
        loss = w * w
        loss.backward()
        loss.backward()
    assert caught.value.__context__ is None
    assert tape.gradient("w").item() == 6
    assert w.grad.item() == 6


def test_a_parameter_that_the_block_overwrites_is_named_as_it_was_before() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    with gradtape.record() as tape:
        loss = (w * w).sum()
        loss.backward()
        with torch.no_grad():
            w -= 0.5 * w.grad
    assert tape.value("w").tolist() == [1, 2]
    assert tape.gradient("w").tolist() == [2, 4]
    assert w.tolist() == [0, 0]


def test_a_graph_that_is_kept_can_be_run_backward_twice() -> None:
    w = scalar(3.0, requires_grad=True)
    with gradtape.record() as tape:
        loss = w * w
        loss.backward(retain_graph=True)
        loss.backward()
    assert w.grad.item() == 12
    assert tape.value("loss").item() == 9


def test_two_threads_record_at_once_and_do_not_mix() -> None:
    ready = threading.Barrier(2)

    def record(value: float, name: str) -> gradtape.Tape:
        w = scalar(value, requires_grad=True)
        with gradtape.record() as tape:
            for _ in range(50):
                ready.wait(timeout=20)
                loss = w * w if name == "square" else w.exp()
            loss.backward()
        return tape

    with ThreadPoolExecutor(2) as pool:
        square = pool.submit(record, 3.0, "square")
        exponential = pool.submit(record, 0.0, "exp")
    assert square.result().gradient("w").item() == 6
    assert exponential.result().gradient("w").item() == 1
    ops = exponential.result().ops
    forward = {op.name for op in ops if op.phase == "forward" and not op.bookkeeping}
    assert forward == {"aten.exp"}


def test_a_thread_trains_undisturbed_while_another_records() -> None:
    alone, beside, recorded = Training(), Training(), Training()
    for _ in range(600):
        alone.step()
    done = threading.Event()

    def train() -> None:
        try:
            for _ in range(600):
                beside.step()
        finally:
            done.set()

    blocks = 0
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(1) as pool:
            trained = pool.submit(train)
            while not done.is_set():
                with gradtape.record(recorded.network, every=1) as tape:
                    recorded.step()
                blocks += 1
            trained.result()
    finally:
        sys.setswitchinterval(interval)
    assert blocks > 3
    assert beside.losses == alone.losses
    both = min(len(recorded.losses), len(alone.losses))
    assert recorded.losses[:both] == alone.losses[:both]
    assert {op.name for op in tape.ops} & {"aten.mse_loss"}
    assert tape.losses == {0: recorded.losses[-1]}


class Watching(TorchFunctionMode):
    """Sees calls, changes nothing."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def test_a_mode_around_the_block_stays() -> None:
    training = Training()
    with Watching() as mode, gradtape.record(training.network, every=1) as tape:
        training.step()
        training.step()
    assert tape.iterations == [0, 1]
    assert mode is not None


def test_an_iteration_that_ends_inside_of_a_mode_is_a_clear_error() -> None:
    training = Training()
    error = pytest.raises(InvalidRecording, match="put that around the whole block")
    with error, gradtape.record(training.network, every=1) as tape, Watching():
        training.step()
    assert tape.losses[0] is not None
    assert training.hooks_left() == 0


def test_the_collector_is_on_again_also_when_it_was_an_error() -> None:
    with pytest.raises(ValueError, match="mine"), gradtape.record():
        torch.ones(1) + 1
        assert not gc.isenabled()
        raise ValueError("mine")
    assert gc.isenabled()
