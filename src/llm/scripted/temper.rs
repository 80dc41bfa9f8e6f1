//! How a bot speaks, from its sliders: how long, how warm, how sure, how plainly, with which habits of speech.
//!
//! Habits that no slider names (which word for “because”, which little phrase) belong to the bot alone:
//! they come from its id, so that two bots with the same sliders still do not sound alike.

use std::borrow::Cow;

use super::draw::{Draw, hash, mix};
use super::grammar::within;
use super::persona::{Persona, Voice};
use super::voices::Move;

/// A bot's way of speaking.
pub(super) struct Temper {
    /// How many words a reply should have.
    pub reach: usize,
    /// 0–100: how much it minds.
    pub heat: u32,
    /// How often, in per cent, a reason comes with a “perhaps”.
    pub hedge: u32,
    /// How often, in per cent, it comes with a “clearly”.
    pub sure: u32,
    /// How readily it grants a point, in per cent.
    pub open: u32,
    /// How much it likes cases, people and comparisons, in per cent.
    pub fancy: u32,
    /// How often, in per cent, it ends on a question.
    pub asks: u32,
    /// How it turns to whom it answers.
    pub address: Address,
    habit: u64,
    /// Its number among bots that were made together.
    number: Option<u64>,
}

/// The number at the end of an id such as `maeve_00004`; those made by hand are all the first of their name.
fn numbered(id: &str) -> Option<u64> {
    id.rsplit_once('_')
        .and_then(|(_, number)| number.parse().ok())
        .filter(|number| *number > 1 || id.len() > 9)
}

/// How a bot turns to whom it answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// “Ada, …”
    First,
    /// “…, Ada.”
    Last,
    /// “Ada: …”
    Colon,
    /// “Ada — …”
    Dash,
    /// “Hey Ada, …”
    Hey,
    /// “Dear Ada, …”
    Dear,
    /// “Ada! …”
    Call,
    /// “Ada, my friend, …”
    Friend,
}

/// How those who mind turn to others, and how those who do not.
const CURT: [Address; 6] =
    [Address::First, Address::Colon, Address::Last, Address::Hey, Address::Dash, Address::Call];
const CIVIL: [Address; 6] =
    [Address::First, Address::Colon, Address::Last, Address::Dear, Address::Dash, Address::Friend];

/// Little words before what a bot says first.
const STARTS: [&str; 14] = [
    "Well",
    "Look",
    "Now",
    "So",
    "Ah",
    "Listen",
    "Honestly",
    "Frankly",
    "Naturally",
    "Oddly",
    "Hm",
    "Fine",
    "Clearly",
    "Sure",
];

const HEDGES: [&str; 4] = ["perhaps", "maybe", "possibly", "probably"];
const SURE: [&str; 4] = ["plainly", "clearly", "obviously", "surely"];

/// Before an objection of somebody who minds.
const HOT: [&str; 12] = [
    "Nonsense",
    "Rubbish",
    "Come off it",
    "Spare me",
    "Wrong",
    "Not a chance",
    "Oh please",
    "That is lazy",
    "Ridiculous",
    "Utter fog",
    "Do not give me that",
    "Enough of this",
];
/// Before an agreement of the same.
const GRUDGING: [&str; 6] =
    ["About time", "Finally", "As I keep saying", "Good, for once", "At last some sense", "Well, obviously"];
/// After it.
const JABS: [&str; 8] = [
    ", and you know it",
    ", as anyone awake can see",
    ", and I am tired of pretending otherwise",
    ", whether you like it or not",
    ", so stop polishing it",
    ", and no amount of good manners helps",
    ", which you would have noticed if you had looked",
    ", end of story",
];
/// Before an objection of somebody who would rather not.
const SOFT: [&str; 10] = [
    "if I may",
    "forgive me, but",
    "I may be wrong, but",
    "only a thought:",
    "sorry to differ, but",
    "I hope you do not mind, but",
    "I say it carefully:",
    "please correct me, but",
    "I am not certain, but",
    "very gently:",
];
/// Little phrases at the end, by how a bot is.
const TICS: [&str; 24] = [
    "mind you",
    "as it were",
    "so to speak",
    "in my book",
    "if you ask me",
    "on the whole",
    "at least to me",
    "for what it is worth",
    "as far as it goes",
    "to my eye",
    "after all",
    "more or less",
    "one way or another",
    "give or take",
    "oddly enough",
    "strictly speaking",
    "in the end",
    "when all is said",
    "funnily enough",
    "by and large",
    "as a rule",
    "in plain words",
    "no more and no less",
    "as I see it",
];

/// What some say at the end, of three words at most: those who mind, those who are shy, and others.
const ENDS: [&[&str]; 3] = [
    &["So there.", "Enough said.", "Your move.", "Prove me wrong.", "Deal with it.", "Mark my words."],
    &["If that helps.", "Just a thought.", "That is all.", "Take care.", "I may err.", "Be well."],
    &[
        "Over to you.",
        "Your turn.",
        "There you go.",
        "Food for thought.",
        "So it goes.",
        "More another day.",
        "As ever.",
        "Go figure.",
        "On we go.",
        "To be continued.",
    ],
];

/// What some shorten in speech.
const SHORT: [(&str, &str); 18] = [
    ("I am ", "I'm "),
    ("I would ", "I'd "),
    ("I have ", "I've "),
    ("I will ", "I'll "),
    ("do not ", "don't "),
    ("does not ", "doesn't "),
    ("cannot ", "can't "),
    ("It is ", "It's "),
    ("it is ", "it's "),
    ("That is ", "That's "),
    ("that is ", "that's "),
    ("You are ", "You're "),
    ("you are ", "you're "),
    ("is not ", "isn't "),
    ("would not ", "wouldn't "),
    ("was not ", "wasn't "),
    ("Let us ", "Let's "),
    ("let us ", "let's "),
];

/// `text` with all shortened that can be.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    SHORT.iter().fold(Cow::Borrowed(text), |text, (long, short)| {
        if text.contains(long) { Cow::Owned(text.replace(long, short)) } else { text }
    })
}

/// `text` with nothing shortened.
pub(super) fn in_full(text: &str) -> Cow<'_, str> {
    if !text.contains('\'') {
        return Cow::Borrowed(text);
    }
    let unshort = |text: String, (long, short): &(&str, &str)| text.replace(short, long);
    Cow::Owned(SHORT.iter().fold(text.to_owned(), unshort))
}

/// Whether `text` is put so that others mind.
pub(super) fn is_rude(text: &str) -> bool {
    HOT.iter().any(|word| text.contains(&format!("{word}:")) || text.contains(&format!("{word},")))
        || JABS.iter().any(|jab| text.contains(jab))
}

impl Temper {
    pub fn of(persona: &Persona<'_>) -> Self {
        let (shy, heat) = (persona.shyness(), persona.aggression());
        let (lead, doubt) = (persona.leadership(), persona.skepticism());
        // Those who mind are short with others.
        let reach = (persona.reach as u32).saturating_sub(heat.saturating_sub(60) / 4).clamp(14, 64) as usize;
        let mut temper = Self {
            reach,
            heat,
            hedge: (shy.saturating_sub(30) * 3 / 4 + doubt.saturating_sub(70) / 4 + 8)
                .saturating_sub(heat / 5 + lead / 8),
            sure: (lead / 4 + heat / 3).saturating_sub(doubt / 8 + shy / 2),
            open: (46 + shy / 6).saturating_sub(heat * 2 / 5 + lead / 8).clamp(6, 60),
            fancy: 4 + persona.creativity() * 9 / 10,
            address: Address::First,
            asks: 10 + if persona.habits.questions { 34 } else { 0 } + doubt / 8,
            habit: hash(&persona.config.id),
            number: numbered(&persona.config.id),
        };
        let list = if heat >= 50 { CURT } else { CIVIL };
        temper.address = list[temper.own(15, list.len())];
        temper
    }

    /// Warmer towards those it is at odds with, milder towards those it likes.
    pub fn moved_by(&mut self, sentiment: f64) {
        let heat = i64::from(self.heat) - (sentiment * 18.0) as i64;
        self.heat = u32::try_from(heat.clamp(0, 100)).unwrap_or(0);
    }

    /// One of `n` that is this bot's, for each `what` another.
    fn own(&self, what: u64, n: usize) -> usize {
        let drawn = match self.number {
            // Those that were made together do not draw the same.
            Some(number) => mix(what).wrapping_add(number),
            None => mix(self.habit ^ what.wrapping_mul(0x9e37_79b9)),
        };
        (drawn % n as u64) as usize
    }

    /// A reason as this bot would put it: surer or less sure.
    pub fn shade(&self, reason: &str, draw: &mut Draw) -> String {
        let roll = draw.below(100) as u32;
        let begins_free = !reason.starts_with(['“', '(']);
        if begins_free && roll < self.hedge {
            let word = HEDGES[(self.own(1, HEDGES.len()) + draw.below(2)) % HEDGES.len()];
            format!("{word} {reason}")
        } else if begins_free && roll >= 100 - self.sure.min(60) {
            let word = SURE[(self.own(2, SURE.len()) + draw.below(2)) % SURE.len()];
            format!("{word} {reason}")
        } else {
            reason.to_owned()
        }
    }

    /// Whether an objection should come warm or gentle, and what it begins with.
    pub fn tinge(
        &self,
        sentence: String,
        (voice, kind): (Voice, Move),
        on_reason: bool,
        name: &str,
        draw: &mut Draw,
    ) -> String {
        if kind == Move::Agree && self.heat >= 65 && draw.chance(self.heat - 40) {
            let word = GRUDGING[(self.own(7, GRUDGING.len()) + draw.below(3)) % GRUDGING.len()];
            return format!("{word}: {}", within(&sentence));
        }
        if !matches!(kind, Move::Object | Move::Hold | Move::Decline | Move::Deny) {
            return if on_reason { self.tic(sentence, draw) } else { sentence };
        }
        let roll = draw.below(100) as u32;
        if self.heat >= 55 && roll < (self.heat - 35) * 3 / 2 {
            let word = HOT[(self.own(3, HOT.len()) + draw.below(5)) % HOT.len()];
            let address = if name.is_empty() || sentence.contains(name) || draw.chance(40) {
                String::new()
            } else {
                format!(", {name}")
            };
            let mut out = format!("{word}{address}: {}", within(&sentence));
            if self.heat >= 75 && out.ends_with('.') && draw.chance(self.heat - 40) {
                out.pop();
                out.push_str(JABS[(self.own(4, JABS.len()) + draw.below(4)) % JABS.len()]);
                out.push('.');
            }
            return out;
        }
        let mild = voice != Voice::Bold
            && !sentence.contains(", but ")
            && !["Please", "Maybe", "I am not", "I may", "Not "]
                .iter()
                .any(|word| sentence.starts_with(word));
        if self.heat <= 30 && mild && roll < 20 + self.hedge {
            let words = SOFT[(self.own(5, SOFT.len()) + draw.below(4)) % SOFT.len()];
            let address =
                if name.is_empty() || sentence.contains(name) { String::new() } else { format!("{name}, ") };
            let mut out = format!("{address}{words} {}", within(&sentence));
            if words == "if I may" {
                out = format!("{address}{words}: {}", within(&sentence));
            }
            super::grammar::capitalise(&mut out, 0);
            return out;
        }
        if on_reason { self.tic(sentence, draw) } else { sentence }
    }

    /// A little word of its own before what it says first.
    pub fn begun(&self, sentence: String, kind: Move, draw: &mut Draw) -> String {
        const OPEN: [Move; 9] = [
            Move::Agree,
            Move::Object,
            Move::Concede,
            Move::Hold,
            Move::Answer,
            Move::Affirm,
            Move::Deny,
            Move::Unsure,
            Move::Ask,
        ];
        const FREE: [&str; 14] = [
            "I ",
            "That ",
            "What ",
            "It ",
            "The ",
            "There ",
            "You ",
            "My ",
            "One ",
            "Everyone ",
            "Is it ",
            "Who ",
            "Somebody ",
            "Both ",
        ];
        if !OPEN.contains(&kind) || !FREE.iter().any(|begin| sentence.starts_with(begin)) || !draw.chance(72)
        {
            return sentence;
        }
        let word = STARTS[self.own(10 + draw.below(2) as u64, STARTS.len())];
        format!("{word}, {}", within(&sentence))
    }

    /// Now and then a little phrase of its own.
    fn tic(&self, mut sentence: String, draw: &mut Draw) -> String {
        if sentence.ends_with('.') && !sentence.ends_with(").") && draw.chance(24) {
            let phrase = TICS[self.own(6 + draw.below(2) as u64, TICS.len())];
            sentence.pop();
            sentence.push_str(", ");
            sentence.push_str(phrase);
            sentence.push('.');
        }
        sentence
    }

    /// A form as this bot would say it: some say “don't” for “do not”.
    pub fn spoken<'f>(&self, form: &'f str) -> Cow<'f, str> {
        if self.own(16, 2) == 0 {
            return Cow::Borrowed(form);
        }
        shortened(form)
    }

    /// Whether a form is one of those that this bot uses.
    pub fn uses(&self, form: &str) -> bool {
        mix(self.habit ^ hash(form)) % 100 < 48
    }

    /// The post as this bot would set it: how it divides sentences, and what it says at the end.
    pub fn set(&self, mut text: String, draw: &mut Draw) -> String {
        match self.own(12, 3) {
            0 if self.address != Address::Colon => text = text.replace(": ", " — "),
            1 => {
                while let Some(at) = text.find("; ") {
                    text.replace_range(at..at + 2, ". ");
                    super::grammar::capitalise(&mut text, at + 2);
                }
            }
            _ => {}
        }
        let kind = if self.heat >= 60 { 0 } else { usize::from(self.hedge < 24) + 1 };
        if text.ends_with('.') && draw.chance(12 + self.own(14, 3) as u32 * 9) {
            super::grammar::append(&mut text, ENDS[kind][self.own(13, ENDS[kind].len())]);
        }
        text
    }

    /// Its own word for “because”.
    pub fn joint(&self, sentence: String, draw: &mut Draw) -> String {
        const BECAUSE: [&str; 5] = [", because ", ", since ", ", for ", ", as ", ", given that "];
        let own = BECAUSE[self.own(9, BECAUSE.len())];
        if draw.chance(72)
            && let Some((at, other)) =
                BECAUSE[..2].iter().find_map(|word| sentence.find(word).map(|at| (at, *word)))
        {
            return format!("{}{own}{}", &sentence[..at], &sentence[at + other.len()..]);
        }
        sentence
    }
}
