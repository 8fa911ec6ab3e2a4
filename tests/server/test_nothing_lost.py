"""A real server with its data folder, killed in mid-run or out of disk: nothing is lost."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch

from gradtape.engine.experiment import Experiment
from gradtape.spec import ExperimentSpec
from tests.live_server import LiveServer
from tests.server.session_client import State, open_session, send, wait_for
from tests.sessions.specs import small_spec

END = 2_000
BRANCHED_AT = 200


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Torch as sessions have it, so that an experiment in the test gives the same bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def is_at(iteration: int) -> Callable[[State], bool]:
    return lambda state: state["phase"] == "ready" and state["iteration"] == iteration


def undisturbed(spec: ExperimentSpec, *, lr_at: tuple[int, float] | None = None) -> dict[str, Any]:
    """The metrics of the same experiment without a server."""
    experiment = Experiment(spec)
    while experiment.iteration < END:
        if lr_at is not None and experiment.iteration == lr_at[0]:
            experiment.change_regime(optimizer={"lr": lr_at[1]})
        experiment.train_iteration()
    return experiment.metrics().model_dump(mode="json")


def test_a_killed_server_comes_back_with_its_sessions_bit_for_bit(tmp_path: Path) -> None:
    spec = small_spec()
    server = LiveServer(tmp_path)
    with server, server.client(timeout_seconds=60) as client:
        run = open_session(client, {"spec": spec.model_dump(mode="json")})
        send(client, run, kind="run", iterations=400, record_every=100)
        wait_for(client, run, is_at(400))
        origin = {"session": run.removeprefix("/sessions/"), "iteration": BRANCHED_AT}
        branch = open_session(client, {"branch": origin})
        send(client, branch, kind="set", optimizer={"lr": 0.02})
        send(client, branch, kind="run", iterations=END - BRANCHED_AT)
        send(client, run, kind="run", iterations=END - 400)
        for path, begun in ((run, 500), (branch, BRANCHED_AT + 100)):
            wait_for(client, path, lambda state, at=begun: state["iteration"] > at)
        standing = [client.get(path).json()["iteration"] for path in (run, branch)]
        server.kill()
    assert max(standing) < END, "it was done before it was killed"
    with server, server.client(timeout_seconds=60) as client:
        for path in (run, branch):
            wait_for(client, path, is_at(END))
        assert client.get(f"{run}/metrics").json() == undisturbed(spec)
        expected = undisturbed(spec, lr_at=(BRANCHED_AT, 0.02))
        assert client.get(f"{branch}/metrics").json() == expected
        recorded = client.get(run).json()["iterations_recorded"]
        assert recorded == [0, 100, 200, 300, 399, END - 1]


def test_a_branch_that_was_acknowledged_survives_a_kill_at_once(tmp_path: Path) -> None:
    server = LiveServer(tmp_path)
    with server, server.client(timeout_seconds=60) as client:
        run = open_session(client, {"spec": small_spec().model_dump(mode="json")})
        send(client, run, kind="run", iterations=30, record_every=10)
        wait_for(client, run, is_at(30))
        branch = open_session(client, {"branch": {"session": run.removeprefix("/sessions/")}})
        before = client.get(f"{branch}/metrics").json()
        server.kill()
    with server, server.client(timeout_seconds=60) as client:
        state = client.get(branch).json()
        assert (state["iteration"], state["phase"]) == (30, "ready")
        assert client.get(f"{branch}/metrics").json() == before


def test_a_full_disk_is_told_once_and_training_goes_on(tmp_path: Path) -> None:
    with LiveServer(tmp_path) as server, server.client(timeout_seconds=60) as client:
        run = open_session(client, {"spec": small_spec().model_dump(mode="json")})
        send(client, run, kind="run", iterations=END)
        wait_for(client, run, lambda state: state["iteration"] > 50)
        with no_more_room(server):
            wait_for(client, run, is_at(END))
            refused = client.post(f"{run}/commands", json={"kind": "record"})
            assert refused.status_code == 503
            assert "could not be stored" in refused.json()["error"]["message"]
            assert client.post("/sessions", json={"example": "moons"}).status_code == 503
            assert client.get(f"{run}/metrics").json() == undisturbed(small_spec())
        send(client, run, kind="record")
        wait_for(client, run, is_at(END + 1))
        assert failures(client, run) == ["snapshot"]


@contextmanager
def no_more_room(server: LiveServer) -> Iterator[None]:
    """For as long as the block runs, the server can write to none of its files."""
    pid = server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    # No file may be longer than one byte; what is longer already cannot be written on.
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def failures(client: httpx.Client, path: str) -> list[str]:
    """The commands that events so far tell the failure of."""
    last = client.get(path).json()["sequence"]
    told: list[str] = []
    with client.stream("GET", f"{path}/events", params={"after": 0}) as stream:
        lines = stream.iter_lines()
        for line in lines:
            if line.startswith("data:") and '"kind":"failed"' in line:
                told.append(line.partition('"command":"')[2].partition('"')[0])
            if line == f"id: {last}":
                break
    return told
