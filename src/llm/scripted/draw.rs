//! Chance for one answer: every draw comes from the request's seed, in a fixed order.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws that belongs to one answer.
pub(super) struct Draw {
    stream: ChaCha8Rng,
    /// Differs from bot to bot and moves with every beat: walks through banks without repeating.
    walk: u64,
}

impl Draw {
    /// The draws of `seed`, walking through banks as `bot` at its `beat`.
    pub(super) fn new(seed: u64, bot: &str, beat: u64) -> Self {
        Self { stream: ChaCha8Rng::seed_from_u64(seed), walk: (hash(bot) >> 8).wrapping_add(beat) }
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        if n < 2 {
            return 0;
        }
        // Multiply-shift: the bias is n/2³², far below what anybody could notice.
        let wide = u64::from(self.stream.next_u32()) * n as u64;
        (wide >> 32) as usize
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        (self.below(100) as u32) < percent
    }

    /// One of `items`, which must not be empty.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// An index chosen in proportion to `weights`; `None` when they are all zero.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> Option<usize> {
        let total: u32 = weights.iter().sum();
        if total == 0 {
            return None;
        }
        let mut at = self.below(total as usize) as u32;
        for (index, weight) in weights.iter().enumerate() {
            if at < *weight {
                return Some(index);
            }
            at -= weight;
        }
        None
    }

    /// One of `items` by beat rather than by chance: consecutive beats of a bot get different ones
    /// until the bank is used up, and `salt` keeps the banks from moving in step.
    pub(super) fn next<T: Copy>(&self, items: &[T], salt: u64) -> T {
        items[self.turn(items.len(), salt)]
    }

    /// The index behind [`Draw::next`].
    pub(super) fn turn(&self, n: usize, salt: u64) -> usize {
        if n < 2 {
            return 0;
        }
        let n = n as u64;
        let round = self.walk / n;
        let start = mix(salt ^ 0x51ed) % n;
        // A stride coprime with n visits everything once per round; each round has its own.
        let mut stride = mix(salt.wrapping_add(round)) % n;
        while gcd(stride, n) != 1 {
            stride = (stride + 1) % n;
        }
        ((start + (self.walk % n) * stride) % n) as usize
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// FNV-1a of `text`.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Spreads the bits of `x` (the finaliser of SplitMix64).
pub(super) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_visits_everything_once_per_round() {
        let items: Vec<usize> = (0..12).collect();
        // A round begins where the walk is a multiple of the bank's length.
        let first = (12 - (hash("ada_001") >> 8) % 12) % 12;
        let mut seen: Vec<usize> =
            (0..12).map(|beat| Draw::new(1, "ada_001", first + beat).next(&items, 7)).collect();
        seen.sort_unstable();
        assert_eq!(seen, items);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let (mut a, mut b) = (Draw::new(9, "x", 1), Draw::new(9, "x", 1));
        assert!((0..50).all(|_| a.below(1000) == b.below(1000)));
    }
}
