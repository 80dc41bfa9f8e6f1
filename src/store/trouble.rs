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
            StoreError::Gone(_) => (true, false),
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

    /// This trouble as what `before` has become, since when that was: where both are waited for, or neither is. What was
    /// waited for took none of the patience there is for what is not.
    pub(super) fn goes_on(self, before: Option<&Self>) -> Self {
        let since =
            before.filter(|before| before.waits == self.waits).map_or(self.since, |before| before.since);
        Self { since, ..self }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_waited_for_takes_no_patience_from_what_is_not() {
        let long_ago = Instant::now() - PATIENCE * 2;
        let of = |waits: bool, since: Instant| Trouble { what: "full".into(), since, is_final: false, waits };
        let full = of(false, Instant::now());
        assert!(full.clone().goes_on(Some(&of(true, long_ago))).patience() > Some(Duration::ZERO));
        assert!(full.clone().goes_on(None).patience() > Some(Duration::ZERO));
        assert_eq!(full.goes_on(Some(&of(false, long_ago))).patience(), Some(Duration::ZERO));
    }
}
