//! The command palette: any action by a part of its name.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui_input::Input;

use super::line::draw_input;
use super::window::window;
use crate::domain::text::folded;
use crate::protocol::Role;
use crate::tui::action::{ACTIONS, Act, ActionDef, Scope};
use crate::tui::keymap::Keymap;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pen, Scroll, Window, scroll};

/// A line of the palette.
#[derive(Clone, Debug)]
pub struct PaletteLine {
    /// The action.
    pub def: &'static ActionDef,
    /// Its keys, where it has some that work here.
    pub keys: String,
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    /// What was typed.
    pub input: Input,
    /// The selected line.
    pub scroll: Scroll,
    all: Vec<PaletteLine>,
    role: Role,
    past: bool,
    /// What matches, best first.
    found: Vec<usize>,
}

impl Palette {
    /// Everything that can be done where `scopes` are in force.
    #[must_use]
    pub fn new(keymap: &Keymap, scopes: &[Scope], role: Role, past: bool, recent: &[&str]) -> Self {
        let listed = |def: &&ActionDef| {
            !matches!(def.act, Act::Up | Act::Down | Act::PageUp | Act::PageDown | Act::Palette)
                && (scopes.contains(&def.scope))
        };
        // The innermost scope first, each in the table's order.
        let mut all: Vec<PaletteLine> = Vec::new();
        for scope in scopes {
            for def in ACTIONS.iter().filter(listed).filter(|def| def.scope == *scope) {
                let keys: Vec<String> = keymap.keys(def.id).iter().map(ToString::to_string).collect();
                all.push(PaletteLine { def, keys: keys.join(" ") });
            }
        }
        // What was chosen last comes first.
        all.sort_by_key(|entry| recent.iter().position(|id| *id == entry.def.id).unwrap_or(usize::MAX));
        let found = (0..all.len()).collect();
        Self { input: Input::default(), scroll: Scroll::default(), all, role, past, found }
    }

    /// Searches anew after something was typed.
    pub fn search(&mut self) {
        self.scroll.selected = 0;
        let typed = self.input.value().trim();
        if typed.is_empty() {
            self.found = (0..self.all.len()).collect();
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut buf = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, entry) in self.all.iter().enumerate() {
            let title = pattern.score(Utf32Str::new(entry.def.title, &mut buf), &mut matcher).map(|s| s * 2);
            // A description counts only where it holds the words as they were typed.
            let holds = folded(entry.def.about).contains(&folded(typed));
            let about = holds.then_some(1);
            if let Some(score) = title.max(about) {
                scored.push((score, at));
            }
        }
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.found = scored.into_iter().map(|(_, at)| at).collect();
    }

    /// Lines that match.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The selected action.
    #[must_use]
    pub fn selected(&self) -> Option<&'static ActionDef> {
        self.found.get(self.scroll.selected).map(|at| self.all[*at].def)
    }

    fn size(area: Rect) -> (u16, u16) {
        (area.width.saturating_sub(6).min(84), area.height.saturating_sub(4).min(20))
    }

    /// The line at a row of the screen.
    #[must_use]
    pub fn line_at(&self, x: u16, y: u16) -> Option<usize> {
        self.scroll.line_under(x, y, self.found.len())
    }

    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Window {
        let size = Self::size(area);
        let note = format!("{}/{}", self.found.len(), self.all.len());
        let inner = window(buf, area, size, "Do what?", &note, theme);
        let mut pen = Pen::new(buf, inner, 0);
        pen.skip(1).put(": ", theme.key);
        draw_input(&mut pen, &self.input, theme);
        let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        let shown = self.scroll.window(self.found.len(), list, 1);
        scroll::bar(buf, scroll::around(inner), shown, self.found.len(), theme);
        for (row, line) in shown.lines(self.found.len()).enumerate() {
            let entry = &self.all[self.found[line]];
            let selected = line == self.scroll.selected;
            let mut pen =
                Pen::new(buf, list, u16::try_from(row).unwrap_or(u16::MAX)).base(theme.line(selected, true));
            pen.put(if selected { theme.glyphs.marker } else { " " }, theme.accent);
            pen.right(" ", theme.text).right(&entry.keys, theme.key).right("  ", theme.text);
            let title = if entry.def.is_for(self.role) { theme.text } else { theme.refused() };
            pen.cell(entry.def.title, title, 24)
                .skip(1)
                .put(entry.def.about_for(self.role, self.past), theme.dim);
        }
        if self.found.is_empty() {
            Pen::new(buf, list, 1).skip(2).put("no action is called that", theme.dim);
        }
        shown
    }
}
