//! What no slider names: which of several ways of speaking are a bot's own, and its own sentences.

use super::draw::{hash, mix};
use super::persona::{Voice, mentions};
use super::voices::{Move, Tone, toned};
use crate::domain::PersonalityConfig;

/// Where a bot's own choices come from: its id, so that two with the same sliders still do not sound alike.
#[derive(Copy, Clone, Debug)]
pub(super) struct Habit {
    of: u64,
    /// Its number among bots that were made together.
    number: Option<u64>,
}

/// The number at the end of an id such as `maeve_00004`; those made by hand are all the first of their name.
fn numbered(id: &str) -> Option<u64> {
    id.rsplit_once('_')
        .and_then(|(_, number)| number.parse().ok())
        .filter(|number| *number > 1 || id.len() > 9)
}

impl Habit {
    /// The habits of the bot with this id.
    pub fn of(id: &str) -> Self {
        Self { of: hash(id), number: numbered(id) }
    }

    /// One of `n` that is this bot's, for each `what` another.
    pub fn one_of(&self, what: u64, n: usize) -> usize {
        let n = n.max(1) as u64;
        let salted = what.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let drawn = match self.number {
            // Of those that were made together every `n` draw all there is, each time in another order.
            Some(number) => {
                let (round, at) = (number / n, number % n);
                let order = mix(salted ^ mix(round));
                let step = if order & 1 == 0 { 1 } else { n - 1 };
                (order >> 8).wrapping_add(at * step)
            }
            None => mix(self.of ^ salted),
        };
        (drawn % n) as usize
    }

    /// Whether it was made together with others.
    pub fn is_of_many(&self) -> bool {
        self.number.is_some_and(|number| number > 1)
    }

    /// Whether a sentence that others use as well is one of those that this bot uses.
    pub fn uses(&self, form: &str) -> bool {
        mix(self.of ^ hash(form)) % 100 < 48
    }
}

/// Own sentences for a move of which there are few and many.
const FEW: usize = 3;
const MANY: usize = 4;

/// A bot's own sentences, by move.
#[derive(Debug)]
pub(super) struct Own(Vec<Vec<(Tone, &'static str)>>);

impl Own {
    /// The own sentences of a bot with these shares of the voices.
    pub fn of(config: &PersonalityConfig, blend: &[u32; 6], reach: usize) -> Self {
        let habit = Habit::of(&config.id);
        let tones = Tones::of(config, blend, reach).best(&habit);
        let of = |kind: Move| {
            let all = toned(kind);
            let asks = matches!(kind, Move::Ask | Move::Wonder | Move::Call);
            let most = if asks {
                6
            } else if all.len() > 10 {
                MANY
            } else {
                FEW
            };
            let mut ranked: Vec<(i64, usize)> = Vec::new();
            for (at, (tone, _)) in all.iter().enumerate() {
                let what = 1_000 + kind as u64 * 64 + at as u64;
                if let Some(place) = tones.iter().position(|own| own == tone) {
                    ranked.push(([0, 14, 40][place] + habit.one_of(what, 30) as i64, at));
                }
            }
            ranked.sort_unstable();
            ranked.into_iter().take(most).map(|(_, at)| all[at]).collect()
        };
        Self(Move::ALL.iter().map(|(kind, _)| of(*kind)).collect())
    }

    /// The bot's own sentences for a move.
    pub fn sentences(&self, kind: Move) -> &[(Tone, &'static str)] {
        self.0.get(kind as usize).map_or(&[], Vec::as_slice)
    }
}

/// How well each tone fits a bot.
struct Tones {
    blend: [u32; 6],
    heat: i64,
    shy: i64,
    creative: i64,
    reach: usize,
    casual: bool,
    formal: bool,
    jokes: bool,
    old: bool,
    counts: bool,
    terse: bool,
}

const CASUAL: &[&str] = &[
    "casual",
    "chatty",
    "playful",
    "lively",
    "informal",
    "quick",
    "slang",
    "breezy",
    "conversational",
    "homespun",
    "companionable",
    "frank",
];
const FORMAL: &[&str] = &[
    "formal",
    "ceremon",
    "academic",
    "scholar",
    "measured",
    "courteous",
    "old-",
    "polite",
    "precise",
    "eloquent",
    "elaborate",
    "dignified",
    "roundabout",
    "stately",
];
const JOKING: &[&str] = &[
    "joke",
    "humor",
    "humour",
    "playful",
    "witty",
    "funny",
    "sarcas",
    "pun",
    "iron",
    "teas",
    "deadpan",
    "laugh",
    "self-mocking",
    "whims",
];
const OLD: &[&str] = &[
    "old-fashioned",
    "old-world",
    "nostalg",
    "ceremon",
    "superstit",
    "proverb",
    "elder",
    "grandm",
    "letters",
    "archaic",
];
const COUNTING: &[&str] = &[
    "number",
    "lists",
    "counts",
    "figure",
    "percent",
    "per cent",
    "statistic",
    "exact",
    "punctual",
    "tidy",
    "ledger",
];
const TERSE: &[&str] = &[
    "short",
    "brief",
    "terse",
    "concise",
    "blunt",
    "laconic",
    "spare",
    "few words",
    "frugal with words",
    "expensive",
    "elliptic",
];

impl Tones {
    fn of(config: &PersonalityConfig, blend: &[u32; 6], reach: usize) -> Self {
        let words = &config.personality;
        let style = words.communication_style.to_lowercase();
        let whole = format!("{style} {} {}", words.traits.join(" "), words.quirks.join(" ")).to_lowercase();
        Self {
            blend: *blend,
            heat: i64::from(config.behavior.aggression),
            shy: i64::from(config.behavior.shyness),
            creative: i64::from(config.behavior.creativity_level),
            reach,
            casual: mentions(&style, CASUAL),
            formal: mentions(&style, FORMAL),
            jokes: mentions(&whole, JOKING),
            old: mentions(&whole, OLD),
            counts: mentions(&whole, COUNTING),
            terse: mentions(&whole, TERSE),
        }
    }

    /// The three tones that fit best, with what is a bot's own counted in.
    fn best(&self, habit: &Habit) -> [Tone; 3] {
        let mut ranked = Tone::ALL.map(|tone| {
            let own = habit.one_of(900 + tone as u64, 45) as i64;
            (-(self.fit(tone) + own), tone)
        });
        ranked.sort_by_key(|(fit, _)| *fit);
        [ranked[0].1, ranked[1].1, ranked[2].1]
    }

    /// How well a tone fits, below 0 not at all: as style and traits have it, and then as the sliders lean on it.
    fn fit(&self, tone: Tone) -> i64 {
        let above = |level: i64, from: i64| (level - from).max(0);
        let (hot, mild) = (above(self.heat, 65), above(20, self.heat));
        let (rich, dry) = (above(self.creative, 65), above(20, self.creative) * 2);
        let lean = match tone {
            Tone::Terse => hot * 2 - mild,
            Tone::Bold => hot - mild * 2,
            Tone::Soft => mild + above(self.shy, 70),
            Tone::Formal | Tone::Wise | Tone::Old | Tone::Eager => -hot,
            Tone::Dreamy | Tone::Joking | Tone::Musing => rich * 3 / 2 - dry * 2,
            Tone::Plain | Tone::Precise | Tone::Counting => dry - rich,
            _ => 0,
        };
        lean + self.own_fit(tone)
    }

    /// How well it fits style and traits.
    fn own_fit(&self, tone: Tone) -> i64 {
        const NEVER: i64 = -1_000;
        let share = |voice: Voice| i64::from(self.blend[voice as usize]) * 5 / 4;
        match tone {
            Tone::Plain => 24,
            Tone::Casual if self.casual && !self.formal => 62,
            Tone::Casual if self.formal || share(Voice::Curious) + share(Voice::Bold) < 55 => NEVER,
            Tone::Casual => 20,
            Tone::Formal if self.formal && !self.casual => 62,
            Tone::Formal if self.casual || share(Voice::Precise) + share(Voice::Wise) < 50 => NEVER,
            Tone::Formal => 20,
            Tone::Hot if self.heat >= 55 => self.heat,
            Tone::Hot => NEVER,
            Tone::Soft if self.heat >= 55 => NEVER,
            Tone::Soft => share(Voice::Gentle).max(self.shy - 20),
            Tone::Eager => share(Voice::Curious),
            Tone::Dreamy => share(Voice::Dreamy),
            Tone::Precise => share(Voice::Precise),
            Tone::Bold if self.shy >= 60 => NEVER,
            Tone::Bold => share(Voice::Bold),
            Tone::Wise => share(Voice::Wise),
            Tone::Joking if self.jokes => 56,
            Tone::Joking if self.formal || share(Voice::Curious) + share(Voice::Bold) < 45 => NEVER,
            Tone::Joking => 18,
            Tone::Old if self.old => 60,
            Tone::Old if self.casual || share(Voice::Wise) + share(Voice::Gentle) < 45 => NEVER,
            Tone::Old => 22,
            Tone::Counting if self.counts => 60,
            Tone::Counting if share(Voice::Precise) < 22 => NEVER,
            Tone::Counting => 28,
            Tone::Terse if self.terse => 64,
            Tone::Terse if self.reach > 40 => NEVER,
            Tone::Terse => 20,
            Tone::Musing if self.heat >= 50 => NEVER,
            Tone::Musing => share(Voice::Dreamy).max(share(Voice::Gentle)) * 2 / 3 + 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot(id: &str, style: &str, traits: &[&str], behavior: &[(&str, u8)]) -> PersonalityConfig {
        let mut config: PersonalityConfig = serde_json::from_value(serde_json::json!({
            "id": id, "name": id,
            "personality": {"traits": traits, "communication_style": style}
        }))
        .unwrap();
        for (slider, level) in behavior {
            match *slider {
                "aggression" => config.behavior.aggression = *level,
                _ => config.behavior.shyness = *level,
            }
        }
        config
    }

    fn own(config: &PersonalityConfig, blend: [u32; 6]) -> Vec<(Tone, &'static str)> {
        Own::of(config, &blend, 30).sentences(Move::Object).to_vec()
    }

    #[test]
    fn bots_that_were_made_together_do_not_draw_alike() {
        for n in [6, 10, 16] {
            for what in 0..20 {
                let mut drawn: Vec<usize> =
                    (1..=6).map(|at| Habit::of(&format!("vera_{at:05}")).one_of(what, n)).collect();
                drawn.sort_unstable();
                drawn.dedup();
                assert!(drawn.len() >= 4, "{what} of {n}: {drawn:?}");
            }
        }
        assert_eq!(Habit::of("ada_001").one_of(3, 1), 0);
    }

    #[test]
    fn sliders_and_style_choose_the_tone() {
        let even = [16; 6];
        for id in ["kim_a", "kim_b", "kim_c", "kim_d", "kim_e", "kim_f"] {
            let hot = own(&bot(id, "plain", &["fierce"], &[("aggression", 95)]), even);
            assert!(hot.iter().any(|(tone, _)| *tone == Tone::Hot), "{id}: {hot:?}");
            let mild = own(&bot(id, "plain", &["calm"], &[("aggression", 5)]), even);
            assert!(mild.iter().all(|(tone, _)| *tone != Tone::Hot), "{id}: {mild:?}");
            let casual = own(&bot(id, "casual and chatty", &["calm"], &[]), even);
            assert!(casual.iter().any(|(tone, _)| *tone == Tone::Casual), "{id}: {casual:?}");
            assert!(casual.iter().all(|(tone, _)| *tone != Tone::Formal), "{id}: {casual:?}");
        }
    }

    #[test]
    fn two_with_the_same_sliders_do_not_sound_alike() {
        let of = |id: &str| own(&bot(id, "plain", &["calm"], &[]), [16; 6]);
        let all: std::collections::HashSet<_> =
            (0..12).map(|at| format!("{:?}", of(&format!("kim_{at}")))).collect();
        assert!(all.len() >= 8, "{} manners of twelve", all.len());
        assert_eq!(of("kim_1"), of("kim_1"));
    }
}
