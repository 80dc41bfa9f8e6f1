//! The loop: terminal, bus, answers and clock in; frames out.
//!
//! Frames are drawn only when something changed, at once for keys and at most thirty times a second
//! for everything else; whatever waits is taken in before a frame is drawn.

mod look;
mod notices;
mod perform;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event as TermEvent, KeyEventKind};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::background::{Heard, Listener, QUESTION};
use super::effect::AnswerSender;
use super::input::Input;
use super::keymap::{Key, Keymap};
use super::links::Links;
use super::msg::{Effect, Load, Msg, PastNews};
use super::rooms::{Look, Room, Rooms};
use super::saved::Saved;
use super::signals::{Signalled, Signals};
use super::state::Model;
use super::terminal::Screen;
use super::theme::Colors;
use super::update;
use super::walk::Walked;
use crate::config::UiConfig;
use crate::domain::Stamp;
use crate::link::past::Difference;
use crate::link::{self, Connection, Link};
use crate::protocol::Moment;

pub use look::{account, is_plain};
pub use notices::{Notices, desktop_notice, window_title};

/// What a control room is told when it opens.
pub struct Options {
    /// `ui.*` of the configuration.
    pub ui: UiConfig,
    /// Where the layout is kept between runs.
    pub state_file: Option<PathBuf>,
    /// The terminal, or what stands between to record it.
    pub output: Box<dyn Write + Send>,
    /// What the terminal is to tell a person who does not look.
    pub notices: Notices,
    /// The past to begin in.
    pub past: Option<Past>,
    /// The rooms that can be gone to from here.
    pub rooms: Option<Rooms>,
    /// The society goes with the control room: leaving asks.
    pub passing: bool,
}

/// A walk in the past that a control room begins with.
pub struct Past {
    /// The walk.
    pub walk: link::Past,
    /// Where it is.
    pub moment: Moment,
    /// Acts a second, where it goes on by itself at once.
    pub plays: Option<f64>,
    /// Another home that it was compared with, and how they differ: shown over it.
    pub compared: Option<(PathBuf, Box<Difference>)>,
}

/// Shortest time between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(33);
/// How often the clock is looked at while something is told in seconds.
const TICK: Duration = Duration::from_secs(1);
/// How long the cursor rests before an engine far away is asked about what is under it: longer than a held key
/// takes to come again.
const REST: Duration = Duration::from_millis(150);
/// How fast the spinner turns.
const SPIN: Duration = Duration::from_millis(120);
/// Events taken in before a frame is drawn.
const DRAIN: usize = 4_096;

/// Opens the control room and returns when it is left; for another room, with that.
///
/// # Errors
/// The keys of the configuration clash, or the terminal cannot be used.
pub async fn run(link: Link, options: Options) -> anyhow::Result<Option<Room>> {
    let keymap = Keymap::with(&options.ui.keys).map_err(|why| anyhow::anyhow!("ui.keys {why}"))?;
    let saved = options.state_file.as_deref().map(Saved::read).unwrap_or_default();
    let (theme, chosen) = look::begin(&options.ui, &saved);
    let mut model = Model::new(Screen::size()?, theme, keymap);
    model.theme_chosen = chosen;
    model.label = link.label();
    model.connection = link.connection();
    model.role = link.role();
    model.rooms = options.rooms.as_ref().map(|rooms| (rooms.here.clone(), rooms.known.clone()));
    model.forum.writer.account = look::account();
    model.passing = options.passing;
    saved.apply(&mut model);
    let room = (model.connection != Connection::Local).then(|| model.label.clone());
    let links = Links { on: options.ui.links && !model.theme.glyphs.ascii, room };
    let apart = cfg!(unix) && !look::is_simple(std::env::var("TERM").ok().as_deref());
    let mut screen = Screen::enter(options.output, options.ui.mouse, apart, links)?;
    // The first frame shows what is known before anything is asked.
    let drawn = screen.draw(&model)?;
    model.drew(drawn);
    let asks = !chosen && model.theme.colors != Colors::None;
    let (answer, answers) = AnswerSender::new();
    let (walked, walks) = unbounded_channel();
    let mut app = App {
        now: link.clone(),
        link,
        past: None,
        begins: options.past,
        look: options.rooms.map(|rooms| rooms.look),
        goes_to: None,
        model,
        screen,
        answer,
        walked,
        reads: Vec::new(),
        rested: None,
        background: Listener::default(),
        light: saved.light,
        base: None,
        dirty: true,
        ticks_only: false,
        ticked: Instant::now(),
        rests_until: None,
        urgent: true,
        leave: false,
        notices: options.notices,
        to_edit: None,
        title: String::new(),
    };
    if asks {
        app.ask()?;
    }
    let outcome = app.live(answers, walks).await;
    if let Some(path) = &options.state_file {
        Saved::of(&app.model, app.light).write(path);
    }
    outcome.map(|()| app.goes_to)
}

struct App {
    /// The way to what is shown.
    link: Link,
    /// The way to what goes on now.
    now: Link,
    /// The walk in the past that is shown.
    past: Option<link::Past>,
    /// The one to begin with.
    begins: Option<Past>,
    /// What looks at another room.
    look: Option<Look>,
    /// The room this one is left for.
    goes_to: Option<Room>,
    model: Model,
    screen: Screen,
    answer: AnswerSender,
    walked: UnboundedSender<Walked>,
    /// What is being read.
    reads: Vec<(Load, AbortHandle)>,
    /// When the cursor has rested, if something waits for that.
    rested: Option<Instant>,
    background: Listener,
    /// Whether the terminal was light when it was asked last.
    light: Option<bool>,
    /// The room's time, and when it was told.
    base: Option<(Stamp, Instant)>,
    dirty: bool,
    /// Whether nothing happened since the last frame but that the clock moved.
    ticks_only: bool,
    /// When the clock was looked at last.
    ticked: Instant,
    /// The room's time until which the last frame stays right.
    rests_until: Option<Stamp>,
    /// A key waits for its frame.
    urgent: bool,
    leave: bool,
    notices: Notices,
    /// What a person wants to write in an editor of their own.
    to_edit: Option<String>,
    /// What the window is called.
    title: String,
}

fn news(news: PastNews) -> Msg {
    Msg::Past(Box::new(news))
}

/// Why the loop woke.
enum Woke {
    Terminal(Option<Vec<TermEvent>>),
    Event(Option<std::sync::Arc<crate::protocol::Event>>),
    Answer(Option<Box<(u64, Msg)>>),
    Walked(Box<Walked>),
    /// What began like an answer of the terminal was keys.
    Held,
    Rested,
    Tick,
    Spin,
    Draw,
    Notice(String),
    Signal(Signalled),
}

impl App {
    /// Asks the terminal for its background, past the output: a recording must not ask whoever plays it.
    fn ask(&mut self) -> std::io::Result<()> {
        if cfg!(unix) {
            let mut out = std::io::stdout();
            out.write_all(QUESTION)?;
            out.flush()?;
            self.background.asked();
        }
        Ok(())
    }

    async fn live(
        &mut self,
        mut answers: UnboundedReceiver<(u64, Msg)>,
        mut walks: UnboundedReceiver<Walked>,
    ) -> anyhow::Result<()> {
        // Listening begins before reading, so that nothing falls between.
        let mut bus = self.link.subscribe();
        let mut bus_open = true;
        match self.begins.take() {
            Some(Past { walk, moment, plays, compared }) => {
                bus_open = false; // nothing happens there
                self.past = Some(walk);
                self.handle(news(PastNews::Opened { moment, from_live: false, plays })).await?;
                if let Some((home, difference)) = compared {
                    self.handle(news(PastNews::Compared { home, difference })).await?;
                }
            }
            None => {
                let effects = update::start(&mut self.model);
                self.perform(effects).await?;
            }
        }
        let mut terminal = Input::new();
        let mut signals = Signals::new()?;
        // The size may have changed before anybody listened.
        let (width, height) = Screen::size()?;
        self.handle(Msg::Resize(width, height)).await?;
        self.ticked = Instant::now().checked_sub(TICK).unwrap_or(self.ticked);
        let mut spins = interval(SPIN);
        spins.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut drawn = Instant::now();
        while !self.leave {
            if let Some(text) = self.to_edit.take() {
                terminal.end().await; // the keys are the editor's
                self.edit(text).await?;
                terminal = Input::new();
            }
            let due = if self.urgent { Instant::now() } else { drawn + FRAME };
            let tick = self.ticked + self.rest();
            let held = self.background.holds_until();
            let woke = tokio::select! {
                biased;
                signal = signals.recv() => Woke::Signal(signal),
                events = terminal.next() => Woke::Terminal(events),
                () = sleep_until(due), if self.dirty => Woke::Draw,
                msg = answers.recv() => Woke::Answer(msg.map(Box::new)),
                Some(walked) = walks.recv() => Woke::Walked(Box::new(walked)),
                event = bus.recv(), if bus_open => Woke::Event(event),
                Some(said) = self.notices.texts.recv() => Woke::Notice(said),
                () = sleep_until(held.unwrap_or(tick)), if held.is_some() => Woke::Held,
                () = sleep_until(self.rested.unwrap_or(tick)), if self.rested.is_some() => Woke::Rested,
                () = sleep_until(tick) => Woke::Tick,
                _ = spins.tick(), if self.model.animated() => Woke::Spin,
            };
            // After a rest the time comes first: what happens is told against it.
            let happened = !matches!(woke, Woke::Rested | Woke::Tick | Woke::Spin | Woke::Draw);
            if happened && self.ticked.elapsed() > TICK {
                self.on_tick().await?;
            }
            match woke {
                Woke::Terminal(Some(events)) => self.on_input(events).await?,
                Woke::Terminal(None) | Woke::Signal(Signalled::End) => self.leave = true,
                Woke::Signal(Signalled::Suspend) => self.suspend(false).await?,
                Woke::Signal(Signalled::Size) => self.resized().await?,
                Woke::Answer(answer) => {
                    let mut next = answer.map(|answer| *answer);
                    while let Some((shown, msg)) = next {
                        let is_late = shown != self.answer.shown && matches!(msg, Msg::Loaded(..));
                        if !is_late {
                            self.handle(msg).await?;
                        }
                        next = answers.try_recv().ok();
                    }
                }
                Woke::Walked(walked) => self.on_walked(*walked).await?,
                Woke::Event(None) => {
                    bus_open = false;
                    let reason = "the engine stopped".into();
                    self.handle(Msg::Link(Connection::Closed { reason }, self.link.role())).await?;
                }
                Woke::Event(Some(event)) => {
                    self.handle(Msg::Event(event)).await?;
                    for _ in 0..DRAIN {
                        let Some(event) = bus.try_recv() else { break };
                        self.handle(Msg::Event(event)).await?;
                    }
                }
                Woke::Notice(said) => {
                    let bell = self.notices.bell.then(|| b"\x07".to_vec());
                    let desktop = desktop_notice(self.notices.desktop, &said);
                    for bytes in bell.into_iter().chain(desktop) {
                        self.screen.say(&bytes)?;
                    }
                }
                Woke::Held => {
                    let keys = self.background.give_up();
                    self.on_events(keys).await?;
                }
                Woke::Rested => self.handle(Msg::Rested).await?,
                Woke::Tick => self.on_tick().await?,
                Woke::Spin => self.handle(Msg::Frame).await?,
                Woke::Draw => {
                    // Keys that wait are taken in before the frame, so that it shows them all.
                    while let Some(events) = terminal.waiting() {
                        self.on_input(events).await?;
                    }
                    let shown = self.screen.draw(&self.model)?;
                    self.model.drew(shown);
                    self.entitle()?;
                    self.rests_until = self.model.rests_until().filter(|_| self.ticks_only);
                    (self.dirty, self.urgent, drawn) = (false, false, Instant::now());
                }
            }
        }
        if let Some(end) = self.background.worth_waiting_until() {
            let mut ended = false;
            while !ended && let Ok(Some(events)) = timeout_at(end, terminal.next()).await {
                ended =
                    events.into_iter().any(|event| matches!(self.background.hear(event), Heard::Answer(_)));
            }
        }
        terminal.end().await;
        Ok(())
    }

    /// Takes in what the terminal sent together, which may be its answer instead of keys.
    async fn on_input(&mut self, events: Vec<TermEvent>) -> anyhow::Result<()> {
        for event in events {
            match self.background.hear(event) {
                Heard::Part | Heard::Answer(None) => {}
                Heard::Answer(Some(light)) => {
                    self.light = Some(light);
                    self.handle(Msg::LightTerminal(light)).await?;
                }
                Heard::Events(events) => self.on_events(events).await?,
            }
        }
        Ok(())
    }

    async fn on_events(&mut self, events: Vec<TermEvent>) -> anyhow::Result<()> {
        for event in events {
            self.on_terminal(event).await?;
        }
        Ok(())
    }

    async fn on_terminal(&mut self, event: TermEvent) -> anyhow::Result<()> {
        let msg = match event {
            TermEvent::Key(key) if key.kind != KeyEventKind::Release => Msg::Key(Key::from(key)),
            TermEvent::Mouse(mouse) => Msg::Mouse(mouse),
            TermEvent::Paste(text) => Msg::Paste(text),
            // Where there are signals they tell it, for this one is lost when a key comes with it. The key
            // is lost when this one is not, until more comes in: crossterm waits for changes, not for
            // what lies there. The answer to a question is more.
            TermEvent::Resize(..) if cfg!(unix) => return Ok(self.ask()?),
            TermEvent::Resize(..) => return self.resized().await,
            _ => return Ok(()),
        };
        self.urgent |= matches!(msg, Msg::Key(_) | Msg::Paste(_));
        self.handle(msg).await
    }

    async fn resized(&mut self) -> anyhow::Result<()> {
        // A window that was pulled smaller and back has lost cells, though its size is the same.
        self.screen.clear();
        let (width, height) = Screen::size()?;
        self.handle(Msg::Resize(width, height)).await
    }

    /// How long after the last look at the clock the next one is due. Another process may be gone at any
    /// moment and is asked after every second.
    fn rest(&self) -> Duration {
        let until = self.rests_until.filter(|_| self.model.connection == Connection::Local);
        let micros = until.map_or(0, |until| until.micros() - self.model.now.micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0)).max(TICK)
    }

    async fn on_tick(&mut self) -> anyhow::Result<()> {
        self.ticked = Instant::now();
        let connection = self.now.connection();
        if connection != self.model.connection && !matches!(self.model.connection, Connection::Closed { .. })
        {
            self.handle(Msg::Link(connection, self.link.role())).await?;
        }
        let now = match self.base {
            Some((stamp, at)) if !self.model.simulated() && self.past.is_none() => {
                let passed = i64::try_from(at.elapsed().as_micros()).unwrap_or(i64::MAX);
                stamp.plus_micros(passed)
            }
            _ => self.model.now,
        };
        self.handle(Msg::Tick(now)).await
    }

    async fn handle(&mut self, msg: Msg) -> anyhow::Result<()> {
        if let Msg::Loaded(Load::Room, Ok(super::msg::Data::Room(room))) = &msg {
            self.base = Some((room.now, Instant::now()));
        }
        let by_hand = matches!(msg, Msg::Key(_) | Msg::Mouse(_));
        let effects = self.take(msg);
        self.rested = match self.rested {
            _ if !self.model.known.waits() => None,
            Some(rested) if !by_hand => Some(rested),
            _ => Some(Instant::now() + REST),
        };
        self.perform(effects).await
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        let rests = matches!(msg, Msg::Tick(now) if self.rests_until.is_some_and(|until| now < until));
        if !rests && !update::is_quiet(&self.model, &msg) {
            self.ticks_only = matches!(msg, Msg::Tick(_)) && (self.ticks_only || !self.dirty);
            self.dirty = true;
        }
        update::update(&mut self.model, msg)
    }
}
