//! `botarium diff A B`: where two societies part, and what each came to.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Exit, Usage};
use super::out::{Cell, Out};
use super::{Globals, control, runtime, setup};
use crate::domain::text::{clean_line, cut};
use crate::engine::compare::{self, Difference};
use crate::files::shown;
use crate::link::Past;
use crate::protocol::Way;

/// Bots shown, those that changed most first.
const BOTS: usize = 12;
/// Days shown.
const DAYS: usize = 14;

/// Compare two societies: where they part, and what each came to
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium diff . what-if
  botarium diff . what-if --show     the same in the control room

Two homes of one lineage (see `botarium fork`) or of one seed. The first act that differs is shown, with the first part \
of its prompt that does; then both sides in figures.")]
pub struct DiffArgs {
    /// A home, or a database
    a: PathBuf,
    /// Another
    b: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Show it in the control room, on A's past at the moment at which they part
    #[arg(long, conflicts_with = "json")]
    show: bool,
}

pub fn run(globals: &Globals, args: &DiffArgs, out: &Out) -> anyhow::Result<Exit> {
    let (a, b) = (database(&args.a)?, database(&args.b)?);
    let difference = compare::compare(&a, &b)?;
    if difference.kin == "none" {
        let why = format!(
            "{} and {} are of no common lineage or seed: there is no moment at which they part",
            shown(&args.a),
            shown(&args.b)
        );
        return Err(Usage(why).into());
    }
    if args.show {
        return show(globals, args, &a, difference);
    }
    if args.json {
        out.json(&difference)?;
    } else {
        print(&difference, out)?;
    }
    Ok(Exit::Ok)
}

/// The control room on the past of one of them, where they part.
fn show(globals: &Globals, args: &DiffArgs, a: &Path, difference: Difference) -> anyhow::Result<Exit> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Usage("--show needs a terminal; leave it out to read the comparison".into()).into());
    }
    let config = setup::config(globals)?;
    let way = difference.parted_after.map_or(Way::End, |activity| Way::To(activity.to_string()));
    let past = Past::open(a, &way)?;
    let compared = Some((args.b.clone(), Box::new(difference)));
    runtime::block_on(control::show_past(past, &config, None, compared))
}

fn database(path: &Path) -> anyhow::Result<PathBuf> {
    let inside = path.join("data").join("botarium.db");
    match (path.is_file(), inside.is_file()) {
        (true, _) => Ok(path.to_path_buf()),
        (false, true) => Ok(inside),
        (false, false) => Err(Usage(format!("{} holds no society", shown(path))).into()),
    }
}

fn print(difference: &Difference, out: &Out) -> anyhow::Result<()> {
    match (difference.kin, difference.parted_after) {
        ("lineage", Some(activity)) => out.line(&format!("one society until activity {activity}"))?,
        _ => out.line("two societies of one seed")?,
    }
    for (sign, acts) in ["-", "+"].into_iter().zip(&difference.changes) {
        for act in acts {
            out.line(&format!("{sign} {}", act.told()))?;
        }
    }
    match &difference.first {
        None => out.line("no act differs")?,
        Some(first) => {
            out.line(&format!("\nthe first act that differs: activity {}", first.acts[0].id))?;
            for (sign, act) in ["-", "+"].into_iter().zip(&first.acts) {
                out.line(&format!("{sign} {}", act.told()))?;
            }
            match &first.section {
                None => out.line("its prompt was the same, or was not kept on both sides")?,
                Some(section) => {
                    out.line(&format!("\nthe first part of its prompt that differs: {}", section.name))?;
                    for (sign, lines) in ["-", "+"].into_iter().zip(&section.lines) {
                        for line in lines {
                            out.line(&format!("{sign} {}", cut(&clean_line(line, 400), 160)))?;
                        }
                    }
                }
            }
        }
    }
    let [a, b] = &difference.sums;
    let row = |name: &str, a: String, b: String| vec![Cell::left(name), Cell::right(a), Cell::right(b)];
    let number = |name: &str, a: i64, b: i64| row(name, a.to_string(), b.to_string());
    out.line("")?;
    out.table(
        &["", "A", "B"],
        &[
            number("activities", a.activities, b.activities),
            number("threads", a.threads, b.threads),
            number("replies", a.replies, b.replies),
            number("votes", a.votes, b.votes),
            number("follows", a.follows, b.follows),
            number("ties", a.ties, b.ties),
            number("memories", a.memories, b.memories),
            number("tokens", a.tokens, b.tokens),
            row("cost", a.cost_usd.to_string(), b.cost_usd.to_string()),
        ],
    )?;
    bots(difference, out)?;
    days(difference, out)
}

fn bots(difference: &Difference, out: &Out) -> anyhow::Result<()> {
    let rows: Vec<Vec<Cell>> = difference
        .bots
        .iter()
        .filter(|bot| bot.change > 0.0)
        .take(BOTS)
        .map(|bot| {
            let [a, b] = bot.sums.clone().map(Option::unwrap_or_default);
            let name = if a.id.is_empty() { &b.id } else { &a.id };
            let both = |a: i64, b: i64| Cell::right(format!("{a} → {b}"));
            vec![
                Cell::left(name.clone()),
                both(a.threads + a.replies, b.threads + b.replies),
                both(a.votes, b.votes),
                both(a.quiet, b.quiet),
                both(a.reputation, b.reputation),
                both(a.tokens, b.tokens),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.table(&["bot", "posts", "votes", "quiet", "reputation", "tokens"], &rows)?;
    Ok(())
}

fn days(difference: &Difference, out: &Out) -> anyhow::Result<()> {
    let changed: Vec<_> = difference.days.iter().filter(|day| day.sums[0] != day.sums[1]).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = changed
        .iter()
        .take(DAYS)
        .map(|day| {
            let [a, b] = &day.sums;
            let both = |a: i64, b: i64| Cell::right(format!("{a} → {b}"));
            vec![
                Cell::left(day.day.clone()),
                both(a.posts, b.posts),
                both(a.votes, b.votes),
                both(a.tokens, b.tokens),
            ]
        })
        .collect();
    out.line("")?;
    out.table(&["day", "posts", "votes", "tokens"], &rows)?;
    if changed.len() > DAYS {
        out.line(&format!("+{} more days", changed.len() - DAYS))?;
    }
    Ok(())
}
