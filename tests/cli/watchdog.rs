//! A bound on waiting for a process that a test started.

use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a process may take for what it is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// While it is held, a process is waited for: one that takes longer than `PATIENCE` is killed, so that reading from it
/// and waiting for it end, and the test fails.
pub struct Watchdog {
    watched: Option<(Sender<()>, JoinHandle<bool>)>,
}

impl Watchdog {
    pub fn over(pid: u32) -> Self {
        let (over, wait) = channel();
        let watch = std::thread::spawn(move || {
            let late = wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if late {
                eprintln!(
                    "process {pid} was waited for in vain and is killed after {} s",
                    PATIENCE.as_secs()
                );
                let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status(); // it may just have ended
            }
            late
        });
        Self { watched: Some((over, watch)) }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let Some((over, watch)) = self.watched.take() else { return };
        drop(over);
        let late = watch.join().unwrap_or(true);
        assert!(!late || std::thread::panicking(), "a process had to be killed");
    }
}
