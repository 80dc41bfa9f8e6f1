//! What narrows the list of threads: a tag, an author, oneself.

use crate::protocol::ThreadSort;
use crate::tui::msg::Effect;
use crate::tui::overlays::{Choice, Item, Overlay, Then};
use crate::tui::state::{Model, Tab, Tone};

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

/// Shows only where the person here has written, the last answered first, or all again.
pub(super) fn mine(model: &mut Model) -> Vec<Effect> {
    let Some(own) = model.forum.writer.actor() else {
        model.toast(Tone::Info, "you have written nothing here yet: c opens a thread");
        return Vec::new();
    };
    let forum = &mut model.forum;
    let query = &mut forum.query;
    if query.writer.as_ref() == Some(&own) {
        query.writer = None;
        query.sort = forum.sort_before.take().unwrap_or_default();
    } else {
        query.writer = Some(own);
        forum.sort_before = Some(std::mem::replace(&mut query.sort, ThreadSort::Active));
    }
    forum.reader.empty(); // what is read next begins at the newest answer
    forum.reader.for_whom.clone_from(&query.writer);
    forum.ask()
}
