"""Training with live streaming beside a plain PyTorch loop: 500 iterations of `two_layer`."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from bench.event_reader import EventReader, is_ready
from bench.specs import PLAYGROUND, TWO_LAYER
from bench.timing import interleaved_medians, milliseconds
from tests.live_server import LiveServer

ITERATIONS = 500
LEARNING_RATE = 1e-6
AIM = 0.9  # of the plain loop's iterations per second

EPOCHS = 100
EPOCHS_AIM = 100  # per second; TensorFlow Playground itself does one for each picture, at most 60


def build_plain_network() -> nn.Module:
    """The network of the spec, with weights from N(0, 1) as there."""
    network = nn.Sequential(
        nn.Linear(1000, 100, bias=False), nn.ReLU(), nn.Linear(100, 10, bias=False)
    )
    for parameter in network.parameters():
        nn.init.normal_(parameter)
    return network


def plain_rate() -> float:
    """Iterations per second of the loop that a textbook shows: nothing is read, nothing kept."""
    network = build_plain_network()
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    x, y = torch.randn(64, 1000), torch.randn(64, 10)
    started = time.perf_counter()
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        functional.mse_loss(network(x), y, reduction="sum").backward()
        optimizer.step()
    return ITERATIONS / (time.perf_counter() - started)


class PlainLoop:
    """The plain loop in a process of its own, as a session has one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.training"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def rate(self) -> float:
        """Iterations per second of one run."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@contextmanager
def plain_loop() -> Iterator[PlainLoop]:
    """A plain loop that ends with the block."""
    loop = PlainLoop()
    try:
        yield loop
    finally:
        loop.close()


@contextmanager
def streamed_run(
    server: LiveServer, spec: dict[str, Any], run: dict[str, int]
) -> Iterator[Callable[[], float]]:
    """What runs a session so far and returns the seconds until its user knows of the end."""
    with server.client() as client:
        session = client.post("/sessions", json={"spec": spec}).raise_for_status().json()
        with EventReader(server.origin, session["id"]) as events:

            def wait_for_run() -> None:
                command = {"kind": "run", **run}
                answer = client.post(f"/sessions/{session['id']}/commands", json=command)
                events.wait_for(is_ready, after=answer.raise_for_status().json()["sequence"])

            yield lambda: milliseconds(wait_for_run) / 1_000
        client.delete(f"/sessions/{session['id']}").raise_for_status()


def measure_playground(server: LiveServer) -> list[dict[str, Any]]:
    """How fast a session trains the network that TensorFlow Playground opens with."""
    with streamed_run(server, PLAYGROUND, {"epochs": EPOCHS}) as seconds:
        rate = interleaved_medians({"session": lambda: EPOCHS / seconds()})["session"]
    return [
        {
            "name": "Playground's default network",
            "value": rate,
            "unit": "epochs/s",
            "aim": EPOCHS_AIM,
            "more_is_better": True,
        }
    ]


def measure_training(server: LiveServer) -> dict[str, Any]:
    """Both rates and their ratio; the session's is taken where the user is, at the event stream."""
    run = streamed_run(server, TWO_LAYER, {"iterations": ITERATIONS})
    with run as seconds, plain_loop() as plain:
        streamed = {"streamed": lambda: ITERATIONS / seconds()}
        rates = interleaved_medians({"plain": plain.rate, **streamed})
    return {
        "iterations": ITERATIONS,
        "plain_iterations_per_second": rates["plain"],
        "streamed_iterations_per_second": rates["streamed"],
        "share": rates["streamed"] / rates["plain"],
        "aim": AIM,
    }


def main() -> None:
    """The process of the plain loop: one line in, one rate out."""
    torch.set_num_threads(1)
    for _ in sys.stdin:
        print(plain_rate(), flush=True)


if __name__ == "__main__":
    main()
