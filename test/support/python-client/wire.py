"""Frames and messages of the daemon's protocol, by its description; CBOR by cbor2."""

import os
import shutil
import socket
import struct
import time

import cbor2

PROTOCOL = 1
UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000"
GCC = shutil.which("gcc", path="/usr/bin:/bin")
ENVIRONMENT = [["PATH", "/usr/bin:/bin"], ["LC_ALL", "C"]]


class Refused(Exception):
    """The daemon answered Error."""


class NotServed(Exception):
    """The daemon does not know the request."""


class Connection:
    def __init__(self, endpoint):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(endpoint)
        self.id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, message):
        payload = cbor2.dumps(message)
        self.socket.sendall(struct.pack("<I", len(payload)) + payload)

    def receive(self):
        """A message, or None after a clean close."""
        prefix = self.read(4)
        if prefix is None:
            return None
        payload = self.read(struct.unpack("<I", prefix)[0])
        message = cbor2.loads(payload)
        assert isinstance(message, dict) and all(isinstance(key, str) for key in message), message
        return message

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                assert data == b"", "closed inside a frame"
                return None
            data += piece
        return data

    def answer(self, request, fields):
        """The answer, whatever it is; signs of life and a busy daemon passed over."""
        while True:
            self.id += 1
            self.send({"v": PROTOCOL, "id": self.id, "type": request, **fields})
            reply = self.receive()
            while reply is not None and reply["type"] == "Working":
                reply = self.receive()
            assert reply is not None, f"{request}: closed"
            assert reply["v"] == PROTOCOL and reply["id"] == self.id, reply
            if reply["type"] != "Backpressure":
                return reply
            time.sleep(reply["retry_after_ms"] / 1000)

    def ask(self, request, expected, /, **fields):
        """The answer of the expected type."""
        reply = self.answer(request, fields)
        if reply["type"] == "Error" and f'Cannot serve request "{request}": unknown' in reply["message"]:
            raise NotServed(request)
        if reply["type"] == "Error":
            raise Refused(reply["message"])
        assert reply["type"] == expected, reply
        return reply

    def refuses(self, request, /, **fields):
        """The request must be answered by an Error, and the connection must go on. Gives its text."""
        try:
            reply = self.ask(request, None, **fields)
        except Refused as refused:
            assert str(refused) != ""
            self.ask("Ping", "Pong")
            return str(refused)
        except AssertionError as error:
            raise AssertionError(f"not refused: {error}") from error
        raise AssertionError(f"not refused: {reply}")


class Case:
    """One daemon and one directory for all cases."""

    def __init__(self, endpoint, directory, cache):
        self.endpoint, self.directory, self.cache = endpoint, directory, cache

    def connect(self):
        return Connection(self.endpoint)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()


def until(condition, what):
    for _ in range(2400):
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def content(output):
    payload = output["payload"]
    assert len(payload) == 1, payload
    if "bytes" in payload:
        assert len(payload["bytes"]) <= 1 << 20
        return payload["bytes"]
    with open(payload["path"], "rb") as file:
        return file.read()
