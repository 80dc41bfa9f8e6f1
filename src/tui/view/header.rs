//! The first line (how the room is and what it costs), the tabs, and the hints at the foot.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::link::Connection;
use crate::protocol::{EngineState, RoomView};
use crate::tui::action::Act;
use crate::tui::overlays::Overlay;
use crate::tui::state::{Model, Tab};
use crate::tui::widgets::{Pen, text};

/// Draws the first line.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer) {
    let (theme, glyphs) = (&model.theme, model.theme.glyphs);
    let mut pen = Pen::new(buf, area, 0);
    let now = model.now.timestamp().to_zoned(model.zone.clone());
    if model.now.micros() > 0 {
        // Where nothing else is told in seconds the clock is not either, in the same place.
        let form = if model.is_calm() { "%H:%M   " } else { "%H:%M:%S" };
        pen.right(" ", theme.text).right(&now.strftime(form).to_string(), theme.dim);
        pen.right("  ", theme.text);
    }
    if let Some(room) = &model.room {
        // What it costs is always told; where the clock is simulated as well, one word says it of both.
        let (clock, cost) = (model.simulated(), room.simulated_cost.is_some());
        if cost && !clock {
            pen.right(" (simulated)", theme.dim);
        }
        pen.right(" today", theme.dim).right(&text::money(room.cost_today), theme.accent);
        pen.right(&format!(" {} tok ", text::tokens(room.tokens_today)), theme.text);
        if clock {
            pen.right(" simulated:", theme.warn);
        }
    }
    pen.put(" botarium ", theme.title_focus);
    let (mark, word, style) = match &model.connection {
        _ if model.walk.is_some() => (glyphs.left, "past".to_owned(), theme.warn),
        Connection::Local | Connection::Connected => (glyphs.active, "live".to_owned(), theme.good),
        Connection::Reconnecting { next_try_seconds, attempt } => {
            (glyphs.offline, format!("reconnecting in {next_try_seconds}s (try {attempt})"), theme.warn)
        }
        Connection::Polling => (glyphs.capped, "polling".to_owned(), theme.warn),
        Connection::Closed { reason } => (glyphs.failing, format!("closed: {reason}"), theme.bad),
    };
    pen.skip(1).put(mark, style).put(&format!(" {word}"), style);
    if model.connection != Connection::Local {
        pen.put(&format!(" {}", model.label), theme.dim);
    }
    let Some(room) = &model.room else {
        pen.put("  opening the room…", theme.dim);
        return;
    };
    let (mark, style) = match room.engine {
        EngineState::Running => (glyphs.play, theme.good),
        EngineState::Paused => (glyphs.pause, theme.warn),
        EngineState::Stopped => (glyphs.stop, theme.bad),
    };
    pen.skip(2).put(mark, style).put(&format!(" {}", pace(room)), theme.text);
    let mut pieces = pieces(model, room);
    let long = |pieces: &[Piece]| -> u16 {
        pieces.iter().flat_map(|piece| &piece.words).map(|(word, _)| text::width(word)).sum::<u16>()
            + 3 * u16::try_from(pieces.len()).unwrap_or(u16::MAX)
    };
    // Whole pieces go, the least important first, so that none is cut.
    while long(&pieces) > pen.room()
        && let Some(at) = (0..pieces.len()).max_by_key(|at| pieces[*at].rank)
    {
        pieces.remove(at);
    }
    for piece in &pieces {
        pen.put(&format!(" {} ", glyphs.dot), theme.faint);
        for (word, style) in &piece.words {
            pen.put(word, *style);
        }
    }
}

/// One thing told of the room.
struct Piece {
    /// How soon it is left out where room is short: the highest first.
    rank: u8,
    words: Vec<(String, Style)>,
}

/// What is told of the room, in its order on the line.
fn pieces(model: &Model, room: &RoomView) -> Vec<Piece> {
    let theme = &model.theme;
    let one = |rank: u8, word: String, style: Style| Piece { rank, words: vec![(word, style)] };
    let mut pieces = Vec::new();
    match room.engine {
        EngineState::Running => pieces.extend(next(model)),
        EngineState::Paused => pieces.push(one(0, "paused".into(), theme.warn)),
        EngineState::Stopped => pieces.push(one(0, "stopped".into(), theme.bad)),
    }
    let bots = if room.bots == 1 { "1 bot".into() } else { format!("{} bots", room.bots) };
    pieces.push(one(6, bots, theme.text));
    let states = [
        (room.paused, "paused", 4, theme.dim),
        (room.capped, "capped", 2, theme.warn),
        (room.failing, "failing", 1, theme.bad),
        (room.unresolved_flags, if room.unresolved_flags == 1 { "flag" } else { "flags" }, 5, theme.warn),
    ];
    for (count, word, rank, style) in states.into_iter().filter(|(count, ..)| *count > 0) {
        pieces.push(one(rank, format!("{count} {word}"), style));
    }
    pieces.push(one(7, room.provider.clone(), theme.dim));
    if let Some(parent) = room.lineage.first() {
        pieces.push(one(8, format!("fork at act {}", parent.activity), theme.dim));
    }
    pieces.push(one(9, room.home.clone(), theme.faint));
    pieces
}

fn pace(room: &crate::protocol::RoomView) -> String {
    let short = short_interval(room.pace.interval_seconds);
    let chosen = match room.pace.preset.as_str() {
        "custom" => format!("every {short}"),
        preset => format!("{preset} {short}"),
    };
    match room.pace.kept() {
        Some(kept) => format!("{chosen}, {kept}"),
        None => chosen,
    }
}

/// `5m`, `4h`, `90s`.
#[must_use]
pub fn short_interval(seconds: u32) -> String {
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s >= 3_600 && s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// Who wakes next.
fn next(model: &Model) -> Option<Piece> {
    let theme = &model.theme;
    let row = model.bots.next()?;
    let wait = text::countdown(row.next_beat_at?.seconds_since(model.now));
    let words = vec![
        ("next ".to_owned(), theme.dim),
        (row.name.clone(), theme.actor(&row.id)),
        (format!(" {wait}"), theme.dim),
    ];
    Some(Piece { rank: 3, words })
}

/// Draws the tabs.
pub fn tabs(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let mut pen = Pen::new(buf, area, 0);
    let needs = crate::tui::state::needs::needs(model).len();
    if needs > 0 {
        let key = model.keymap.keys("needs_you").first().map(ToString::to_string).unwrap_or_default();
        let verb = if needs == 1 { "needs" } else { "need" };
        pen.right(&format!(" {needs} {verb} you "), theme.warn).right(&key, theme.key);
    }
    pen.skip(1);
    for tab in Tab::ALL {
        let (style, left, right) =
            if tab == model.tab { (theme.selected, "[", "]") } else { (theme.dim, " ", " ") };
        pen.put(&format!("{left}{}{right}", tab.title()), style);
    }
}

/// The tab at a column of the tab line.
#[must_use]
pub fn tab_at(x: u16) -> Option<Tab> {
    let mut start = 1;
    Tab::ALL.into_iter().find(|tab| {
        let end = start + text::width(tab.title()) + 2;
        let hit = (start..end).contains(&x);
        start = end;
        hit
    })
}

/// Draws the keys that matter most where one is.
pub fn hints(model: &Model, area: Rect, buf: &mut Buffer) {
    let theme = &model.theme;
    let scopes = model.scopes();
    let asks = matches!(model.overlays.last(), Some(Overlay::Reading(reading)) if reading.is_interview());
    let leads = |act: Act| act != Act::AskFurther || asks;
    let in_force = model.keymap.in_force(&scopes);
    let mut hints: Vec<_> = in_force.filter(|(def, _)| def.hint > 0 && leads(def.act)).collect();
    // Those of the innermost scope first, then by how much they matter.
    hints.sort_by_key(|(def, _)| {
        let scope = scopes.iter().position(|scope| *scope == def.scope).unwrap_or(9);
        // What is done to a bot and what is done to the list of bots are of one rank.
        let scope = if def.scope == crate::tui::action::Scope::Bots { 1 } else { scope };
        let everywhere = def.scope == crate::tui::action::Scope::Global;
        (u8::from(everywhere && def.hint < 80), scope.min(1), u8::MAX - def.hint)
    });
    let mut pen = Pen::new(buf, area, 0);
    let help = model.keymap.keys("help").first().map(ToString::to_string).unwrap_or_default();
    if !scopes.iter().any(|scope| scope.is_overlay()) {
        pen.right(" ", theme.text).right(" help", theme.dim).right(&help, theme.key).right("  ", theme.text);
    }
    pen.skip(1);
    for (def, keys) in hints.iter().filter(|(def, _)| def.id != "help") {
        let Some(key) = keys.first().map(ToString::to_string) else { continue };
        let title = if def.brief.is_empty() { def.title.to_lowercase() } else { def.brief.to_owned() };
        if text::width(&key) + text::width(&title) + 3 > pen.room() {
            break;
        }
        let (key_style, title_style) =
            if def.is_for(model.role) { (theme.key, theme.dim) } else { (theme.dim, theme.refused()) };
        pen.put(&key, key_style).skip(1).put(&title, title_style).skip(2);
    }
}
