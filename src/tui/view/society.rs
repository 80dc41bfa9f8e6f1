//! The Society tab: who deals with whom, as a circle of bots and the ties between them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line};

use super::look::{self, View};
use crate::protocol::{GraphEdge, GraphNode};
use crate::tui::state::society::Society;
use crate::tui::state::{Drawn, List};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Window, frame, pen, scroll, text};

/// Width of the list.
const LIST: u16 = 34;
/// Bots up to which every tie is drawn: of more, nobody could tell one from the other.
const ALL_TIES: usize = 10;
/// Ties drawn of each bot where there are more bots; of the selected one all are.
const CLOSEST: usize = 2;

/// Inside of the list of bots, for clicks.
#[must_use]
pub fn list_area(body: Rect) -> Rect {
    let (_, side) = split(body);
    let height = side.height / 2;
    Rect {
        x: side.x + 1,
        y: side.y + 1,
        width: side.width.saturating_sub(2),
        height: height.saturating_sub(2),
    }
}

/// Inside of the list of ties, for clicks.
#[must_use]
pub fn ties_area(body: Rect) -> Rect {
    let (_, side) = split(body);
    let top = side.height / 2;
    Rect {
        x: side.x + 1,
        y: side.y + top + 1,
        width: side.width.saturating_sub(2),
        height: (side.height - top).saturating_sub(2),
    }
}

fn split(area: Rect) -> (Rect, Rect) {
    let side = LIST.min(area.width / 2);
    let left = Rect { width: area.width - side, ..area };
    (left, Rect { x: left.right(), width: side, ..area })
}

/// Draws the tab.
pub fn render(state: &Society, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let theme = view.theme;
    let (left, side) = split(area);
    let (count, total) = (state.drawn().len(), state.total());
    let dense = count > ALL_TIES;
    let of = (total > count).then(|| format!("the {count} with most ties of {total}"));
    let closest = dense.then(|| format!("the {CLOSEST} closest ties of each"));
    let note = of.into_iter().chain(closest).collect::<Vec<_>>().join(&format!(" {} ", theme.glyphs.dot));
    let inner = frame(buf, left, "Society", &note, false, theme);
    if state.graph.is_none() {
        pen::empty(buf, inner, &["reading…"], theme);
    } else if count == 0 {
        pen::empty(buf, inner, &["there is nobody here yet", "n makes a bot"], theme);
    } else {
        circle(state, inner, buf, view);
    }
    let mut drawn = Drawn::default();
    drawn.list(List::Society, Some(list(state, side, buf, view)));
    drawn.list(List::Ties, ties(state, side, buf, view));
    drawn
}

/// Where the bots stand: on an ellipse, the first on top.
#[allow(clippy::cast_precision_loss)] // at most two dozen
fn places(count: usize) -> Vec<(f64, f64)> {
    (0..count)
        .map(|at| {
            let angle = std::f64::consts::TAU * at as f64 / count.max(1) as f64;
            (angle.sin() * 0.8, angle.cos() * 0.8)
        })
        .collect()
}

/// Which ties are drawn whoever is selected: all of a few bots, of many the closest of each.
fn drawn(nodes: &[&GraphNode], edges: &[GraphEdge]) -> Vec<bool> {
    if nodes.len() <= ALL_TIES {
        return vec![true; edges.len()];
    }
    let mut drawn = vec![false; edges.len()];
    let there = |id: &str| nodes.iter().any(|node| node.id == id);
    for node in nodes {
        let touches = |at: &usize| {
            let edge = &edges[*at];
            (edge.source == node.id && there(&edge.target)) || (edge.target == node.id && there(&edge.source))
        };
        let mut of: Vec<usize> = (0..edges.len()).filter(touches).collect();
        of.sort_by_key(|at| std::cmp::Reverse(edges[*at].interaction_count));
        of.into_iter().take(CLOSEST).for_each(|at| drawn[at] = true);
    }
    drawn
}

fn style_of(edge: &GraphEdge, theme: &Theme) -> Style {
    match edge.sentiment {
        s if s > 0.2 => theme.good,
        s if s < -0.2 => theme.bad,
        _ => theme.dim,
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // cells of a screen
fn circle(state: &Society, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    if area.width < 4 || area.height < 3 {
        return;
    }
    let theme = view.theme;
    let nodes = state.drawn();
    let places = places(nodes.len());
    let at = |id: &str| nodes.iter().position(|node| node.id == id).map(|at| places[at]);
    let selected = state.selected().map(|node| node.id.as_str());
    let edges = state.graph.as_ref().map(|graph| graph.edges.as_slice()).unwrap_or_default();
    let most = edges.iter().map(|edge| edge.interaction_count).max().unwrap_or(1).max(1);
    let marker = if theme.glyphs.ascii { Marker::Custom('.') } else { Marker::Braille };
    let drawn = drawn(&nodes, edges);
    Canvas::default()
        .marker(marker)
        .x_bounds([-1.0, 1.0])
        .y_bounds([-1.0, 1.0])
        .paint(|canvas| {
            // Those of the selected bot last, so that they lie on top.
            for touching in [false, true] {
                for (edge, close) in edges.iter().zip(&drawn) {
                    let mine =
                        Some(edge.source.as_str()) == selected || Some(edge.target.as_str()) == selected;
                    let (Some(from), Some(to)) = (at(&edge.source), at(&edge.target)) else { continue };
                    if mine != touching || !(mine || *close) {
                        continue;
                    }
                    let color = if mine { style_of(edge, theme) } else { theme.faint }.fg.unwrap_or_default();
                    // The closer the tie, the more lines lie beside each other.
                    let strands = if mine { 1 + edge.interaction_count * 3 / most } else { 1 };
                    for strand in 0..strands {
                        let off = strand as f64 * 0.012;
                        canvas.draw(&Line::new(from.0 + off, from.1, to.0 + off, to.1, color));
                    }
                }
            }
        })
        .render(area, buf);
    // The selected one has its place before all others.
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|at| Some(nodes[*at].id.as_str()) != selected);
    let mut taken: Vec<Rect> = Vec::new();
    for (node, place) in order.into_iter().map(|at| (nodes[at], places[at])) {
        let name = view.name(&node.id);
        let chosen = Some(node.id.as_str()) == selected;
        let style = theme.actor(&node.id);
        let column = (f64::from(area.width - 1) * (place.0 + 1.0) / 2.0) as u16;
        let row = (f64::from(area.height - 1) * (1.0 - place.1) / 2.0) as u16;
        if chosen {
            let label = format!("{}{name} {}", theme.glyphs.marker, text::signed(node.reputation));
            let spot = spot(&label, (column, row), area);
            Pen::new(buf, area, row).skip(spot.x).put_in(&label, style.patch(theme.selected), spot.width);
            taken.push(spot);
            continue;
        }
        let initials = text::initials(name);
        let labels = [(name, row), (name, row + 1), (name, row.saturating_sub(1)), (initials.as_str(), row)];
        let free = labels.into_iter().find_map(|(label, row)| {
            let spot = spot(label, (column, row), area);
            let near = |other: &Rect| other.y == spot.y && other.x <= spot.right() && spot.x <= other.right();
            (row < area.height && !taken.iter().any(near)).then_some((label, spot))
        });
        // Where not even the initials have room, the ends of its ties show where it stands.
        if let Some((label, spot)) = free {
            Pen::new(buf, area, spot.y).skip(spot.x).put_in(label, style, spot.width);
            taken.push(spot);
        }
    }
}

/// Where a label stands that is centred at a cell, inside the picture.
fn spot(label: &str, (column, row): (u16, u16), area: Rect) -> Rect {
    let width = text::width(label).min(area.width);
    let x = column.saturating_sub(width / 2).min(area.width - width);
    Rect { x, y: row, width, height: 1 }
}

fn list(state: &Society, side: Rect, buf: &mut Buffer, view: &View<'_>) -> Window {
    let theme = view.theme;
    let area = Rect { height: side.height / 2, ..side };
    let order = state.list.order().unwrap_or(("ties", false));
    let inner =
        frame(buf, area, &state.list.titled("Bots"), &look::ordered(order, theme), !state.on_ties, theme);
    if state.list.is_empty() && state.list.has_rows() {
        pen::empty(buf, inner, &[look::NOTHING_MATCHES], theme);
    }
    let shown = state.list.window(inner, 1);
    scroll::bar(buf, area, shown, state.list.len(), theme);
    let nodes = || state.graph.iter().flat_map(|graph| &graph.nodes);
    let posts = widest(nodes().map(|node| text::count(node.post_count, "post")));
    let scores = widest(nodes().map(|node| text::signed(node.reputation)));
    for (row, at) in (0..inner.height).zip(shown.lines(state.list.len())) {
        let Some(node) = state.list.get(at) else { break };
        let chosen = at == state.list.scroll.selected;
        let mut pen = Pen::new(buf, inner, row).base(theme.line(chosen, !state.on_ties));
        pen.put(if chosen { theme.glyphs.marker } else { " " }, theme.accent);
        let score = super::bots::reputation(node.reputation, theme);
        pen.right(" ", theme.text).right_cell(&text::count(node.post_count, "post"), theme.dim, posts);
        pen.right(" ", theme.text).right_cell(&text::signed(node.reputation), score, scores);
        pen.right(" ", theme.text).name(view.name(&node.id), theme.actor(&node.id), u16::MAX);
    }
    shown
}

/// Cells of a column in which these stand.
fn widest(texts: impl Iterator<Item = String>) -> u16 {
    texts.map(|text| text::width(&text)).max().unwrap_or(0)
}

fn ties(state: &Society, side: Rect, buf: &mut Buffer, view: &View<'_>) -> Option<Window> {
    let theme = view.theme;
    let top = side.height / 2;
    let area = Rect { y: side.y + top, height: side.height - top, ..side };
    let title =
        state.selected().map_or_else(|| "Ties".to_owned(), |node| format!("Ties of {}", view.name(&node.id)));
    let inner = frame(buf, area, &title, "", state.on_ties, theme);
    let node = state.selected()?;
    let ties = state.ties(&node.id);
    if ties.is_empty() {
        pen::empty(buf, inner, &["none yet"], theme);
        return None;
    }
    let shown = state.scroll.window(ties.len(), inner, 1);
    scroll::bar(buf, area, shown, ties.len(), theme);
    let counts = widest(ties.iter().map(|edge| format!("×{}", edge.interaction_count)));
    let follows = ties.iter().any(|edge| edge.follows);
    for (row, at) in (0..inner.height).zip(shown.lines(ties.len())) {
        let edge = ties[at];
        let chosen = state.on_ties && at == state.scroll.selected.min(ties.len() - 1);
        let other = if edge.source == node.id { &edge.target } else { &edge.source };
        let mood = match edge.sentiment {
            s if s > 0.2 => "+ warm ",
            s if s < -0.2 => "- tense",
            _ => "= even ",
        };
        let mut pen = Pen::new(buf, inner, row).base(theme.line(chosen, true));
        pen.put(if chosen { theme.glyphs.marker } else { " " }, theme.accent)
            .right(" ", theme.text)
            .right(mood, style_of(edge, theme));
        pen.right(" ", theme.text);
        if follows {
            pen.right(if edge.follows { "follows" } else { "       " }, theme.dim).right(" ", theme.text);
        }
        pen.right_cell(&format!("×{}", edge.interaction_count), theme.dim, counts);
        pen.right(" ", theme.text).name(view.name(other), theme.actor(other), u16::MAX);
    }
    Some(shown)
}
