//! `botarium`: the control room over an engine in the same process.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::exit::{Exit, Usage};
use super::{Globals, RoomArgs, door, rooms, runtime, serve, setup};
use crate::config::Config;
use crate::demo::cast::{CastWriter, Header, Recorder, Version};
use crate::link::Link;
use crate::link::past::{Difference, Past, Shown};
use crate::logs::LogTo;
use crate::tui::rooms::{Room, Rooms};
use crate::tui::{self, Notices, Options};
use crate::{notify, plain};

/// Opens the control room and stops the engine when it is left.
pub fn run(globals: &Globals, args: &RoomArgs) -> anyhow::Result<Exit> {
    let terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    if !terminal && !args.plain {
        let why = "the control room needs a terminal; use --plain to talk to it by lines, --serve to run without one, \
                   or botarium tail to read along";
        return Err(Usage(why.into()).into());
    }
    match over_an_engine(globals, args)? {
        Some(room) => rooms::go(&room, args.plain),
        None => Ok(Exit::Ok),
    }
}

/// The control room over an engine of its own, until it is left; for another room, with that.
fn over_an_engine(globals: &Globals, args: &RoomArgs) -> anyhow::Result<Option<Room>> {
    let config = setup::config_with(globals, args.flags())?;
    let (ring, _logs) = setup::logs(
        &config.log.level,
        LogTo::Files { directory: config.home.root.join("logs"), keep_days: config.log.keep_days },
    )?;
    runtime::block_on(async {
        let handle = door::room(globals, &config, ring).await?;
        let stop = CancellationToken::new();
        let port = match serve::open_port(&handle, &config, &stop).await {
            Ok(port) => port,
            Err(error) => {
                door::close(handle).await?;
                return Err(error);
            }
        };
        let engine = handle.spawn();
        let link = Link::Local(handle.clone());
        let others = Room::home(&config.home.root).map(|here| rooms::from(globals, here));
        let left = async {
            if args.plain {
                let _unheard = notify::start(link.clone(), &config, &stop);
                talk(link, &config, others, &runtime::stop_token()).await
            } else {
                show(link, &config, others, args.recording()).await
            }
        };
        let shown = tokio::select! {
            shown = left => shown,
            // The terminal is given back before the sentence is said.
            fault = handle.cannot_go_on() => Err(fault.into()),
        };
        stop.cancel();
        tokio::join!(serve::closed(port), engine.stop(serve::GRACE));
        shown
    })
}

/// Shows the control room over `link` until it is left; for another room, with that. A recording goes into a file, which may replace another.
pub async fn show(
    link: Link,
    config: &Config,
    rooms: Option<Rooms>,
    record: Option<(&Path, bool, Version)>,
) -> anyhow::Result<Option<Room>> {
    let recorder = record.map(|(path, force, version)| {
        let (width, height) = crossterm::terminal::size().unwrap_or((80, 24));
        Recorder::create(path, force, &Header { version, ..Header::new(width, height) })
    });
    let recorder = recorder.transpose()?;
    let output: Box<dyn Write + Send> = match &recorder {
        Some(recorder) => Box::new(CastWriter::new(std::io::stdout(), recorder.clone())),
        None => Box::new(std::io::stdout()),
    };
    let stop = CancellationToken::new();
    let _ends = stop.clone().drop_guard();
    let notices = Notices {
        texts: notify::start(link.clone(), config, &stop),
        bell: config.notify.bell,
        desktop: config.notify.desktop,
        title: config.notify.title,
    };
    let state_file = state_file(config);
    let options =
        Options { ui: config.ui.clone(), state_file, output, notices, past: None, rooms, passing: false };
    let shown = tui::run(link, options).await;
    if let Some(recorder) = recorder {
        recorder.finish().context("the recording is not complete")?;
    }
    shown
}

/// Leads the control room as a conversation over `link` until it is left, for another room with that, or the input ends.
pub async fn talk(
    link: Link,
    config: &Config,
    rooms: Option<Rooms>,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Room>> {
    let ascii = config.ui.ascii || tui::is_plain(|key| std::env::var(key).ok());
    let prompt = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    // What was piped in and read ahead would be lost on the way to another room.
    let rooms = rooms.filter(|_| std::io::stdin().is_terminal());
    let options = plain::Options { ascii, prompt, rooms, account: tui::account() };
    plain::run(link, options, typed(), std::io::stdout(), stop).await
}

/// Longest line that is read, in bytes; what is longer is read as several.
const LINE_MAX: u64 = 64 << 10;

/// The lines of standard input, read by a thread that nobody waits for when the conversation ends.
fn typed() -> tokio::sync::mpsc::Receiver<String> {
    let (sender, lines) = tokio::sync::mpsc::channel(64);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut input).take(LINE_MAX).read_until(b'\n', &mut line) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            }
            let said = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            if sender.blocking_send(said).is_err() {
                return;
            }
        }
    });
    lines
}

/// Shows the control room on a moment of the past until it is left; with `plays` acts a second the past goes on, and
/// with `compared` what it was compared with is shown over it.
pub async fn show_past(
    (walk, shown): (Past, Shown),
    config: &Config,
    plays: Option<f64>,
    compared: Option<(PathBuf, Box<Difference>)>,
) -> anyhow::Result<Exit> {
    let past = Some(tui::Past { walk, moment: shown.moment, plays, compared });
    let options = Options {
        ui: config.ui.clone(),
        state_file: state_file(config),
        output: Box::new(std::io::stdout()),
        notices: Notices::none(),
        past,
        rooms: None,
        passing: false,
    };
    tui::run(shown.link, options).await.map(|_| Exit::Ok)
}

/// Where the layout is kept; a viewer without a home of its own leaves nothing behind.
fn state_file(config: &Config) -> Option<PathBuf> {
    let data = config.home.data();
    data.is_dir().then(|| data.join("screen.json"))
}
