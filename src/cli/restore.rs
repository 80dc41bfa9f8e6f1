//! `botarium restore FILE`: a backup in place of the database.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::out::Out;
use super::{Globals, setup};
use crate::files::shown;
use crate::store::backup;

/// Go back to a backup
#[derive(Debug, Args)]
#[command(after_help = "\
Stop the engine first. The backup is checked before anything is changed, and stays as it is; what was there is kept \
beside the database as data/botarium.before-restore-1.db, from which it can be restored in turn.

Examples:
  botarium restore monday.db
  botarium restore data/botarium.before-restore-1.db")]
pub struct RestoreArgs {
    /// The backup, as `botarium backup` wrote it
    file: PathBuf,
}

pub fn run(globals: &Globals, args: &RestoreArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let database = config.home.database();
    let done = backup::restore(&args.file, &database)?;
    out.line(&format!(
        "{} is restored from {}: {} threads, {} activities",
        shown(&database),
        shown(&args.file),
        done.threads,
        done.activities
    ))?;
    if let Some(kept) = done.kept {
        out.note(&format!("what was there before is kept as {}", shown(&kept)));
    }
    Ok(Exit::Ok)
}
