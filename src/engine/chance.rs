//! What is drawn at random, once, when a society begins: everything later is drawn from it.

use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

/// A room's secret: from its seed where one was given, random otherwise.
///
/// # Errors
/// When the system has no random numbers.
pub(super) fn secret(given: Option<u64>) -> Result<String, rand::rngs::SysError> {
    let mut bytes = [0u8; 32];
    match given {
        Some(seed) => {
            bytes.copy_from_slice(&Sha256::digest([b"room".as_slice(), &seed.to_le_bytes()].concat()))
        }
        None => SysRng.try_fill_bytes(&mut bytes)?,
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A fresh seed for a room that was given none.
///
/// # Errors
/// When the system has no random numbers.
pub(super) fn fresh_seed() -> Result<u64, rand::rngs::SysError> {
    SysRng.try_next_u64().map(|seed| seed >> 12) // short enough to be read as a number anywhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_follows_a_seed_that_was_given_and_nothing_else() {
        assert_eq!(secret(Some(7)).unwrap(), secret(Some(7)).unwrap());
        assert_ne!(secret(None).unwrap(), secret(None).unwrap());
    }
}
