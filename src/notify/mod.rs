//! Word to the outside of what needs a person: the terminal's bell, a desktop notification, a program, a webhook.
//!
//! A listener on the link ([`watch`]) turns what happens into words; [`rules`] says which of them go out now; each way
//! out takes them from a queue of its own that drops what is too much ([`out`]). So nothing of it can slow an engine.
//! It knows no screen: what a terminal is to tell is handed over as a sentence.

pub mod hmac;
mod out;
mod rules;

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, NotifyConfig};
use crate::domain::{Secret, Stamp};
use crate::link::{Connection, Link};
use crate::protocol::news::{NewsKind, Newsroom};
pub use out::{Outcome, Outlet};
use rules::Rules;

/// A word to the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// What kind: `answer`, `failing`, …, or `test`.
    pub kind: String,
    /// What, in one sentence.
    pub text: String,
    /// When, RFC 3339.
    pub at: String,
    /// Which room: where it is, or its home.
    pub room: String,
}

impl Word {
    /// A word of something that happened in a room, at the room's time.
    #[must_use]
    pub fn new(kind: &str, text: impl Into<String>, at: Stamp, room: &str) -> Self {
        let at = at.to_string();
        Self {
            kind: kind.into(),
            text: crate::domain::text::clean_line(&text.into(), 500),
            at,
            room: room.into(),
        }
    }
}

/// The secret that signs what is posted, from the environment variable that is named for it.
#[must_use]
pub fn secret(config: &NotifyConfig) -> Option<Secret> {
    let name = config.webhook_secret_env.as_deref()?;
    std::env::var(name).ok().map(Secret::new).filter(|secret| !secret.is_empty())
}

/// Whether any way to the outside is chosen.
#[must_use]
pub fn is_wanted(config: &NotifyConfig) -> bool {
    config.bell
        || config.title
        || config.desktop != crate::config::Desktop::Off
        || !config.command.is_empty()
        || !config.webhook.is_empty()
}

/// Sends word of what happens until `stop`; what a terminal is to do comes out of the receiver.
#[must_use]
pub fn start(link: Link, config: &Config, stop: &CancellationToken) -> UnboundedReceiver<String> {
    let (terminal, words) = unbounded_channel();
    if is_wanted(&config.notify) {
        let outlet = Outlet::open(&config.notify, secret(&config.notify), stop);
        let rules = Rules::new(&config.notify);
        let room = if link.connection() == Connection::Local {
            config.home.root.display().to_string()
        } else {
            link.label()
        };
        let zone = config.zone();
        tokio::spawn(watch(link, Watch { rules, outlet, terminal, room, zone }, stop.clone()));
    }
    words
}

/// Sends one word of what a command has done, where word of that kind is wanted, and waits until it went out. Answers what
/// did not arrive, by the way it was to go.
pub async fn once(config: &Config, kind: NewsKind, said: &str, at: Stamp) -> Vec<(&'static str, String)> {
    let now = at.timestamp().to_zoned(config.zone());
    let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
    let goes = Rules::new(&config.notify).admit(kind, minute, now.timestamp().as_second()).is_some();
    if !goes || !is_wanted(&config.notify) {
        return Vec::new();
    }
    let word = Word::new(kind.as_str(), said, at, &config.home.root.display().to_string());
    let tried = Outlet::try_each(&config.notify, secret(&config.notify), &word).await;
    tried.into_iter().filter_map(|(way, outcome)| Some((way, outcome.err()?))).collect()
}

struct Watch {
    rules: Rules,
    outlet: Outlet,
    terminal: UnboundedSender<String>,
    room: String,
    zone: jiff::tz::TimeZone,
}

impl Watch {
    fn say(&mut self, kind: NewsKind, said: &str, at: Stamp) {
        let now = at.timestamp().to_zoned(self.zone.clone());
        let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
        let Some(left_out) = self.rules.admit(kind, minute, now.timestamp().as_second()) else { return };
        let more = if left_out == 0 { String::new() } else { format!(" (and {left_out} more)") };
        let word = Word::new(kind.as_str(), format!("{said}{more}"), at, &self.room);
        self.outlet.send(&word);
        let _ = self.terminal.send(word.text); // a screen may be gone already, or never was
    }
}

async fn watch(link: Link, mut watch: Watch, stop: CancellationToken) {
    let mut bus = link.subscribe();
    let mut newsroom = Newsroom::default();
    // Names, and what needs a person already.
    let mut at = link.room().await.map_or_else(|_| Stamp::default(), |room| room.now);
    if let Ok(bots) = link.bots_page(0, 200, None).await {
        for bot in &bots {
            newsroom.learn(&bot.id, &bot.name);
            if bot.yaml_changed {
                watch.say(NewsKind::File, &format!("the file of {} has changed", bot.name), at);
            }
        }
    }
    loop {
        let event: Option<Arc<crate::protocol::Event>> = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            event = bus.recv() => event,
        };
        let Some(event) = event else {
            watch.say(NewsKind::Stopped, "the engine is stopped", at);
            return;
        };
        at = at.max(event.timestamp);
        if let Some(news) = newsroom.of(&event) {
            watch.say(news.kind, &news.said, event.timestamp);
        }
    }
}
