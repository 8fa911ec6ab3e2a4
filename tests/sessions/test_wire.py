"""Frames between the server and a session's process."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from gradtape import limits
from gradtape.sessions.protocol import Began, Begin, Leave, SnapshotTaken
from gradtape.sessions.wire import (
    PREFIX,
    ChildWire,
    ParentWire,
    WireBroken,
    WireClosed,
    encode_prefix,
)

pytestmark = pytest.mark.anyio

BEGIN = Begin(spec="{}", from_snapshot=True, snapshot_interval_seconds=1.0)
TAKEN = SnapshotTaken(iteration=3, covers=2, run=None, until=None, requested=False)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


async def test_messages_arrive_whole_and_in_order(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    parent, child = await ParentWire.over(ends[0]), ChildWire(ends[1])
    parent.post(BEGIN, b"snapshot")
    parent.post(Leave())
    assert await asyncio.to_thread(child.receive) == (BEGIN, b"snapshot")
    assert await asyncio.to_thread(child.receive) == (Leave(), b"")
    child.send(Began(number=1))
    child.send(TAKEN, b"\x00\xff")
    assert await parent.receive() == (Began(number=1), b"")
    assert await parent.receive() == (TAKEN, b"\x00\xff")
    await parent.close()


async def test_an_attachment_larger_than_the_sockets_buffer_goes_both_ways(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    parent, child = await ParentWire.over(ends[0]), ChildWire(ends[1])
    data = bytes(range(256)) * 40_000
    parent.post(BEGIN, data)
    assert (await asyncio.to_thread(child.receive))[1] == data
    sending = asyncio.create_task(asyncio.to_thread(child.send, TAKEN, data))
    assert (await parent.receive())[1] == data
    await sending
    await parent.close()


async def test_input_is_seen_without_waiting_for_it(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    child = ChildWire(ends[1])
    assert not child.has_input()
    ends[0].sendall(b"x")
    assert child.has_input()


async def test_the_child_notices_that_the_server_is_gone(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    child = ChildWire(ends[1])
    ends[0].sendall(encode_prefix(b"1234", b"") + b"12")
    ends[0].close()
    assert child.has_input()
    with pytest.raises(WireClosed):
        child.receive()
    with pytest.raises(WireClosed):
        child.send(Began(number=1))


async def test_the_server_notices_that_the_child_is_gone(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    parent = await ParentWire.over(ends[0])
    ends[1].sendall(PREFIX.pack(10, 0) + b"{")
    ends[1].close()
    with pytest.raises(WireClosed):
        await parent.receive()
    parent.post(Leave())
    await parent.close()


@pytest.mark.parametrize(
    "sent",
    [
        PREFIX.pack(5, limits.MAX_MESSAGE_BYTES),
        PREFIX.pack(2, 0) + b"{}",
        PREFIX.pack(20, 0) + b'{"kind": "no_such"}  ',
        PREFIX.pack(4, 0) + b"\xff\xfe\x00\x01",
    ],
)
async def test_what_is_no_message_is_refused(
    ends: tuple[socket.socket, socket.socket], sent: bytes
) -> None:
    parent = await ParentWire.over(ends[0])
    ends[1].sendall(sent)
    with pytest.raises(WireBroken):
        await parent.receive()
    await parent.close()


async def test_a_message_that_is_too_large_is_never_sent() -> None:
    class Enormous(bytes):
        def __len__(self) -> int:
            return limits.MAX_MESSAGE_BYTES + 1

    with pytest.raises(WireBroken, match="allowed"):
        encode_prefix(b"", Enormous())
