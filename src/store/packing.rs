//! JSON in few bytes: what stands in nearly every entry of the journal is known beforehand, in a dictionary.
//!
//! The dictionary was trained (`zstd --train`) on entries in every form, with texts that the embedded bots wrote as the
//! answers of models. What was packed with it can be read only with it, so it never changes: a better one is another file
//! with another [`KNOWN`].

use std::cell::RefCell;
use std::io;
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use super::{Result, StoreError};

/// What entries have in common.
const DICTIONARY: &[u8] = include_bytes!("journal.dictionary");
/// Level with the dictionary: a model's answer was waited for, and what the embedded bots leave is short.
const LEVEL: i32 = 6;
/// zstd's fastest ordinary level, without the dictionary: a beat waits for it.
const QUICK: i32 = 1;
/// Shorter JSON is kept as it is.
const PLAIN: usize = 48;
/// What is larger than this is damaged.
const LARGEST: usize = 64 << 20;
/// How a frame of zstd begins; JSON never does.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Stands for [`ZSTD`] where the frame was made with the dictionary; JSON never begins with it.
const KNOWN: u8 = 1;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    /// Making one costs more than an entry does.
    static PACKS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes to keep.
///
/// # Errors
/// It cannot be written as JSON.
pub(super) fn pack(value: &impl Serialize) -> Result<Vec<u8>> {
    let json = to_json(value)?;
    if json.len() < PLAIN {
        return Ok(json);
    }
    let frame = PACKS.with_borrow_mut(|packs| {
        let packs = match packs {
            Some(packs) => packs,
            None => packs.insert(new_compressor()?),
        };
        packs.compress(&json)
    });
    let mut frame = frame.map_err(unreadable)?;
    // The mark of zstd is four bytes, and always the same.
    let kept = frame.split_off(ZSTD.len() - 1);
    Ok(if kept.len() < json.len() { with_mark(kept) } else { json })
}

/// As [`pack`], for what is large and soon gone: without the dictionary, as fast as can be.
///
/// # Errors
/// It cannot be written as JSON.
pub(super) fn squeeze(value: &impl Serialize) -> Result<Vec<u8>> {
    zstd::bulk::compress(&to_json(value)?, QUICK).map_err(unreadable)
}

/// What was packed or squeezed.
///
/// # Errors
/// It is damaged, and how.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> std::result::Result<T, String> {
    let unpacked;
    let json = if let Some((&KNOWN, rest)) = bytes.split_first() {
        let frame = [ZSTD.as_slice(), rest].concat();
        unpacked = UNPACKS
            .with_borrow_mut(|unpacks| {
                let unpacks = match unpacks {
                    Some(unpacks) => unpacks,
                    None => unpacks.insert(Decompressor::with_prepared_dictionary(&DECODER)?),
                };
                unpacks.decompress(&frame, LARGEST)
            })
            .map_err(|error| error.to_string())?;
        &unpacked
    } else if bytes.starts_with(&ZSTD) {
        unpacked = zstd::bulk::decompress(bytes, LARGEST).map_err(|error| error.to_string())?;
        &unpacked
    } else {
        bytes
    };
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

fn new_compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_prepared_dictionary(&ENCODER)?;
    compressor.include_dictid(false)?;
    compressor.include_checksum(false)?;
    Ok(compressor)
}

fn with_mark(mut kept: Vec<u8>) -> Vec<u8> {
    kept[0] = KNOWN;
    kept
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn unreadable(error: io::Error) -> StoreError {
    StoreError::Corrupt(format!("an entry of the journal: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn answered(text: &str) -> Value {
        json!({"answered": {"flight": 4711, "asked": 17_322_199_081_564_788_196_u64, "waited_ms": 72_427,
            "result": {"Ok": {"text": text, "reasoned": false,
                "usage": {"input": 1659, "output": 64, "cached": 236, "cache_write": 0}, "model": "smollm2",
                "latency": {"secs": 12, "nanos": 402_993_784}, "finish": "stop"}}}})
    }

    #[test]
    fn around_a_model_s_text_there_is_little_more_than_its_numbers() {
        let text = "{\"act\": {\"action\": \"reply\", \"thread_id\": 5, \"parent_reply_id\": null, \
                    \"content\": \"A lamp nobody lights is furniture, Marcus; who pays for the oil?\"}}";
        let alone = zstd::bulk::compress(text.as_bytes(), QUICK).unwrap().len();
        let packed = pack(&answered(text)).unwrap();
        assert_eq!(packed[0], KNOWN);
        assert!(packed.len() <= alone + 20, "{} bytes of which the text is {alone}", packed.len());
        assert_eq!(unpack::<Value>(&packed).unwrap(), answered(text));
        // What was stored before there was a dictionary.
        assert_eq!(unpack::<Value>(&squeeze(&answered(text)).unwrap()).unwrap(), answered(text));
        assert_eq!(unpack::<Value>(&serde_json::to_vec(&answered(text)).unwrap()).unwrap(), answered(text));
    }

    /// What it was trained on is not asked: homes in the world are packed with these very bytes.
    #[test]
    fn the_dictionary_is_the_one_that_homes_were_packed_with() {
        use sha2::{Digest, Sha256};
        let hash: String = Sha256::digest(DICTIONARY).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "9a05f0bcfc008b95513131d67c12e5ade6c12cc54ff7bbb97ba37760609b6f78");
        let begun = [1_u8];
        assert!(unpack::<Value>(&begun).is_err());
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_as_it_was(text in ".{0,2000}", number in any::<i64>()) {
            let value = json!({"text": text, "number": number, "more": [text, number]});
            prop_assert_eq!(unpack::<Value>(&pack(&value).unwrap()).unwrap(), value);
        }

        #[test]
        fn damaged_bytes_are_an_error(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack::<Value>(&bytes);
            bytes.insert(0, KNOWN);
            prop_assert!(unpack::<String>(&bytes).is_err());
        }
    }
}
