//! Personas in any number, for large societies.
//!
//! Each comes from (seed, index) alone: the first thousand of a hundred thousand are the same as
//! when only a thousand are asked for. ChaCha8 makes the draws; names are dealt out by a keyed
//! permutation, so they are unique without anybody remembering which were given.

mod banks;
mod names;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::bot_file::slug;
use super::personality::{
    Behavior, Engagement, Identity, ModelConfig, Permissions, Persona, PersonalityConfig,
};
use banks::{Archetype, BANKS, Pole};

/// Makes `n` personas: ids such as `mira_00042`, ids and names unique, counted from 1.
#[must_use]
pub fn generate(n: u32, seed: u64) -> Vec<PersonalityConfig> {
    (1..=n).map(|index| one(index, seed)).collect()
}

/// The persona with this index (from 1).
#[must_use]
pub fn one(index: u32, seed: u64) -> PersonalityConfig {
    let mut draw = Draw::new(seed, index);
    let name = names::name(index - 1, seed);
    let first = name.split(' ').next().unwrap_or(&name);
    let archetype = draw.pick(&BANKS.archetypes);
    let behavior = behavior(&mut draw, archetype);
    let (interests, field) = interests(&mut draw);
    let creativity = f64::from(behavior.creativity_level);
    let warmth = 0.55 + creativity / 250.0 + f64::from(draw.spread(8)) / 100.0;
    PersonalityConfig {
        id: format!("{}_{index:05}", slug(first)),
        identity: Identity {
            is_aware_ai: draw.chance(85),
            self_reflective: draw.chance(35),
            origin_story: origin(&mut draw, field),
        },
        personality: Persona {
            traits: traits(&mut draw, &behavior),
            communication_style: format!(
                "{} and {}, {}",
                draw.pick(&archetype.tones),
                draw.pick(&BANKS.manners),
                draw.pick(&BANKS.habits_of_speech)
            ),
            interests,
            quirks: draw.some(&BANKS.quirks, 1, 3),
        },
        behavior,
        model: ModelConfig {
            temperature: (warmth.clamp(0.4, 1.1) * 100.0).round() / 100.0,
            ..ModelConfig::default()
        },
        permissions: Permissions::default(),
        name,
    }
}

/// Numbers around the archetype's, wide enough that no two of a kind act alike.
fn behavior(draw: &mut Draw, archetype: &Archetype) -> Behavior {
    let [creativity, leadership, skepticism, aggression, shyness] = archetype.levels;
    let mut level = |centre: u8| {
        let moved = i32::from(centre) + draw.spread(18);
        u8::try_from(moved.clamp(0, 100)).unwrap_or(100)
    };
    let mut behavior = Behavior {
        creativity_level: level(creativity),
        leadership_tendency: level(leadership),
        skepticism: level(skepticism),
        aggression: level(aggression),
        shyness: level(shyness),
        engagement_style: Engagement::Active,
    };
    let weights = match behavior.shyness {
        0..=30 => [75, 20, 5],
        31..=60 => [40, 45, 15],
        _ => [5, 35, 60],
    };
    behavior.engagement_style = Engagement::ALL[draw.weighted(&weights)];
    behavior
}

/// Words that fit the numbers (from the two most pronounced sliders), and one or two that fit anybody.
fn traits(draw: &mut Draw, behavior: &Behavior) -> Vec<String> {
    let levels = [
        behavior.creativity_level,
        behavior.leadership_tendency,
        behavior.skepticism,
        behavior.aggression,
        behavior.shyness,
    ];
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(levels[*at].abs_diff(50)));
    let mut traits: Vec<String> = Vec::with_capacity(5);
    for (rank, at) in order.into_iter().take(3).enumerate() {
        let Pole { low, high } = &BANKS.poles[at];
        let words = if levels[at] < 50 { low } else { high };
        if rank < 2 || draw.chance(50) {
            push_new(&mut traits, draw.pick::<String>(words));
        }
    }
    for word in draw.some(&BANKS.tempers, 1, 2) {
        push_new(&mut traits, &word);
    }
    traits
}

fn push_new(words: &mut Vec<String>, word: &str) {
    if !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
    }
}

/// Two or three subjects of one field and one or two of another, with the field's place in the bank.
fn interests(draw: &mut Draw) -> (Vec<String>, usize) {
    let field = draw.below(BANKS.fields.len());
    let step = 1 + draw.below(BANKS.fields.len() - 1);
    let other = (field + step) % BANKS.fields.len();
    let mut interests = draw.some(&BANKS.fields[field].subjects, 2, 3);
    interests.extend(draw.some(&BANKS.fields[other].subjects, 1, 2));
    (interests, field)
}

fn origin(draw: &mut Draw, field: usize) -> String {
    let place = draw.pick(&BANKS.fields[field].places);
    format!(
        "{} {place}. {} {}",
        draw.pick(&BANKS.beginnings),
        draw.pick(&BANKS.turns),
        draw.pick(&BANKS.creeds)
    )
}

/// The draws of one persona.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64, index: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&index.to_le_bytes());
        key[12..].copy_from_slice(b"botarium/generate/v1");
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `n`, by multiply-shift: the bias is n/2³².
    fn below(&mut self, n: usize) -> usize {
        let wide = u64::from(self.0.next_u32()) * n as u64;
        (wide >> 32) as usize
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A number from −2·`width` to 2·`width`, more often near 0 (the sum of two even draws).
    fn spread(&mut self, width: u8) -> i32 {
        let side = 2 * usize::from(width) + 1;
        let sum = self.below(side) + self.below(side);
        i32::try_from(sum).unwrap_or(0) - 2 * i32::from(width)
    }

    fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if at < *weight {
                return index;
            }
            at -= weight;
        }
        0
    }

    /// `min` to `max` different items, in the order they were drawn.
    fn some(&mut self, items: &[String], min: usize, max: usize) -> Vec<String> {
        let count = min + self.below(max - min + 1);
        let mut taken: Vec<usize> = Vec::with_capacity(count);
        while taken.len() < count {
            let at = self.below(items.len());
            if !taken.contains(&at) {
                taken.push(at);
            }
        }
        taken.into_iter().map(|at| items[at].clone()).collect()
    }
}

#[cfg(test)]
mod tests;
