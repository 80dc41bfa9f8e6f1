//! The asynchronous runtime of a command, and the signals that end it.

use std::future::Future;
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

/// Runs a command on a runtime of its own.
pub fn block_on<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the system gives no threads; close some programs and try again")?;
    let result = runtime.block_on(command);
    // A reader that blocks (standard input, a slow disk) must not hold the exit up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// Whether the process was begun so that the end of its terminal does not concern it, as by nohup(1).
#[cfg(unix)]
fn ignores_hangup() -> bool {
    const IGNORED: &str = "SigIgn:";
    // Where the system does not tell, the end of a terminal ends the process as ever.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let mask = status.lines().find_map(|line| line.strip_prefix(IGNORED));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

/// Ctrl-C, or the system asking the process to end: noted from the moment this is made.
struct Wishes {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Wishes {
    fn listen() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let hangup = (!ignores_hangup()).then(SignalKind::hangup);
            let kinds = [Some(SignalKind::terminate()), Some(SignalKind::interrupt()), hangup];
            Self { signals: kinds.into_iter().flatten().filter_map(|kind| signal(kind).ok()).collect() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if !self.signals.is_empty() {
            let each = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
            futures_util::future::select_all(each).await;
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Waits for Ctrl-C, or for the system asking the process to end.
pub async fn asked_to_stop() {
    Wishes::listen().next().await;
}

/// A token that is cancelled when the process is asked to stop; asked twice, it ends at once.
pub fn stop_token() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    let mut wishes = Wishes::listen(); // now, not when the task first runs
    tokio::spawn(async move {
        wishes.next().await;
        stop.cancel();
        // Wrappers such as timeout(1) send one request to the process and to its group: one wish.
        let once = tokio::time::sleep(Duration::from_millis(300));
        tokio::pin!(once);
        loop {
            tokio::select! {
                () = &mut once => break,
                () = wishes.next() => {}
            }
        }
        wishes.next().await;
        std::process::exit(130); // the database is safe at any moment
    });
    token
}
