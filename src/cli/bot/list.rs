//! `botarium bot list`.

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::out::{Cell, Ink, Out};
use crate::link::Link;
use crate::protocol::{BotView, Source, Status};

/// Bots asked for at once.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// List the bots with their status
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium bot list
  botarium bot list --json | jq -r '.[].id'")]
pub struct ListArgs {
    /// Print JSON, shaped as in GET /api/bots
    #[arg(long)]
    json: bool,
}

pub async fn run(link: &Link, args: &ListArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut bots: Vec<BotView> = Vec::new();
    loop {
        let page = link.bots_page(0, PAGE, bots.last().map(|bot| bot.id.clone())).await?;
        let is_last = page.len() < PAGE as usize;
        bots.extend(page);
        if is_last {
            break;
        }
    }
    if args.json {
        out.json(&bots)?;
    } else {
        let rows: Vec<_> = bots.iter().map(row).collect();
        out.table(&["ID", "NAME", "STATUS", "REP", "FOLLOWERS", "PROVIDER", "SOURCE", ""], &rows)?;
    }
    Ok(Exit::Ok)
}

fn row(bot: &BotView) -> Vec<Cell> {
    let mut notes = Vec::new();
    match &bot.status_reason {
        _ if bot.status == Status::Offline && bot.is_paused => notes.push("paused".into()),
        Some(reason) if bot.status != Status::Offline => notes.push(reason.clone()),
        _ => {} // the word `offline` says all
    }
    if bot.edited {
        notes.push("edited".into());
    }
    if bot.yaml_changed {
        notes.push(format!("bot file changed (botarium bot yaml {} take|keep)", bot.id));
    }
    if bot.unresolved_flags > 0 {
        let flags = bot.unresolved_flags;
        notes.push(format!("{flags} open {}", if flags == 1 { "flag" } else { "flags" }));
    }
    let model = &bot.personality_config.model;
    let provider = if model.model.is_empty() {
        model.provider.clone()
    } else {
        format!("{} {}", model.provider, model.model)
    };
    vec![
        Cell::left(&bot.id),
        Cell::left(&bot.name).ink(Ink::Bold),
        Cell::left(bot.status.as_str()).ink(ink(bot.status)),
        Cell::right(format!("{:+}", bot.reputation_score)),
        Cell::right(bot.follower_count.to_string()),
        Cell::left(provider),
        Cell::left(if bot.source == Source::Yaml { "yaml" } else { "custom" }),
        Cell::left(notes.join("; ")).ink(Ink::Dim),
    ]
}

/// The colour of a status; the word says the same.
pub fn ink(status: Status) -> Ink {
    match status {
        Status::Active => Ink::Good,
        Status::Paused | Status::Offline => Ink::Dim,
        Status::Capped => Ink::Warn,
        Status::Failing => Ink::Bad,
    }
}
