//! What runs over several beats: a promise to look something up that is kept, a bet that comes due.
//!
//! Nothing is stored for it. The bot's last posts say what it promised, its last doings what it has done since.

use super::bank;
use super::draw::Draw;
use super::grammar::{append, bare, within};
use super::issues;
use super::recall;
use super::rules;
use super::stance::{self, read, taken};
use super::view::{Post, View};
use super::voices::Move;
use super::writer::{Writer, lowered};
use crate::domain::scene::{FeedThread, OwnPost};
use crate::domain::{Action, ActionKind, ActivityKind};

/// Replies after which a bet made in a thread comes due.
const DUE: i64 = 8;

/// What is due now, if anything: looking up, reporting, paying or collecting.
pub(super) fn due(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    promise(view, draw).or_else(|| bet(view, draw))
}

/// The own post in which a move of `kind` was made last.
fn made<'v>(view: &View<'v>, kind: Move) -> Option<&'v OwnPost> {
    let (at, _) = view.made.iter().find(|(_, made)| *made == kind)?;
    view.scene.own_posts.get(*at)
}

/// The topic that a promise names.
fn promised(post: &OwnPost) -> Option<usize> {
    (bank::ROOM..bank::count())
        .filter(|topic| post.content.contains(bank::topic(*topic).name))
        .max_by_key(|topic| bank::topic(*topic).name.len())
}

/// Looks up what it promised to, then reports where it promised.
fn promise(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let post = made(view, Move::Promise)?;
    let topic = promised(post)?;
    // Having spoken there again, one has kept it or let it go.
    let spoke_since = view
        .scene
        .own_posts
        .iter()
        .take_while(|other| (other.thread_id, other.reply_id) != (post.thread_id, post.reply_id))
        .any(|other| other.thread_id == post.thread_id);
    if spoke_since {
        return None;
    }
    let place = format!("#{}", post.thread_id);
    // Newest first: what was done before the promise does not count.
    let since =
        view.scene.recent.iter().take_while(|deed| !(deed.kind.is_post() && deed.line.contains(&place)));
    let searched = since.clone().any(|deed| deed.kind == ActivityKind::WebSearch);
    if !searched {
        let may = view.scene.allowed.contains(&ActionKind::WebSearch) && draw.chance(70);
        let query = bank::topic(topic).look[draw.below(bank::topic(topic).look.len())].to_owned();
        let reason = format!("I promised in “{}” to look it up.", post.title.trim());
        return may.then_some(Action::WebSearch { query, reason });
    }
    if !view.scene.allowed.contains(&ActionKind::Reply) {
        return None;
    }
    let thread = view.scene.feed.iter().find(|thread| thread.id == post.thread_id)?;
    let to = addressee(view, thread)?;
    let found = view.scene.memories.iter().filter_map(recall::reference).find(|(title, text)| {
        let mut scores = Vec::new();
        bank::tally(title, 2, &mut scores);
        bank::tally(text, 1, &mut scores);
        scores.iter().any(|(other, _)| *other == topic) && !view.said(title)
    });
    let mut writer = Writer::new(view, to.name(), draw);
    if let Some((title, text)) = found {
        let title = within(title);
        let text = lowered(&text);
        let said = bare(&text);
        let forms = [
            format!("As promised, I looked up {title}: {said}."),
            format!("I said that I would read about {title}, and here it is: {said}."),
            format!("My promise, kept: on {title} I found that {said}."),
            format!("Back from {title}, as I said I would be: {said}."),
        ];
        let sentence = &forms[draw.below(forms.len())];
        let told =
            crate::domain::said::clause(said).is_some_and(|print| view.scene.told.ago(print).is_some());
        if told || writer.spoken(sentence) {
            return None;
        }
        append(&mut writer.out, &addressed(to.name(), sentence));
    } else {
        // Nothing was found: what the bot knows of it anyway, or nothing.
        let line = writer.untold(topic, draw)?;
        if !writer.tell(line, draw) {
            return None;
        }
    }
    if let Some(at) = issues::of_topic(topic) {
        writer.on(at, stance::of(view, at).side);
        let _ = writer.say(Move::Answer, "", None, draw);
    }
    post_in(view, thread, to, &writer.out)
}

/// `sentence` as it is said to `name`.
fn addressed(name: &str, sentence: &str) -> String {
    if name.is_empty() { sentence.to_owned() } else { format!("{name}, {}", within(sentence)) }
}

/// Settles a bet once the thread it was made in has had its say.
fn bet(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let post = made(view, Move::Bet)?;
    let thread = view.scene.feed.iter().find(|thread| thread.id == post.thread_id)?;
    if thread.reply_count < DUE || !view.scene.allowed.contains(&ActionKind::Reply) {
        return None;
    }
    if made(view, Move::Settle).is_some_and(|settled| settled.thread_id == thread.id) {
        return None;
    }
    let parts = read(&post.content);
    let issue =
        parts.iter().rev().find(|part| matches!(part.what, issues::What::Stand(_))).map(|part| part.issue)?;
    let side = taken(&parts, issue)?;
    let (mut with, mut against) = (0, 0);
    for reply in thread.replies.iter().filter(|reply| *reply.author != *view.me()) {
        match taken(&read(&reply.content), issue) {
            Some(other) if other == side => with += 1,
            Some(_) => against += 1,
            None => {}
        }
    }
    let to = addressee(view, thread)?;
    let mut writer = Writer::new(view, to.name(), draw);
    writer.on(issue, side);
    if !writer.say(Move::Settle, "", None, draw) {
        return None;
    }
    let outcome = if with > against {
        let reason = writer.reason(draw)?;
        format!(
            "I count {with} for it and {against} against, so that I collect, and say once more that {reason}."
        )
    } else {
        let reason = writer.doubtful(draw)?;
        format!("I count {with} for it and {against} against, so that I pay; it may be that {reason}.")
    };
    append(&mut writer.out, &outcome);
    post_in(view, thread, to, &writer.out)
}

/// The newest post of somebody else in `thread`, if it was not the bot that spoke last.
fn addressee<'v>(view: &View<'v>, thread: &'v FeedThread) -> Option<Post<'v>> {
    let last = thread.replies.last();
    if last.is_some_and(|reply| *reply.author == *view.me()) {
        return None;
    }
    let post = Post { thread, reply: last };
    (post.author() != view.me()).then_some(post)
}

fn post_in(view: &View<'_>, thread: &FeedThread, to: Post<'_>, text: &str) -> Option<Action> {
    let content = rules::keep(&rules::of(&view.scene.events), text, to.name());
    (content.chars().count() >= 12).then(|| Action::Reply {
        thread_id: thread.id,
        parent_reply_id: to.reply.map(|reply| reply.id),
        content,
    })
}
