//! Where chance comes from: every draw is derived from (seed, bot, beat, purpose), never from a
//! shared stream, so that a run can be repeated, resumed and forked.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The seed of one purpose in one beat of one bot.
#[must_use]
pub fn seed(room: u64, bot: &str, beat: u64, purpose: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(room.to_le_bytes());
    hash.update((bot.len() as u64).to_le_bytes());
    hash.update(bot.as_bytes());
    hash.update(beat.to_le_bytes());
    hash.update(purpose.as_bytes());
    let digest = hash.finalize();
    u64::from_le_bytes(std::array::from_fn(|i| digest[i]))
}

/// A share between 0 (included) and 1 (excluded) for one purpose.
#[must_use]
#[allow(clippy::cast_precision_loss)] // 53 bits fit
pub fn share(room: u64, bot: &str, beat: u64, purpose: &str) -> f64 {
    let bits = ChaCha8Rng::seed_from_u64(seed(room, bot, beat, purpose)).next_u64() >> 11;
    bits as f64 / (1u64 << 53) as f64
}

/// The unguessable mark around what others wrote, new for each beat.
#[must_use]
pub fn fence(secret: &str, bot: &str, beat: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(b"fence");
    hash.update(secret.as_bytes());
    hash.update(bot.as_bytes());
    hash.update(beat.to_le_bytes());
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_each_of_their_roots_and_on_nothing_else() {
        let base = seed(7, "ada_001", 3, "think");
        assert_eq!(base, seed(7, "ada_001", 3, "think"));
        for other in [
            seed(8, "ada_001", 3, "think"),
            seed(7, "ada_002", 3, "think"),
            seed(7, "ada_001", 4, "think"),
            seed(7, "ada_001", 3, "pace"),
        ] {
            assert_ne!(base, other);
        }
        let share = share(7, "ada_001", 3, "pace");
        assert!((0.0..1.0).contains(&share));
        assert_ne!(fence("a", "b", 1), fence("a", "b", 2));
    }
}
