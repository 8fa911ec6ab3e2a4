"""What the recorder writes down, against arithmetic done by hand and PyTorch run plainly."""

import threading

import pytest
import torch
from torch import nn

from gradtape.engine import private_torch
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.structure_builder import KnownStructures
from gradtape.tape.structure import EventKind, Phase, Role
from tests.engine.recording_cases import (
    gradient_of,
    named,
    record_formula,
    record_step,
    scalar,
)


def two_layers(seed: int = 0) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=generator)
    return model, torch.randn(5, 3, generator=generator), torch.randn(5, 2, generator=generator)


def test_the_private_calls_of_torch_still_mean_what_they_did() -> None:
    private_torch.check()


def test_a_repeated_operand_keeps_both_places_and_both_edges() -> None:
    recording = record_formula(lambda a: a * a, a=scalar(3.0))
    a = named(recording, "a").id
    assert recording.structure.ops[0].operands == (a, a)
    arriving = [edge for edge in recording.structure.edges if edge.of == a]
    # Two edges leave the product; the engine sums what they carry before it reaches the leaf.
    assert len(arriving) == 2
    assert [recording.values(edge.tensor).item() for edge in arriving] == [3.0, 3.0]
    assert gradient_of(recording, "a").item() == 6.0  # d(a·a)/da = 2a


def test_a_product_gives_each_factor_the_other_as_its_gradient() -> None:
    recording = record_formula(lambda a, b: a * b, a=scalar(3.0), b=scalar(5.0))
    assert gradient_of(recording, "a").item() == 5.0
    assert gradient_of(recording, "b").item() == 3.0


def test_a_gradient_passed_on_unchanged_is_told_for_each_summand() -> None:
    recording = record_formula(lambda a, b: a + b, a=scalar(3.0), b=scalar(5.0))
    edges = recording.structure.edges
    assert len({edge.tensor for edge in edges}) == len(edges)
    assert gradient_of(recording, "a").item() == 1.0
    assert gradient_of(recording, "b").item() == 1.0


def test_gradients_that_meet_at_an_intermediate_are_told_apart_and_summed() -> None:
    # h = 2w is used twice: h·h gives 2h = 8, 3h gives 3.
    recording = record_formula(lambda w: (lambda h: h * h + 3 * h)(2 * w), w=scalar(2.0))
    structure = recording.structure
    h = structure.ops[0].results[0]
    parts = [edge.tensor for edge in structure.edges if edge.of == h]
    assert sorted(recording.values(part).item() for part in parts) == [3.0, 4.0, 4.0]
    assert all(structure.tensors[part].edge is not None for part in parts)
    whole = structure.tensors[h].gradient
    assert recording.values(whole).item() == 11.0
    summing = [
        op for op in structure.ops if op.phase is Phase.BACKWARD and op.node is None
        and op.name == "aten.add"
    ]  # fmt: skip
    assert len(summing) == 2  # three arrivals need two sums


def test_every_op_node_and_event_of_a_network_is_wired_to_the_next() -> None:
    model, x, y = two_layers()
    structure = record_step(model, x, y).structure
    forward = [op.name for op in structure.ops if op.phase is Phase.FORWARD and not op.bookkeeping]
    assert forward == [
        "aten.t", "aten.addmm", "aten.tanh", "aten.t", "aten.addmm", "aten.mse_loss",
    ]  # fmt: skip
    assert sorted(node.name for node in structure.nodes) == sorted(
        ["MseLossBackward0", "AddmmBackward0", "AddmmBackward0", "TanhBackward0"]
        + ["TBackward0"] * 2
        + ["AccumulateGrad"] * 4
    )
    for node in structure.nodes:
        if node.op is not None:
            assert structure.ops[node.op].node == node.id
    first, second = structure.ops[1], structure.ops[2]
    assert second.operands == first.results


def test_backward_ops_belong_to_the_node_that_ran_them() -> None:
    model, x, y = two_layers()
    structure = record_step(model, x, y).structure
    last = next(node for node in structure.nodes if node.name == "AddmmBackward0")
    ran = [op.name for op in structure.ops if op.phase is Phase.BACKWARD and op.node == last.id]
    # ∂input = ∂out · W, ∂Wᵀ = (∂outᵀ · input)ᵀ, ∂bias = sum over the batch
    assert ran == ["aten.t", "aten.mm", "aten.t", "aten.mm", "aten.t", "aten.sum", "aten.view"]


def test_events_cover_each_op_once_and_in_order() -> None:
    model, x, y = two_layers()
    optimizer = torch.optim.Adam(model.parameters(), foreach=False)
    structure = record_step(model, x, y, optimizer=optimizer).structure
    at = 0
    for event in structure.events:
        assert event.first_op == at
        at = event.end_op
    assert at == len(structure.ops)
    revealed = [tensor for event in structure.events for tensor in event.reveals]
    assert len(revealed) == len(set(revealed))
    phase_of_kind = {
        EventKind.FORWARD_OP: 0,
        EventKind.BACKWARD_NODE: 1,
        EventKind.ACCUMULATE: 1,
        EventKind.UPDATE: 2,
    }
    phases = [phase_of_kind[event.kind] for event in structure.events]
    assert phases == sorted(phases)
    assert phases.count(2) == 4  # two weights, two biases


def test_the_order_of_nodes_is_the_order_in_which_the_engine_ran_them() -> None:
    model, x, y = two_layers()
    structure = record_step(model, x, y).structure
    order = {node.id: node.order for node in structure.nodes}
    for edge in structure.edges:
        assert order[edge.source] < order[edge.target]


@pytest.mark.parametrize("name", ["0.weight", "0.bias", "2.weight", "2.bias"])
def test_recorded_gradients_equal_a_plain_run_bit_for_bit(name: str) -> None:
    model, x, y = two_layers()
    plain, _, _ = two_layers()
    nn.MSELoss()(plain(x), y).backward()
    recording = record_step(model, x, y)
    expected = dict(plain.named_parameters())[name].grad
    assert torch.equal(gradient_of(recording, name), expected)


def test_the_loss_of_the_tape_equals_a_plain_run_bit_for_bit() -> None:
    model, x, y = two_layers()
    plain, _, _ = two_layers()
    expected = nn.MSELoss()(plain(x), y).item()
    assert record_step(model, x, y).loss == expected


def test_parameters_are_shown_before_and_after_the_update() -> None:
    model, x, y = two_layers()
    before = model[0].weight.detach().clone()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    recording = record_step(model, x, y, optimizer=optimizer)
    parameter = named(recording, "0.weight")
    updated = next(
        tensor for tensor in recording.structure.tensors
        if tensor.role is Role.UPDATED and tensor.of == parameter.id
    )  # fmt: skip
    assert torch.equal(recording.tensor(parameter.id), before)
    by_hand = before - 0.5 * gradient_of(recording, "0.weight")
    assert torch.allclose(recording.tensor(updated.id), by_hand, rtol=1e-6, atol=0)
    assert torch.equal(recording.tensor(updated.id), model[0].weight)


def test_values_are_kept_as_they_were_when_the_user_goes_on_training() -> None:
    model, x, y = two_layers()
    before = model[0].weight.detach().clone()
    recording = record_step(model, x, y)
    with torch.no_grad():
        model[0].weight.fill_(7.0)
    assert torch.equal(recording.tensor(recording.find("0.weight")), before)


def test_the_updated_parameter_and_the_optimizers_state_are_kept_too() -> None:
    model, x, y = two_layers()
    optimizer = torch.optim.Adam(model.parameters(), foreach=False)
    record_step(model, x, y, optimizer=optimizer)
    recording = record_step(model, x, y, optimizer=optimizer)
    first = [recording.values(tensor.id).tobytes() for tensor in recording.structure.tensors
             if tensor.slot is not None]  # fmt: skip
    record_step(model, x, y, optimizer=optimizer)
    again = [recording.values(tensor.id).tobytes() for tensor in recording.structure.tensors
             if tensor.slot is not None]  # fmt: skip
    assert again == first


def test_an_in_place_op_keeps_the_value_before_and_the_value_after() -> None:
    recording = record_formula(lambda w: (w * 2).relu_() * 3, w=scalar(-1.0))
    structure = recording.structure
    product, relu = structure.ops[0], structure.ops[1]
    assert relu.name == "aten.relu_"
    assert recording.values(product.results[0]).item() == -2.0
    assert recording.values(relu.results[0]).item() == 0.0
    times_three = next(op for op in structure.ops if op.id > relu.id and op.name == "aten.mul")
    assert times_three.operands[0] == relu.results[0]


def test_a_view_of_overwritten_memory_is_a_new_value() -> None:
    def formula(w: torch.Tensor) -> torch.Tensor:
        base = torch.zeros(2, dtype=torch.float64)
        view = base[0]
        base.fill_(5.0)
        return w * view

    recording = record_formula(formula, w=scalar(2.0))
    product = next(op for op in recording.structure.ops if op.name == "aten.mul")
    assert recording.values(product.operands[1]).item() == 5.0
    select = next(op for op in recording.structure.ops if op.name == "aten.select")
    assert recording.values(select.results[0]).item() == 0.0
    assert gradient_of(recording, "w").item() == 5.0


def test_batch_norm_shows_the_running_mean_that_the_iteration_began_with() -> None:
    model = nn.Sequential(nn.BatchNorm1d(2))
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    recording = record_step(model, x, torch.zeros(2, 2))
    assert recording.values(recording.find("0.running_mean")).tolist() == [0.0, 0.0]
    assert model[0].running_mean.tolist() == pytest.approx([0.2, 0.4])  # momentum 0.1


def test_each_tensor_without_a_gradient_says_why() -> None:
    unused = scalar(1.0)
    recording = record_formula(
        lambda w, unused: w.detach() * w + 0 * unused.detach(), w=scalar(2.0), unused=unused
    )
    assert named(recording, "unused").why_no_gradient == "the loss does not depend on it"
    detached = next(op for op in recording.structure.ops if op.name == "aten.detach").results[0]
    assert recording.structure.tensors[detached].why_no_gradient == "it was detached at op 0"
    assert named(recording, "w").why_no_gradient is None


def test_a_zero_gradient_is_a_value_and_not_none() -> None:
    recording = record_formula(lambda w: w.relu(), w=scalar(-1.0))
    assert gradient_of(recording, "w").item() == 0.0
    assert named(recording, "w").why_no_gradient is None


def test_recording_leaves_no_hook_behind_even_when_the_block_raises() -> None:
    model, x, _ = two_layers()
    optimizer = torch.optim.SGD(model.parameters())
    recorder = Recorder(model, optimizer=optimizer)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), recorder:
        model(x.T)
    hooks = [module._forward_hooks or module._forward_pre_hooks for module in model.modules()]
    assert not any(hooks)
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks
    assert torch.overrides._get_current_function_mode() is None


def test_modules_and_functions_become_nested_calls() -> None:
    model, x, y = two_layers()
    structure = record_step(model, x, y).structure
    told = [(call.kind, call.name, call.target, call.parent) for call in structure.calls]
    assert told == [
        ("module", "0", "Linear", None),
        ("function", "linear", "torch.nn.functional.linear", 0),
        ("module", "1", "Tanh", None),
        ("function", "tanh", "torch.tanh", 2),
        ("module", "2", "Linear", None),
        ("function", "linear", "torch.nn.functional.linear", 4),
        ("module", "loss", "MSELoss", None),
        ("function", "mse_loss", "torch.nn.functional.mse_loss", 6),
    ]


def test_the_same_iteration_twice_gives_the_same_tape_bit_for_bit() -> None:
    first = record_step(*two_layers())
    second = record_step(*two_layers())
    assert first.structure == second.structure
    assert first.frame.blob == second.frame.blob


def test_a_structure_that_repeats_is_not_built_again() -> None:
    known = KnownStructures()
    model, x, y = two_layers()
    first = record_step(model, x, y, known=known)
    model.zero_grad()
    second = record_step(model, 2 * x, y, known=known)
    assert second.structure is first.structure
    assert second.frame.blob != first.frame.blob


def test_another_control_flow_gives_another_structure() -> None:
    known = KnownStructures()
    model, x, y = two_layers()
    first = record_step(model, x, y, known=known)
    other = record_step(nn.Sequential(model, nn.ReLU()), x, y, known=known)
    assert other.structure.hash != first.structure.hash


def test_two_threads_that_record_at_once_do_not_mix() -> None:
    alone = {seed: record_step(*two_layers(seed)) for seed in (1, 2)}
    together: dict[int, list[bytes]] = {1: [], 2: []}
    barrier = threading.Barrier(2)

    def record(seed: int) -> None:
        barrier.wait()
        for _ in range(10):
            recording = record_step(*two_layers(seed))
            assert recording.structure == alone[seed].structure
            together[seed].append(recording.frame.blob)

    threads = [threading.Thread(target=record, args=(seed,)) for seed in together]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, blobs in together.items():
        assert blobs == [alone[seed].frame.blob] * 10


def test_a_graph_deeper_than_pythons_stack_is_recorded() -> None:
    def formula(w: torch.Tensor) -> torch.Tensor:
        h = w
        for _ in range(3_000):
            h = h * 1.0
        return h

    recording = record_formula(formula, w=scalar(2.0))
    assert gradient_of(recording, "w").item() == 1.0
    assert len(recording.structure.nodes) == 3_001
