//! What is kept of the screen between runs: tab, pane, page, look, selected bot. Losing it costs
//! nothing, so trouble with the file is no error.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::action::ACTIONS;
use super::live::Page;
use super::model::{Model, Pane, Tab};
use super::tabs::forum::Drafts;
use super::theme::ThemeName;

/// The kept state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    tab: String,
    pane: usize,
    lower: usize,
    page: String,
    zoomed: bool,
    bot: Option<String>,
    theme: Option<String>,
    person: Option<String>,
    drafts: Drafts,
    recent: Vec<String>,
    /// Whether the terminal was light when it was asked last.
    pub light: Option<bool>,
}

impl Saved {
    /// Reads it; whatever is wrong with the file reads as nothing kept.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Writes it.
    pub fn write(&self, path: &Path) {
        let Ok(bytes) = serde_json::to_vec_pretty(self) else { return };
        let aside = path.with_extension("tmp");
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) =
            made.and_then(|()| std::fs::write(&aside, bytes)).and_then(|()| std::fs::rename(&aside, path))
        {
            tracing::debug!("the layout is not kept: {error}");
        }
    }

    /// What is to be kept of a model.
    #[must_use]
    pub fn of(model: &Model, light: Option<bool>) -> Self {
        Self {
            tab: model.tab.id().into(),
            pane: model.focus.index(),
            lower: model.lower_pane.index(),
            page: model.inspector.page.id().into(),
            zoomed: model.zoomed,
            bot: model.inspector.wanted.clone(),
            theme: model.theme_chosen.then(|| model.theme.name.as_str().into()),
            person: model.forum.writer.name.clone(),
            drafts: model.forum.writer.drafts(&model.overlays),
            recent: model.recent.iter().map(|id| (*id).to_owned()).collect(),
            light,
        }
    }

    /// Arranges a model as it was left.
    pub fn apply(&self, model: &mut Model) {
        // Files of the version before hold the words of the screen, which differ in their capitals alone.
        if let Some(tab) = Tab::ALL.into_iter().find(|tab| tab.id().eq_ignore_ascii_case(&self.tab)) {
            model.tab = tab;
        }
        if let Some(pane) = Pane::ALL.get(self.pane) {
            model.focus = *pane;
        }
        if let Some(pane) = Pane::ALL.get(self.lower).filter(|pane| pane.is_lower()) {
            model.lower_pane = *pane;
        }
        if let Some(page) = Page::ALL.into_iter().find(|page| page.id().eq_ignore_ascii_case(&self.page)) {
            model.inspector.page = page;
        }
        model.zoomed = self.zoomed && model.tab == Tab::Live;
        model.wanted_bot.clone_from(&self.bot);
        model.forum.writer.name.clone_from(&self.person);
        model.forum.writer.take_up(&self.drafts);
        let known = |id: &String| ACTIONS.iter().find(|def| def.id == id.as_str()).map(|def| def.id);
        model.recent = self.recent.iter().filter_map(known).collect();
    }

    /// The look that was chosen, if one was.
    #[must_use]
    pub fn theme(&self) -> Option<ThemeName> {
        self.theme.as_deref().and_then(ThemeName::parse)
    }
}
