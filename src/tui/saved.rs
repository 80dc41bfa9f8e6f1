//! What is kept of the screen between runs: tab, pane, page, look, selected bot. Losing it costs
//! nothing, so trouble with the file is no error.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::action::ACTIONS;
use super::arrange::{Arrangement, NAMES_MAX, Named};
use super::marks::{Bookmarks, Tags};
use super::theme::ThemeName;
use crate::tui::state::Page;
use crate::tui::state::forum::Drafts;
use crate::tui::state::{Model, Pane, Tab};

/// The kept state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    tab: String,
    pane: usize,
    lower: usize,
    page: String,
    zoomed: bool,
    #[serde(deserialize_with = "as_far_as_it_can_be_read")]
    arrangement: Arrangement,
    #[serde(deserialize_with = "as_far_as_it_can_be_read")]
    layouts: Named,
    #[serde(deserialize_with = "as_far_as_it_can_be_read")]
    bookmarks: Bookmarks,
    #[serde(deserialize_with = "as_far_as_it_can_be_read")]
    tags: Tags,
    bot: Option<String>,
    theme: Option<String>,
    person: Option<String>,
    drafts: Drafts,
    recent: Vec<String>,
    /// Whether voices from a model were taken or declined.
    offered: bool,
    /// Whether the terminal was light when it was asked last.
    pub light: Option<bool>,
}

/// Reads a part of the file whose shape may change from version to version: what cannot be read is as if it were not there.
fn as_far_as_it_can_be_read<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(serde_json::Value::deserialize(from)?).unwrap_or_default())
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
            arrangement: model.arrangement.clone(),
            layouts: model.layouts.clone(),
            bookmarks: model.bookmarks.clone(),
            tags: model.bots.tags.clone(),
            bot: model.inspector.wanted.clone(),
            theme: model.theme_chosen.then(|| model.theme.name.as_str().into()),
            person: model.forum.writer.name.clone(),
            drafts: model.forum.writer.drafts(&model.overlays),
            recent: model.recent.iter().map(|id| (*id).to_owned()).collect(),
            offered: model.offer.answered,
            light,
        }
    }

    /// Arranges a model as it was left.
    pub fn apply(&self, model: &mut Model) {
        // Files of the version before hold the words of the screen, which differ in their capitals alone.
        if let Some(tab) = Tab::ALL.into_iter().find(|tab| tab.id().eq_ignore_ascii_case(&self.tab)) {
            model.tab = tab;
        }
        model.arrangement = self.arrangement.clone().checked();
        let named = self.layouts.iter().take(NAMES_MAX);
        model.layouts = named.map(|(name, of)| (name.clone(), of.clone().checked())).collect();
        if let Some(pane) = Pane::ALL.get(self.pane).filter(|pane| !model.arrangement.is_hidden(**pane)) {
            model.focus = *pane;
        }
        if let Some(pane) = Pane::ALL.get(self.lower).filter(|pane| model.arrangement.is_below(**pane)) {
            model.lower_pane = *pane;
        }
        if let Some(page) = Page::ALL.into_iter().find(|page| page.id().eq_ignore_ascii_case(&self.page)) {
            model.inspector.page = page;
        }
        model.zoomed = self.zoomed && model.tab == Tab::Live;
        model.bookmarks = self.bookmarks.clone().checked();
        model.bots.tags = self.tags.clone().checked();
        model.wanted_bot.clone_from(&self.bot);
        model.offer.answered = self.offered;
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
