"""The document of a replay as JSON, read back."""

import json
import math
from base64 import b64decode

import pytest
from pydantic import ValidationError

from gradtape.tape.metrics import Metrics
from gradtape.tape.replay_document import ReplayDocument, ReplayFrame

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\u2029\0🙂"


def frame(loss: float = 0.5, blob: bytes = bytes(range(256))) -> ReplayFrame:
    return ReplayFrame(
        structure_hash="abc", iteration=3, loss=loss, metrics={}, statistics={}, blob=blob
    )


def document(*frames: ReplayFrame, name: str = "net", losses: tuple[float, ...] = ()):
    columns = list(range(len(losses)))
    metrics = Metrics(
        iteration=columns,
        loss=list(losses),
        learning_rate=[0.1] * len(losses),
        gradient_norm={},
    )
    return ReplayDocument(
        name=name,
        gradtape_version="1",
        torch_version="2",
        structures={},
        frames=list(frames),
        metrics=metrics,
        notices=[],
    )


def test_a_document_comes_back_as_it_was() -> None:
    before = document(frame(), frame(-1.0, b""), name=HOSTILE, losses=(3.0, 2.0))
    assert ReplayDocument.model_validate_json(before.model_dump_json()) == before


def test_the_numbers_are_base64_that_a_browser_reads() -> None:
    plain = json.loads(document(frame()).model_dump_json())
    text = plain["frames"][0]["blob"]
    assert set("+/") <= set(text)  # the alphabet of atob, not the one of addresses
    assert b64decode(text) == bytes(range(256))


@pytest.mark.parametrize("loss", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_not_finite_survive(loss: float) -> None:
    before = document(frame(loss), losses=(1.0, loss))
    text = before.model_dump_json()
    assert "null" not in text.replace('"bad_number":null', "")
    after = ReplayDocument.model_validate_json(text)
    assert after.metrics is not None
    for number in (after.frames[0].loss, after.metrics.loss[1]):
        assert number == pytest.approx(loss, nan_ok=True)


def test_there_is_a_curve_from_two_iterations_on() -> None:
    assert not document(frame(), losses=(1.0,)).has_curves
    assert document(frame(), losses=(1.0, 0.5)).has_curves


def test_a_document_without_an_iteration_is_none() -> None:
    with pytest.raises(ValidationError):
        document()
