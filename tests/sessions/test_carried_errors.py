"""Errors cross from a process to the server as what they are."""

import json

import pytest

from gradtape.errors import (
    GradtapeError,
    InvalidSpec,
    InvalidValue,
    LimitExceeded,
    RecordingFailed,
    UnknownTensor,
)
from gradtape.sessions.carried_errors import as_gradtape_error, pack_error, unpack_error


@pytest.mark.parametrize(
    "error",
    [
        UnknownTensor("no tensor is named “x”"),
        InvalidValue("lr is -1", path="optimizer.lr", code="out_of_range", nearest="lr"),
        LimitExceeded("too many", limit="MAX_LAYERS", asked=9, allowed=3, path="network"),
        InvalidSpec(
            [
                InvalidValue("first", path="a", code="wrong_type"),
                LimitExceeded("second", limit="MAX_LAYERS", asked=9, allowed=3, path="b"),
            ]
        ),
    ],
)
def test_an_error_arrives_with_its_class_and_all_it_says(error: GradtapeError) -> None:
    arrived = unpack_error(json.loads(json.dumps(pack_error(error))))
    assert type(arrived) is type(error)
    assert arrived.to_dict() == error.to_dict()
    assert str(arrived) == str(error)


def test_an_error_of_torch_arrives_with_type_and_message_and_its_trace_goes_to_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    try:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    except RuntimeError as raised:
        error = as_gradtape_error(raised)
    assert isinstance(error, RecordingFailed)
    assert error.message == "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    assert "Traceback" not in json.dumps(error.to_dict())
    assert "Traceback" in capfd.readouterr().err


def test_a_class_that_this_side_does_not_know_is_still_an_error() -> None:
    packed = {"class": "FromTheFuture", "code": "new", "path": None, "message": "what happened"}
    error = unpack_error(packed)
    assert type(error) is GradtapeError
    assert (error.code, error.message) == ("new", "what happened")
