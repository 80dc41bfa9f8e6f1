//! `botarium demo`: a society that has lived for a fortnight, to look at, to record and to picture.

use anyhow::Context as _;
use clap::Args;
use clap::builder::PossibleValuesParser;

use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::exit::{Exit, Usage};
use super::out::Out;
use super::{CastArg, Globals, door, runtime, setup};
use crate::demo::cast::{CastWriter, Header, Recorder, Version};
use crate::demo::picture::{self, Ground};
use crate::demo::script::{self, Scenario, Stage};
use crate::demo::{scenarios, screening, society};
use crate::domain::Stamp;
use crate::engine::{self, Clock, Handle};
use crate::files::{OutError, OutFile, shown};
use crate::link::Link;
use crate::logs::{self, LogRing, LogTo};
use crate::tui;
use crate::tui::theme::ThemeName;

/// Open a society that has already lived for a fortnight
#[derive(Debug, Args)]
#[command(after_help = "\
The society is made afresh in a temporary home, which is removed at the end (q asks first); yours is never touched. \
It costs nothing and opens no connection: the prices shown are simulated.

Scenarios inside the program: tour, teaser, personality, budgets, memory_and_why, past, attach. Without a terminal, \
--record plays the tour.

Examples:
  botarium demo
  botarium demo --record tour.cast --script tour
  botarium demo --script my-scenario.yaml --size 100x30
  botarium demo --picture screen.svg --size 120x36")]
pub struct DemoArgs {
    /// Record what the terminal gets, as an asciicast
    #[arg(long, value_name = "FILE.cast")]
    record: Option<PathBuf>,
    /// Play a scenario: a YAML file, or the name of one inside the program; on a terminal it is shown there, until q
    #[arg(long, value_name = "FILE")]
    script: Option<String>,
    /// Draw the screen as an SVG picture
    #[arg(long, value_name = "FILE.svg", conflicts_with = "record")]
    picture: Option<PathBuf>,
    /// Replace the recording or picture if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    cast: CastArg,
    /// Columns and rows of a scenario or picture [default: the scenario's own, 120x36]
    #[arg(long, value_name = "SIZE", value_parser = script::parse_size)]
    size: Option<(u16, u16)>,
    /// The look of a scenario or picture
    #[arg(long, value_name = "THEME", default_value = "dark", value_parser = PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::as_str)))]
    theme: String,
}

pub fn run(globals: &Globals, args: &DemoArgs, out: &Out) -> anyhow::Result<Exit> {
    let scenario = scenario(args)?;
    if scenario.is_none() && args.picture.is_none() && args.size.is_some() {
        return Err(Usage("--size belongs to --script and --picture; a terminal has its own".into()).into());
    }
    let home = tempfile::Builder::new().prefix("botarium-demo-").tempdir().context(
        "a temporary home for the demo cannot be made; set TMPDIR to a directory that can be written",
    )?;
    let seed = globals.seed.unwrap_or(society::SEED);
    let theme = ThemeName::parse(&args.theme).unwrap_or_default();
    let stop = async {
        match (&scenario, &args.picture) {
            (Some(scenario), _) => play(home.path(), scenario, seed, theme, args, out).await,
            (None, Some(file)) => {
                let size = args.size.unwrap_or((120, 36));
                picture(home.path(), (file, args.force), size, seed, theme, out).await
            }
            (None, None) => watch(home.path(), globals, seed, args, out).await,
        }
    };
    let headless = scenario.is_some() || args.picture.is_some();
    runtime::block_on(async {
        if !headless {
            return stop.await; // the control room hears signals itself
        }
        tokio::select! {
            result = stop => result,
            () = runtime::asked_to_stop() => Ok(Exit::Interrupted),
        }
    })
}

/// The scenario asked for; the tour where a recording is wanted and nobody sits at a terminal.
fn scenario(args: &DemoArgs) -> anyhow::Result<Option<Scenario>> {
    let named = match &args.script {
        Some(name) => name.as_str(),
        None if args.record.is_some() && args.picture.is_none() && !std::io::stdout().is_terminal() => "tour",
        None => return Ok(None),
    };
    if args.picture.is_some() {
        return Err(Usage("--picture and --script do not go together; run the command twice".into()).into());
    }
    let mut scenario = match scenarios::text(named) {
        Some(text) => script::parse(named, text)?,
        None => {
            let text = std::fs::read_to_string(named).with_context(|| {
                format!("cannot read {named}; it is no file, and the program holds {}", scenarios::names())
            })?;
            script::parse(named, &text)?
        }
    };
    if let Some(size) = args.size {
        scenario.size = size;
    }
    Ok(Some(scenario))
}

/// The society on simulated time, with a log whose lines are the same every time.
async fn stage(home: &Path, seed: u64, theme: ThemeName) -> anyhow::Result<Stage> {
    let ring = LogRing::new(|| society::CURTAIN);
    let _logs = logs::start("info", LogTo::Nowhere, ring.clone())?;
    let handle = society::grow(home, society::CURTAIN, seed, ring).await?;
    Ok(Stage { handle: handle.clone(), link: Link::Local(handle), seed, theme })
}

/// Plays a scenario on simulated time.
async fn play(
    home: &Path,
    scenario: &Scenario,
    seed: u64,
    theme: ThemeName,
    args: &DemoArgs,
    out: &Out,
) -> anyhow::Result<Exit> {
    let record = args.record.as_deref();
    // Before the society is grown: a place that cannot be written to is told at once.
    let file = record.map(|path| OutFile::create(path, args.force)).transpose()?;
    let stage = stage(home, seed, theme).await?;
    let handle = stage.handle.clone();
    let steps = scenario.steps.len();
    let told = match (file, record) {
        (Some(file), Some(path)) => {
            let played = script::play(scenario, stage, BufWriter::new(file), args.cast.version()).await;
            door::close(handle).await?;
            let (played, file) = played?;
            let failed = |why| OutError::Io { path: path.to_owned(), why };
            file.into_inner().map_err(|error| failed(error.into_error()))?.finish()?;
            let seconds = played.length.as_secs_f64();
            format!("{steps} steps, {seconds:.0} s, {} events in {}", played.events, shown(path))
        }
        _ if std::io::stdout().is_terminal() => {
            let played = script::play(scenario, stage, Vec::new(), Version::V3).await;
            door::close(handle).await?;
            let (_, cast) = played?;
            screening::show(&cast, scenario.size).await?;
            return Ok(Exit::Ok);
        }
        _ => {
            let played = script::play(scenario, stage, std::io::sink(), Version::V3).await;
            door::close(handle).await?;
            let seconds = played?.0.length.as_secs_f64();
            format!("{steps} steps, {seconds:.0} s: everything was as expected")
        }
    };
    out.note(&told);
    Ok(Exit::Ok)
}

/// Draws the control room as it opens.
async fn picture(
    home: &Path,
    (file, force): (&Path, bool),
    size: (u16, u16),
    seed: u64,
    theme: ThemeName,
    out: &Out,
) -> anyhow::Result<Exit> {
    let mut picture = OutFile::create(file, force)?;
    let stage = stage(home, seed, theme).await?;
    let handle = stage.handle.clone();
    let scenario = Scenario { size, ..script::parse("picture", scenarios::PICTURE)? };
    let drawn = script::play(&scenario, stage, std::io::sink(), Version::V3).await;
    door::close(handle).await?;
    let (played, _) = drawn?;
    let ground = if theme.is_light() { Ground::LIGHT } else { Ground::DARK };
    let svg = picture::svg(&played.cells, "botarium demo", ground);
    let failed = |why| OutError::Io { path: file.to_owned(), why };
    picture.write_all(svg.as_bytes()).map_err(failed)?;
    picture.finish()?;
    out.note(&format!("{}x{} cells in {}", size.0, size.1, shown(file)));
    Ok(Exit::Ok)
}

/// Opens the control room on the society, on the wall clock.
async fn watch(
    home: &Path,
    globals: &Globals,
    seed: u64,
    args: &DemoArgs,
    out: &Out,
) -> anyhow::Result<Exit> {
    let record = args.record.as_deref();
    if !std::io::stdout().is_terminal() {
        return Err(Usage("the demo needs a terminal; without one, use --script or --picture".into()).into());
    }
    let config = setup::config(globals)?;
    let logs = LogTo::Files { directory: home.join("logs"), keep_days: 1 };
    let (ring, _logs) = setup::logs(&config.log.level, logs)?;
    out.note(&format!("a fortnight passes in {} (removed at the end) …", home.display()));
    let now = Clock::system(config.zone()).now();
    let grown = society::grow(home, now, seed, ring.clone()).await?;
    door::close(grown).await?;
    let settings =
        engine::Settings { log: ring, ..society::settings(home, Clock::system(config.zone()), seed) };
    let handle = engine::start(settings)?;
    let (output, recorder) = screen(record, (args.force, args.cast.version()), now)?;
    let engine = handle.spawn();
    let options = tui::Options {
        ui: config.ui.clone(),
        state_file: None,
        output,
        notices: tui::Notices::none(),
        past: None,
        rooms: None,
        passing: true,
    };
    let left = tui::run(Link::Local(Handle::clone(&handle)), options).await;
    engine.stop(super::serve::GRACE).await;
    if let (Some(recorder), Some(path)) = (recorder, record) {
        recorder
            .finish()
            .with_context(|| format!("the recording {} ends where writing it failed", shown(path)))?;
        out.note(&format!("recorded in {}", shown(path)));
    }
    left.map(|_| Exit::Ok)
}

/// The terminal, or what stands before it to record it.
fn screen(
    record: Option<&Path>,
    (force, version): (bool, Version),
    now: Stamp,
) -> anyhow::Result<(Box<dyn Write + Send>, Option<Recorder>)> {
    let Some(path) = record else { return Ok((Box::new(std::io::stdout()), None)) };
    let (width, height) = crossterm::terminal::size().context("the terminal does not tell its size")?;
    let header = Header {
        version,
        timestamp: Some(now.timestamp().as_second()),
        idle_time_limit: Some(3.0),
        title: Some("botarium demo".into()),
        term: std::env::var("TERM").unwrap_or_else(|_| "xterm-256color".into()),
        ..Header::new(width, height)
    };
    let recorder = Recorder::create(path, force, &header)?;
    Ok((Box::new(CastWriter::new(std::io::stdout(), recorder.clone())), Some(recorder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_scenario() {
        let help = DemoArgs::augment_args(clap::Command::new("demo")).render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(&format!("inside the program: {}. ", scenarios::names())), "{help}");
    }
}
