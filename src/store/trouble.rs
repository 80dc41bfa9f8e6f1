//! What keeps a store from storing.

use std::time::{Duration, Instant};

use rusqlite::ErrorCode;

use super::StoreError;

/// How long a store may be in trouble that could pass before it is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Why nothing can be stored at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// One sentence with a way out.
    pub what: String,
    /// Since when.
    pub since: Instant,
    /// It will not pass by itself.
    pub is_final: bool,
    /// It passes when somebody else lets go, and nothing is lost by waiting for it.
    pub waits: bool,
}

impl Trouble {
    /// `None` for what concerns one group of changes alone.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        let (is_final, waits) = match error {
            StoreError::LogFull(_) => (false, true),
            StoreError::Commit(why) => return Self::of(why),
            _ => match error.code()? {
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied => (false, false),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => (true, false),
                _ => return None,
            },
        };
        Some(Self { what: error.to_string(), since: Instant::now(), is_final, waits })
    }

    /// How long until it is given up; `None` when it is waited for.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        match (self.is_final, self.waits) {
            (true, _) => Some(Duration::ZERO),
            (_, true) => None,
            _ => Some(PATIENCE.saturating_sub(self.since.elapsed())),
        }
    }
}
