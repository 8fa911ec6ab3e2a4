"""Keeping a replay small: equal numbers once, smaller previews, the newest iterations first."""

import gzip
import json
import math
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
import torch

from gradtape import limits
from gradtape.errors import LimitExceeded
from gradtape.exports import replay_packing
from gradtape.exports.replay_packing import pack_document
from gradtape.tape.replay_document import ReplayDocument
from tests.exports.replays import document_of, record, wide_recording


def unpack(document: ReplayDocument, **options: Any) -> dict[str, Any]:
    return json.loads(gzip.decompress(pack_document(document, **options)))


def slot_of(unpacked: dict[str, Any], frame: dict[str, Any], name: str) -> tuple[Any, Any]:
    """The slot of a tensor by name, and its numbers."""
    structure = unpacked["structures"][frame["structure_hash"]]
    (tensor,) = [each for each in structure["tensors"] if each["name"] == name]
    slot = structure["slots"][tensor["slot"]]
    blob = np.frombuffer(b64decode(frame["blob"]), "<f4")
    numbers = blob[slot["offset"] : slot["offset"] + slot["count"]]
    return slot, numbers.reshape(slot["shape"])


def test_every_tensor_keeps_its_numbers_while_equal_ones_share_a_place() -> None:
    recordings = [wide_recording(0), wide_recording(1)]
    document = document_of(*recordings)
    unpacked = unpack(document)
    (structure,) = unpacked["structures"].values()
    for recording, frame in zip(recordings, unpacked["frames"], strict=True):
        blob = np.frombuffer(b64decode(frame["blob"]), "<f4")
        assert blob.nbytes < len(recording.frame.blob)
        for tensor in recording.structure.tensors:
            if tensor.slot is None:
                continue
            slot = structure["slots"][tensor.slot]
            stored = blob[slot["offset"] : slot["offset"] + slot["count"]]
            exact = recording.values(tensor.id)
            np.testing.assert_array_equal(stored.reshape(tensor.shape), exact)


def test_equal_in_one_iteration_is_not_equal_in_all() -> None:
    """Two parts of an input that are the same at first and differ later."""
    same, other = torch.ones(2, 3), torch.ones(2, 3)
    other[1, 2] = 5.0
    unpacked = unpack(document_of(record(same, iteration=0), record(other, iteration=1)))
    for frame, inputs in zip(unpacked["frames"], (same, other), strict=True):
        _, numbers = slot_of(unpacked, frame, "input")
        np.testing.assert_array_equal(numbers, inputs.numpy())


def test_beyond_the_aim_large_tensors_become_previews_with_exact_statistics() -> None:
    recording = wide_recording()
    exact = recording.values(recording.find("input"))
    unpacked = unpack(document_of(recording), aim_bytes=20_000)
    (frame,) = unpacked["frames"]
    slot, numbers = slot_of(unpacked, frame, "input")
    assert not slot["full"]
    assert limits.MIN_REPLAY_PREVIEW_VALUES // 2 < slot["count"] < exact.size
    rows, columns = slot["steps"]
    np.testing.assert_array_equal(numbers, exact[::rows, ::columns])
    structure = unpacked["structures"][frame["structure_hash"]]
    number = structure["tensors"][recording.find("input")]["slot"]
    statistics = frame["statistics"][str(number)]
    in_double = exact.astype(np.float64)
    assert statistics["mean"] == pytest.approx(in_double.mean(), rel=1e-9)
    assert statistics["std"] == pytest.approx(in_double.std(), rel=1e-9)
    assert statistics["l2_norm"] == pytest.approx(np.linalg.norm(in_double), rel=1e-9)
    assert (statistics["min"], statistics["max"]) == (exact.min(), exact.max())
    assert len(unpacked["notices"]) == 1
    assert f"more than {structure_largest(structure)} numbers" in unpacked["notices"][0]


@pytest.mark.parametrize("aim_bytes", [limits.REPLAY_DATA_BYTES_AIM, 20_000])
def test_a_view_and_what_it_shows_keep_their_own_shape(aim_bytes: int) -> None:
    """The recorder stores an input and its flattened view in the same place, in two shapes."""
    images = torch.randn(16, 16, 16, generator=torch.Generator().manual_seed(1))
    recording = record(images, flatten=True)
    slots = recording.structure.slots
    assert isinstance(recording.frame.blob, memoryview)
    assert len(recording.frame.blob) < 4 * sum(slot.count for slot in slots)
    unpacked = unpack(document_of(recording), aim_bytes=aim_bytes)
    (structure,), (frame,) = unpacked["structures"].values(), unpacked["frames"]
    blob = np.frombuffer(b64decode(frame["blob"]), "<f4")
    for tensor in recording.structure.tensors:
        if tensor.slot is None:
            continue
        slot = structure["slots"][tensor.slot]
        stored = blob[slot["offset"] : slot["offset"] + slot["count"]].reshape(slot["shape"])
        thinned = tuple(slice(None, None, step) for step in slot["steps"])
        np.testing.assert_array_equal(stored, recording.values(tensor.id)[thinned])


def structure_largest(structure: dict[str, Any]) -> int:
    return max(slot["count"] for slot in structure["slots"])


def test_a_preview_is_thinned_further_under_its_own_steps() -> None:
    """The recorder stores every second row of 128 × 64; the file every further one of those."""
    recording = record(torch.randn(128, 64, generator=torch.Generator().manual_seed(1)))
    exact = recording.values(recording.find("input"))
    unpacked = unpack(document_of(recording), aim_bytes=14_000)
    (frame,) = unpacked["frames"]
    slot, numbers = slot_of(unpacked, frame, "input")
    rows, columns = slot["steps"]
    assert rows * columns > 2
    np.testing.assert_array_equal(numbers, exact[::rows, ::columns])


def test_within_the_aim_nothing_is_thinned() -> None:
    unpacked = unpack(document_of(wide_recording()))
    assert unpacked["notices"] == []
    assert all(slot["full"] for each in unpacked["structures"].values() for slot in each["slots"])


def test_numbers_that_are_not_finite_survive_thinning() -> None:
    inputs = torch.randn(32, 64, generator=torch.Generator().manual_seed(2))
    inputs[0, 0], inputs[0, 1] = math.nan, math.inf
    recording = record(inputs)
    unpacked = unpack(document_of(recording), aim_bytes=8_000)
    (frame,) = unpacked["frames"]
    _, numbers = slot_of(unpacked, frame, "input")
    assert math.isnan(numbers.flat[0])
    structure = unpacked["structures"][frame["structure_hash"]]
    number = structure["tensors"][recording.find("input")]["slot"]
    assert frame["statistics"][str(number)]["non_finite"] == 2
    assert frame["loss"] == "NaN"


def test_the_newest_iterations_come_first_and_what_is_left_out_is_told() -> None:
    newest_first = [wide_recording(number) for number in (7, 5, 3, 1)]
    document = document_of(*newest_first, aim_bytes=80_000)
    kept = [frame.iteration for frame in document.frames]
    assert kept in ([7], [5, 7], [3, 5, 7])
    assert "earlier ones" in document.notices[0]
    assert len(pack_document(document, aim_bytes=80_000)) <= 80_000
    # Fewer would have been a waste, and one more would not have fitted.
    more = document_of(*newest_first[: len(kept) + 1])
    assert len(pack_document(more)) > 0.9 * 80_000


def test_one_iteration_is_kept_whatever_it_takes() -> None:
    document = document_of(wide_recording(7), wide_recording(5), aim_bytes=100)
    assert [frame.iteration for frame in document.frames] == [7]
    # No preview meets that aim: then none shrinks.
    assert unpack(document, aim_bytes=100)["notices"] == document.notices


def test_a_replay_that_no_mail_would_carry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_packing, "MAX_REPLAY_DATA_BYTES", 1_000)
    with pytest.raises(LimitExceeded) as caught:
        pack_document(document_of(wide_recording()), aim_bytes=500)
    assert caught.value.details["limit"] == "MAX_REPLAY_DATA_BYTES"
    assert caught.value.details["asked"] > caught.value.details["allowed"] == 1_000
