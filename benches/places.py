#!/usr/bin/env python3
"""How soon an operator is served while one viewer's token tries to take every place at the port.

    benches/places.py BOTARIUM [SECONDS]

A room of 50 bots that wake every second, with as many places as a port has by itself. A process of its own opens live
streams and slow downloads with one viewer's token, ever again, keeps what it gets, and begins anew when it is turned
away. Meanwhile (10 seconds) an operator asks for the bots, over a new connection each time. Prints what the viewer
tried and got, and the operator's median, p99 and longest, beside those of a quiet port of the same run.
Linux; needs `ulimit -n 4096`.
"""

import http.client
import multiprocessing
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

STREAM = "GET /ws/activity HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n"
EXPORT = "GET /api/export/activity?format=json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n"


def take(port, token, tried, got, stop):
    """Keeps every place it is given, and asks for more."""
    held = []
    while not stop.is_set():
        with tried.get_lock():
            tried.value += 1
        try:
            place = socket.create_connection(("127.0.0.1", port), timeout=1)
            place.sendall((STREAM if tried.value % 4 else EXPORT).format(token).encode())
            answer = place.recv(64)
        except OSError:
            continue
        if re.match(rb"HTTP/1.1 (101|200)", answer):
            held.append(place)
            with got.get_lock():
                got.value += 1
        else:
            place.close()


def served(port, token, seconds):
    """Milliseconds of each request, over a new connection."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request("GET", "/api/bots", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        line.close()
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.01)
    times.sort()
    return f"{len(times)} | {statistics.median(times):.1f} ms | {times[len(times) * 99 // 100]:.1f} ms | {times[-1]:.1f} ms"


def main():
    program, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 10
    with tempfile.TemporaryDirectory() as home:

        def run(*words):
            return subprocess.run([program, "--home", home, *words], check=True, capture_output=True, text=True).stdout

        run("bot", "generate", "50", "--seed", "7")
        operator, viewer = (run("token", "new", role, "--role", role).strip() for role in ("operator", "viewer"))
        words = [program, "--home", home, "--serve", "--listen", "127.0.0.1:0", "--pace", "1"]
        engine = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        said = b""
        while b"http://" not in said:
            said += os.read(engine.stderr.fileno(), 65536)
        port = int(re.search(rb"http://127.0.0.1:(\d+)", said)[1])
        os.set_blocking(engine.stderr.fileno(), False)
        print("| | requests | median | p99 | longest |\n|---|---:|---:|---:|---:|")
        print("| quiet |", served(port, operator, seconds), "|", flush=True)
        tried, got, stop = multiprocessing.Value("i"), multiprocessing.Value("i"), multiprocessing.Event()
        taker = multiprocessing.Process(target=take, args=(port, viewer, tried, got, stop))
        taker.start()
        time.sleep(1)
        print("| beside the viewer |", served(port, operator, seconds), "|")
        stop.set()
        taker.join()
        print(f"\nThe viewer tried {tried.value} times and was given {got.value} places.")
        engine.send_signal(signal.SIGTERM)
        engine.wait(timeout=30)


main()
