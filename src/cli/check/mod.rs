//! `botarium check`: what is wrong with this set-up, and what to do.
//!
//! It only looks: beside a running engine or without one, and never over the network unless asked.

mod database;
mod place;
mod providers;

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::out::{Ink, Out};
use super::{Globals, door, runtime, setup};
use crate::config::{Config, ConfigError};
use crate::store::check::{Finding, Level};

/// Look for what is wrong with this set-up, and say what to do
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code is 1 when something is wrong; warnings alone leave it at 0.

Examples:
  botarium check --online
  botarium --home garden check --json")]
pub struct CheckArgs {
    /// Also ask the providers in use whether they answer (free of charge)
    #[arg(long)]
    online: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found, by area.
#[derive(Default)]
struct Findings(Vec<(&'static str, Finding)>);

impl Findings {
    fn fine(&mut self, area: &'static str, what: impl Into<String>) {
        self.add(area, Level::Fine, what, "");
    }

    fn warning(&mut self, area: &'static str, what: impl Into<String>, way_out: impl Into<String>) {
        self.add(area, Level::Warning, what, way_out);
    }

    fn error(&mut self, area: &'static str, what: impl Into<String>, way_out: impl Into<String>) {
        self.add(area, Level::Error, what, way_out);
    }

    fn add(&mut self, area: &'static str, level: Level, what: impl Into<String>, way_out: impl Into<String>) {
        self.0.push((area, Finding { level, what: what.into(), way_out: way_out.into() }));
    }

    fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|(_, finding)| finding.level == level).count()
    }
}

pub fn run(globals: &Globals, args: &CheckArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut findings = Findings::default();
    match setup::config(globals) {
        Ok(config) => {
            findings.fine("config", "every key is known and every value makes sense");
            runtime::block_on(async {
                look(globals, args, &config, &mut findings).await;
                Ok(Exit::Ok)
            })?;
        }
        Err(error) => match error.downcast::<ConfigError>() {
            Ok(wrong) => {
                for problem in wrong.problems {
                    findings.error(
                        "config",
                        problem.to_string(),
                        "mend it; `botarium config --example` shows every key",
                    );
                }
            }
            Err(error) => return Err(error),
        },
    }
    if args.json {
        print_json(&findings, out)?;
    } else {
        print(&findings, out)?;
    }
    Ok(if findings.count(Level::Error) > 0 { Exit::Problems } else { Exit::Ok })
}

async fn look(globals: &Globals, args: &CheckArgs, config: &Config, findings: &mut Findings) {
    place::look(config, findings);
    let bots = match setup::bots(config) {
        Ok(read) => {
            let (none, bots) = (read.none_live(), read.files);
            let hint = "mend the file, then `botarium bot validate` it";
            for problem in read.problems.concat() {
                let others = if none { String::new() } else { format!("{hint}; the others live") };
                findings.error("bots", problem, if none { hint } else { &others });
            }
            if !none {
                let whose = if config.home.bots().is_dir() { "in bots/" } else { "inside the program" };
                findings.fine("bots", format!("{} bot files {whose} can be used", bots.len()));
            }
            bots
        }
        Err(error) => {
            for line in error.to_string().lines() {
                findings.error("bots", line.trim(), "mend the file, then `botarium bot validate` it");
            }
            Vec::new()
        }
    };
    let opened = match setup::quiet_logs(globals) {
        Ok((ring, _)) => door::read_only(globals, config, ring).await,
        Err(error) => Err(error),
    };
    // What is live counts: bots are edited and added, and the room is given another provider.
    let live = match &opened {
        Ok(handle) => providers::live(handle).await,
        Err(_) => None,
    };
    let speakers = live.unwrap_or_else(|| providers::planned(config, &bots));
    providers::look(config, speakers, args.online, findings).await;
    database::look(config, opened, findings).await;
}

fn print(findings: &Findings, out: &Out) -> std::io::Result<()> {
    for (area, finding) in &findings.0 {
        let mark = match finding.level {
            Level::Fine => out.paint(Ink::Good, "ok     "),
            Level::Warning => out.paint(Ink::Warn, "warning"),
            Level::Error => out.paint(Ink::Bad, "error  "),
        };
        out.line(&format!("{mark}  {area:<9} {}", finding.what))?;
        if finding.level != Level::Fine && !finding.way_out.is_empty() {
            out.line(&format!("                   → {}", finding.way_out))?;
        }
    }
    let (errors, warnings) = (findings.count(Level::Error), findings.count(Level::Warning));
    let sum = match (errors, warnings) {
        (0, 0) => out.paint(Ink::Good, "all is well"),
        (0, _) => format!("{warnings} to look at, nothing wrong"),
        _ => out.paint(Ink::Bad, &format!("{errors} wrong, {warnings} to look at")),
    };
    out.line(&sum)
}

fn print_json(findings: &Findings, out: &Out) -> anyhow::Result<()> {
    let list: Vec<_> = findings
        .0
        .iter()
        .map(|(area, finding)| {
            let level = match finding.level {
                Level::Fine => "fine",
                Level::Warning => "warning",
                Level::Error => "error",
            };
            json!({"area": area, "level": level, "what": finding.what, "way_out": finding.way_out})
        })
        .collect();
    let errors = findings.count(Level::Error);
    out.json(&json!({
        "ok": errors == 0, "errors": errors, "warnings": findings.count(Level::Warning), "findings": list,
    }))
}
