"""Events, nodes and wiring of the zoo's tapes, against what autograd's own engine shows."""

from collections.abc import Iterator

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gradtape.tape.structure import EventKind, Node, Phase, Role, Structure
from tests.engine.zoo_recordings import Idle, Recordings, cases_for
from tests.zoo.cases import CASES
from tests.zoo.program import Program, ZooCase

NODE_NAMES_COVERED = 200
"""More would be better; fewer means that a case has lost its purpose."""

WITHOUT_AN_OP = {
    "AccumulateGrad": "stands for a leaf",
    "AsStridedBackward0": "made anew for a view whose base was written",
    "AliasBackward0": "made for a tensor seen as a subclass",
}


THERE_FROM_THE_START = {Role.INPUT, Role.TARGET, Role.PARAMETER, Role.BUFFER}


@pytest.mark.parametrize("case", cases_for("events"))
def test_events_cover_the_ops_in_order_and_reveal_each_tensor_once(
    case: ZooCase, recordings: Recordings
) -> None:
    structure = recordings[case.name].structure
    at = 0
    for event in structure.events:
        assert event.first_op == at
        assert event.end_op >= at
        at = event.end_op
        if event.kind is EventKind.FORWARD_OP:
            assert event.first_op <= event.subject < event.end_op
        else:
            assert structure.nodes[event.subject].order is not None
    assert at == len(structure.ops)
    revealed = [tensor for event in structure.events for tensor in event.reveals]
    assert [tensor for tensor in set(revealed) if revealed.count(tensor) > 1] == []
    used = {operand for op in structure.ops for operand in op.operands}
    shown = [
        tensor.id
        for tensor in structure.tensors
        if tensor.role not in THERE_FROM_THE_START and (tensor.op is not None or tensor.id in used)
    ]
    gradients = {tensor.gradient for tensor in structure.tensors} - {None}
    arriving = {edge.tensor for edge in structure.edges} - {None}
    assert ({*shown} | gradients | arriving) - set(revealed) == set()


@pytest.mark.parametrize("case", cases_for("operands"))
def test_operands_come_to_be_before_the_op_that_uses_them(
    case: ZooCase, recordings: Recordings
) -> None:
    structure = recordings[case.name].structure
    for op in structure.ops:
        producers = [structure.tensors[operand].op for operand in op.operands]
        assert all(producer is None or producer < op.id for producer in producers)
        for result in op.results:
            # Some ops return what was there: their operand (lift_fresh), or a part of a sparse
            # tensor that an earlier op has made (_indices).
            maker = structure.tensors[result].op
            assert maker is None or maker <= op.id


@pytest.mark.parametrize("case", cases_for("nodes"))
def test_every_node_was_made_by_an_op_of_its_name(case: ZooCase, recordings: Recordings) -> None:
    structure = recordings[case.name].structure
    told = [(node.name, op_name(structure, node)) for node in structure.nodes]
    assert [f"{node} made by {op}" for node, op in told if not made_by(node, op)] == []
    for node in structure.nodes:
        # An op of a backward pass tells of the node that it ran for; one whose node runs again
        # in another pass tells of the first run.
        op = None if node.op is None else structure.ops[node.op]
        if op is not None and op.phase is Phase.FORWARD:
            assert op.node is not None
            assert op.node <= node.id
            assert structure.nodes[op.node].name == node.name


def op_name(structure: Structure, node: Node) -> str | None:
    return None if node.op is None else structure.ops[node.op].name.partition(".")[2]


def made_by(node: str, op: str | None) -> bool:
    """Whether a node of this name can come from an op of that name.

    `AddmmBackward0` from `addmm`; a Function's node has no number and comes from any op.
    """
    if op is None:
        return node in WITHOUT_AN_OP
    if node == "CopySlices":
        return op.endswith("_")
    if node == "CopyBackwards":
        return op == "copy_"
    stem = node.rstrip("0123456789")
    if stem == node:
        return node != "AccumulateGrad"
    plain = op.removesuffix("_forward").replace("_", "")
    return stem.removesuffix("Backward").replace("_", "").lower() == plain


@pytest.mark.parametrize("case", cases_for("wiring"))
def test_the_edges_that_leave_a_node_go_to_the_operands_of_its_op(
    case: ZooCase, recordings: Recordings
) -> None:
    structure = recordings[case.name].structure
    wrong = [
        f"{node.name} → tensor {edge.of}, not one of {structure.ops[node.op].operands}"
        for node in structure.nodes
        if node.op is not None and node.name[-1].isdigit()
        for edge in (structure.edges[number] for number in node.edges)
        if edge.of not in origins(structure, structure.ops[node.op].operands)
    ]
    assert wrong == []


def origins(structure: Structure, operands: tuple[int, ...]) -> set[int]:
    """Operands, and what they were before something wrote to them that autograd did not see."""
    found = set[int]()
    seen_by_autograd = {node.op for node in structure.nodes}
    for operand in operands:
        while operand not in found:
            found.add(operand)
            writer = structure.tensors[operand].op
            if writer is not None and writer not in seen_by_autograd:
                op = structure.ops[writer]
                # Autograd's own detached view of what it saved shows the same value too.
                same = op.name.endswith("_") or op.bookkeeping
                operand = op.operands[0] if same else operand
    return found


@pytest.mark.parametrize("case", cases_for("order"))
def test_nodes_are_in_the_order_in_which_the_engine_runs_them(
    case: ZooCase, recordings: Recordings
) -> None:
    nodes = [node for node in recordings[case.name].structure.nodes if node.order is not None]
    nodes.sort(key=lambda node: node.order or 0)
    assert len({node.order for node in nodes}) == len(nodes)
    # What ran before the loss was there, or inside of another node, lies between.
    told = iter([node.name for node in nodes])
    expected = engine_order(case.build(torch.float64))
    assert expected
    assert [name for name in expected if name not in told] == []


def engine_order(program: Program) -> list[str]:
    """The names of the nodes that run after the loss is there, told by hooks of our own."""
    order: list[str] = []
    with Idle():
        loss = program.loss()
        for node in reachable(loss.grad_fn):
            name = node.name().removeprefix("torch::autograd::")
            node.register_hook(lambda *_told, name=name: order.append(name))
        program.go_back(loss)
    return order


def reachable(root: torch.autograd.graph.Node | None) -> Iterator[torch.autograd.graph.Node]:
    met, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in met:
            met.add(node)
            yield node
            waiting += [following for following, _ in node.next_functions]


class GradientsOff(TorchDispatchMode):
    """Notes whether any op ran while gradients were turned off."""

    def __init__(self) -> None:
        super().__init__()
        self.noticed = False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.noticed |= not torch.is_grad_enabled()
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("case", cases_for("reasons"))
def test_nothing_is_said_to_be_made_under_no_grad_where_there_was_none(
    case: ZooCase, recordings: Recordings
) -> None:
    with GradientsOff() as watch:
        case.build(torch.float64).loss()
    tensors = recordings[case.name].structure.tensors
    said = [tensor.id for tensor in tensors if "no_grad" in (tensor.why_no_gradient or "")]
    assert watch.noticed or said == []


def test_the_zoo_covers_many_kinds_of_nodes(
    recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {node.name for case in CASES for node in recordings[case.name].structure.nodes}
    with capsys.disabled():
        print(f"\n  {len(CASES)} programs, {len(names)} kinds of autograd nodes")
    assert len(names) > NODE_NAMES_COVERED
