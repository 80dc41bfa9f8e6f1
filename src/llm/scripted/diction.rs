//! In which of several words, and with which signs, a bot writes what anybody could have said; and reading it as if all
//! wrote alike.
//!
//! What is changed here changes no meaning: “nobody” and “no one”, “do not” and “don't”, “three” and “3”, a comma before
//! “and” or a stronger sign. It holds for all that a bot writes, whatever it is made of, but not for what it quotes.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::habit::Habit;
use crate::domain::said::alike::{FIGURES, SAME, unshort};
use crate::domain::similarity::Sieve;
use crate::domain::words::{Word, words};

/// What may stand where a comma is written before a word that joins.
const JOINTS: [&str; 4] = [", ", " ", "; ", " – "];
/// The dashes that there are.
const DASHES: [&str; 2] = [" – ", " — "];
/// What joins two things of which each could be said alone; and what only leads on, which is never left without its
/// comma where that would change whom it speaks of.
const JOINING: [&str; 10] = ["and", "but", "so", "because", "since", "though", "or", "if", "when", "as"];
const LEADING: [&str; 3] = ["which", "who", "where"];

/// What a bot's words are drawn by: with these no two of the embedded bots have many of them in common.
const JOINT: u64 = 7_092;
const DASH: u64 = 7_151;
const SHORT: u64 = 7_286;
const IN_FIGURES: u64 = 7_141;
const WORDS: u64 = 9_920;

/// How one bot writes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Diction {
    joint: &'static str,
    /// Its dash.
    dash: &'static str,
    /// Whether it says “don't”.
    short: bool,
    /// Whether it writes numbers in figures.
    figures: bool,
    /// For each of [`SAME`] whether it uses the other word.
    others: [bool; SAME.len()],
}

/// A word of a text and where it stands.
struct Token<'t> {
    word: &'t str,
    start: usize,
    end: usize,
    hash: u64,
    /// Whether it has an apostrophe.
    marked: bool,
}

/// The words of `text` that are its own: what it quotes is left out. `each` is called with every word.
fn tokens(text: &str, mut each: impl FnMut(&Word)) -> impl Iterator<Item = Token<'_>> {
    words(text).inspect(move |word| each(word)).filter(|word| !word.quoted).map(
        move |Word { start, end, hash, marked, .. }| Token {
            word: &text[start..end],
            start,
            end,
            hash,
            marked,
        },
    )
}

/// How a number begins that has no figure here.
const NAMES_OF_TENS: [&str; 4] = ["twenty-", "thirty-", "forty-", "fifty-"];

/// Words after which what follows is no sentence of its own: “what it is” is never “what it's”.
const STRANDS: [&str; 12] =
    ["what", "where", "who", "how", "which", "than", "as", "whatever", "whoever", "when", "so", "if"];
/// After what a short “it's” is the beginning of something said, and not the end of what stands before it.
const OPENS: [&str; 16] = [
    "", "that", "and", "but", "because", "since", "though", "until", "till", "while", "whilst", "yes", "no",
    "or", "think", "says",
];
/// What can follow a short “have”.
const DONE: [&str; 26] = [
    "been",
    "had",
    "read",
    "seen",
    "heard",
    "said",
    "told",
    "come",
    "made",
    "found",
    "lost",
    "learnt",
    "thought",
    "known",
    "gone",
    "got",
    "put",
    "never",
    "always",
    "just",
    "not",
    "only",
    "kept",
    "taken",
    "given",
    "forgotten",
];

/// `first second` in short, if it is said so between `before` and `after`.
fn short(before: &str, first: &str, second: &str, after: &str) -> Option<String> {
    if second == "not" {
        return match first {
            "will" => Some("won't".to_owned()),
            "do" | "does" | "did" | "is" | "are" | "was" | "were" | "has" | "had" | "would" | "could"
            | "should" => Some(format!("{first}n't")),
            _ => None,
        };
    }
    if after.is_empty() || after == "not" || after == "to" || STRANDS.contains(&before) {
        return None;
    }
    let lower = first.to_lowercase();
    // “Remy and I've kept it” is one too many in short.
    if before == "and" && lower == "i" {
        return None;
    }
    let tail = match (lower.as_str(), second) {
        ("it" | "that" | "there" | "he" | "she", "is") if !OPENS.contains(&&*before.to_lowercase()) => {
            return None;
        }
        ("there", "is") if !["a", "an", "no", "one", "nothing", "more", "something"].contains(&after) => {
            return None;
        }
        ("it" | "that" | "there" | "who" | "he" | "she", "is") => "'s",
        ("i", "am") => "'m",
        ("you" | "we" | "they", "are") => "'re",
        ("i" | "you" | "we" | "they" | "he" | "she", "would") => "'d",
        ("i" | "you" | "we" | "they" | "he" | "she" | "it", "will") => "'ll",
        ("i" | "you" | "we" | "they", "have") if DONE.contains(&after) || after.ends_with("ed") => "'ve",
        ("let", "us") => "'s",
        _ => return None,
    };
    Some(format!("{first}{tail}"))
}

/// Whether `word`, one of [`SAME`], may be put another way between its neighbours.
fn may_differ(word: &str, (before, after): (&str, &str), once: bool) -> bool {
    let (word, before, after) = (&*word.to_lowercase(), &*before.to_lowercase(), &*after.to_lowercase());
    let numeral =
        || FIGURES.iter().any(|(name, _)| *name == after) || ["hundred", "thousand"].contains(&after);
    match word {
        "every" => {
            !["almost", "nearly", "not", "hardly", "just", "an", "each"].contains(&before)
                && ![
                    "so", "now", "other", "bit", "once", "one", "few", "single", "day", "year", "second",
                    "third",
                ]
                .contains(&after)
                && !numeral()
                && !after.ends_with("teen")
                && !after.ends_with("ty")
        }
        // “Just” stands for it only before what is counted or named.
        "only" => {
            !["the", "an", "its", "my", "his", "her", "their", "our", "your", "not", "if", "and", "but"]
                .contains(&before)
                && (after == "one" || numeral())
        }
        // “I should be” says something else.
        "should" => after == "be" && !["", "i", "we"].contains(&before) && !STRANDS.contains(&before),
        "round" => {
            !["a", "the", "this", "each", "every", "one", "that", "last", "next", "first", "second", "third"]
                .contains(&before)
                && !after.is_empty()
        }
        "almost" => !["a", "an"].contains(&before),
        // Once in a post: “since … since” is heard.
        // “Since he came” is heard as a time.
        "because" => {
            once && !["is", "was"].contains(&before)
                && !["of", "i", "you", "he", "she", "it", "we", "they"].contains(&after)
        }
        "people" => {
            !["a", "the", "these", "those", "two", "young", "old"].contains(&before)
                && !["s", "who"].contains(&after)
        }
        _ => true,
    }
}

impl Diction {
    /// How the bot with these habits writes.
    pub fn of(habit: &Habit) -> Self {
        Self {
            joint: JOINTS[habit.one_of(JOINT, JOINTS.len())],
            dash: DASHES[habit.one_of(DASH, DASHES.len())],
            short: habit.one_of(SHORT, 2) == 1,
            figures: habit.one_of(IN_FIGURES, 3) == 0,
            others: std::array::from_fn(|at| habit.one_of(WORDS + SAME[at].0, 2) == 1),
        }
    }

    /// `text` as the bot writes it.
    pub fn written(&self, text: &str) -> String {
        let tokens: Vec<Token<'_>> = tokens(text, |_| {}).collect();
        let mut out = String::with_capacity(text.len() + 16);
        let (mut from, mut at, mut commas) = (0, 0, 0);
        let reasons = text.matches("because").count() + text.matches("since").count();
        let once = reasons < 2;
        // Nobody writes one number in figures and the next in letters.
        let figures = self.figures && !NAMES_OF_TENS.iter().any(|name| text.contains(name));
        while at < tokens.len() {
            let Token { word, start, end, .. } = tokens[at];
            let beside = |next: usize| tokens.get(next).filter(|next| text[end..next.start] == *" ");
            let last = at.checked_sub(1).map(|last| &tokens[last]);
            let joined = last.filter(|last| text[last.end..start] == *" ");
            let (before, next) = (joined.map_or("", |last| last.word), beside(at + 1));
            let after = next.map_or("", |next| next.word);
            let gap = &text[last.map_or(0, |last| last.end)..start];
            if gap.contains(['.', '!', '?', '\n', ':', ';', '–', '—']) {
                commas = 0;
            }
            commas += usize::from(gap.contains(','));
            let leads = LEADING.contains(&word) && self.joint == " – ";
            if (leads || JOINING.contains(&word))
                && gap == ", "
                && self.joins(word, (&text[..start], &text[end..]), commas)
            {
                out.push_str(&text[from..start - gap.len()]);
                out.push_str(self.joint);
                from = start;
                commas = 0;
            }
            if self.short
                && let Some(next) = next
            {
                let beyond = tokens.get(at + 2).filter(|beyond| text[next.end..beyond.start] == *" ");
                if let Some(said) = short(before, word, next.word, beyond.map_or("", |beyond| beyond.word)) {
                    out.push_str(&text[from..start]);
                    out.push_str(&said);
                    from = next.end;
                    at += 2;
                    continue;
                }
                if word == "cannot" {
                    out.push_str(&text[from..start]);
                    out.push_str("can't");
                    from = end;
                }
            }
            let counts = |next: &Token<'_>| ["hundred", "thousand", "million"].contains(&next.word);
            let hyphened = text[..start].ends_with('-') || text[end..].starts_with('-');
            if figures
                && before != "and"
                && !hyphened
                && !next.is_some_and(|next| counts(next) || ["to", "minds"].contains(&next.word))
                && let Some((_, figure)) = FIGURES.iter().find(|(name, _)| *name == word)
            {
                out.push_str(&text[from..start]);
                out.push_str(figure);
                from = end;
            }
            if word.eq_ignore_ascii_case("those")
                && let Some(next) = next.filter(|next| next.word == "who")
                && let Some(other) = self.other("those who")
                && joined.is_none_or(|last| last.word != "of")
            {
                out.push_str(&text[from..start]);
                out.push_str(if word == "Those" { "People who" } else { &other });
                from = next.end;
                at += 2;
                continue;
            }
            if let Some(other) =
                self.other(word).filter(|_| !hyphened && may_differ(word, (before, after), once))
            {
                out.push_str(&text[from..start]);
                out.push_str(&other);
                from = end;
            }
            at += 1;
        }
        out.push_str(&text[from..]);
        for dash in DASHES.iter().filter(|dash| **dash != self.dash) {
            out = out.replace(dash, self.dash);
        }
        out
    }

    /// Whether a joining `word` between `before` and `after` may stand without its comma, or with more than one:
    /// what it joins must be two things that could each be said alone.
    fn joins(&self, word: &str, (before, after): (&str, &str), commas: usize) -> bool {
        const SIGNS: [char; 10] = [',', ';', ':', '.', '!', '?', '–', '—', '“', '('];
        let piece = |text: &str| text.split_whitespace().count();
        let last = before.trim_end_matches(", ").rsplit(SIGNS).next().map_or(0, piece);
        let next = after.split(SIGNS).next().map_or(0, piece);
        match self.joint {
            // “Rex, when I look at it” calls somebody, “Now, as I see it” leads in.
            " " => commas < 2 && last > 2,
            ", " => true,
            // A stronger sign stands between two things of which each could be said alone.
            "; " => ["and", "but", "so", "or"].contains(&word) && last > 2 && next > 3,
            _ => last > 2 && next > 3,
        }
    }

    /// What the bot says for `word`, with a capital where that has one.
    fn other(&self, word: &str) -> Option<String> {
        let (at, (_, _, other)) =
            SAME.iter().enumerate().find(|(_, (_, usual, _))| usual.eq_ignore_ascii_case(word))?;
        if !self.others[at] {
            return None;
        }
        let mut other = (*other).to_owned();
        if word.starts_with(char::is_uppercase) {
            super::grammar::capitalise(&mut other, 0);
        }
        Some(other)
    }
}

/// What [`read`] may put in another way: the words that join or lead on, figures, and how the other of two words that
/// say the same begins.
static OTHERS: LazyLock<Sieve> = LazyLock::new(|| {
    let same = SAME.iter().map(|(_, _, other)| other.split(' ').next().unwrap_or_default());
    let figures = FIGURES.iter().map(|(_, figure)| *figure);
    Sieve::of(JOINING.into_iter().chain(LEADING).chain(figures).chain(same))
});

/// `text` in the words that all are read in. `each` is called with every word of `text` itself.
pub(super) fn read(text: &str, each: impl FnMut(&Word)) -> Cow<'_, str> {
    let others = &*OTHERS;
    let mut tokens = tokens(text, each).peekable();
    let mut out = String::new();
    let (mut from, mut last) = (0, None);
    let put = |out: &mut String, from: &mut usize, (start, end): (usize, usize), word: &str| {
        out.push_str(&text[*from..start]);
        out.push_str(word);
        *from = end;
    };
    while let Some(Token { word, start, end, hash, marked }) = tokens.next() {
        let gap = last.map_or("", |last| &text[last..start]);
        let (begins, other) = (start - gap.len(), others.holds(hash));
        last = Some(end);
        // What one sign stands between is joined by a space already.
        if gap.len() > 1 {
            if other
                && (JOINING.contains(&word) || LEADING.contains(&word))
                && (JOINTS.contains(&gap) || DASHES.contains(&gap))
            {
                put(&mut out, &mut from, (begins, start), " ");
            } else if gap == ": " || DASHES.contains(&gap) {
                put(&mut out, &mut from, (begins, start), "; ");
            }
        }
        if marked {
            if let Some((stem, tail)) = unshort(word) {
                let space = if stem.eq_ignore_ascii_case("can") && tail == "not" { "" } else { " " };
                put(&mut out, &mut from, (start, end), &format!("{stem}{space}{tail}"));
            }
            continue;
        }
        if !other {
            continue;
        }
        if let Some((name, _)) = FIGURES.iter().find(|(_, figure)| *figure == word) {
            put(&mut out, &mut from, (start, end), name);
            continue;
        }
        for (_, usual, other) in SAME {
            let (first, second) = other.split_once(' ').unwrap_or((other, ""));
            if !first.eq_ignore_ascii_case(word) {
                continue;
            }
            let next = tokens.peek().filter(|next| text[end..next.start] == *" " && next.word == second);
            let till = if second.is_empty() { Some(end) } else { next.map(|next| next.end) };
            if let Some(till) = till {
                let mut usual = usual.to_owned();
                if word.starts_with(char::is_uppercase) {
                    super::grammar::capitalise(&mut usual, 0);
                }
                put(&mut out, &mut from, (start, till), &usual);
                if !second.is_empty() {
                    last = tokens.next().map(|next| next.end);
                }
                break;
            }
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "It is no secret that somebody kept three of them, and that every one was seen. Nobody should ask, and I would \
        not. What it is, I cannot say; only two people do not mind, and that should be said.";

    fn every() -> Diction {
        Diction { joint: "; ", dash: " – ", short: true, figures: true, others: [true; SAME.len()] }
    }

    #[test]
    fn what_is_written_in_any_words_is_read_in_one() {
        let mut written = std::collections::HashSet::new();
        for id in 0..60 {
            let text = Diction::of(&Habit::of(&format!("bot{id}"))).written(WRITTEN);
            assert_eq!(read(&text, |_| {}), read(WRITTEN, |_| {}), "{text}");
            assert_eq!(
                crate::domain::said::sentence(&text),
                crate::domain::said::sentence(WRITTEN),
                "{text}"
            );
            written.insert(text);
        }
        assert!(written.len() > 30, "only {} dictions", written.len());
        assert_eq!(
            every().written(WRITTEN),
            "It's no secret that someone kept 3 of them; and that every one was seen. No one should ask, and I wouldn't. \
             What it is, I can't say; just 2 people don't mind; and that ought to be said."
        );
    }

    #[test]
    fn what_is_quoted_or_bound_stays() {
        for bound in [
            "“Nobody does not, and every three.”",
            "I know what it is.",
            "The only one.",
            "It happens every now and then.",
            "Twenty-two of them.",
            "Should we ask?",
            "I have to go.",
        ] {
            assert_eq!(every().written(bound), bound);
        }
        let none =
            Diction { joint: " ", dash: " – ", short: false, figures: false, others: [false; SAME.len()] };
        assert_eq!(
            none.written("Yes, and here it rains, and it snows, it hails, and more."),
            "Yes, and here it rains, and it snows, it hails, and more."
        );
        assert_eq!(
            none.written("Here it often rains, and it snows, it hails, and more."),
            "Here it often rains and it snows, it hails, and more."
        );
    }
}
