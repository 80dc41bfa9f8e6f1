//! `botarium`: the control room over an engine in the same process.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Usage};
use super::{Globals, RoomArgs, door, runtime, serve, setup};
use crate::config::Config;
use crate::demo::cast::{CastWriter, Header, Recorder};
use crate::link::Link;
use crate::logs::LogTo;
use crate::tui::{self, Options};

/// Opens the control room and stops the engine when it is left.
pub fn run(globals: &Globals, args: &RoomArgs) -> anyhow::Result<Exit> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        let why = "the control room needs a terminal; use --serve to run without one, or botarium tail to read along";
        return Err(Usage(why.into()).into());
    }
    let config = setup::config_with(globals, args.flags())?;
    let (ring, _logs) = setup::logs(
        &config.log.level,
        LogTo::Files { directory: config.home.root.join("logs"), keep_days: config.log.keep_days },
    )?;
    runtime::block_on(async {
        let handle = door::engine(globals, &config, ring).await?;
        let stop = CancellationToken::new();
        let port = match serve::open_port(&handle, &config, &stop).await {
            Ok(port) => port,
            Err(error) => {
                door::close(handle).await?;
                return Err(error);
            }
        };
        let engine = handle.spawn();
        let shown = tokio::select! {
            shown = show(Link::Local(handle.clone()), &config, args.recording()) => shown,
            // The terminal is given back before the sentence is said.
            fault = handle.cannot_go_on() => Err(fault.into()),
        };
        stop.cancel();
        tokio::join!(serve::closed(port), engine.stop(serve::GRACE));
        shown
    })
}

/// Shows the control room over `link` until it is left. A recording goes into a file, which may replace another.
pub async fn show(link: Link, config: &Config, record: Option<(&Path, bool)>) -> anyhow::Result<Exit> {
    let recorder = record.map(|(path, force)| {
        let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
        Recorder::create(path, force, &Header::new(width, height))
    });
    let recorder = recorder.transpose()?;
    let output: Box<dyn Write + Send> = match &recorder {
        Some(recorder) => Box::new(CastWriter::new(std::io::stdout(), recorder.clone())),
        None => Box::new(std::io::stdout()),
    };
    // A viewer without a home of its own leaves nothing behind.
    let data = config.home.data();
    let state_file = data.is_dir().then(|| data.join("screen.json"));
    let shown = tui::run(link, Options { ui: config.ui.clone(), state_file, output }).await;
    if let Some(recorder) = recorder {
        recorder.finish().context("the recording is not complete")?;
    }
    shown.map(|()| Exit::Ok)
}
