//! The loop: terminal, bus, answers and clock in; frames out.
//!
//! Frames are drawn only when something changed, at once for keys and at most thirty times a second
//! for everything else; whatever waits is taken in before a frame is drawn.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event as TermEvent, KeyEventKind};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::background::{Heard, Listener, QUESTION};
use super::effect::{self, Answers};
use super::input::Input;
use super::keymap::{Key, Keymap};
use super::links::Links;
use super::model::Model;
use super::msg::{Effect, Load, Msg, PastNews, Walking};
use super::rooms::{Look, Room, Rooms};
use super::signals::{Signalled, Signals};
use super::state::Saved;
use super::terminal::Screen;
use super::theme::{Colors, Theme, ThemeName};
use super::walk::{self, Walked};
use super::{editor, update};
use crate::config::{Desktop, UiConfig};
use crate::domain::Stamp;
use crate::link::past::Difference;
use crate::link::{self, Connection, Link};
use crate::protocol::Moment;

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
}

/// Word for a person who does not look at the screen, and how the terminal gives it.
#[derive(Debug)]
pub struct Notices {
    /// The sentences.
    pub texts: UnboundedReceiver<String>,
    /// Whether the bell rings.
    pub bell: bool,
    /// How a desktop notification is asked for.
    pub desktop: Desktop,
    /// Whether the window's title says how much needs a person.
    pub title: bool,
}

impl Notices {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        let (_, texts) = unbounded_channel();
        Self { texts, bell: false, desktop: Desktop::Off, title: false }
    }
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
    let (theme, chosen) = look(&options.ui, &saved);
    let mut model = Model::new(Screen::size()?, theme, keymap);
    model.theme_chosen = chosen;
    model.label = link.label();
    model.connection = link.connection();
    model.role = link.role();
    model.rooms = options.rooms.as_ref().map(|rooms| (rooms.here.clone(), rooms.known.clone()));
    let account = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|key| std::env::var(key).ok());
    model.forum.writer.account = account.unwrap_or_default();
    saved.apply(&mut model);
    let room = (model.connection != Connection::Local).then(|| model.label.clone());
    let links = Links { on: options.ui.links && !model.theme.glyphs.ascii, room };
    let mut screen = Screen::enter(options.output, options.ui.mouse, links)?;
    // The first frame shows what is known before anything is asked.
    screen.draw(&model)?;
    let asks = !chosen && model.theme.colors != Colors::None;
    let (answer, answers) = Answers::new();
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

/// The look to begin with, and whether a person chose it.
fn look(ui: &UiConfig, saved: &Saved) -> (Theme, bool) {
    use crate::config::Colors as Wanted;
    let env = |key: &str| std::env::var(key).ok();
    let colors = match ui.colors {
        Wanted::Auto => Colors::of_terminal(env),
        Wanted::TrueColor => Colors::True,
        Wanted::Ansi256 => Colors::Ansi256,
        Wanted::Ansi16 => Colors::Ansi16,
        Wanted::None => Colors::None,
    };
    let chosen = ThemeName::parse(&ui.theme).or_else(|| saved.theme());
    let light = saved.light.or_else(|| light_by_env(env("COLORFGBG").as_deref())).unwrap_or(false);
    let guess = if light { ThemeName::Light } else { ThemeName::Dark };
    (Theme::new(chosen.unwrap_or(guess), colors, ui.ascii || is_plain(env)), chosen.is_some())
}

/// Whether the terminal shows ASCII alone, by the locale or by what it is. An environment that says nothing
/// says nothing against Unicode.
pub fn is_plain(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|key| env(key).filter(|value| !value.is_empty()));
    let coded = locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    !coded || matches!(env("TERM").as_deref(), Some("linux" | "dumb" | "vt100" | "vt220"))
}

/// What `COLORFGBG` (`foreground;background`) says of the background.
fn light_by_env(value: Option<&str>) -> Option<bool> {
    let background: u8 = value?.rsplit(';').next()?.parse().ok()?;
    Some(matches!(background, 7 | 9..=15))
}

/// What asks a terminal for a desktop notification.
#[must_use]
pub fn desktop_notice(way: Desktop, said: &str) -> Option<Vec<u8>> {
    let said = crate::domain::text::clean_line(said, 200).replace(';', ",");
    match way {
        Desktop::Off => None,
        Desktop::Osc9 => Some(format!("\x1b]9;{said}\x07").into_bytes()),
        Desktop::Osc777 => Some(format!("\x1b]777;notify;botarium;{said}\x07").into_bytes()),
    }
}

/// What calls the terminal's window so.
#[must_use]
pub fn window_title(title: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", crate::domain::text::clean_line(title, 100)).into_bytes()
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
    answer: Answers,
    walked: UnboundedSender<Walked>,
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
                () = sleep_until(tick) => Woke::Tick,
                _ = spins.tick(), if self.model.animated() => Woke::Spin,
            };
            // After a rest the time comes first: what happens is told against it.
            let happened = !matches!(woke, Woke::Tick | Woke::Spin | Woke::Draw);
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
                Woke::Tick => self.on_tick().await?,
                Woke::Spin => self.handle(Msg::Frame).await?,
                Woke::Draw => {
                    // Keys that wait are taken in before the frame, so that it shows them all.
                    while let Some(events) = terminal.waiting() {
                        self.on_input(events).await?;
                    }
                    self.screen.draw(&self.model)?;
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

    /// Hands the terminal to the person's editor until the text is written.
    async fn edit(&mut self, text: String) -> anyhow::Result<()> {
        self.screen.leave()?;
        let edited = tokio::task::spawn_blocking(move || editor::write(&text)).await;
        self.screen.regain()?;
        self.resized().await?;
        match edited {
            Ok(Ok(text)) => self.handle(Msg::Edited(text)).await,
            Ok(Err(why)) => {
                self.model.toast(super::model::Tone::Bad, why);
                (self.dirty, self.ticks_only) = (true, false);
                Ok(())
            }
            Err(_) => Ok(()), // it was cut off: the text stays as it was
        }
    }

    /// Says in the window's title how much needs a person.
    fn entitle(&mut self) -> std::io::Result<()> {
        if !self.notices.title {
            return Ok(());
        }
        let title = match super::live::needs::needs(&self.model).len() {
            0 => "botarium".to_owned(),
            1 => "botarium: 1 needs you".to_owned(),
            count => format!("botarium: {count} need you"),
        };
        if title == self.title {
            return Ok(());
        }
        self.screen.say(&window_title(&title))?;
        self.title = title;
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
        let effects = self.take(msg);
        self.perform(effects).await
    }

    /// The past shows another moment, or now is shown again.
    async fn on_walked(&mut self, walked: Walked) -> anyhow::Result<()> {
        let said = match walked {
            Walked::Opened(past, shown) => {
                self.past = Some(past);
                self.show(shown.link);
                PastNews::Opened { moment: shown.moment, from_live: true, plays: None }
            }
            Walked::Moved(shown) if self.past.is_some() => {
                self.show(shown.link);
                PastNews::Moved(shown.moment)
            }
            Walked::Moved(_) => return Ok(()), // it was left meanwhile
            Walked::Left => {
                self.past = None;
                self.show(self.now.clone());
                PastNews::Left(self.link.role())
            }
            Walked::Forked(home, activity) => PastNews::Forked { home, activity },
            Walked::Compared(home, difference) => PastNews::Compared { home, difference },
            Walked::Failed(fault) => PastNews::Failed(fault),
        };
        self.handle(news(said)).await
    }

    /// Another society is shown from now on, or the same at another moment: what is still being read of the one before
    /// is of no use.
    fn show(&mut self, link: Link) {
        self.link = link;
        self.answer.shown += 1;
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        let rests = matches!(msg, Msg::Tick(now) if self.rests_until.is_some_and(|until| now < until));
        if !rests && !update::is_quiet(&self.model, &msg) {
            self.ticks_only = matches!(msg, Msg::Tick(_)) && (self.ticks_only || !self.dirty);
            self.dirty = true;
        }
        update::update(&mut self.model, msg)
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                Effect::Load(load) => effect::load(&self.link, load, &self.answer),
                Effect::Walk(Walking::Leave) => drop(self.walked.send(Walked::Left)),
                Effect::Walk(walking) => {
                    let (link, past, walked) = (self.link.clone(), self.past.clone(), self.walked.clone());
                    tokio::spawn(async move {
                        let _ = walked.send(walk::walk(walking, &link, past.as_ref()).await); // it may be closed
                    });
                }
                Effect::Run(command) => effect::run(&self.link, command, &self.answer),
                Effect::Copy(text) => {
                    self.screen.copy(&text)?;
                    self.model.toast(super::model::Tone::Good, "copied");
                    (self.dirty, self.ticks_only) = (true, false);
                }
                Effect::Edit(text) => self.to_edit = Some(text),
                Effect::Redraw => {
                    self.screen.clear();
                    (self.dirty, self.ticks_only) = (true, false);
                }
                Effect::Suspend => self.suspend(true).await?,
                Effect::LookAt(room) => {
                    if let Some(look) = self.look.clone() {
                        let answer = self.answer.clone();
                        tokio::spawn(async move { answer.send(Msg::LookedAt(look(room).await)) });
                    }
                }
                Effect::GoTo(room) => (self.goes_to, self.leave) = (Some(room), true),
                Effect::Quit => self.leave = true,
            }
        }
        Ok(())
    }

    #[cfg_attr(not(unix), allow(clippy::unused_async))]
    async fn suspend(&mut self, whole_group: bool) -> anyhow::Result<()> {
        #[cfg(unix)]
        {
            self.screen.suspend(whole_group).await?;
            self.model.size = Screen::size()?;
            (self.dirty, self.ticks_only, self.urgent) = (true, false, true);
        }
        #[cfg(not(unix))]
        let _ = whole_group;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{is_plain, light_by_env};

    #[test]
    fn ascii_by_itself_where_there_is_nothing_else() {
        let of = |pairs: &[(&str, &str)]| {
            is_plain(|key| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).into()))
        };
        assert!(of(&[("LANG", "C")]) && of(&[("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")]));
        assert!(of(&[("TERM", "linux"), ("LANG", "en_US.UTF-8")]) && of(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!of(&[("LANG", "C.UTF-8")]) && !of(&[("LC_ALL", "en_US.utf8"), ("LANG", "C")]) && !of(&[]));
        assert!(!of(&[("TERM", "xterm-256color"), ("LC_ALL", "")]));
    }

    #[test]
    fn the_background_by_environment() {
        assert_eq!(light_by_env(Some("0;15")), Some(true));
        assert_eq!(light_by_env(Some("15;0")), Some(false));
        assert_eq!(light_by_env(Some("12;default;0")), Some(false));
        assert_eq!(light_by_env(None), None);
    }
}
