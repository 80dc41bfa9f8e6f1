//! The room's log: what happens in the room, as lines of the log beside those of the engine.
//!
//! A listener on the bus writes them, so nobody waits for it. Every act has a row in the stream; these lines are what
//! a person looks for.

use std::sync::Arc;

use super::shared::Shared;
use crate::domain::{ActivityKind, Stamp};
use crate::protocol::news::{News, Newsroom};
use crate::protocol::{ActivityQuery, Event, LogLine, Notice, ROOM_LOG};
use crate::store::{Db, Result, activities, flags, names};

/// Lines told of each kind of what happened before the room was opened.
const BEFORE: u32 = 60;

/// The kinds of acts of which the log tells.
const KINDS: [ActivityKind; 6] = [
    ActivityKind::ConfigUpdated,
    ActivityKind::Failed,
    ActivityKind::CallsLost,
    ActivityKind::HumanPost,
    ActivityKind::Interview,
    ActivityKind::EventInjected,
];

/// What happened before the room was opened, oldest first: its log goes on where it was left. That a cap was reached
/// is not kept anywhere.
pub(super) fn before(c: &Db) -> Result<Vec<LogLine>> {
    let mut happened: Vec<(Stamp, i64, Notice)> = Vec::new();
    for kind in KINDS {
        let query = ActivityQuery {
            limit: BEFORE,
            action_type: Some(kind.as_str().to_owned()),
            ..ActivityQuery::default()
        };
        let rows = activities::page(c, &query)?;
        happened.extend(rows.into_iter().map(|row| (row.created_at, row.id, Notice::of_activity(row))));
    }
    let (mut newsroom, mut known) = (Newsroom::default(), names::Names::default());
    for flag in flags::flags(c, false, BEFORE)?.into_iter().chain(flags::flags(c, true, BEFORE)?) {
        newsroom.learn(&flag.bot_id, &known.of(c, &flag.bot_id)?);
        let notice = Notice::FlagRaised {
            bot_id: flag.bot_id,
            flag_id: flag.id,
            flag_type: flag.flag_type,
            target_type: flag.target_type,
            target_id: flag.target_id,
        };
        happened.push((flag.created_at, 0, notice));
    }
    happened.sort_by_key(|(at, seq, _)| (*at, *seq));
    let lines = happened.into_iter().filter_map(|(timestamp, seq, notice)| {
        let news = newsroom.of(&Event { seq, timestamp, notice })?;
        let level = level(&news)?.to_string();
        Some(LogLine { at: timestamp, level, target: ROOM_LOG.to_owned(), message: news.said })
    });
    Ok(lines.collect())
}

/// How grave news is, where the log has a line for it.
fn level(news: &News) -> Option<tracing::Level> {
    match news.kind {
        kind if kind.is_trouble() => Some(tracing::Level::WARN),
        kind => kind.is_logged().then_some(tracing::Level::INFO),
    }
}

/// Learns whom a notice is about that tells but an id.
async fn learn(newsroom: &mut Newsroom, shared: &Shared, notice: &Notice) {
    let (Notice::BotStatus { bot_id, .. } | Notice::FlagRaised { bot_id, .. }) = notice else { return };
    if newsroom.knows(bot_id) {
        return;
    }
    let id = bot_id.clone();
    // Where it cannot be read, the bot is told by its id.
    if let Ok(Some(name)) = shared.store.read(move |c| names::bot_name(c, &id)).await {
        newsroom.learn(bot_id, &name);
    }
}

/// Writes the room's log until the engine stops.
pub(super) async fn write(shared: Arc<Shared>) {
    let mut bus = shared.bus.subscribe();
    let mut newsroom = Newsroom::default();
    loop {
        let event = tokio::select! {
            biased;
            event = bus.recv() => event,
            () = shared.stop.cancelled() => None,
        };
        let Some(event) = event else { return };
        learn(&mut newsroom, &shared, &event.notice).await;
        let Some(news) = newsroom.of(&event) else { continue };
        match level(&news) {
            Some(tracing::Level::WARN) => tracing::warn!(target: ROOM_LOG, "{}", news.said),
            Some(_) => tracing::info!(target: ROOM_LOG, "{}", news.said),
            None => {}
        }
    }
}
