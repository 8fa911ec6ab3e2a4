"""How long a run is: in iterations, in epochs, or until the loss is low enough."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gradtape import limits
from tests.live_server import LiveServer
from tests.server.session_client import carry_out, open_session

PER_EPOCH = 4
SPEC: dict[str, Any] = {
    "data": {"kind": "moons", "samples": 40},
    "network": {"layers": [{"kind": "linear", "out_features": 1}]},
    "loss": {"kind": "bce_with_logits"},
    "optimizer": {"kind": "sgd", "lr": 0.1},
    "batch_size": 10,
}


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[httpx.Client]:
    with live_server.client(timeout_seconds=60) as client:
        yield client


@pytest.fixture
def path(client: httpx.Client) -> str:
    return open_session(client, {"spec": SPEC})


def iteration(client: httpx.Client, path: str) -> int:
    """How many are completed."""
    return client.get(path).json()["iteration"]


def test_an_epoch_is_one_pass_over_the_data(client: httpx.Client, path: str) -> None:
    assert client.get(path).json()["iterations_per_epoch"] == PER_EPOCH
    carry_out(client, path, kind="run", epochs=1)
    assert iteration(client, path) == PER_EPOCH
    carry_out(client, path, kind="run", epochs=2)
    assert iteration(client, path) == 3 * PER_EPOCH


def test_an_epoch_that_has_begun_counts_as_the_first(client: httpx.Client, path: str) -> None:
    carry_out(client, path, kind="run", iterations=PER_EPOCH + 1)
    carry_out(client, path, kind="run", epochs=1)
    assert iteration(client, path) == 2 * PER_EPOCH


def test_a_run_to_a_goal_ends_one_iteration_after_it(client: httpx.Client, path: str) -> None:
    carry_out(client, path, kind="run", iterations=5_000, until={"loss": 0.3})
    losses = client.get(f"{path}/metrics").json()["loss"]
    assert len(losses) < 5_000
    assert min(losses[:-2]) >= 0.3 > losses[-2]


def test_a_goal_that_is_never_reached_is_given_up(client: httpx.Client, path: str) -> None:
    carry_out(client, path, kind="run", epochs=2, until={"loss": -1.0})
    assert iteration(client, path) == 2 * PER_EPOCH


def test_the_last_iteration_of_a_run_is_recorded(client: httpx.Client, path: str) -> None:
    carry_out(client, path, kind="run", epochs=2, record_every=5)
    assert client.get(path).json()["iterations_recorded"] == [0, 5, 2 * PER_EPOCH - 1]


@pytest.mark.parametrize(
    ("length", "code"),
    [
        ({}, "missing"),
        ({"iterations": 1, "epochs": 1}, "invalid_value"),
        ({"epochs": 0}, "invalid_value"),
        ({"epochs": 1.5}, "invalid_value"),
        ({"iterations": 1, "until": {}}, "missing"),
        ({"iterations": 1, "until": {"loss": "low"}}, "invalid_value"),
    ],
)
def test_a_run_of_no_length_or_two_is_refused(
    client: httpx.Client, path: str, length: dict[str, Any], code: str
) -> None:
    answer = client.post(f"{path}/commands", json={"kind": "run", **length})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code


def test_epochs_of_too_many_iterations_are_told_of(client: httpx.Client, path: str) -> None:
    epochs = limits.MAX_ITERATIONS_PER_RUN // PER_EPOCH + 1
    events = carry_out(client, path, kind="run", epochs=epochs)
    (failed,) = [event for event in events if event["kind"] == "failed"]
    assert failed["error"]["code"] == "limit_exceeded"
    assert iteration(client, path) == 0


def test_hyperparameters_change_while_a_run_is_under_way(client: httpx.Client, path: str) -> None:
    client.post(f"{path}/commands", json={"kind": "run", "iterations": 1_000_000})
    while iteration(client, path) < 10:
        continue
    client.post(f"{path}/commands", json={"kind": "set", "optimizer": {"lr": 0.0}, "at_once": True})
    while client.get(f"{path}/metrics").json()["learning_rate"][-1] != 0:
        assert iteration(client, path) < 500_000
    carry_out(client, path, kind="pause")
    rates = client.get(f"{path}/metrics").json()["learning_rate"]
    assert rates == sorted(rates, reverse=True)
    assert set(rates) == {0.1, 0.0}
