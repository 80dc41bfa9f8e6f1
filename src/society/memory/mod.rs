//! Step 6 of a beat: what it leaves in memory, and the compression of what grew too much.
//!
//! The model extracts (or [`rules`], when it fails and for the embedded provider); this module
//! gates, merges and bounds what was extracted and stores it in the caller's transaction.

mod clause;
mod diary;
mod lexicon;
mod reading;
mod rules;

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::room::mind::Mind;
use crate::domain::activity::Finding;
use crate::domain::era::Covered;
use crate::domain::memory::{
    FACTS_BATCH, FACTS_TRIGGER, HISTORY_MAX, INTERESTS_MAX, MOMENTS_BATCH, MOMENTS_TRIGGER, OPINIONS_MAX,
    OpinionNote, RELATIONSHIPS_MAX, RelationshipNote, SUMMARY_WORDS,
};
use crate::domain::text::{clean, clean_line, first_words};
use crate::domain::{Actor, Extraction, MemoryKind, Stamp};
use crate::protocol::DatedEvent;
use crate::store::memories::{Memory, delete_memory, insert_memory, update_memory};
use crate::store::{Db, Result, archive, names};

pub(crate) use rules::{extract, summarise};

/// Longest fact, opinion, note or moment.
const TEXT_MAX: usize = 300;
/// Longest key (topic, interest, bot id).
const KEY_MAX: usize = 64;
/// Items taken from one extraction, per kind.
const PER_BEAT: usize = 4;
/// Fewer items than this make no summary of their own while pinned ones fill the memory.
const BATCH_MIN: usize = 10;
/// Summaries or eras that one era takes at most: more would be too much for a model to read at once.
const ERA_BATCH: usize = 9;
/// Compressions after one beat at most: a summary, the era it makes too many for, and that of eras.
pub(crate) const ROUNDS: usize = 3;
/// Items older than this are compressed by the weekly pass.
const OLD_SECONDS: i64 = 30 * 86_400;
/// The weekly pass runs at most this often per bot.
const WEEK_SECONDS: i64 = 7 * 86_400;

/// Where a beat's memories belong.
pub(crate) struct Source<'a> {
    pub(crate) bot: &'a str,
    pub(crate) activity_id: i64,
    pub(crate) at: Stamp,
    pub(crate) day: &'a str,
    pub(crate) thread_id: Option<i64>,
}

/// Gates, merges and stores what was extracted; search findings become facts with their source.
///
/// # Errors
/// Database errors.
pub(crate) fn store(
    c: &Db,
    mind: &mut Mind,
    from: &Source<'_>,
    extraction: &Extraction,
    findings: &[Finding],
) -> Result<()> {
    for fact in extraction.facts.iter().take(PER_BEAT) {
        let fact = blank(from, MemoryKind::Fact, said(fact, TEXT_MAX));
        add(c, mind, from.bot, Memory { source: "observation".to_owned(), importance: 0.4, ..fact })?;
    }
    for finding in findings.iter().take(PER_BEAT) {
        let text = format!("{}: {}", finding.title, finding.extract);
        let fact = blank(from, MemoryKind::Fact, said(&text, TEXT_MAX));
        add(c, mind, from.bot, Memory { source: finding.source.clone(), importance: 0.7, ..fact })?;
    }
    for moment in extraction.moments.iter().take(PER_BEAT) {
        let moment = blank(from, MemoryKind::Moment, said(moment, TEXT_MAX));
        add(c, mind, from.bot, Memory { importance: 0.5, ..moment })?;
    }
    for note in extraction.relationships.iter().take(PER_BEAT) {
        relate(c, mind, from, note)?;
    }
    for note in extraction.opinions.iter().take(PER_BEAT) {
        hold(c, mind, from, note)?;
    }
    for interest in extraction.interests.iter().take(PER_BEAT) {
        take_interest(c, mind, from, interest)?;
    }
    Ok(())
}

/// A text as it may be kept: empty when there is no letter or digit in it.
fn said(text: &str, most: usize) -> String {
    let text = clean_line(text, most);
    if text.contains(char::is_alphanumeric) { text } else { String::new() }
}

/// Adds a fact or a moment, unless it is known word for word.
fn add(c: &Db, mind: &mut Mind, bot: &str, memory: Memory) -> Result<()> {
    let is_known = |other: &Memory| other.kind == memory.kind && other.text == memory.text;
    if memory.text.is_empty() || mind.items.iter().any(|item| is_known(&item.memory)) {
        return Ok(());
    }
    insert(c, mind, bot, memory)
}

fn blank(from: &Source<'_>, kind: MemoryKind, text: String) -> Memory {
    Memory {
        thread_id: from.thread_id,
        activity_id: Some(from.activity_id),
        ..Memory::new(kind, text, from.at)
    }
}

fn insert(c: &Db, mind: &mut Mind, bot: &str, mut memory: Memory) -> Result<()> {
    memory.id = insert_memory(c, bot, &memory)?;
    mind.items.push(memory);
    Ok(())
}

fn position(mind: &Mind, kind: MemoryKind, key: &str) -> Option<usize> {
    mind.items.iter().position(|item| item.memory.kind == kind && item.memory.key == key)
}

/// Brings a relationship up to date, with a dated event.
fn relate(c: &Db, mind: &mut Mind, from: &Source<'_>, note: &RelationshipNote) -> Result<()> {
    let mut other = clean_line(&note.bot, KEY_MAX);
    if !Actor::of(&other).is_person() {
        // A model may name somebody who is not there.
        let Ok(id) = names::resolve_bot(c, &other) else { return Ok(()) };
        other = id;
    }
    if other == from.bot {
        return Ok(());
    }
    let text = said(&note.note, TEXT_MAX);
    let event = said(&note.event, TEXT_MAX);
    let at = position(mind, MemoryKind::Relationship, &other);
    let mut memory = match at {
        Some(at) => mind.items[at].memory.clone(),
        None => Memory { key: other, ..blank(from, MemoryKind::Relationship, String::new()) },
    };
    if !text.is_empty() {
        memory.text = text;
    }
    memory.sentiment = Some(note.sentiment);
    memory.count += 1;
    memory.updated_at = from.at;
    memory.activity_id = Some(from.activity_id);
    memory.thread_id = from.thread_id.or(memory.thread_id);
    if !event.is_empty() {
        let mut history: Vec<DatedEvent> =
            memory.history.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        history.push(DatedEvent { date: from.day.to_owned(), event });
        let surplus = history.len().saturating_sub(HISTORY_MAX);
        history.drain(..surplus);
        memory.history = serde_json::to_string(&history).ok();
    }
    match at {
        Some(at) => {
            update_memory(c, &memory)?;
            mind.items.set(at, memory);
        }
        None => {
            insert(c, mind, from.bot, memory)?;
            bound(c, mind, MemoryKind::Relationship, RELATIONSHIPS_MAX)?;
        }
    }
    Ok(())
}

/// Takes or changes a stance.
fn hold(c: &Db, mind: &mut Mind, from: &Source<'_>, note: &OpinionNote) -> Result<()> {
    let topic = said(&note.topic, KEY_MAX).to_lowercase();
    let stance = said(&note.stance, TEXT_MAX);
    if topic.is_empty() || stance.is_empty() {
        return Ok(());
    }
    let confidence = if note.confidence.is_finite() { note.confidence.clamp(0.0, 1.0) } else { 0.5 };
    // A share in thousandths reads the same at either end of the wire.
    let confidence = (confidence * 1_000.0).round() / 1_000.0;
    if let Some(at) = position(mind, MemoryKind::Opinion, &topic) {
        let mut memory = mind.items[at].memory.clone();
        memory.text = stance;
        memory.confidence = confidence;
        memory.updated_at = from.at;
        memory.activity_id = Some(from.activity_id);
        update_memory(c, &memory)?;
        mind.items.set(at, memory);
        return Ok(());
    }
    let memory = Memory { key: topic, confidence, ..blank(from, MemoryKind::Opinion, stance) };
    insert(c, mind, from.bot, memory)?;
    bound(c, mind, MemoryKind::Opinion, OPINIONS_MAX)
}

fn take_interest(c: &Db, mind: &mut Mind, from: &Source<'_>, interest: &str) -> Result<()> {
    let interest = said(interest, KEY_MAX).to_lowercase();
    if interest.is_empty() {
        return Ok(());
    }
    if let Some(at) = position(mind, MemoryKind::Interest, &interest) {
        let mut memory = mind.items[at].memory.clone();
        memory.updated_at = from.at;
        memory.importance = (memory.importance + 0.05).min(1.0);
        update_memory(c, &memory)?;
        mind.items.set(at, memory);
        return Ok(());
    }
    let memory = Memory { key: interest.clone(), ..blank(from, MemoryKind::Interest, interest) };
    insert(c, mind, from.bot, memory)?;
    bound(c, mind, MemoryKind::Interest, INTERESTS_MAX)
}

/// Forgets the item touched longest ago while there are more than `most` of a kind; pinned ones stay.
fn bound(c: &Db, mind: &mut Mind, kind: MemoryKind, most: usize) -> Result<()> {
    while mind.items.iter().filter(|item| item.memory.kind == kind).count() > most {
        let oldest = mind
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.memory.kind == kind && !item.memory.pinned)
            .min_by_key(|(_, item)| (item.memory.updated_at, item.memory.id))
            .map(|(at, _)| at);
        let Some(at) = oldest else { return Ok(()) };
        delete_memory(c, mind.items[at].memory.id)?;
        mind.items.remove(at);
    }
    Ok(())
}

/// What is to be compressed into one: facts and moments into a summary, or summaries, or eras, into an era.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) facts: Vec<Memory>,
    pub(crate) moments: Vec<Memory>,
    /// Summaries or eras, oldest first; then there is nothing else.
    pub(crate) summaries: Vec<Memory>,
}

impl Batch {
    /// The originals' ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.memories().map(|memory| memory.id)
    }

    /// The originals.
    pub(crate) fn memories(&self) -> impl Iterator<Item = &Memory> {
        self.facts.iter().chain(&self.moments).chain(&self.summaries)
    }

    /// What its summary will stand for.
    pub(crate) fn covered(&self) -> Covered {
        let one = |memory: &Memory| Covered {
            facts: if memory.kind == MemoryKind::Fact { 1 } else { memory.count },
            moments: if memory.kind == MemoryKind::Moment { 1 } else { memory.moments },
            start: memory.period_start.unwrap_or(memory.created_at),
            end: memory.period_end.unwrap_or(memory.created_at),
        };
        Covered::all(self.memories().map(one)).unwrap_or_default()
    }
}

/// What has to be compressed now: the oldest 25 facts and 15 moments once there are more than 50
/// facts or 30 moments; the older half of the summaries or eras once there are more than the settings
/// allow; or, once a week, facts and moments over 30 days old. Pinned items stay.
#[must_use]
pub(crate) fn due_batch(mind: &Mind, limits: &Frame, now: Stamp) -> Option<Batch> {
    let of = |kind: MemoryKind| mind.items.iter().map(|i| &i.memory).filter(move |m| m.kind == kind);
    let loose = |kind: MemoryKind, most: usize, before: Stamp| -> Vec<Memory> {
        of(kind).filter(|m| !m.pinned && m.created_at < before).take(most).cloned().collect()
    };
    let gathered = |before: Stamp| Batch {
        facts: loose(MemoryKind::Fact, FACTS_BATCH, before),
        moments: loose(MemoryKind::Moment, MOMENTS_BATCH, before),
        summaries: Vec::new(),
    };
    let too_many =
        of(MemoryKind::Fact).count() > FACTS_TRIGGER || of(MemoryKind::Moment).count() > MOMENTS_TRIGGER;
    if too_many {
        let batch = gathered(Stamp::from_micros(i64::MAX));
        // Where most of it is pinned, a summary waits until there is something to sum up.
        if batch.ids().count() >= BATCH_MIN {
            return Some(batch);
        }
    }
    for (kind, most) in [(MemoryKind::Cold, limits.summaries), (MemoryKind::Era, limits.eras)] {
        let mut held: Vec<&Memory> = of(kind).filter(|memory| !memory.pinned).collect();
        if held.len() > most {
            // An era is made after summaries that tell of later times.
            held.sort_by_key(|memory| (memory.period_end.unwrap_or(memory.created_at), memory.id));
            held.truncate((held.len() - most / 2).min(ERA_BATCH));
            return Some(Batch { summaries: held.into_iter().cloned().collect(), ..Batch::default() });
        }
    }
    let mut summaries = of(MemoryKind::Cold).chain(of(MemoryKind::Era));
    if too_many || summaries.any(|summary| now.seconds_since(summary.created_at) < WEEK_SECONDS) {
        return None;
    }
    let batch = gathered(now.plus_seconds(-OLD_SECONDS));
    (!batch.facts.is_empty() || !batch.moments.is_empty()).then_some(batch)
}

/// Whether any of the batch is not as it was when it was put together.
#[must_use]
pub(crate) fn changed(mind: &Mind, batch: &Batch) -> bool {
    let as_it_was = |old: &Memory| mind.items.iter().any(|item| item.memory == *old);
    !batch.memories().all(as_it_was)
}

/// Stores a summary or an era, and moves the originals it stands for to the archive.
///
/// # Errors
/// Database errors.
pub(crate) fn store_summary(
    c: &Db,
    mind: &mut Mind,
    from: &Source<'_>,
    batch: &Batch,
    summary: &str,
) -> Result<()> {
    let Covered { facts, moments, start, end } = batch.covered();
    let kind = if batch.summaries.is_empty() { MemoryKind::Cold } else { MemoryKind::Era };
    let text = first_words(&clean(summary, 4_000), SUMMARY_WORDS).to_owned();
    let mut memory = Memory {
        count: facts,
        moments,
        period_start: Some(start),
        period_end: Some(end),
        importance: 0.8,
        thread_id: None,
        ..blank(from, kind, text)
    };
    memory.id = insert_memory(c, from.bot, &memory)?;
    let gone: Vec<i64> = batch.ids().collect();
    archive::keep(c, &gone, memory.id)?;
    mind.items.remove_all(&gone);
    mind.items.push(memory);
    Ok(())
}

#[cfg(test)]
mod tests;
