//! What a control room and the port show, beside what the database holds.

use std::collections::BTreeSet;

use botarium::domain::PersonalityConfig;
use botarium::link::{Connection as Way, Link};
use botarium::protocol::{EngineState, Status, ThreadSort};
use botarium::tui::state::Page;
use botarium::tui::state::recall::RecallLine;
use botarium::tui::state::{Model, Tab};
use rusqlite::Connection;
use serde_json::Value;

use super::ledger::{Bot, Ledger};

/// What the database holds beside the ledger, once nothing goes on.
pub struct Stored {
    pub ledger: Ledger,
    newest: i64,
    /// Threads that are not hidden, newest first.
    threads: Vec<i64>,
    replies: Vec<(i64, i64)>,
    flags: BTreeSet<i64>,
    events: BTreeSet<i64>,
    tokens: i64,
}

fn list<T: rusqlite::types::FromSql>(c: &Connection, sql: &str) -> Vec<T> {
    let mut statement = c.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

impl Stored {
    pub fn read(c: &mut Connection) -> Self {
        let ledger = Ledger::read(c);
        let threads = list(c, "SELECT id FROM threads WHERE deleted_at IS NULL ORDER BY id DESC");
        let mut statement =
            c.prepare("SELECT thread_id, id FROM replies WHERE deleted_at IS NULL ORDER BY id").unwrap();
        let replies = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        Self {
            ledger,
            newest: c.query_row("SELECT max(id) FROM activities", [], |row| row.get(0)).unwrap(),
            threads,
            replies: replies.collect::<Result<_, _>>().unwrap(),
            flags: list(c, "SELECT id FROM flags WHERE NOT resolved").into_iter().collect(),
            events: list(c, "SELECT id FROM events").into_iter().collect(),
            tokens: c
                .query_row("SELECT coalesce(sum(input + output), 0) FROM usage_daily", [], |row| row.get(0))
                .unwrap(),
        }
    }
}

/// Notes what is shown where it is not what is stored.
struct Differs(Vec<String>);

impl Differs {
    fn unless<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, shown: T, stored: T) {
        if shown != stored {
            self.0.push(format!("{what}: {shown:?} is shown, {stored:?} stored"));
        }
    }
}

fn config(bot: &Bot) -> PersonalityConfig {
    serde_json::from_value(bot.config.clone()).unwrap()
}

fn same(differs: &mut Differs, what: &str, shown: &PersonalityConfig, bot: &Bot) {
    let value = |config: &PersonalityConfig| -> Value { serde_json::to_value(config).unwrap() };
    let (shown, stored) = (value(shown), value(&config(bot)));
    for (part, stored) in stored.as_object().unwrap() {
        differs.unless(&format!("{what}, {part}"), &shown[part], stored);
    }
}

/// What the port tells otherwise than the database.
pub async fn port(link: &Link, stored: &Stored) -> Vec<String> {
    let mut differs = Differs(Vec::new());
    let (bots, room) = match (link.bots().await, link.room().await) {
        (Ok(bots), Ok(room)) => (bots, room),
        (Err(fault), _) | (_, Err(fault)) => return vec![fault.to_string()],
    };
    let known: Vec<&String> = stored.ledger.bots.keys().collect();
    differs.unless("bots", bots.iter().map(|bot| &bot.id).collect(), known);
    for bot in &bots {
        let Some(is) = stored.ledger.bots.get(&bot.id) else { continue };
        differs.unless(&format!("paused of {}", bot.id), bot.is_paused, is.paused);
        differs.unless(&format!("pace of {}", bot.id), bot.pace_seconds, is.pace);
        same(&mut differs, &format!("mind of {}", bot.id), &bot.personality_config, is);
        if bot.thinking || bot.doing.is_some() {
            differs.0.push(format!("{} is at something", bot.id));
        }
    }
    differs.unless("newest", room.last_seq, stored.newest);
    differs.0
}

/// What a control room shows otherwise than the database.
pub fn room(model: &Model, stored: &Stored) -> Vec<String> {
    let mut differs = Differs(Vec::new());
    if model.connection != Way::Connected {
        return vec![format!("it is {:?}", model.connection)];
    }
    let ledger = &stored.ledger;
    let Some(room) = &model.room else { return vec!["the room is not read".into()] };
    if let Some(pace) = ledger.pace {
        differs.unless("pace", room.pace.interval_seconds, pace);
    }
    differs.unless("engine", room.engine == EngineState::Paused, ledger.paused);
    differs.unless("newest", room.last_seq, stored.newest);
    differs.unless("flags", room.unresolved_flags, i64::try_from(stored.flags.len()).unwrap());
    differs.unless("tokens of today", room.tokens_today, stored.tokens);
    let rows: BTreeSet<&String> = model.bots.rows().iter().map(|row| &row.id).collect();
    differs.unless("bots", rows, ledger.bots.keys().collect());
    for row in model.bots.rows() {
        let Some(bot) = ledger.bots.get(&row.id) else { continue };
        differs.unless(&format!("name of {}", row.id), row.name.clone(), config(bot).name);
        // Whether a bot is paused is not seen where nobody wakes.
        if !ledger.paused {
            differs.unless(&format!("paused of {}", row.id), row.status == Status::Paused, bot.paused);
        }
    }
    match model.tab {
        Tab::Forum => forum(model, stored, &mut differs),
        Tab::Events if model.events.loaded => {
            for event in model.events.list.iter() {
                let stored = ledger.events.contains(&event.id);
                differs.unless(&format!("event {} in force", event.id), event.active, stored);
            }
            if model.events.shown == Default::default() {
                let shown: BTreeSet<i64> = model.events.list.iter().map(|event| event.id).collect();
                differs.unless("events", shown, stored.events.clone());
            }
        }
        Tab::Moderation if model.moderation.loaded && !model.moderation.resolved => {
            let shown: BTreeSet<i64> = model.moderation.list.iter().map(|flag| flag.id).collect();
            differs.unless("open flags", shown, stored.flags.clone());
        }
        Tab::Memory => pins(&model.explorer.recall.lines, ledger, &mut differs),
        Tab::Live => {
            inspector(model, ledger, &mut differs);
            if let Some(row) = model.stream.newest_rows(1).next() {
                // People's rows that no stream shows may be newer.
                if row.seq > stored.newest {
                    differs.0.push(format!("act {} is shown, {} stored", row.seq, stored.newest));
                }
            }
        }
        _ => {}
    }
    differs.0
}

fn inspector(model: &Model, ledger: &Ledger, differs: &mut Differs) {
    let Some(id) = &model.inspector.wanted else { return };
    let Some(bot) = ledger.bots.get(id) else {
        differs.0.push(format!("{id} is inspected, which is not there"));
        return;
    };
    differs.unless("inspected", model.bots.chosen(), Some(id.as_str()));
    let inspector = &model.inspector;
    match &inspector.mind.saved {
        Some(saved) => same(differs, &format!("mind of {id}"), saved, bot),
        None if inspector.page == Page::Mind => differs.0.push(format!("the mind of {id} is not read")),
        None => {}
    }
    if let Some(caps) = &inspector.caps {
        differs.unless(
            &format!("cap of {id}"),
            caps.is_custom_token_cap.then_some(caps.daily_token_cap),
            bot.tokens,
        );
        differs.unless(
            &format!("cost cap of {id}"),
            caps.is_custom_cost_cap.then_some(caps.daily_cost_cap_usd.nanos()),
            bot.cost,
        );
    }
    if let Some(view) = &inspector.bot {
        differs.unless("who is inspected", &view.id, id);
        differs.unless(&format!("{id} paused, inspected"), view.is_paused, bot.paused);
        differs.unless(&format!("pace of {id}"), view.pace_seconds, bot.pace);
    }
    if inspector.page == Page::Memory {
        pins(&inspector.recall.lines, ledger, differs);
    }
}

fn pins(lines: &[RecallLine], ledger: &Ledger, differs: &mut Differs) {
    for line in lines {
        if let RecallLine::Item(item) = line
            && !item.archived
        {
            differs.unless(
                &format!("pinned memory {}", item.id),
                item.pinned,
                ledger.pinned.contains(&item.id),
            );
        }
    }
}

fn forum(model: &Model, stored: &Stored, differs: &mut Differs) {
    let forum = &model.forum;
    if forum.loaded && !forum.is_narrowed() && forum.query.sort == ThreadSort::default() {
        let shown: Vec<i64> = forum.threads.iter().map(|thread| thread.id).collect();
        let there = stored.threads.iter().take(shown.len().max(1)).copied().collect();
        differs.unless("threads", shown, there);
    }
    if let Some(view) = &forum.reader.view
        && Some(view.id) == forum.reader.wanted
        && !forum.reader.missing
    {
        let shown: BTreeSet<i64> = view.replies.iter().map(|reply| reply.id).collect();
        let there = stored.replies.iter().filter(|(thread, _)| *thread == view.id);
        differs.unless(&format!("replies in {}", view.id), shown, there.map(|(_, reply)| *reply).collect());
    }
}
