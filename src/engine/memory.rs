//! Step 6 of a beat: what it leaves in memory, and the compression of what grew too much.
//!
//! The model extracts (or the rules below, when it fails and for the embedded provider); this
//! module gates, merges and bounds what was extracted and stores it in the caller's transaction.

use std::fmt::Write as _;

use rusqlite::Connection;

use super::room::Mind;
use crate::domain::memory::{
    FACTS_BATCH, FACTS_TRIGGER, HISTORY_MAX, INTERESTS_MAX, MOMENTS_BATCH, MOMENTS_TRIGGER, OPINIONS_MAX,
    OpinionNote, RELATIONSHIPS_MAX, RelationshipNote, SUMMARY_WORDS,
};
use crate::domain::scene::{FeedReply, FeedThread, Scene};
use crate::domain::text::{clean, clean_line, cut};
use crate::domain::{Action, Extraction, MemoryKind, Sentiment, Stamp};
use crate::protocol::DatedEvent;
use crate::store::mind::{Memory, delete_memory, insert_memory, update_memory};
use crate::store::{Result, acts};
use crate::tools::Finding;

/// Longest fact, opinion, note or moment.
const TEXT_MAX: usize = 300;
/// Longest key (topic, interest, bot id).
const KEY_MAX: usize = 64;
/// Items taken from one extraction, per kind.
const PER_BEAT: usize = 4;
/// Fewer items than this make no summary of their own while pinned ones fill the memory.
const BATCH_MIN: usize = 10;
/// Items older than this are compressed by the weekly pass.
const OLD_SECONDS: i64 = 30 * 86_400;
/// The weekly pass runs at most this often per bot.
const WEEK_SECONDS: i64 = 7 * 86_400;

/// Where a beat's memories belong.
pub(super) struct Source<'a> {
    pub(super) bot: &'a str,
    pub(super) activity_id: i64,
    pub(super) at: Stamp,
    pub(super) day: &'a str,
    pub(super) thread_id: Option<i64>,
}

/// Gates, merges and stores what was extracted; search findings become facts with their source.
///
/// # Errors
/// Database errors.
pub(super) fn store(
    c: &Connection,
    mind: &mut Mind,
    from: &Source<'_>,
    extraction: &Extraction,
    findings: &[Finding],
) -> Result<()> {
    for fact in extraction.facts.iter().take(PER_BEAT) {
        add(c, mind, from, MemoryKind::Fact, fact, "observation", 0.4)?;
    }
    for finding in findings.iter().take(PER_BEAT) {
        let text = format!("{}: {}", finding.title, finding.extract);
        add(c, mind, from, MemoryKind::Fact, &text, &finding.source, 0.7)?;
    }
    for moment in extraction.moments.iter().take(PER_BEAT) {
        add(c, mind, from, MemoryKind::Moment, moment, "", 0.5)?;
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

/// Adds a fact or a moment, unless it is known word for word.
fn add(
    c: &Connection,
    mind: &mut Mind,
    from: &Source<'_>,
    kind: MemoryKind,
    text: &str,
    source: &str,
    importance: f64,
) -> Result<()> {
    let text = clean_line(text, TEXT_MAX);
    if text.is_empty() || mind.items.iter().any(|i| i.memory.kind == kind && i.memory.text == text) {
        return Ok(());
    }
    let memory = Memory { source: source.to_owned(), importance, ..blank(from, kind, text) };
    insert(c, mind, from.bot, memory)
}

fn blank(from: &Source<'_>, kind: MemoryKind, text: String) -> Memory {
    Memory {
        thread_id: from.thread_id,
        activity_id: Some(from.activity_id),
        ..Memory::new(kind, text, from.at)
    }
}

fn insert(c: &Connection, mind: &mut Mind, bot: &str, mut memory: Memory) -> Result<()> {
    memory.id = insert_memory(c, bot, &memory)?;
    mind.items.push(memory);
    Ok(())
}

fn position(mind: &Mind, kind: MemoryKind, key: &str) -> Option<usize> {
    mind.items.iter().position(|item| item.memory.kind == kind && item.memory.key == key)
}

/// Brings a relationship up to date, with a dated event.
fn relate(c: &Connection, mind: &mut Mind, from: &Source<'_>, note: &RelationshipNote) -> Result<()> {
    let other = clean_line(&note.bot, KEY_MAX);
    if other == from.bot || other.is_empty() {
        return Ok(());
    }
    if !other.starts_with("human:") && acts::require_bot(c, &other).is_err() {
        return Ok(()); // a model may name somebody who is not there
    }
    let text = clean_line(&note.note, TEXT_MAX);
    let event = clean_line(&note.event, TEXT_MAX);
    let at = position(mind, MemoryKind::Relationship, &other);
    let mut memory = match at {
        Some(at) => mind.items[at].memory.clone(),
        None => Memory { key: other, ..blank(from, MemoryKind::Relationship, String::new()) },
    };
    let reindex = !text.is_empty() && text != memory.text;
    if reindex {
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
            update_memory(c, &memory, reindex)?;
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
fn hold(c: &Connection, mind: &mut Mind, from: &Source<'_>, note: &OpinionNote) -> Result<()> {
    let topic = clean_line(&note.topic, KEY_MAX).to_lowercase();
    let stance = clean_line(&note.stance, TEXT_MAX);
    if topic.is_empty() || stance.is_empty() {
        return Ok(());
    }
    let confidence = if note.confidence.is_finite() { note.confidence.clamp(0.0, 1.0) } else { 0.5 };
    if let Some(at) = position(mind, MemoryKind::Opinion, &topic) {
        let mut memory = mind.items[at].memory.clone();
        memory.text = stance;
        memory.confidence = confidence;
        memory.updated_at = from.at;
        memory.activity_id = Some(from.activity_id);
        update_memory(c, &memory, true)?;
        mind.items.set(at, memory);
        return Ok(());
    }
    let memory = Memory { key: topic, confidence, ..blank(from, MemoryKind::Opinion, stance) };
    insert(c, mind, from.bot, memory)?;
    bound(c, mind, MemoryKind::Opinion, OPINIONS_MAX)
}

fn take_interest(c: &Connection, mind: &mut Mind, from: &Source<'_>, interest: &str) -> Result<()> {
    let interest = clean_line(interest, KEY_MAX).to_lowercase();
    if interest.is_empty() {
        return Ok(());
    }
    if let Some(at) = position(mind, MemoryKind::Interest, &interest) {
        let mut memory = mind.items[at].memory.clone();
        memory.updated_at = from.at;
        memory.importance = (memory.importance + 0.05).min(1.0);
        update_memory(c, &memory, false)?;
        mind.items.set(at, memory);
        return Ok(());
    }
    let memory = Memory { key: interest.clone(), ..blank(from, MemoryKind::Interest, interest) };
    insert(c, mind, from.bot, memory)?;
    bound(c, mind, MemoryKind::Interest, INTERESTS_MAX)
}

/// Forgets the item touched longest ago while there are more than `most` of a kind; pinned ones stay.
fn bound(c: &Connection, mind: &mut Mind, kind: MemoryKind, most: usize) -> Result<()> {
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

/// What is to be compressed into one summary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Batch {
    pub(super) facts: Vec<Memory>,
    pub(super) moments: Vec<Memory>,
}

impl Batch {
    /// The originals' ids.
    pub(super) fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.facts.iter().chain(&self.moments).map(|memory| memory.id)
    }

    /// First and last moment covered.
    pub(super) fn period(&self) -> (Stamp, Stamp) {
        let times = || self.facts.iter().chain(&self.moments).map(|memory| memory.created_at);
        (times().min().unwrap_or_default(), times().max().unwrap_or_default())
    }
}

/// What has to be compressed now: the oldest 25 facts and 15 moments once there are more than 50
/// facts or 30 moments, or, once a week, what is over 30 days old. Pinned items stay.
#[must_use]
pub(super) fn due_batch(mind: &Mind, now: Stamp) -> Option<Batch> {
    let of = |kind: MemoryKind| mind.items.iter().map(|i| &i.memory).filter(move |m| m.kind == kind);
    let loose = |kind: MemoryKind, most: usize, before: Stamp| -> Vec<Memory> {
        of(kind).filter(|m| !m.pinned && m.created_at < before).take(most).cloned().collect()
    };
    let gathered = |before: Stamp| Batch {
        facts: loose(MemoryKind::Fact, FACTS_BATCH, before),
        moments: loose(MemoryKind::Moment, MOMENTS_BATCH, before),
    };
    let too_many =
        of(MemoryKind::Fact).count() > FACTS_TRIGGER || of(MemoryKind::Moment).count() > MOMENTS_TRIGGER;
    if too_many {
        let batch = gathered(Stamp::from_micros(i64::MAX));
        // Where most of it is pinned, a summary waits until there is something to sum up.
        return (batch.ids().count() >= BATCH_MIN).then_some(batch);
    }
    if of(MemoryKind::Cold).any(|cold| now.seconds_since(cold.created_at) < WEEK_SECONDS) {
        return None;
    }
    let batch = gathered(now.plus_seconds(-OLD_SECONDS));
    (!batch.facts.is_empty() || !batch.moments.is_empty()).then_some(batch)
}

/// Whether any of the batch is not as it was when it was put together.
#[must_use]
pub(super) fn changed(mind: &Mind, batch: &Batch) -> bool {
    let as_it_was = |old: &Memory| mind.items.iter().any(|item| item.memory == *old);
    !batch.facts.iter().chain(&batch.moments).all(as_it_was)
}

/// Stores a summary and drops the originals it stands for.
///
/// # Errors
/// Database errors.
pub(super) fn store_summary(
    c: &Connection,
    mind: &mut Mind,
    from: &Source<'_>,
    batch: &Batch,
    summary: &str,
) -> Result<()> {
    let (start, end) = batch.period();
    for id in batch.ids() {
        delete_memory(c, id)?;
    }
    let gone: Vec<i64> = batch.ids().collect();
    mind.items.remove_all(&gone);
    let text = words(&clean(summary, 4_000), SUMMARY_WORDS);
    #[allow(clippy::cast_possible_wrap)] // at most 25 and 15
    let memory = Memory {
        count: batch.facts.len() as i64,
        moments: batch.moments.len() as i64,
        period_start: Some(start),
        period_end: Some(end),
        importance: 0.8,
        thread_id: None,
        ..blank(from, MemoryKind::Cold, text)
    };
    insert(c, mind, from.bot, memory)
}

fn words(text: &str, most: usize) -> String {
    if text.split_whitespace().count() <= most {
        return text.to_owned();
    }
    text.split_whitespace().take(most).collect::<Vec<_>>().join(" ")
}

/// A summary by rule: the period, the counts, and the items with most weight, shortened.
#[must_use]
pub(super) fn summarise(batch: &Batch, day: impl Fn(Stamp) -> String) -> String {
    let (start, end) = batch.period();
    let mut text = format!(
        "From {} to {}: {} things learned and {} moments.",
        day(start),
        day(end),
        batch.facts.len(),
        batch.moments.len()
    );
    let mut part = |label: &str, items: &[Memory], most: usize| {
        if items.is_empty() {
            return;
        }
        let mut best: Vec<&Memory> = items.iter().collect();
        best.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(a.id.cmp(&b.id)));
        best.truncate(most);
        best.sort_by_key(|memory| memory.id);
        let _ = write!(text, "\n{label}");
        for memory in best {
            let _ = write!(text, " {}", sentence(&cut(&memory.text, 140)));
        }
    };
    part("Learned:", &batch.facts, 10);
    part("Lived through:", &batch.moments, 8);
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches([' ', '.', ';', ',']);
    if text.ends_with(['…', '!', '?', '”']) { text.to_owned() } else { format!("{text}.") }
}

/// Extraction by rule: what a beat leaves when no model says so.
#[must_use]
pub(super) fn extract(scene: &Scene, action: &Action) -> Extraction {
    let mut left = Extraction::default();
    match action {
        Action::CreateThread { title, content, tags } => {
            left.moments.push(format!("I opened “{}”.", cut(title, 100)));
            left.interests.extend(tags.iter().take(2).cloned());
            if let Some(topic) = tags.first() {
                left.opinions.push(opinion(scene, topic, content));
            }
        }
        Action::Reply { thread_id, parent_reply_id, content } => {
            let Some(thread) = scene.feed.iter().find(|t| t.id == *thread_id) else { return left };
            let answered = parent_reply_id.and_then(|id| thread.replies.iter().find(|r| r.id == id));
            let (author, name, said) = post(thread, answered);
            left.moments.push(format!(
                "In “{}” I told {name}: “{}”",
                cut(&thread.title, 60),
                cut(content, 110)
            ));
            if let Some(topic) = thread.tags.first() {
                left.opinions.push(opinion(scene, topic, content));
            }
            learn(&mut left, scene, author, name, said);
            befriend(
                &mut left,
                scene,
                author,
                name,
                &thread.title,
                &format!("answered in “{}”", cut(&thread.title, 60)),
            );
        }
        Action::Vote { thread_id, reply_id, value, .. } => {
            let Some((thread, reply)) = target(scene, *thread_id, *reply_id) else { return left };
            let (author, name, said) = post(thread, reply);
            let way = if *value == 1 { "up" } else { "down" };
            learn(&mut left, scene, author, name, said);
            befriend(
                &mut left,
                scene,
                author,
                name,
                &thread.title,
                &format!("voted {way} in “{}”", cut(&thread.title, 60)),
            );
        }
        Action::Follow { bot_id } | Action::Unfollow { bot_id } => {
            if let Some(other) = scene.roster.iter().find(|other| *other.id == **bot_id) {
                let word = if matches!(action, Action::Follow { .. }) {
                    "began to follow"
                } else {
                    "stopped following"
                };
                left.moments.push(format!("I {word} {}.", other.name));
                befriend(&mut left, scene, bot_id, &other.name, "", word);
            }
        }
        Action::WebSearch { query, .. } => {
            left.interests.push(query.clone());
            left.moments.push(format!("I looked up “{}”.", cut(query, 80)));
        }
        Action::DoNothing { .. } => {}
    }
    left
}

fn target(
    scene: &Scene,
    thread_id: Option<i64>,
    reply_id: Option<i64>,
) -> Option<(&FeedThread, Option<&FeedReply>)> {
    scene.feed.iter().find_map(|thread| match reply_id {
        Some(id) => thread.replies.iter().find(|r| r.id == id).map(|reply| (thread, Some(reply))),
        None => (Some(thread.id) == thread_id).then_some((thread, None)),
    })
}

fn post<'s>(thread: &'s FeedThread, reply: Option<&'s FeedReply>) -> (&'s str, &'s str, &'s str) {
    match reply {
        Some(reply) => (&reply.author, &reply.author_name, &reply.content),
        None => (&thread.author, &thread.author_name, &thread.content),
    }
}

/// The most telling sentence of what another said becomes a fact.
fn learn(left: &mut Extraction, scene: &Scene, author: &str, name: &str, said: &str) {
    if author == scene.me.id {
        return;
    }
    if let Some(best) = sentences(said).max_by_key(|s| weight(s)) {
        left.facts.push(format!("{name} said: “{}”", cut(best, 180)));
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n']).map(str::trim).filter(|s| s.chars().count() >= 25)
}

/// Statements with figures weigh more than questions and openings.
fn weight(sentence: &str) -> usize {
    let length = sentence.chars().count().min(140);
    let figures = sentence.bytes().filter(u8::is_ascii_digit).count().min(4) * 12;
    let question = if sentence.ends_with('?') { 60 } else { 0 };
    let cut_off = if sentence.ends_with('…') { 40 } else { 0 };
    (length + figures).saturating_sub(question + cut_off)
}

/// The most telling statement stands for the whole; the first is often only a greeting.
fn opinion(scene: &Scene, topic: &str, said: &str) -> OpinionNote {
    let stance = sentences(said).filter(|s| !s.ends_with('?')).max_by_key(|s| weight(s)).unwrap_or(said);
    let doubt = f64::from(scene.me.behavior.skepticism) / 250.0;
    OpinionNote { topic: topic.to_owned(), stance: cut(stance, 200), confidence: 0.8 - doubt }
}

fn befriend(left: &mut Extraction, scene: &Scene, author: &str, name: &str, title: &str, event: &str) {
    if author == "system" || author == scene.me.id {
        return;
    }
    let known = scene.roster.iter().find(|other| *other.id == *author);
    let (count, feeling) = known.map_or((0, 0.0), |other| (other.interactions, other.sentiment));
    let sentiment = match feeling {
        f if f > 0.25 => Sentiment::Friendly,
        f if f < -0.25 => Sentiment::Rival,
        _ if count < 6 => Sentiment::Curious,
        _ => Sentiment::Neutral,
    };
    let mood = match sentiment {
        Sentiment::Friendly => "I am glad when they write",
        Sentiment::Rival => "we keep getting in each other's way",
        Sentiment::Curious => "I want to know more of what they think",
        Sentiment::Neutral => "we get along",
    };
    let note = if title.is_empty() {
        format!("{name}: {mood}.")
    } else {
        format!("{name}: {mood}; lately over “{}”.", cut(title, 70))
    };
    left.relationships.push(RelationshipNote {
        bot: author.to_owned(),
        sentiment,
        note,
        event: event.to_owned(),
    });
}
