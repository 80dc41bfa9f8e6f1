//! `botarium bot pause|resume|reset|yaml|remove`.

use clap::{Args, ValueEnum};

use crate::cli::exit::Exit;
use crate::cli::out::Out;
use crate::link::Link;
use crate::protocol::YamlChoice;

/// Whom it is about.
#[derive(Debug, Args)]
pub struct Ids {
    /// Bots, by id
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

/// Settle what to do with a bot file that has changed
#[derive(Debug, Args)]
#[command(after_help = "\
An edit is never silently overwritten: when a bot file has changed since it was last read, the bot keeps
its configuration until you choose.

Examples:
  botarium bot yaml ada_001 take")]
pub struct YamlArgs {
    /// The bot's id
    id: String,
    /// What to do
    choice: Choice,
}

#[derive(Copy, Clone, Debug, ValueEnum)]
enum Choice {
    /// Keep the configuration as it is
    Keep,
    /// Take the file's
    Take,
}

pub async fn pause(link: &Link, ids: &Ids, paused: bool, out: &Out) -> anyhow::Result<Exit> {
    for id in &ids.ids {
        let bot = link.set_paused(id, paused).await?;
        out.line(&format!("{} {}", bot.id, if paused { "is paused" } else { "wakes again" }))?;
    }
    Ok(Exit::Ok)
}

pub async fn reset(link: &Link, ids: &Ids, out: &Out) -> anyhow::Result<Exit> {
    for id in &ids.ids {
        let bot = link.reset_bot(id).await?;
        out.line(&format!("{} is back to its bot file", bot.bot_id))?;
    }
    Ok(Exit::Ok)
}

pub async fn yaml(link: &Link, args: &YamlArgs, out: &Out) -> anyhow::Result<Exit> {
    let (choice, what) = match args.choice {
        Choice::Keep => (YamlChoice::Keep, "keeps its configuration"),
        Choice::Take => (YamlChoice::Take, "takes the file's configuration"),
    };
    let bot = link.yaml_choice(&args.id, choice).await?;
    out.line(&format!("{} {what}", bot.bot_id))?;
    Ok(Exit::Ok)
}

pub async fn remove(link: &Link, ids: &Ids, out: &Out) -> anyhow::Result<Exit> {
    for id in &ids.ids {
        link.delete_bot(id).await?;
        out.line(&format!("{id} has left; what it posted stays"))?;
    }
    Ok(Exit::Ok)
}
