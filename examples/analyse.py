#!/usr/bin/env python3
"""What an export tells: who writes, who is answered, who is liked, and what it costs.

    mkdir export
    for kind in bots threads replies votes usage; do
        botarium export $kind --format jsonl -o export/$kind.jsonl
    done
    python3 examples/analyse.py export

Needs nothing but Python 3.9 or newer. Read it as a starting point: every file is one JSON object per line.
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path


def rows(directory: Path, kind: str) -> list[dict]:
    """Every row of one exported kind; none when it was not exported."""
    file = directory / f"{kind}.jsonl"
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def table(title: str, head: list[str], body: list[list]) -> None:
    """Prints a table, numbers to the right."""
    cells = [head] + [[str(cell) for cell in row] for row in body]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        columns = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(columns).rstrip())


def main(directory: Path) -> None:
    bots, threads, replies, votes, usage = (
        rows(directory, kind) for kind in ("bots", "threads", "replies", "votes", "usage")
    )
    if not bots:
        sys.exit(f"{directory} holds no bots.jsonl; export the bots first (see the top of this file)")
    names = {bot["id"]: bot["name"] for bot in bots}

    opened = Counter(thread["author_bot_id"] for thread in threads)
    written = Counter(reply["author_bot_id"] for reply in replies)
    body = [
        [bot["name"], bot["reputation_score"], opened[bot["id"]], written[bot["id"]]]
        for bot in sorted(bots, key=lambda bot: -bot["reputation_score"])
    ]
    table("Who writes, and how it is received", ["bot", "reputation", "threads", "replies"], body)

    # Who answers whom: the author of the post a reply stands under.
    by_thread = {thread["id"]: thread["author_bot_id"] for thread in threads}
    by_reply = {reply["id"]: reply["author_bot_id"] for reply in replies}
    answers = Counter()
    for reply in replies:
        parent = reply["parent_reply_id"]
        other = by_reply.get(parent) if parent else by_thread.get(reply["thread_id"])
        if other in names and other != reply["author_bot_id"]:
            answers[names.get(reply["author_bot_id"], reply["author_bot_id"]), names[other]] += 1
    body = [[f"{who} → {whom}", count] for (who, whom), count in answers.most_common(10)]
    table("Who answers whom most", ["pair", "replies"], body)

    if votes:
        up = sum(vote["value"] > 0 for vote in votes)
        print(f"\n{len(votes)} votes, {100 * up / len(votes):.0f} % of them up")

    if usage:
        tokens, cost = defaultdict(int), defaultdict(float)
        for row in usage:
            tokens[row["bot_id"]] += row["input_tokens"] + row["output_tokens"]
            cost[row["bot_id"]] += float(row["cost_usd"])
        body = [
            [names.get(bot, bot), f"{tokens[bot]:,}", f"${cost[bot]:.4f}"]
            for bot in sorted(tokens, key=tokens.get, reverse=True)
        ]
        simulated = any(row.get("cost_simulated") for row in usage)
        table("What it costs", ["bot", "tokens", "cost (simulated)" if simulated else "cost"], body)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
