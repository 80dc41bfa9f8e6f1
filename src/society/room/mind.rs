//! What one bot has in mind.

use std::collections::VecDeque;

use crate::domain::Activity;
use crate::domain::said::Said;
use crate::domain::scene::Deed;
use crate::domain::similarity::{TermSet, terms};
use crate::society::items::Items;
use crate::store::posts::{self, DatedPost};
use crate::store::{Db, Result, activities, follows, memories};

/// Own posts kept in a mind: what the prompt shows and what repetition is measured against.
pub(crate) const OWN_POSTS: usize = 8;
/// Own posts of which a mind knows what was said in them.
const TOLD: u32 = 320;
/// Doings kept in a mind.
pub(crate) const DEEDS: usize = 20;

/// A post of the bot's own with its terms.
#[derive(Clone, Debug)]
pub(crate) struct OwnText {
    pub(crate) dated: DatedPost,
    pub(crate) terms: TermSet,
}

/// One bot's memories and doings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mind {
    /// By kind, then by age.
    pub(crate) items: Items,
    /// Newest first.
    pub(crate) posts: VecDeque<OwnText>,
    /// What it said in its posts, further back than these.
    pub(crate) told: Said,
    /// Newest first.
    pub(crate) deeds: VecDeque<Deed>,
    /// By id.
    pub(crate) follows: Vec<String>,
}

impl Mind {
    pub(super) fn load(c: &Db, bot: &str) -> Result<Self> {
        let items = memories::memories(c, bot)?.into_iter().collect();
        let posts = posts::own_posts(c, bot, TOLD)?;
        let mut told = Said::new(TOLD);
        posts.iter().rev().for_each(|dated| told.add(&dated.post.content));
        let posts = posts
            .into_iter()
            .take(OWN_POSTS)
            .map(|dated| OwnText { terms: terms(&dated.post.content), dated })
            .collect();
        let deeds = activities::recent(c, bot, u32::try_from(DEEDS).unwrap_or(20))?
            .into_iter()
            .filter_map(|(_, action, details, at)| {
                let done = Activity::read_stored(&action, &details)?;
                Some(Deed { at, kind: done.kind(), line: done.deed()? })
            })
            .collect();
        Ok(Self { items, posts, told, deeds, follows: follows::of(c, bot)? })
    }

    /// Notes a post of its own.
    pub(crate) fn posted(&mut self, dated: DatedPost, terms: TermSet) {
        self.told.add(&dated.post.content);
        self.posts.push_front(OwnText { dated, terms });
        self.posts.truncate(OWN_POSTS);
    }

    /// Notes something it did.
    pub(crate) fn did(&mut self, deed: Deed) {
        self.deeds.push_front(deed);
        self.deeds.truncate(DEEDS);
    }
}
