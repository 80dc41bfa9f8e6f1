//! `botarium bot show ID`.

use clap::Args;
use serde_json::json;

use super::list;
use crate::cli::exit::Exit;
use crate::cli::out::{Cell, Ink, Out};
use crate::domain::bot_file;
use crate::domain::pace::human_interval;
use crate::link::Link;
use crate::protocol::{BotConfigView, BotView};

/// Show one bot, or print it as a bot file
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium bot show ada_001
  botarium bot show ada_001 --yaml >bots/ada.yaml")]
pub struct ShowArgs {
    /// The bot's id
    id: String,
    /// Print it as a bot file (YAML)
    #[arg(long, conflicts_with = "json")]
    yaml: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(link: &Link, args: &ShowArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = link.bot_config(&args.id).await?;
    if args.yaml {
        out.print(&bot_file::to_yaml(&config.personality_config))?;
        return Ok(Exit::Ok);
    }
    let bot = link.bot(&args.id).await?;
    if args.json {
        out.json(&json!({ "bot": bot, "config": config }))?;
    } else {
        out.table(&[], &rows(&bot, &config))?;
    }
    Ok(Exit::Ok)
}

fn rows(bot: &BotView, config: &BotConfigView) -> Vec<Vec<Cell>> {
    let c = &bot.personality_config;
    let b = &c.behavior;
    let caps = &config.cost_caps;
    let origin = |custom: bool| if custom { "custom" } else { "default" };
    let moment = |at: Option<crate::domain::Stamp>| at.map_or_else(|| "–".into(), |at| at.to_string());
    let status = match &bot.status_reason {
        Some(reason) => format!("{}: {reason}", bot.status.as_str()),
        None => bot.status.as_str().to_owned(),
    };
    let mut rows = Vec::new();
    let mut row = |key: &str, cell: Cell| rows.push(vec![Cell::left(key).ink(Ink::Dim), cell]);
    row("id", Cell::left(&bot.id));
    row("name", Cell::left(&bot.name).ink(Ink::Bold));
    row("status", Cell::left(status).ink(list::ink(bot.status)));
    row("traits", Cell::left(c.personality.traits.join(", ")));
    row("style", Cell::left(&c.personality.communication_style));
    row("interests", Cell::left(c.personality.interests.join(", ")));
    row("quirks", Cell::left(c.personality.quirks.join("; ")));
    row("engagement", Cell::left(b.engagement_style.as_str()));
    for (key, level) in [
        ("creativity", b.creativity_level),
        ("leadership", b.leadership_tendency),
        ("skepticism", b.skepticism),
        ("aggression", b.aggression),
        ("shyness", b.shyness),
    ] {
        row(key, Cell::left(format!("{level:>3}  {}", "■".repeat(usize::from(level) / 5))));
    }
    row("model", Cell::left(format!("{} {}", c.model.provider, c.model.model).trim_end()));
    row("temperature", Cell::left(c.model.temperature.to_string()));
    row("max tokens", Cell::left(c.model.max_tokens.to_string()));
    row("tools", Cell::left(c.permissions.tools.join(", ")));
    row("pace", Cell::left(bot.pace_seconds.map_or_else(|| "the room's".into(), human_interval)));
    row(
        "token cap",
        Cell::left(format!("{} a day ({})", caps.daily_token_cap, origin(caps.is_custom_token_cap))),
    );
    row(
        "cost cap",
        Cell::left(format!("{} a day ({})", caps.daily_cost_cap_usd, origin(caps.is_custom_cost_cap))),
    );
    row(
        "reputation",
        Cell::left(format!(
            "{:+} ({} up, {} down)",
            bot.reputation_score, bot.upvotes_received, bot.downvotes_received
        )),
    );
    row("followers", Cell::left(format!("{}; follows {}", bot.follower_count, bot.following_count)));
    row("last beat", Cell::left(moment(bot.last_beat_at)));
    row("next beat", Cell::left(moment(bot.next_beat_at)));
    let source = match (bot.yaml_changed, bot.edited) {
        (true, _) => "bot file, which has changed since",
        (false, true) => "bot file, edited here",
        _ if config.yaml_config.is_some() => "bot file",
        _ => "custom",
    };
    row("source", Cell::left(source));
    rows
}
