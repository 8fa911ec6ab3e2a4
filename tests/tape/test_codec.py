"""Tapes as JSON, read back with Python's own json module."""

import json
import math

import numpy as np
import pytest

from gradtape.tape.codec import encode_tape, encode_values
from gradtape.tape.frame import Frame
from gradtape.tape.structure import Phase, Role, Structure, Tensor


def one_tensor() -> Structure:
    tensor = Tensor(
        id=0,
        role=Role.PARAMETER,
        name="w",
        shape=(2,),
        dtype="float32",
        device="cpu",
        requires_grad=True,
        is_leaf=True,
        phase=Phase.FORWARD,
        op=None,
        node=None,
        slot=None,
    )
    return Structure(
        hash="abc", calls=(), ops=(), nodes=(), edges=(), tensors=(tensor,), slots=(), events=(),
        loss=None, output=None,
    )  # fmt: skip


def frame(loss: float) -> Frame:
    return Frame(
        structure_hash="abc", iteration=3, loss=loss, metrics={}, statistics={}, blob=b"1234"
    )


def test_a_tape_has_a_structure_and_a_frame_without_the_blob() -> None:
    plain = json.loads(encode_tape(one_tensor().model_dump_json().encode(), frame(0.5)))
    assert plain["structure"]["tensors"][0]["name"] == "w"
    assert "values" not in plain["structure"]["tensors"][0]
    assert plain["frame"]["loss"] == 0.5
    assert "blob" not in plain["frame"]


def test_inline_values_stand_with_their_tensor() -> None:
    values = {0: np.array([1.5, -2.0], dtype=np.float32)}
    plain = json.loads(encode_tape(one_tensor().model_dump_json().encode(), frame(0.5), values))
    assert plain["structure"]["tensors"][0]["values"] == [1.5, -2.0]


def test_the_blob_travels_as_base64_where_it_is_asked_for() -> None:
    plain = json.loads(
        encode_tape(one_tensor().model_dump_json().encode(), frame(0.5), with_blob=True)
    )
    assert plain["blob"] == "MTIzNA=="  # b"1234"
    assert plain.keys() == {"structure", "frame", "blob"}
    known = json.loads(encode_tape(None, frame(0.5), with_blob=True))
    assert (known["structure"], known["blob"]) == (None, "MTIzNA==")


def test_a_structure_that_the_reader_knows_is_left_out() -> None:
    assert json.loads(encode_tape(None, frame(0.5)))["structure"] is None


@pytest.mark.parametrize(
    ("loss", "name"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")]
)
def test_a_loss_that_is_not_finite_travels_by_name_and_comes_back(loss: float, name: str) -> None:
    text = encode_tape(None, frame(loss))
    assert json.loads(text)["frame"]["loss"] == name
    back = Frame.model_validate(json.loads(text)["frame"] | {"blob": b""}).loss
    assert back == loss or (math.isnan(loss) and back is not None and math.isnan(back))


def test_numbers_that_are_not_finite_are_named_in_their_places() -> None:
    array = np.array([[1.0, np.nan], [np.inf, -np.inf]])
    assert json.loads(encode_values(array)) == [[1.0, "NaN"], ["Infinity", "-Infinity"]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_come_back_bit_for_bit(dtype: type[np.floating]) -> None:
    array = np.random.default_rng(0).normal(size=(4, 5)).astype(dtype)
    assert np.array_equal(np.array(json.loads(encode_values(array)), dtype=dtype), array)


def test_a_float32_is_written_with_the_fewest_digits() -> None:
    assert encode_values(np.array([0.1], dtype=np.float32)) == b"[0.1]"
    assert encode_values(np.array(0.1, dtype=np.float32)) == b"0.1"


@pytest.mark.parametrize(
    "array",
    [np.array(7), np.array([True, False]), np.zeros((0, 3)), np.arange(6).reshape(2, 3).T],
)
def test_every_shape_and_kind_becomes_the_nested_lists_that_numpy_gives(array: np.ndarray) -> None:
    assert json.loads(encode_values(array)) == array.tolist()
