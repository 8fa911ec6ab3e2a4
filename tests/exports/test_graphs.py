"""The autograd graph as DOT, by torchviz and by our own writer."""

from collections import Counter
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gradtape import limits
from gradtape.engine.experiment import Experiment
from gradtape.exports.autograd_dot import write_autograd_dot
from gradtape.exports.graph_dot import write_graph_dot
from gradtape.sessions.answering import answer_question
from gradtape.sessions.questions import DotQuestion
from gradtape.spec import parse_spec
from tests.engine.recording_cases import Formula, record_formula, scalar
from tests.exports.dot_reading import read_dot
from tests.exports.script_cases import EXAMPLES, LAYERS, WIRING, Raw

EVIL_NAMES = ['"]; evil [label="', "back\\slash\\", "\\N", "<b>bold</b>", "two\nlines", "a -> b"]
CASES = {**EXAMPLES, **LAYERS, **WIRING}


def experiment_of(raw: Raw) -> Experiment:
    experiment = Experiment(parse_spec({**raw, "device": "cpu"}))
    experiment.record_iteration()
    return experiment


def walk(loss: Tensor) -> Counter[tuple[str, str]]:
    """Edges of a live graph by the names of both ends, without recursion."""
    arrows: Counter[tuple[str, str]] = Counter()
    seen, waiting = {loss.grad_fn}, [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        for following, _ in node.next_functions:
            if following is None:
                continue
            arrows[following.name().split("::")[-1], node.name()] += 1
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return arrows


@pytest.mark.parametrize("name", CASES)
def test_both_writers_draw_the_graph_that_autograd_holds(name: str) -> None:
    experiment = experiment_of(CASES[name])
    ours = read_dot(write_graph_dot(experiment.recording().structure))
    with experiment.forward_again() as (loss, parameters):
        theirs = read_dot(write_autograd_dot(loss, parameters))
        expected = walk(loss)
        shapes = {
            f"{parameter} ({', '.join(map(str, tensor.shape))})"
            for parameter, tensor in parameters.items()
        }
    for graph in (ours, theirs):
        leaves, (output,) = graph.labels("lightblue"), graph.labels("darkolivegreen1")
        assert output == "loss ()"
        assert set(leaves) <= shapes
        arrows = graph.arrows()
        for leaf in leaves:
            assert arrows.pop((leaf, "AccumulateGrad")) == 1
        (to_loss,) = [arrow for arrow in arrows if arrow[1] == output]
        assert arrows.pop(to_loss) == 1
        assert arrows == expected
    assert ours.labels("lightblue") == theirs.labels("lightblue")
    assert ours.labels(None) == theirs.labels(None)


def test_what_a_node_saved_hangs_on_it() -> None:
    recording = record_formula(lambda a, b: a * b, a=scalar(2.0), b=scalar(3.0))
    graph = read_dot(write_graph_dot(recording.structure))
    assert graph.labels("orange") == ["a ()", "b ()"]
    assert graph.arrows(saved=True) == {("MulBackward0", "a ()"): 1, ("MulBackward0", "b ()"): 1}


def chain(steps: int) -> Callable[[Tensor], Tensor]:
    def formula(a: Tensor) -> Tensor:
        for _ in range(steps):
            a = torch.tanh(a)
        return a

    return formula


def test_a_graph_too_deep_for_torchviz_is_drawn() -> None:
    model = Formula(chain(3_000), a=scalar(0.5))
    with pytest.raises(RecursionError):
        write_autograd_dot(model(), dict(model.named_parameters()))
    structure = record_formula(chain(3_000), a=scalar(0.5)).structure
    graph = read_dot(write_graph_dot(structure))
    assert Counter(graph.labels(None)) == {"TanhBackward0": 3_000, "AccumulateGrad": 1}
    assert graph.arrows()["TanhBackward0", "TanhBackward0"] == 2_999


def test_torchviz_draws_a_chain_of_as_many_nodes_as_it_is_given() -> None:
    model = Formula(chain(limits.MAX_TORCHVIZ_NODES - 1), a=scalar(0.5))
    graph = read_dot(write_autograd_dot(model(), dict(model.named_parameters())))
    assert len(graph.labels(None)) == limits.MAX_TORCHVIZ_NODES


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_name_stays_a_label_whatever_it_says(name: str) -> None:
    model = Formula(lambda **parameters: parameters[name] ** 2, **{name: scalar(2.0)})
    shown = " ".join(f"{name} ()".split())
    live = read_dot(write_autograd_dot(model(), dict(model.named_parameters())))
    recording = record_formula(lambda **named: named[name] ** 2, **{name: scalar(2.0)})
    for graph in (live, read_dot(write_graph_dot(recording.structure))):
        assert graph.labels("lightblue") == [shown]
        assert graph.labels("darkolivegreen1") == ["loss ()"]
        assert graph.labels(None) == ["AccumulateGrad", "PowBackward0"]


def test_a_comment_tells_who_drew_and_the_bytes_are_always_the_same() -> None:
    dots = [
        answer_question(experiment_of(EXAMPLES["moons"]), DotQuestion()).payload for _ in range(2)
    ]
    assert dots[0].startswith(b"// Drawn by torchviz.\n")
    assert dots[0] == dots[1]


def test_a_deep_network_of_a_session_is_drawn_by_our_own_writer() -> None:
    layers = [{"kind": "linear", "out_features": 3} for _ in range(255)]
    raw = {**EXAMPLES["linear-regression"]}
    raw["network"] = {"layers": [*layers, {"kind": "linear", "out_features": 1}]}
    dot = answer_question(experiment_of(raw), DotQuestion()).payload
    assert dot.startswith(b"// Drawn by Gradtape.\n")
    graph = read_dot(dot)
    assert len(graph.labels("lightblue")) == 512
    assert graph.labels(None).count("AddmmBackward0") == 256


def test_a_module_tree_gives_dotted_names() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1)))
    loss = model(torch.ones(1, 2)).sum()
    graph = read_dot(write_autograd_dot(loss, dict(model.named_parameters())))
    assert "1.0.weight (1, 3)" in graph.labels("lightblue")
