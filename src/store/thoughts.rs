//! The thought record of a beat: what the *why* view shows, as compressed JSON.

use std::sync::Arc;

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use zstd::zstd_safe::{self, CCtx};

use super::{Db, Result, StoreError};
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

/// Records packed against one keyframe; later ones have less and less in common with it.
const USES: u32 = 12;
/// Bots whose keyframe is at hand; of more, each comes too rarely to have much in common with its last.
const KEYFRAMES: usize = 16;

/// How far back a keyframe may lie, in activities, when the records of `keep` are kept.
fn span(keep: i64) -> i64 {
    (keep / 8).clamp(0, 512)
}

/// A record as it is stored.
#[derive(Debug)]
pub struct Packed {
    /// The activity whose record it was compressed against.
    base: Option<i64>,
    bytes: Box<[u8]>,
}

impl ThoughtRecord {
    fn write_json(&self, into: &mut Vec<u8>) -> Result<()> {
        serde_json::to_writer(into, self).map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// Compressed alone.
    ///
    /// # Errors
    /// When the compressor fails, which only a lack of memory brings about.
    pub fn pack(&self) -> Result<Packed> {
        let mut json = Vec::new();
        self.write_json(&mut json)?;
        let bytes = zstd::bulk::compress(&json, LEVEL).map_err(unreadable)?;
        Ok(Packed { base: None, bytes: bytes.into() })
    }

    /// Read back from the store's bytes, and those of the record they were compressed against.
    ///
    /// # Errors
    /// When the bytes are damaged.
    pub fn unpack(bytes: &[u8], base: Option<&[u8]>) -> Result<Self> {
        let json = match base {
            None => zstd::bulk::decompress(bytes, LARGEST),
            Some(base) => zstd::bulk::decompress(base, LARGEST).and_then(|base| {
                zstd::bulk::Decompressor::with_dictionary(&base)?.decompress(bytes, LARGEST)
            }),
        };
        serde_json::from_slice(&json.map_err(unreadable)?)
            .map_err(|error| StoreError::Corrupt(format!("a thought record: {error}")))
    }
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::Corrupt(format!("a thought record: {error}"))
}

/// Packs records one after the other. Two of the same bot share its person, its rules and most of what it
/// read: every so often one is a keyframe, compressed alone, and the next are compressed against it.
pub struct Packer {
    context: CCtx<'static>,
    /// The one used last is first.
    keyframes: Vec<Keyframe>,
    /// Room to write a record in, and to compress it in: grown once, not for each.
    json: Vec<u8>,
    packed: Vec<u8>,
}

struct Keyframe {
    bot: String,
    id: i64,
    epoch: u64,
    uses: u32,
    json: Box<[u8]>,
}

/// Where a record belongs.
#[derive(Debug)]
pub struct RecordKey {
    /// The bot that thought.
    pub bot: String,
    /// Its activity.
    pub id: i64,
    /// [`super::Store::rollbacks`] when it was handed in: what was packed before another may not be stored.
    pub epoch: u64,
    /// Of how many activities records are kept, as for [`put`].
    pub keep: i64,
}

impl Default for Packer {
    fn default() -> Self {
        Self { context: CCtx::create(), keyframes: Vec::new(), json: Vec::new(), packed: Vec::new() }
    }
}

impl Packer {
    /// Packs the record of `place`. Records come in the order of their activities.
    ///
    /// # Errors
    /// When the compressor fails, which only a lack of memory brings about.
    pub fn pack(&mut self, place: RecordKey, record: &ThoughtRecord) -> Result<Packed> {
        self.json.clear();
        record.write_json(&mut self.json)?;
        let known = self.keyframes.iter().position(|keyframe| keyframe.bot == place.bot);
        let keyframe = known.map(|index| self.keyframes.remove(index)).filter(|keyframe| {
            keyframe.uses < USES
                && keyframe.epoch == place.epoch
                && (1..span(place.keep)).contains(&(place.id - keyframe.id))
        });
        let base = keyframe.as_ref().map(|keyframe| keyframe.id);
        self.compress(keyframe.as_ref().map_or(&[], |keyframe| &keyframe.json))?;
        let keyframe = match keyframe {
            Some(keyframe) => Keyframe { uses: keyframe.uses + 1, ..keyframe },
            None => {
                let json = self.json.as_slice().into();
                Keyframe { bot: place.bot, id: place.id, epoch: place.epoch, uses: 0, json }
            }
        };
        self.keyframes.insert(0, keyframe);
        self.keyframes.truncate(KEYFRAMES);
        Ok(Packed { base, bytes: self.packed.as_slice().into() })
    }

    fn compress(&mut self, base: &[u8]) -> Result<()> {
        self.packed.clear();
        self.packed.reserve(zstd_safe::compress_bound(self.json.len()));
        self.context.compress_using_dict(&mut self.packed, &self.json, base, LEVEL).map_err(|code| {
            StoreError::Corrupt(format!("a thought record: {}", zstd_safe::get_error_name(code)))
        })?;
        Ok(())
    }
}

/// Stores a record and lets go of those older than the newest `keep` activities, but for the last few of them,
/// which newer ones may have been compressed against.
///
/// # Errors
/// Database errors.
pub fn put(c: &Db, activity_id: i64, record: &Packed, keep: i64) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO thoughts (activity_id, record, base) VALUES (?1, ?2, ?3)")?
        .execute(params![activity_id, record.bytes, record.base])?;
    // Pruned in strides, so that a beat rarely pays for it.
    if activity_id % 64 == 0 || keep <= 0 {
        c.prepare_cached("DELETE FROM thoughts WHERE activity_id <= ?1")?
            .execute([activity_id - keep.max(i64::from(keep <= 0)) - span(keep)])?;
    }
    Ok(())
}

/// The record of an activity. Where `thoughts.keep` was lowered, one may stay whose base was let go: it is gone, too.
///
/// # Errors
/// Database errors, a damaged record.
pub fn get(c: &Db, activity_id: i64) -> Result<Option<ThoughtRecord>> {
    let mut statement = c.prepare_cached(
        "SELECT t.record, b.record FROM thoughts t LEFT JOIN thoughts b ON b.activity_id = t.base \
         WHERE t.activity_id = ?1 AND (t.base IS NULL OR b.activity_id IS NOT NULL)",
    )?;
    let mut rows = statement.query([activity_id])?;
    rows.next()?.map(|row| stored(row, 0)).transpose()
}

/// Reads a record from a row: its bytes at `index`, those it was compressed against after them.
///
/// # Errors
/// Database errors, a damaged record.
pub(super) fn stored(row: &Row<'_>, index: usize) -> Result<ThoughtRecord> {
    let base = row.get_ref(index + 1)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    ThoughtRecord::unpack(row.get_ref(index)?.as_blob().map_err(rusqlite::Error::from)?, base)
}

/// Adds calls that were made after the act to its record, which no other was compressed against: only beats
/// that wait for a server make such calls, and their records are compressed alone.
///
/// # Errors
/// Database errors, a damaged record.
pub fn add_exchanges(c: &Db, activity_id: i64, exchanges: Vec<Exchange>) -> Result<()> {
    let Some(mut record) = get(c, activity_id)? else { return Ok(()) };
    record.exchanges.extend(exchanges);
    c.prepare_cached("UPDATE thoughts SET record = ?2, base = NULL WHERE activity_id = ?1")?
        .execute(params![activity_id, record.pack()?.bytes])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ExportFormat, ExportKind, ExportOptions};

    fn record(words: &str) -> ThoughtRecord {
        ThoughtRecord { provider: "scripted".into(), rung: words.repeat(40), ..Default::default() }
    }

    fn place(bot: &str, id: i64, epoch: u64) -> RecordKey {
        RecordKey { bot: bot.into(), id, epoch, keep: 20_000 }
    }

    fn call(purpose: &str) -> Exchange {
        Exchange {
            purpose: purpose.into(),
            provider: "ollama".into(),
            model: String::new(),
            request: String::new(),
            answer: String::new(),
            usage: crate::domain::Usage::default(),
            reported: true,
            latency_ms: 1,
            waited_ms: 0,
            cost_usd: crate::domain::Money::ZERO,
            error: None,
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let whole = record("schema ");
        let first = whole.pack().unwrap();
        assert_eq!(ThoughtRecord::unpack(&first.bytes, None).unwrap(), whole);
        assert!(ThoughtRecord::unpack(b"nonsense", None).is_err());
        assert!(ThoughtRecord::unpack(&first.bytes, Some(b"nonsense")).is_err());
    }

    #[test]
    fn records_are_packed_against_an_earlier_one_that_is_sure_to_be_there() {
        let mut packer = Packer::default();
        let mut base = |bot: &str, id, epoch| packer.pack(place(bot, id, epoch), &record(bot)).unwrap().base;
        assert_eq!(base("ada", 1, 0), None);
        assert_eq!(base("rex", 2, 0), None, "another bot's first");
        assert_eq!(base("ada", 3, 0), Some(1));
        assert_eq!(base("ada", 4, 1), None, "something was rolled back: it may have been the keyframe");
        assert_eq!(base("ada", 5, 1), Some(4));
        assert_eq!(base("rex", 514, 0), None, "too far back: it may have been let go");
        for id in 0..i64::from(USES) {
            assert_eq!(base("rex", 515 + id, 0), Some(514));
        }
        assert_eq!(base("rex", 600, 0), None, "the keyframe is worn out");
        for stranger in 0..KEYFRAMES {
            assert_eq!(base(&format!("bot{stranger}"), 700, 0), None);
        }
        assert_eq!(base("rex", 701, 0), None, "forgotten for the others");
        let mut few =
            |id| packer.pack(RecordKey { keep: 5, ..place("few", id, 0) }, &record("few")).unwrap().base;
        assert_eq!((few(1), few(2)), (None, None), "none is kept for long enough");
    }

    #[test]
    fn what_is_kept_can_be_read_and_the_rest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let store =
            super::super::Store::open(&dir.path().join("a.db"), super::super::Durability::Normal).unwrap();
        let keep = 160;
        let ids = 1..=640_i64;
        let text = |id: i64| format!("thought {id}, much as before. ");
        store
            .write_blocking(move |c| {
                let mut packer = Packer::default();
                let mut with_base = 0;
                for id in ids {
                    let place = RecordKey { bot: format!("bot{}", id % 3), id, epoch: 0, keep };
                    let packed = packer.pack(place, &record(&text(id)))?;
                    with_base += usize::from(packed.base.is_some());
                    put(c, id, &packed, keep)?;
                }
                assert!(with_base > 500, "{with_base}");
                add_exchanges(c, 640, vec![call("extraction")])?;
                let kept: Vec<i64> = c
                    .prepare("SELECT activity_id FROM thoughts ORDER BY 1")?
                    .query_map([], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                assert_eq!(kept.first(), Some(&(640 - keep - span(keep) + 1)));
                for id in &kept[usize::try_from(span(keep)).unwrap()..] {
                    assert_eq!(get(c, *id)?.unwrap().rung, text(*id).repeat(40));
                }
                assert_eq!(get(c, 640)?.unwrap().exchanges[0].purpose, "extraction");
                assert!(get(c, 1)?.is_none());
                // Fewer are kept from now on: who has lost its base is gone, not damaged.
                put(c, 704, &record("last").pack()?, 60)?;
                let orphan = c.query_row(
                    "SELECT activity_id FROM thoughts t WHERE base NOT IN (SELECT activity_id FROM thoughts)",
                    [],
                    |row| row.get(0),
                )?;
                assert!(get(c, orphan)?.is_none());
                let (mut rows, lens) = (Vec::new(), super::super::tests::lens());
                let sink = |piece: &[u8]| std::io::Write::write_all(&mut rows, piece);
                let (kind, format) = (ExportKind::Thoughts, ExportFormat::Jsonl);
                assert!(
                    super::super::export::run(c, &lens, kind, ExportOptions::by_id(format, None), sink)? > 0
                );
                Ok(())
            })
            .unwrap();
    }
}
