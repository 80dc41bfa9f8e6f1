//! `botarium bot generate N`: varied personas for large societies.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::cli::{Globals, setup};
use crate::domain::{bot_file, generate};
use crate::engine::Handle;
use crate::link::Link;

/// Bots that are asked for at once from an engine behind a port.
const TOGETHER: usize = 256;
/// Bots that one commit brings to a society of this process.
const CROWD: u32 = 25_000;
/// From how many on a bar is worth it.
const MANY: u32 = 500;

/// Make varied personas for a large society
#[derive(Debug, Args)]
#[command(after_help = "\
The same --seed makes the same personas. Without -o they join the society as custom bots; max_bot_count
bounds bots made one by one, not these.

Examples:
  botarium bot generate 1000 --seed 7
  botarium bot generate 12 --seed 7 -o bots")]
pub struct GenerateArgs {
    /// How many
    #[arg(value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    number: u32,
    /// Write bot files into this directory instead
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub fn run(globals: &Globals, args: &GenerateArgs, out: &Out) -> anyhow::Result<Exit> {
    let seed = setup::config(globals)?.seed.unwrap_or(0);
    // Here the seed is the personas', not the room's.
    let globals = &Globals { seed: None, ..globals.clone() };
    let bar = bar(args.number);
    let done = match &args.output {
        Some(directory) => write_files(args.number, seed, directory, &bar),
        None => {
            let unbounded =
                Globals { set: [&globals.set[..], &["max_bot_count=0".into()]].concat(), ..globals.clone() };
            super::changing(&unbounded, async |link| {
                if let Link::Local(engine) = link {
                    return crowd(engine, args.number, seed, &bar).await;
                }
                stream::iter(1..=args.number)
                    .map(|index| link.add_bot(generate::one(index, seed)))
                    .buffered(TOGETHER)
                    .try_for_each(async |_| {
                        bar.inc(1);
                        Ok(())
                    })
                    .await?;
                Ok(Exit::Ok)
            })
        }
    };
    bar.finish_and_clear();
    done?;
    let place = args.output.as_ref().map_or_else(|| "the society".into(), |dir| dir.display().to_string());
    out.line(&format!("{} bots made from seed {seed} in {place}", args.number))?;
    Ok(Exit::Ok)
}

/// Many come in with one commit.
async fn crowd(engine: &Handle, number: u32, seed: u64, bar: &ProgressBar) -> anyhow::Result<Exit> {
    let mut next = 1;
    while next <= number {
        let end = number.min(next.saturating_add(CROWD - 1));
        engine.add_crowd((next..=end).map(|index| generate::one(index, seed)).collect()).await?;
        bar.inc(u64::from(end - next + 1));
        next = end + 1;
    }
    Ok(Exit::Ok)
}

fn bar(number: u32) -> ProgressBar {
    if number < MANY {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::from(number));
    // The template is fixed and known to be valid; a plain bar would do as well.
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} bots  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn write_files(number: u32, seed: u64, directory: &Path, bar: &ProgressBar) -> anyhow::Result<Exit> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}; name another directory", directory.display()))?;
    for index in 1..=number {
        let bot = generate::one(index, seed);
        let path = directory.join(format!("{}.yaml", bot.id));
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{} is there already and stays as it is; name another directory", path.display())
            }
            Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
        };
        file.write_all(bot_file::to_yaml(&bot).as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        bar.inc(1);
    }
    Ok(Exit::Ok)
}
