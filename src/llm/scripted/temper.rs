//! How a bot speaks, from its sliders: how long, how warm, how sure, how plainly, with which habits of speech.
//!
//! Habits that no slider names (which word for “because”, which little phrase) belong to the bot alone:
//! they come from its id, so that two bots with the same sliders still do not sound alike.

mod address;

use self::address::Address;
pub(super) use self::address::Calls;
use super::draw::Draw;
use super::grammar::{length, within};
use super::habit::Habit;
use super::issues::What;
use super::mark::{Mark, Stops};
use super::persona::{Persona, Voice};
use super::phrases::{ADDS, ENDS, GRUDGING, HEDGES, HOT, JABS, NOES, ROUNDABOUT, SHY, SOFT, THANKS};
use super::stance::read;
use super::voices::Move;

/// A bot's way of speaking.
pub(super) struct Temper {
    /// How many words a reply should have.
    pub reach: usize,
    /// 0–100: how much it minds.
    pub heat: u32,
    /// How often, in per cent, a reason comes with a “perhaps”.
    pub hedge: u32,
    /// How readily it grants a point, in per cent.
    pub open: u32,
    /// How much it likes cases, people and comparisons, in per cent.
    pub fancy: u32,
    /// How much it thinks in pictures of its own, 0–45, and how much in none, 0–20.
    pub vivid: u32,
    pub plain: u32,
    /// How often, in per cent, it ends on a question.
    pub asks: u32,
    /// How it turns to whom it answers.
    address: Address,
    /// How often, in per cent, a post ends on a last word.
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
    /// How often, in per cent, it calls out.
    loud: u32,
    pub habit: Habit,
    /// The mark that it sets in a post.
    mark: Mark,
    /// How it divides and ends what it says.
    stops: Stops,
    /// What it signs with, if it does.
    sign: String,
}

/// Up to how much one minds little, and from how much on plainly.
pub(super) const MILD: u32 = 20;
pub(super) const HOTLY: u32 = 70;

/// What its word for “because” is drawn by: with it no two of the embedded bots have the same.
const JOINING: u64 = 3_002;
/// How often, in per cent, a post has its bot's mark.
const MARKED: u32 = 80;
/// From how many hedges in a hundred reasons on a bot is unsure of itself.
const UNSURE: u32 = 28;
/// From how much creativity on one thinks in pictures.
const VIVID: u32 = 55;

/// What a sentence begins with that has its own way already, gentle or eager: nothing softer goes before it.
const OWN_WAY: [&str; 11] =
    ["Please", "Maybe", "I may", "Thank", "Exactly", "Yes!", "Oh", "Okay", "Yep", "Mm", "If I"];
/// Calls that are left out where something softer is said.
const INTERJECTIONS: [&str; 5] = ["Wait, ", "Hang on, ", "Hold on, ", "Come on, ", "Hm, "];

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
        // Those who mind are short with others, and those who are shy with themselves; those who do not mind take
        // their time.
        let brief = heat.saturating_sub(50) * 2 / 5 + shy.saturating_sub(70);
        let reach = (persona.reach as u32 + MILD.saturating_sub(heat) / 3).saturating_sub(brief).clamp(14, 64)
            as usize;
        let habit = Habit::of(&persona.config.id);
        let voice = (0..6).max_by_key(|voice| persona.blend[*voice]).unwrap_or(0);
        let mut temper = Self {
            reach,
            heat,
            hedge: (shy.saturating_sub(30) * 3 / 4
                + doubt.saturating_sub(70) / 4
                + 8
                + MILD.saturating_sub(heat))
            .saturating_sub(heat / 5 + lead / 8 + heat.saturating_sub(HOTLY)),
            open: (46 + shy / 6 + MILD.saturating_sub(heat) / 2)
                .saturating_sub(heat / 2 + lead / 8)
                .clamp(2, 60),
            fancy: 4 + persona.creativity() * 9 / 10,
            vivid: persona.creativity().saturating_sub(VIVID),
            plain: MILD.saturating_sub(persona.creativity()),
            address: Address::of(persona, &habit, voice),
            asks: 10
                + if persona.habits.questions { 34 } else { 0 }
                + doubt / 8
                + MILD.saturating_sub(heat) / 2,
            ends: if heat >= HOTLY { 4 + (heat - HOTLY) / 2 } else { shy.saturating_sub(55) / 4 },
            adds: 0,
            argues: 0,
            shy: shy.saturating_sub(55),
            links: 0,
            leads: [""; 2],
            loud: (persona.blend[Voice::Curious as usize] * 4 / 5).saturating_sub(shy / 3 + 8),
            habit,
            mark: persona.mark,
            stops: Stops::of(&Habit::of(&persona.config.id)),
            sign: String::new(),
        };
        temper.sign =
            persona.config.name.chars().next().map_or_else(String::new, |first| format!("{first}."));
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
            HOTLY.. => 8,
            _ if shy >= 70 || heat < MILD => 5,
            _ => 6,
        };
        temper.links = [70, 20][temper.own(11, 2)];
        let lead = temper.own(31, ADDS.len());
        temper.leads = [ADDS[lead], ADDS[(lead + 1 + temper.own(32, ADDS.len() - 1)) % ADDS.len()]];
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

    /// A reason as this bot would put it: those who are unsure of themselves are unsure of it.
    pub fn shade(&self, reason: &str, draw: &mut Draw) -> String {
        // What happened once, to somebody with a name or a number, is no matter of opinion.
        let happened =
            [" was ", " were ", " had ", " found ", " has "].iter().any(|word| reason.contains(word))
                || reason.contains(|c: char| c.is_ascii_digit() || c.is_uppercase());
        let unsure = self.hedge >= UNSURE && !happened && !reason.starts_with(['“', '(']);
        if !unsure || !draw.chance(self.hedge / 2) {
            return reason.to_owned();
        }
        let word = HEDGES[(self.own(1, HEDGES.len()) + usize::from(draw.chance(20))) % HEDGES.len()];
        format!("{word} {reason}")
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
        let calm = INTERJECTIONS.iter().find_map(|word| sentence.strip_prefix(word)).unwrap_or(&sentence);
        let plain = voice != Voice::Bold
            && !calm.contains([':', '?'])
            && !calm.contains(", but ")
            && (name.is_empty() || !calm.starts_with(name))
            && !OWN_WAY.iter().any(|word| calm.starts_with(word));
        if against
            && plain
            && self.heat <= 30
            && draw.chance(24 + self.hedge + 4 * MILD.saturating_sub(self.heat))
        {
            return Self::before(SOFT[(self.own(5, SOFT.len()) + draw.below(4)) % SOFT.len()], calm);
        }
        let plain = plain && address::is_free(calm);
        if kind == Move::Agree && plain && draw.chance(4 * MILD.saturating_sub(self.heat)) {
            let thanks = THANKS[(self.own(8, THANKS.len()) + draw.below(3)) % THANKS.len()];
            return Self::before(&format!("{thanks};"), calm);
        }
        if kind.argues() && plain && draw.chance(self.shy) {
            return Self::before(SHY[(self.own(14, SHY.len()) + draw.below(3)) % SHY.len()], calm);
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
            let named = !name.is_empty() && sentence.starts_with(name);
            if self.heat >= 65 && !named && address::is_free(&sentence) && draw.chance(self.heat - 40) {
                let word = GRUDGING[(self.own(7, GRUDGING.len()) + draw.below(3)) % GRUDGING.len()];
                return format!("{word}: {}", within(&sentence));
            }
            return sentence;
        }
        // “Noted.” is a beginning, and one is enough.
        let begun = sentence.split(['.', '!', '?']).next().is_some_and(|first| length(first) < 3);
        if !said && !begun && draw.chance(chance) {
            let word = HOT[(self.own(3, HOT.len()) + draw.below(5)) % HOT.len()];
            let address = if name.is_empty() || sentence.contains(name) || draw.chance(40) {
                String::new()
            } else {
                format!(", {name}")
            };
            let named = !name.is_empty() && sentence.starts_with(name);
            // It is called out by those who call out at all.
            sentence = if named || draw.chance(self.loud * 3 / 2) {
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

    /// Where a post names whom it answers, of whom it is `plain` or not that they are meant.
    pub fn calls(&self, plain: bool, draw: &mut Draw) -> Calls {
        self.address.calls(plain, draw)
    }

    /// A sentence as this bot begins a post with it, to somebody or to nobody.
    pub fn begun(&self, sentence: String, to: (Calls, &str), draw: &mut Draw) -> String {
        self.address.begun(sentence, to, draw)
    }

    /// `sentence` after a word by which it adds to the one before.
    pub fn linked(&self, sentence: String, before: &str, draw: &mut Draw) -> String {
        let word = self.leads[usize::from(draw.chance(24))];
        // Once in a post is enough.
        if before.contains(word) {
            return sentence;
        }
        format!("{word} {}", within(&sentence))
    }

    /// The post as this bot would set it: how it divides sentences, and what it says at the end.
    pub fn set(&self, mut text: String, draw: &mut Draw) -> String {
        let last = if self.heat >= 60 { ENDS[0] } else { ENDS[1] };
        // A last word belongs to a view.
        let argues = || {
            let says = |what| matches!(what, What::Stand(_) | What::Reason(..));
            read(&text).iter().any(|part| says(part.what))
        };
        if text.ends_with('.') && draw.chance(self.ends) && argues() {
            let own = self.own(13, last.len()) + draw.below(2);
            super::grammar::append(&mut text, last[own % last.len()]);
        } else if text.ends_with('.') && draw.chance(self.loud) {
            text.pop();
            text.push('!');
        }
        // By that sentence it is known where it stands: it stays as it is.
        if super::stance::goes_over(&text) {
            return text;
        }
        let text = if draw.chance(MARKED) { self.mark.set(text, &self.sign, &self.leads) } else { text };
        self.stopped(text)
    }

    /// The post with the signs that are this bot's.
    pub fn stopped(&self, text: String) -> String {
        self.stops.set(text)
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
            "; after all, ",
            " – ",
            " because ",
        ];
        let own = BECAUSE[self.own(JOINING, BECAUSE.len())];
        if draw.chance(92)
            && let Some((at, other)) =
                BECAUSE[..2].iter().find_map(|word| Some((form.find(&format!("{word}{{r}}"))?, *word)))
        {
            return format!("{}{own}{}", &form[..at], &form[at + other.len()..]);
        }
        form
    }
}
