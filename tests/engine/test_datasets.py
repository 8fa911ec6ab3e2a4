from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor

from gradtape.engine.data.datasets import Dataset, build_dataset
from gradtape.engine.randomness import build_randomness
from gradtape.spec import parse_spec
from tests.engine.built_parts import CPU
from tests.spec.raw_specs import linear, raw_spec

FLAT = {"kind": "flatten"}


def dataset(
    data: dict[str, Any], loss: str = "mse", outputs: int = 1, seed: int = 0, **fields: Any
) -> Dataset:
    raw = raw_spec(FLAT, linear(outputs), data=data, loss={"kind": loss}, seed=seed, **fields)
    return build_dataset(parse_spec(raw), seed=build_randomness(seed, CPU).data, device=CPU)


def classes_of(data: dict[str, Any], outputs: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    built = dataset(data, "cross_entropy", outputs, seed)
    return built.x, built.y


DATA: list[tuple[dict[str, Any], int, tuple[int, ...]]] = [
    ({"kind": "random_normal", "samples": 7, "features": 3}, 1, (3,)),
    ({"kind": "random_uniform", "samples": 7, "features": [1, 4, 4]}, 1, (1, 4, 4)),
    ({"kind": "linear_regression", "samples": 7, "features": 3}, 1, (3,)),
    ({"kind": "xor", "samples": 7, "noise": 0.1}, 1, (2,)),
    ({"kind": "circles", "samples": 7}, 1, (2,)),
    ({"kind": "moons", "samples": 7}, 1, (2,)),
    ({"kind": "spiral", "samples": 7}, 1, (2,)),
    ({"kind": "blobs", "samples": 7, "classes": 2, "features": 3}, 1, (3,)),
    ({"kind": "sine", "samples": 7}, 1, (1,)),
    ({"kind": "gaussian_mixture", "samples": 7, "features": 3}, 1, (3,)),
    ({"kind": "digits", "samples": 7}, 10, (64,)),
    ({"kind": "digits", "samples": 7, "layout": "images"}, 10, (1, 8, 8)),
]


@pytest.mark.parametrize(("data", "outputs", "shape"), DATA)
def test_a_data_set_has_the_shape_and_precision_of_its_spec(
    data: dict[str, Any], outputs: int, shape: tuple[int, ...]
) -> None:
    for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
        built = dataset(data, outputs=outputs, dtype=name)
        assert built.x.shape == (7, *shape)
        assert built.y.shape == (7, outputs)
        assert built.x.dtype == built.y.dtype == dtype
        assert built.samples == 7


@pytest.mark.parametrize(("data", "outputs", "shape"), DATA)
def test_a_seed_gives_the_same_data_and_another_seed_other_data(
    data: dict[str, Any], outputs: int, shape: tuple[int, ...]
) -> None:
    first, again, other = (dataset(data, outputs=outputs, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.x, again.x)
    assert torch.equal(first.y, again.y)
    assert not torch.equal(first.x, other.x)
    assert first.x.shape[1:] == shape


@pytest.mark.parametrize(("data", "outputs", "shape"), DATA)
def test_one_sample_is_enough(data: dict[str, Any], outputs: int, shape: tuple[int, ...]) -> None:
    assert dataset({**data, "samples": 1}, outputs=outputs).x.shape == (1, *shape)


def test_a_seed_sequence_gives_the_same_data_however_often_it_is_used() -> None:
    spec = parse_spec(raw_spec(linear(1)))
    seed = build_randomness(0, CPU).data
    first, second = (build_dataset(spec, seed=seed, device=CPU) for _ in range(2))
    assert torch.equal(first.x, second.x)


@pytest.mark.parametrize("kind", ["moons", "circles", "xor", "spiral"])
def test_two_classes_are_numbers_of_one_column_or_labels_as_the_loss_needs(kind: str) -> None:
    data = {"kind": kind, "samples": 10}
    column = dataset(data, "bce_with_logits")
    labels = dataset(data, "cross_entropy", 2)
    assert column.y.shape == (10, 1)
    assert labels.y.shape == (10,)
    assert labels.y.dtype == torch.int64
    assert column.y.flatten().tolist() == labels.y.tolist()
    assert sorted(set(labels.y.tolist())) == [0, 1]


def test_more_classes_are_one_hot_for_losses_on_numbers() -> None:
    data = {"kind": "blobs", "samples": 9, "classes": 3}
    one_hot = dataset(data, "mse", 3).y
    labels = dataset(data, "cross_entropy", 3).y
    assert one_hot.sum(dim=1).eq(1).all()
    assert one_hot.argmax(dim=1).tolist() == labels.tolist()


def test_xor_is_its_truth_table() -> None:
    built = dataset({"kind": "xor"})
    rows = [(*x, *y) for x, y in zip(built.x.tolist(), built.y.tolist(), strict=True)]
    assert rows == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]


def test_noise_moves_the_corners_of_xor_by_its_deviation() -> None:
    x, _ = classes_of({"kind": "xor", "samples": 4_000, "noise": 0.1}, 2)
    assert (x - x.round().clamp(0, 1)).std().item() == pytest.approx(0.1, rel=0.05)


def test_circles_have_the_radii_that_are_asked_for() -> None:
    x, y = classes_of({"kind": "circles", "samples": 50, "noise": 0, "factor": 0.3}, 2)
    radius = x.norm(dim=1)
    torch.testing.assert_close(radius, torch.where(y == 1, 0.3, 1.0))


def test_moons_are_two_half_circles() -> None:
    x, y = classes_of({"kind": "moons", "samples": 50, "noise": 0}, 2)
    # Class 0 lies around (0, 0), class 1 around (1, 0.5); both have radius 1.
    centre = torch.where(y[:, None] == 0, torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.5]))
    torch.testing.assert_close((x - centre).norm(dim=1), torch.ones(50))


def test_arms_of_a_spiral_begin_apart_and_wind_as_often_as_asked() -> None:
    data = {"kind": "spiral", "samples": 300, "classes": 3, "turns": 0.5, "noise": 0}
    x, y = classes_of(data, 3)
    radius = x.norm(dim=1)
    # Along an arm the angle is 2π(turns · radius + class / classes).
    angle = 2 * np.pi * (0.5 * radius + y / 3)
    expected = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    torch.testing.assert_close(x, expected, rtol=1e-5, atol=1e-6)
    assert y.bincount().tolist() == [100, 100, 100]


def test_blobs_scatter_around_their_centres_as_asked() -> None:
    x, y = classes_of({"kind": "blobs", "samples": 3_000, "classes": 3, "spread": 0.5}, 3)
    for label in range(3):
        assert x[y == label].std(dim=0).tolist() == pytest.approx([0.5, 0.5], rel=0.1)


def test_digits_are_scikit_learns_scaled_to_0_1() -> None:
    digits: Any = load_digits()
    x, y = classes_of({"kind": "digits"}, 10)
    ours = sorted((tuple(row), label) for row, label in zip(x.tolist(), y.tolist(), strict=True))
    theirs = sorted(
        (tuple(float(pixel) / 16 for pixel in row), int(label))
        for row, label in zip(digits.data, digits.target, strict=True)
    )
    assert ours == theirs


def test_digits_as_images_are_the_same_pixels() -> None:
    flat, _ = classes_of({"kind": "digits", "samples": 20}, 10)
    images, _ = classes_of({"kind": "digits", "samples": 20, "layout": "images"}, 10)
    assert torch.equal(flat.reshape(20, 1, 8, 8), images)


def test_editing_one_data_set_leaves_the_next_alone() -> None:
    first = dataset({"kind": "digits", "samples": 5}, outputs=10)
    pixel = first.x[0, 0].item()
    first.x[0, 0] = 99
    assert dataset({"kind": "digits", "samples": 5}, outputs=10).x[0, 0].item() == pixel


def test_linear_regression_without_noise_is_solved_exactly() -> None:
    built = dataset({"kind": "linear_regression", "features": 3, "noise": 0}, dtype="float64")
    design = torch.cat([built.x, torch.ones(100, 1, dtype=torch.float64)], dim=1)
    solution = torch.linalg.lstsq(design, built.y).solution
    torch.testing.assert_close(design @ solution, built.y, rtol=0, atol=1e-12)


def test_noise_of_a_regression_has_the_deviation_that_is_asked_for() -> None:
    data = {"kind": "linear_regression", "samples": 5_000, "noise": 0.5}
    built = dataset(data, dtype="float64")
    design = torch.cat([built.x, torch.ones(5_000, 1, dtype=torch.float64)], dim=1)
    rest = built.y - design @ torch.linalg.lstsq(design, built.y).solution
    assert rest.std().item() == pytest.approx(0.5, rel=0.05)


def test_random_data_follows_its_distribution() -> None:
    normal = dataset({"kind": "random_normal", "samples": 1_000, "features": 10}).x
    assert normal.mean().item() == pytest.approx(0, abs=0.05)
    assert normal.std().item() == pytest.approx(1, abs=0.05)
    uniform = dataset({"kind": "random_uniform", "samples": 1_000, "low": -2, "high": 4}).x
    assert (uniform.min().item() >= -2, uniform.max().item() < 4) == (True, True)
    assert uniform.mean().item() == pytest.approx(1, abs=0.1)


def test_random_targets_are_what_the_loss_can_take() -> None:
    data = {"kind": "random_normal", "samples": 200, "targets": 3}
    assert sorted(set(dataset(data, "cross_entropy", 3).y.tolist())) == [0, 1, 2]
    binary = dataset(data, "bce_with_logits", 3).y
    assert (binary.shape, sorted(set(binary.flatten().tolist()))) == ((200, 3), [0, 1])


def test_inline_numbers_arrive_as_written() -> None:
    data = {"kind": "inline", "x": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "y": [0.5, 0.25]}
    built = dataset(data)
    assert built.x.tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    assert built.y.tolist() == [[0.5], [0.25]]


@pytest.mark.parametrize("y", [[2, 0], [[2], [0]], [2.0, 0.0]])
def test_inline_labels_become_class_numbers(y: list[Any]) -> None:
    built = dataset({"kind": "inline", "x": [[1], [2]], "y": y}, "cross_entropy", 3)
    assert (built.y.tolist(), built.y.dtype) == ([2, 0], torch.int64)


def test_the_whole_set_is_given_as_it_is() -> None:
    built = dataset({"kind": "moons", "samples": 10})
    for batch_size in (None, 10, 11):
        x, y = built.batch(5, batch_size)
        assert x is built.x
        assert y is built.y
        assert built.batches_per_epoch(batch_size) == 1


def test_every_epoch_takes_each_sample_once_and_keeps_the_smaller_last_batch() -> None:
    built = dataset({"kind": "random_normal", "samples": 10})
    assert built.batches_per_epoch(4) == 3
    for epoch in range(3):
        rows = [built.rows(epoch * 3 + number, 4) for number in range(3)]
        assert [0 if row is None else len(row) for row in rows] == [4, 4, 2]
        assert sorted(torch.cat([row for row in rows if row is not None]).tolist()) == [*range(10)]


def test_each_epoch_has_an_order_of_its_own() -> None:
    built = dataset({"kind": "random_normal", "samples": 50})
    orders = [built.rows(epoch * 2, 25) for epoch in range(4)]
    assert len({tuple(order.tolist()) for order in orders if order is not None}) == 4


def test_a_batch_depends_on_its_iteration_alone() -> None:
    data = {"kind": "random_normal", "samples": 10}
    forward, backward = dataset(data), dataset(data)
    there = [forward.batch(iteration, 3)[0] for iteration in range(12)]
    back = [backward.batch(iteration, 3)[0] for iteration in reversed(range(12))]
    for one, other in zip(there, reversed(back), strict=True):
        assert torch.equal(one, other)


def test_rows_tell_which_samples_a_batch_has() -> None:
    built = dataset({"kind": "random_normal", "samples": 10})
    rows = built.rows(7, 4)
    assert rows is not None
    x, y = built.batch(7, 4)
    assert torch.equal(x, built.x[rows])
    assert torch.equal(y, built.y[rows])


def test_a_sine_without_noise_is_one() -> None:
    built = dataset({"kind": "sine", "frequency": 2, "noise": 0}, dtype="float64")
    torch.testing.assert_close(built.y, torch.sin(2 * built.x), rtol=0, atol=1e-15)
    assert built.x.abs().max() <= np.pi


def test_a_mixture_without_spread_is_its_centres() -> None:
    data = {"kind": "gaussian_mixture", "samples": 300, "components": 4, "spread": 0}
    x, y = classes_of(data, 2)
    for label in range(2):
        assert len(x[y == label].unique(dim=0)) == 4


def sequences(data: dict[str, Any], loss: str, outputs: int, *layers: Any) -> Dataset:
    embedding = {"kind": "embedding", "embedding_dim": 4}
    raw = raw_spec(embedding, *layers, linear(outputs), data=data, loss={"kind": loss})
    if layers == ():
        raw["network"]["layers"].append({"kind": "permute"})
    return build_dataset(parse_spec(raw), seed=build_randomness(0, CPU).data, device=CPU)


def test_characters_are_places_in_the_alphabet_and_the_next_one_is_the_target() -> None:
    text = "tape deck"
    data = {"kind": "characters", "samples": 50, "length": 4, "text": text}
    alphabet = sorted(set(text))
    built = sequences(data, "cross_entropy", len(alphabet), FLAT)
    assert built.x.dtype == built.y.dtype == torch.int64
    for piece, following in zip(built.x.tolist(), built.y.tolist(), strict=True):
        assert "".join(alphabet[token] for token in [*piece, following]) in text


def test_each_character_can_be_followed_by_its_own_target() -> None:
    data = {"kind": "characters", "samples": 20, "length": 5, "targets": "each"}
    built = sequences(data, "cross_entropy", 26)
    assert torch.equal(built.x[:, 1:], built.y[:, :-1])


def test_symbols_to_copy_come_again_where_the_blanks_are() -> None:
    data = {"kind": "sequences", "samples": 40, "length": 3, "symbols": 5}
    built = sequences(data, "cross_entropy", 6)
    assert torch.equal(built.x[:, :3], built.y[:, 3:])
    assert sorted(set(built.x[:, :3].flatten().tolist())) == [1, 2, 3, 4, 5]
    assert built.x[:, 3:].eq(0).all()
    assert built.y[:, :3].eq(0).all()


def test_the_sum_is_that_of_the_two_marked_numbers() -> None:
    data = {"kind": "sequences", "task": "add", "samples": 40, "length": 6}
    layers = ({"kind": "rnn", "hidden_size": 2, "output": "last"}, linear(1))
    spec = parse_spec(raw_spec(*layers, data=data, loss={"kind": "mse"}, dtype="float64"))
    built = build_dataset(spec, seed=build_randomness(0, CPU).data, device=CPU)
    numbers, marks = built.x.unbind(-1)
    assert marks.sum(1).eq(2).all()
    torch.testing.assert_close((numbers * marks).sum(1, keepdim=True), built.y)


TABLE = "size,colour,kind\n1,red,b\n2,blue,a\n6,red,b\n"


def test_a_table_gives_words_as_numbers_and_standardizes_numbers_alone() -> None:
    x, y = classes_of({"kind": "csv", "text": TABLE}, 2)
    sizes = torch.tensor([1.0, 2.0, 6.0])
    torch.testing.assert_close(x[:, 0], (sizes - 3) / sizes.std(correction=0))
    assert x[:, 1].tolist() == [1, 0, 1]
    assert y.tolist() == [1, 0, 1]


def test_a_table_can_stay_as_it_is_and_have_any_column_for_a_target() -> None:
    data = {"kind": "csv", "text": TABLE, "target": "size", "standardize": False}
    built = dataset(data)
    assert built.x.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert built.y.tolist() == [[1], [2], [6]]


def test_random_shares_sum_to_one() -> None:
    data = {"kind": "random_normal", "samples": 9, "targets": 3}
    layers = (linear(3), {"kind": "log_softmax"})
    spec = parse_spec(raw_spec(*layers, data=data, loss={"kind": "kl_div"}))
    built = build_dataset(spec, seed=build_randomness(0, CPU).data, device=CPU)
    torch.testing.assert_close(built.y.sum(1), torch.ones(9))
