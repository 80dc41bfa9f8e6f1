//! `botarium completions SHELL`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::exit::Exit;
use super::out::Out;

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium completions bash > ~/.local/share/bash-completion/completions/botarium
  botarium completions zsh > ~/.zfunc/_botarium
  botarium completions fish > ~/.config/fish/completions/botarium.fish")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub fn run(args: &CompletionsArgs, out: &Out) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "botarium", &mut script);
    out.print_own(&script)?;
    Ok(Exit::Ok)
}
