//! 3 Inspector: the frame around its pages.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::View;
use super::{budget, mind, past, profile, recall, why};
use crate::tui::state::{Drawn, List, Model, Page};
use crate::tui::widgets::{Pen, frame, pen, text};

/// Draws the open page.
pub fn render(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Drawn {
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
    draw(model, inspector.page, inner, buf, view, focused)
}

/// Draws the second inspector of a vast screen: another page about the same bot.
pub fn beside(model: &Model, area: Rect, buf: &mut Buffer, view: &View<'_>) -> Drawn {
    let page = model.inspector.page.beside();
    let name = if page == Page::Why { why_name(model) } else { shown_name(model) };
    let inner = frame(buf, area, &format!("{name}: {}", page.title()), "", false, view.theme);
    draw(model, page, inner, buf, view, false)
}

fn draw(model: &Model, page: Page, inner: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Drawn {
    let (inspector, theme, mut drawn) = (&model.inspector, view.theme, Drawn::default());
    if page == Page::Why {
        drawn.list(List::Why, why::render(&inspector.why, inner, buf, view, focused));
        return drawn;
    }
    if let Some(why) = model.walk.as_ref().and_then(|walk| walk.moment.stored.as_deref()) {
        past::unknown(inner, buf, theme, why);
        return drawn;
    }
    let Some(id) = &model.inspector.wanted else {
        pen::empty(buf, inner, &["select a bot"], theme);
        return drawn;
    };
    match page {
        Page::Profile => drawn.list(List::Profile, profile::render(inspector, inner, buf, view)),
        Page::Mind => drawn.list(List::Mind, mind::render(&inspector.mind, inner, buf, view, focused)),
        Page::Budget => drawn.list(List::Budget, budget::render(model, id, inner, buf, view, focused)),
        Page::Memory => {
            drawn.list(List::Recall, recall::render(&inspector.recall, inner, buf, view, focused))
        }
        Page::Why => {}
    }
    drawn
}

fn title_name(model: &Model) -> String {
    if model.inspector.page == Page::Why { why_name(model) } else { shown_name(model) }
}

/// Whose reason is shown.
fn why_name(model: &Model) -> String {
    let reason = model.inspector.why.view.as_ref();
    reason.map_or_else(|| shown_name(model), |why| short_name(model, &why.activity.bot_id))
}

/// Whom the inspector is about.
fn shown_name(model: &Model) -> String {
    model.inspector.wanted.as_deref().map_or_else(String::new, |id| short_name(model, id))
}

fn short_name(model: &Model, id: &str) -> String {
    let name = text::safe(model.name(id)).into_owned();
    text::fit(&name, 12, "…").into_owned()
}

/// Where the names of the pages do not all fit, the keys that open them stand in their place.
fn page_label(model: &Model, page: Page, cells: u16) -> String {
    let all: u16 = Page::ALL.iter().map(|page| text::width(page.title()) + 2).sum();
    let title = page.title();
    if 6 + text::width(&title_name(model)) + all <= cells {
        title.to_owned()
    } else {
        let key = model.keymap.keys(&format!("inspect_{}", page.id())).first().map(ToString::to_string);
        key.unwrap_or_else(|| title.to_owned())
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
