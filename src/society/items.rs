//! A bot's memories at hand, with an index of the terms they hold.
//!
//! Recall asks which memories share terms with the feed. The index makes that cost what the feed
//! has in terms, however many memories there are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Deref;

use crate::domain::similarity::{TermSet, terms};
use crate::store::memories::Memory;

/// A memory and its place in the index.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) memory: Memory,
    slot: u32,
}

/// The memories of one bot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    all: Vec<Item>,
    index: Index,
    /// Slots that were given back.
    free: Vec<u32>,
    /// Slots given out so far.
    slots: u32,
    /// Counts the questions, so that a term the feed repeats is taken once.
    round: u32,
}

/// The memories that hold each term.
#[derive(Clone, Debug, Default)]
struct Index {
    postings: HashMap<u64, Posting, BuildHasherDefault<Hashed>>,
    /// Bits of the terms that are held, and of some that were: most others stop here.
    sieve: Sieve,
    /// Terms that are held no more since the sieve was made.
    gone: usize,
}

/// The memories that hold a term: at least one, and for most terms no more.
#[derive(Clone, Debug)]
struct Posting {
    /// When it was asked for last.
    round: u32,
    first: u32,
    others: Box<[u32]>,
}

impl Posting {
    fn holders(&self) -> usize {
        1 + self.others.len()
    }
}

/// Terms are hashes already.
#[derive(Clone, Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, term: u64) {
        self.0 = term;
    }
}

impl Deref for Items {
    type Target = [Item];
    fn deref(&self) -> &[Item] {
        &self.all
    }
}

impl FromIterator<Memory> for Items {
    fn from_iter<I: IntoIterator<Item = Memory>>(memories: I) -> Self {
        let mut items = Self::default();
        memories.into_iter().for_each(|memory| items.push(memory));
        items
    }
}

/// A bit for each of 2¹⁶ classes of terms.
#[derive(Clone, Debug)]
struct Sieve(Box<[u64; 1_024]>);

impl Default for Sieve {
    fn default() -> Self {
        Self(Box::new([0; 1_024]))
    }
}

impl Sieve {
    const fn place(term: u64) -> (usize, u64) {
        ((term >> 54) as usize, 1 << ((term >> 48) & 63))
    }

    fn add(&mut self, term: u64) {
        let (word, bit) = Self::place(term);
        self.0[word] |= bit;
    }

    fn passes(&self, term: u64) -> bool {
        let (word, bit) = Self::place(term);
        self.0[word] & bit != 0
    }
}

fn terms_of(memory: &Memory) -> TermSet {
    if memory.key.is_empty() {
        terms(&memory.text)
    } else {
        terms(&format!("{} {}", memory.key, memory.text))
    }
}

impl Index {
    fn take_in(&mut self, memory: &Memory, slot: u32) {
        for term in terms_of(memory).iter() {
            match self.postings.entry(term) {
                Entry::Vacant(free) => {
                    self.sieve.add(term);
                    free.insert(Posting { round: 0, first: slot, others: Box::default() });
                }
                Entry::Occupied(held) => {
                    let posting = held.into_mut();
                    posting.others = posting.others.iter().copied().chain([slot]).collect();
                }
            }
        }
    }

    fn forget(&mut self, memory: &Memory, slot: u32) {
        for term in terms_of(memory).iter() {
            let Entry::Occupied(mut held) = self.postings.entry(term) else { continue };
            let posting = held.get_mut();
            if posting.first == slot {
                match posting.others.split_first() {
                    Some((next, rest)) => (posting.first, posting.others) = (*next, rest.into()),
                    None => {
                        held.remove();
                        self.gone += 1;
                    }
                }
            } else {
                posting.others = posting.others.iter().copied().filter(|other| *other != slot).collect();
            }
        }
        if self.gone > 1_024 {
            self.gone = 0;
            self.sieve = Sieve::default();
            self.postings.keys().for_each(|term| self.sieve.add(*term));
        }
    }

    fn posting(&mut self, term: u64) -> Option<&mut Posting> {
        if self.sieve.passes(term) { self.postings.get_mut(&term) } else { None }
    }
}

impl Items {
    /// Adds a memory, at its place by kind and age.
    pub(crate) fn push(&mut self, memory: Memory) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        self.index.take_in(&memory, slot);
        let place = |memory: &Memory| (memory.kind, memory.id);
        let at = self.all.partition_point(|item| place(&item.memory) <= place(&memory));
        self.all.insert(at, Item { memory, slot });
    }

    /// Puts a memory in place of the one at `at`.
    pub(crate) fn set(&mut self, at: usize, memory: Memory) {
        let item = &mut self.all[at];
        let old = std::mem::replace(&mut item.memory, memory);
        if (&old.key, &old.text) != (&item.memory.key, &item.memory.text) {
            self.index.forget(&old, item.slot);
            self.index.take_in(&item.memory, item.slot);
        }
    }

    /// Drops the memory at `at`.
    pub(crate) fn remove(&mut self, at: usize) {
        let Item { memory, slot } = self.all.remove(at);
        self.index.forget(&memory, slot);
        self.free.push(slot);
    }

    /// Drops the memories with these ids.
    pub(crate) fn remove_all(&mut self, ids: &[i64]) {
        for at in (0..self.all.len()).rev() {
            if ids.contains(&self.all[at].memory.id) {
                self.remove(at);
            }
        }
    }

    /// For each memory, in order, the weight of the terms it shares with the feed: each the heavier the
    /// fewer memories hold it.
    #[allow(clippy::cast_precision_loss)] // hundreds of memories
    pub(crate) fn relevance<'a>(&mut self, feed: impl Iterator<Item = &'a TermSet>) -> Vec<f64> {
        self.round = self.round.wrapping_add(1).max(1);
        let total = self.all.len() as f64;
        let weight = |holders: usize| libm::log(1.0 + total / holders as f64);
        let few: [f64; 24] = std::array::from_fn(weight);
        let mut found = vec![0.0; self.slots as usize];
        for term in feed.flat_map(TermSet::iter) {
            let Some(posting) = self.index.posting(term) else { continue };
            if posting.round == self.round {
                continue;
            }
            posting.round = self.round;
            let holders = posting.holders();
            let weight = few.get(holders).copied().unwrap_or_else(|| weight(holders));
            found[posting.first as usize] += weight;
            posting.others.iter().for_each(|slot| found[*slot as usize] += weight);
        }
        self.all.iter().map(|item| found[item.slot as usize]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{MemoryKind, Stamp};

    fn memory(id: i64, text: &str) -> Memory {
        Memory { id, ..Memory::new(MemoryKind::Fact, text.into(), Stamp::default()) }
    }

    #[allow(clippy::cast_precision_loss)]
    fn as_defined(items: &Items, feed: &[TermSet]) -> Vec<f64> {
        let asked: TermSet = feed.iter().flat_map(TermSet::iter).collect();
        let held: Vec<TermSet> = items.iter().map(|item| terms_of(&item.memory)).collect();
        let weight = |term: u64| {
            let holders = held.iter().filter(|terms| terms.contains(term)).count();
            libm::log(1.0 + held.len() as f64 / holders as f64)
        };
        held.iter().map(|terms| terms.iter().filter(|term| asked.contains(*term)).map(weight).sum()).collect()
    }

    #[test]
    fn the_sieve_is_made_anew_without_losing_a_term() {
        let mut items = Items::default();
        for id in 0..3_000 {
            items.push(memory(id, &format!("word{id} word{}", id + 1)));
            if items.len() > 20 {
                items.remove(0);
            }
            let feed = terms(&format!("word{id} word{}", id - 30));
            let told = items.relevance([feed].iter());
            assert!(told.last().is_some_and(|weight| *weight > 0.0), "word{id} is lost");
        }
        let bits: u32 = items.index.sieve.0.iter().map(|word| word.count_ones()).sum();
        assert!(bits < 1_200, "{bits} bits for {} terms", items.index.postings.len());
    }

    proptest! {
        #[test]
        fn the_index_tells_what_reading_all_of_them_would(
            deeds in prop::collection::vec((0usize..4, 0usize..40, "[a-f]{2}( [a-f]{2}){0,6}"), 0..80),
            feed in prop::collection::vec("[a-f]{2}( [a-f]{2}){0,8}", 0..5),
        ) {
            let mut items = Items::default();
            for (id, (deed, at, text)) in deeds.iter().enumerate() {
                let id = i64::try_from(id).unwrap();
                match deed {
                    0 | 1 => items.push(memory(id, text)),
                    2 if *at < items.len() => items.set(*at, Memory { key: "aa".into(), ..memory(id, text) }),
                    _ if *at < items.len() => items.remove(*at),
                    _ => items.remove_all(&[id - 1, id - 3, id - 4]),
                }
            }
            let feed: Vec<TermSet> = feed.iter().map(|text| terms(text)).collect();
            for _ in 0..2 {
                let told = items.relevance(feed.iter());
                let defined = as_defined(&items, &feed);
                prop_assert_eq!(told.len(), items.len());
                prop_assert!(told.iter().zip(&defined).all(|(a, b)| (a - b).abs() < 1e-9), "{:?} {:?}", told, defined);
            }
            let ids: Vec<i64> = items.iter().map(|item| item.memory.id).collect();
            items.remove_all(&ids);
            prop_assert!(items.is_empty() && items.index.postings.is_empty());
        }
    }
}
