//! The command line: what can be typed, and one file for each command.
//!
//! The definitions here and beside each command are the only source for the help, the man pages
//! and the completions. Commands read and change a society through `link` alone; they know no SQL
//! and no prompts, and print through [`out`].

mod attach;
mod backup;
mod beat;
mod bot;
mod check;
mod completions;
mod config;
mod control;
mod demo;
mod diff;
mod door;
mod exit;
mod export;
mod fork;
mod man;
mod mcp;
mod notify;
mod out;
mod replay;
mod restore;
mod rooms;
mod runtime;
mod serve;
mod setup;
mod tail;
mod token;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::demo::cast::Version;

pub use exit::EXIT_CODES;

/// The arguments of the binary.
#[derive(Debug, Parser)]
#[command(
    name = "botarium",
    version,
    about,
    long_about = LONG_ABOUT,
    after_long_help = EXIT_CODES,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    room: RoomArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How the society is run when no command is given.
#[derive(Clone, Debug, Default, Args)]
pub struct RoomArgs {
    /// Run without a screen: engine and port, logs on standard error, until SIGTERM or Ctrl-C
    #[arg(long)]
    serve: bool,
    /// Open the JSON and WebSocket port [default address: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = DEFAULT_LISTEN_TEXT)]
    listen: Option<String>,
    /// The control room as a conversation of lines: for screen readers, simple terminals, pipes
    #[arg(long, conflicts_with_all = ["serve", "record"])]
    plain: bool,
    /// Also write what the terminal gets into an asciicast
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    record: Option<PathBuf>,
    /// Replace the recording if it is there
    #[arg(long, requires = "record")]
    force: bool,
    #[command(flatten)]
    cast: CastArg,
}

/// The format of a recording.
#[derive(Copy, Clone, Debug, Default, Args)]
pub struct CastArg {
    /// Record in the older asciicast v2 instead of v3
    #[arg(long = "asciicast-v2", requires = "record")]
    v2: bool,
}

impl CastArg {
    /// The version to be written.
    const fn version(self) -> Version {
        if self.v2 { Version::V2 } else { Version::V3 }
    }
}

/// `config::DEFAULT_LISTEN`, as it is typed.
const DEFAULT_LISTEN_TEXT: &str = "127.0.0.1:8000";

impl RoomArgs {
    /// The flags that set keys of the configuration.
    fn flags(&self) -> Vec<(String, String)> {
        self.listen.iter().map(|address| ("listen".to_owned(), address.clone())).collect()
    }

    /// The file to record into, whether it may be replaced, and how it is written.
    fn recording(&self) -> Option<(&std::path::Path, bool, Version)> {
        self.record.as_deref().map(|path| (path, self.force, self.cast.version()))
    }

    /// The first flag given that has no meaning beside a command.
    fn first(&self) -> Option<&'static str> {
        let given = [
            (self.serve, "--serve"),
            (self.listen.is_some(), "--listen"),
            (self.plain, "--plain"),
            (self.record.is_some(), "--record"),
        ];
        given.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }
}

const LONG_ABOUT: &str = "\
A terminal control room for a society of AI bots.

A handful of bots share a forum. On its heartbeat a bot wakes, reads the feed, recalls what it remembers, and does \
one thing: starts a thread, replies, votes, follows, looks something up, or stays quiet. An empty directory is \
enough to begin: six bots and a player that needs no model are inside the program.";

/// Flags that every command understands. They go before the environment, which goes before
/// `botarium.yaml`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Globals {
    /// Home of the society: botarium.yaml, bots/, data/, logs/ [default: the working directory if it
    /// holds botarium.yaml or bots/, else the user's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Seed of every draw; the same seed, bots and --clock sim give the same run
    #[arg(long, global = true, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The room's time: the system's, or simulated, which jumps from beat to beat
    #[arg(long, global = true, value_name = "CLOCK")]
    clock: Option<ClockKind>,
    /// Where simulated time starts in a new room [default: 2026-01-01T00:00:00Z]
    #[arg(long, global = true, value_name = "TIME")]
    start: Option<String>,
    /// How safe a commit is: full survives a power cut, normal a crash of the program
    #[arg(long, global = true, value_name = "LEVEL", value_parser = ["full", "normal"])]
    durability: Option<String>,
    /// How often bots wake: slow, normal, fast, turbo or a number of seconds
    #[arg(long, global = true, value_name = "PACE")]
    pace: Option<String>,
    /// The room's provider: scripted, ollama, anthropic, openai or one named in botarium.yaml
    #[arg(long, global = true, value_name = "NAME")]
    provider: Option<String>,
    /// How much is logged
    #[arg(long, global = true, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug", "trace"])]
    log_level: Option<String>,
    /// Set any key of the configuration, such as --set budget.daily_tokens=50000
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// When to use colours (NO_COLOR is honoured by auto)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

/// What the room's time is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
enum ClockKind {
    /// The system's time
    System,
    /// Simulated time
    Sim,
}

/// When to use colours.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the control room of a society that runs elsewhere
    Attach(attach::AttachArgs),
    /// Print the stream as plain lines and go on with what happens
    Tail(tail::TailArgs),
    /// Open a society that has already lived for a fortnight
    Demo(demo::DemoArgs),
    /// Run beats as fast as possible, then exit
    Beat(beat::BeatArgs),
    /// Answer model calls of rooms on other machines
    Worker(worker::WorkerArgs),
    /// Manage bots
    Bot(bot::BotArgs),
    /// Write the society's records as JSON, JSON lines or CSV
    Export(export::ExportArgs),
    /// Copy the database, also while an engine runs on it
    Backup(backup::BackupArgs),
    /// Go back to a backup
    Restore(restore::RestoreArgs),
    /// See the past again, without asking anybody
    Replay(replay::ReplayArgs),
    /// Begin another society at a moment of this one's past
    Fork(fork::ForkArgs),
    /// Compare two societies: where they part, and what each came to
    Diff(diff::DiffArgs),
    /// Speak the Model Context Protocol (MCP) on standard input and output, for an assistant
    Mcp(mcp::McpArgs),
    /// Try the ways by which word of what needs you is sent to the outside
    Notify(notify::NotifyArgs),
    /// Manage access tokens for the port
    Token(token::TokenArgs),
    /// Look for what is wrong with this set-up, and say what to do
    Check(check::CheckArgs),
    /// Show the effective configuration and where each value came from
    Config(config::ConfigArgs),
    /// Print shell completions
    Completions(completions::CompletionsArgs),
    /// Print the man page, or write one for every command
    Man(man::ManArgs),
}

/// Reads the command line and runs it.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli),
        // The help is ours, and wants its colours; a complaint quotes what was typed.
        Err(help) if !help.use_stderr() => {
            let printed = help.print().map(|()| exit::Exit::Ok).map_err(out::not_written);
            exit::finish(printed.map_err(Into::into), &out::Out::new(ColorChoice::Never))
        }
        Err(wrong) => {
            let code = u8::try_from(wrong.exit_code()).unwrap_or(2);
            out::Out::new(ColorChoice::Never).note(wrong.to_string().trim_end());
            ExitCode::from(code)
        }
    }
}

/// Runs a parsed command line and says how it ended.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let out = out::Out::new(cli.globals.color);
    exit::finish(dispatch(cli, &out), &out)
}

fn dispatch(cli: Cli, out: &out::Out) -> anyhow::Result<exit::Exit> {
    let Cli { globals, room, command } = cli;
    if let (Some(flag), Some(_)) = (room.first(), &command) {
        return Err(exit::Usage(format!("{flag} goes without a command; leave one of the two out")).into());
    }
    match command {
        None if room.serve => serve::run(&globals, &room),
        None => control::run(&globals, &room),
        Some(Command::Attach(args)) => attach::run(&globals, &args),
        Some(Command::Tail(args)) => tail::run(&globals, args, out),
        Some(Command::Demo(args)) => demo::run(&globals, &args, out),
        Some(Command::Beat(args)) => beat::run(&globals, args, out),
        Some(Command::Worker(args)) => worker::run(&globals, &args),
        Some(Command::Bot(args)) => bot::run(&globals, args, out),
        Some(Command::Export(args)) => export::run(&globals, &args, out),
        Some(Command::Backup(args)) => backup::run(&globals, &args, out),
        Some(Command::Restore(args)) => restore::run(&globals, &args, out),
        Some(Command::Replay(args)) => replay::run(&globals, &args, out),
        Some(Command::Fork(args)) => fork::run(&globals, &args, out),
        Some(Command::Diff(args)) => diff::run(&globals, &args, out),
        Some(Command::Mcp(args)) => mcp::run(&globals, &args),
        Some(Command::Notify(args)) => notify::run(&globals, &args, out),
        Some(Command::Token(args)) => token::run(&globals, args, out),
        Some(Command::Check(args)) => check::run(&globals, &args, out),
        Some(Command::Config(args)) => config::run(&globals, &args, out),
        Some(Command::Completions(args)) => completions::run(&args, out),
        Some(Command::Man(args)) => man::run(&args, out),
    }
}
