//! When a provider fails and when it is back: said once for the room, and cleared for everybody.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::handle::Record;
use super::heartbeat::{Trouble, tell_status};
use super::input::Apply;
use super::room::Room;
use super::schedule;
use super::shared::Shared;
use crate::domain::Activity;
use crate::domain::Stamp;
use crate::protocol::Status;
use crate::store::{Result, Tx, beat};

/// Between two looks at a server on this machine that fails.
const LOOK: Duration = Duration::from_secs(3);

fn key(provider: &str) -> String {
    format!("outage:{provider}")
}

/// Whether a provider is on this machine or near it.
fn is_local(shared: &Shared, provider: &str) -> bool {
    shared.settings.providers.iter().any(|setup| setup.spec.name == provider && setup.spec.is_local())
}

/// Notes that a provider fails of `why`; `true` when that is news, and not told of yet.
pub(super) fn begins(shared: &Shared, tx: &mut Tx<'_>, trouble: Trouble<'_>, why: &str) -> Result<bool> {
    let provider = trouble.provider;
    if trouble.unreachable && is_local(shared, provider) {
        let (troubled, name) = (Arc::clone(&shared.troubled), provider.to_owned());
        tx.after_commit(move || {
            troubled.send_if_modified(|names| names.insert(name));
        });
    }
    if beat::meta(tx, &key(provider))?.as_deref() == Some(why) {
        return Ok(false);
    }
    beat::set_meta(tx, &key(provider), why)?;
    Ok(true)
}

/// The room's row about a provider that fails; answers its number.
pub(super) fn put_row(shared: &Shared, tx: &mut Tx<'_>, provider: &str, why: &str, at: Stamp) -> Result<i64> {
    let failed = Activity::Failed { error: why.to_owned(), provider: Some(provider.to_owned()) };
    Record::new("system", "System", failed, at).put(shared, tx)
}

/// `provider` answered: whoever failed because of it fails no more, and wakes soon.
pub(super) fn ends(shared: &Shared, tx: &mut Tx<'_>, provider: &str, at: Stamp) -> Result<()> {
    let is_default = shared.live().provider == provider;
    let back = beat::recover(tx, provider, is_default)?;
    beat::forget_meta(tx, &key(provider))?;
    let count = back.len();
    for (nth, bot) in back.into_iter().enumerate() {
        let mut next = bot.next_beat_at.unwrap_or(at);
        if !shared.clock.is_simulated() {
            next = next.min(schedule::spread(at, nth, count, shared.interval_of(&bot.id, bot.pace_seconds)));
            beat::plan(tx, &bot.id, next)?;
            shared.planned(tx, &bot.id, next);
        }
        let (status, reason) =
            if bot.is_paused { (Status::Paused, Some("paused by a person")) } else { (Status::Active, None) };
        tell_status(shared, tx, &bot.id, status, reason, next, at);
    }
    if count > 0 {
        tracing::info!(provider, bots = count, "the provider answers again");
    }
    Ok(())
}

/// A provider answers again, as a look at it has shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Back {
    provider: String,
}

impl Apply for Back {
    type Outcome = ();

    fn apply(&self, shared: &Shared, _: &mut Room, tx: &mut Tx<'_>) -> Result<()> {
        let at = tx.now();
        ends(shared, tx, &self.provider, at)
    }
}

/// Looks every few seconds whether local servers that fail are back. Asks nobody while none fails.
pub(super) async fn watch(shared: Arc<Shared>) {
    let mut troubled = shared.troubled.subscribe();
    match shared.store.read(beat::troubled).await {
        Ok(names) => {
            let names = names.into_iter().map(|name| shared.resolve(&name));
            let local: Vec<_> = names.filter(|name| is_local(&shared, name)).collect();
            shared.troubled.send_modify(|all| all.extend(local));
        }
        Err(error) => tracing::error!("providers that failed could not be read: {error}"),
    }
    loop {
        let stopped = shared.stop.cancelled();
        tokio::select! {
            () = stopped => return,
            changed = troubled.wait_for(|names| !names.is_empty()) => if changed.is_err() { return },
        }
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let names: Vec<String> = shared.troubled.borrow().iter().cloned().collect();
        for name in names {
            look(&shared, &name).await;
        }
    }
}

async fn look(shared: &Arc<Shared>, name: &str) {
    let Ok(guard) = shared.guard(name) else { return };
    if !guard.is_back().await {
        return;
    }
    shared.troubled.send_modify(|names| {
        names.remove(name);
    });
    if let Err(error) = shared.enter(Back { provider: name.to_owned() }).await {
        tracing::error!("that {name} is back could not be stored: {error}");
    }
    shared.wake.notify_one();
}
