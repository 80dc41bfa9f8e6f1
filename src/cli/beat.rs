//! `botarium beat [BOT…]`: runs beats as fast as possible, then exits.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::exit::{Exit, Usage};
use super::out::{Ink, Out};
use super::{Globals, door, runtime, setup};
use crate::domain::{ActivityKind, moment};
use crate::engine::{Clock, Handle, Run, RunReport};
use crate::notify;
use crate::protocol::ActivityQuery;
use crate::protocol::news::NewsKind;

/// Run beats as fast as possible, then exit
#[derive(Debug, Args)]
#[command(after_help = "\
Without --count and --until every bot (or every BOT named) wakes once. The next run goes on where this one ended.

Examples:
  botarium beat --count 60 --seed 7 --clock sim
  botarium beat ada_001 luna_001 --until +2d --clock sim")]
pub struct BeatArgs {
    /// Only these bots, by id [default: all]
    #[arg(value_name = "BOT")]
    bots: Vec<String>,
    /// How many beats in all
    #[arg(short = 'n', long, value_name = "NUMBER")]
    count: Option<u64>,
    /// Until when, in the room's time and zone: a moment, or a distance such as +36h
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: BeatArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let (ring, _logs) = setup::quiet_logs(globals)?;
    runtime::block_on(async {
        let handle = door::engine(globals, &config, ring).await?;
        let until = args
            .until
            .as_deref()
            .map(|text| moment::at_in(text, handle.clock().now(), handle.clock().zone()).map_err(Usage))
            .transpose()?;
        let count = match (args.count, until) {
            (None, None) if args.bots.is_empty() => Some(u64::try_from(handle.health().await?.bots)?),
            (None, None) => Some(args.bots.len() as u64),
            (count, _) => count,
        };
        let bar = bar(count, args.json);
        let run = Run { bots: args.bots, count, until, stop: runtime::stop_token() };
        let done = handle.run_beats(run, |beats| bar.set_position(beats)).await;
        bar.finish_and_clear();
        let why = match &done {
            Ok(report) if report.failed > 0 => last_failure(&handle).await,
            _ => None,
        };
        door::close(handle).await?;
        let report = done?;
        let now = Clock::system(config.zone()).now(); // whoever is told lives by the wall
        let plain = Out::new(super::ColorChoice::Never);
        for (way, why) in notify::once(&config, NewsKind::Run, &sentence(&report, &plain), now).await {
            out.note(&format!("word of it by {way} failed: {why}"));
        }
        if args.json {
            out.json(&as_json(&report))?;
        } else {
            out.line(&sentence(&report, out))?;
        }
        if let Some(why) = why {
            out.note(&why);
        }
        Ok(match report {
            _ if report.interrupted => Exit::Interrupted,
            _ if report.beats > 0 && report.failed == report.beats => Exit::Problems,
            _ => Exit::Ok,
        })
    })
}

/// Why the newest failed beat failed.
async fn last_failure(handle: &Handle) -> Option<String> {
    let failed = ActivityQuery {
        action_type: Some(ActivityKind::Failed.as_str().into()),
        limit: 1,
        ..ActivityQuery::default()
    };
    let newest = handle.activity(failed).await.ok()?.into_iter().next()?;
    Some(format!("the last to fail was {}: {}", newest.bot_name, newest.details["error"].as_str()?))
}

/// A bar on a terminal; nothing where nobody looks.
fn bar(count: Option<u64>, json: bool) -> ProgressBar {
    if json && !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    // The templates are fixed and known to be valid; a plain bar would do as well.
    let (bar, template) = match count {
        Some(count) => (ProgressBar::new(count), "{bar:32} {pos}/{len} beats  {per_sec}  {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} beats  {per_sec}  {elapsed}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn as_json(report: &RunReport) -> serde_json::Value {
    json!({
        "beats": report.beats,
        "posts": report.posts,
        "idle": report.idle,
        "failed": report.failed,
        "tokens": report.tokens,
        "cost_usd": report.cost,
        "elapsed_seconds": report.elapsed.as_secs_f64(),
        "interrupted": report.interrupted,
    })
}

/// What a run came to, in one line.
fn sentence(report: &RunReport, out: &Out) -> String {
    let failed = match report.failed {
        0 => String::new(),
        failed => format!(", {}", out.paint(Ink::Bad, &format!("{failed} failed"))),
    };
    let stopped = if report.interrupted { "; stopped before the end" } else { "" };
    format!(
        "{} in {}{}: {}, {} idle{failed}; {}, {}{stopped}",
        out.paint(Ink::Bold, &plural(report.beats, "beat")),
        took(report.elapsed),
        rate(report),
        plural(report.posts, "post"),
        report.idle,
        plural(u64::try_from(report.tokens).unwrap_or(0), "token"),
        report.cost,
    )
}

fn plural(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn took(elapsed: Duration) -> String {
    if elapsed.as_secs() < 120 {
        format!("{:.2} s", elapsed.as_secs_f64())
    } else {
        crate::domain::pace::human_interval(u32::try_from(elapsed.as_secs()).unwrap_or(u32::MAX))
    }
}

fn rate(report: &RunReport) -> String {
    let seconds = report.elapsed.as_secs_f64();
    if report.beats > 1 && seconds > 0.0 {
        #[allow(clippy::cast_precision_loss)] // shown with no digits after the point
        let rate = report.beats as f64 / seconds;
        format!(" ({rate:.0} a second)")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ColorChoice;

    #[test]
    fn a_run_is_told_in_one_line() {
        let report = RunReport {
            beats: 60,
            posts: 41,
            failed: 1,
            idle: 5,
            tokens: 1,
            elapsed: Duration::from_millis(500),
            ..RunReport::default()
        };
        let line = sentence(&report, &Out::new(ColorChoice::Never));
        assert_eq!(line, "60 beats in 0.50 s (120 a second): 41 posts, 5 idle, 1 failed; 1 token, $0.00");
    }
}
