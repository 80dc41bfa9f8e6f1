#!/usr/bin/env python3
"""Start, memory and first frame of two programs, measured in turns: what is there and not used must cost nothing.

    benches/start.py BEFORE AFTER [--turns N]

Each lives in a home of its own with twenty beats of the scripted provider. Medians, and the lowest and highest, of N
turns (21 unless told otherwise): a command that does nothing but start, a headless engine to its open port, a terminal
to its first whole frame, and the memory of a quiet headless engine after ten seconds (a third of the turns).
Linux only; needs nothing but Python.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

PATIENCE = 30.0


@contextlib.contextmanager
def served(program, home, pace):
    """A headless engine whose port is open: its process, the seconds that took, and what it said by then."""
    words = [program, "--home", home, "--pace", str(pace), "--serve", "--listen", "127.0.0.1:0"]
    began = time.monotonic()
    engine = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        said = b""
        while b"http://" not in said:
            piece = os.read(engine.stderr.fileno(), 65536)
            assert piece, said
            said += piece
        yield engine, time.monotonic() - began, said
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.wait(timeout=20 * PATIENCE)
        engine.stderr.close()


class Program:
    def __init__(self, path, home):
        self.path, self.home = Path(path).resolve(), home
        self.run("beat", "--count", "20", "--seed", "7", "--clock", "sim")

    def run(self, *words):
        subprocess.run([self.path, "--home", self.home, *words], check=True, capture_output=True, timeout=PATIENCE)

    def command(self):
        began = time.monotonic()
        self.run("bot", "list")
        return (time.monotonic() - began) * 1000

    def served(self, stay=0.0):
        """Milliseconds to the open port; after a while MiB in memory, and of those what is not of a file."""
        with served(self.path, self.home, 604800) as (engine, took, _):
            time.sleep(stay)
            status = Path(f"/proc/{engine.pid}/status").read_text()
            sizes = (int(re.search(rf"{word}:\s+(\d+)", status)[1]) / 1024 for word in ("VmRSS", "RssAnon"))
            return took * 1000, *sizes

    def frame(self):
        """Milliseconds until the terminal shows the bots and the tabs."""
        began = time.monotonic()
        pid, end = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            os.execv(self.path, [str(self.path), "--home", str(self.home), "--pace", "604800"])
        seen, took = b"", None
        while time.monotonic() - began < PATIENCE:
            if select.select([end], [], [], 0.2)[0]:
                seen += os.read(end, 65536)
            if b"Ada" in seen and b"Moderation" in seen:
                took = (time.monotonic() - began) * 1000
                break
        assert took is not None, seen[-2000:]
        os.write(end, b"q")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if not os.read(end, 65536):
                    break
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(end)
        return took


def main():
    words = [word for word in sys.argv[1:] if word != "--turns"]
    turns = int(words.pop()) if "--turns" in sys.argv else 21
    with tempfile.TemporaryDirectory() as work:
        programs = [Program(path, Path(work) / str(nth)) for nth, path in enumerate(words)]
        kinds = ["a command", "headless, to the open port", "terminal, to the first frame", "memory after 10 s", "of it not of a file"]
        figures = {(kind, nth): [] for kind in kinds for nth in range(len(programs))}
        for turn in range(turns):
            order = list(enumerate(programs))
            for nth, program in order if turn % 2 == 0 else reversed(order):
                figures[kinds[0], nth].append(program.command())
                figures[kinds[1], nth].append(program.served()[0])
                figures[kinds[2], nth].append(program.frame())
                if turn % 3 == 0:
                    _, all, own = program.served(stay=10.0)
                    figures[kinds[3], nth].append(all)
                    figures[kinds[4], nth].append(own)
        print(f"{turns} turns; median (lowest to highest)\n\n| | before | after |\n|---|---:|---:|")
        for kind in kinds:
            unit = "MiB" if kind in kinds[3:] else "ms"
            told = [figures[kind, nth] for nth in range(len(programs))]
            cells = [f"{statistics.median(f):.1f} {unit} ({min(f):.1f} to {max(f):.1f})" for f in told]
            print(f"| {kind} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
