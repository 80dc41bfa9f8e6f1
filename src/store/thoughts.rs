//! The thought record of a beat: what the *why* view shows, as compressed JSON.

use std::cell::RefCell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Result, StoreError};
use crate::protocol::{Exchange, PromptSection, RecalledMemory};

/// Everything that led to one act.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThoughtRecord {
    /// Provider that was asked.
    pub provider: String,
    /// Model that answered.
    pub model: String,
    /// The rung of the ladder: schema, embedded, repaired, failed, none.
    pub rung: String,
    /// The prompt, section by section.
    pub sections: Arc<Vec<PromptSection>>,
    /// What was recalled, best first.
    pub memories: Vec<RecalledMemory>,
    /// Every exchange, in order.
    pub exchanges: Vec<Exchange>,
}

/// zstd's fastest ordinary level: a beat waits for it.
const LEVEL: i32 = 1;
/// A record larger than this is damaged.
const LARGEST: usize = 64 << 20;

thread_local! {
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

impl ThoughtRecord {
    /// Compressed, for the store.
    ///
    /// # Errors
    /// When the compressor fails, which only a lack of memory brings about.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(self).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        COMPRESSOR.with_borrow_mut(|slot| {
            let compressor = match slot {
                Some(compressor) => compressor,
                None => slot.insert(zstd::bulk::Compressor::new(LEVEL).map_err(unreadable)?),
            };
            compressor.compress(&json).map_err(unreadable)
        })
    }

    /// Read back from the store.
    ///
    /// # Errors
    /// When the bytes are damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let json = zstd::bulk::decompress(bytes, LARGEST).map_err(unreadable)?;
        serde_json::from_slice(&json)
            .map_err(|error| StoreError::Corrupt(format!("a thought record: {error}")))
    }
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::Corrupt(format!("a thought record: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let record =
            ThoughtRecord { provider: "scripted".into(), rung: "schema".into(), ..Default::default() };
        assert_eq!(ThoughtRecord::decode(&record.encode().unwrap()).unwrap(), record);
        assert!(ThoughtRecord::decode(b"nonsense").is_err());
    }
}
