//! `botarium backup FILE`: an online copy of a live database.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::exit::Exit;
use super::out::Out;
use super::{Globals, door, runtime, setup};

/// Copy the database, also while an engine runs on it
#[derive(Debug, Args)]
#[command(after_help = "\
The copy is one consistent moment. To go back to it, stop the engine and put it in place of
data/botarium.db (and remove data/botarium.db-wal and data/botarium.db-shm).")]
pub struct BackupArgs {
    /// The file to write
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub fn run(globals: &Globals, args: &BackupArgs, out: &Out) -> anyhow::Result<Exit> {
    if args.file.exists() && !args.force {
        bail!("{} is there already; name another file, or replace it with --force", args.file.display());
    }
    runtime::block_on(async {
        let config = setup::config(globals)?;
        let (ring, _logs) = setup::quiet_logs(globals)?;
        let handle = door::read_only(globals, &config, ring).await?;
        let part = args.file.with_added_extension("part");
        let _ = std::fs::remove_file(&part);
        let copied = handle.backup(&part).await;
        let placed = copied.map_err(anyhow::Error::from).and_then(|bytes| {
            std::fs::rename(&part, &args.file)
                .map(|()| bytes)
                .with_context(|| format!("cannot write {}; name another file", args.file.display()))
        });
        if placed.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        out.line(&format!("{} ({} bytes)", args.file.display(), placed?))?;
        Ok(Exit::Ok)
    })
}
