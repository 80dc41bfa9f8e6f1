//! How a bot speaks, from its sliders: how long, how warm, how sure, how plainly, with which habits of speech.
//!
//! Habits that no slider names (which word for “because”, which little phrase) belong to the bot alone:
//! they come from its id, so that two bots with the same sliders still do not sound alike.

use super::draw::Draw;
use super::grammar::within;
use super::habit::Habit;
use super::issues::What;
use super::mark::Mark;
use super::persona::{Persona, Voice};
use super::phrases::{
    ADDS, BEGINNINGS, ENDS, GRUDGING, HEDGES, HOT, JABS, NOES, OTHER, ROUNDABOUT, SHY, SOFT, STARTS, SURE,
    THANKS, TICS, TURNS,
};
use super::stance::read;
use super::voices::Move;
use super::writer::Relation;

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
    /// How many things it adds to an answer, at most.
    pub adds: usize,
    /// Posts of a thread that take a side, after which it has heard enough for and against.
    pub argues: usize,
    /// How often, in per cent, it excuses itself for saying anything.
    shy: u32,
    /// How often, in per cent, another reason begins with a word that leads to it, and the words.
    pub links: u32,
    leads: [&'static str; 2],
    /// What it says before something that speaks for the other side.
    turn: &'static str,
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
    /// How many words it has beside the name, at least.
    const fn words(self) -> usize {
        match self {
            Self::First | Self::Colon | Self::Dash => 0,
            Self::Friend => 2,
            _ => 1,
        }
    }

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

/// Up to how much one minds little, and from how much on plainly.
pub(super) const MILD: u32 = 20;
pub(super) const HOTLY: u32 = 70;

/// How often, in per cent, a post to nobody begins with a little word.
const STARTED: u32 = 68;
/// Words of a sentence that is known again; fewer are no sentence of anybody's own.
const SENTENCE: usize = 4;

/// What the way of beginning is drawn by: with it no two of the embedded bots begin alike.
const BEGINNING: u64 = 37_028;

/// Whether `text` is put so that others mind.
pub(super) fn is_rude(text: &str) -> bool {
    let put = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| text[at + word.len()..].starts_with([':', ',']))
    };
    HOT.iter().any(put) || JABS.iter().any(|jab| text.contains(jab))
}

/// Whether `text` begins with a no.
pub(super) fn says_no(text: &str) -> bool {
    let text = text.strip_prefix("Hm, ").unwrap_or(text);
    NOES.iter().chain(&HOT).any(|word| {
        let head = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word));
        head.is_some() && text[word.len()..].starts_with([',', ' ', '.', '!', ';', ':'])
    })
}

/// `sentence` without the words by which one puts a thing less plainly.
fn blunt(sentence: &str) -> String {
    let mut out = sentence.to_owned();
    for (long, short) in ROUNDABOUT {
        let mut from = 0;
        while let Some(at) = out[from..].find(long).map(|at| from + at) {
            if at == 0 || out[..at].ends_with([' ', '(']) {
                out.replace_range(at..at + long.len(), short);
            }
            from = (at + 1).min(out.len());
            while !out.is_char_boundary(from) {
                from += 1;
            }
        }
    }
    super::grammar::capitalise(&mut out, 0);
    out
}

impl Temper {
    pub fn of(persona: &Persona<'_>) -> Self {
        let (shy, heat) = (persona.shyness(), persona.aggression());
        let (lead, doubt) = (persona.leadership(), persona.skepticism());
        // Those who mind are short with others, those who do not take their time.
        let brief = heat.saturating_sub(50) * 2 / 5;
        let reach = (persona.reach as u32 + MILD.saturating_sub(heat) / 3).saturating_sub(brief).clamp(14, 64)
            as usize;
        let mut temper = Self {
            reach,
            heat,
            hedge: (shy.saturating_sub(30) * 3 / 4
                + doubt.saturating_sub(70) / 4
                + 8
                + MILD.saturating_sub(heat))
            .saturating_sub(heat / 5 + lead / 8 + heat.saturating_sub(HOTLY)),
            sure: (lead / 4 + heat / 3).saturating_sub(doubt / 8 + shy / 2),
            open: (46 + shy / 6 + MILD.saturating_sub(heat) / 2)
                .saturating_sub(heat / 2 + lead / 8)
                .clamp(2, 60),
            fancy: 4 + persona.creativity() * 9 / 10,
            address: Address::First,
            asks: 10
                + if persona.habits.questions { 34 } else { 0 }
                + doubt / 8
                + MILD.saturating_sub(heat) / 2,
            shades: 0,
            tics: 0,
            ends: 0,
            starts: [""; 2],
            adds: 0,
            argues: 0,
            shy: shy.saturating_sub(55),
            links: 0,
            leads: [""; 2],
            turn: "",
            loud: (persona.blend[Voice::Curious as usize] * 4 / 5).saturating_sub(shy / 3 + 8),
            habit: Habit::of(&persona.config.id),
            mark: persona.mark,
            sign: String::new(),
        };
        temper.sign =
            persona.config.name.chars().next().map_or_else(String::new, |first| format!("{first}."));
        let list = if heat >= 50 { CURT } else { CIVIL };
        temper.address = list[temper.own(BEGINNING, list.len())];
        let voice = (0..6).max_by_key(|voice| persona.blend[*voice]).unwrap_or(0);
        // Only where the voice has it does anybody call out in anger.
        if voice == Voice::Curious as usize || voice == Voice::Bold as usize {
            temper.loud += heat.saturating_sub(HOTLY - 10);
        }
        temper.adds = match heat {
            HOTLY.. => 1,
            _ if shy >= 70 => 1,
            _ => 1 + usize::from(reach > 36),
        };
        temper.argues = match heat {
            HOTLY.. => 6,
            _ if shy >= 70 || heat < MILD => 3,
            _ => 4,
        };
        let first = temper.own(18, 8);
        temper.starts = [STARTS[voice][first], STARTS[temper.own(19, 6)][temper.own(10, 8)]];
        // Nobody has every habit; two of the four are a bot's.
        let (links, tics, shades, ends) =
            [(70, 10, 4, 1), (20, 1, 14, 6), (70, 1, 14, 1), (20, 10, 4, 6), (70, 1, 4, 6), (20, 9, 14, 1)]
                [temper.own(11, 6)];
        (temper.links, temper.tics, temper.ends) = (links, tics, ends);
        temper.shades = shades.max(temper.hedge.min(80) / 2).max(temper.sure.min(50) / 3);
        if heat >= HOTLY {
            temper.tics = 0;
            temper.ends = temper.ends.max((heat - HOTLY) / 2);
        }
        let lead = temper.own(31, ADDS.len());
        temper.leads = [ADDS[lead], ADDS[(lead + 1 + temper.own(32, ADDS.len() - 1)) % ADDS.len()]];
        temper.turn = TURNS[temper.own(33, TURNS.len())];
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

    /// A sentence in the tone of somebody who minds as much as this bot does, and is as shy.
    pub fn tinge(
        &self,
        sentence: String,
        (voice, kind): (Voice, Move),
        name: &str,
        draw: &mut Draw,
    ) -> String {
        let against = kind.opposes();
        if self.heat >= 55 && (against || kind == Move::Agree) {
            return self.hotly(sentence, against, name, draw);
        }
        let plain = voice != Voice::Bold
            && !sentence.contains([':', '?'])
            && !sentence.contains(", but ")
            && !["Please", "Maybe", "I may", "Thank"].iter().any(|word| sentence.starts_with(word));
        if against
            && plain
            && self.heat <= 30
            && draw.chance(24 + self.hedge + 4 * MILD.saturating_sub(self.heat))
        {
            return Self::before(SOFT[(self.own(5, SOFT.len()) + draw.below(4)) % SOFT.len()], &sentence);
        }
        if kind == Move::Agree && plain && draw.chance(4 * MILD.saturating_sub(self.heat)) {
            let thanks = THANKS[(self.own(8, THANKS.len()) + draw.below(3)) % THANKS.len()];
            return Self::before(&format!("{thanks};"), &sentence);
        }
        if kind.argues() && plain && draw.chance(self.shy) {
            return Self::before(SHY[(self.own(14, SHY.len()) + draw.below(3)) % SHY.len()], &sentence);
        }
        sentence
    }

    /// `sentence` after a few `words`.
    fn before(words: &str, sentence: &str) -> String {
        let mut out = format!("{words} {}", within(sentence));
        super::grammar::capitalise(&mut out, 0);
        out
    }

    /// A sentence of somebody who minds: no first, without detours, and with a jab at the end.
    fn hotly(&self, mut sentence: String, against: bool, name: &str, draw: &mut Draw) -> String {
        if self.heat >= HOTLY {
            sentence = blunt(&sentence);
        }
        let said = says_no(&sentence);
        let chance = (self.heat - 35) * 3 / 2;
        if !against {
            if self.heat >= 65 && draw.chance(self.heat - 40) {
                let word = GRUDGING[(self.own(7, GRUDGING.len()) + draw.below(3)) % GRUDGING.len()];
                return format!("{word}: {}", within(&sentence));
            }
            return sentence;
        }
        if !said && draw.chance(chance) {
            let word = HOT[(self.own(3, HOT.len()) + draw.below(5)) % HOT.len()];
            let address = if name.is_empty() || sentence.contains(name) || draw.chance(40) {
                String::new()
            } else {
                format!(", {name}")
            };
            // It is called out by those who call out at all.
            sentence = if draw.chance(self.loud * 3 / 2) {
                format!("{word}{address}! {sentence}")
            } else {
                format!("{word}{address}: {}", within(&sentence))
            };
        }
        if self.heat >= 75 && sentence.ends_with('.') && draw.chance(self.heat - 60) {
            sentence.pop();
            sentence.push_str(JABS[(self.own(4, JABS.len()) + draw.below(4)) % JABS.len()]);
            sentence.push('.');
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
            && !STARTS.iter().flatten().chain(&BEGINNINGS).chain(&HOT).any(|start| {
                sentence
                    .strip_prefix(start)
                    .is_some_and(|rest| rest.starts_with([',', ' ', '.', '!', ';', ':']))
            });
        if name.is_empty() {
            return if free && draw.chance(STARTED) {
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
        let little = match self.address {
            _ if self.heat >= HOTLY => 16,
            Address::To | Address::Dear | Address::Hey | Address::Call | Address::Friend => 46,
            _ => 76,
        };
        let little = free && draw.chance(little);
        let after = if little { format!("{}, {said}", word.to_lowercase()) } else { said.clone() };
        // “Vex, my friend, I do not.” would be the same sentence each time.
        let short = sentence.split_once(['.', '!', '?']).is_some_and(|(first, _)| {
            let count = first.split(' ').count();
            count < SENTENCE && count + self.address.words() >= SENTENCE
        });
        let mut begun = match self.address {
            _ if short => format!("{name}, {said}"),
            address if address.is_word() && named => format!("{word}, {said}"),
            address if address.is_word() && !free => format!("{word}, {name} — {said}"),
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
            Address::Hey => format!("Hey {name}, {after}"),
            Address::Call if little => format!("{name}! {word}, {said}"),
            Address::Call => format!("{name}! {sentence}"),
            Address::Friend => format!("{name}, my friend, {after}"),
            Address::Dear => format!("Dear {name}, {after}"),
            Address::To => format!("To {name}: {after}"),
        };
        super::grammar::capitalise(&mut begun, 0);
        begun
    }

    /// `sentence` after a word for how it goes on from the one before.
    pub fn linked(&self, sentence: String, relation: Relation, before: &str, draw: &mut Draw) -> String {
        let word = match relation {
            Relation::Adds => self.leads[usize::from(draw.chance(24))],
            Relation::Turns => self.turn,
        };
        // Once in a post is enough.
        if before.contains(word) {
            return sentence;
        }
        format!("{word} {}", within(&sentence))
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
        // A last word belongs to a view.
        let argues = || {
            let says = |what| matches!(what, What::Stand(_) | What::Reason(..));
            read(&text).iter().any(|part| says(part.what))
        };
        if text.ends_with('.') && draw.chance(self.ends) && argues() {
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

    /// Its own word for “because” before a reason. Before anything else the word stays: by it one knows whose view
    /// follows.
    pub fn joint(&self, form: String, draw: &mut Draw) -> String {
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
                BECAUSE[..2].iter().find_map(|word| Some((form.find(&format!("{word}{{r}}"))?, *word)))
        {
            return format!("{}{own}{}", &form[..at], &form[at + other.len()..]);
        }
        form
    }
}
