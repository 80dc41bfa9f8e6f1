//! Plays a scenario: presses, types, waits and looks, while simulated time passes for the engine
//! and the control room alike.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use ratatui::buffer::Buffer;

use super::attach::Door;
use super::{Deed, Scenario, Step};
use crate::demo::cast::{Cast, Header, Version};
use crate::domain::Stamp;
use crate::engine::{Handle, Run};
use crate::link::{Link, Role};
use crate::tui::headless::Headless;
use crate::tui::keymap::Key;
use crate::tui::theme::ThemeName;

/// How finely time passes.
const SLICE: Duration = Duration::from_millis(100);
/// Between two ticks of the control room's clock.
const SECOND: Duration = Duration::from_secs(1);
/// Thinking time before a key, at least, and what chance adds, in milliseconds.
const KEY_GAP: (u64, u64) = (220, 260);
/// The same before a typed character.
const TYPE_GAP: (u64, u64) = (45, 95);
/// How long a key is shown.
const KEY_SHOWN: Duration = Duration::from_millis(900);

/// Where a scenario is played: an engine on simulated time.
pub struct Stage {
    /// The engine.
    pub handle: Handle,
    /// The way of the control room to it.
    pub link: Link,
    /// The seed of the typing.
    pub seed: u64,
    /// The look.
    pub theme: ThemeName,
}

/// What was played.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// How long it took, on the stage's time.
    pub length: Duration,
    /// Events of the recording.
    pub events: u64,
    /// The last screen.
    pub screen: Vec<String>,
    /// Its cells.
    pub cells: Buffer,
}

/// A step that did not come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The line of the step, from 1.
    pub line: usize,
    /// The step, from 1.
    pub step: usize,
    /// Its word.
    pub word: &'static str,
    /// What is wrong.
    pub message: String,
    /// The screen then.
    pub screen: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: step {} ({}): {}", self.file, self.line, self.step, self.word, self.message)?;
        f.write_str("\nthe screen was:")?;
        self.screen.iter().try_for_each(|line| write!(f, "\n  │{line}"))
    }
}

impl std::error::Error for Failure {}

/// Plays a scenario and writes what a terminal would have got as a recording to `file`.
///
/// # Errors
/// [`Failure`] for a step that does not come out; the engine; the file.
pub async fn play<W: Write + Send>(
    scenario: &Scenario,
    stage: Stage,
    file: W,
    version: Version,
) -> anyhow::Result<(Played, W)> {
    let header = Header {
        version,
        idle_time_limit: scenario.idle,
        title: (!scenario.title.is_empty()).then(|| scenario.title.clone()),
        ..Header::new(scenario.size.0, scenario.size.1)
    };
    let begin = stage.handle.clock().now();
    let mut player = Player {
        room: Headless::open(stage.link, scenario.size, stage.theme).await?,
        door: None,
        size: scenario.size,
        theme: stage.theme,
        handle: stage.handle,
        begin,
        now: Duration::ZERO,
        ticked: Duration::ZERO,
        key_until: Duration::ZERO,
        chance: ChaCha8Rng::seed_from_u64(stage.seed ^ 0x7363_7269_7074),
        cast: Cast::new(file, &header)?,
    };
    player.cast.output(Duration::ZERO, b"\x1b[?25l\x1b[2J")?;
    player.draw()?;
    for (nth, step) in scenario.steps.iter().enumerate() {
        if let Some(message) = player.step(step).await? {
            let failure = Failure {
                file: scenario.name.clone(),
                line: step.line,
                step: nth + 1,
                word: step.deed.word(),
                message,
                screen: player.room.lines(),
            };
            return Err(failure.into());
        }
    }
    // Whoever plays it in a terminal gets the cursor back, below the picture.
    player.cast.output(player.now, format!("\x1b[0m\x1b[{};1H\x1b[?25h", player.size.1).as_bytes())?;
    let (length, screen, events) = (player.now, player.room.lines(), player.cast.events());
    let cells = player.room.cells().clone();
    let file = player.cast.finish()?;
    Ok((Played { length, events, screen, cells }, file))
}

struct Player<W: Write> {
    room: Headless,
    /// Where attached control rooms come in.
    door: Option<Door>,
    size: (u16, u16),
    theme: ThemeName,
    handle: Handle,
    begin: Stamp,
    now: Duration,
    ticked: Duration,
    key_until: Duration,
    chance: ChaCha8Rng,
    cast: Cast<W>,
}

impl<W: Write> Player<W> {
    /// Does a step; answers what is wrong, if it did not come out.
    async fn step(&mut self, step: &Step) -> anyhow::Result<Option<String>> {
        match &step.deed {
            Deed::Keys(keys) => {
                for key in keys {
                    let gap = self.gap(KEY_GAP);
                    self.pass(gap).await?;
                    self.press(*key, true).await?;
                    if self.room.has_left() {
                        return Ok(Some(format!("{key} left the control room")));
                    }
                }
            }
            Deed::Type(text) => {
                for c in text.chars() {
                    let gap = self.gap(TYPE_GAP);
                    self.pass(gap).await?;
                    self.press(Key::char(c), false).await?;
                    if self.room.has_left() {
                        return Ok(Some(format!("typing `{c}` left the control room")));
                    }
                }
            }
            Deed::WaitFor(text, within) => {
                let until = self.now + *within;
                while !self.sees(text) {
                    if self.now >= until {
                        let seconds = within.as_secs_f64();
                        return Ok(Some(format!("`{text}` did not come onto the screen within {seconds} s")));
                    }
                    self.pass(SLICE).await?;
                }
            }
            Deed::Caption(text) => {
                if !text.is_empty() {
                    self.cast.marker(self.now, text)?;
                }
                self.room.caption(text);
                self.draw()?;
            }
            Deed::Resize(width, height) => {
                self.size = (*width, *height);
                self.cast.resize(self.now, *width, *height)?;
                self.room.resize(*width, *height).await?;
                self.draw()?;
            }
            Deed::Attach(role) => self.attach(*role).await?,
            Deed::Assert(text) if !self.sees(text) => {
                return Ok(Some(format!("`{text}` is not on the screen")));
            }
            Deed::Absent(text) if self.sees(text) => {
                return Ok(Some(format!("`{text}` is on the screen")));
            }
            Deed::Assert(_) | Deed::Absent(_) => {}
            Deed::Pause(time) => self.pass(*time).await?,
        }
        Ok(None)
    }

    /// Leaves the room for one that is attached through the port.
    async fn attach(&mut self, role: Role) -> anyhow::Result<()> {
        let door = match self.door.take() {
            Some(door) => door,
            None => Door::open(&self.handle)?,
        };
        // The old room hangs up before the new one calls: both look at the same count of viewers.
        let nobody = Link::Local(self.handle.clone());
        self.room = Headless::open(nobody, self.size, self.theme).await?;
        let link = door.link(&self.handle, role).await?;
        self.door = Some(door);
        let source = self.handle.subscribe();
        self.room = Headless::open(link, self.size, self.theme).await?;
        self.room.keep_up_with(source);
        self.room.tick(self.handle.clock().now()).await?;
        let frame = self.room.frame()?;
        Ok(self.cast.output(self.now, &[b"\x1b[2J", frame.as_slice()].concat())?)
    }

    async fn press(&mut self, key: Key, shown: bool) -> anyhow::Result<()> {
        self.cast.input(self.now, &key.to_string())?;
        if shown {
            self.room.pressed(&key.to_string());
            self.key_until = self.now + KEY_SHOWN;
        }
        self.room.key(key).await?;
        self.draw()
    }

    fn gap(&mut self, (least, more): (u64, u64)) -> Duration {
        Duration::from_millis(least + u64::from(self.chance.next_u32()) * more / (1 << 32))
    }

    fn sees(&self, text: &str) -> bool {
        self.room.lines().iter().any(|line| line.contains(text))
    }

    /// Lets time pass, for the bots and for the screen.
    async fn pass(&mut self, time: Duration) -> anyhow::Result<()> {
        let until = self.now + time;
        while self.now < until {
            let tick = self.ticked + SECOND;
            self.now = (self.now + SLICE).min(until).min(tick.max(self.now + Duration::from_micros(1)));
            let passed = i64::try_from(self.now.as_micros()).unwrap_or(i64::MAX);
            let room_time = self.begin.plus_micros(passed);
            self.handle.run_beats(Run { until: Some(room_time), ..Run::default() }, |_| {}).await?;
            self.handle.clock().advance(room_time);
            self.room.listen().await?;
            if self.now >= tick {
                self.ticked = tick;
                self.room.tick(room_time).await?;
            }
            if self.now >= self.key_until {
                self.room.pressed("");
            }
            self.draw()?;
        }
        Ok(())
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let frame = self.room.frame()?;
        if !frame.is_empty() {
            self.cast.output(self.now, &frame)?;
        }
        Ok(())
    }
}
