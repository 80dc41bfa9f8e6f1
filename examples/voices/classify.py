#!/usr/bin/env python3
"""Whether bots can be told apart by their words, and what a slider changes.

    botarium --home garden export threads -o garden/threads.jsonl
    botarium --home garden export replies -o garden/replies.jsonl
    python3 examples/voices/classify.py authors garden
    python3 examples/voices/classify.py sliders low high --bot rex_001

`authors` sorts unsigned posts by author: a linear classifier on words, pairs and threes of words, beginnings,
lengths and signs, trained on the other posts. Names, quotations and numbers are taken out first. `sliders` sets one bot's
posts in two rooms side by side: words a post, sentences, questions, hedges, heat, pictures; its acts as well where
the activity was exported.

Needs nothing but Python 3.9 or newer.
"""

import argparse
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

HEDGES = set("""perhaps maybe might could possibly seems seem guess suspect probably likely somewhat rather almost nearly
    usually unsure wonder hm hmm afraid may""".split())
HEAT = set("""no nonsense wrong never enough stop nobody waste lazy weak fail fails dropped settle settles money
    rubbish ridiculous utter lazy asleep idle fog""".split())
PICTURES = re.compile(r"\b(?:like|as|is|are|see|find|with|than|propose|picture|show|draw|of) (?:a|an|the) [a-z]+ (?:in|on|of|at|with|that|who|nobody|from|after|for|without|round|behind|under|full)\b|\b(?:picture|sketch|draw|dreamt?|compare)\b", re.I)
AGREE = set("yes agreed right exactly correct true indeed thank thanks glad".split())


def rows(file: Path) -> list[dict]:
    """The rows of an exported file."""
    if not file.exists():
        sys.exit(f"{file} is missing; export threads and replies first (see the top of this file)")
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def posts(room: Path) -> list[tuple[str, str]]:
    """Author and text of every post by a bot, oldest first."""
    threads, replies = rows(room / "threads.jsonl"), rows(room / "replies.jsonl")
    names = {row["author_bot_id"].rsplit("_", 1)[0].removeprefix("human:") for row in threads + replies}
    dated = [(row["created_at"], row["author_bot_id"], row["content"]) for row in threads + replies]

    def bare(text: str) -> str:
        text = re.sub(r"“[^”]*”|\"[^\"]*\"", "“”", text)
        text = re.sub(r"\d+", "0", text)
        return re.sub(r"[A-Za-z’']+", lambda word: "" if word[0].lower().split("'")[0] in names else word[0], text)

    return [
        (author, bare(text))
        for _, author, text in sorted(dated)
        if author != "system" and not author.startswith("human:")
    ]


def features(text: str) -> Counter:
    """What is counted of a post."""
    words = re.findall(r"[a-z’']+|[.,;:!?—–()“”\n]", text.lower()) + ["$" + text.rstrip()[-1:]]
    found = Counter(words)
    found.update(" ".join(pair) for pair in zip(words, words[1:]))
    found.update(" ".join(three) for three in zip(words, words[1:], words[2:]))
    sentences = [s for s in re.split(r"(?<=[.!?])\s+", text) if s]
    for sentence in sentences:
        first = re.findall(r"[a-z’']+", sentence.lower())[:3]
        found["^" + " ".join(first[:2])] += 2
        found["^^" + " ".join(first)] += 2
        found[f"length {min(len(sentence.split()) // 4, 9)}"] += 1
    # How it divides what it says, of which no word is another.
    signs = "".join(re.findall(r"[.,;:!?—–()“”\n'’]", text))
    found.update("signs " + signs[at : at + long] for long in (1, 2, 3) for at in range(len(signs) - long + 1))
    found["signs first " + signs[:6]] += 1
    found.update("short " + word.split("'")[1] for word in re.findall(r"\w+'\w+", text.lower()))
    for sign, word in re.findall(r"([,;–—:]?) (and|but|so|because|since|which|if|when|as|though|or)\b", text):
        found.update([f"joint {sign} {word}", f"joint {sign}"])
    if "'" in text or "’" in text:
        found["short"] += 1
    if re.search(r"\b0\b", text):
        found["figures"] += 1
    end = text.rstrip()[-1:]
    found["ends on " + ("a letter" if end.isalpha() else end)] += 1
    found[f"post {min(len(words) // 15, 9)}"] += 3
    found[f"sentences {min(len(sentences), 9)}"] += 3
    return found


class Linear:
    """A linear classifier: multinomial logistic regression, learned post by post."""

    EPOCHS = 25

    def __init__(self, sample: list[tuple[str, Counter]]):
        seen = Counter()
        for _, found in sample:
            seen.update(found.keys())
        # What stands in one post alone tells nothing; what stands in most of them little.
        self.rarity = {key: math.log(len(sample) / count) for key, count in seen.items() if count > 1}
        learned = [(author, self.scaled(found)) for author, found in sample]
        self.authors = sorted({author for author, _ in sample})
        self.weights = {author: defaultdict(float) for author in self.authors}
        draw = random.Random(3)
        for epoch in range(self.EPOCHS):
            draw.shuffle(learned)
            rate = 2.4 / (1 + 0.3 * epoch)
            for author, found in learned:
                likely = self.likely(found)
                for name, weights in self.weights.items():
                    missing = (name == author) - likely[name]
                    if abs(missing) > 1e-3:
                        for key, value in found.items():
                            weights[key] += rate * missing * value

    def likely(self, values: dict[str, float]) -> dict[str, float]:
        """How likely each author is."""
        scores = {
            name: sum(weights.get(key, 0.0) * value for key, value in values.items())
            for name, weights in self.weights.items()
        }
        most = max(scores.values())
        odds = {name: math.exp(score - most) for name, score in scores.items()}
        whole = sum(odds.values())
        return {name: odd / whole for name, odd in odds.items()}

    def scaled(self, found: Counter) -> dict[str, float]:
        """The features of a post, the rare ones weighing more, all posts as much."""
        values = {key: (1 + math.log(count)) * self.rarity[key] for key, count in found.items() if key in self.rarity}
        length = math.sqrt(sum(value * value for value in values.values())) or 1
        return {key: value / length for key, value in values.items()}

    def author(self, found: Counter) -> str:
        """Whose post it is, most likely."""
        likely = self.likely(self.scaled(found))
        return max(self.authors, key=likely.__getitem__)


def authors(room: Path, unsigned: int, rounds: int) -> None:
    """Sorts so many unsigned posts, several times, and prints how well."""
    everything = [(author, features(text)) for author, text in posts(room)]
    by_author = Counter(author for author, _ in everything)
    known = sorted(author for author, count in by_author.items() if count >= 20)
    everything = [(author, found) for author, found in everything if author in known]
    if len(known) < 2 or len(everything) < 4 * unsigned:
        sys.exit(f"{len(everything)} posts by {len(known)} bots with twenty or more are too few for {unsigned} unsigned ones")
    draw = random.Random(1)
    right, all_, taken_for = 0, 0, Counter()
    for _ in range(rounds):
        hidden = set(draw.sample(range(len(everything)), unsigned))
        linear = Linear([post for at, post in enumerate(everything) if at not in hidden])
        for at in sorted(hidden):
            author, found = everything[at]
            guess = linear.author(found)
            right += guess == author
            all_ += 1
            if guess != author:
                taken_for[author, guess] += 1
    print(f"{len(known)} bots, {len(everything)} posts: {right} of {all_} unsigned posts sorted right ({100 * right / all_:.0f} %)")
    for (author, guess), count in taken_for.most_common(5):
        print(f"  {author} taken for {guess}: {count}")


def manner(texts: list[str]) -> dict[str, float]:
    """How a bot writes, in figures a post."""
    count = max(1, len(texts))
    words = [re.findall(r"[a-z’']+", text.lower()) for text in texts]
    total = max(1, sum(map(len, words)))
    per_100 = lambda lexicon: 100 * sum(word in lexicon for post in words for word in post) / total
    sentences = sum(len([s for s in re.split(r"(?<=[.!?])\s+", text) if s]) for text in texts)
    return {
        "posts": len(texts),
        "words a post": total / count,
        "sentences a post": sentences / count,
        "questions a post": sum(text.count("?") for text in texts) / count,
        "exclamations a post": sum(text.count("!") for text in texts) / count,
        "hedges in 100 words": per_100(HEDGES),
        "heat in 100 words": per_100(HEAT),
        "assent in 100 words": per_100(AGREE),
        "asides a post": sum(text.count("(") for text in texts) / count,
        "pictures a post": sum(len(PICTURES.findall(text)) for text in texts) / count,
        "different words": len({word for post in words for word in post}) / math.sqrt(total),
    }


def acts(room: Path, bot: str) -> dict[str, float]:
    """The shares of a bot's acts, where the activity was exported."""
    file = room / "activity.jsonl"
    if not file.exists():
        return {}
    kinds = Counter(row["action_type"] for row in rows(file) if row["bot_id"] == bot)
    whole = max(1, sum(kinds.values()))
    return {f"{kind}, % of acts": 100 * kinds[kind] / whole for kind in ("create_thread", "reply", "vote", "do_nothing")}


def sliders(low: Path, high: Path, bot: str) -> None:
    """One bot's manner in two rooms."""
    figures = []
    for room in (low, high):
        own = [text for author, text in posts(room) if author == bot]
        if not own:
            sys.exit(f"{bot} has written nothing in {room}")
        figures.append(manner(own) | acts(room, bot))
    print(f"{bot:<24} {low.name:>14} {high.name:>14}")
    for key, value in figures[0].items():
        print(f"  {key:<22} {value:>14.2f} {figures[1].get(key, 0):>14.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    of_authors = commands.add_parser("authors", help="sort unsigned posts by author")
    of_authors.add_argument("room", type=Path)
    of_authors.add_argument("--unsigned", type=int, default=60)
    of_authors.add_argument("--rounds", type=int, default=5)
    of_sliders = commands.add_parser("sliders", help="set one bot's manner in two rooms side by side")
    of_sliders.add_argument("low", type=Path)
    of_sliders.add_argument("high", type=Path)
    of_sliders.add_argument("--bot", required=True)
    args = parser.parse_args()
    if args.command == "authors":
        authors(args.room, args.unsigned, args.rounds)
    else:
        sliders(args.low, args.high, args.bot)


if __name__ == "__main__":
    main()
