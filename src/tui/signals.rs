//! Signals the control room answers to.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
pub enum Signalled {
    /// Leave.
    End,
    /// Stop until continued.
    Suspend,
    /// Look at the window's size.
    Size,
}

#[cfg(unix)]
/// Listens for signals.
pub struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    size: Signal,
}

#[cfg(unix)]
impl Signals {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            size: signal(SignalKind::window_change())?,
        })
    }

    /// The next signal.
    pub async fn recv(&mut self) -> Signalled {
        tokio::select! {
            _ = self.terminate.recv() => Signalled::End,
            _ = self.hangup.recv() => Signalled::End,
            _ = self.interrupt.recv() => Signalled::End,
            _ = self.quit.recv() => Signalled::End,
            _ = self.stop.recv() => Signalled::Suspend,
            _ = self.size.recv() => Signalled::Size,
        }
    }
}

#[cfg(not(unix))]
/// Listens for signals.
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub async fn recv(&mut self) -> Signalled {
        let _ = tokio::signal::ctrl_c().await; // without it there is nothing to wait for
        Signalled::End
    }
}
