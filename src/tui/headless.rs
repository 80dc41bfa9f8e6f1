//! The control room without a terminal: keys, time and size are given, frames are bytes and cells.
//!
//! The same model, the same `update` and the same panes as on a terminal. Only the loop differs:
//! what is asked of the link is awaited before the next message is taken in, in order, so a session
//! on simulated time is the same every time. It starts no clock and reads no environment.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use tokio::sync::mpsc::UnboundedReceiver;

use super::canvas::Canvas;
use super::effect::{self, AnswerSender};
use super::keymap::{Key, Keymap};
use super::msg::{Command, Effect, Msg, Outcome, PastNews};
use super::rooms::{Look, Room, Rooms};
use super::theme::{Colors, Theme, ThemeName};
use super::walk::{Walked, walk};
use super::widgets::text;
use super::{update, view};
use crate::domain::Stamp;
use crate::link::{Link, Past, Subscription};
use crate::protocol::{Event, Fault};
use crate::tui::state::{Model, Tone};

/// How long an announced event may take over the link before something is wrong.
const ARRIVES: Duration = Duration::from_secs(20);

/// A control room that is driven by a program.
pub struct Headless {
    /// The way to what is shown.
    link: Link,
    /// The way to what goes on now.
    now: Link,
    /// The walk in the past that is shown.
    past: Option<Past>,
    model: Model,
    canvas: Canvas,
    bus: Subscription,
    /// What a remote engine itself announces; all of it has to arrive here.
    source: Option<Subscription>,
    answer: AnswerSender,
    answers: UnboundedReceiver<(u64, Msg)>,
    caption: Caption,
    copied: Option<String>,
    /// What is asked for and not performed yet: a key was not waited for.
    under_way: VecDeque<Effect>,
    /// What is changed from here, once somebody wants to know.
    changes: Option<Vec<Change>>,
    dirty: bool,
    left: bool,
    look: Option<Look>,
    goes_to: Option<Room>,
}

/// A change of the society by way of this control room.
#[derive(Clone, Debug)]
pub enum Change {
    /// It was asked for.
    Asked(Command),
    /// This came of it.
    Came(Command, Result<Outcome, Fault>),
}

/// What the last line says instead of its hints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Caption {
    text: String,
    key: String,
}

impl Headless {
    /// Opens a control room of this size, with the default keys and all colours, and reads what it shows.
    ///
    /// # Errors
    /// The first frame could not be drawn.
    pub async fn open(link: Link, (width, height): (u16, u16), theme: ThemeName) -> anyhow::Result<Self> {
        crossterm::style::force_color_output(true);
        let mut model =
            Model::new((width, height), Theme::new(theme, Colors::True, false), Keymap::default());
        model.label = link.label();
        model.connection = link.connection();
        model.role = link.role();
        let bus = link.subscribe();
        let (answer, answers) = AnswerSender::new();
        let caption = Caption::default();
        let mut room = Self {
            now: link.clone(),
            link,
            past: None,
            model,
            canvas: Canvas::new(),
            bus,
            source: None,
            answer,
            answers,
            caption,
            copied: None,
            under_way: VecDeque::new(),
            changes: None,
            dirty: true,
            left: false,
            look: None,
            goes_to: None,
        };
        let effects = update::start(&mut room.model);
        room.settle(effects.into()).await?;
        Ok(room)
    }

    /// Other rooms can be gone to from now on.
    pub fn knows(&mut self, rooms: Rooms) {
        self.model.rooms = Some((rooms.here, rooms.known));
        self.look = Some(rooms.look);
    }

    /// Whom a person is taken for until they say another name: their account.
    pub fn is_for(&mut self, account: String) {
        self.model.forum.writer.account = account;
    }

    /// The room that this one was left for.
    #[must_use]
    pub fn goes_to(&self) -> Option<Room> {
        self.goes_to.clone()
    }

    /// Waits from now on, before anything else is taken in, until everything that `source` announces
    /// has come over the link. Without it a remote room would show what happens to have arrived.
    pub fn keep_up_with(&mut self, source: Subscription) {
        self.source = Some(source);
    }

    /// A key is pressed.
    ///
    /// # Errors
    /// The screen could not be cleared.
    pub async fn key(&mut self, key: Key) -> anyhow::Result<()> {
        self.handle(Msg::Key(key)).await
    }

    /// A key is pressed, and what it asks for is not waited for: it is performed with whatever is waited for
    /// next, as over a slow line.
    pub fn early(&mut self, key: Key) {
        for effect in self.take(Msg::Key(key)) {
            match effect {
                Effect::Drop(late) => {
                    self.under_way
                        .retain(|asked| !matches!(asked, Effect::Load(load) if late.contains(load)));
                }
                effect => self.under_way.push_back(effect),
            }
        }
    }

    /// What was changed by way of this control room since this was asked last, in its order; noted from the first
    /// time on.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes.replace(Vec::new()).unwrap_or_default()
    }

    /// What a program means by other means than keys: an action, a line of a list, a text.
    ///
    /// # Errors
    /// What the loop could not perform.
    pub async fn send(&mut self, msg: Msg) -> anyhow::Result<()> {
        self.handle(msg).await
    }

    /// Takes in what happened since, how the link is, and what has become stale; the room's time is `now`.
    ///
    /// # Errors
    /// What the loop could not perform.
    pub async fn wake(&mut self, now: Stamp) -> anyhow::Result<()> {
        let connection = self.link.connection();
        if connection != self.model.connection {
            let role = self.link.role();
            self.handle(Msg::Link(connection, role)).await?;
        }
        self.listen().await?;
        self.model.stale.eager = true;
        self.tick(now).await
    }

    /// What the control room knows.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The window on top, to be filled in.
    pub fn window(&mut self) -> Option<&mut super::overlays::Overlay> {
        self.model.overlays.last_mut()
    }

    /// The short messages that were said since this was asked last.
    pub fn take_toasts(&mut self) -> Vec<crate::tui::state::Toast> {
        std::mem::take(&mut self.model.toasts)
    }

    /// The text that was copied since this was asked last.
    pub fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }

    /// The terminal gets another size.
    ///
    /// # Errors
    /// The screen could not be cleared.
    pub async fn resize(&mut self, width: u16, height: u16) -> anyhow::Result<()> {
        self.handle(Msg::Resize(width, height)).await
    }

    /// A second has passed; the room's time is `now`.
    ///
    /// # Errors
    /// The screen could not be cleared.
    pub async fn tick(&mut self, now: Stamp) -> anyhow::Result<()> {
        self.handle(Msg::Tick(now)).await
    }

    /// Takes in what happened in the society since.
    ///
    /// # Errors
    /// The screen could not be cleared.
    pub async fn listen(&mut self) -> anyhow::Result<()> {
        self.settle(VecDeque::new()).await
    }

    /// Says something in the last line; empty = the hints are back.
    pub fn caption(&mut self, text: &str) {
        text.clone_into(&mut self.caption.text);
        self.dirty = true;
    }

    /// Shows beside the caption which key was pressed; empty = none.
    pub fn pressed(&mut self, key: &str) {
        if self.caption.key != key {
            key.clone_into(&mut self.caption.key);
            self.dirty = true;
        }
    }

    /// Whether the control room was left by a key.
    #[must_use]
    pub const fn has_left(&self) -> bool {
        self.left
    }

    /// What a terminal has to be sent to show the present state; empty when nothing changed.
    ///
    /// # Errors
    /// The frame could not be drawn.
    pub fn frame(&mut self) -> anyhow::Result<Vec<u8>> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(Vec::new());
        }
        let (model, caption) = (&self.model, &self.caption);
        let drawn = self.canvas.draw(Rect::new(0, 0, model.size.0, model.size.1), |buf| {
            let drawn = view::render(model, buf);
            say(caption, &model.theme, buf);
            drawn
        })?;
        self.model.drew(drawn);
        Ok(self.canvas.take())
    }

    /// The cells of the last frame.
    #[must_use]
    pub const fn cells(&self) -> &Buffer {
        self.canvas.shown()
    }

    /// The lines of the last frame, without trailing blanks.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let shown = self.canvas.shown();
        (shown.area.top()..shown.area.bottom()).map(|y| line(shown, y)).collect()
    }

    async fn handle(&mut self, msg: Msg) -> anyhow::Result<()> {
        let effects = self.take(msg);
        self.settle(effects.into()).await?;
        // Whoever waits for what a key asks for rests.
        if self.model.known.waits() {
            let effects = self.take(Msg::Rested);
            self.settle(effects.into()).await?;
        }
        Ok(())
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        self.dirty |= !update::is_quiet(&self.model, &msg);
        if let (Msg::Ran(command, outcome), Some(changes)) = (&msg, &mut self.changes) {
            changes.push(Change::Came(command.clone(), outcome.clone()));
        }
        let effects = update::update(&mut self.model, msg);
        if let Some(changes) = &mut self.changes {
            changes.extend(effects.iter().filter_map(|effect| match effect {
                Effect::Run(command) => Some(Change::Asked(command.clone())),
                _ => None,
            }));
        }
        effects
    }

    /// Performs what is asked for, and what that asks for, until all is quiet.
    async fn settle(&mut self, effects: VecDeque<Effect>) -> anyhow::Result<()> {
        let mut effects = {
            let mut before = std::mem::take(&mut self.under_way);
            before.extend(effects);
            before
        };
        loop {
            while let Some(effect) = effects.pop_front() {
                effects.extend(self.perform(effect).await?);
            }
            while let Ok((_, msg)) = self.answers.try_recv() {
                effects.extend(self.take(msg));
            }
            while let Some(event) = self.next_event().await? {
                effects.extend(self.take(Msg::Event(event)));
            }
            if effects.is_empty() {
                return Ok(());
            }
        }
    }

    /// The next event that was announced, if there is one.
    async fn next_event(&mut self) -> anyhow::Result<Option<Arc<Event>>> {
        let Some(source) = &mut self.source else { return Ok(self.bus.try_recv()) };
        if source.try_recv().is_none() {
            return Ok(None);
        }
        match tokio::time::timeout(ARRIVES, self.bus.recv()).await {
            Ok(Some(event)) => Ok(Some(event)),
            Ok(None) => anyhow::bail!("the link ended"),
            Err(_) => anyhow::bail!("an event did not come over the link within {} s", ARRIVES.as_secs()),
        }
    }

    async fn perform(&mut self, effect: Effect) -> anyhow::Result<Vec<Effect>> {
        Ok(match effect {
            Effect::Load(load) => {
                let data = effect::read(&self.link, &load).await;
                self.take(Msg::Loaded(load, data))
            }
            Effect::Drop(_) => Vec::new(), // every read is waited for before the next
            Effect::Run(command) => {
                effect::perform(&self.link, command, &self.answer).await;
                Vec::new() // what came of it waits among the answers
            }
            Effect::Walk(walking) => {
                let news = match walk(walking, &self.link, self.past.as_ref()).await {
                    Walked::Opened(past, shown) => {
                        (self.past, self.link) = (Some(past), shown.link);
                        PastNews::Opened { moment: shown.moment, from_live: true, plays: None }
                    }
                    Walked::Moved(shown) => {
                        self.link = shown.link;
                        PastNews::Moved(shown.moment)
                    }
                    Walked::Left => {
                        (self.past, self.link) = (None, self.now.clone());
                        PastNews::Left(self.link.role())
                    }
                    Walked::Forked(home, activity) => PastNews::Forked { home, activity },
                    Walked::Compared(home, difference) => PastNews::Compared { home, difference },
                    Walked::Failed(fault) => PastNews::Failed(fault),
                };
                self.take(Msg::Past(Box::new(news)))
            }
            Effect::Copy(text) => {
                self.copied = Some(text);
                self.model.toast(Tone::Good, "copied");
                self.dirty = true;
                Vec::new()
            }
            Effect::Edit(_) => {
                self.model.toast(Tone::Info, "there is no editor here");
                Vec::new()
            }
            Effect::Redraw => {
                self.canvas.forget();
                self.dirty = true;
                Vec::new()
            }
            Effect::Suspend => Vec::new(), // there is no shell to go back to
            Effect::LookAt(room) => match self.look.clone() {
                Some(look) => self.take(Msg::LookedAt(look(room).await)),
                None => Vec::new(),
            },
            Effect::GoTo(room) => {
                (self.goes_to, self.left) = (Some(room), true);
                Vec::new()
            }
            Effect::Quit => {
                self.left = true;
                Vec::new()
            }
        })
    }
}

/// Writes the caption over the last line.
fn say(caption: &Caption, theme: &Theme, buf: &mut Buffer) {
    if caption.text.is_empty() && caption.key.is_empty() {
        return;
    }
    let area = buf.area;
    let y = area.bottom().saturating_sub(1);
    let style = theme.accent.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    let key = if caption.key.is_empty() { String::new() } else { format!(" key {} ", caption.key) };
    if !caption.text.is_empty() {
        buf.set_style(Rect::new(area.left(), y, area.width, 1), style);
        for x in area.left()..area.right() {
            buf[(x, y)].set_symbol(" ");
        }
        let room = area.width.saturating_sub(text::width(&key) + 2);
        buf.set_stringn(area.left() + 1, y, &caption.text, usize::from(room), style);
    }
    let wide = text::width(&key);
    if wide > 0 && wide < area.width {
        buf.set_string(area.right() - wide, y, &key, theme.key.add_modifier(Modifier::REVERSED));
    }
}

fn line(buf: &Buffer, y: u16) -> String {
    let mut line = String::new();
    let mut x = buf.area.left();
    while x < buf.area.right() {
        let symbol = buf[(x, y)].symbol();
        line.push_str(symbol);
        x += text::width(symbol).max(1);
    }
    line.truncate(line.trim_end().len());
    line
}
