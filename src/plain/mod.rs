//! The control room as a conversation: lines in, lines out, for screen readers, simple terminals and slow lines.
//!
//! Nothing moves and nothing is drawn: output is appended, without colours. It is the same control room as on a
//! screen (the same actions, windows and answers, by [`Headless`]); only how it is told differs. A list is told as
//! numbered lines, a form asks its fields one after the other ([`ask`]), an action goes by its name ([`names`]), and
//! what is shown is told by [`say`].

mod ask;
mod names;
mod say;
#[cfg(test)]
mod tests;

use std::io::Write;

use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::{Stamp, text};
use crate::link::{Link, Subscription};
use crate::protocol::news::Newsroom;
use crate::protocol::{Event, Notice};
use crate::tui::action::{Act, ActionDef};
use crate::tui::headless::Headless;
use crate::tui::msg::Msg;
use crate::tui::overlays::Overlay;
use crate::tui::rooms::{Room, Rooms};
use crate::tui::state::Tone;
use crate::tui::theme::ThemeName;
use crate::tui::view::ascii_of;
use say::Told;

/// The size of the screen that nobody sees: large enough that nothing is left unread for want of room.
const SIZE: (u16, u16) = (180, 60);
/// Lines of a list told at once.
const PAGE: usize = 20;
/// Longest line that is taken in, in characters.
const LINE_MAX: usize = 8_000;
/// Lines of the stream taken in at once while they are told as they come.
const EVENTS_MAX: usize = 200;

const HELP: &str = "\
Type the name of an action, such as forum tab, wake the bot or pace; a part that only one name has is enough.
A number chooses a line of the list told last. An empty line tells again where you are.
  actions WORD   lists what can be done, here or anywhere, with WORD in its name
  where          tells where you are, and how the room is
  more           goes on with a long list
  watch          tells what happens as it comes; watch off ends it
  quit           leaves
While something is asked: a number chooses, an empty line keeps what is there, :cancel leaves it, :send sends it as it
is, :back goes one question back, :empty empties a text. A text of several lines ends with a line that is only a dot.
What follows an action's name answers its first question: find Ada, pace turbo.";

/// How the conversation is led.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether only ASCII is written.
    pub ascii: bool,
    /// Whether a sign stands where a line is waited for, for somebody who types.
    pub prompt: bool,
    /// The rooms that can be gone to from here.
    pub rooms: Option<Rooms>,
    /// The person's account, which is proposed for their name.
    pub account: String,
}

/// Leads the conversation until it is left, for another room with that, the lines end, or `stop` is cancelled.
///
/// # Errors
/// The output fails, or what the control room could not perform.
pub async fn run(
    link: Link,
    options: Options,
    input: Receiver<String>,
    output: impl Write,
    stop: &CancellationToken,
) -> anyhow::Result<Option<Room>> {
    let label = link.label();
    let mut session = Session {
        room: Headless::open(link.clone(), SIZE, ThemeName::Dark).await?,
        link,
        out: output,
        options,
        begun: Instant::now(),
        base: Stamp::default(),
        last: Told::default(),
        told_to: 0,
        spoke: false,
        asking: ask::Asking::default(),
        watching: None,
        newsroom: Newsroom::default(),
    };
    if let Some(rooms) = session.options.rooms.take() {
        session.room.knows(rooms);
    }
    session.room.is_for(std::mem::take(&mut session.options.account));
    session.room.take_toasts(); // the welcome speaks of what is seen
    session.base = session.room.model().room.as_ref().map_or(session.base, |room| room.now);
    session.line(&format!("Botarium, {label}. Type help for how this works, quit to leave."))?;
    session.status()?;
    session.place()?;
    session.offer()?;
    session.talk(input, stop).await?;
    Ok(session.room.goes_to())
}

struct Session<W> {
    room: Headless,
    link: Link,
    out: W,
    options: Options,
    /// When the conversation began, and the room's time then.
    begun: Instant,
    base: Stamp,
    /// What was told last of where a person is.
    last: Told,
    /// Up to which line of its list.
    told_to: usize,
    /// Whether anything was answered to the line taken in last.
    spoke: bool,
    asking: ask::Asking,
    /// What happens, while it is told as it comes.
    watching: Option<Subscription>,
    /// How the bots were then, to tell what is new of it.
    newsroom: Newsroom,
}

/// Why the conversation goes on.
enum Woke {
    Line(Option<String>),
    Event(Option<std::sync::Arc<Event>>),
    Stop,
}

impl<W: Write> Session<W> {
    async fn talk(&mut self, mut lines: Receiver<String>, stop: &CancellationToken) -> anyhow::Result<()> {
        loop {
            if self.room.has_left() {
                return Ok(());
            }
            self.prompt()?;
            let woke = tokio::select! {
                biased;
                () = stop.cancelled() => Woke::Stop,
                line = lines.recv() => Woke::Line(line),
                event = next(&mut self.watching) => Woke::Event(event),
            };
            match woke {
                Woke::Stop | Woke::Line(None) => return Ok(()),
                Woke::Line(Some(line)) => {
                    let line = text::clean(&line, LINE_MAX);
                    self.take(&line).await?;
                }
                Woke::Event(None) => {
                    self.watching = None;
                    self.line("The engine stopped: nothing more comes.")?;
                }
                Woke::Event(Some(event)) => self.happened(&event)?,
            }
        }
    }

    /// Takes in a line and answers it.
    async fn take(&mut self, line: &str) -> anyhow::Result<()> {
        self.spoke = false;
        let now = self.now();
        self.room.wake(now).await?;
        self.toasts()?; // of what happened meanwhile
        self.spoke = false;
        if self.room.model().overlays.is_empty() {
            self.command(line).await?;
        } else {
            self.answer(line).await?;
        }
        let now = self.now();
        self.room.wake(now).await?;
        self.report().await?;
        self.events()
    }

    /// The room's time.
    fn now(&self) -> Stamp {
        let model = self.room.model();
        if model.simulated() {
            return model.room.as_ref().map_or(model.now, |room| room.now.max(model.now));
        }
        self.base.plus_micros(i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    /// A line that answers no question.
    async fn command(&mut self, line: &str) -> anyhow::Result<()> {
        let typed = line.trim().trim_start_matches(':').trim();
        if let Ok(number) = typed.parse::<usize>() {
            return self.choose(number).await;
        }
        match typed.to_lowercase().as_str() {
            "" => return self.place(),
            "where" => {
                self.status()?;
                return self.place();
            }
            "help" | "?" => return self.line(HELP),
            "more" => return self.more(),
            "watch" => {
                self.watching = Some(self.link.subscribe());
                return self.line("What happens is told as it comes; watch off ends it.");
            }
            "watch off" => {
                self.watching = None;
                return self.line("What happens is no longer told.");
            }
            "exit" => return self.room.send(Msg::Act(Act::Quit)).await,
            _ => {}
        }
        if let Some(word) = typed.strip_prefix("actions") {
            return self.actions(word.trim());
        }
        let found = names::find(typed, &self.room.model().scopes());
        match found {
            names::Found::One(def, rest) => self.perform(def, &rest).await,
            names::Found::Several(defs) => {
                self.line(&format!("{} actions are called that; which?", defs.len()))?;
                defs.iter().take(PAGE).try_for_each(|def| self.line(&names::line(def)))
            }
            names::Found::None => self.line(&format!("No action is called “{typed}”. Type help or actions.")),
        }
    }

    /// Does what an action means, where its keys would count.
    async fn perform(&mut self, def: &'static ActionDef, rest: &str) -> anyhow::Result<()> {
        let model = self.room.model();
        if !def.is_for(model.role) {
            return self.line(def.about_for(model.role, model.walk.is_some()));
        }
        if def.scope.is_overlay() {
            return self.line(&format!("{}: only while something is asked.", def.title));
        }
        match def.act {
            Act::Help => return self.line(HELP),
            Act::Palette => return self.actions(rest),
            Act::Suspend => {
                return self.line("Suspending is for a screen; here your shell's own way does it.");
            }
            Act::Redraw => return self.place(),
            _ => {}
        }
        if !self.room.model().scopes().contains(&def.scope) {
            for act in names::way_to(def.scope) {
                self.room.send(Msg::Act(*act)).await?;
            }
        }
        self.room.send(Msg::Act(def.act)).await?;
        // A yes is to a question that was told.
        let asks =
            self.room.model().overlays.last().is_some_and(|window| !matches!(window, Overlay::Confirm(_)));
        if !rest.is_empty() && asks {
            self.answer(rest).await?;
        }
        Ok(())
    }

    /// Chooses a line of the list told last.
    async fn choose(&mut self, number: usize) -> anyhow::Result<()> {
        let entry = number.checked_sub(1).and_then(|at| self.last.list.get(at));
        let Some(at) = entry.map(|entry| entry.at) else {
            let said = match self.last.list.len() {
                0 => "There is no list to choose from here.".to_owned(),
                len => format!("The list has the lines 1 to {len}."),
            };
            return self.line(&said);
        };
        self.room.send(Msg::Select(at)).await?;
        let now = self.now();
        self.room.wake(now).await?;
        let told = say::place(self.room.model());
        let chosen = told.list.iter().find(|entry| Some(entry.at) == told.selected);
        if let Some(entry) = chosen {
            let said = format!("Chosen: {}", entry.said);
            self.line(&said)?;
        }
        told.detail.iter().try_for_each(|line| self.line(line))?;
        self.last = told;
        Ok(())
    }

    /// Tells what came of the line taken in: words, a question, or what is shown now.
    async fn report(&mut self) -> anyhow::Result<()> {
        self.toasts()?;
        if let Some(copied) = self.room.take_copied() {
            self.line(&copied)?;
        }
        if ask::is_asked(self).await? {
            return Ok(());
        }
        if self.room.has_left() {
            return self.line("Left.");
        }
        let told = say::place(self.room.model());
        match told.since(&self.last) {
            say::Since::Elsewhere => self.tell(told),
            say::Since::Lines(lines) => {
                self.last = told;
                lines.iter().try_for_each(|line| self.line(line))
            }
            say::Since::Nothing if self.spoke => Ok(()),
            say::Since::Nothing => self.line("Done."),
        }
    }

    /// Short messages that a screen would show in the corner.
    fn toasts(&mut self) -> anyhow::Result<()> {
        for toast in self.room.take_toasts() {
            let before = if toast.tone == Tone::Bad { "Refused: " } else { "" };
            self.line(&format!("{before}{}", toast.text))?;
        }
        Ok(())
    }

    /// A model that answers on the machine of the room is told of, where that was not answered before.
    fn offer(&mut self) -> anyhow::Result<()> {
        let offer = &self.room.model().offer;
        let Some(voice) = offer.voices().into_iter().next().filter(|_| !offer.answered) else {
            return Ok(());
        };
        self.line(&format!(
            "{} answers on this machine, with {}: bots could speak by it. Type offer to hear how fast it is.",
            voice.engine, voice.model
        ))
    }

    fn status(&mut self) -> anyhow::Result<()> {
        let said = say::status(self.room.model());
        self.line(&said)
    }

    /// Tells where a person is.
    fn place(&mut self) -> anyhow::Result<()> {
        let told = say::place(self.room.model());
        self.tell(told)
    }

    fn tell(&mut self, told: Told) -> anyhow::Result<()> {
        self.line(&told.title)?;
        told.notes.iter().try_for_each(|line| self.line(line))?;
        self.told_to = 0;
        let (selected, detail) = (told.selected, told.detail.clone());
        self.last = told;
        self.more_of(selected)?;
        detail.iter().try_for_each(|line| self.line(line))
    }

    fn more(&mut self) -> anyhow::Result<()> {
        if self.told_to >= self.last.list.len() {
            return self.line("That is all of the list.");
        }
        self.more_of(self.last.selected)
    }

    /// The next lines of the list.
    fn more_of(&mut self, selected: Option<usize>) -> anyhow::Result<()> {
        let len = self.last.list.len();
        let end = (self.told_to + PAGE).min(len);
        for nth in self.told_to..end {
            let entry = &self.last.list[nth];
            let chosen = if Some(entry.at) == selected { ", chosen" } else { "" };
            let said = format!("{}. {}{chosen}", nth + 1, entry.said);
            self.line(&said)?;
        }
        self.told_to = end;
        if end < len {
            self.line(&format!("{} more; say more.", len - end))?;
        }
        Ok(())
    }

    /// Every action there is, or those with a word in their name.
    fn actions(&mut self, word: &str) -> anyhow::Result<()> {
        let found = names::matching(word, self.room.model());
        if found.is_empty() {
            return self.line(&format!("No action has “{word}” in its name."));
        }
        found.iter().try_for_each(|line| self.line(line))
    }

    /// What has happened since, while it is told.
    fn events(&mut self) -> anyhow::Result<()> {
        for _ in 0..EVENTS_MAX {
            let event = self.watching.as_mut().and_then(Subscription::try_recv);
            let Some(event) = event else { break };
            self.happened(&event)?;
        }
        Ok(())
    }

    fn happened(&mut self, event: &Event) -> anyhow::Result<()> {
        let model = self.room.model();
        let said = if let Notice::BotStatus { bot_id, .. } = &event.notice {
            // It comes with every beat.
            self.newsroom.learn(bot_id, model.name(bot_id));
            self.newsroom.of(event).map(|news| say::at(event.timestamp, &news.said, model))
        } else {
            say::event(event, model)
        };
        said.map_or(Ok(()), |said| self.line(&said))
    }

    fn prompt(&mut self) -> anyhow::Result<()> {
        if self.options.prompt {
            self.out.write_all(b"> ")?;
        }
        Ok(self.out.flush()?)
    }

    /// Writes lines. What others wrote was gated when it was taken in; here it loses what a terminal would obey.
    fn line(&mut self, said: &str) -> anyhow::Result<()> {
        self.spoke = true;
        for line in said.lines() {
            let line = crate::tui::widgets::text::safe(line);
            if self.options.ascii && !line.is_ascii() {
                let mut cell = [0; 4];
                let plain: String = line
                    .chars()
                    .map(|c| if c.is_ascii() { c } else { first(ascii_of(c.encode_utf8(&mut cell))) })
                    .collect();
                writeln!(self.out, "{plain}")?;
            } else {
                writeln!(self.out, "{line}")?;
            }
        }
        Ok(())
    }
}

fn first(spelled: &str) -> char {
    spelled.chars().next().unwrap_or('?')
}

/// The next thing that happens, while it is told; else nothing ever.
async fn next(watching: &mut Option<Subscription>) -> Option<std::sync::Arc<Event>> {
    match watching {
        Some(bus) => bus.recv().await,
        None => std::future::pending().await,
    }
}
