"""Checks recordings with programs that are not ours: the format by hand, the picture by a terminal emulator.

    check.py FILE.cast [TEXT that must be on the last screen …]
"""

import json
import sys

import pyte

file, wanted = sys.argv[1], sys.argv[2:]
with open(file, encoding="utf-8") as recording:
    header, *events = [json.loads(line) for line in recording]
assert header["version"] == 2 and header["width"] >= 20 and header["height"] >= 5, header

screen = pyte.Screen(header["width"], header["height"])
stream = pyte.Stream(screen)
now, chapters, drawn = 0.0, [], 0
for time, code, data in events:
    assert time >= now, f"time runs back at {time}"
    now = time
    if code == "o":
        stream.feed(data)
        drawn += 1
        # Frames arrive whole: the header is on the first line after each of them.
        assert "botarium" in screen.display[0] or drawn == 1, (time, screen.display[0])
    elif code == "r":
        width, height = map(int, data.split("x"))
        screen.resize(height, width)
    elif code == "m":
        chapters.append(data)
    else:
        assert code == "i", code

text = "\n".join(screen.display)
for words in wanted:
    assert words in text, f"`{words}` is not on the last screen of {file}:\n{text}"
assert chapters, "no chapters"
print(f"{file.rsplit('/', 1)[-1]}: {now:.0f} s, {drawn} frames, {len(chapters)} chapters, last screen as expected")
