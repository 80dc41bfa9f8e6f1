//! What runs over several beats: a promise to look something up that is kept. What was proposed is carried out in
//! [`sequel`]; bets, votes and what was agreed end in [`outcome`].
//!
//! Nothing is stored for it. The bot's last posts say what it promised, its last doings what it has done since.

use super::bank;
use super::choose::is_closed;
use super::draw::Draw;
use super::grammar::{append, within};
use super::issues;
use super::naming;
use super::outcome;
use super::sequel;
use super::stance;
use super::view::{Post, View};
use super::voices::Move;
use super::writer::{Writer, lowered};
use crate::domain::scene::{FeedThread, OwnPost};
use crate::domain::{Action, ActionKind, ActivityKind};

/// What is due now, if anything: looking up, reporting, telling what came of a proposal, closing a list, paying or collecting,
/// closing a thread.
pub(super) fn due(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    promise(view, draw)
        .or_else(|| sequel::report(view, draw))
        .or_else(|| naming::closed(view, draw))
        .or_else(|| outcome::due(view, draw))
}

/// The own post in which a move of `kind` was made last.
pub(super) fn made<'v>(view: &View<'v>, kind: Move) -> Option<&'v OwnPost> {
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
    let to = addressee(view, thread).filter(|_| !is_closed(thread))?;
    let at = issues::of_topic(topic)?;
    let side = stance::of(view, at).side;
    let mut writer = Writer::new(view, to.name(), draw);
    writer.on(at, side);
    // What was found speaks for one of the sides, and that is said.
    let first = if draw.chance(50) { side } else { side.other() };
    let (line, side) =
        [first, first.other()].into_iter().find_map(|side| Some((writer.exhibit(side, draw)?, side)))?;
    let (name, fact) = (bank::topic(topic).name, lowered(line.text()));
    let speaks = match (side == writer.side(), draw.below(3)) {
        (true, 0) => "and it bears me out",
        (true, 1) => "and it speaks for my side",
        (true, _) => "and I am the surer for it",
        (false, 0) => "and it goes against me",
        (false, 1) => "and it speaks for the other side",
        (false, _) => "and I am less sure than I was",
    };
    let forms = [
        format!("As promised, I looked up {name}, {speaks}: {fact}"),
        format!("I said that I would look into {name}, {speaks}: {fact}"),
        format!("I am back with what I promised on {name}, {speaks}: {fact}"),
        format!("My promise about {name} is kept, {speaks}: {fact}"),
    ];
    append(&mut writer.out, &addressed(to.name(), &forms[draw.below(forms.len())]));
    post_in(view, thread, to, &writer.out)
}

/// `sentence` as it is said to `name`.
fn addressed(name: &str, sentence: &str) -> String {
    if name.is_empty() { sentence.to_owned() } else { format!("{name}, {}", within(sentence)) }
}

/// The newest post of somebody else in `thread`, if it was not the bot that spoke last.
pub(super) fn addressee<'v>(view: &View<'v>, thread: &'v FeedThread) -> Option<Post<'v>> {
    let last = thread.replies.last();
    if last.is_some_and(|reply| *reply.author == *view.me()) {
        return None;
    }
    let post = Post { thread, reply: last };
    (post.author() != view.me()).then_some(post)
}

pub(super) fn post_in(view: &View<'_>, thread: &FeedThread, to: Post<'_>, text: &str) -> Option<Action> {
    let content = view.written(text, to.name());
    (content.chars().count() >= 12).then(|| Action::Reply {
        thread_id: thread.id,
        parent_reply_id: to.reply.map(|reply| reply.id),
        content,
    })
}
