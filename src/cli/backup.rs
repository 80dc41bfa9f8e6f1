//! `botarium backup FILE`: an online copy of a live database.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::out::Out;
use super::{Globals, setup};
use crate::files::shown;
use crate::store::backup;

/// Copy the database, also while an engine runs on it
#[derive(Debug, Args)]
#[command(after_help = "\
The copy is one consistent moment. To go back to it, stop the engine and use `botarium restore FILE`.

Examples:
  botarium backup monday.db
  botarium --home garden backup --force /mnt/copies/garden.db")]
pub struct BackupArgs {
    /// The file to write
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub fn run(globals: &Globals, args: &BackupArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let database = config.home.database();
    if !database.exists() {
        return Err(crate::store::StoreError::Missing(config.home.root.clone()).into());
    }
    let bytes = backup::backup(&database, &args.file, args.force)?;
    out.line(&format!("{} ({bytes} bytes)", shown(&args.file)))?;
    Ok(Exit::Ok)
}
