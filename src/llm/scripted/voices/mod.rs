//! How each voice says things: sentences with places for what is said.
//!
//! A line is a move and a sentence, such as `agree: Yes, and {r}.` The places are those of
//! [`grammar`](super::grammar). No sentence says anything by itself: what it says comes from an
//! issue, the bank, the feed or the memories, so that the same sentence seldom comes twice.

use std::borrow::Cow;
use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::num::NonZeroUsize;
use std::sync::LazyLock;

use lru::LruCache;

use super::heads::{HEAD, Heads};
use super::persona::Voice;
use super::wording::plain;

/// What a sentence does.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Agree,
    Object,
    /// Grants a point and keeps another.
    Concede,
    /// Changes its mind.
    Turn,
    /// Turns a point down.
    Hold,
    Answer,
    Ask,
    Case,
    /// Brings in somebody who knows.
    Figure,
    /// Proposes something to do.
    Test,
    Sum,
    Open,
    /// Ends an opening post.
    Call,
    Joke,
    Bet,
    Promise,
    /// Takes its leave of a thread.
    Leave,
    Event,
    /// Takes part in what somebody proposed.
    Join,
    Decline,
    /// Ends a quarrel.
    Truce,
    /// Settles a bet.
    Settle,
    /// Tells a particular.
    Tell,
    /// Tells a particular that speaks for the side taken, as what it is.
    Exhibit,
    /// Says yes to what was asked.
    Affirm,
    /// Says no to it.
    Deny,
    /// Leaves a question open, and says why.
    Pass,
    /// Adds a reason.
    More,
    /// Makes little of what the other side holds.
    Scorn,
    /// Turns to what the bank has to say to a particular.
    Remark,
    /// Asks somebody who stands on the same side, or on none.
    Wonder,
    /// Says why something is so that it holds.
    Explain,
    /// Says why others hold what it does not.
    Grudge,
    /// Is one of those who were asked for.
    SpeakUp,
    /// Is none of them.
    NotI,
    /// Says what would change its mind.
    Sway,
    /// Says what it would tell those who hold the opposite.
    Retort,
    /// Says what it would tell those who hold the same.
    Second,
    /// Says how often: mostly.
    Often,
    /// Says how often: hardly ever.
    Seldom,
    /// Says how one could find out.
    Find,
    /// Says what would follow if it were wrong.
    Then,
    /// Says that nothing would follow that it does not hold already.
    Already,
    /// Offers what both can sign.
    Sign,
    /// Says that it is settled what is done.
    Decide,
    /// Takes the hand that ends a quarrel.
    Accept,
    /// Tells what came of something that was proposed and joined in.
    Report,
}

impl Move {
    /// Whether it goes against what somebody said.
    pub const fn opposes(self) -> bool {
        matches!(self, Self::Object | Self::Hold | Self::Decline | Self::Deny)
    }

    /// Whether it gives a view or a reason for one, so that more of the same may follow.
    pub const fn argues(self) -> bool {
        matches!(
            self,
            Self::Agree
                | Self::Object
                | Self::Concede
                | Self::Hold
                | Self::Answer
                | Self::Affirm
                | Self::Deny
                | Self::Explain
                | Self::Grudge
                | Self::SpeakUp
                | Self::NotI
                | Self::Sway
                | Self::Retort
                | Self::Second
                | Self::Often
                | Self::Seldom
                | Self::Already
        )
    }

    pub const ALL: [(Self, &'static str); 47] = [
        (Self::Agree, "agree"),
        (Self::Object, "object"),
        (Self::Concede, "concede"),
        (Self::Turn, "turn"),
        (Self::Hold, "hold"),
        (Self::Answer, "answer"),
        (Self::Ask, "ask"),
        (Self::Case, "case"),
        (Self::Figure, "figure"),
        (Self::Test, "test"),
        (Self::Sum, "sum"),
        (Self::Open, "open"),
        (Self::Call, "call"),
        (Self::Joke, "joke"),
        (Self::Bet, "bet"),
        (Self::Promise, "promise"),
        (Self::Leave, "leave"),
        (Self::Event, "event"),
        (Self::Join, "join"),
        (Self::Decline, "decline"),
        (Self::Truce, "truce"),
        (Self::Settle, "settle"),
        (Self::Tell, "tell"),
        (Self::Exhibit, "exhibit"),
        (Self::Affirm, "affirm"),
        (Self::Deny, "deny"),
        (Self::Pass, "pass"),
        (Self::More, "more"),
        (Self::Scorn, "scorn"),
        (Self::Remark, "remark"),
        (Self::Wonder, "wonder"),
        (Self::Explain, "explain"),
        (Self::Grudge, "grudge"),
        (Self::SpeakUp, "speak_up"),
        (Self::NotI, "not_i"),
        (Self::Sway, "sway"),
        (Self::Retort, "retort"),
        (Self::Second, "second"),
        (Self::Often, "often"),
        (Self::Seldom, "seldom"),
        (Self::Find, "find"),
        (Self::Then, "then"),
        (Self::Already, "already"),
        (Self::Sign, "sign"),
        (Self::Decide, "decide"),
        (Self::Accept, "accept"),
        (Self::Report, "report"),
    ];
}

const SHELVES: [&str; 6] = [
    include_str!("curious.txt"),
    include_str!("precise.txt"),
    include_str!("dreamy.txt"),
    include_str!("bold.txt"),
    include_str!("gentle.txt"),
    include_str!("wise.txt"),
];

/// The sentences from which every bot has a few of its own, each marked with the letter of its [`Tone`].
const OWN: [&str; 2] = [include_str!("own.txt"), include_str!("answers.txt")];

type Shelf = [Vec<&'static str>; Move::ALL.len()];

/// In whose mouth a sentence fits.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain = b'p' as isize,
    Casual = b'c' as isize,
    Formal = b'f' as isize,
    Hot = b'h' as isize,
    Soft = b's' as isize,
    Eager = b'e' as isize,
    Dreamy = b'd' as isize,
    Precise = b'k' as isize,
    Bold = b'b' as isize,
    Wise = b'w' as isize,
    Joking = b'j' as isize,
    Old = b'o' as isize,
    Counting = b'n' as isize,
    Terse = b't' as isize,
    Musing = b'm' as isize,
}

impl Tone {
    pub const ALL: [Self; 15] = [
        Self::Plain,
        Self::Casual,
        Self::Formal,
        Self::Hot,
        Self::Soft,
        Self::Eager,
        Self::Dreamy,
        Self::Precise,
        Self::Bold,
        Self::Wise,
        Self::Joking,
        Self::Old,
        Self::Counting,
        Self::Terse,
        Self::Musing,
    ];
}

/// Sentences with their tones.
type Toned = Vec<(Tone, &'static str)>;

/// Finds moves by their names, of which mostly many in a row are the same.
fn by_name() -> impl FnMut(&str) -> Option<Move> {
    let mut last = Move::ALL[0];
    move |name| {
        if last.1 != name {
            last = *Move::ALL.iter().find(|(_, other)| *other == name)?;
        }
        Some(last.0)
    }
}

static TONED: LazyLock<[Toned; Move::ALL.len()]> = LazyLock::new(|| {
    let mut toned: [Toned; Move::ALL.len()] = std::array::from_fn(|_| Vec::new());
    let mut named = by_name();
    for (head, sentence) in
        OWN.iter().flat_map(|shelf| shelf.lines()).filter_map(|line| line.split_once(": "))
    {
        let found = head.split_once(' ').and_then(|(name, letter)| {
            let kind = named(name)?;
            let tone = Tone::ALL.into_iter().find(|tone| letter.as_bytes() == [*tone as u8])?;
            Some((kind, tone))
        });
        if let Some((kind, tone)) = found {
            toned[kind as usize].push((tone, sentence));
        }
    }
    toned
});

/// Every sentence of the shelf that bots have their own of, for a move.
pub(super) fn toned(kind: Move) -> &'static [(Tone, &'static str)] {
    &TONED[kind as usize]
}

static SENTENCES: LazyLock<[Shelf; 6]> = LazyLock::new(|| {
    SHELVES.map(|text| {
        let mut shelf: Shelf = std::array::from_fn(|_| Vec::new());
        let mut named = by_name();
        for (name, sentence) in text.lines().filter_map(|line| line.split_once(": ")) {
            if let Some(kind) = named(name) {
                shelf[kind as usize].push(sentence);
            }
        }
        shelf
    })
});

/// The sentences with which `voice` makes a move.
pub(super) fn sentences(voice: Voice, kind: Move) -> &'static [&'static str] {
    &SENTENCES[voice as usize][kind as usize]
}

/// What a form is known again by: the longest of what stands in it between places, without its first
/// letter, which may be a capital or not. `None` when it is too short to tell.
fn literal(form: &'static str) -> Option<Cow<'static, str>> {
    fn bare(text: &str) -> &str {
        let text = text.trim_matches([' ', '.', '?', '!', ',', ':', ';']);
        &text[text.chars().next().map_or(0, char::len_utf8)..]
    }
    let longest = form.split(['{', '}']).step_by(2).max_by_key(|piece| piece.len())?;
    let literal = match plain(longest) {
        Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
        Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
    };
    Some(literal).filter(|literal| literal.len() >= HEAD)
}

/// A form and its move.
type Form = (&'static str, Move);

/// The forms by their literals.
static KNOWN: LazyLock<Heads<Form>> = LazyLock::new(|| {
    Heads::of(Move::ALL.into_iter().flat_map(|(kind, _)| {
        let voiced = SENTENCES.iter().flat_map(move |shelf| shelf[kind as usize].iter().copied());
        let forms = voiced.chain(toned(kind).iter().map(|(_, form)| *form));
        forms.filter_map(move |form| Some((literal(form)?, (form, kind))))
    }))
});

/// Makes the table that every answer needs.
pub(super) fn prepare() {
    LazyLock::force(&KNOWN);
}

/// Texts whose forms are kept: the same posts are looked at beat after beat.
const LATELY: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

thread_local! {
    /// The forms in texts read lately. It spares reading and changes no answer.
    static READ: RefCell<LruCache<u64, Box<[Form]>>> = RefCell::new(LruCache::new(LATELY));
}

/// Calls `each` with every form that `text` was made with, and the move that it makes.
pub(super) fn forms_in(text: &str, each: impl FnMut(Form)) {
    let key = foldhash::quality::FixedState::default().hash_one(text);
    READ.with_borrow_mut(|read| {
        read.get_or_insert(key, || find(text).into_boxed_slice()).iter().copied().for_each(each);
    });
}

fn find(text: &str) -> Vec<Form> {
    let mut found = Vec::new();
    let text = plain(text);
    let known = &*KNOWN;
    for at in 0..text.len() {
        let rest = &text.as_bytes()[at..];
        let here = known.near(rest).filter(|(literal, _)| rest.starts_with(literal.as_bytes()));
        found.extend(here.map(|(_, form)| *form));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::diction::Diction;
    use crate::llm::scripted::draw::Draw;
    use crate::llm::scripted::grammar::{Slots, fill};
    use crate::llm::scripted::habit::Habit;
    use crate::llm::scripted::wording::spoken;

    #[test]
    fn a_reason_is_known_again_in_every_sentence() {
        let reason = "machines sound exactly as sure when they invent a fact";
        let print = crate::domain::said::clause(reason).unwrap();
        for (kind, _) in Move::ALL {
            let voiced = Voice::ALL.into_iter().flat_map(|voice| sentences(voice, kind)).copied();
            for form in
                voiced.chain(toned(kind).iter().map(|(_, form)| *form)).filter(|form| form.contains("{r}"))
            {
                let slots = Slots {
                    name: "Ada",
                    claim: "it rains",
                    against: "it snows",
                    theirs: "it rains a lot",
                    quote: "it rains a lot",
                    reason,
                    second: "it pours",
                    other_reason: "it hails",
                    case: "a wet dog",
                    one_case: "a wet dog",
                    person: "the rain man",
                    mid: "rain is wet",
                    ..Slots::default()
                };
                if !slots.fit(form) {
                    continue;
                }
                let mut text = String::new();
                fill(&mut text, form, &slots, &mut Draw::new(3, "x", 5));
                let mut found = false;
                crate::domain::said::prints(&text, |one| found |= one == print);
                assert!(found, "{form}: {text}");
            }
        }
    }

    #[test]
    fn a_form_is_known_again_wherever_it_stands_and_however_a_bot_writes_it() {
        let telling = [
            Move::Bet,
            Move::Promise,
            Move::Settle,
            Move::Decide,
            Move::Report,
            Move::Sum,
            Move::Leave,
            Move::Truce,
            Move::Test,
            Move::Join,
            Move::Decline,
        ];
        for kind in telling {
            let voiced = Voice::ALL.iter().flat_map(|voice| sentences(*voice, kind)).copied();
            for form in voiced.chain(toned(kind).iter().map(|(_, form)| *form)) {
                let slots = Slots {
                    name: "Ada",
                    other: "Ada and I",
                    claim: "it rains",
                    against: "it snows",
                    short_claim: "it rains",
                    short_against: "it snows",
                    theirs: "it thaws",
                    quote: "it thaws",
                    reason: "clouds are heavy",
                    second: "roofs are wet",
                    topic: "tides",
                    about: "tides",
                    test: "hold out a hand",
                    seen: "it is wet",
                    unseen: "it is dry",
                    mid: "rain is wet",
                    matter: "“Rain”",
                    ..Slots::default()
                };
                for id in 0..24 {
                    let habit = Habit::of(&format!("kim{id}"));
                    let mut text = "So it is. ".to_owned();
                    fill(&mut text, &spoken(&habit, form), &slots, &mut Draw::new(3, "x", 5));
                    let text = Diction::of(&habit).written(&text);
                    let mut found = Vec::new();
                    forms_in(&text, |known| found.push(known));
                    assert!(found.contains(&(form, kind)), "{form}: {text}");
                }
            }
        }
        forms_in("Nothing of the kind is said here.", |known| panic!("{known:?}"));
    }

    #[test]
    fn no_sentence_is_the_same_each_time_and_every_test_tells_what_would_show_what() {
        for (kind, name) in Move::ALL {
            let voiced = SENTENCES.iter().flat_map(|shelf| shelf[kind as usize].iter().copied());
            for form in voiced.chain(toned(kind).iter().map(|(_, form)| *form)) {
                if kind == Move::Find {
                    let tells = ["{p}", "{seen}", "{else}"].iter().all(|place| form.contains(place));
                    assert!(tells, "{name}: {form}");
                }
                for sentence in form.split_inclusive(['.', '!', '?']) {
                    let varies = sentence.replace("{n}", "").contains('{');
                    let words = sentence.split(' ').filter(|word| word.contains(char::is_alphabetic));
                    assert!(varies || words.count() <= 3, "{name}: {form}");
                }
            }
        }
    }

    #[test]
    fn every_voice_can_make_every_move_and_every_sentence_can_be_filled() {
        let slots = Slots {
            name: "Ada",
            quote: "a clause",
            topic: "tides",
            many: true,
            other: "Rex",
            claim: "forgetting is a skill",
            against: "forgetting is a loss",
            reason: "a full drawer hides the scissors",
            second: "old quarrels end",
            theirs: "the old key turns in no lock",
            case: "the kitchen drawer",
            one_case: "the kitchen drawer",
            fact: "It rains.",
            person: "a widow",
            test: "write down one thing",
            mid: "what matters is who decides",
            seen: "the drawer fills up again",
            unseen: "nobody misses the scissors",
            short_claim: "forgetting helps",
            short_against: "forgetting robs us",
            about: "memory",
            other_reason: "the old key opens the shed",
            matter: "A storm",
            ..Slots::default()
        };
        for (voice, shelf) in Voice::ALL.into_iter().zip(SHELVES) {
            for line in shelf.lines() {
                let (name, _) = line.split_once(": ").expect("a move and a sentence");
                assert!(Move::ALL.iter().any(|(_, other)| *other == name), "{line}");
            }
            for (kind, name) in Move::ALL {
                // What only bots' own sentences do.
                let voiced = kind != Move::Remark;
                assert_eq!(!sentences(voice, kind).is_empty(), voiced, "{voice:?} cannot {name}");
                for sentence in sentences(voice, kind) {
                    assert!(slots.fit(sentence), "{sentence}");
                    let mut out = String::new();
                    fill(&mut out, sentence, &slots, &mut Draw::new(3, "x", 5));
                    assert!(!out.contains(['{', '}', '[', ']', '|']), "{sentence} -> {out}");
                    assert!(out.ends_with(['.', '?', '!', ')']), "{out}");
                }
            }
        }
    }
}
