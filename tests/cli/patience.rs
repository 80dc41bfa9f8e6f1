//! A bound on everything a test waits for.

use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until it is so.
pub async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is().await {
        assert!(Instant::now() < end, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// While it is held, a process is waited for: one that takes too long is killed, so that reading from it and waiting
/// for it end, and the test fails.
pub struct Watchdog {
    watched: Option<(Sender<()>, JoinHandle<bool>)>,
}

impl Watchdog {
    pub fn over(pid: u32) -> Self {
        Self::within(pid, PATIENCE)
    }

    fn within(pid: u32, patience: Duration) -> Self {
        let (over, wait) = channel();
        let watch = std::thread::spawn(move || {
            let late = wait.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
            if late {
                eprintln!("process {pid} was waited for in vain and is killed after {patience:?}");
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

#[test]
#[cfg(unix)]
#[should_panic(expected = "had to be killed")]
fn a_process_that_does_not_end_is_not_waited_for_for_ever() {
    let mut idle = Command::new("sleep").arg("infinity").spawn().unwrap();
    let _bound = Watchdog::within(idle.id(), Duration::from_millis(20));
    assert!(!idle.wait().unwrap().success());
}
