//! Which memories come to mind: relevance to the feed, recency, importance.
//!
//! A bot's items are few and bounded, so all are scored in memory. Relevance is term overlap
//! weighted by rarity among the bot's own items; each of the three parts is normalised over the
//! items, pinned ones come first, and the best few of each kind are taken.

use crate::domain::scene::Recalled;
use crate::domain::similarity::TermSet;
use crate::domain::{MemoryKind, Stamp};

use super::room::Item;

/// How much each part weighs.
const WEIGHTS: (f64, f64, f64) = (0.5, 0.3, 0.2);
/// Recency halves in this many seconds: three days.
const HALF_LIFE: f64 = 259_200.0;

/// How many of each kind are taken at most.
const fn quota(kind: MemoryKind) -> usize {
    match kind {
        MemoryKind::Fact => 8,
        MemoryKind::Relationship | MemoryKind::Moment => 6,
        MemoryKind::Opinion | MemoryKind::Interest => 5,
        MemoryKind::Cold => 2,
    }
}

/// Scores `items` against the terms of the feed and takes the best few of each kind, best first.
#[must_use]
pub(super) fn recall(items: &[Item], feed: &TermSet, now: Stamp) -> Vec<Recalled> {
    if items.is_empty() {
        return Vec::new();
    }
    let relevance = relevance(items, feed);
    let recency: Vec<f64> = items.iter().map(|item| recency(item.memory.updated_at, now)).collect();
    let importance: Vec<f64> = items.iter().map(importance).collect();
    let (relevance, recency, importance) =
        (normalised(&relevance), normalised(&recency), normalised(&importance));
    let score = |i: usize| WEIGHTS.0 * relevance[i] + WEIGHTS.1 * recency[i] + WEIGHTS.2 * importance[i];
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|&a, &b| {
        items[b]
            .memory
            .pinned
            .cmp(&items[a].memory.pinned)
            .then(score(b).total_cmp(&score(a)))
            .then(items[a].memory.id.cmp(&items[b].memory.id))
    });
    let mut taken = [0usize; MemoryKind::ALL.len()];
    let mut recalled = Vec::new();
    for i in order {
        let memory = &items[i].memory;
        let count = &mut taken[memory.kind as usize];
        if *count >= quota(memory.kind) && !memory.pinned {
            continue;
        }
        *count += 1;
        recalled.push(Recalled {
            id: memory.id,
            kind: memory.kind,
            key: memory.key.clone(),
            text: memory.text.clone(),
            source: memory.source.clone(),
            at: memory.updated_at,
            pinned: memory.pinned,
            relevance: relevance[i],
            recency: recency[i],
            importance: importance[i],
            score: score(i),
        });
    }
    recalled
}

/// For each item the terms it shares with the feed, each the heavier the fewer items have it.
#[allow(clippy::cast_precision_loss)] // hundreds of items
fn relevance(items: &[Item], feed: &TermSet) -> Vec<f64> {
    let sieve = Sieve::of(feed);
    let feed: Vec<u64> = feed.iter().collect();
    let mut shared: Vec<(usize, usize)> = Vec::new();
    let mut counts = vec![0u32; feed.len()];
    for (nth, item) in items.iter().enumerate() {
        for term in item.terms.iter().filter(|term| sieve.may_hold(*term)) {
            if let Ok(at) = feed.binary_search(&term) {
                counts[at] += 1;
                shared.push((nth, at));
            }
        }
    }
    let total = items.len() as f64;
    let weights: Vec<f64> = counts
        .iter()
        .map(|count| if *count == 0 { 0.0 } else { (1.0 + total / f64::from(*count)).ln() })
        .collect();
    let mut found = vec![0.0; items.len()];
    for (nth, at) in shared {
        found[nth] += weights[at];
    }
    found
}

/// One bit per slot of a hash: most terms that are not in the feed are told apart without a search.
struct Sieve(Vec<u64>);

impl Sieve {
    const BITS: u64 = 1 << 15;

    fn of(terms: &TermSet) -> Self {
        let mut bits = vec![0u64; usize::try_from(Self::BITS / 64).unwrap_or(512)];
        for term in terms.iter() {
            let (word, bit) = Self::place(term);
            bits[word] |= bit;
        }
        Self(bits)
    }

    fn may_hold(&self, term: u64) -> bool {
        let (word, bit) = Self::place(term);
        self.0[word] & bit != 0
    }

    #[allow(clippy::cast_possible_truncation)] // fifteen bits
    const fn place(term: u64) -> (usize, u64) {
        let slot = (term ^ (term >> 29)) % Self::BITS;
        ((slot / 64) as usize, 1 << (slot % 64))
    }
}

#[allow(clippy::cast_precision_loss)] // seconds
fn recency(at: Stamp, now: Stamp) -> f64 {
    let age = now.seconds_since(at).max(0) as f64;
    (-age / HALF_LIFE * std::f64::consts::LN_2).exp()
}

#[allow(clippy::cast_precision_loss)] // small counts
fn importance(item: &Item) -> f64 {
    let memory = &item.memory;
    match memory.kind {
        MemoryKind::Relationship => (memory.count as f64 / 20.0).min(1.0),
        MemoryKind::Opinion => memory.confidence,
        _ => memory.importance,
    }
}

/// Stretched to 0–1; all ½ when they are equal.
fn normalised(values: &[f64]) -> Vec<f64> {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    if high - low < 1e-12 {
        return vec![0.5; values.len()];
    }
    values.iter().map(|v| (v - low) / (high - low)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::similarity::terms;
    use crate::store::mind::Memory;

    fn item(id: i64, text: &str, at: i64, pinned: bool) -> Item {
        let stamp = Stamp::from_micros(at * 1_000_000);
        Item::new(Memory { id, pinned, ..Memory::new(MemoryKind::Fact, text.into(), stamp) })
    }

    #[test]
    fn what_the_feed_speaks_of_comes_first_and_pinned_before_all() {
        let items = [
            item(1, "tides follow the moon", 0, false),
            item(2, "bread rises with yeast", 0, false),
            item(3, "glass is brittle", 0, true),
        ];
        let found = recall(&items, &terms("who kneads bread with wild yeast?"), Stamp::from_micros(0));
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), [3, 2, 1]);
    }

    #[test]
    fn equal_scores_divide_nothing_by_zero() {
        let items = [item(1, "same", 0, false), item(2, "same", 0, false)];
        let found = recall(&items, &terms("other"), Stamp::from_micros(0));
        assert!(found.iter().all(|r| r.score.is_finite()));
        assert_eq!(found[0].id, 1);
        assert!(recall(&[], &terms("x"), Stamp::default()).is_empty());
    }

    #[test]
    fn each_kind_has_a_quota() {
        let items: Vec<_> = (0..50).map(|i| item(i, &format!("fact number {i}"), i, false)).collect();
        assert_eq!(recall(&items, &terms("fact"), Stamp::from_micros(0)).len(), quota(MemoryKind::Fact));
    }
}
