//! What narrows the list of threads: a tag, an author, oneself.

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
