//! `botarium fork`: a society of its own from a moment of another's past.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::exit::{Exit, Usage};
use super::out::Out;
use super::{Globals, replay, runtime, setup};
use crate::config::Config;
use crate::engine::intervention::Intervention;
use crate::engine::replay::Replay;
use crate::files::shown;

/// Begin another society at a moment of this one's past
#[derive(Debug, Args)]
#[command(after_help = "\
The new home holds the whole state of that moment: posts, memories, budgets, plans, the journal so far. Beats that \
waited for a model then are given up and not charged.

  botarium fork --at 700 -o what-if
  botarium fork --at 700 -o what-if --do changes.yaml
  botarium fork --at 700 -o what-if --do changes.yaml --follow

changes.yaml is a list of commands:

  - set_config: {bot: ada_001, patch: {behavior: {shyness: 90}}}
  - inject_event: {title: A flood, description: The river rises., event_type: news, severity: major}

With --follow what came later from outside is applied to the changed society at its recorded times; a model's recorded \
answer is used where its prompt is the same to the letter.")]
pub struct ForkArgs {
    /// The moment: the number of an activity, or a time such as 2026-01-02T15:00 [default: now]
    #[arg(long, value_name = "N|TIME")]
    at: Option<String>,
    /// The new home; it must not be there yet
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// What to change at that moment: a list of commands in YAML or JSON
    #[arg(long = "do", value_name = "FILE")]
    changes: Option<PathBuf>,
    /// Apply what came later, at its recorded times
    #[arg(long)]
    follow: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: &ForkArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let database = config.home.database();
    let changes = args.changes.as_deref().map(read_changes).transpose()?.unwrap_or_default();
    let through = args.at.as_deref().map(|at| replay::entry_at(&database, at)).transpose()?;
    if args.output.exists() {
        return Err(Usage(format!("{} is there already", shown(&args.output))).into());
    }
    let (replayed, followed) = make(&config, &args.output, through, changes, args.follow)?;
    if args.json {
        out.json(&serde_json::json!({"home": args.output, "replayed": replayed, "followed": followed}))?;
        return Ok(Exit::Ok);
    }
    out.line(&format!(
        "{} is a society of its own from activity {} on",
        shown(&args.output),
        replayed.activities
    ))?;
    if let Some(followed) = followed {
        out.line(&format!(
            "{} later inputs applied, {} left out; {} answers used again, {} questions were new and were given up",
            followed.applied, followed.left_out, followed.reused, followed.unanswered
        ))?;
    }
    out.note(&format!("open it with `botarium --home {}`", shown(&args.output)));
    Ok(Exit::Ok)
}

type Made = (crate::engine::replay::Replayed, Option<crate::engine::fork::Followed>);

/// Makes another society in `output`, which is not there yet; nothing half made is left behind.
///
/// # Errors
/// The journal, a command that is refused, or the disk.
pub fn make(
    config: &Config,
    output: &Path,
    through: Option<i64>,
    changes: Vec<Intervention>,
    follow: bool,
) -> anyhow::Result<Made> {
    let made = part(config, output, through, changes, follow);
    if made.is_err() {
        let _ = std::fs::remove_dir_all(output); // the directory was not there before
    }
    made
}

fn part(
    config: &Config,
    output: &Path,
    through: Option<i64>,
    changes: Vec<Intervention>,
    follow: bool,
) -> anyhow::Result<Made> {
    let data = output.join("data");
    std::fs::create_dir_all(&data).with_context(|| format!("{} cannot be made", shown(&data)))?;
    copy_files(&config.home.root, output)?;
    let mut replay = Replay::begin(&config.home.database(), &data.join("botarium.db"))?;
    let replayed = replay.run(through)?;
    let mut followed = None;
    runtime::block_on(async {
        replay.part(changes).await?;
        Ok(Exit::Ok)
    })?;
    if follow {
        followed = Some(replay.follow()?);
    }
    replay.close();
    Ok((replayed, followed))
}

fn read_changes(path: &Path) -> anyhow::Result<Vec<Intervention>> {
    let text = std::fs::read_to_string(path).map_err(|error| Usage(format!("{}: {error}", shown(path))))?;
    Intervention::read(&text).map_err(|why| Usage(format!("{}: {why}", shown(path))).into())
}

/// The configuration and the bots' files go along.
fn copy_files(from: &Path, to: &Path) -> anyhow::Result<()> {
    for name in ["botarium.yaml", "botarium.yml"] {
        if from.join(name).is_file() {
            std::fs::copy(from.join(name), to.join(name))
                .with_context(|| format!("{name} cannot be copied"))?;
        }
    }
    let Ok(files) = std::fs::read_dir(from.join("bots")) else { return Ok(()) };
    let bots = to.join("bots");
    std::fs::create_dir_all(&bots).with_context(|| format!("{} cannot be made", shown(&bots)))?;
    for file in files {
        let file = file.context("bots/ cannot be read")?;
        if file.path().is_file() {
            std::fs::copy(file.path(), bots.join(file.file_name()))
                .with_context(|| format!("{} cannot be copied", shown(&file.path())))?;
        }
    }
    Ok(())
}
