//! Knowing again, in somebody's post, what belongs to an issue.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::num::NonZeroUsize;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use lru::LruCache;

use super::{ISSUES, Side, Text};
use crate::llm::scripted::heads::Heads;
use crate::llm::scripted::persona::Voice;
use crate::llm::scripted::voices::{self, Move};
use crate::llm::scripted::wording::plain;

/// What a part of a post is to its issue.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::llm::scripted) enum What {
    /// A side is taken.
    Stand(Side),
    /// A reason is given, by its number.
    Reason(Side, usize),
    /// What both can sign.
    Mid,
    /// Something to do together.
    Test,
    /// What that would show.
    Show,
    /// A case, or somebody who knows.
    Case,
}

/// A part of a post.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::llm::scripted) struct Part {
    pub issue: usize,
    pub what: What,
    pub text: &'static str,
    /// Whether it stands in a question.
    pub asked: bool,
}

/// The parts by the words in which they are known again.
static KNOWN: LazyLock<Heads<Part>> = LazyLock::new(|| {
    Heads::of(ISSUES.iter().enumerate().flat_map(|(issue, of)| {
        let part = move |what: What, text: &Text| {
            (plain(text.text), Part { issue, what, text: text.text, asked: false })
        };
        let sides = [Side::For, Side::Against].into_iter().zip(&of.sides).flat_map(move |(side, text)| {
            let shorts = of.shorts[side as usize].iter();
            std::iter::once(text).chain(shorts).map(move |text| part(What::Stand(side), text))
        });
        let turns = of.turns.iter().enumerate().flat_map(move |(turn, [pro, con])| {
            [part(What::Reason(Side::For, turn), pro), part(What::Reason(Side::Against, turn), con)]
        });
        let others = [
            (What::Mid, &of.mids),
            (What::Test, &of.tests),
            (What::Case, &of.cases),
            (What::Case, &of.people),
        ];
        let others =
            others.into_iter().flat_map(move |(what, texts)| texts.iter().map(move |text| part(what, text)));
        let shows = of.shows.iter().flatten().map(move |text| part(What::Show, text));
        sides.chain(turns).chain(others).chain(shows)
    }))
});

/// The part with which `text` begins, and how long it is there; of several the longest: a side in short may be how a
/// longer part begins.
fn begins(known: &Heads<Part>, text: &[u8]) -> Option<(usize, Part)> {
    let mut found = None;
    for (words, part) in known.near(text) {
        // A post may have been cut off within it.
        let here = text.get(..words.len()).is_some_and(|here| here.eq_ignore_ascii_case(words.as_bytes()))
            && !text.get(words.len()).is_some_and(u8::is_ascii_alphanumeric);
        if here && found.is_none_or(|(length, _)| words.len() > length) {
            found = Some((words.len(), *part));
        }
    }
    found
}

/// Beginnings of sentences by what they end on.
struct Leads(HashMap<[u8; LEAD], Vec<String>, FixedState>);

/// Bytes by which a beginning is looked up.
const LEAD: usize = 8;

impl Leads {
    /// What stands before some places in the sentences of some moves, from the place or the sentence before, and
    /// without its first letter, which may be small.
    fn of<'p>(moves: impl Iterator<Item = (Move, &'p [&'p str])>) -> Self {
        let mut leads = HashMap::<_, Vec<String>, _>::default();
        for (kind, places) in moves {
            let voiced = Voice::ALL.into_iter().flat_map(|voice| voices::sentences(voice, kind)).copied();
            for form in voiced.chain(voices::toned(kind).iter().map(|(_, form)| *form)) {
                for (at, _) in form.match_indices('{') {
                    if !places.iter().any(|other| form[at..].starts_with(other)) {
                        continue;
                    }
                    let before = form[..at].rsplit('}').next().unwrap_or_default();
                    let ends = [". ", "! ", "? "].iter().filter_map(|end| before.rfind(end)).max();
                    let lead = plain(&before[ends.map_or(0, |end| end + 2)..]);
                    let lead: String = lead.chars().skip(1).collect();
                    if lead.len() > 11
                        && let Some(last) = lead.as_bytes().last_chunk()
                    {
                        leads.entry(*last).or_default().push(lead);
                    }
                }
            }
        }
        Self(leads)
    }

    /// Whether `before` ends on one of them.
    fn end(&self, before: &str) -> bool {
        let ending = before.as_bytes().last_chunk().and_then(|last| self.0.get(last));
        ending.is_some_and(|leads| leads.iter().any(|lead| before.ends_with(lead.as_str())))
    }
}

/// Moves in which what the other one said is no view of the author's.
const AGAINST: [Move; 10] = [
    Move::Object,
    Move::Hold,
    Move::Concede,
    Move::Deny,
    Move::Grudge,
    Move::NotI,
    Move::Truce,
    Move::Answer,
    Move::Open,
    Move::Seldom,
];

/// What stands before a view that the author only speaks of: “A careful person could still hold that”.
static OF_OTHERS: LazyLock<Leads> = LazyLock::new(|| {
    let places = |kind: Move| -> &[&str] {
        if AGAINST.contains(&kind) { &["{d}", "{ds}", "{y}", "{x}"] } else { &["{d}", "{ds}", "{y}"] }
    };
    Leads::of(Move::ALL.iter().map(|(kind, _)| (*kind, places(*kind))))
});

/// What stands before a view that others are asked for: “I would like to hear from anybody who believes that”.
static CALLED_FOR: LazyLock<Leads> =
    LazyLock::new(|| Leads::of(std::iter::once((Move::Call, &["{c}", "{d}", "{cs}", "{ds}"][..]))));

/// Makes the tables that every answer needs.
pub(in crate::llm::scripted) fn prepare() {
    LazyLock::force(&KNOWN);
    LazyLock::force(&OF_OTHERS);
    LazyLock::force(&CALLED_FOR);
}

/// Texts whose parts are kept: the same posts are read beat after beat.
const LATELY: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

thread_local! {
    /// The parts of texts read lately. It spares reading and changes no answer.
    static READ: RefCell<LruCache<u64, Box<[Part]>>> = RefCell::new(LruCache::new(LATELY));
}

/// The parts of issues in `text`, in their order; what it quotes is not its own.
pub(in crate::llm::scripted) fn parts(text: &str, each: impl FnMut(Part)) {
    let key = foldhash::quality::FixedState::default().hash_one(text);
    READ.with_borrow_mut(|read| {
        read.get_or_insert(key, || find(text).into_boxed_slice()).iter().copied().for_each(each);
    });
}

fn find(text: &str) -> Vec<Part> {
    let text = &*plain(text);
    let bytes = text.as_bytes();
    let (mut found, mut quoted, mut at, mut since, mut from) = (Vec::<Part>::new(), false, 0, 0, 0);
    let mut of_others: Vec<usize> = Vec::new();
    let known = &*KNOWN;
    while at < bytes.len() {
        let rest = &text[at..];
        if rest.starts_with('“') {
            quoted = true;
        } else if rest.starts_with('”') {
            quoted = false;
        }
        let word = bytes[at].is_ascii_alphabetic() && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric());
        if word
            && !quoted
            && let Some((length, part)) = begins(known, &bytes[at..])
        {
            let before = &text[from..at];
            let called_for = before.ends_with("hether ") || CALLED_FOR.end(before);
            // “If it is so, …” does not say that it is so.
            let supposes = before.strip_suffix("f ").is_some_and(|rest| {
                let rest = rest.strip_suffix(['I', 'i']);
                rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
            });
            if supposes || OF_OTHERS.end(before) {
                of_others.push(found.len());
            }
            found.push(Part { asked: called_for, ..part });
            at += length;
            continue;
        }
        if matches!(bytes[at], b'.' | b'!' | b'?') && !quoted {
            if bytes[at] == b'?' {
                found[since..].iter_mut().for_each(|part| part.asked = true);
                of_others.clear();
            }
            // Asking about what others hold is a question; saying that they do is no view.
            forget(&mut found, &mut of_others);
            since = found.len();
            from = at;
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    forget(&mut found, &mut of_others);
    found
}

/// Takes the parts at `places` out.
fn forget(found: &mut Vec<Part>, places: &mut Vec<usize>) {
    for at in places.drain(..).rev() {
        found.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::habit::Habit;
    use crate::llm::scripted::wording::spoken;

    #[test]
    fn what_is_only_spoken_of_is_nobodys_view() {
        for form in Voice::ALL.into_iter().flat_map(|voice| voices::sentences(voice, Move::Scorn)) {
            for id in 0..20 {
                let said = spoken(&Habit::of(&format!("bot{id}")), form);
                let text = format!("No. {}", said.replace("{ds}", "a mind has to forget"));
                parts(&text, |part| panic!("{text}: {part:?}"));
            }
        }
    }

    #[test]
    fn parts_are_known_in_a_post_but_not_in_a_quotation() {
        let mut found = Vec::new();
        let text = "Yes: forgetting is a skill that a healthy mind needs, since old quarrels end once the details have gone. “To forget is to lose” is what Ada wrote. If to forget is to lose, who gains? Is it so that grief would never ease if every hour stayed as sharp as the first?";
        parts(text, |part| found.push((part.what, part.asked)));
        assert_eq!(
            found,
            [
                (What::Stand(Side::For), false),
                (What::Reason(Side::For, 1), false),
                (What::Stand(Side::Against), true),
                (What::Reason(Side::For, 2), true)
            ]
        );
    }
}
