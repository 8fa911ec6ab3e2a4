"""The process from which sessions are forked: torch imported, everything warm, one thread.

Run as `python -m gradtape.sessions.zygote FILE_DESCRIPTOR`, in a clean environment, with nothing
open but its control socket: whatever it holds, every session would hold too. It must never
initialise CUDA, so its environment hides all devices (launcher.py).

On the socket, one JSON object a packet:
    to it     {"fork": N} with the session's end of a socket pair · {"kill": PID}
    from it   {"ready": THREADS} · {"forked": N, "pid": PID} · {"not_forked": N, "message": TEXT}
              {"exited": PID, "status": wait status}
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

import torch

from gradtape.sessions.child import serve_connection
from gradtape.sessions.confinement import confine_process
from gradtape.sessions.rehearsal import rehearse
from gradtape.spec import examples

MAX_PACKET_BYTES = 4_096


class Zygote:
    """Forks a child for each request and reports how each one ends.

    Args:
        control: packets to and from the server; its end is the zygote's end.
        serve: what a child does with its socket.
    """

    def __init__(self, control: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        self._control = control
        self._serve = serve
        self._children: set[int] = set()
        self._woken, waker = socket.socketpair()
        self._woken.setblocking(False)
        waker.setblocking(False)
        self._waker = waker

    def run(self) -> None:
        """Work until the server closes the control socket."""
        # The handler does nothing: the byte written to the waker ends the poll.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            readable = {descriptor for descriptor, _ in poll.poll()}
            if self._woken.fileno() in readable:
                self._woken.recv(MAX_PACKET_BYTES)
                self._reap()
            if self._control.fileno() in readable and not self._take_request():
                return

    def report(self, fact: dict[str, Any]) -> None:
        """Tell the server."""
        self._control.sendall(json.dumps(fact).encode())

    def _take_request(self) -> bool:
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._control, MAX_PACKET_BYTES, 1)
        except ConnectionResetError:
            return False
        if not packet:
            return False
        request = json.loads(packet)
        if "fork" in request:
            self._fork(request["fork"], socket.socket(fileno=descriptors[0]))
        elif request["kill"] in self._children:
            # Only the parent can know that this number is still the same process.
            os.kill(request["kill"], signal.SIGKILL)
        return True

    def _fork(self, number: int, connection: socket.socket) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            connection.close()
            self.report({"not_forked": number, "message": str(error)})
            return
        if pid == 0:
            self._live_as_child(connection, zygote)
        connection.close()
        self._children.add(pid)
        self.report({"forked": number, "pid": pid})

    def _live_as_child(self, connection: socket.socket, zygote: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (self._control, self._woken, self._waker):
                inherited.close()
            confine_process(limit_memory=True, parent=zygote)
            gc.enable()
            self._serve(connection)
            status = 0
        except BaseException:  # noqa: BLE001  nothing may return into the zygote's own loop
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            self.report({"exited": pid, "status": status})


def count_threads() -> int:
    """How many threads this process has (Linux)."""
    return len(os.listdir("/proc/self/task"))


def main() -> None:
    """Warm up, say so, then fork on request."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    gc.disable()
    for example in examples().values():
        rehearse(example.spec)
    gc.collect()
    # What is frozen is never visited again, so that no child copies these pages.
    gc.freeze()
    zygote = Zygote(control, serve_connection)
    zygote.report({"ready": count_threads()})
    try:
        zygote.run()
    except BrokenPipeError:
        # The server ended between two packets.
        return


if __name__ == "__main__":
    main()
