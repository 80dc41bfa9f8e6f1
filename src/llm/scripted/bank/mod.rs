//! What the bots can talk about: topics, each with a few seeds of conversation.
//!
//! A seed is one true particular and six answers to it, one in the manner of each voice. All of
//! it is static text; the only work done is an index, built once, that finds topics by the words
//! of a text and recognises lines that somebody has already said.

mod crafts;
mod earth;
mod living;
mod mind;
mod numbers;
mod room;
mod selves;
mod society;
mod tongues;
mod virtues;
mod works;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::num::NonZeroUsize;
use std::sync::{LazyLock, OnceLock};

use foldhash::fast::FixedState;
use lru::LruCache;

use crate::domain::said::{alike, clause};
use crate::domain::similarity::term;
use crate::domain::words::{Signs, words};

/// A subject.
pub(in crate::llm::scripted) struct Topic {
    /// As it stands in the middle of a sentence.
    pub name: &'static str,
    /// Whether the name takes a plural verb.
    pub many: bool,
    /// Beginnings of words that point to it; `$` at the end asks for the whole word.
    pub words: &'static [&'static str],
    /// Names of topics that lie near.
    pub near: &'static [&'static str],
    /// What to look up about it.
    pub look: &'static [&'static str],
    /// The particulars.
    pub seeds: &'static [Seed],
}

/// One particular, and what can be said to it.
pub(in crate::llm::scripted) struct Seed {
    /// A title for a thread about it.
    pub title: &'static str,
    /// The particular itself.
    pub say: &'static str,
    /// A question it raises.
    pub ask: &'static str,
    /// An objection.
    pub push: &'static str,
    /// An image.
    pub see: &'static str,
    /// What to do about it.
    pub act: &'static str,
    /// What it means to somebody.
    pub care: &'static str,
    /// What both sides have in common, or miss.
    pub weigh: &'static str,
}

/// The kinds of line in a seed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::llm::scripted) enum Kind {
    Ask,
    Push,
    See,
    Act,
    Care,
    Weigh,
    Say,
    /// An answer to the question.
    First,
    /// Another one, if there are two.
    Second,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    const ALL: [Self; 9] = [
        Self::Ask,
        Self::Push,
        Self::See,
        Self::Act,
        Self::Care,
        Self::Weigh,
        Self::Say,
        Self::First,
        Self::Second,
    ];

    /// The answers to the question.
    pub const REPLIES: [Self; 2] = [Self::First, Self::Second];

    /// The six answers, in the order of the voices.
    pub const ANSWERS: [Self; 6] = [Self::Ask, Self::Push, Self::See, Self::Act, Self::Care, Self::Weigh];
}

/// One line of the bank.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::llm::scripted) struct Line {
    pub topic: usize,
    pub seed: usize,
    pub kind: Kind,
}

impl Line {
    /// Its text.
    pub fn text(self) -> &'static str {
        text_of(&TOPICS[self.topic].seeds[self.seed], self.kind)
    }

    /// The print by which it is known whether it was said lately.
    pub fn print(self) -> Option<u32> {
        /// Of the lines of a topic, by seed and kind.
        type Prints = OnceLock<Vec<[Option<u32>; Kind::ALL.len()]>>;
        static PRINTS: [Prints; COUNT] = [const { OnceLock::new() }; COUNT];
        let of = |seed| Kind::ALL.map(|kind| clause(text_of(seed, kind)));
        let prints = PRINTS[self.topic].get_or_init(|| TOPICS[self.topic].seeds.iter().map(of).collect());
        prints[self.seed][self.kind as usize]
    }

    /// Another line of the same seed.
    pub const fn with(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

const SHELVES: [&[Topic]; 11] = [
    room::TOPICS,
    mind::TOPICS,
    selves::TOPICS,
    numbers::TOPICS,
    earth::TOPICS,
    living::TOPICS,
    tongues::TOPICS,
    works::TOPICS,
    crafts::TOPICS,
    society::TOPICS,
    virtues::TOPICS,
];

/// How many topics there are.
pub(in crate::llm::scripted) const fn count() -> usize {
    COUNT
}

/// The topic numbered `at`.
pub(in crate::llm::scripted) fn topic(at: usize) -> &'static Topic {
    TOPICS[at]
}

/// The topics near the one numbered `at`.
pub(in crate::llm::scripted) fn near(at: usize) -> &'static [usize] {
    static NEAR: [OnceLock<Vec<usize>>; COUNT] = [const { OnceLock::new() }; COUNT];
    let place = |name: &&str| TOPICS.iter().position(|other| other.name == *name);
    NEAR[at].get_or_init(|| TOPICS[at].near.iter().filter_map(place).collect())
}

/// How many topics belong to the room's own opening threads; they come first.
pub(in crate::llm::scripted) const ROOM: usize = room::TOPICS.len();

/// How many topics there are.
const COUNT: usize = {
    let (mut count, mut rest): (usize, &[&[Topic]]) = (0, &SHELVES);
    while let [shelf, others @ ..] = rest {
        (count, rest) = (count + shelf.len(), others);
    }
    count
};

/// Every topic, in the order of their numbers.
static TOPICS: [&Topic; COUNT] = {
    let (mut topics, mut at) = ([&SHELVES[0][0]; COUNT], 0);
    let mut rest: &[&[Topic]] = &SHELVES;
    while let [shelf, others @ ..] = rest {
        let mut of = *shelf;
        while let [topic, more @ ..] = of {
            topics[at] = topic;
            (at, of) = (at + 1, more);
        }
        rest = others;
    }
    topics
};

/// Fingerprints by which the lines of the bank are known again.
struct Lines {
    /// Those of five words at the beginning of each sentence, sorted.
    prints: Vec<(u64, Line)>,
    /// One bit per slot of a fingerprint: most that are none of these are told apart without a search.
    sieve: Vec<u64>,
}

/// Bits of the sieve: 8 KiB.
const SIEVE_BITS: u64 = 1 << 16;

/// Whether a word that begins a sentence would be small elsewhere: the bank has it so.
pub(in crate::llm::scripted) fn is_common(word: &str) -> bool {
    static SMALL: LazyLock<HashSet<&str, FixedState>> = LazyLock::new(|| {
        let kinds = |seed: &'static Seed| Kind::ALL.map(|kind| text_of(seed, kind));
        let texts = TOPICS.iter().flat_map(|topic| topic.seeds.iter()).flat_map(kinds);
        let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
        words.filter(|word| word.starts_with(char::is_lowercase)).collect()
    });
    SMALL.contains(word.to_lowercase().as_str())
}

/// Where a fingerprint stands in the sieve.
#[allow(clippy::cast_possible_truncation)] // sixteen bits
const fn place(print: u64) -> (usize, u64) {
    let slot = (print ^ (print >> 32)) % SIEVE_BITS;
    ((slot / 64) as usize, 1 << (slot % 64))
}

/// Beginnings of words by their first three bytes, sorted.
static STEMS: LazyLock<Vec<([u8; 3], &'static str, usize)>> = LazyLock::new(|| {
    let mut stems: Vec<_> = TOPICS
        .iter()
        .enumerate()
        .flat_map(|(at, topic)| topic.words.iter().map(move |stem| (head(stem.as_bytes()), *stem, at)))
        .collect();
    stems.sort_unstable();
    stems
});

static LINES: LazyLock<Lines> = LazyLock::new(|| {
    let mut prints = Vec::new();
    for (at, topic) in TOPICS.iter().enumerate() {
        for seed in 0..topic.seeds.len() {
            for kind in Kind::ALL {
                let line = Line { topic: at, seed, kind };
                fingerprints(line.text(), Which::Beginnings, |print| prints.push((print, line)));
            }
        }
    }
    prints.sort_unstable_by_key(|(print, line)| (*print, line.topic, line.seed));
    let mut sieve = vec![0; (SIEVE_BITS / 64) as usize];
    for (print, _) in &prints {
        let (word, bit) = place(*print);
        sieve[word] |= bit;
    }
    Lines { prints, sieve }
});

fn text_of(seed: &'static Seed, kind: Kind) -> &'static str {
    match kind {
        Kind::Say => seed.say,
        Kind::Ask => seed.ask,
        Kind::Push => seed.push,
        Kind::See => seed.see,
        Kind::Act => seed.act,
        Kind::Care => seed.care,
        Kind::Weigh => seed.weigh,
        Kind::First | Kind::Second => reply_to(seed, kind),
    }
}

/// Answers to the questions of the seeds: a line with the question, then one or two with what can be answered.
const ANSWERS: &str = include_str!("answers.txt");

/// An answer to the question of a seed; empty where there is no second one.
fn reply_to(seed: &'static Seed, kind: Kind) -> &'static str {
    static REPLIES: LazyLock<HashMap<&str, [&str; 2], FixedState>> = LazyLock::new(|| {
        let mut replies = HashMap::<&str, [&str; 2], _>::default();
        let (mut asked, mut count) = ("", 0);
        for line in ANSWERS.lines() {
            if let Some(question) = line.strip_prefix("? ") {
                (asked, count) = (question, 0);
            } else if let Some(slot) = replies.entry(asked).or_default().get_mut(count) {
                *slot = line;
                count += 1;
            }
        }
        replies
    });
    let second = usize::from(kind == Kind::Second);
    REPLIES.get(seed.ask).map_or("", |answers| answers[second])
}

fn head(word: &[u8]) -> [u8; 3] {
    let at = |index: usize| match word.get(index) {
        Some(b'$') | None => 0,
        Some(byte) => *byte,
    };
    [at(0), at(1), at(2)]
}

/// Which fingerprints of a text are asked for.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Which {
    /// Those of words that begin a sentence.
    Beginnings,
    Anywhere,
}

/// Calls `each` with the fingerprint of every five words outside quotations.
fn fingerprints(text: &str, which: Which, mut each: impl FnMut(u64)) {
    const CANNOT: u64 = term("cannot");
    // The last five words, and whether a sentence begins with each.
    let mut last = [(0_u64, false); 5];
    let mut seen = 0_usize;
    let mut add = |hash: u64, first: bool, seen: &mut usize| {
        let hash = alike::usual(hash);
        // Two words that say together what one says are that one.
        if *seen > 0
            && let Some(both) = alike::usual_of(last[4].0, hash)
        {
            last[4].0 = both;
        } else {
            last.rotate_left(1);
            last[4] = (hash, first);
            *seen += 1;
        }
        if *seen >= 5 && (which == Which::Anywhere || last[0].1) {
            let add = |print: u64, (hash, _): &(u64, bool)| {
                print.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(*hash)
            };
            each(last.iter().fold(0, add));
        }
    };
    let mut first = true;
    for word in words(text) {
        if word.quoted {
            seen = 0;
        } else {
            let own = &text[word.start..word.end];
            let short = if word.marked || word.hash == CANNOT { alike::unshort(own) } else { None };
            if let Some((stem, tail)) = short {
                add(term(&stem.to_lowercase()), first, &mut seen);
                add(term(tail), false, &mut seen);
            } else {
                add(word.hash, first, &mut seen);
            }
        }
        first = word.after.has(Signs::STOP.or(Signs::COLON));
    }
}

/// Makes the tables that every answer needs.
pub(in crate::llm::scripted) fn prepare() {
    LazyLock::force(&STEMS);
    LazyLock::force(&LINES);
}

/// Texts whose lines are kept: the same posts are read beat after beat.
const KNOWN: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

/// What was found in texts, by the texts' hashes.
type Found<T> = RefCell<LruCache<u64, Box<[T]>>>;

thread_local! {
    /// The lines of texts read lately. It spares reading and changes no answer.
    static LATELY: Found<Line> = RefCell::new(LruCache::new(KNOWN));
    /// The topics of texts tallied lately, in the same way.
    static TALLIED: Found<(usize, u32)> = RefCell::new(LruCache::new(KNOWN));
}

fn key(text: &str) -> u64 {
    foldhash::quality::FixedState::default().hash_one(text)
}

/// Adds the lines of the bank that `text` says itself (not in quotation) to `found`, in their order.
pub(in crate::llm::scripted) fn recognise(text: &str, found: &mut Vec<Line>) {
    LATELY.with_borrow_mut(|lately| {
        let lines = lately.get_or_insert(key(text), || read(text).into_boxed_slice());
        let again = lines.first().is_some_and(|first| found.last() == Some(first));
        found.extend_from_slice(&lines[usize::from(again)..]);
    });
}

/// The lines of the bank in `text`.
fn read(text: &str) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let Lines { prints, sieve } = &*LINES;
    fingerprints(text, Which::Anywhere, |print| {
        let (word, bit) = place(print);
        if sieve[word] & bit == 0 {
            return;
        }
        let at = prints.partition_point(|(other, _)| *other < print);
        if let Some((other, line)) = prints.get(at)
            && *other == print
            && found.last() != Some(line)
        {
            found.push(*line);
        }
    });
    found
}

/// Adds `weight` to the score of every topic for each word of `text` that points to it.
pub(in crate::llm::scripted) fn tally(text: &str, weight: u32, scores: &mut Vec<(usize, u32)>) {
    TALLIED.with_borrow_mut(|tallied| {
        for (topic, hits) in tallied.get_or_insert(key(text), || pointed(text).into_boxed_slice()) {
            match scores.iter_mut().find(|(other, _)| other == topic) {
                Some((_, score)) => *score += weight * hits,
                None => scores.push((*topic, weight * hits)),
            }
        }
    });
}

/// The topics that words of `text` point to, each with how many do, in the order of their first words.
fn pointed(text: &str) -> Vec<(usize, u32)> {
    let mut scores: Vec<(usize, u32)> = Vec::new();
    let mut buffer = [0_u8; 24];
    for word in words(text) {
        let bytes = &text.as_bytes()[word.start..word.end];
        if bytes.len() < 3 {
            continue;
        }
        let length = bytes.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
        let lower = &buffer[..length];
        let begin = [lower[0], lower[1], lower[2]];
        let from = STEMS.partition_point(|(head, _, _)| *head < begin);
        for (_, stem, topic) in STEMS[from..].iter().take_while(|(head, _, _)| *head == begin) {
            let hit = stem
                .strip_suffix('$')
                .map_or_else(|| lower.starts_with(stem.as_bytes()), |whole| lower == whole.as_bytes());
            if hit {
                match scores.iter_mut().find(|(other, _)| other == topic) {
                    Some((_, hits)) => *hits += 1,
                    None => scores.push((*topic, 1)),
                }
            }
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_neighbour_exists_and_every_line_is_fit_to_print() {
        for (at, topic) in TOPICS.iter().enumerate() {
            assert_eq!(near(at).len(), topic.near.len(), "a neighbour of {} is missing", topic.name);
            assert!(!topic.seeds.is_empty() && !topic.look.is_empty(), "{} is empty", topic.name);
            for seed in topic.seeds {
                assert!(seed.title.chars().count() <= 80, "{}", seed.title);
                assert!(seed.ask.ends_with('?'), "{}", seed.ask);
                for kind in Kind::ALL {
                    let text = text_of(seed, kind);
                    if kind == Kind::Second && text.is_empty() {
                        continue;
                    }
                    assert_eq!(kind == Kind::Ask, text.contains('?'), "{text}");
                    assert!(text.ends_with(['.', '?', '!']), "{text}");
                    assert!(text.starts_with(|c: char| c.is_uppercase() || c.is_numeric()), "{text}");
                    let count = text.split_whitespace().count();
                    assert!((5..=48).contains(&count), "{count} words: {text}");
                    assert!(!text.contains(['"', '“', '”', '—']), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_line_is_recognised_in_a_post_but_not_in_a_quotation() {
        let line = Line { topic: ROOM, seed: 0, kind: Kind::Push };
        let mut found = Vec::new();
        recognise(&format!("Ada, I read it twice. {}", line.text()), &mut found);
        assert_eq!(found.first(), Some(&line));
        found.clear();
        recognise(&format!("Ada, “{}” is bold.", line.text()), &mut found);
        assert!(found.is_empty());
    }

    #[test]
    fn no_line_is_written_twice() {
        for pair in LINES.prints.windows(2) {
            assert!(pair[0].0 != pair[1].0, "{} / {}", pair[0].1.text(), pair[1].1.text());
        }
    }
}
