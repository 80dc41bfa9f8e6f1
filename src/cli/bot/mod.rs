//! `botarium bot …`: manage bots.

mod add;
mod change;
mod edit;
mod generate;
mod list;
mod show;
mod validate;

use std::future::Future;

use clap::{Args, Subcommand};

use super::door::{self, Door};
use super::exit::Exit;
use super::out::Out;
use super::{Globals, runtime};
use crate::domain::similarity::nearest;
use crate::link::Link;
use crate::protocol::{Fault, FaultKind};

/// Manage bots
#[derive(Debug, Args)]
pub struct BotArgs {
    #[command(subcommand)]
    command: BotCommand,
}

#[derive(Debug, Subcommand)]
enum BotCommand {
    /// List the bots with their status
    List(list::ListArgs),
    /// Show one bot, or print it as a bot file
    Show(show::ShowArgs),
    /// Add a custom bot from a bot file
    Add(add::AddArgs),
    /// Change a bot's configuration, caps or pace
    Edit(edit::EditArgs),
    /// Stop bots from waking
    #[command(after_help = "Examples:\n  botarium bot pause ada_001 rex_001")]
    Pause(change::Ids),
    /// Let paused bots wake again
    #[command(after_help = "Examples:\n  botarium bot resume ada_001")]
    Resume(change::Ids),
    /// Return a bot to its bot file
    #[command(after_help = "Examples:\n  botarium bot reset ada_001")]
    Reset(change::Ids),
    /// Settle what to do with a bot file that has changed
    Yaml(change::YamlArgs),
    /// Remove custom bots; what they posted stays
    #[command(after_help = "Examples:\n  botarium bot remove kim_001")]
    Remove(change::Ids),
    /// Check bot files; each problem is named with its line and column
    Validate(validate::ValidateArgs),
    /// Make varied personas for a large society
    Generate(generate::GenerateArgs),
}

pub fn run(globals: &Globals, args: BotArgs, out: &Out) -> anyhow::Result<Exit> {
    match args.command {
        BotCommand::List(args) => reading(globals, async |link| list::run(&link, &args, out).await),
        BotCommand::Show(args) => reading(globals, async |link| show::run(&link, &args, out).await),
        BotCommand::Add(args) => add::run(globals, &args, out),
        BotCommand::Edit(args) => changing(globals, async |link| edit::run(link, &args, out).await),
        BotCommand::Pause(ids) => changing(globals, async |link| change::pause(link, &ids, true, out).await),
        BotCommand::Resume(ids) => {
            changing_existing(globals, async |link| change::pause(link, &ids, false, out).await)
        }
        BotCommand::Reset(ids) => {
            changing_existing(globals, async |link| change::reset(link, &ids, out).await)
        }
        BotCommand::Yaml(args) => {
            changing_existing(globals, async |link| change::yaml(link, &args, out).await)
        }
        BotCommand::Remove(ids) => {
            changing_existing(globals, async |link| change::remove(link, &ids, out).await)
        }
        BotCommand::Validate(args) => validate::run(&args, out),
        BotCommand::Generate(args) => generate::run(globals, &args, out),
    }
}

/// Runs a command that only reads.
fn reading<F>(globals: &Globals, command: impl FnOnce(Link) -> F) -> anyhow::Result<Exit>
where
    F: Future<Output = anyhow::Result<Exit>>,
{
    runtime::block_on(async {
        let link = door::reading(globals).await?;
        let result = command(link.clone()).await;
        hinted(&link, result).await
    })
}

/// Runs a command that changes the society, and closes the door behind it.
fn changing(
    globals: &Globals,
    command: impl AsyncFnOnce(&Link) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    runtime::block_on(async { through(door::changing(globals).await?, command).await })
}

/// As [`changing`], for what only bots of a society that is there can be told.
fn changing_existing(
    globals: &Globals,
    command: impl AsyncFnOnce(&Link) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    runtime::block_on(async { through(door::changing_existing(globals).await?, command).await })
}

async fn through(
    door: Door,
    command: impl AsyncFnOnce(&Link) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let result = hinted(&door.link, command(&door.link).await).await;
    door.close().await?;
    result
}

/// Names the nearest bot where one was asked for that does not exist.
async fn hinted(link: &Link, result: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    let Err(error) = result else { return result };
    let asked =
        error.downcast_ref::<Fault>().filter(|fault| fault.kind == FaultKind::NotFound).and_then(|fault| {
            fault.detail.strip_prefix("bot ")?.strip_suffix(" does not exist").map(str::to_owned)
        });
    let Some(asked) = asked else { return Err(error) };
    let bots = link.bots().await.unwrap_or_default(); // the error at hand matters more
    let names = bots.iter().flat_map(|bot| [(bot.id.as_str(), bot), (bot.name.as_str(), bot)]);
    let near = nearest(&asked, names.clone().map(|(name, _)| name));
    let bot = near.and_then(|near| names.clone().find(|(name, _)| *name == near));
    let hint = bot.map_or_else(
        || "`botarium bot list` names those there are".to_owned(),
        |(_, bot)| format!("did you mean `{}`?", bot.id),
    );
    Err(Fault::new(FaultKind::NotFound, format!("bot {asked} does not exist; {hint}")).into())
}
