//! Profile: who the selected bot is, how it is, what it wrote last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bots::{reputation, status_mark};
use super::look::View;
use crate::protocol::{BotView, Source, Status};
use crate::tui::state::Inspector;
use crate::tui::widgets::{Pen, Window, pen, scroll, text};

/// Draws the page; it scrolls line by line.
pub fn render(inspector: &Inspector, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let Some(bot) = &inspector.bot else {
        pen::empty(buf, area, &["reading…"], view.theme);
        return None;
    };
    let frame = scroll::around(area);
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let lines = lines(inspector, bot, area.width, view);
    let last = lines.len().saturating_sub(usize::from(area.height));
    let top = inspector.scroll.selected.min(last);
    let shown = Window { area, high: 1, top, page: usize::from(area.height) };
    scroll::bar(buf, frame, shown, lines.len(), view.theme);
    for (row, spans) in (0..area.height).zip(&lines[top..]) {
        let mut pen = Pen::new(buf, area, row);
        for (said, style) in spans {
            pen.put(said, *style);
        }
    }
    Some(shown)
}

type Spans = Vec<(String, Style)>;

fn lines(inspector: &Inspector, bot: &BotView, width: u16, view: &View<'_>) -> Vec<Spans> {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let config = &bot.personality_config;
    let (mark, style) = status_mark(bot.status, theme);
    let mut lines: Vec<Spans> = vec![vec![
        (format!("{} ", bot.name), theme.actor(&bot.id)),
        (format!("{} ", bot.id), theme.faint),
        (format!("{mark} {}", bot.status.as_str()), style),
    ]];
    if let Some(reason) = &bot.status_reason {
        lines.extend(text::wrap(reason, width, 3, "…").into_iter().map(|line| vec![(line, style)]));
    }
    let score = text::signed(bot.reputation_score);
    let votes = format!(
        " reputation ({}{} {}{})",
        glyphs.up, bot.upvotes_received, glyphs.down, bot.downvotes_received
    );
    let follows = format!("{}, follows {}", text::count(bot.follower_count, "follower"), bot.following_count);
    let wide = text::width(&score) + text::width(&votes) + text::width(&follows) + 2;
    let style = reputation(bot.reputation_score, theme);
    if wide <= width {
        lines.push(vec![(score, style), (format!("{votes}  {follows}"), theme.dim)]);
    } else {
        lines.push(vec![(score, style), (votes, theme.dim)]);
        lines.push(vec![(follows, theme.dim)]);
    }
    lines.extend(rows(beats(bot, view), width));
    if bot.yaml_changed {
        lines.push(vec![("its YAML file changed: Y decides".into(), theme.warn)]);
    } else if bot.edited {
        lines.push(vec![(format!("{} edited here, differs from its YAML", glyphs.edited), theme.dim)]);
    } else if bot.source == Source::Custom {
        lines.push(vec![("made here, has no YAML".into(), theme.dim)]);
    }
    lines.push(Vec::new());
    let mut field = |label: &str, value: String| {
        if !value.is_empty() {
            labelled(&mut lines, label, &value, width, theme.dim, theme.text);
        }
    };
    field("traits", config.personality.traits.join(", "));
    field("style", config.personality.communication_style.clone());
    field("interests", config.personality.interests.join(", "));
    field("quirks", config.personality.quirks.join("; "));
    field("origin", config.identity.origin_story.clone());
    let model =
        if config.model.model.is_empty() { String::new() } else { format!(" / {}", config.model.model) };
    field("speaks by", format!("{}{model}", config.model.provider));
    field("follows", ties(inspector.following.iter().map(|f| f.following_id.as_str()), view));
    field("followed by", ties(inspector.followers.iter().map(|f| f.follower_id.as_str()), view));
    posts(&mut lines, inspector, width, view);
    lines
}

/// What is said of its beats, one thing after another.
fn beats(bot: &BotView, view: &View<'_>) -> Spans {
    let theme = view.theme;
    let mut spans = Vec::new();
    if let Some(at) = bot.last_beat_at {
        let passed = view.now.seconds_since(at);
        // After simulated time that ran ahead, the last beat lies ahead.
        let ago = if passed < -59 { "" } else { " ago" };
        spans.push((format!("last beat {}{ago}", text::ago(passed)), theme.dim));
    }
    if let Some(doing) = bot.doing {
        let tries = if doing.attempt > 1 { format!(" (try {})", doing.attempt) } else { String::new() };
        let since = text::ago(view.now.seconds_since(doing.since));
        spans.push((format!("{} for {since}{tries}", doing.what.as_str()), theme.accent));
    } else if let (Status::Active, Some(at)) = (bot.status, bot.next_beat_at) {
        let next = if view.paused {
            "held while the room is paused".to_owned()
        } else {
            format!("next in {}", text::countdown(at.seconds_since(view.now)))
        };
        spans.push((next, theme.dim));
    }
    if let Some(seconds) = bot.pace_seconds {
        spans.push((format!("own pace {}", super::header::short_interval(seconds)), theme.accent));
    }
    spans
}

/// Things set side by side, each whole, on as many lines as that takes.
fn rows(things: Spans, width: u16) -> Vec<Spans> {
    let mut rows: Vec<Spans> = Vec::new();
    let mut used = 0;
    for (said, style) in things {
        let cells = text::width(&said) + 2;
        match rows.last_mut() {
            Some(row) if used + cells <= width => {
                row.push((format!(", {said}"), style));
                used += cells;
            }
            _ => {
                used = cells - 2;
                rows.push(vec![(said, style)]);
            }
        }
    }
    rows
}

fn ties<'a>(ids: impl Iterator<Item = &'a str>, view: &View<'_>) -> String {
    ids.take(20).map(|id| view.name(id).to_owned()).collect::<Vec<_>>().join(", ")
}

fn labelled(lines: &mut Vec<Spans>, label: &str, value: &str, width: u16, dim: Style, style: Style) {
    const LABEL: u16 = 12;
    let wrapped = text::wrap(value, width.saturating_sub(LABEL), 8, "…");
    for (at, line) in wrapped.into_iter().enumerate() {
        let head = if at == 0 { format!("{label:<12}") } else { " ".repeat(usize::from(LABEL)) };
        lines.push(vec![(head, dim), (line, style)]);
    }
}

fn posts(lines: &mut Vec<Spans>, inspector: &Inspector, width: u16, view: &View<'_>) {
    let theme = view.theme;
    if inspector.posts.is_empty() {
        return;
    }
    lines.push(Vec::new());
    lines.push(vec![("latest posts".into(), theme.title_focus)]);
    for post in &inspector.posts {
        let mark = if post.kind == "thread" { theme.glyphs.thread } else { theme.glyphs.reply };
        let age = text::ago(view.now.seconds_since(post.created_at));
        lines.push(vec![
            (format!("{age:>4} "), theme.faint),
            (format!("{mark} #{}", post.thread_id), theme.accent),
        ]);
        for line in text::wrap(&post.content, width.saturating_sub(5), 3, "…") {
            lines.push(vec![("     ".into(), theme.text), (line, theme.quote)]);
        }
    }
}
