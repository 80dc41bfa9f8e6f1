//! The inspector: everything about the selected bot, page by page.

use std::collections::BTreeMap;

use super::Page;
use super::budget::Budget;
use super::mind::Mind;
use super::recall::Recall;
use super::why::Why;
use crate::protocol::{ActivityQuery, BotView, CostCaps, FollowView, MemoryQuery, PostView};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::Scroll;

/// Everything about one bot.
#[derive(Debug, Default)]
pub struct Inspector {
    /// Page shown.
    pub page: Page,
    /// Whether it stays as it is while a person moves through the activity.
    pub pinned: bool,
    /// What the second inspector of a vast screen was read for: the bot and its page.
    pub beside: Option<(String, Page)>,
    /// The bot, once read.
    pub bot: Option<BotView>,
    /// Id of the bot that was asked for.
    pub wanted: Option<String>,
    /// Its latest posts.
    pub posts: Vec<PostView>,
    /// Who follows it.
    pub followers: Vec<FollowView>,
    /// Whom it follows.
    pub following: Vec<FollowView>,
    /// Caps as they apply.
    pub caps: Option<CostCaps>,
    /// Place in the profile.
    pub scroll: Scroll,
    /// Mind.
    pub mind: Mind,
    /// Minds of other bots that were changed and not saved.
    pub kept: BTreeMap<String, Mind>,
    /// Budget.
    pub budget: Budget,
    /// Memory.
    pub recall: Recall,
    /// Why.
    pub why: Why,
}

impl Inspector {
    /// Turns to another bot, and to the reason of an act of it; of the one before only what is not saved stays.
    pub fn turn_to(&mut self, id: &str, act: Option<i64>) -> Vec<Effect> {
        if self.wanted.as_deref() == Some(id) {
            return Vec::new();
        }
        let before = std::mem::take(self);
        let mut kept = before.kept;
        let mind = kept.remove(id).unwrap_or_default();
        if let Some(before_id) = before.wanted
            && before.mind.is_dirty()
        {
            kept.insert(before_id, before.mind);
        }
        let again = mind.saved.is_some().then(|| Effect::Load(Load::Config(id.into())));
        let (page, pinned) = (before.page, before.pinned);
        *self = Self { page, pinned, wanted: Some(id.to_owned()), mind, kept, ..Self::default() };
        if let Some(act) = act {
            self.why.ask(act);
        }
        let mut effects = vec![Effect::Load(Load::Bot(id.into()))];
        effects.extend(again);
        effects.extend(self.read_page());
        effects
    }

    /// Turns to another page.
    pub fn turn_page(&mut self, page: Page) {
        if self.page != page {
            self.page = page;
            self.scroll = Scroll::default();
        }
    }

    /// The bots something is held of.
    pub fn known(&self) -> impl Iterator<Item = &String> {
        self.wanted.iter().chain(self.kept.keys())
    }

    /// Turns to nobody; what is not saved of other bots stays.
    pub fn leave(&mut self) {
        let before = std::mem::take(self);
        *self = Self { page: before.page, pinned: before.pinned, kept: before.kept, ..Self::default() };
    }

    /// The minds with changes that are not saved, by bot.
    #[must_use]
    pub fn unsaved(&self) -> Vec<(String, &Mind)> {
        let shown = self.wanted.iter().filter(|_| self.mind.is_dirty()).map(|id| (id.clone(), &self.mind));
        shown.chain(self.kept.iter().map(|(id, mind)| (id.clone(), mind))).collect()
    }

    /// What the shown page needs and does not have.
    #[must_use]
    pub fn read_page(&mut self) -> Vec<Effect> {
        self.read(self.page)
    }

    /// What a page needs and does not have.
    #[must_use]
    pub fn read(&self, page: Page) -> Vec<Effect> {
        let Some(id) = self.wanted.clone() else { return Vec::new() };
        match page {
            Page::Profile => vec![Effect::Load(Load::Posts(id.clone())), Effect::Load(Load::Follows(id))],
            Page::Mind if self.mind.saved.is_none() => {
                vec![Effect::Load(Load::Config(id)), Effect::Load(Load::Providers)]
            }
            Page::Budget => vec![Effect::Load(Load::Config(id)), Effect::Load(Load::Forecast)],
            Page::Memory => {
                let query = MemoryQuery { limit: 200, ..MemoryQuery::default() };
                vec![Effect::Load(Load::Warm(id.clone(), query)), Effect::Load(Load::Cold(id, 10, 0))]
            }
            Page::Why if self.why.view.is_none() => match self.why.wanted {
                Some(act) => vec![Effect::Load(Load::Why(act))],
                None => self.read_acts(),
            },
            _ => Vec::new(),
        }
    }

    /// Reads which acts the bot has.
    #[must_use]
    pub fn read_acts(&self) -> Vec<Effect> {
        let Some(id) = self.wanted.clone() else { return Vec::new() };
        let query = ActivityQuery { limit: 100, bot_id: Some(id), ..ActivityQuery::default() };
        vec![Effect::Load(Load::Acts(query))]
    }
}
