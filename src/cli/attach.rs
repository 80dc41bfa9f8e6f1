//! `botarium attach URL`: the control room over an engine behind a port.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Usage};
use super::{CastArg, Globals, control, door, rooms, runtime, setup};
use crate::domain::Secret;
use crate::link::Link;
use crate::logs::LogTo;
use crate::tui::rooms::Room;

/// Open the control room of a society that runs elsewhere
#[derive(Debug, Args)]
#[command(after_help = "\
With a viewer's token you look, with an operator's you do everything; where no token was ever made, this machine \
needs none. A lost connection is taken up again by itself.

Examples:
  botarium attach http://127.0.0.1:8000
  BOTARIUM_TOKEN=btr_… botarium attach https://bots.example.org")]
pub struct AttachArgs {
    /// Where its port is, such as http://127.0.0.1:8000
    url: String,
    #[command(flatten)]
    token: TokenArg,
    /// As a conversation of lines: for screen readers, simple terminals, pipes
    #[arg(long, conflicts_with = "record")]
    plain: bool,
    /// Also write what the terminal gets into an asciicast
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Replace the recording if it is there
    #[arg(long, requires = "record")]
    force: bool,
    #[command(flatten)]
    cast: CastArg,
}

/// The token of a port.
#[derive(Debug, Default, Args)]
pub struct TokenArg {
    /// The access token; better given in the environment, where other users cannot see it
    #[arg(long, env = "BOTARIUM_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
}

impl TokenArg {
    /// The token, if one was given.
    pub fn secret(&self) -> Option<Secret> {
        self.token.as_deref().map(Secret::new).filter(|token| !token.is_empty())
    }
}

pub fn run(globals: &Globals, args: &AttachArgs) -> anyhow::Result<Exit> {
    let terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if !terminal && !args.plain {
        let why = format!(
            "the control room needs a terminal; use --plain to talk to it by lines, or botarium tail {} to read along",
            args.url
        );
        return Err(Usage(why).into());
    }
    match over_a_port(globals, args)? {
        Some(room) => rooms::go(&room, args.plain),
        None => Ok(Exit::Ok),
    }
}

/// The control room over an engine behind a port, until it is left; for another room, with that.
fn over_a_port(globals: &Globals, args: &AttachArgs) -> anyhow::Result<Option<Room>> {
    let config = setup::config(globals)?;
    let (_, _logs) = setup::logs(&config.log.level, LogTo::Nowhere)?;
    runtime::block_on(async {
        let link = Link::Remote(door::remote(&args.url, args.token.secret()).await?);
        let others = Some(rooms::from(globals, Room::named(&args.url)));
        if args.plain {
            return control::talk(link, &config, others, &runtime::stop_token()).await;
        }
        let record = args.record.as_deref().map(|path| (path, args.force, args.cast.version()));
        control::show(link, &config, others, record).await
    })
}
