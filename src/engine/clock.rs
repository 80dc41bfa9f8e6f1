//! The room's time: the system's, or a simulated one that jumps from beat to beat.
//!
//! The only place that asks the system for the time of day, but for what a model server dates.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;

use crate::domain::Stamp;

/// Where simulated time starts unless told otherwise: 2026-01-01T00:00Z.
pub const SIM_START: Stamp = Stamp::from_micros(1_767_225_600_000_000);

/// A clock, handed down to whoever needs the time. Cheap to clone; clones share simulated time.
#[derive(Clone, Debug)]
pub struct Clock {
    mode: Mode,
    zone: TimeZone,
}

#[derive(Clone, Debug)]
enum Mode {
    /// With microseconds added to it.
    System(Arc<AtomicI64>),
    Simulated(Arc<AtomicI64>),
    /// Moments that are told, of a room on the system's clock or in simulated time.
    Told {
        micros: Arc<AtomicI64>,
        simulated: bool,
    },
}

/// Since 1970 by the machine's clock, whatever the room's time is.
#[must_use]
pub fn by_the_machine() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

impl Clock {
    /// The system's clock; days roll over in `zone`.
    #[must_use]
    pub fn system(zone: TimeZone) -> Self {
        Self { mode: Mode::System(Arc::default()), zone }
    }

    /// Shows a time that is wrong by so many seconds from now on, as if somebody had set the system's clock.
    /// Simulated time does not listen.
    pub fn set_wrong(&self, by_seconds: i64) {
        if let Mode::System(wrong) = &self.mode {
            wrong.store(by_seconds.saturating_mul(1_000_000), Ordering::Release);
        }
    }

    /// A simulated clock, standing at `start`, in UTC.
    #[must_use]
    pub fn simulated(start: Stamp) -> Self {
        Self::simulated_in(start, TimeZone::UTC)
    }

    /// A simulated clock, standing at `start`; days roll over in `zone`.
    #[must_use]
    pub fn simulated_in(start: Stamp, zone: TimeZone) -> Self {
        Self { mode: Mode::Simulated(Arc::new(AtomicI64::new(start.micros()))), zone }
    }

    /// A clock that shows the moments it is told ([`Clock::tell`]), of a room whose time was simulated or not.
    #[must_use]
    pub fn told(at: Stamp, zone: TimeZone, simulated: bool) -> Self {
        Self { mode: Mode::Told { micros: Arc::new(AtomicI64::new(at.micros())), simulated }, zone }
    }

    /// The moment that a clock of [`Clock::told`] shows from now on; no other listens.
    pub fn tell(&self, at: Stamp) {
        if let Mode::Told { micros, .. } = &self.mode {
            micros.store(at.micros(), Ordering::Release);
        }
    }

    /// The room's time.
    #[must_use]
    pub fn now(&self) -> Stamp {
        match &self.mode {
            Mode::System(wrong) => {
                Stamp::from(jiff::Timestamp::now()).plus_micros(wrong.load(Ordering::Acquire))
            }
            Mode::Simulated(micros) | Mode::Told { micros, .. } => {
                Stamp::from_micros(micros.load(Ordering::Acquire))
            }
        }
    }

    /// Moves simulated time forward to `to` (never back). The system's clock does not listen.
    pub fn advance(&self, to: Stamp) {
        if let Mode::Simulated(micros) = &self.mode {
            micros.fetch_max(to.micros(), Ordering::AcqRel);
        }
    }

    /// Whether time is simulated.
    #[must_use]
    pub const fn is_simulated(&self) -> bool {
        matches!(self.mode, Mode::Simulated(_) | Mode::Told { simulated: true, .. })
    }

    /// The zone days are counted in.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The room's day of `at`, as `YYYY-MM-DD`.
    #[must_use]
    pub fn day(&self, at: Stamp) -> String {
        at.date_in(&self.zone).to_string()
    }
}
