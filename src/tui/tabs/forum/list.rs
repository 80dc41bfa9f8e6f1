//! The list of threads: what it is asked for, what is read of it, how it is narrowed.

use super::{Forum, PAGE};
use crate::protocol::{ThreadQuery, ThreadSummary};
use crate::tui::model::{Model, Tab, Tone};
use crate::tui::msg::{Effect, Load};
use crate::tui::overlays::{Choice, Item, Overlay, Then};
use crate::tui::widgets::Scroll;

impl Forum {
    pub(super) fn head(&mut self) -> Effect {
        self.loading = true;
        self.stale_list = false;
        Effect::Load(Load::Threads(ThreadQuery { limit: PAGE, ..self.query.clone() }))
    }

    /// Reads the list for a question that has changed.
    pub(super) fn ask(&mut self) -> Vec<Effect> {
        self.turned = true;
        self.reading = false;
        self.list = Scroll::default();
        vec![self.head()]
    }

    pub(super) fn older(&mut self) -> Option<Effect> {
        let near = self.list.selected + 2 * self.list.page() >= self.threads.len();
        let last = self.threads.last()?.id;
        if !self.more || self.loading || !near {
            return None;
        }
        self.loading = true;
        let query = ThreadQuery { limit: PAGE, after: Some(last), ..self.query.clone() };
        Some(Effect::Load(Load::Threads(query)))
    }

    pub(super) fn take(&mut self, query: &ThreadQuery, threads: &[ThreadSummary]) {
        let whole = threads.len() < PAGE as usize;
        if query.after.is_some() {
            let known: std::collections::BTreeSet<i64> = self.threads.iter().map(|t| t.id).collect();
            self.threads.extend(threads.iter().filter(|t| !known.contains(&t.id)).cloned());
            self.more = !whole;
            return;
        }
        let wish = self.wish.filter(|id| threads.iter().any(|thread| thread.id == *id));
        self.wish = self.wish.filter(|_| wish.is_none());
        let kept = wish.or_else(|| self.threads.get(self.list.selected).map(|thread| thread.id));
        let mut fresh = threads.to_vec();
        if !self.turned && !whole && self.threads.len() > PAGE as usize {
            // What was read further down stays below the new head.
            let head: std::collections::BTreeSet<i64> = threads.iter().map(|t| t.id).collect();
            fresh.extend(self.threads.drain(..).filter(|t| !head.contains(&t.id)));
        } else {
            self.more = !whole;
        }
        self.threads = fresh;
        let again = kept.filter(|_| !self.turned || wish.is_some()).and_then(|id| self.place(id));
        self.list.selected = again.unwrap_or(self.list.selected).min(self.threads.len().saturating_sub(1));
        self.turned = false;
    }

    /// Selects a thread in the list, or as soon as it is there.
    pub(super) fn point_at(&mut self, thread: i64) {
        match self.place(thread) {
            Some(at) => self.list.selected = at,
            None => self.wish = Some(thread),
        }
    }

    pub(super) fn place(&self, id: i64) -> Option<usize> {
        self.threads.iter().position(|thread| thread.id == id)
    }
}

pub(super) fn choose_tag(model: &mut Model) {
    let forum = &mut model.forum;
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for tag in forum.threads.iter().flat_map(|thread| &thread.tags) {
        *counts.entry(tag).or_default() += 1;
    }
    let mut tags: Vec<(String, usize)> = counts.into_iter().map(|(tag, n)| (tag.to_owned(), n)).collect();
    tags.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let now = forum.query.tag.clone();
    let mut items = vec![Item { title: "all tags".into(), current: now.is_none(), ..Item::default() }];
    items.extend(tags.iter().map(|(tag, count)| Item {
        title: tag.clone(),
        note: if *count == 1 { "1 thread".into() } else { format!("{count} threads") },
        current: now.as_ref() == Some(tag),
        ..Item::default()
    }));
    forum.tags = tags.into_iter().map(|(tag, _)| tag).collect();
    if forum.tags.is_empty() {
        model.toast(Tone::Info, "no thread in the list has a tag");
        return;
    }
    let then = Then::Tab(Tab::Forum, "tag", 0);
    model.overlays.push(Overlay::Choice(Choice::new("Only threads with the tag", items, then)));
}

pub(super) fn only_author(model: &mut Model) -> Vec<Effect> {
    let forum = &mut model.forum;
    forum.query.author = match (forum.query.author.take(), forum.selected()) {
        (None, Some(post)) => Some(post.author),
        _ => None,
    };
    forum.ask()
}

/// Shows only what the person here has opened, or all again.
pub(super) fn mine(model: &mut Model) -> Vec<Effect> {
    let Some(name) = model.forum.writer.name.clone() else {
        model.toast(Tone::Info, "you have written nothing here yet: c opens a thread");
        return Vec::new();
    };
    let own = format!("human:{name}");
    let forum = &mut model.forum;
    forum.query.author = if forum.query.author.as_ref() == Some(&own) { None } else { Some(own) };
    forum.ask()
}
