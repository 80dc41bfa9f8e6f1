//! `botarium bot add FILE`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::{BotFiles, Exit};
use crate::cli::out::Out;
use crate::cli::{Globals, setup};

/// Add custom bots from bot files
#[derive(Debug, Args)]
#[command(after_help = "\
A custom bot lives in the database; `botarium bot show ID --yaml` prints it as a file again.
A file put into the home's bots/ is read at the next start instead.

Examples:
  botarium bot add kim.yaml
  botarium bot add more/*.yaml")]
pub struct AddArgs {
    /// Bot files (YAML)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(globals: &Globals, args: &AddArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut bots = Vec::with_capacity(args.files.len());
    for file in &args.files {
        let (_, bot) = setup::read_bot(file).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(|p| format!("{}:{p}", file.display())).collect();
            BotFiles(lines.join("\n       "))
        })?;
        bots.push(bot);
    }
    super::changing(globals, async |link| {
        for bot in bots {
            let added = link.add_bot(bot).await?;
            out.line(&format!("added {} ({})", added.id, added.name))?;
        }
        Ok(Exit::Ok)
    })
}
