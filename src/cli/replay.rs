//! `botarium replay`: the past of a society, and whether it can be had again.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Usage};
use super::out::Out;
use super::{Globals, control, moment, runtime, setup};
use crate::config::Config;
use crate::engine::replay::{Replay, ReplayError};
use crate::link::Link;
use crate::store::{Store, StoreError, journal};

/// See the past again, without asking anybody
#[derive(Debug, Args)]
#[command(after_help = "\
Everything that came from outside (what models answered, what people did, when) is in the journal. It is applied again \
by the same code, in a database of its own: no model is asked, nothing is sent, and the society stays as it is.

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
        let replay = Replay::begin_near(&database, &target, through, false)?;
        return look(replay, &config, through, args.play);
    }
    let mut replay = Replay::begin(&database, &target)?;
    let replayed = match replay.run(through) {
        Ok(replayed) => replayed,
        Err(error @ ReplayError::Differs { .. }) => {
            out.complain(&error.to_string());
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

/// The control room on a moment of the past.
fn look(
    mut replay: Replay,
    config: &Config,
    through: Option<i64>,
    play: Option<f64>,
) -> anyhow::Result<Exit> {
    if play.is_some_and(|acts| !acts.is_finite() || acts <= 0.0) {
        return Err(Usage("--play needs a number of acts a second above 0".into()).into());
    }
    replay.run(through)?;
    let handle = replay.handle()?;
    runtime::block_on(async {
        let stop = CancellationToken::new();
        let player = play.map(|acts| {
            let (stop, pause) = (stop.clone(), Duration::from_secs_f64(1.0 / acts));
            tokio::task::spawn_blocking(move || {
                while !stop.is_cancelled() && replay.step()? {
                    std::thread::sleep(pause);
                }
                Ok::<_, ReplayError>(())
            })
        });
        let shown = control::show(Link::Local(handle), config, None).await;
        stop.cancel();
        if let Some(player) = player {
            player.await.context("the past could not go on")??;
        }
        shown
    })
}

/// The last entry of the journal at a moment: the number of an activity, or a time.
pub fn entry_at(database: &Path, at: &str) -> anyhow::Result<i64> {
    let store = Store::open_read_only(database)?;
    let entry = match at.trim().trim_start_matches('#').parse::<i64>() {
        Ok(activity) => store.read_blocking(|c| journal::with_activity(c, activity))?.ok_or_else(|| {
            Usage(format!("there is no activity {activity} in the journal of this society"))
        })?,
        Err(_) => {
            let start = store
                .read_blocking(|c| journal::read::<serde_json::Value>(c, 0, 1))?
                .first()
                .map(|entry| entry.at)
                .ok_or_else(|| StoreError::Corrupt("the journal is empty".into()))?;
            let at = moment::at(at, start)?;
            let entry = store.read_blocking(|c| journal::until(c, at))?;
            if entry == 0 {
                return Err(Usage(format!("the society began at {start}, after {at}")).into());
            }
            entry
        }
    };
    Ok(entry)
}
