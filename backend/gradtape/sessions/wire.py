"""Frames between the server and a session's process: a JSON header and an attachment of bytes.

Layout: header length (4 bytes), attachment length (8 bytes), both big-endian; then the two.
"""

import asyncio
import select
import socket
import struct
from typing import Protocol

from pydantic import ValidationError

from gradtape import limits
from gradtape.sessions.protocol import FROM_CHILD, TO_CHILD, FromChild, ToChild

PREFIX = struct.Struct(">IQ")


class WireClosed(Exception):
    """The other side is gone."""


class WireBroken(Exception):
    """The other side sent what no honest peer sends."""


def encode_prefix(header: bytes, attachment: bytes) -> bytes:
    """The first bytes of a frame.

    Raises:
        WireBroken: larger than MAX_MESSAGE_BYTES.
    """
    _check_size(len(header) + len(attachment))
    return PREFIX.pack(len(header), len(attachment))


def _decode_prefix(prefix: bytes | bytearray) -> tuple[int, int]:
    header_length, attachment_length = PREFIX.unpack(prefix)
    _check_size(header_length + attachment_length)
    return header_length, attachment_length


def _check_size(size: int) -> None:
    if size > limits.MAX_MESSAGE_BYTES:
        raise WireBroken(f"A message of {size} bytes; {limits.MAX_MESSAGE_BYTES} are allowed.")


class Wire(Protocol):
    """What a session's process needs of its connection to the server."""

    def has_input(self, timeout_seconds: float | None = 0.0) -> bool:
        """Whether a message, or the end, waits; None waits for one without end."""
        ...

    def send(self, message: FromChild, attachment: bytes = b"") -> None:
        """Send a whole message, however long the other side takes to read it."""
        ...

    def receive(self) -> tuple[ToChild, bytes]:
        """The next message and its attachment."""
        ...


class ChildWire:
    """The child's end: blocking, because the child has one thread and one thing to do."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def has_input(self, timeout_seconds: float | None = 0.0) -> bool:
        """Whether a message, or the end, waits; None waits for one without end."""
        milliseconds = None if timeout_seconds is None else max(0.0, timeout_seconds * 1_000)
        return bool(self._poll.poll(milliseconds))

    def send(self, message: FromChild, attachment: bytes = b"") -> None:
        """Send a whole message, however long the other side takes to read it.

        Raises:
            WireClosed: nobody reads any more.
        """
        header = message.model_dump_json().encode()
        try:
            self._connection.sendall(encode_prefix(header, attachment) + header)
            if attachment:
                self._connection.sendall(attachment)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WireClosed from error

    def receive(self) -> tuple[ToChild, bytes]:
        """The next message and its attachment.

        Raises:
            WireClosed: the other side is gone.
        """
        header_length, attachment_length = _decode_prefix(self._read(PREFIX.size))
        header = self._read(header_length)
        return TO_CHILD.validate_json(header), bytes(self._read(attachment_length))

    def _read(self, length: int) -> bytearray:
        buffer = bytearray(length)
        view = memoryview(buffer)
        while view:
            try:
                count = self._connection.recv_into(view)
            except ConnectionResetError as error:
                raise WireClosed from error
            if count == 0:
                raise WireClosed
            view = view[count:]
        return buffer

    def close(self) -> None:
        """Let the other side see the end."""
        self._connection.close()


class ParentWire:
    """The server's end: asynchronous."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, connection: socket.socket) -> "ParentWire":
        """The wire over one end of a socket pair, which it then owns."""
        connection.setblocking(False)
        return cls(*await asyncio.open_unix_connection(sock=connection))

    def post(self, message: ToChild, attachment: bytes = b"") -> None:
        """Queue a message; one to a process that is gone is dropped: its end is told elsewhere."""
        if self._writer.is_closing():
            return
        header = message.model_dump_json().encode()
        self._writer.write(encode_prefix(header, attachment) + header)
        if attachment:
            self._writer.write(attachment)

    async def receive(self) -> tuple[FromChild, bytes]:
        """The next message and its attachment.

        Raises:
            WireClosed: the process is gone.
            WireBroken: it sent what is no message.
        """
        try:
            prefix = await self._reader.readexactly(PREFIX.size)
            header_length, attachment_length = _decode_prefix(prefix)
            header = await self._reader.readexactly(header_length)
            attachment = await self._reader.readexactly(attachment_length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WireClosed from error
        try:
            return FROM_CHILD.validate_json(header), attachment
        except ValidationError as error:
            raise WireBroken(str(error)) from error

    async def close(self) -> None:
        """Close the socket; what was not sent yet is dropped."""
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            # The process went first, with bytes still under way to it.
            return
