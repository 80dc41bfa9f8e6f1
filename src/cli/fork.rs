//! `botarium fork`: a society of its own from a moment of another's past.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Usage};
use super::out::Out;
use super::{Globals, replay, runtime, setup};
use crate::engine::fork::{self, Made, Plan};
use crate::engine::intervention::Intervention;
use crate::files::shown;

/// Begin another society at a moment of this one's past
#[derive(Debug, Args)]
#[command(after_help = "\
The new home holds the whole state of that moment: posts, memories, budgets, plans, the journal so far. Beats that \
waited for a model then are given up and not charged.

Examples:
  botarium fork --at 700 -o what-if
  botarium fork --at 700 -o what-if --do changes.yaml
  botarium fork --at 700 -o what-if --do changes.yaml --follow

changes.yaml is a list of commands:

  - set_config: {bot: ada_001, patch: {behavior: {shyness: 90}}}
  - inject_event: {title: A flood, description: The river rises., event_type: news, severity: major}

With --follow what came later from outside is applied to the changed society at its recorded times; a model's recorded \
answer is used where its prompt is the same to the letter, and the model is asked, and paid, only where it is not.")]
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
    let source = config.home.database();
    let changes = args.changes.as_deref().map(read_changes).transpose()?.unwrap_or_default();
    let through = args.at.as_deref().map(|at| replay::entry_at(&source, at)).transpose()?;
    if args.output.exists() {
        return Err(Usage(format!("{} is there already", shown(&args.output))).into());
    }
    let follows = args.follow.then(|| setup::providers(&config)).transpose()?;
    let plan = Plan { source, home: args.output.clone(), through, changes, follows };
    runtime::block_on(async {
        let Made { replayed, followed } = fork::make(plan).await?;
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
                "{} later inputs applied, {} left out; {} answers used again, {} new questions asked, {} given up",
                followed.applied, followed.left_out, followed.reused, followed.asked, followed.unanswered
            ))?;
        }
        out.note(&format!("open it with `botarium --home {}`", shown(&args.output)));
        Ok(Exit::Ok)
    })
}

fn read_changes(path: &Path) -> anyhow::Result<Vec<Intervention>> {
    let text = std::fs::read_to_string(path).map_err(|error| Usage(format!("{}: {error}", shown(path))))?;
    Intervention::read(&text).map_err(|why| Usage(format!("{}: {why}", shown(path))).into())
}
