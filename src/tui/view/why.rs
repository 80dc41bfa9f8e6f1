//! Why: the answer as it came, the memories that were recalled with their scores, the prompt
//! section by section, and what it cost.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::View;
use super::stream::{act_mark, sentence};
use crate::domain::{MemoryKind, Rung};
use crate::protocol::{Exchange, RecalledMemory, WhyView};
use crate::tui::state::Row;
use crate::tui::state::why::{Part, Why, WhyLine};
use crate::tui::widgets::{Pen, Window, meter, pen, scroll, text};

/// Draws the page.
pub fn render(why: &Why, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Option<Window> {
    let theme = view.theme;
    let Some(reason) = &why.view else {
        let said = match (&why.missing, why.wanted) {
            (Some(missing), _) => missing.as_str(),
            (None, Some(_)) => "reading…",
            (None, None) => "no act yet; select one in the stream and press w",
        };
        pen::empty(buf, area, &[said], theme);
        return None;
    };
    let frame = scroll::around(area);
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    // What it was decided by is worth the lines it takes, as far as the rest is seen too.
    let most = usize::from(area.height / 10).clamp(1, 3);
    let cells = area.width;
    let told: Vec<(usize, String)> = why
        .verdict
        .iter()
        .enumerate()
        .flat_map(|(at, line)| {
            text::wrap(line, cells, most, theme.glyphs.ellipsis).into_iter().map(move |line| (at, line))
        })
        .collect();
    head(reason, &told, area, buf, view);
    let above = u16::try_from(told.len()).unwrap_or(0) + 3;
    let list = Rect { y: area.y + above, height: area.height.saturating_sub(above), ..area };
    let lines = why.lines_of(list.width);
    let shown = why.scroll.window(lines.len(), list, 1);
    scroll::bar(buf, frame, shown, lines.len(), theme);
    for (row, at) in (0..list.height).zip(shown.lines(lines.len())) {
        let selected = at == why.scroll.selected;
        let pen = Pen::new(buf, list, row).base(theme.line(selected && focused, focused));
        draw(pen, why, &lines[at], view);
    }
    Some(shown)
}

fn head(reason: &WhyView, verdict: &[(usize, String)], area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let row = Row::of_activity(&reason.activity);
    let (mark, style) = act_mark(&row, theme);
    let mut pen = Pen::new(buf, area, 0);
    pen.put(mark, style)
        .skip(1)
        .put(view.name(&row.bot_id), theme.actor(&row.bot_id))
        .skip(1)
        .put(&sentence(&row, view), theme.text);
    let latency: i64 = reason.exchanges.iter().map(|e| e.latency_ms).sum();
    let mut pen = Pen::new(buf, area, 1);
    let paid = if reason.activity.cost_simulated { " simulated" } else { "" };
    let spent = format!(
        "{} tok  {}{}  {}",
        text::tokens(row.tokens),
        text::money(reason.cost_usd),
        paid,
        text::duration(latency)
    );
    pen.put(&spent, theme.text);
    // What has no room is left out whole.
    let mut more = |said: &str, style| {
        if text::width(said) <= pen.room() {
            pen.put(said, style);
        }
    };
    more(&format!("  {} {}", rung(&reason.rung), view.clock(row.at)), theme.dim);
    let model = if reason.model.is_empty() || reason.model == reason.provider {
        String::new()
    } else {
        format!(" / {}", reason.model)
    };
    more(&format!("  {}{model}", reason.provider), theme.faint);
    for (row, (at, line)) in (2..).zip(verdict) {
        Pen::new(buf, area, row).put(line, if *at == 0 { theme.accent } else { theme.text });
    }
}

/// How the answer was read, in words.
fn rung(rung: &str) -> &'static str {
    match Rung::of(rung) {
        Some(Rung::Schema) => "read at once",
        Some(Rung::Embedded) => "found inside prose",
        Some(Rung::Repaired) => "read after a repair",
        Some(Rung::Failed) => "could not be read",
        None => "no answer to read",
    }
}

fn draw(mut pen: Pen<'_>, why: &Why, line: &WhyLine<'_>, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    match line {
        WhyLine::Gap => {}
        WhyLine::Text(said) => {
            pen.skip(2).put(said, theme.quote);
        }
        WhyLine::Memory(memory) => draw_memory(pen, memory, view),
        WhyLine::Head(part) => {
            pen.put(if why.is_open(*part) { glyphs.open } else { glyphs.folded }, theme.accent).skip(1);
            match part {
                Part::Memories => {
                    let count = why.view.as_ref().map_or(0, |view| view.memories.len());
                    pen.put(&format!("recalled memories ({count})"), theme.title_focus);
                }
                Part::Section(at) => {
                    if let Some(section) = why.section(*at) {
                        pen.put(&format!("prompt: {}", section.name.replace('_', " ")), theme.title_focus);
                        let left = if section.dropped > 0 {
                            format!(", {} left out", section.dropped)
                        } else {
                            String::new()
                        };
                        pen.put(
                            &format!("  {} of {} tok{left}", section.tokens, section.budget),
                            theme.faint,
                        );
                    }
                }
                Part::Exchange(at) => {
                    if let Some(exchange) = why.exchange(*at) {
                        draw_exchange(pen, exchange, view);
                    }
                }
            }
        }
    }
}

fn draw_exchange(mut pen: Pen<'_>, exchange: &Exchange, view: &View<'_>) {
    let theme = view.theme;
    let name = match exchange.purpose.as_str() {
        "think" => "raw answer",
        "repair" => "repair",
        "extract" => "what it took to remember",
        other => other,
    };
    let style = if exchange.error.is_some() { theme.bad } else { theme.title_focus };
    pen.put(name, style);
    let reported = if exchange.reported { "" } else { " (charged as reserved)" };
    pen.put(
        &format!(
            "  {}+{} tok{reported}  {}  {}",
            exchange.usage.input,
            exchange.usage.output,
            text::money(exchange.cost_usd),
            text::duration(exchange.latency_ms)
        ),
        theme.faint,
    );
}

fn draw_memory(mut pen: Pen<'_>, memory: &RecalledMemory, view: &View<'_>) {
    let theme = view.theme;
    pen.skip(1).put(if memory.pinned { theme.glyphs.pin } else { " " }, theme.warn);
    meter::bar(&mut pen, 6, memory.score, None, theme.accent, theme);
    pen.put(&format!(" {:.2} {}", memory.score, kind(memory)), theme.text);
    let (told, style) = match memory.fate.as_str() {
        "cut" => ("  cut to fit", theme.dim),
        "no_room" => ("  left out: no room", theme.warn),
        "too_large" => ("  left out: too large", theme.warn),
        _ => ("", theme.dim),
    };
    pen.put(told, style);
    // What has no room is left out whole.
    for (name, part) in
        [("relevance", memory.relevance), ("recency", memory.recency), ("weight", memory.importance)]
    {
        let said = format!("  {name} {part:.1}");
        if text::width(&said) > pen.room() {
            break;
        }
        pen.put(&said, theme.faint);
    }
}

/// The kind of a memory, in words.
#[must_use]
pub fn kind(memory: &RecalledMemory) -> &str {
    if memory.kind == MemoryKind::Cold.as_str() { "long ago" } else { &memory.kind }
}
