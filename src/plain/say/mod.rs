//! What a person would see, as sentences. Times are moments, not ages: a line says the same until it changes.

mod inspector;
mod live;
mod tabs;

use crate::domain::Stamp;
use crate::protocol::{EngineState, Event, Notice};
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::state::{Page, Row};
use crate::tui::view::{View, stream};
use crate::tui::widgets::text;

/// A line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidLine {
    /// Its place in the list of the control room.
    pub at: usize,
    /// What it is, whatever is told of it.
    pub key: String,
    /// What is told.
    pub said: String,
}

/// What is told of where a person is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Where it is.
    pub title: String,
    /// About it.
    pub notes: Vec<String>,
    /// The lines to choose from.
    pub list: Vec<SaidLine>,
    /// The place of the chosen one.
    pub selected: Option<usize>,
    /// More about the chosen one.
    pub detail: Vec<String>,
}

/// What is to be told of a place after something was done.
#[derive(Debug, PartialEq, Eq)]
pub enum Since {
    /// All of it: it is another place, or another list.
    Elsewhere,
    /// These lines.
    Lines(Vec<String>),
    /// Nothing is new.
    Nothing,
}

/// Said where a filter lets nothing through.
const NOTHING_MATCHES: &str = "Nothing matches; say back for all of it.";

/// Lines of a list told again by themselves at most.
const AGAIN: usize = 8;

impl Told {
    /// What is new since another time was told.
    pub fn since(&self, before: &Self) -> Since {
        let keys = |told: &Self| told.list.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        let (now, then) = (keys(self), keys(before));
        let kept: Vec<&String> = now.iter().filter(|key| then.contains(key)).collect();
        let in_order = then.iter().filter(|key| now.contains(key)).eq(kept.iter().copied());
        if self.title != before.title || !in_order || (kept.is_empty() && !self.list.is_empty()) {
            return Since::Elsewhere;
        }
        let mut lines: Vec<String> =
            self.notes.iter().filter(|note| !before.notes.contains(note)).cloned().collect();
        let numbered = self.list.iter().enumerate().filter(|(_, entry)| {
            !before.list.iter().any(|old| old.key == entry.key && old.said == entry.said)
        });
        let changed: Vec<String> =
            numbered.map(|(nth, entry)| format!("{}. {}", nth + 1, entry.said)).collect();
        if changed.len() > AGAIN {
            return Since::Elsewhere;
        }
        lines.extend(changed);
        let chosen = |told: &Self| {
            told.list.iter().find(|entry| Some(entry.at) == told.selected).map(|entry| entry.key.clone())
        };
        if chosen(self) != chosen(before)
            && let Some(entry) = self.list.iter().find(|entry| Some(entry.at) == self.selected)
        {
            lines.push(format!("Chosen: {}", entry.said));
        }
        lines.extend(self.detail.iter().filter(|line| !before.detail.contains(line)).cloned());
        if lines.is_empty() { Since::Nothing } else { Since::Lines(lines) }
    }

    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        if !note.is_empty() {
            self.notes.push(note);
        }
        self
    }

    fn push(&mut self, at: usize, key: impl std::fmt::Display, said: impl Into<String>) {
        self.list.push(SaidLine { at, key: key.to_string(), said: said.into() });
    }
}

/// Where a person is.
pub fn place(model: &Model) -> Told {
    match model.tab {
        Tab::Live => match (model.focus, model.inspector.page) {
            (Pane::Bots, _) => live::bots(model),
            (Pane::Activity, _) => live::activity(model),
            (Pane::Inspector, Page::Profile) => inspector::profile(model),
            (Pane::Inspector, Page::Mind) => inspector::mind(model),
            (Pane::Inspector, Page::Budget) => inspector::budget(model),
            (Pane::Inspector, Page::Memory) => {
                let recall = &model.inspector.recall;
                let title = bot_title(model, &with("memory", recall.filter()));
                inspector::memory((recall, !recall.filter().is_empty()), title, model)
            }
            (Pane::Inspector, Page::Why) => inspector::why(model),
            (Pane::Usage, _) => live::usage(model),
            (Pane::Reputation, _) => live::reputation(model),
            (Pane::Log, _) => live::log(model),
        },
        Tab::Forum if model.forum.reading => tabs::thread(model),
        Tab::Forum => tabs::forum(model),
        Tab::Stats => tabs::stats(model),
        Tab::Memory => tabs::memory(model),
        Tab::Society => tabs::society(model),
        Tab::Moderation => tabs::moderation(model),
        Tab::Events => tabs::events(model),
        Tab::Log => tabs::log(model),
    }
}

/// A title with the words that lines must hold.
fn with(title: &str, words: &str) -> String {
    if words.is_empty() { title.to_owned() } else { format!("{title}, only with “{words}”") }
}

/// `Ada, mind`: a page about the selected bot.
fn bot_title(model: &Model, page: &str) -> String {
    let of = model.inspector.wanted.as_deref();
    of.map_or_else(|| format!("No bot is chosen, {page}"), |id| format!("{}, {page}", model.name(id)))
}

/// How the room is, in one line.
pub fn status(model: &Model) -> String {
    let Some(room) = &model.room else { return "The room is not read yet.".into() };
    let engine = match room.engine {
        EngineState::Running => "The room runs",
        EngineState::Paused => "The room is paused",
        EngineState::Stopped => "The room is stopped",
    };
    let mut said = format!("{engine}, {} pace, every {}", room.pace.preset, room.pace.interval_human);
    said += &format!(", provider {}. {}", room.provider, text::count(room.bots, "bot"));
    for (count, word) in [(room.paused, "paused"), (room.capped, "capped"), (room.failing, "failing")] {
        if count > 0 {
            said += &format!(", {count} {word}");
        }
    }
    if room.unresolved_flags > 0 {
        said += &format!(", {}", text::count(room.unresolved_flags, "open flag"));
    }
    said += &format!(
        ". Today {} tokens, {}. The time is {}.",
        room.tokens_today,
        model.money(room.cost_today),
        View::of(model).date(room.now.max(model.now))
    );
    let needs = crate::tui::state::needs::needs(model).len();
    if needs > 0 {
        said += &format!(
            " {}; say needs you.",
            if needs == 1 { "1 thing needs you".into() } else { format!("{needs} things need you") }
        );
    }
    said
}

/// `14:02:11`; of another day with its date.
fn clock(model: &Model, at: Stamp) -> String {
    let form = if View::of(model).is_today(at) { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    at.timestamp().to_zoned(model.zone.clone()).strftime(form).to_string()
}

/// One act as a sentence, with what was said.
fn act(row: &Row, model: &Model) -> String {
    let view = View::of(model);
    let mut said = format!(
        "{} {} {}",
        clock(model, row.at),
        view.who(&row.bot_id, &row.bot_name),
        stream::sentence(row, &view)
    );
    if !row.told.quote.is_empty() {
        said.push_str(": ");
        said.push_str(&row.told.quote);
    }
    said
}

/// What happened, as it comes; nothing for what only a picture shows.
pub fn event(event: &Event, model: &Model) -> Option<String> {
    if let Some(row) = Row::of_event(event) {
        return Some(act(&row, model));
    }
    let said = match &event.notice {
        Notice::FlagRaised { bot_id, flag_type, .. } => {
            format!("{} was flagged: {}", model.name(bot_id), flag_type.replace('_', " "))
        }
        Notice::EventInjected { title, active: false, .. } => format!("event over: {title}"),
        Notice::PaceChanged { preset, interval_human, .. } => {
            format!("the pace is {preset} now, every {interval_human}")
        }
        Notice::EngineState { engine } => match engine {
            EngineState::Running => "the room runs".into(),
            EngineState::Paused => "the room is paused".into(),
            EngineState::Stopped => "the room is stopped".into(),
        },
        _ => return None,
    };
    Some(at(event.timestamp, &said, model))
}

/// A sentence with its time before it.
pub fn at(when: Stamp, said: &str, model: &Model) -> String {
    format!("{} {said}", clock(model, when))
}
