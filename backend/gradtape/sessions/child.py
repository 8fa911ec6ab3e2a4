"""A session's process: how it begins, and what its first message makes of it.

Run as `python -m gradtape.sessions.child FILE_DESCRIPTOR` where forking is not possible; else the
zygote forks it and calls `serve_connection`.
"""

import socket
import sys

import torch

from gradtape.engine.devices import choose_device
from gradtape.engine.experiment import Experiment
from gradtape.engine.forward_pass import record_forward_pass
from gradtape.engine.recorder.recording import Recording
from gradtape.sessions.answering import answer_tape
from gradtape.sessions.carried_errors import as_gradtape_error, pack_error
from gradtape.sessions.confinement import confine_process
from gradtape.sessions.protocol import (
    Begin,
    Describe,
    Described,
    Opened,
    RecordOnce,
    Refused,
)
from gradtape.sessions.session_loop import SessionLoop, send_answer
from gradtape.sessions.wire import ChildWire, Wire, WireClosed
from gradtape.spec import ExperimentSpec, regime_of


def serve_wire(wire: Wire) -> None:
    """Do what the first message asks for.

    Raises:
        WireClosed: the server is gone.
    """
    message, attachment = wire.receive()
    try:
        match message:
            case Describe():
                device = choose_device("auto")
                wire.send(Described(torch=str(torch.__version__), device=device.type))
            case RecordOnce():
                send_answer(wire, 0, answer_tape(_record_once(message), message.values))
            case Begin():
                _begin_session(wire, message, attachment).serve()
            case _:
                raise AssertionError(f"{message.kind} cannot come first")
    except WireClosed:
        raise
    except Exception as error:  # noqa: BLE001  building a session may raise anything
        wire.send(Refused(id=0, error=pack_error(as_gradtape_error(error))))


def _record_once(message: RecordOnce) -> Recording:
    spec = ExperimentSpec.model_validate_json(message.spec)
    if message.forward_only:
        return record_forward_pass(spec)
    return Experiment(spec).record_iteration()


def _begin_session(wire: Wire, message: Begin, snapshot: bytes) -> SessionLoop:
    spec = ExperimentSpec.model_validate_json(message.spec)
    experiment = (
        Experiment.from_snapshot(spec, snapshot) if message.from_snapshot else Experiment(spec)
    )
    wire.send(
        Opened(
            device=experiment.device,
            parameters=experiment.parameter_count,
            iteration=experiment.iteration,
            iterations_recorded=experiment.recorded_iterations,
            regime=regime_of(experiment.spec),
            interventions=experiment.interventions,
        )
    )
    return SessionLoop(
        wire, experiment, snapshot_interval_seconds=message.snapshot_interval_seconds
    )


def serve_connection(connection: socket.socket) -> None:
    """Serve one session over a socket until either side ends it."""
    wire = ChildWire(connection)
    try:
        serve_wire(wire)
    except WireClosed:
        # The server has ended or has dropped this session: there is nobody to tell.
        return
    finally:
        wire.close()


def main() -> None:
    """Serve the connection whose file descriptor is the argument."""
    torch.set_num_threads(1)
    confine_process(limit_memory=False)
    serve_connection(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
