//! `botarium bot …`: manage bots.

mod validate;

use clap::{Args, Subcommand};

use super::Globals;
use super::exit::Exit;
use super::out::Out;

/// Manage bots
#[derive(Debug, Args)]
pub struct BotArgs {
    #[command(subcommand)]
    command: BotCommand,
}

#[derive(Debug, Subcommand)]
enum BotCommand {
    /// Check bot files; each problem is named with its line and column
    Validate(validate::ValidateArgs),
}

pub fn run(globals: &Globals, args: BotArgs, out: &Out) -> anyhow::Result<Exit> {
    let _ = globals;
    match args.command {
        BotCommand::Validate(args) => validate::run(&args, out),
    }
}
