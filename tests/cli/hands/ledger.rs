//! What people have changed in a society, as its database has it, and as it has to be after what they did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use botarium::tui::msg::{Command, Outcome};
use rusqlite::Connection;
use serde_json::Value;

/// A bot, as far as people change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bot {
    pub config: Value,
    file: Value,
    pub paused: bool,
    pub tokens: Option<i64>,
    pub cost: Option<i64>,
    pub pace: Option<u32>,
}

/// Everything that people alone change.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    pub bots: BTreeMap<String, Bot>,
    pub pace: Option<u32>,
    pub paused: bool,
    /// Events in force.
    pub events: BTreeSet<i64>,
    /// Flags that are settled.
    settled: BTreeSet<i64>,
    /// Memories that are pinned.
    pub pinned: BTreeSet<i64>,
    /// Threads and replies of people, and who voted how.
    threads: BTreeSet<i64>,
    replies: BTreeSet<i64>,
    votes: BTreeSet<String>,
    /// Threads and replies that are hidden.
    gone: BTreeSet<String>,
}

/// Opens the database beside whoever writes it.
pub fn open(path: &Path) -> Connection {
    let c = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    c.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    c
}

fn set<T: rusqlite::types::FromSql + Ord>(c: &Connection, sql: &str) -> BTreeSet<T> {
    let mut statement = c.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn meta(c: &Connection, key: &str) -> Option<String> {
    use rusqlite::OptionalExtension as _;
    c.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional().unwrap()
}

impl Ledger {
    /// As of one moment of the database.
    pub fn read(c: &mut Connection) -> Self {
        let c = c.transaction().unwrap();
        let mut statement = c
            .prepare("SELECT id, config, yaml_config, is_paused, token_cap, cost_cap, pace_seconds FROM bots WHERE departed_at IS NULL")
            .unwrap();
        let json =
            |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let bots = statement
            .query_map([], |row| {
                let bot = Bot {
                    config: json(row.get(1)?),
                    file: json(row.get(2)?),
                    paused: row.get(3)?,
                    tokens: row.get(4)?,
                    cost: row.get(5)?,
                    pace: row.get(6)?,
                };
                Ok((row.get(0)?, bot))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        Self {
            bots,
            pace: meta(&c, "pace").map(|pace| pace.parse().unwrap()),
            paused: meta(&c, "paused").as_deref() == Some("true"),
            events: set(&c, "SELECT id FROM events WHERE active"),
            settled: set(&c, "SELECT id FROM flags WHERE resolved"),
            pinned: set(&c, "SELECT id FROM memories WHERE pinned"),
            threads: set(&c, "SELECT id FROM threads WHERE author LIKE 'human:%'"),
            replies: set(&c, "SELECT id FROM replies WHERE author LIKE 'human:%'"),
            votes: set(
                &c,
                "SELECT voter || target_type || target_id || ':' || value FROM votes WHERE voter LIKE 'human:%'",
            ),
            gone: set(
                &c,
                "SELECT 'thread ' || id FROM threads WHERE deleted_at IS NOT NULL \
                 UNION SELECT 'reply ' || id || ' in ' || thread_id FROM replies WHERE deleted_at IS NOT NULL",
            ),
        }
    }

    fn bot(&mut self, id: &str) -> &mut Bot {
        self.bots.get_mut(id).unwrap_or_else(|| panic!("{id} was changed and is not there"))
    }

    /// What this change, which was made, makes of it. What the engine chooses itself is taken from `now`.
    pub fn after(&mut self, command: &Command, outcome: &Outcome, now: &Self) {
        match (command, outcome) {
            (Command::SetConfig(id, patch), _) => merge(&mut self.bot(id).config, patch),
            (Command::SetPaused(id, paused), _) => self.bot(id).paused = *paused,
            (Command::SetBotPace(id, pace), _) => self.bot(id).pace = *pace,
            (Command::ClearCaps(id), _) => (self.bot(id).tokens, self.bot(id).cost) = (None, None),
            (Command::SetCaps(id, caps), _) => {
                let bot = self.bot(id);
                bot.tokens = caps.daily_token_cap.unwrap_or(bot.tokens);
                #[allow(clippy::cast_possible_truncation)] // a few dollars
                let nanos = |dollars: f64| (dollars * 1e9).round() as i64;
                bot.cost = caps.daily_cost_cap_usd.map_or(bot.cost, |dollars| dollars.map(nanos));
            }
            (Command::ResetBot(id), _) => {
                let bot = self.bot(id);
                *bot = Bot { config: bot.file.clone(), tokens: None, cost: None, pace: None, ..bot.clone() };
            }
            (Command::DeleteBot(id), _) => {
                self.bots.remove(id);
                // What it remembered goes with it.
                self.pinned.retain(|memory| now.pinned.contains(memory));
            }
            (Command::CreateBot(_) | Command::AddBot(_), Outcome::Bot(bot)) => {
                let made = now.bots.get(&bot.id).cloned();
                self.bots.extend(made.map(|made| (bot.id.clone(), made)));
            }
            (Command::SetPace(_), Outcome::Pace(pace)) => self.pace = Some(pace.interval_seconds),
            (Command::PauseEngine, _) => self.paused = true,
            (Command::ResumeEngine, _) => self.paused = false,
            (Command::InjectEvent(_), Outcome::Event(event)) => drop(self.events.insert(event.id)),
            (Command::DeactivateEvent(id), _) => drop(self.events.remove(id)),
            (Command::ResolveFlag(id), _) => drop(self.settled.insert(*id)),
            (Command::EditMemory(id, edit), _) => match edit.pinned {
                Some(true) => drop(self.pinned.insert(*id)),
                Some(false) => drop(self.pinned.remove(id)),
                None => {}
            },
            (Command::ForgetMemory(id), _) => drop(self.pinned.remove(id)),
            (Command::Remember(..), _) => self.pinned.clone_from(&now.pinned),
            (Command::CreateThread(_), Outcome::Thread(thread)) => drop(self.threads.insert(thread.id)),
            (Command::CreateReply(..), Outcome::Reply(reply)) => drop(self.replies.insert(reply.id)),
            // Its replies go with a thread.
            (Command::DeleteThread(id), _) => {
                self.gone.insert(format!("thread {id}"));
                self.gone_as(now, |post| post.ends_with(&format!(" in {id}")));
            }
            (Command::DeleteReply(id), _) => {
                self.gone_as(now, |post| post.starts_with(&format!("reply {id} ")));
            }
            (Command::VoteThread(id, vote), _) => {
                self.vote(&vote.voter_bot_id, "thread", *id, vote.value, now)
            }
            (Command::VoteReply(id, vote), _) => self.vote(&vote.voter_bot_id, "reply", *id, vote.value, now),
            _ => {}
        }
    }

    fn gone_as(&mut self, now: &Self, which: impl Fn(&str) -> bool) {
        self.gone.extend(now.gone.iter().filter(|post| which(post)).cloned());
    }

    fn vote(&mut self, voter: &str, kind: &str, id: i64, value: i64, now: &Self) {
        let of = |vote: &String| vote.starts_with(&format!("{voter}{kind}{id}:"));
        self.votes.retain(|vote| !of(vote));
        let cast = now.votes.iter().find(|vote| of(vote) && vote.ends_with(&format!(":{value}")));
        self.votes.extend(cast.cloned());
    }

    /// What differs, in words.
    pub fn differs(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let ids: BTreeSet<&String> = self.bots.keys().chain(other.bots.keys()).collect();
        for id in ids {
            let (mine, theirs) = (self.bots.get(id), other.bots.get(id));
            if mine != theirs {
                found.push(format!("{id}: {mine:?}\n  is {theirs:?}"));
            }
        }
        let (mut mine, mut theirs) = (self.clone(), other.clone());
        (mine.bots, theirs.bots) = (BTreeMap::new(), BTreeMap::new());
        if mine != theirs {
            found.push(format!("{mine:?}\n  is {theirs:?}"));
        }
        found
    }
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch.clone(),
    }
}
