//! Where log lines go: standard error for what runs without a screen, daily files for the control
//! room, and always the ring that the log pane reads.
//!
//! Lines pass the text gate, because they quote providers and bots. Other crates speak from
//! warnings up only: their debug lines may hold headers, and headers hold keys.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::LogRing;
use crate::domain::text;

/// Longest line, in characters.
const LINE_MAX: usize = 4_000;

/// Where log lines go besides the ring.
#[derive(Clone, Debug)]
pub enum LogTo {
    /// Nowhere else.
    Nowhere,
    /// Standard error.
    Stderr,
    /// `botarium.YYYY-MM-DD.log` in a directory, removed after so many days.
    Files {
        /// Made when it is not there.
        directory: PathBuf,
        /// How many days are kept.
        keep_days: u32,
    },
}

/// Why log files cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write logs in {}: {reason}; check its rights, or choose another home with --home", .directory.display())]
pub struct LogError {
    directory: PathBuf,
    reason: String,
}

/// Held while logs are written; what is buffered is written when it goes.
#[derive(Debug)]
pub struct LogGuard(#[allow(dead_code)] Option<WorkerGuard>); // held for its drop

/// Starts logging at `level` (`off` to `trace`) for the rest of the process. A second call changes
/// nothing.
///
/// # Errors
/// When the log directory cannot be written.
pub fn start(level: &str, to: LogTo, ring: LogRing) -> Result<LogGuard, LogError> {
    let (guard, filter) = (None, filter(level));
    let layers = tracing_subscriber::registry().with(filter).with(ring);
    match to {
        LogTo::Nowhere => {
            let _ = layers.try_init();
            Ok(LogGuard(guard))
        }
        LogTo::Stderr => {
            let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Gated(io::stderr()));
            let _ = layers.with(lines).try_init();
            Ok(LogGuard(guard))
        }
        LogTo::Files { directory, keep_days } => {
            let (files, guard) = tracing_appender::non_blocking(appender(&directory, keep_days)?);
            let lines =
                tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || Gated(files.clone()));
            let _ = layers.with(lines).try_init();
            Ok(LogGuard(Some(guard)))
        }
    }
}

fn filter(level: &str) -> Targets {
    // The configuration takes no other word than these.
    let own = level.parse().unwrap_or(LevelFilter::INFO);
    Targets::new()
        .with_default(own.min(LevelFilter::WARN))
        .with_target("botarium", own)
        // A certificate that is not trusted is an error whoever asked is told in full.
        .with_target("rustls_platform_verifier", LevelFilter::OFF)
}

fn appender(directory: &Path, keep_days: u32) -> Result<RollingFileAppender, LogError> {
    let wrong = |reason: String| LogError { directory: directory.to_path_buf(), reason };
    std::fs::create_dir_all(directory).map_err(|error| wrong(error.to_string()))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("botarium")
        .filename_suffix("log")
        .max_log_files(keep_days as usize)
        .build(directory)
        .map_err(|error| wrong(error.to_string()))
}

/// Passes each line through the gate on its way out.
struct Gated<W>(W);

impl<W: Write> Write for Gated<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let clean = text::clean_bytes(line.strip_suffix(b"\n").unwrap_or(line), LINE_MAX);
        self.0.write_all(format!("{clean}\n").as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_terminal_never_acts_on_a_log_line() {
        let mut written = Vec::new();
        let line = "INFO bot said \u{1b}]0;title\u{7} \u{202e}\n";
        assert_eq!(Gated(&mut written).write(line.as_bytes()).unwrap(), line.len());
        let written = String::from_utf8(written).unwrap();
        assert!(!written.contains('\u{1b}') && !written.contains('\u{202e}'), "{written:?}");
        assert!(written.starts_with("INFO bot said ") && written.ends_with('\n'));
    }

    #[test]
    fn other_crates_are_heard_from_warnings_up() {
        let heard = |level: &str, target: &str, of: Level| filter(level).would_enable(target, &of);
        assert!(
            heard("debug", "botarium::engine", Level::DEBUG) && !heard("debug", "botarium", Level::TRACE)
        );
        assert!(heard("debug", "hyper", Level::WARN) && !heard("debug", "hyper", Level::INFO));
        assert!(heard("error", "hyper", Level::ERROR) && !heard("error", "hyper", Level::WARN));
        assert!(heard("error", "botarium", Level::ERROR) && !heard("error", "botarium", Level::WARN));
        assert!(!heard("off", "botarium", Level::ERROR) && !heard("off", "hyper", Level::ERROR));
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = appender(&file.join("logs"), 3).unwrap_err().to_string();
        assert!(error.contains("file/logs") && error.contains("--home"), "{error}");
    }
}
