//! How a command ends: exit codes, and one clear sentence for what went wrong.

use std::process::ExitCode;

use super::out::Out;
use crate::config::{ConfigError, Origin};
use crate::engine::replay::ReplayError;
use crate::files::OutError;
use crate::protocol::{Fault, FaultKind};
use crate::store::StoreError;

/// The exit codes, as the help and the man page tell them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    it worked
  1    it failed, or problems were found
  2    the command line was wrong: a flag, a value, an address, a directory that is not there
  3    the database: missing, locked by another engine, damaged, newer, or the disk is full
  4    the configuration or a bot file is wrong
  130  interrupted (Ctrl-C)";

/// How a command ended, when it did not fail.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It worked.
    Ok,
    /// It worked, and found problems.
    Problems,
    /// A person stopped it.
    Interrupted,
}

/// The command line was wrong in a way that only shows when it is used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Bot files that cannot be used; each line names the file, line, column and key.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BotFiles(pub String);

/// Prints what went wrong, if anything, and chooses the exit code.
pub fn finish(result: anyhow::Result<Exit>, out: &Out) -> ExitCode {
    match result {
        Ok(Exit::Ok) => ExitCode::SUCCESS,
        Ok(Exit::Problems) => ExitCode::from(1),
        Ok(Exit::Interrupted) => ExitCode::from(130),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            out.complain(&sentence(&error));
            ExitCode::from(code(&error))
        }
    }
}

/// What went wrong and why, each cause once: some tell theirs themselves.
fn sentence(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.is_empty() {
            said = cause;
        } else if !said.ends_with(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}

/// Whoever read our output went away: that is their choice and no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() {
        return 2;
    }
    if let Some(error) = error.downcast_ref::<ConfigError>() {
        let typed = |origin: &Origin| matches!(origin, Origin::Flag(_));
        return if error.problems.iter().all(|problem| typed(&problem.origin)) { 2 } else { 4 };
    }
    if error.is::<BotFiles>() {
        return 4;
    }
    if let Some(ReplayError::Store(error)) = error.downcast_ref::<ReplayError>() {
        return of_store(error);
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return of_store(error);
    }
    if let Some(error) = error.downcast_ref::<OutError>() {
        return of_output(error);
    }
    error.downcast_ref::<Fault>().map_or(1, of_fault)
}

fn of_store(error: &StoreError) -> u8 {
    match error {
        StoreError::Refused(fault) => of_fault(fault),
        StoreError::Output(error) => of_output(error),
        _ => 3,
    }
}

/// A place that is not there was typed wrong; what the system refuses failed.
const fn of_output(error: &OutError) -> u8 {
    if matches!(error, OutError::NoDirectory { .. }) { 2 } else { 1 }
}

fn of_fault(fault: &Fault) -> u8 {
    if fault.kind == FaultKind::Internal { 3 } else { 1 }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn the_kind_of_failure_decides_the_code() {
        assert_eq!(code(&anyhow!("something")), 1);
        assert_eq!(code(&Usage("no".into()).into()), 2);
        assert_eq!(code(&StoreError::Missing(PathBuf::from("x")).into()), 3);
        assert_eq!(code(&anyhow::Error::from(StoreError::Closed).context("opening")), 3);
        assert_eq!(code(&BotFiles("bad".into()).into()), 4);
        assert_eq!(code(&Fault::not_found("bot", "x").into()), 1);
        assert_eq!(code(&Fault::internal("the disk is full").into()), 3);
        assert_eq!(code(&StoreError::Refused(Fault::conflict("no")).into()), 1);
    }

    #[test]
    fn a_cause_is_told_once() {
        let source = || std::io::Error::other("no room");
        let io = StoreError::Io { action: "write", path: PathBuf::from("x"), source: source() };
        assert_eq!(
            sentence(&anyhow::Error::from(io).context("no backup")),
            "no backup: cannot write x: no room"
        );
        assert_eq!(sentence(&anyhow::Error::from(source()).context("no backup")), "no backup: no room");
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let gone = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(is_broken_pipe(&Err::<(), _>(gone).context("cannot write").unwrap_err()));
        assert!(!is_broken_pipe(&std::io::Error::from(std::io::ErrorKind::StorageFull).into()));
    }
}
