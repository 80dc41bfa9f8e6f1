//! Looks whether servers on this machine that fail are back.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use crate::society::outage::{Back, is_watched};
use crate::store::bot_row;

/// Between two looks at a server that fails and can be asked for free.
const LOOK: Duration = Duration::from_secs(3);

/// Looks every few seconds whether servers that can be asked for free are back. Asks nobody while none fails.
pub(super) async fn watch(shared: Arc<Shared>) {
    let mut troubled = shared.troubled.subscribe();
    match shared.store.read(bot_row::troubled).await {
        Ok(names) => {
            let names = names.into_iter().map(|name| shared.society.resolve(&name));
            let local: Vec<_> = names.filter(|name| is_watched(&shared.society, name)).collect();
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
