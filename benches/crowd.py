#!/usr/bin/env python3
"""A crowd of generated bots: how long it takes to make them, and to start a room that has them.

    benches/crowd.py PROGRAM [BOTS] [--turns N]

Makes BOTS bots (a million unless told otherwise) of the scripted provider in a home of its own, at a pace of an hour,
starts a headless engine there to its open port N times (four unless told otherwise), and prints a row of a table:
seconds of making them, bytes a bot, seconds of the first start and of the later ones (median, lowest and highest).
At a shorter pace than it took to make them, everybody has missed a beat at the first start and is planned anew.
Linux only; needs nothing but Python.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from start import served

PACE = 3600


def started(program, home):
    """Seconds until the port is open."""
    with served(program, home, PACE) as (_, took, _):
        return took


def main():
    words = sys.argv[1:]
    turns = 4
    if "--turns" in words:
        at = words.index("--turns")
        turns = int(words[at + 1])
        del words[at : at + 2]
    program, bots = Path(words[0]).resolve(), int(words[1]) if len(words) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        subprocess.run([program, "--home", home, "--pace", str(PACE), "bot", "generate", str(bots)], check=True, capture_output=True)
        made = time.monotonic() - began
        size = sum(file.stat().st_size for file in Path(home).rglob("*") if file.is_file())
        first, *later = [started(program, home) for _ in range(turns)]
        again = f"{statistics.median(later):.2f} s ({min(later):.2f} to {max(later):.2f})" if later else ""
        print("| bots | made in | bytes a bot | first start | later starts |\n|---:|---:|---:|---:|---:|")
        print(f"| {bots:,} | {made:.1f} s | {size / bots:,.0f} | {first:.2f} s | {again} |")


main()
