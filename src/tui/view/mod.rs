//! What is drawn: one small file per pane, each a pure function of a part of the model.

pub mod bots;
pub mod budget;
pub mod events;
pub mod forum;
pub mod header;
pub mod inspector;
pub mod log;
pub mod log_tab;
mod look;
pub mod memory;
pub mod mind;
pub mod moderation;
pub mod past;
pub mod profile;
pub mod recall;
pub mod reputation;
pub mod society;
pub mod stats;
pub mod stream;
pub mod thread;
pub mod usage;
pub mod why;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::{Layout, MIN_HEIGHT, MIN_WIDTH};
use super::overlays::toast;
use super::theme::Theme;
use super::widgets::{self, pen};
use crate::tui::state::{Drawn, List, Model, Pane, Tab};

pub use look::View;

/// Draws the whole screen, and answers what it shows.
#[must_use]
pub fn render(model: &Model, buf: &mut Buffer) -> Drawn {
    let area = buf.area;
    if Layout::too_small(area.width, area.height) {
        too_small(area, buf, &model.theme);
        return Drawn::default();
    }
    let layout = model.layout();
    let view = View::of(model);
    header::render(model, layout.header, buf);
    header::tabs(model, layout.tabs, buf);
    header::hints(model, layout.hints, buf);
    if let Some(walk) = &model.walk {
        past::render(model, walk, layout.line, buf);
    }
    let mut drawn = body(model, &layout, buf, &view);
    let overlays = model.overlays.iter();
    drawn.overlays = overlays.map(|overlay| overlay.render(area, buf, &model.theme, model.frame)).collect();
    toast::render(&model.toasts, area, buf, &model.theme);
    if model.theme.glyphs.ascii {
        to_ascii(buf);
    }
    drawn
}

/// For terminals without Unicode: what bots wrote is spelled in ASCII, as well as it goes.
fn to_ascii(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            let plain = ascii_of(cell.symbol());
            cell.set_symbol(plain);
        }
    }
}

/// How a character that is not in ASCII is spelled there, in as many cells.
#[must_use]
pub fn ascii_of(symbol: &str) -> &'static str {
    match symbol {
        "…" => "~",
        "“" | "”" | "„" | "«" | "»" => "\"",
        "’" | "‘" => "'",
        "–" | "—" | "−" | "‐" | "‑" => "-",
        "·" | "•" => ".",
        "×" => "x",
        "→" | "›" => ">",
        "←" | "‹" => "<",
        "◆" => "*",
        _ => "?",
    }
}

fn body(model: &Model, layout: &Layout, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let mut drawn = Drawn::default();
    let stored = model.walk.as_ref().and_then(|walk| walk.moment.stored.as_deref());
    if let Some(why) = stored.filter(|_| !matches!(model.tab, Tab::Live | Tab::Forum | Tab::Log)) {
        past::unknown(layout.body, buf, &model.theme, why);
        return drawn;
    }
    match model.tab {
        Tab::Live => {
            if !layout.beside.is_empty() {
                drawn.add(inspector::beside(model, layout.beside, buf, view));
            }
            for (pane, rect) in &layout.panes {
                let focused = *pane == model.focus && model.overlays.is_empty();
                drawn.add(live(model, *pane, *rect, buf, view, focused));
            }
        }
        Tab::Forum => drawn = forum::render(&model.forum, layout.body, buf, view),
        Tab::Stats => drawn = stats::render(model, layout.body, buf, view),
        Tab::Memory => drawn = memory::render(&model.explorer, &model.bots, layout.body, buf, view),
        Tab::Society => drawn = society::render(&model.society, layout.body, buf, view),
        Tab::Moderation => {
            drawn.list(List::Flags, moderation::render(&model.moderation, layout.body, buf, view));
        }
        Tab::Events => drawn.list(List::Events, events::render(&model.events, layout.body, buf, view)),
        Tab::Log => drawn.list(List::LogTab, log_tab::render(&model.log, layout.body, buf, view)),
    }
    drawn
}

fn live(model: &Model, pane: Pane, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Drawn {
    let mut drawn = Drawn::default();
    let stored = model.walk.as_ref().and_then(|walk| walk.moment.stored.as_deref());
    if let Some(why) = stored {
        let title = match pane {
            Pane::Usage => Some(usage::TITLE),
            Pane::Reputation => Some(reputation::TITLE),
            _ => None,
        };
        if let Some(title) = title {
            let inner = widgets::frame(buf, area, title, "", focused, view.theme);
            past::unknown(inner, buf, view.theme, why);
            return drawn;
        }
    }
    match pane {
        Pane::Bots => {
            drawn.list(List::Bots, bots::render(model, area, buf, view, focused));
            // Who there was is known, and not how they stood.
            if stored.is_some() {
                buf.set_style(area, view.theme.faint);
            }
        }
        Pane::Activity => drawn = stream::render(&model.stream, area, buf, view, focused),
        Pane::Inspector => drawn = inspector::render(model, area, buf, view, focused),
        Pane::Usage => drawn.list(List::Usage, usage::render(&model.lower, area, buf, view, focused)),
        Pane::Reputation => reputation::render(model, area, buf, view, focused),
        Pane::Log => drawn.list(List::Log, log::render(&model.lower, area, buf, view, focused)),
    }
    drawn
}

fn too_small(area: Rect, buf: &mut Buffer, theme: &Theme) {
    let needs = format!("botarium needs {MIN_WIDTH}x{MIN_HEIGHT}");
    let has = format!("this is {}x{}", area.width, area.height);
    pen::empty(buf, area, &[&needs, &has, "q quits"], theme);
}
