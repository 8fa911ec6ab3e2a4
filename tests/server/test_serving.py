"""The server's socket."""

import asyncio
import socket

import pytest

from gradtape.errors import AddressUnavailable
from gradtape.server.serving import open_socket


@pytest.mark.anyio
async def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    # Nagle's algorithm and delayed acknowledgements together cost 40 ms on every answer.
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        accepted.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with open_socket("127.0.0.1", 0) as listener:
        async with await asyncio.start_server(look, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            assert await accepted != 0
            writer.close()


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with open_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressUnavailable, match=f"port {port}: it is taken.*--port"):
            open_socket("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(AddressUnavailable, match=r"203\.0\.113\.7"):
        open_socket("203.0.113.7", 0)
