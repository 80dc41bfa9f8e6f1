//! The Memory tab's state and its share of `update` (the pattern is in [`super`]).

use crate::protocol::{EditMemory, Event, MemoryQuery, Notice};
use crate::tui::action::Act;
use crate::tui::live::recall::{Line, Recall};
use crate::tui::model::{Model, Tab, Tone};
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Confirm, Overlay, TextEdit, Then};
use crate::tui::widgets::Scroll;

/// Memories of a kind read at a time.
const PAGE: u32 = 200;
/// Cold summaries read.
const COLD: u32 = 50;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Explorer {
    /// The bots: id and name.
    pub bots: Vec<(String, String)>,
    /// The selected bot.
    pub bot_scroll: Scroll,
    /// Whether the list of bots has the keys.
    pub in_bots: bool,
    /// What the selected bot remembers.
    pub recall: Recall,
    /// Text that memories must hold.
    pub filter: String,
}

impl Explorer {
    /// The selected bot's id.
    #[must_use]
    pub fn bot(&self) -> Option<&str> {
        self.bots.get(self.bot_scroll.selected).map(|(id, _)| id.as_str())
    }

    fn read(&self) -> Vec<Effect> {
        let Some(bot) = self.bot() else { return Vec::new() };
        let query = MemoryQuery {
            limit: PAGE,
            q: (!self.filter.is_empty()).then(|| self.filter.clone()),
            ..MemoryQuery::default()
        };
        vec![
            Effect::Load(Load::Warm(bot.to_owned(), query)),
            Effect::Load(Load::Cold(bot.to_owned(), COLD, 0)),
        ]
    }
}

/// The tab came into view.
pub fn shown(model: &mut Model) -> Vec<Effect> {
    let wanted = model.bots.selected_id().map(str::to_owned);
    let explorer = &mut model.explorer;
    let first = explorer.bots.is_empty();
    explorer.bots = model.bots.rows().iter().map(|row| (row.id.clone(), row.name.clone())).collect();
    if first {
        explorer.in_bots = true;
        if let Some(at) = wanted.and_then(|id| explorer.bots.iter().position(|(known, _)| *known == id)) {
            explorer.bot_scroll.selected = at;
        }
    }
    explorer.read()
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    match act {
        Act::Less | Act::More => {
            model.explorer.in_bots = act == Act::Less;
            return Some(Vec::new());
        }
        Act::NextPane | Act::PrevPane => {
            model.explorer.in_bots = !model.explorer.in_bots;
            return Some(Vec::new());
        }
        Act::Open if model.explorer.in_bots => {
            model.explorer.in_bots = false;
            return Some(Vec::new());
        }
        Act::Back if !model.explorer.filter.is_empty() => {
            model.explorer.filter.clear();
            return Some(model.explorer.read());
        }
        _ => {}
    }
    if model.explorer.in_bots {
        return in_bots(model, act);
    }
    in_memories(model, act)
}

fn in_bots(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let explorer = &mut model.explorer;
    let (before, len) = (explorer.bot_scroll.selected, explorer.bots.len());
    if !explorer.bot_scroll.act(act, len) {
        return None;
    }
    if explorer.bot_scroll.selected == before {
        return Some(Vec::new());
    }
    explorer.recall = Recall::default();
    Some(explorer.read())
}

fn in_memories(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let recall = &mut model.explorer.recall;
    let len = recall.lines.len();
    if recall.scroll.act(act, len) {
        // Headings are passed over.
        if matches!(recall.lines.get(recall.scroll.selected), Some(Line::Heading(..))) {
            let onward = if matches!(act, Act::Up | Act::PageUp) { Act::Up } else { Act::Down };
            recall.scroll.act(onward, len);
        }
        return Some(Vec::new());
    }
    if !matches!(act, Act::Open | Act::PinMemory | Act::EditMemory | Act::ForgetMemory | Act::Copy) {
        return None;
    }
    let Some(item) = recall.selected().cloned() else { return Some(Vec::new()) };
    Some(match act {
        Act::Open => match item.activity_id {
            Some(id) => crate::tui::update::show_why(model, id),
            None => {
                model.toast(Tone::Info, "it comes from no single act");
                Vec::new()
            }
        },
        Act::PinMemory => {
            vec![Effect::Run(Command::EditMemory(
                item.id,
                EditMemory { pinned: Some(!item.pinned), text: None },
            ))]
        }
        Act::EditMemory => {
            let edit = TextEdit::new("Edit what is remembered", &item.text, Then::EditMemory(item.id));
            model.overlays.push(Overlay::Text(Box::new(edit)));
            Vec::new()
        }
        Act::ForgetMemory => {
            model.overlays.push(Overlay::Confirm(Confirm {
                title: "Forget this?".into(),
                body: item.text,
                yes: vec![Effect::Run(Command::ForgetMemory(item.id))],
                danger: true,
                ..Confirm::default()
            }));
            Vec::new()
        }
        _ => vec![Effect::Copy(item.text)],
    })
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    let explorer = &mut model.explorer;
    match (load, data) {
        (Load::Warm(bot, query), Data::Warm(warm))
            if explorer.bot() == Some(bot)
                && query.limit == PAGE
                && query.q.clone().unwrap_or_default() == explorer.filter =>
        {
            explorer.recall.load_warm((**warm).clone());
        }
        (Load::Cold(bot, COLD, 0), Data::Cold(cold)) if explorer.bot() == Some(bot) => {
            let wanted = explorer.filter.to_lowercase();
            let found = cold
                .iter()
                .filter(|c| wanted.is_empty() || c.summary.to_lowercase().contains(&wanted))
                .cloned();
            explorer.recall.load_cold(found.collect());
        }
        _ => {}
    }
    Vec::new()
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, _outcome: &Outcome) -> Vec<Effect> {
    match command {
        Command::ForgetMemory(id) => {
            model.explorer.recall.forget(*id);
            Vec::new()
        }
        Command::EditMemory(..) if model.tab == Tab::Memory => model.explorer.read(),
        _ => Vec::new(),
    }
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    if let Notice::HeartbeatComplete { bot_id, .. } = &event.notice
        && model.explorer.bot() == Some(bot_id)
    {
        model.stale.tab = true;
    }
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.explorer.read()
}

/// The search was typed.
///
/// # Errors
/// Never.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    if what != "filter" {
        return Ok(Vec::new());
    }
    answer.text().clone_into(&mut model.explorer.filter);
    model.explorer.in_bots = false;
    Ok(model.explorer.read())
}

/// A click selects a bot or a memory.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (left, right) = crate::tui::panes::memory::areas(model.layout().body);
    let explorer = &mut model.explorer;
    if left.contains((x, y).into()) {
        explorer.in_bots = true;
        let len = explorer.bots.len();
        if explorer.bot_scroll.click(y - left.y, len) {
            explorer.recall = Recall::default();
            return explorer.read();
        }
    } else if right.contains((x, y).into()) {
        let again = !std::mem::replace(&mut explorer.in_bots, false);
        let (before, len) = (explorer.recall.scroll.selected, explorer.recall.lines.len());
        if explorer.recall.scroll.click(y - right.y, len)
            && again
            && before == explorer.recall.scroll.selected
        {
            return act(model, Act::Open).unwrap_or_default();
        }
    }
    Vec::new()
}
