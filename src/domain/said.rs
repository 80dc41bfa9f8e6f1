//! What has been said lately: prints of sentences, of the clauses in them and of the things they name.
//!
//! A print is a hash. With it a writer can tell how many posts ago something was said without
//! anybody keeping the posts. Prints are fixed, so they are the same on every machine and in every run.

pub mod alike;

use std::collections::HashMap;
use std::sync::Arc;

use self::alike::{unshort, usual, usual_of};
use super::similarity::{Sieve, term};
use super::words::{self, Signs};

/// Words of a clause that its print is made of.
const CLAUSE: usize = 5;
/// Words of a thing (“the kitchen drawer”) that its print is made of.
const THING: usize = 3;
/// Posts after which what is fresh is merged into the rest.
const FRESH: u32 = 96;

type Ages = HashMap<u32, u32, foldhash::fast::FixedState>;

/// The prints of the last so many posts. Cheap to clone, and to add to while a clone is held.
#[derive(Clone, Debug)]
pub struct Said {
    window: u32,
    /// Posts so far.
    posts: u32,
    /// Print to the number of the post that had it last.
    base: Arc<Ages>,
    fresh: Arc<Ages>,
    fresh_from: u32,
}

impl Default for Said {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Said {
    /// Nothing yet; what is more than `window` posts old will be forgotten.
    #[must_use]
    pub fn new(window: u32) -> Self {
        Self { window, posts: 0, base: Arc::default(), fresh: Arc::default(), fresh_from: 0 }
    }

    /// Adds a post.
    pub fn add(&mut self, text: &str) {
        let at = self.posts;
        let fresh = Arc::make_mut(&mut self.fresh);
        prints(text, |print| {
            fresh.insert(print, at);
        });
        self.posts += 1;
        if self.posts - self.fresh_from >= FRESH {
            let oldest = self.posts.saturating_sub(self.window);
            let mut merged: Ages =
                self.base.iter().filter(|(_, at)| **at >= oldest).map(|(p, at)| (*p, *at)).collect();
            merged.extend(self.fresh.iter().map(|(print, at)| (*print, *at)));
            self.base = Arc::new(merged);
            self.fresh = Arc::default();
            self.fresh_from = self.posts;
        }
    }

    /// How many posts ago `print` was said: 1 for the last post, `None` when it was not within the window.
    #[must_use]
    pub fn ago(&self, print: u32) -> Option<u32> {
        let at = self.fresh.get(&print).or_else(|| self.base.get(&print))?;
        Some(self.posts - at).filter(|ago| *ago <= self.window)
    }
}

impl PartialEq for Said {
    /// Whether both would answer alike.
    fn eq(&self, other: &Self) -> bool {
        let within = |one: &Self, two: &Self| {
            one.base.keys().chain(one.fresh.keys()).all(|print| one.ago(*print) == two.ago(*print))
        };
        self.window == other.window && within(self, other) && within(other, self)
    }
}

/// Words by which a speaker says how sure it is, or how often it is so; a clause begins after each.
pub const WEIGHING: [&str; 23] = [
    "perhaps",
    "maybe",
    "possibly",
    "probably",
    "surely",
    "plainly",
    "clearly",
    "obviously",
    "presumably",
    "conceivably",
    "certainly",
    "undeniably",
    "really",
    "simply",
    "usually",
    "apparently",
    "mostly",
    "evidently",
    "arguably",
    "generally",
    "ordinarily",
    "undoubtedly",
    "definitely",
];

/// Words after which a clause begins, beside [`WEIGHING`].
const JOINTS: [&str; 52] = [
    "that",
    "because",
    "since",
    "for",
    "as",
    "and",
    "but",
    "if",
    "when",
    "whether",
    "where",
    "while",
    "though",
    "although",
    "so",
    "which",
    "then",
    "yet",
    "still",
    "only",
    "how",
    "why",
    "until",
    "here",
    "there",
    "before",
    "either",
    "or",
    "us",
    "we",
    "well",
    "look",
    "now",
    "ah",
    "listen",
    "honestly",
    "frankly",
    "naturally",
    "oddly",
    "hm",
    "fine",
    "sure",
    "being",
    "besides",
    "mm",
    "ooh",
    "actually",
    "moreover",
    "also",
    "anyway",
    "meanwhile",
    "incidentally",
];

fn is_joint(hash: u64) -> bool {
    static HASHES: std::sync::LazyLock<Sieve> =
        std::sync::LazyLock::new(|| Sieve::of(JOINTS.into_iter().chain(WEIGHING)));
    HASHES.holds(hash)
}

const fn is_article(hash: u64) -> bool {
    const ARTICLES: [u64; 3] = [term("a"), term("an"), term("the")];
    hash == ARTICLES[0] || hash == ARTICLES[1] || hash == ARTICLES[2]
}

/// A word: its hash in lower case, whether a clause begins after it and can begin with it, whether it ends a sentence,
/// whether it is written with a capital.
struct Word {
    hash: u64,
    joint: bool,
    opens: bool,
    closes: bool,
    capital: bool,
    vocative: bool,
}

fn words(text: &str) -> Vec<Word> {
    words_until(text, |_| false)
}

/// The words of `text`, up to where they are `enough`.
fn words_until(text: &str, enough: impl Fn(&[Word]) -> bool) -> Vec<Word> {
    const CANNOT: u64 = term("cannot");
    let mut words: Vec<Word> = Vec::with_capacity(text.len() / 5);
    let mut opens = true;
    let push = |hash: u64, opens: &mut bool, capital: bool, words: &mut Vec<Word>| {
        if let Some(last) = words.last_mut().filter(|last| !last.closes && !last.vocative)
            && let Some(both) = usual_of(last.hash, hash)
        {
            (last.hash, last.joint) = (both, is_joint(both));
            *opens = last.joint;
            return;
        }
        let hash = usual(hash);
        let joint = is_joint(hash);
        words.push(Word { hash, joint, opens: *opens, closes: false, capital, vocative: false });
        *opens = joint;
    };
    for word in words::words(text) {
        if !word.quoted {
            let before = words.len();
            let own = &text[word.start..word.end];
            let capital = own.starts_with(char::is_uppercase);
            let short = if word.marked || word.hash == CANNOT { unshort(own) } else { None };
            if let Some((stem, tail)) = short {
                push(term(&stem.to_lowercase()), &mut opens, capital, &mut words);
                push(term(tail), &mut opens, false, &mut words);
            } else {
                push(word.hash, &mut opens, capital, &mut words);
            }
            // The letter of a list, “(b)”, is no word of what is listed.
            let listed =
                word.letters == 1 && text[..word.start].ends_with('(') && text[word.end..].starts_with(')');
            words.truncate(if listed { before } else { words.len() });
            if words.len() > before && enough(&words) {
                return words;
            }
        }
        opens |= word.after != Signs::default();
        if let Some(last) = words.last_mut() {
            last.closes |= word.after.has(Signs::STOP.or(Signs::LINE));
            last.vocative |= word.after.has(Signs::COLON.or(Signs::PART));
        }
    }
    if let Some(last) = words.last_mut() {
        last.closes = true;
    }
    words
}

fn print_of(words: &[Word], salt: u64) -> u32 {
    let hash = words
        .iter()
        .fold(salt, |print, word| print.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(word.hash));
    fold(hash)
}

#[allow(clippy::cast_possible_truncation)] // the upper half is folded in
const fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// Calls `each` with every print of `text`; what stands in quotation marks is not said by it.
pub fn prints(text: &str, mut each: impl FnMut(u32)) {
    let words = words(text);
    let (mut sentence, mut count) = (0_u64, 0);
    for (at, word) in words.iter().enumerate() {
        if word.opens && !word.joint && at + CLAUSE <= words.len() {
            each(print_of(&words[at..at + CLAUSE], 1));
        }
        if is_article(word.hash) && at + THING <= words.len() {
            each(print_of(&words[at..at + THING], 2));
        }
        // Whom a sentence is said to, and who is in it, does not make it another one.
        let name = word.capital && (count > 0 || word.vocative);
        if !name && !word.joint {
            sentence =
                sentence.wrapping_add(word.hash.wrapping_mul(0x94d0_49bb_1331_11eb) ^ (word.hash >> 17));
            count += 1;
        }
        if word.closes {
            if count > 3 {
                each(fold(sentence ^ 3));
            }
            (sentence, count) = (0, 0);
        }
    }
}

/// Whether `count` words are there from the first that `begins` on.
fn holds(words: &[Word], begins: impl Fn(&Word) -> bool, count: usize) -> bool {
    words.len() >= count && words[..=words.len() - count].iter().any(begins)
}

/// The print by which the clause `text` is known again within a post; `None` when it is too short to be.
#[must_use]
pub fn clause(text: &str) -> Option<u32> {
    let begins = |word: &Word| !word.joint;
    let words = words_until(text, |words| holds(words, begins, CLAUSE + 1));
    let from = words.iter().position(begins)?;
    (words.len() >= from + CLAUSE).then(|| print_of(&words[from..from + CLAUSE], 1))
}

/// The print of a thing, such as “the kitchen drawer nobody dares to empty”; `None` when it has no article.
#[must_use]
pub fn thing(text: &str) -> Option<u32> {
    let begins = |word: &Word| is_article(word.hash);
    let words = words_until(text, |words| holds(words, begins, THING + 1));
    let from = words.iter().position(begins)?;
    (words.len() >= from + THING).then(|| print_of(&words[from..from + THING], 2))
}

/// The print of a whole sentence, whoever is named in it; `None` when it is too short to count.
#[must_use]
pub fn sentence(text: &str) -> Option<u32> {
    let mut last = None;
    let bare = text.trim_end_matches(['.', '!', '?', ' ']);
    let words = words(bare);
    let (mut sum, mut count) = (0_u64, 0);
    for word in &words {
        if !word.joint && !(word.capital && (count > 0 || word.vocative)) {
            sum = sum.wrapping_add(word.hash.wrapping_mul(0x94d0_49bb_1331_11eb) ^ (word.hash >> 17));
            count += 1;
        }
    }
    if count > 3 {
        last = Some(fold(sum ^ 3));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_a_thing_and_a_sentence_are_known_again() {
        let mut said = Said::new(3);
        said.add(
            "Ada, I think that forgetting is a skill after all, since the kitchen drawer is full. So be it.",
        );
        let clause = clause("forgetting is a skill after all").unwrap();
        assert_eq!(said.ago(clause), Some(1));
        assert_eq!(said.ago(thing("the kitchen drawer nobody dares to empty").unwrap()), Some(1));
        let again = "Rex, I think that forgetting is a skill after all, since the kitchen drawer is full.";
        assert_eq!(said.ago(sentence(again).unwrap()), Some(1));
        for _ in 0..3 {
            said.add("Something else is said by somebody here.");
        }
        assert_eq!(said.ago(clause), None, "older than the window");
    }

    #[test]
    fn the_letters_of_a_list_are_not_said() {
        let mut said = Said::new(9);
        said.add("(a) It does not matter. (b) Write your own.");
        assert_eq!(said.ago(clause("It does not matter. Write your own.").unwrap()), Some(1));
        let mut plain = Said::new(9);
        plain.add("It does not matter. Write your own.");
        assert!(said == plain);
    }

    #[test]
    fn what_is_quoted_is_not_said() {
        let mut said = Said::new(9);
        said.add("You write “a mind that keeps everything cannot find anything”, and I wonder.");
        assert_eq!(said.ago(clause("a mind that keeps everything cannot find anything").unwrap()), None);
    }

    #[test]
    fn what_was_merged_is_what_would_be_read_anew() {
        let posts: Vec<String> =
            (0..400).map(|at| format!("Post number {at} says what the {at} others did not say.")).collect();
        let (mut grown, mut read) = (Said::new(150), Said::new(150));
        posts.iter().for_each(|post| grown.add(post));
        posts[250..].iter().for_each(|post| read.add(post));
        assert!(grown == read);
    }
}
