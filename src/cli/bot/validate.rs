//! `botarium bot validate FILE…`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::out::{Ink, Out};
use crate::cli::setup;

/// Check bot files; each problem is named with its line and column
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code is 4 when a file has problems. Each problem is one line that editors understand:
  FILE:LINE:COLUMN: KEY what is wrong and what would be right

Examples:
  botarium bot validate bots/*.yaml")]
pub struct ValidateArgs {
    /// Bot files (YAML)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(args: &ValidateArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut ids = BTreeMap::new();
    let mut bad = 0;
    for file in &args.files {
        let shown = file.display();
        let problems = match setup::read_bot(file) {
            Ok((_, bot)) => match ids.insert(bot.id.clone(), file) {
                Some(other) => vec![format!(" id {} is also in {}; change one", bot.id, other.display())],
                None => {
                    let good = out.paint(Ink::Good, "ok");
                    out.line(&format!("{shown}: {good} ({}, {})", bot.name, bot.id))?;
                    continue;
                }
            },
            Err(problems) => problems,
        };
        bad += 1;
        for problem in problems {
            out.line(&format!("{shown}:{problem}"))?;
        }
    }
    if bad == 0 {
        return Ok(Exit::Ok);
    }
    let files = if args.files.len() == 1 { "file" } else { "files" };
    Err(crate::cli::exit::BotFiles(format!(
        "{bad} of {} {files} cannot be used; mend what is named above and validate again",
        args.files.len()
    ))
    .into())
}
