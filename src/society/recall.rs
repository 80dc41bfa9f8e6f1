//! Which memories come to mind: relevance to the feed, recency, importance.
//!
//! A bot's items are few, so all are scored in memory. Relevance is term overlap
//! weighted by rarity among the bot's own items; each of the three parts is normalised over the
//! items, pinned ones come first, and the best few of each kind are taken.

use std::cmp::Ordering;

use crate::domain::scene::Recalled;
use crate::domain::similarity::TermSet;
use crate::domain::{MemoryKind, Stamp};

use super::items::{Item, Items};
use crate::store::memories::Memory;

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
        MemoryKind::Cold | MemoryKind::Era => 2,
    }
}

/// Scores `items` against the terms of the feed's posts and takes the best few of each kind, best first.
#[must_use]
pub(crate) fn recall<'a>(
    items: &mut Items,
    feed: impl Iterator<Item = &'a TermSet>,
    now: Stamp,
) -> Vec<Recalled> {
    if items.is_empty() {
        return Vec::new();
    }
    let relevance = items.relevance(feed);
    let items: &[Item] = items;
    let recency: Vec<f64> = items.iter().map(|item| recency(dated(&item.memory), now)).collect();
    let importance: Vec<f64> = items.iter().map(importance).collect();
    let (relevance, recency, importance) =
        (by_length(items, &relevance), normalised(&recency), normalised(&importance));
    let score: Vec<f64> = (0..items.len())
        .map(|i| WEIGHTS.0 * relevance[i] + WEIGHTS.1 * recency[i] + WEIGHTS.2 * importance[i])
        .collect();
    let before = |a: usize, b: usize| {
        let (one, other) = (&items[a].memory, &items[b].memory);
        other.pinned.cmp(&one.pinned).then(score[b].total_cmp(&score[a])).then(one.id.cmp(&other.id)).is_lt()
    };
    // Few of many are taken, so the best of each kind are kept in order instead of sorting all.
    let mut best: [Vec<usize>; MemoryKind::ALL.len()] = Default::default();
    for (i, item) in items.iter().enumerate() {
        let (kept, most) = (&mut best[item.memory.kind as usize], quota(item.memory.kind));
        if kept.len() >= most && !item.memory.pinned && kept.last().is_some_and(|last| before(*last, i)) {
            continue;
        }
        kept.insert(kept.partition_point(|other| before(*other, i)), i);
        if kept.len() > most && kept.last().is_some_and(|last| !items[*last].memory.pinned) {
            kept.pop();
        }
    }
    let mut taken = best.concat();
    taken.sort_unstable_by(|a, b| if before(*a, *b) { Ordering::Less } else { Ordering::Greater });
    taken
        .into_iter()
        .map(|i| {
            let memory = &items[i].memory;
            Recalled {
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
                score: score[i],
            }
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)] // seconds
fn recency(at: Stamp, now: Stamp) -> f64 {
    let age = now.seconds_since(at).max(0) as f64;
    libm::exp(-age / HALF_LIFE * std::f64::consts::LN_2)
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

/// When it was last true: a summary, at the end of what it covers.
fn dated(memory: &Memory) -> Stamp {
    memory.period_end.unwrap_or(memory.updated_at)
}

/// Relevance, normalised among summaries and among single memories: hundreds of words share more terms with
/// anything than one sentence does, and would leave nothing of the others' differences.
fn by_length(items: &[Item], relevance: &[f64]) -> Vec<f64> {
    let is_long = |at: &usize| matches!(items[*at].memory.kind, MemoryKind::Cold | MemoryKind::Era);
    let (long, short): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(is_long);
    let mut all = vec![0.0; items.len()];
    for part in [long, short] {
        let values: Vec<f64> = part.iter().map(|at| relevance[*at]).collect();
        part.into_iter().zip(normalised(&values)).for_each(|(at, value)| all[at] = value);
    }
    all
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

    fn item(id: i64, text: &str, at: i64, pinned: bool) -> Memory {
        let stamp = Stamp::from_micros(at * 1_000_000);
        Memory { id, pinned, ..Memory::new(MemoryKind::Fact, text.into(), stamp) }
    }

    #[test]
    fn what_the_feed_speaks_of_comes_first_and_pinned_before_all() {
        let mut items = Items::from_iter([
            item(1, "tides follow the moon", 0, false),
            item(2, "bread rises with yeast", 0, false),
            item(3, "glass is brittle", 0, true),
        ]);
        let found =
            recall(&mut items, [terms("who kneads bread with wild yeast?")].iter(), Stamp::from_micros(0));
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), [3, 2, 1]);
    }

    #[test]
    fn equal_scores_divide_nothing_by_zero() {
        let mut items = Items::from_iter([item(1, "same", 0, false), item(2, "same", 0, false)]);
        let found = recall(&mut items, [terms("other")].iter(), Stamp::from_micros(0));
        assert!(found.iter().all(|r| r.score.is_finite()));
        assert_eq!(found[0].id, 1);
        assert!(recall(&mut Items::default(), [terms("x")].iter(), Stamp::default()).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn what_is_kept_is_what_sorting_all_would_take(
            made in proptest::collection::vec((0usize..6, proptest::bool::weighted(0.1), 0i64..400_000, "[a-e ]{0,12}"), 0..120)
        ) {
            let mut items: Items = made
                .iter()
                .enumerate()
                .map(|(id, (kind, pinned, at, text))| {
                    let at = Stamp::from_micros(at * 1_000_000);
                    let fresh = Memory::new(MemoryKind::ALL[*kind], text.clone(), at);
                    Memory { id: i64::try_from(id).unwrap(), pinned: *pinned, ..fresh }
                })
                .collect();
            let found = recall(&mut items, [terms("aa bb cc dd")].iter(), Stamp::from_micros(0));
            for kind in MemoryKind::ALL {
                let all = items.iter().filter(|item| item.memory.kind == kind);
                let pinned = all.clone().filter(|item| item.memory.pinned).count();
                let of_kind: Vec<&Recalled> = found.iter().filter(|r| r.kind == kind).collect();
                proptest::prop_assert_eq!(of_kind.len(), all.count().min(quota(kind).max(pinned)));
                proptest::prop_assert_eq!(of_kind.iter().filter(|r| r.pinned).count(), pinned);
            }
            let sorted = found.windows(2).all(|w| (!w[0].pinned, -w[0].score, w[0].id) < (!w[1].pinned, -w[1].score, w[1].id));
            proptest::prop_assert!(sorted);
        }
    }

    #[test]
    fn each_kind_has_a_quota() {
        let mut items: Items = (0..50).map(|i| item(i, &format!("fact number {i}"), i, false)).collect();
        assert_eq!(
            recall(&mut items, [terms("fact")].iter(), Stamp::from_micros(0)).len(),
            quota(MemoryKind::Fact)
        );
    }
}
