#!/usr/bin/env python3
"""How far a port's live stream fans out: frames a second to many viewers, and how old an event is when it arrives.

    benches/viewers.py BOTARIUM [VIEWERS [BOTS]]

A room of so many bots (50) that wake every second, seen by so many viewers (1,000) over loopback for ten seconds. An
event's age is counted from the time it bears, so what the commit takes is in it. Linux; needs `ulimit -n 4096`.
"""

import datetime
import json
import os
import re
import select
import socket
import subprocess
import sys
import tempfile
import time

from start import served

HANDSHAKE = (
    b"GET /ws/activity HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def frames(buffer):
    """The text frames that are whole, taken out of the buffer."""
    while len(buffer) >= 2:
        size, head = buffer[1] & 127, 2
        if size == 126:
            size, head = int.from_bytes(buffer[2:4], "big"), 4
        if len(buffer) < head + size:
            return
        kind, frame = buffer[0], bytes(buffer[head : head + size])
        del buffer[: head + size]
        if kind == 0x81:
            yield frame


def watched(engine, port, viewers):
    """Frames that came to so many viewers in ten seconds, and the ages in milliseconds of some of them."""
    poll, streams = select.epoll(), {}
    for _ in range(viewers):
        stream = socket.create_connection(("127.0.0.1", port))
        stream.sendall(HANDSHAKE)
        assert stream.recv(4096).startswith(b"HTTP/1.1 101")
        stream.setblocking(False)
        poll.register(stream, select.EPOLLIN)
        streams[stream.fileno()] = (stream, bytearray())
    poll.register(engine.stderr, select.EPOLLIN)
    count, ages, began = 0, [], time.time()
    while (now := time.time()) < began + 10:
        for number, _ in poll.poll(0.1):
            if number not in streams:
                os.read(number, 65536)
                continue
            stream, buffer = streams[number]
            buffer += stream.recv(1 << 20)
            for frame in frames(buffer):
                count += 1
                if count % 97 == 0:
                    at = json.loads(frame)["timestamp"]
                    at = datetime.datetime.fromisoformat(at).timestamp()
                    ages.append((time.time() - at) * 1000)
    return count, ages


def main():
    viewers = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    bots = sys.argv[3] if len(sys.argv) > 3 else "50"
    with tempfile.TemporaryDirectory() as home:
        with open(f"{home}/botarium.yaml", "w") as file:
            file.write("max_bot_count: 100000\nport: {max_connections: 10000}\n")
        subprocess.run([sys.argv[1], "--home", home, "bot", "generate", bots, "--seed", "7"], check=True, capture_output=True)
        with served(sys.argv[1], home, 1) as (engine, _, said):
            port = int(re.search(rb"http://127.0.0.1:(\d+)", said)[1])
            count, ages = watched(engine, port, viewers)
        ages.sort()
        print(
            f"{viewers} viewers, {bots} bots: {count / 10:.0f} frames a second; an event's age on arrival: median "
            f"{ages[len(ages) // 2]:.1f} ms, p99 {ages[len(ages) * 99 // 100]:.1f} ms"
        )


main()
