"""Checks recordings with programs that are not ours: the format by hand, the picture by a terminal emulator.

    check.py FILE.cast FROM-TO [TEXT that must be on the last screen …]

FROM and TO are the seconds it may last. A caption stays for as long as it takes to read it.
"""

import json
import sys

import pyte

# Characters a second that are read without haste, as in subtitles.
READING = 20

file, length, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
with open(file, encoding="utf-8") as recording:
    header, *events = [json.loads(line) for line in recording]
assert header["version"] in (2, 3), header
size = header["term"] if header["version"] == 3 else {"cols": header["width"], "rows": header["height"]}
assert size["cols"] >= 20 and size["rows"] >= 5, header

screen = pyte.Screen(size["cols"], size["rows"])
stream = pyte.Stream(screen)
now, chapters, drawn = 0.0, [], 0
for time, code, data in events:
    # In v3 a time is since the event before.
    time = now + time if header["version"] == 3 else time
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
        chapters.append((time, data))
    else:
        assert code == "i", code

text = "\n".join(screen.display)
for words in wanted:
    assert words in text, f"`{words}` is not on the last screen of {file}:\n{text}"
assert chapters, "no chapters"
for (begin, caption), (end, _) in zip(chapters, [*chapters[1:], (now, "")]):
    assert end - begin >= len(caption) / READING, f"{end - begin:.1f} s for `{caption}` in {file}"
least, most = map(float, length.split("-"))
assert least <= now <= most, f"{file} lasts {now:.0f} s"
print(f"{file.rsplit('/', 1)[-1]}: {now:.0f} s, {drawn} frames, {len(chapters)} chapters, last screen as expected")
