//! How a bot turns to whom it answers: by name or not, where the name stands, with which little word.

use super::{HOTLY, MILD};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::{capitalise, length, within};
use crate::llm::scripted::habit::Habit;
use crate::llm::scripted::persona::Persona;
use crate::llm::scripted::phrases::{BEGINNINGS, HOT, PLAINLY, STARTS};

/// Where a post names whom it answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::llm::scripted) enum Calls {
    /// Nowhere: it is plain who is meant.
    Never,
    /// At its beginning, in the bot's own way.
    First,
    /// Within its first sentence.
    Within,
}

/// How a bot begins with a name.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum How {
    /// “Ada, …”
    First,
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
    /// “Well, Ada, …”
    Word,
    /// “Well, Ada — …”
    Aside,
    /// “Ah, Ada. …”
    Stop,
}

impl How {
    /// How many words it has beside the name, at least.
    const fn words(self) -> usize {
        match self {
            Self::First | Self::Colon | Self::Dash | Self::Call => 0,
            Self::Friend => 2,
            _ => 1,
        }
    }

    /// Whether a little word stands before the name.
    const fn leads(self) -> bool {
        matches!(self, Self::Word | Self::Aside | Self::Stop)
    }
}

/// How those who mind begin, and how those who do not.
const CURT: [How; 9] =
    [How::Hey, How::First, How::Colon, How::Call, How::Aside, How::Stop, How::First, How::Dash, How::Word];
const CIVIL: [How; 9] =
    [How::Dear, How::First, How::Colon, How::Friend, How::Aside, How::Stop, How::First, How::Dash, How::Word];

/// What the way of beginning with a name, and how often, are drawn by: with these the embedded bots differ.
const BEGINNING: u64 = 5_001;
const NAMING: u64 = 6_017;

/// How often, in per cent, somebody is named of whom it would not be plain that they are meant.
const UNCLEAR: u32 = 88;
/// Words of a sentence that is known again; fewer are no sentence of anybody's own.
const SENTENCE: usize = 4;
/// Words of a sentence at most that a name can wait for the end of.
const WAITS: usize = 15;
/// Words at most of what leads in, before a colon and before any other sign.
const LEAD_IN: (usize, usize) = (8, 2);

/// A bot's way of turning to others.
#[derive(Copy, Clone, Debug)]
pub(super) struct Address {
    how: How,
    /// The little words that it begins with, and how often, in per cent.
    starts: [&'static str; 4],
    begins: u32,
    /// How often, in per cent, it names somebody of whom it is plain anyway that they are meant.
    names: u32,
    /// How often, in per cent, a name then comes first.
    first: u32,
}

impl Address {
    /// The way of a bot whose leading voice is the one numbered `voice`.
    pub(super) fn of(persona: &Persona<'_>, habit: &Habit, voice: usize) -> Self {
        let heat = persona.aggression();
        let list = if heat >= 50 { CURT } else { CIVIL };
        let (from, step) = (habit.one_of(18, 8), 1 + 2 * habit.one_of(36, 4));
        let own = if persona.creativity() <= MILD { PLAINLY } else { STARTS[voice] };
        let own = |turn: usize| own[(from + turn * step) % own.len()];
        let names = [3, 8, 14, 22, 31][habit.one_of(NAMING, 5)];
        let names = match heat {
            _ if persona.shyness() >= 70 => names / 2,
            HOTLY.. => names + 12,
            _ if heat <= MILD => names + 6,
            _ => names,
        };
        Self {
            how: list[habit.one_of(BEGINNING, list.len())],
            starts: [own(0), own(1), own(2), own(3)],
            begins: if heat >= HOTLY { 10 } else { [72, 76, 80, 84][habit.one_of(35, 4)] },
            names,
            first: [30, 50, 70][habit.one_of(38, 3)],
        }
    }

    /// Where a post names whom it answers, of whom it is `plain` or not that they are meant.
    pub(super) fn calls(&self, plain: bool, draw: &mut Draw) -> Calls {
        match draw.chance(if plain { self.names } else { UNCLEAR }) {
            false => Calls::Never,
            true if draw.chance(self.first) => Calls::First,
            true => Calls::Within,
        }
    }

    /// `sentence` as the bot begins a post with it, to `name` if there is one.
    pub(super) fn begun(&self, sentence: String, (calls, name): (Calls, &str), draw: &mut Draw) -> String {
        let word = draw.pick(&self.starts);
        let little = is_free(&sentence) && draw.chance(self.begins);
        // What begins with a name keeps its capital.
        let names = !name.is_empty() && sentence.starts_with(name);
        let said = if names { sentence.clone() } else { within(&sentence) };
        let unnamed = name.is_empty() || calls == Calls::Never || sentence.contains(name);
        let mut begun = match calls {
            _ if unnamed && little => format!("{word}, {said}"),
            _ if unnamed => sentence,
            Calls::Within => named_within(&sentence, name).unwrap_or_else(|| format!("{name}, {said}")),
            // One beginning is enough, but for those who always have a word before the name.
            _ => self.called(&sentence, name, Some(word).filter(|_| little && self.how.leads())),
        };
        capitalise(&mut begun, 0);
        begun
    }

    /// `sentence` after the name, in the bot's own way.
    fn called(&self, sentence: &str, name: &str, word: Option<&str>) -> String {
        let said = within(sentence);
        // “Vex, my friend, I do not.” would be the same sentence each time.
        let short = sentence.split_once(['.', '!', '?']).is_some_and(|(first, _)| {
            let count = length(first);
            count < SENTENCE && count + self.how.words() >= SENTENCE
        });
        let how = if short || self.how.leads() && word.is_none() { How::First } else { self.how };
        let word = word.unwrap_or("");
        match how {
            How::First => format!("{name}, {said}"),
            How::Colon => format!("{name}: {said}"),
            How::Dash => format!("{name} — {said}"),
            How::Hey => format!("Hey {name}, {said}"),
            How::Dear => format!("Dear {name}, {said}"),
            How::Call => format!("{name}! {sentence}"),
            How::Friend => format!("{name}, my friend, {said}"),
            How::Word => format!("{word}, {name}, {said}"),
            How::Aside => format!("{word}, {name} — {said}"),
            How::Stop => format!("{word}, {name}. {sentence}"),
        }
    }
}

/// Whether a little word may come before `sentence`: nobody begins twice, and what leads in is a beginning.
pub(super) fn is_free(sentence: &str) -> bool {
    let begins = |start: &&str| {
        let rest = sentence.strip_prefix(*start);
        rest.is_some_and(|rest| rest.starts_with([',', ' ', '.', '!', ';', ':']))
    };
    let leads_in = sentence.find([',', ';', ':', '.', '!', '?', '—', '–']).is_some_and(|at| {
        let most = if sentence[at..].starts_with(':') { LEAD_IN.0 } else { LEAD_IN.1 };
        length(&sentence[..at]) <= most
    });
    let excuses = sentence.find(", but ").is_some_and(|at| length(&sentence[..at]) <= LEAD_IN.0);
    sentence.starts_with(char::is_alphabetic)
        && !leads_in
        && !excuses
        && !STARTS.iter().flatten().chain(&BEGINNINGS).chain(&HOT).any(begins)
}

/// `sentence` with the name at its end, or before what follows from its beginning; `None` where it has no place.
fn named_within(sentence: &str, name: &str) -> Option<String> {
    const JOINTS: [&str; 9] =
        [", because ", ", since ", ", but ", ", and ", ", as ", ", for ", ", given ", ", seeing ", ": "];
    let end = sentence.chars().last().filter(|end| matches!(end, '.' | '!' | '?'))?;
    let body = &sentence[..sentence.len() - end.len_utf8()];
    if body.contains(['“', '(']) {
        return None;
    }
    let whole = !body.contains(['.', '!', '?', ':', ';', '—', '–']);
    if whole && (SENTENCE..=WAITS).contains(&length(body)) {
        return Some(format!("{body}, {name}{end}"));
    }
    let at = JOINTS.iter().filter_map(|joint| body.find(joint)).min()?;
    let head = &body[..at];
    let place = (2..=WAITS / 2).contains(&length(head)) && !head.contains([',', '.', '!', '?', ';']);
    place.then(|| format!("{head}, {name}{}", &sentence[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_where_it_can() {
        for (sentence, named) in [
            ("I doubt that it holds.", Some("I doubt that it holds, Rex.")),
            ("My comment is short: it rains.", Some("My comment is short, Rex: it rains.")),
            (
                "I would take that back at once, because the roof of the old barn by the river is leaking again.",
                Some(
                    "I would take that back at once, Rex, because the roof of the old barn by the river is leaking again.",
                ),
            ),
            ("Yes. It rains.", None),
            ("I read “it rains” twice.", None),
        ] {
            assert_eq!(named_within(sentence, "Rex").as_deref(), named, "{sentence}");
        }
    }

    #[test]
    fn nobody_begins_twice() {
        for begun in ["Wait, I doubt it.", "My entry under today: it rains.", "Yes and no.", "(It rains.)"] {
            assert!(!is_free(begun), "{begun}");
        }
        assert!(is_free("I doubt that it ever rains there."));
    }
}
