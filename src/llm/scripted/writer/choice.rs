//! What there is to say of an issue that has not been said lately.

use super::{OWN, Patience, ROOM, Writer};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::issues::{Issue, Side, Text};

impl Writer<'_, '_> {
    /// How fresh `text` is: `None` when it was said too lately, else how many posts ago at least.
    pub fn fresh(&self, text: &Text) -> Option<u32> {
        let (own_posts, room_posts) = self.patience.posts();
        let here = if self.patience == Patience::Any {
            self.out.contains(text.text)
        } else {
            self.near.contains(&text.text)
        };
        if here {
            return None;
        }
        let Some(print) = text.print() else { return Some(ROOM + 1) };
        match (self.view.scene.told.ago(print), self.view.scene.heard.ago(print)) {
            (Some(own), _) if own <= own_posts => None,
            (_, Some(room)) if room <= room_posts => None,
            (_, Some(room)) => Some(room),
            (_, None) => Some(u32::MAX),
        }
    }

    /// The freshest of `texts`; chance decides between those that are equally so.
    pub(super) fn freshest<'t>(
        &self,
        texts: impl Iterator<Item = &'t Text>,
        draw: &mut Draw,
    ) -> Option<&'static str> {
        let mut best: Option<(u32, &'static str)> = None;
        let mut equal = 0;
        for text in texts {
            let Some(age) = self.fresh(text) else { continue };
            match best {
                Some((other, _)) if other > age => {}
                Some((other, _)) if other == age => {
                    equal += 1;
                    if draw.below(equal) == 0 {
                        best = Some((age, text.text));
                    }
                }
                _ => {
                    best = Some((age, text.text));
                    equal = 1;
                }
            }
        }
        best.map(|(_, text)| text)
    }

    /// A reason for the side taken.
    pub fn reason(&self, draw: &mut Draw) -> Option<&'static str> {
        self.freshest(self.issue()?.reasons(self.side), draw)
    }

    /// A reason of the other side, to be asked about.
    pub fn doubtful(&self, draw: &mut Draw) -> Option<&'static str> {
        self.freshest(self.issue()?.reasons(self.side.other()), draw)
    }

    /// The reply to the reason numbered `turn` of the other side, if it can still be given.
    pub fn counter(&self, turn: usize) -> Option<&'static str> {
        let text = &self.issue()?.turns.get(turn)?[self.side as usize];
        self.fresh(text).map(|_| text.text)
    }

    /// The words for a side: in full where they are not known here yet, else, and where it is `brief`, in short.
    /// `None` when all of them stand here already and the side need not be `named`.
    pub(super) fn words_for(
        &self,
        side: Side,
        brief: bool,
        named: bool,
        draw: &mut Draw,
    ) -> Option<&'static str> {
        let issue = self.issue()?;
        let full = &issue.sides[side as usize];
        let stands = |text: &Text| self.near.contains(&text.text) || self.out.contains(text.text);
        let told =
            || full.print().and_then(|print| self.view.scene.told.ago(print)).is_some_and(|ago| ago <= OWN);
        if !brief && !stands(full) && (named || self.restates || !told()) {
            return Some(full.text);
        }
        let shorts = &issue.shorts[side as usize];
        let start = draw.below(shorts.len().max(1));
        let turned = || (0..shorts.len()).map(|step| &shorts[(start + step) % shorts.len()]);
        let again = || turned().find(|short| (named || brief) && !self.out.contains(short.text));
        turned().find(|short| !stands(short)).or_else(again).map(|short| short.text)
    }

    /// A case, somebody who knows: of the issue.
    pub(super) fn thing(&self, of: fn(&Issue) -> &[Text], draw: &mut Draw) -> Option<&'static str> {
        self.freshest(of(self.issue()?).iter(), draw)
    }

    /// What both sides can sign, and has not been said lately.
    pub fn middle(&self, draw: &mut Draw) -> Option<&'static str> {
        self.freshest(self.issue()?.mids.iter(), draw)
    }
}
