"""Slots and previews, against numpy and numbers counted by hand."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from gradtape.engine.recorder.blob import preview
from gradtape.errors import InvalidSlice, UnknownTensor
from gradtape.limits import MAX_INLINE_VALUES
from tests.engine.recording_cases import record_step


def test_a_small_tensor_travels_whole() -> None:
    assert preview((3, 4)) == ((3, 4), (1, 1), 12)


def test_a_scalar_is_one_number() -> None:
    assert preview(()) == ((), (), 1)


def test_an_empty_tensor_takes_no_room() -> None:
    assert preview((0, 5)) == ((0, 5), (1, 1), 0)


@pytest.mark.parametrize("shape", [(64, 1000), (5_000,), (3, 3, 700, 700), (1, 100_001)])
def test_a_large_tensor_is_thinned_to_the_limit_and_not_far_below(shape: tuple[int, ...]) -> None:
    stored, steps, count = preview(shape)
    assert count == math.prod(stored)
    assert MAX_INLINE_VALUES / 3 < count <= MAX_INLINE_VALUES
    assert stored == tuple(
        len(range(0, size, step)) for size, step in zip(shape, steps, strict=True)
    )


def test_the_blob_holds_each_tensor_at_its_slot() -> None:
    model = nn.Sequential(nn.Linear(200, 50), nn.ReLU(), nn.Linear(50, 1))
    x, y = torch.randn(30, 200), torch.randn(30, 1)
    recording = record_step(model, x, y)
    numbers = np.frombuffer(recording.frame.blob, "<f4")
    slots = recording.structure.slots
    assert numbers.size == max(slot.offset + slot.count for slot in slots)
    for tensor in recording.structure.tensors:
        if tensor.slot is None:
            continue
        slot = slots[tensor.slot]
        steps = tuple(slice(None, None, step) for step in slot.steps)
        expected = recording.values(tensor.id)[steps].astype(np.float32)
        stored = numbers[slot.offset : slot.offset + slot.count].reshape(slot.shape)
        assert np.array_equal(stored, expected)


def test_each_preview_comes_with_exact_statistics() -> None:
    model = nn.Linear(200, 50)
    recording = record_step(model, torch.randn(30, 200), torch.randn(30, 50))
    weight = recording.find("weight")
    slot = recording.structure.tensors[weight].slot
    assert slot is not None
    told = recording.frame.statistics[slot]
    exact = recording.values(weight).astype(np.float64)
    assert told.mean == pytest.approx(exact.mean(), rel=1e-12)
    assert told.std == pytest.approx(exact.std(), rel=1e-12)
    assert told.l2_norm == pytest.approx(np.linalg.norm(exact), rel=1e-12)
    assert (told.min, told.max) == (exact.min(), exact.max())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:2,1", np.s_[0:2, 1]),
        (":,-1", np.s_[:, -1]),
        ("1", np.s_[1]),
        ("0:9:4", np.s_[0:9:4]),
        (" 2 , 0:1 ", np.s_[2, 0:1]),
    ],
)
def test_slices_are_read_as_python_reads_them(text: str, expected: object) -> None:
    x = torch.arange(30.0).reshape(10, 3)
    recording = record_step(nn.Linear(3, 1), x, torch.zeros(10, 1))
    assert np.array_equal(recording.values(recording.find("input"), text), x.numpy()[expected])


@pytest.mark.parametrize("text", ["a", "0:1,0,0", "10", "0::0", "1:2:-1", "", ",", "9" * 40])
def test_a_slice_that_does_not_fit_is_an_error(text: str) -> None:
    recording = record_step(nn.Linear(3, 1), torch.zeros(10, 3), torch.zeros(10, 1))
    with pytest.raises(InvalidSlice):
        recording.values(recording.find("input"), text or ",")


def test_a_tensor_that_does_not_exist_is_an_error_that_names_those_that_do() -> None:
    recording = record_step(nn.Linear(3, 1), torch.zeros(10, 3), torch.zeros(10, 1))
    with pytest.raises(UnknownTensor, match=r"“wait”.*weight"):
        recording.find("wait")
    with pytest.raises(UnknownTensor):
        recording.find("99999")
