//! 3 Inspector: the frame around its pages.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{View, budget, mind, past, profile, recall, why};
use crate::tui::live::Page;
use crate::tui::live::mind::Mind;
use crate::tui::model::Model;
use crate::tui::widgets::{Pen, frame, pen, text};

/// Draws the open page.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) {
    let theme = view.theme;
    let inner = frame(buf, area, "", "", focused, theme);
    let name = title_name(model);
    let line =
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: area.height.min(1), ..area };
    let mut pen = Pen::new(buf, line, 0);
    let mark = if focused { theme.glyphs.marker } else { "" };
    pen.put(&format!("{mark}3 {name} "), if focused { theme.title_focus } else { theme.title });
    for page in Page::ALL {
        if page == model.inspector.page {
            pen.put(&format!("[{}]", page.title()), theme.title_focus);
        } else {
            pen.put(&format!(" {} ", page_label(model, page, area.width)), theme.dim);
        }
    }
    let inspector = &model.inspector;
    if inspector.pinned {
        pen.right(theme.glyphs.pin, theme.warn);
    }
    if inspector.page == Page::Why {
        return why::render(&inspector.why, inner, buf, view, focused);
    }
    if let Some(why) = model.walk.as_ref().and_then(|walk| walk.moment.stored.as_deref()) {
        return past::unknown(inner, buf, theme, why);
    }
    let Some(id) = &model.inspector.wanted else {
        pen::empty(buf, inner, &["select a bot"], theme);
        return;
    };
    match inspector.page {
        Page::Profile => profile::render(inspector, inner, buf, view, focused),
        Page::Mind => mind::render(&inspector.mind, inner, buf, view, focused),
        Page::Budget => budget::render(model, id, inner, buf, view, focused),
        Page::Memory => recall::render(&inspector.recall, inner, buf, view, focused),
        Page::Why => {}
    }
}

fn title_name(model: &Model) -> String {
    let inspector = &model.inspector;
    let reason = inspector.why.view.as_ref().filter(|_| inspector.page == Page::Why);
    let of = reason.map(|why| why.activity.bot_id.as_str()).or(inspector.wanted.as_deref());
    of.map_or_else(String::new, |id| {
        let name = crate::tui::widgets::text::safe(model.name(id)).into_owned();
        text::fit(&name, 12, "…").into_owned()
    })
}

/// Page names are shortened where they do not all fit.
fn page_label(model: &Model, page: Page, cells: u16) -> String {
    let all: u16 = Page::ALL.iter().map(|page| text::width(page.title()) + 2).sum();
    let title = page.title();
    if 6 + text::width(&title_name(model)) + all <= cells {
        title.to_owned()
    } else {
        title.chars().take(4).collect()
    }
}

/// The page whose name is at a column of the title.
#[must_use]
pub fn page_at(model: &Model, area: Rect, x: u16, focused: bool) -> Option<Page> {
    let mark = if focused { text::width(model.theme.glyphs.marker) } else { 0 };
    let mut start = area.x + 1 + mark + 3 + text::width(&title_name(model));
    Page::ALL.into_iter().find(|page| {
        let label = if *page == model.inspector.page {
            page.title().to_owned()
        } else {
            page_label(model, *page, area.width)
        };
        let end = start + text::width(&label) + 2;
        let hit = (start..end).contains(&x);
        start = end;
        hit
    })
}

/// Where the sliders of the mind are in a pane: first column and cells.
#[must_use]
pub fn slider_cells(area: Rect) -> Option<(u16, u16)> {
    let inner = area.width.saturating_sub(2);
    let cells = mind::bar_cells(inner);
    (cells > 2).then_some((area.x + 1 + mind::LABEL_CELLS, cells))
}

/// The field of the mind drawn at a row of the pane.
#[must_use]
pub fn mind_row(mind: &Mind, row: u16) -> Option<usize> {
    mind::field_at(mind, row)
}
