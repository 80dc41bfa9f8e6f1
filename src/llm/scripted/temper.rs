//! How a bot speaks, from its sliders: how long, how warm, how sure, how plainly, with which habits of speech.
//!
//! Habits that no slider names (which word for “because”, which little phrase) belong to the bot alone:
//! they come from its id, so that two bots with the same sliders still do not sound alike.

use super::draw::Draw;
use super::grammar::within;
use super::habit::Habit;
use super::mark::Mark;
use super::persona::{Persona, Voice};
use super::phrases::{BEGINNINGS, ENDS, GRUDGING, HEDGES, HOT, JABS, LINKS, OTHER, SOFT, STARTS, SURE, TICS};
use super::voices::{Move, Tone};

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
    /// The little words that it begins with.
    starts: [&'static str; 2],
    /// How often, in per cent, a reason comes with a word for how sure it is.
    shades: u32,
    /// How often, in per cent, a sentence ends on a phrase of its own, and a post on a last word.
    tics: u32,
    ends: u32,
    /// How often, in per cent, a sentence that is not the first begins with a word that leads to it, and the words.
    links: u32,
    leads: [&'static str; 2],
    /// How often, in per cent, it calls out.
    loud: u32,
    pub habit: Habit,
    /// The mark that it sets in a post.
    mark: Mark,
    /// What it signs with, if it does.
    sign: String,
}

/// How a bot begins.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// “Ada, look, …”
    First,
    /// “Well, …, Ada.”
    Last,
    /// “Ada: look, …”
    Colon,
    /// “Ada — ah, …”
    Dash,
    /// “Hey Ada, …”
    Hey,
    /// “Dear Ada, …”
    Dear,
    /// “Ada! …”
    Call,
    /// “Ada, my friend, …”
    Friend,
    /// “To Ada: …”
    To,
    /// “Well, Ada, …”
    Word,
    /// “Well, Ada — …”
    Aside,
    /// “Well Ada, …”
    Bare,
    /// “Ah, Ada. …”
    Stop,
}

impl Address {
    /// Whether it is a little word that a post begins with.
    const fn is_word(self) -> bool {
        matches!(self, Self::Word | Self::Aside | Self::Bare | Self::Stop | Self::Last)
    }
}

/// How those who mind begin, and how those who do not.
const CURT: [Address; 12] = [
    Address::Hey,
    Address::Word,
    Address::Colon,
    Address::Bare,
    Address::Call,
    Address::Aside,
    Address::Stop,
    Address::First,
    Address::To,
    Address::Last,
    Address::Dash,
    Address::Word,
];
const CIVIL: [Address; 12] = [
    Address::Dear,
    Address::Word,
    Address::Colon,
    Address::Bare,
    Address::Friend,
    Address::Aside,
    Address::Stop,
    Address::First,
    Address::To,
    Address::Last,
    Address::Dash,
    Address::Word,
];

/// What the way of beginning is drawn by: with it no two of the embedded bots begin alike.
const BEGINNING: u64 = 37_028;

/// Whether `text` is put so that others mind.
pub(super) fn is_rude(text: &str) -> bool {
    let put = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| text[at + word.len()..].starts_with([':', ',']))
    };
    HOT.iter().any(put) || JABS.iter().any(|jab| text.contains(jab))
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
            shades: 0,
            tics: 0,
            ends: 0,
            starts: [""; 2],
            links: 0,
            leads: [""; 2],
            loud: (persona.blend[Voice::Curious as usize] * 4 / 5 + heat.saturating_sub(60) / 2)
                .saturating_sub(shy / 3 + 8),
            habit: Habit::of(&persona.config.id),
            mark: persona.mark,
            sign: String::new(),
        };
        temper.sign =
            persona.config.name.chars().next().map_or_else(String::new, |first| format!("{first}."));
        let list = if heat >= 50 { CURT } else { CIVIL };
        temper.address = list[temper.own(BEGINNING, list.len())];
        let voice = (0..6).max_by_key(|voice| persona.blend[*voice]).unwrap_or(0);
        let first = temper.own(18, 8);
        temper.starts = [STARTS[voice][first], STARTS[temper.own(19, 6)][temper.own(10, 8)]];
        // Nobody has every habit; two of the four are a bot's.
        let (links, tics, shades, ends) =
            [(70, 10, 4, 1), (20, 1, 14, 6), (70, 1, 14, 1), (20, 10, 4, 6), (70, 1, 4, 6), (20, 9, 14, 1)]
                [temper.own(11, 6)];
        (temper.links, temper.tics, temper.ends) = (links, tics, ends);
        temper.shades = shades.max(temper.hedge.min(60) / 3).max(temper.sure.min(50) / 3);
        let lead = temper.own(31, LINKS.len());
        temper.leads = [LINKS[lead], LINKS[(lead + 1 + temper.own(32, LINKS.len() - 1)) % LINKS.len()]];
        temper
    }

    /// Warmer towards those it is at odds with, milder towards those it likes.
    pub fn moved_by(&mut self, sentiment: f64) {
        let heat = i64::from(self.heat) - (sentiment * 18.0) as i64;
        self.heat = u32::try_from(heat.clamp(0, 100)).unwrap_or(0);
    }

    /// One of `n` that is this bot's, for each `what` another.
    fn own(&self, what: u64, n: usize) -> usize {
        self.habit.one_of(what, n)
    }

    /// How much more, or less, than others a bot likes to add something of the kind numbered `kind`: 0 to 4.
    pub fn likes(&self, kind: usize) -> u32 {
        [1, 4, 0, 2, 1][self.own(40 + kind as u64, 5)]
    }

    /// A reason as this bot would put it: surer or less sure.
    pub fn shade(&self, reason: &str, draw: &mut Draw) -> String {
        let often = self.shades;
        let doubts = self.hedge * often / (self.hedge + self.sure + 24);
        let sures = self.sure * often / (self.hedge + self.sure + 24);
        let roll = draw.below(100) as u32;
        if reason.starts_with(['“', '(']) || roll >= often {
            return reason.to_owned();
        }
        let (list, what) = match roll {
            _ if roll < doubts => (HEDGES, 1),
            _ if roll < doubts + sures => (SURE, 2),
            _ => (OTHER, 3),
        };
        let other = usize::from(draw.chance(20));
        format!("{} {reason}", list[(self.own(what, list.len()) + other) % list.len()])
    }

    /// Whether an objection should come warm or gentle, and what it begins with.
    pub fn tinge(
        &self,
        sentence: String,
        (voice, kind): (Voice, Move),
        name: &str,
        draw: &mut Draw,
    ) -> String {
        if kind == Move::Agree && self.heat >= 65 && draw.chance(self.heat - 40) {
            let word = GRUDGING[(self.own(7, GRUDGING.len()) + draw.below(3)) % GRUDGING.len()];
            return format!("{word}: {}", within(&sentence));
        }
        if !matches!(kind, Move::Object | Move::Hold | Move::Decline | Move::Deny) {
            return sentence;
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
        sentence
    }

    /// A sentence of its own with what it likes to add at the end.
    pub fn edged(&self, mut sentence: String, tone: Tone, draw: &mut Draw) -> String {
        if tone == Tone::Hot && self.heat >= 75 && sentence.ends_with('.') && draw.chance(self.heat - 50) {
            sentence.pop();
            sentence.push_str(JABS[(self.own(4, JABS.len()) + draw.below(4)) % JABS.len()]);
            sentence.push('.');
            return sentence;
        }
        sentence
    }

    /// A sentence as this bot begins a post with it: with the name of whom it answers, if there is one, or with a
    /// little word.
    pub fn begun(&self, sentence: String, name: &str, draw: &mut Draw) -> String {
        let word = self.starts[usize::from(draw.chance(16))];
        let named = name.is_empty() || sentence.contains(name);
        // Nobody begins twice: “Indeed, exactly, …”.
        let free = sentence.starts_with(char::is_alphabetic)
            && !STARTS.iter().flatten().chain(&BEGINNINGS).any(|start| {
                sentence
                    .strip_prefix(start)
                    .is_some_and(|rest| rest.starts_with([',', ' ', '.', '!', ';', ':']))
            });
        if name.is_empty() {
            let chance = if self.address.is_word() { 64 } else { 0 };
            return if free && draw.chance(chance) {
                format!("{word}, {}", within(&sentence))
            } else {
                sentence
            };
        }
        if named && !(self.address.is_word() && free) {
            return sentence;
        }
        let said =
            if !name.is_empty() && sentence.starts_with(name) { sentence.clone() } else { within(&sentence) };
        // After a name the little word comes mostly, too.
        let after =
            if free && draw.chance(76) { format!("{}, {said}", word.to_lowercase()) } else { said.clone() };
        let mut begun = match self.address {
            address if address.is_word() && named => format!("{word}, {said}"),
            address if address.is_word() && !free => format!("{name}, {said}"),
            Address::Word => format!("{word}, {name}, {said}"),
            Address::Stop => format!("{word}, {name}. {sentence}"),
            Address::Aside => format!("{word}, {name} — {said}"),
            Address::Bare => format!("{word} {name}, {said}"),
            Address::Last if sentence.ends_with('.') && !sentence.contains([':', ';']) => {
                format!("{word}, {}, {name}.", said.trim_end_matches('.'))
            }
            Address::Last => format!("{word}, {name}, {said}"),
            Address::First => format!("{name}, {after}"),
            Address::Colon => format!("{name}: {after}"),
            Address::Dash => format!("{name} — {after}"),
            Address::Hey => format!("Hey {name}, {said}"),
            Address::Call => format!("{name}! {sentence}"),
            Address::Friend => format!("{name}, my friend, {said}"),
            Address::Dear => format!("Dear {name}, {said}"),
            Address::To => format!("To {name}: {said}"),
        };
        super::grammar::capitalise(&mut begun, 0);
        begun
    }

    /// A word that leads from what was said before to `sentence`.
    pub fn linked(&self, sentence: String, before: &str, draw: &mut Draw) -> String {
        const NOT: &[&str] = &[
            "And",
            "Also",
            "Besides",
            "Plus",
            "Oh",
            "On top",
            "Further",
            "What is more",
            "One more",
            "Apart",
            "Separately",
            "Second",
            "Well",
            "But",
            "Ooh",
            "Hm",
            "In addition",
            "By ",
            "Guess",
            "Separately",
            "Exhibit",
            "Proposal",
            "Datum",
            "Item",
            "Next",
            "Then,",
            "Likewise",
        ];
        if !sentence.starts_with(char::is_alphabetic)
            || NOT.iter().any(|begin| sentence.starts_with(begin))
            || !draw.chance(self.links)
        {
            return sentence;
        }
        let lead = self.leads[usize::from(draw.chance(18))];
        if before.contains(&format!(" {lead} ")) { sentence } else { format!("{lead} {}", within(&sentence)) }
    }

    /// Now and then a little phrase of its own, if it does not stand in what was said `before`.
    pub fn tic(&self, mut sentence: String, before: &str, draw: &mut Draw) -> String {
        if sentence.ends_with('.') && !sentence.ends_with(").") && draw.chance(self.tics) {
            let phrase = TICS[self.own(6 + u64::from(draw.chance(20)), TICS.len())];
            if !before.contains(phrase) {
                sentence.pop();
                sentence.push_str(", ");
                sentence.push_str(phrase);
                sentence.push('.');
            }
        }
        sentence
    }

    /// The post as this bot would set it: how it divides sentences, and what it says at the end.
    pub fn set(&self, mut text: String, draw: &mut Draw) -> String {
        match self.own(12, 3) {
            0 if !matches!(self.address, Address::Colon | Address::To | Address::Dash) => {
                text = text.replace(": ", " — ")
            }
            1 => text = text.replace("; ", " – "),
            _ => {}
        }
        let kind = if self.heat >= 60 { 0 } else { usize::from(self.hedge < 24) + 1 };
        if text.ends_with('.') && draw.chance(self.ends) {
            let own = self.own(13, ENDS[kind].len()) + draw.below(2);
            super::grammar::append(&mut text, ENDS[kind][own % ENDS[kind].len()]);
        } else if text.ends_with('.') && draw.chance(self.loud) {
            text.pop();
            text.push('!');
        }
        // By that sentence it is known where it stands: it stays as it is.
        let marked = draw.chance(64) && !super::stance::goes_over(&text);
        if marked { self.mark.set(text, &self.sign, &self.leads) } else { text }
    }

    /// A sentence that gives its reason first, from those who do, and in their word for it.
    pub fn ordered<'f>(&self, form: std::borrow::Cow<'f, str>) -> std::borrow::Cow<'f, str> {
        const SO: [&str; 6] =
            ["and so", "so that", "hence", "and therefore", "which is why", "and for that reason"];
        if self.own(17, 5) > 1 {
            return form;
        }
        let head =
            [", because {r}.", ", since {r}.", ", for {r}."].iter().find_map(|end| form.strip_suffix(*end));
        // Not “…, hence I dreamt my way round it and came out where …”.
        let plain = |head: &str| {
            head.contains("{c}") && head.split(' ').count() <= 6 && !head.contains(['.', ':', ';', '?', ','])
        };
        match head {
            Some(head) if plain(head) && !head.starts_with("If ") => {
                let so = SO[self.own(21, SO.len())];
                std::borrow::Cow::Owned(format!("{{r}}, {so} {}.", within(head)))
            }
            _ => form,
        }
    }

    /// Its own word for “because”.
    pub fn joint(&self, sentence: String, draw: &mut Draw) -> String {
        const BECAUSE: [&str; 10] = [
            ", because ",
            ", since ",
            ", for ",
            ", as ",
            ", given that ",
            ", seeing that ",
            ", considering that ",
            ", the reason being that ",
            ", in view of the fact that ",
            " because ",
        ];
        let own = BECAUSE[self.own(9, BECAUSE.len())];
        if draw.chance(92)
            && let Some((at, other)) =
                BECAUSE[..2].iter().find_map(|word| sentence.find(word).map(|at| (at, *word)))
        {
            return format!("{}{own}{}", &sentence[..at], &sentence[at + other.len()..]);
        }
        sentence
    }
}
