//! `botarium replay`: the past of a society, and whether it can be had again.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use clap::Args;

use super::exit::{Exit, Usage};
use super::out::Out;
use super::{Globals, control, runtime, setup};
use crate::config::Config;
use crate::domain::text::{clean_line, cut};
use crate::engine::past;
use crate::engine::prompts::PromptDifference;
use crate::engine::replay::{Replay, ReplayError};
use crate::link::Past;
use crate::protocol::Way;
use crate::store::Store;

/// See the past again, without asking anybody
#[derive(Debug, Args)]
#[command(after_help = "\
Everything that came from outside (what models answered, what people did, when) is in the journal. It is applied again \
by the same code, in a database of its own: no model is asked, nothing is sent, and the society stays as it is.

Examples:
  botarium replay                      the control room on its end, to look at
  botarium replay --at 700             the control room on the moment after activity 700
  botarium replay --at 700 --play 2    and what came after it, two acts a second
  botarium replay --verify             does it come out as it did? exit code 1 names the first entry that does not
  botarium replay --at 700 -o past.db  the society of that moment as a database")]
pub struct ReplayArgs {
    /// Compare what comes out with what is there, table by table
    #[arg(long)]
    verify: bool,
    /// A moment: the number of an activity, or a time such as 2026-01-02T15:00
    #[arg(long, value_name = "N|TIME")]
    at: Option<String>,
    /// In the control room, let the past go on with so many acts a second
    #[arg(long, value_name = "ACTS", conflicts_with_all = ["verify", "output", "json"])]
    play: Option<f64>,
    /// Keep the database that is made; it must not be there yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: &ReplayArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let database = config.home.database();
    let through = args.at.as_deref().map(|at| entry_at(&database, at)).transpose()?;
    let scratch = tempfile::tempdir().context("a place for the replay cannot be made")?;
    let target = match &args.output {
        Some(path) if path.exists() => {
            return Err(Usage(format!("{} is there already", path.display())).into());
        }
        Some(path) => path.clone(),
        None => scratch.path().join("botarium.db"),
    };
    let looks = !args.verify && args.output.is_none() && !args.json;
    if looks && std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return look(&database, &config, args.at.as_deref(), args.play);
    }
    let mut replay = Replay::begin(&database, &target)?;
    let replayed = match replay.run(through) {
        Ok(replayed) => replayed,
        Err(error @ ReplayError::Differs { number, .. }) => {
            out.complain(&error.to_string());
            let prompt = replay.prompts(number)?;
            replay.close();
            if args.json {
                let why = error.to_string();
                out.json(&serde_json::json!({"differs": {"entry": number, "why": why, "prompt": prompt}}))?;
            } else if let Some(prompt) = prompt {
                show(&prompt, out)?;
            }
            return Ok(Exit::Problems);
        }
        Err(error) => return Err(error.into()),
    };
    let different = if args.verify && through.is_none() { replay.differences()? } else { Vec::new() };
    replay.close();
    if args.json {
        out.json(&serde_json::json!({"replayed": replayed, "different": different}))?;
    } else {
        out.line(&format!(
            "{} entries applied again in {:.1} s; {} activities",
            replayed.entries, replayed.seconds, replayed.activities
        ))?;
        if args.verify && through.is_none() && different.is_empty() {
            out.line("every table is as it was")?;
        }
        if !different.is_empty() {
            out.complain(&format!("these tables came out otherwise: {}", different.join(", ")));
        }
    }
    Ok(if different.is_empty() { Exit::Ok } else { Exit::Problems })
}

/// Lines of a prompt's part that are shown at most.
const LINES: usize = 40;

/// How a prompt came out otherwise.
fn show(prompt: &PromptDifference, out: &Out) -> anyhow::Result<()> {
    let act = prompt.activity.map_or_else(String::new, |id| format!(" that led to activity {id}"));
    out.line(&format!("the prompt of {} ({}){act}:", prompt.bot, prompt.purpose))?;
    if !prompt.kept {
        out.line("what it was is not kept (thoughts.keep): only that it differs is known")?;
    } else if prompt.parts.is_empty() {
        out.line("its text is the same: the model, a parameter or the schema of the answer differs")?;
    }
    for (part, lines) in &prompt.parts {
        out.line(&format!("\n@@ {part} @@  - as it was, + as it comes out now"))?;
        for line in lines.iter().take(LINES) {
            let (sign, text) = line.split_at_checked(2).unwrap_or((line, ""));
            out.line(&format!("{sign}{}", cut(&clean_line(text, 2_000), 400)))?;
        }
        if lines.len() > LINES {
            out.line(&format!("+{} more lines", lines.len() - LINES))?;
        }
    }
    Ok(())
}

/// The control room on a moment of the past.
fn look(database: &Path, config: &Config, at: Option<&str>, play: Option<f64>) -> anyhow::Result<Exit> {
    if play.is_some_and(|acts| !acts.is_finite() || acts <= 0.0) {
        return Err(Usage("--play needs a number of acts a second above 0".into()).into());
    }
    let way = at.map_or(Way::End, |at| Way::To(at.to_owned()));
    let past = Past::open(database, &way)?;
    runtime::block_on(control::show_past(past, config, play, None))
}

/// The last entry of the journal at a moment: the number of an activity, or a time.
pub fn entry_at(database: &Path, at: &str) -> anyhow::Result<i64> {
    let store = Store::open_read_only(database)?;
    past::entry_at(&store, at).map_err(|fault| Usage(fault.detail).into())
}
