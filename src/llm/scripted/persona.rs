//! A personality as the numbers that writing and choosing need, read from the configuration alone.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use super::bank;
use super::draw::{hash, mix};
use super::habit::{Habit, Own};
use super::mark::Mark;
use crate::domain::{Engagement, PersonalityConfig};

/// The six manners of speaking that every personality is a blend of.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// Asks, and is delighted.
    Curious = 0,
    /// Weighs claims and objects.
    Precise = 1,
    /// Thinks in images.
    Dreamy = 2,
    /// Decides and acts.
    Bold = 3,
    /// Listens and supports.
    Gentle = 4,
    /// Sets positions side by side.
    Wise = 5,
}

impl Voice {
    pub const ALL: [Self; 6] =
        [Self::Curious, Self::Precise, Self::Dreamy, Self::Bold, Self::Gentle, Self::Wise];
}

/// Beginnings of trait words, by voice.
const TRAITS: [(Voice, &[&str]); 6] = [
    (
        Voice::Curious,
        &[
            "curio", "enthus", "ask", "inquis", "quest", "excit", "eager", "playful", "energ", "optimis",
            "explor", "wonder", "open", "lively", "cheer", "fun", "joy", "naive", "learn", "nerd", "geek",
            "investig", "bubbl", "talkat", "chatty", "humor", "humour", "funny", "witty", "silly",
            "adventur", "interest", "student", "young", "child", "spontan", "restless", "passion",
        ],
    ),
    (
        Voice::Precise,
        &[
            "analy",
            "precis",
            "challeng",
            "logic",
            "skept",
            "scept",
            "critic",
            "rigor",
            "rigour",
            "exact",
            "ration",
            "method",
            "detail",
            "meticul",
            "pedant",
            "argument",
            "debat",
            "contrar",
            "cynic",
            "sarcas",
            "data",
            "scien",
            "technic",
            "pragmat",
            "formal",
            "cold",
            "sharp",
            "intellect",
            "objective",
            "strict",
            "careful",
            "accurat",
            "blunt",
            "grump",
            "dry",
            "suspic",
            "paranoi",
            "perfection",
            "math",
            "engineer",
        ],
    ),
    (
        Voice::Dreamy,
        &[
            "creat",
            "dream",
            "poet",
            "artist",
            "imagin",
            "whims",
            "romant",
            "mystic",
            "lyric",
            "myst",
            "melanch",
            "surreal",
            "eccentr",
            "quirk",
            "visual",
            "music",
            "intuit",
            "spirit",
            "nostalg",
            "fancif",
            "weird",
            "strange",
            "drift",
            "aesthet",
            "otherworld",
            "moody",
            "bohem",
            "story",
            "narrat",
            "ethereal",
            "abstract",
        ],
    ),
    (
        Voice::Bold,
        &[
            "bold", "decis", "action", "lead", "brave", "courag", "confid", "assert", "ambit", "competi",
            "direct", "driven", "aggress", "loud", "fear", "daring", "bossy", "stubborn", "domin", "strateg",
            "entrepre", "impati", "provoc", "rebel", "fierce", "tough", "determin", "proud", "arrog", "hot",
            "impuls", "practic", "resolute", "command", "charism", "persuas", "chaot", "troll", "mischie",
            "disrupt",
        ],
    ),
    (
        Voice::Gentle,
        &[
            "shy",
            "support",
            "thoughtful",
            "kind",
            "gentle",
            "empath",
            "quiet",
            "caring",
            "compass",
            "sensit",
            "timid",
            "humble",
            "modest",
            "warm",
            "friend",
            "nurtur",
            "soft",
            "sweet",
            "loyal",
            "polite",
            "helpf",
            "considerate",
            "introv",
            "listen",
            "anxious",
            "nervous",
            "tender",
            "sincere",
            "honest",
            "grate",
            "reserved",
            "encourag",
            "generous",
            "cute",
        ],
    ),
    (
        Voice::Wise,
        &[
            "wise",
            "measur",
            "synth",
            "calm",
            "patien",
            "balanc",
            "reflect",
            "philos",
            "diplom",
            "mediat",
            "stoic",
            "sage",
            "moder",
            "contempl",
            "fair",
            "seren",
            "zen",
            "old",
            "ancient",
            "ethic",
            "moral",
            "neutral",
            "medita",
            "deliber",
            "histor",
            "scholar",
            "mature",
            "grounded",
            "steady",
            "tolerant",
            "responsib",
            "mentor",
            "teach",
            "elder",
        ],
    ),
];

/// Personalities read lately.
const KNOWN: NonZeroUsize = NonZeroUsize::new(64).unwrap();

thread_local! {
    /// What was read of configurations that are still in use, by their address, which is theirs alone as long as
    /// they are held here. It spares reading and changes no answer.
    static LATELY: RefCell<LruCache<*const PersonalityConfig, (Arc<PersonalityConfig>, Read)>> =
        RefCell::new(LruCache::new(KNOWN));
}

/// What of a [`Persona`] takes reading words.
#[derive(Clone)]
struct Read {
    blend: [u32; 6],
    topics: Vec<usize>,
    /// Places among the interests.
    strange: Vec<usize>,
    reach: usize,
    habits: Habits,
    mark: Mark,
    own: Arc<Own>,
}

/// What a personality comes down to.
pub(super) struct Persona<'a> {
    pub config: &'a PersonalityConfig,
    /// Share of each voice, adding up to about 100.
    pub blend: [u32; 6],
    /// Topics of the bank that its interests name, each once.
    pub topics: Vec<usize>,
    /// Interests the bank does not know.
    pub strange: Vec<&'a str>,
    /// How many words a reply should have.
    pub reach: usize,
    /// Whether its habits ask for a question at the end, a joke, a bet.
    pub habits: Habits,
    /// What its posts look like.
    pub mark: Mark,
    /// Its own sentences.
    pub own: Arc<Own>,
}

/// Habits that its style and quirks name.
#[derive(Copy, Clone, Default)]
pub(super) struct Habits {
    pub questions: bool,
    pub jokes: bool,
    pub bets: bool,
}

impl Read {
    fn of(config: &PersonalityConfig) -> Self {
        let behavior = &config.behavior;
        let mut reach = 47_i32 - i32::from(behavior.shyness) * 2 / 5
            + i32::from(behavior.creativity_level) / 9
            + i32::from(behavior.leadership_tendency) / 12;
        let style = config.personality.communication_style.to_lowercase();
        if mentions(&style, &["short", "brief", "terse", "concise", "blunt", "laconic", "spare", "few words"])
        {
            reach -= 7;
        }
        if mentions(
            &style,
            &["verbose", "detailed", "long", "elaborate", "thorough", "rambl", "thinks aloud"],
        ) {
            reach += 9;
        }
        let reach = usize::try_from(reach.clamp(14, 60)).unwrap_or(40);
        let (topics, strange) = interests(&config.personality.interests);
        let blend = blend(config);
        let own = Arc::new(Own::of(config, &blend, reach));
        let mark = Mark::of(config, &Habit::of(&config.id));
        Self { blend, topics, strange, reach, habits: habits(config), mark, own }
    }
}

impl<'a> Persona<'a> {
    pub fn of(config: &'a Arc<PersonalityConfig>) -> Self {
        let Read { blend, topics, strange, reach, habits, mark, own } = LATELY.with_borrow_mut(|lately| {
            let (_, read) =
                lately.get_or_insert(Arc::as_ptr(config), || (Arc::clone(config), Read::of(config)));
            read.clone()
        });
        let interests = &config.personality.interests;
        let strange =
            strange.into_iter().filter_map(|at| interests.get(at)).map(|word| word.trim()).collect();
        Self { config, blend, topics, strange, reach, habits, mark, own }
    }

    /// Its voices as weights in which the leading one stands out.
    pub fn manner(&self) -> [u32; 6] {
        self.blend.map(|share| share * share * share / 400)
    }

    /// How readily it gives each of the six answers, [`bank::Kind::ANSWERS`], when it speaks for itself:
    /// mostly its own kind, sometimes one that lies near, never one that another voice would give.
    pub fn answers(&self) -> [u32; 6] {
        const NEAR: [[u32; 6]; 6] = [
            [18, 18, 22, 0, 42, 0],
            [14, 62, 0, 0, 0, 24],
            [12, 0, 64, 0, 24, 0],
            [6, 22, 0, 72, 0, 0],
            [8, 0, 14, 0, 66, 12],
            [12, 6, 0, 0, 16, 66],
        ];
        let manner = self.manner();
        std::array::from_fn(|kind| {
            NEAR.iter().zip(manner).map(|(near, share)| near[kind] * share).sum::<u32>() / 100
        })
    }

    pub fn likes(&self, topic: usize) -> bool {
        self.topics.contains(&topic)
    }

    pub fn shyness(&self) -> u32 {
        u32::from(self.config.behavior.shyness)
    }

    pub fn skepticism(&self) -> u32 {
        u32::from(self.config.behavior.skepticism)
    }

    pub fn aggression(&self) -> u32 {
        u32::from(self.config.behavior.aggression)
    }

    pub fn leadership(&self) -> u32 {
        u32::from(self.config.behavior.leadership_tendency)
    }

    pub fn creativity(&self) -> u32 {
        u32::from(self.config.behavior.creativity_level)
    }

    pub fn engagement(&self) -> Engagement {
        self.config.behavior.engagement_style
    }

    /// How readily it objects, in per cent, to somebody it feels about as `sentiment` says.
    pub fn contrariness(&self, sentiment: f64) -> u32 {
        let base = f64::from(self.skepticism()) * 0.42 + f64::from(self.aggression()) * 0.38 - 12.0;
        (base - sentiment * 22.0).clamp(2.0, 72.0) as u32
    }
}

/// The share of each voice: traits first, then the sliders lean on it.
fn blend(config: &PersonalityConfig) -> [u32; 6] {
    let mut points = [0_u32; 6];
    // What is named first is what one is most.
    for (word, weight) in
        config.personality.traits.iter().zip([48, 28, 20, 18].into_iter().chain(std::iter::repeat(16)))
    {
        points[trait_voice(word) as usize] += weight;
    }
    let behavior = &config.behavior;
    let mut lean = |voice: Voice, points_of: u32| points[voice as usize] += points_of;
    let above = |level: u8, from: u8| u32::from(level.saturating_sub(from));
    lean(Voice::Dreamy, above(behavior.creativity_level, 70) * 3 / 2);
    lean(Voice::Precise, above(20, behavior.creativity_level) * 2);
    lean(Voice::Bold, above(behavior.leadership_tendency, 65) / 2);
    lean(Voice::Bold, above(behavior.aggression, 55) * 3 / 2);
    lean(Voice::Gentle, above(20, behavior.aggression));
    lean(Voice::Precise, above(behavior.skepticism, 65) * 2 / 3);
    lean(Voice::Gentle, above(behavior.shyness, 60) * 2 / 3);
    for point in &mut points {
        *point += 3;
    }
    let total: u32 = points.iter().sum();
    points.map(|point| point * 100 / total)
}

/// The voice of a trait; a word nobody has foreseen still always means the same.
fn trait_voice(word: &str) -> Voice {
    let lower = word.to_lowercase();
    TRAITS
        .iter()
        .find(|(_, stems)| {
            lower
                .split(|c: char| !c.is_alphabetic())
                .any(|part| stems.iter().any(|stem| part.starts_with(stem)))
        })
        .map_or_else(|| Voice::ALL[(mix(hash(&lower)) % 6) as usize], |(voice, _)| *voice)
}

/// The topics that interests name, and the places of those that name none.
fn interests(words: &[String]) -> (Vec<usize>, Vec<usize>) {
    let (mut topics, mut strange) = (Vec::new(), Vec::new());
    let mut scores = Vec::new();
    for (at, word) in words.iter().enumerate() {
        scores.clear();
        bank::tally(word, 1, &mut scores);
        match scores.iter().map(|(topic, _)| *topic).find(|topic| *topic >= bank::ROOM) {
            Some(topic) if topics.contains(&topic) => {}
            Some(topic) => topics.push(topic),
            None if is_printable(word.trim()) => strange.push(at),
            None => {}
        }
    }
    (topics, strange)
}

/// Whether an interest can stand in a sentence.
fn is_printable(word: &str) -> bool {
    (3..=40).contains(&word.chars().count()) && !word.contains(['{', '[', '“', '”'])
}

fn habits(config: &PersonalityConfig) -> Habits {
    let persona = &config.personality;
    let words = std::iter::once(&persona.communication_style).chain(&persona.quirks).chain(&persona.traits);
    let mut habits = Habits::default();
    for text in words.map(|text| text.to_lowercase()) {
        habits.questions |= mentions(&text, &["question", "asks"]);
        habits.jokes |= mentions(
            &text,
            &["joke", "humor", "humour", "playful", "witty", "funny", "sarcas", "pun", "irony"],
        );
        habits.bets |= mentions(&text, &["bets", "wager", "deadline"]);
    }
    habits
}

/// Whether `text`, in lower case, contains one of `needles` at the beginning of a word.
pub(super) fn mentions(text: &str, needles: &[&str]) -> bool {
    let mut before = false;
    text.char_indices().any(|(at, c)| {
        let begins = !before && c.is_alphabetic();
        before = c.is_alphabetic();
        begins && needles.iter().any(|needle| text[at..].starts_with(needle))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_choose_the_voice() {
        let of = |word: &str| trait_voice(word);
        assert_eq!(of("asks questions"), Voice::Curious);
        assert_eq!(of("Sceptical"), Voice::Precise);
        assert_eq!(of("day-dreamer"), Voice::Dreamy);
        assert_eq!(of("action-oriented"), Voice::Bold);
        assert_eq!(of("warm-hearted"), Voice::Gentle);
        assert_eq!(of("philosophical"), Voice::Wise);
        assert_eq!(of("zorbly"), of("ZORBLY"));
    }
}
