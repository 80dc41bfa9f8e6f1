//! `botarium notify --test`: whether word to the outside arrives.

use std::io::Write as _;

use clap::Args;

use super::exit::{Exit, Usage};
use super::{Globals, out, runtime, setup};
use crate::config::{ConfigError, ConfigProblem, Origin};
use crate::engine::Clock;
use crate::notify::{self, Outlet, Word};

/// Try the ways by which word is sent to the outside
#[derive(Debug, Args)]
#[command(after_help = "\
Which ways there are, and of what word is sent, is configured under notify: see botarium config --example.

Examples:
  botarium notify --test
  botarium --set notify.bell=true --set notify.desktop=osc9 notify --test")]
pub struct NotifyArgs {
    /// Send one word on every way that is configured, and say what became of it
    #[arg(long)]
    test: bool,
}

pub fn run(globals: &Globals, args: &NotifyArgs, out: &out::Out) -> anyhow::Result<Exit> {
    if !args.test {
        return Err(Usage("there is nothing to do without --test".into()).into());
    }
    let config = setup::config(globals)?;
    if !notify::is_wanted(&config.notify) {
        let message = "has no way to the outside: set notify.bell, desktop, title, command or webhook".into();
        let problem = ConfigProblem { origin: Origin::Default, key: "notify".into(), message };
        return Err(ConfigError { problems: vec![problem] }.into());
    }
    let word = Word::new(
        "test",
        "this is a test of botarium notify",
        Clock::system(config.zone()).now(),
        &config.home.root.display().to_string(),
    );
    let mut terminal = std::io::stdout();
    for (way, bytes) in [
        ("bell", config.notify.bell.then(|| b"\x07".to_vec())),
        ("desktop", crate::tui::desktop_notice(config.notify.desktop, &word.text)),
        ("title", config.notify.title.then(|| crate::tui::window_title("botarium: a test"))),
    ] {
        if let Some(bytes) = bytes {
            terminal.write_all(&bytes)?;
            terminal.flush()?;
            out.line(&format!("{way}: asked of the terminal"))?;
        }
    }
    runtime::block_on(async {
        let tried = Outlet::try_each(&config.notify, notify::secret(&config.notify), &word).await;
        let mut failed = false;
        for (way, outcome) in tried {
            match outcome {
                Ok(said) => out.line(&format!("{way}: {said}"))?,
                Err(why) => {
                    failed = true;
                    out.line(&format!("{way}: failed, {why}"))?;
                }
            }
        }
        Ok(if failed { Exit::Problems } else { Exit::Ok })
    })
}
