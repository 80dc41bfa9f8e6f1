//! Recent log lines, kept for the log pane and `GET /api/log`.
//!
//! [`LogRing`] is a layer of the subscriber and, cloned, what reads it. It holds the newest
//! thousand lines, each passed through the text gate. [`start`] sets the subscriber up. Nothing here
//! knows of screens.

mod subscriber;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::domain::{Stamp, text};
use crate::protocol::LogLine;

pub use subscriber::{LogError, LogGuard, LogTo, start};

/// Lines kept.
const LINES: usize = 1_000;
/// Characters of a line kept.
const LINE_CHARS: usize = 500;

/// The newest log lines. Cheap to clone; clones share the lines.
#[derive(Clone)]
pub struct LogRing {
    now: fn() -> Stamp,
    lines: Arc<Mutex<VecDeque<LogLine>>>,
}

impl LogRing {
    /// An empty ring; `now` tells the time of a line.
    #[must_use]
    pub fn new(now: fn() -> Stamp) -> Self {
        Self { now, lines: Arc::default() }
    }

    /// Puts lines of before in front of those that came since, as far as there is room.
    pub fn recall(&self, before: Vec<LogLine>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LINES - lines.len();
        for line in before.into_iter().rev().take(room) {
            lines.push_front(LogLine { message: text::clean_line(&line.message, LINE_CHARS), ..line });
        }
    }

    /// The newest `limit` lines, oldest first.
    #[must_use]
    pub fn newest(&self, limit: usize) -> Vec<LogLine> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().skip(lines.len().saturating_sub(limit)).cloned().collect()
    }
}

impl<S: Subscriber> Layer<S> for LogRing {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let message = format!("{}{}", said.message, said.fields);
        let line = LogLine {
            at: (self.now)(),
            level: event.metadata().level().to_string(),
            target: event.metadata().target().to_owned(),
            message: text::clean_line(&message, LINE_CHARS),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// The message, and every other field as ` name=value`.
#[derive(Default)]
struct Said {
    message: String,
    fields: String,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = if field.name() == "message" {
            write!(self.message, "{value}")
        } else {
            write!(self.fields, " {}={value}", field.name())
        };
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn keeps_the_newest_lines_gated() {
        let ring = LogRing::new(|| Stamp::from_micros(7));
        let subscriber = tracing_subscriber::registry().with(ring.clone());
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..LINES + 5 {
                tracing::info!(number, "a line");
            }
            tracing::warn!(bot = "ada_001", "said \u{1b}[31mred\u{202e} {}", "x".repeat(2_000));
        });
        let lines = ring.newest(usize::MAX);
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[0].message, "a line number=6");
        let last = &lines[LINES - 1];
        assert_eq!((last.level.as_str(), last.at.micros()), ("WARN", 7));
        assert!(text::is_clean(&last.message) && !last.message.contains('\u{1b}'), "{}", last.message);
        assert!(last.message.chars().count() <= LINE_CHARS);
        assert_eq!(ring.newest(2).len(), 2);
    }

    #[test]
    fn what_was_before_stands_before_and_takes_no_line_away() {
        let ring = LogRing::new(|| Stamp::from_micros(7));
        let of = |message: String| LogLine {
            at: Stamp::from_micros(1),
            level: "INFO".into(),
            target: "t".into(),
            message,
        };
        let subscriber = tracing_subscriber::registry().with(ring.clone());
        tracing::subscriber::with_default(subscriber, || {
            (0..LINES - 2).for_each(|_| tracing::info!("since"));
        });
        ring.recall((0..5).map(|nth| of(format!("before {nth}"))).collect());
        let lines = ring.newest(usize::MAX);
        let told: Vec<&str> = lines.iter().take(3).map(|line| line.message.as_str()).collect();
        assert_eq!((told, lines.len()), (vec!["before 3", "before 4", "since"], LINES));
    }
}
