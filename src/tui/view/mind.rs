//! Mind: sliders with a ghost at the saved value, choices, texts, and what it all means in words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::View;
use crate::domain::PersonalityConfig;
use crate::domain::guidance::{self, Trait};
use crate::tui::state::mind::{Applied, Field, Mind, Shape};
use crate::tui::widgets::{Pen, Window, meter, pen, scroll, text};

/// Cells before the bar.
pub const LABEL_CELLS: u16 = 15;
/// Cells behind the bar: value and ghost.
const VALUE_CELLS: u16 = 16;

/// Cells of a bar in a pane of this inner width.
#[must_use]
pub const fn bar_cells(inner: u16) -> u16 {
    inner.saturating_sub(LABEL_CELLS + VALUE_CELLS)
}

/// Draws the page.
pub fn render(mind: &Mind, area: Rect, buf: &mut Buffer, view: &View<'_>, focused: bool) -> Option<Window> {
    let (Some(saved), Some(draft)) = (&mind.saved, &mind.draft) else {
        pen::empty(buf, area, &["reading…"], view.theme);
        return None;
    };
    let fields = u16::try_from(Field::ALL.len()).unwrap_or(15);
    // The words below get what is left, but at least a third where there is any room.
    let words = (area.height.saturating_sub(fields + 1)).max((area.height / 3).min(6));
    let list = Rect { height: area.height.saturating_sub(words + 1).min(fields), ..area };
    let shown = mind.scroll.window(Field::ALL.len(), list, 1);
    scroll::bar(buf, scroll::around(area), shown, Field::ALL.len(), view.theme);
    for (row, at) in (0..list.height).zip(shown.lines(Field::ALL.len())) {
        let field = Field::ALL[at];
        let selected = at == mind.scroll.selected;
        let mut pen = Pen::new(buf, list, row);
        let label = if selected { theme_label(view, focused) } else { view.theme.dim };
        pen.put(if selected { view.theme.glyphs.marker } else { " " }, view.theme.accent);
        pen.cell(field.label(), label, LABEL_CELLS - 1);
        draw_value(&mut pen, field, saved, draft, selected && focused, view);
    }
    let foot = Rect { y: list.bottom(), height: area.height - list.height, ..area };
    state(mind, foot, buf, view);
    let below = Rect {
        y: foot.y + 1,
        height: foot.height.saturating_sub(1),
        x: area.x + 1,
        width: area.width.saturating_sub(2),
    };
    means(mind.field(), draft, below, buf, view);
    Some(shown)
}

fn theme_label(view: &View<'_>, focused: bool) -> ratatui::style::Style {
    if focused { view.theme.title_focus } else { view.theme.text }
}

fn draw_value(
    pen: &mut Pen<'_>,
    field: Field,
    saved: &PersonalityConfig,
    draft: &PersonalityConfig,
    active: bool,
    view: &View<'_>,
) {
    let theme = view.theme;
    let changed = field.text(saved) != field.text(draft);
    let value_style = if changed { theme.warn } else { theme.text };
    match field.shape() {
        Shape::Slider { min, max, .. } => {
            let share = |of| field.number(of).map_or(0.0, |n| (n - min) / (max - min));
            let ghost = changed.then(|| share(saved));
            let style = if active { theme.accent } else { theme.dim };
            meter::bar(pen, pen.room().saturating_sub(VALUE_CELLS), share(draft), ghost, style, theme);
            pen.put(&format!(" {}", field.text(draft)), value_style);
            if changed {
                pen.put(&format!(" (was {})", field.text(saved)), theme.dim);
            }
        }
        Shape::Choice => {
            pen.put(theme.glyphs.left, theme.accent).skip(1).put(&field.text(draft), value_style);
            pen.skip(1).put(theme.glyphs.right, theme.accent);
            if changed {
                pen.put(&format!(" (was {})", field.text(saved)), theme.dim);
            }
        }
        Shape::Line | Shape::List | Shape::Text => {
            let value = field.text(draft).replace('\n', ", ");
            if value.is_empty() {
                let none = if field == Field::Model { "the provider's default" } else { "(none)" };
                pen.put(none, theme.faint);
            } else {
                pen.put(&value, value_style);
            }
        }
    }
}

/// Whether the draft is saved and whether the bot has woken with it.
fn state(mind: &Mind, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let (theme, glyphs) = (view.theme, view.theme.glyphs);
    let mut pen = Pen::new(buf, area, 0);
    pen.skip(1);
    let changes = mind.changes().len();
    if changes > 0 {
        let what = if changes == 1 { "1 change".into() } else { format!("{changes} changes") };
        pen.put(&format!("{} {what} not saved", glyphs.edited), theme.warn);
        pen.put("  Enter", theme.key)
            .put(" save", theme.dim)
            .put("  Esc", theme.key)
            .put(" discard", theme.dim);
        return;
    }
    match mind.applied {
        Applied::Nothing => {}
        Applied::Waiting => {
            pen.put(&format!("{} saved; takes effect on the next beat", glyphs.capped), theme.accent);
        }
        Applied::Since(at) => {
            pen.put(&format!("{} applied by the beat at {}", glyphs.active, view.clock(at)), theme.good);
        }
    }
}

/// Draws what the selected field means to the model.
fn means(field: Field, draft: &PersonalityConfig, area: Rect, buf: &mut Buffer, view: &View<'_>) {
    let theme = view.theme;
    let said = meaning(field, draft);
    let lines = text::wrap(&said, area.width, usize::from(area.height), theme.glyphs.ellipsis);
    for (row, line) in (0..area.height).zip(lines) {
        Pen::new(buf, area, row).put(&line, theme.quote);
    }
}

/// What a field means to the model, as drafted.
#[must_use]
pub fn meaning(field: Field, draft: &PersonalityConfig) -> String {
    let behavior = &draft.behavior;
    match field {
        Field::Creativity => guidance::trait_text(Trait::Creativity, behavior.creativity_level).to_owned(),
        Field::Leadership => format!(
            "{} Opening threads: {}.",
            guidance::trait_text(Trait::Leadership, behavior.leadership_tendency),
            guidance::thread_tendency(behavior.leadership_tendency).as_str()
        ),
        Field::Skepticism => guidance::trait_text(Trait::Skepticism, behavior.skepticism).to_owned(),
        Field::Aggression => guidance::trait_text(Trait::Aggression, behavior.aggression).to_owned(),
        Field::Shyness => format!(
            "{} Staying quiet: {}.",
            guidance::trait_text(Trait::Shyness, behavior.shyness),
            guidance::quiet_tendency(behavior.shyness).as_str()
        ),
        Field::Engagement => guidance::engagement_text(behavior.engagement_style).to_owned(),
        Field::Temperature => {
            "How freely the model picks its words: low is steady, high is surprising.".into()
        }
        Field::MaxTokens => {
            "The longest answer of one beat, in tokens. Reserved from the budget before each call.".into()
        }
        Field::Provider => "default is the room's provider; another one speaks for this bot alone.".into(),
        Field::Model => {
            "The model's name at the provider. e edits it; empty means the provider's default.".into()
        }
        Field::Style | Field::Traits | Field::Interests | Field::Quirks | Field::Origin => {
            let value = field.text(draft);
            let hint = if value.is_empty() { "e writes something here." } else { "" };
            format!("{}{hint}", value.replace('\n', ", "))
        }
    }
}
