//! How things end: a bet is settled by name, a proposal becomes a decision, a thread is closed with a count of who
//! stands where.
//!
//! Nothing is stored for it: the bot's last posts and the thread say how it stands.

use super::arcs::{addressee, post_in};
use super::choose::is_closed;
use super::draw::{Draw, mix};
use super::grammar::append;
use super::issues::{self, Side, What};
use super::stance::{self, read, taken};
use super::view::{Post, View};
use super::voices::{self, Move};
use super::writer::Writer;
use crate::domain::scene::{FeedReply, FeedThread, OwnPost};
use crate::domain::{Action, ActionKind, Actor};

/// Replies after which a bet made in a thread comes due, and own posts after which it is called off.
const DUE: usize = 2;
const OFF: usize = 5;
/// Replies after which a thread is closed with a count, as long as all of them are shown.
const LONG: i64 = 5;

/// What comes to its end now, if anything.
pub(super) fn due(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    if !view.scene.allowed.contains(&ActionKind::Reply) {
        return None;
    }
    bet(view, draw).or_else(|| decision(view, draw)).or_else(|| count(view, draw))
}

/// `a, b and c`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A number as it is said.
fn number(count: usize) -> String {
    let words = ["nil", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    words.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// A side in short.
pub(super) fn short(issue: usize, side: Side) -> &'static str {
    let of = issues::issue(issue);
    of.shorts[side as usize].first().unwrap_or(&of.sides[side as usize]).text
}

/// The replies to `thread` since the bot's `post` in it; `None` when not all of them are shown.
fn since<'v>(thread: &'v FeedThread, post: &OwnPost) -> Option<&'v [FeedReply]> {
    match post.reply_id {
        None => (thread.reply_count == thread.replies.len() as i64).then_some(&thread.replies),
        Some(id) => {
            let own = thread.replies.iter().position(|reply| reply.id == id)?;
            Some(&thread.replies[own + 1..])
        }
    }
}

/// Whether a post was cut off, so that its last word is not known.
fn is_cut(text: &str) -> bool {
    text.ends_with('…')
}

/// How many own posts ago `post` was written.
fn age(view: &View<'_>, post: &OwnPost) -> usize {
    let same = |other: &OwnPost| (other.thread_id, other.reply_id) == (post.thread_id, post.reply_id);
    view.scene.own_posts.iter().position(same).unwrap_or(0)
}

/// The opening of the thread, unless the bot wrote it: what ends may be said after one's own last word.
fn opener<'v>(view: &View<'v>, thread: &'v FeedThread) -> Option<Post<'v>> {
    (*thread.author != *view.me()).then_some(Post { thread, reply: None })
}

/// Whether the bot has made a move of `kind` in the thread since, or at all.
fn has_made(view: &View<'_>, kind: Move, thread: i64) -> bool {
    view.made
        .iter()
        .filter(|(_, made)| *made == kind)
        .any(|(at, _)| view.scene.own_posts.get(*at).is_some_and(|post| post.thread_id == thread))
}

/// Who is for and who against in a thread, and of whom it cannot be told, by the last word of each that is shown,
/// this bot left out.
fn sides<'v>(view: &View<'_>, thread: &'v FeedThread, issue: usize, side: Side) -> [Vec<&'v str>; 3] {
    let opening = (&*thread.author, &*thread.author_name, &*thread.content);
    let replies = thread.replies.iter().map(|reply| (&*reply.author, &*reply.author_name, &*reply.content));
    let mut last: Vec<(&str, &str, Option<Side>)> = Vec::new();
    for (author, name, text) in std::iter::once(opening).chain(replies) {
        if author == view.me() || Actor::of(author).is_room() {
            continue;
        }
        let before = last.iter().position(|(other, ..)| *other == author).map(|at| last.remove(at));
        // Whoever says nothing about it any more stays where they were.
        let now = if is_cut(text) { None } else { taken(&read(text), issue) };
        last.push((
            author,
            name,
            now.or_else(|| before.and_then(|(_, _, side)| side).filter(|_| !is_cut(text))),
        ));
    }
    let of = |wanted: Option<Side>| {
        let names = last.iter().filter(move |(_, _, taken)| *taken == wanted);
        names.map(|(_, name, _)| Actor::of(name).person().unwrap_or(name)).collect()
    };
    [of(Some(side)), of(Some(side.other())), of(None)]
}

/// Settles a bet: who said what, who won, who owes what to whom.
fn bet(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let bets = view.made.iter().filter(|(_, made)| *made == Move::Bet);
    bets.filter_map(|(at, _)| view.scene.own_posts.get(*at)).find_map(|post| settle(view, post, draw))
}

/// Settles the bet that was made in `post`, if it is due.
fn settle(view: &View<'_>, post: &OwnPost, draw: &mut Draw) -> Option<Action> {
    let thread = view.scene.feed.iter().find(|thread| thread.id == post.thread_id)?;
    let old = age(view, post) >= OFF;
    let later = since(thread, post)?;
    if (later.len() < DUE && !old) || has_made(view, Move::Settle, thread.id) || is_closed(thread) {
        return None;
    }
    let parts = read(&post.content);
    let staked = parts.iter().rev().find(|part| matches!(part.what, What::Stand(_)))?;
    let What::Stand(side) = staked.what else { return None };
    let [with, against, unknown] = sides(view, thread, staked.issue, side);
    let taken_up = later.iter().any(|reply| taken(&read(&reply.content), staked.issue) == Some(side.other()));
    if !old && (against.is_empty() || !taken_up) || against.is_empty() && !unknown.is_empty() {
        return None;
    }
    let to = addressee(view, thread).or_else(|| opener(view, thread))?;
    let mut writer = Writer::new(view, to.name(), draw);
    writer.on(staked.issue, side);
    writer.states();
    if !writer.say(Move::Settle, "", None, draw) {
        return None;
    }
    // What was bet on stands in the sentence, so that no two bets end in the same words.
    let (yes, no) = (list(&with), list(&against));
    let side_words = short(staked.issue, side);
    // Nobody is convinced together with nobody.
    let form = if with.is_empty() && !against.is_empty() { 2 * draw.below(2) } else { draw.below(3) };
    let outcome = match with.len().cmp(&against.len()) {
        std::cmp::Ordering::Greater if !against.is_empty() => {
            let owed = owes(&against, ["owe", "pay", "owe"][form]);
            match form {
                0 => {
                    format!("{yes} said with me that {side_words}, {no} did not, so I win, and {owed} to me.")
                }
                1 => format!(
                    "That {side_words} was said by {yes} and denied by {no}, so it is mine, and {owed}."
                ),
                _ => {
                    format!("As I count it, {side_words} for {yes} and not for {no}; won, and {owed} to me.")
                }
            }
        }
        std::cmp::Ordering::Less => match form {
            0 => {
                format!(
                    "I lose, since {no} would not have it that {side_words}, and a vote each goes to {no}."
                )
            }
            1 => format!(
                "That {side_words} convinced {yes} and not {no}: lost, and I owe a vote each to {no}."
            ),
            _ => format!("I had hoped that more would say that {side_words}; I pay, a vote each, to {no}."),
        },
        _ if against.is_empty() => match form {
            0 => {
                format!("Nobody has taken it up that it is false that {side_words}, so I take my stake back.")
            }
            1 => format!(
                "No takers: that {side_words} has gone undenied since, and the stake comes home with me."
            ),
            _ => format!("Since then not one of you has denied that {side_words}, so I call it off unpaid."),
        },
        _ => match form {
            0 if with.len() == 1 => {
                format!("{yes} says that {side_words}, {no} does not: a draw, and all keep their votes.")
            }
            0 => format!("{yes} say that {side_words}, {no} do not: a draw, and all keep their votes."),
            1 => format!("A draw, with {yes} saying that {side_words} and {no} denying it; nothing is paid."),
            _ => format!(
                "It is a tie whether {side_words}, with {yes} here and {no} there, and the bet is off."
            ),
        },
    };
    append(&mut writer.out, &outcome);
    post_in(view, thread, to, &writer.out)
}

/// `Ada and Rex owe a vote each`; of nobody, that nothing is owed.
fn owes(names: &[&str], verb: &str) -> String {
    match names {
        [] => "nobody has anything to pay".to_owned(),
        [one] => format!("{one} {verb}s a vote"),
        all => format!("{} {verb} a vote each", list(all)),
    }
}

/// Says that something is settled that the bot has proposed and others have joined in, or turned down.
fn decision(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let proposed = view.made.iter().filter(|(_, made)| matches!(made, Move::Test | Move::Find | Move::Join));
    let (post, thread, part) = proposed.into_iter().find_map(|(at, _)| {
        let post = view.scene.own_posts.get(*at)?;
        let thread = view.scene.feed.iter().find(|thread| thread.id == post.thread_id)?;
        let part = read(&post.content).into_iter().rev().find(|part| part.what == What::Test)?;
        Some((post, thread, part))
    })?;
    if is_closed(thread) || since(thread, post).is_none() {
        return None;
    }
    let (mut for_it, mut against): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for reply in thread.replies.iter().filter(|reply| *reply.author != *view.me()) {
        let name = Actor::of(&reply.author_name).person().unwrap_or(&reply.author_name);
        let joins = read(&reply.content).iter().any(|other| other.text == part.text);
        let mut declines = false;
        voices::forms_in(&reply.content, |(_, kind)| declines |= kind == Move::Decline);
        declines &= reply.parent_reply_id.is_none() || reply.parent_reply_id == post.reply_id;
        if joins && !for_it.contains(&name) {
            for_it.push(name);
        } else if declines && !joins && !against.contains(&name) {
            against.push(name);
        }
    }
    // Two make no room, and not everything that is proposed is put to the vote.
    let voted = mix(thread.id.unsigned_abs()) % 100 < 50;
    if !voted || for_it.len() < 2 || for_it.len() < against.len() {
        return None;
    }
    let to = addressee(view, thread)?;
    let mut writer = Writer::new(view, to.name(), draw);
    writer.on(part.issue, stance::of(view, part.issue).side);
    if !writer.say_of(Move::Decide, part.text, draw) {
        return None;
    }
    let (yes, no) = (list(&for_it), list(&against));
    let names = match (against.is_empty(), draw.below(3)) {
        (true, 0) => format!(", with {yes} for it and nobody against"),
        (true, 1) => format!(", as {yes} proposed with me and nobody denied"),
        (true, _) => format!(", by the votes of {yes} and me"),
        (false, 0) => format!(", with {yes} for it and {no} against it"),
        (false, 1) => format!(", {yes} and I, and {no} may watch"),
        (false, _) => format!(", by the votes of {yes} and me, over that of {no}"),
    };
    let end = writer.out.pop().unwrap_or('.');
    writer.out.push_str(&names);
    writer.out.push(end);
    post_in(view, thread, to, &writer.out)
}

/// What a count ends with.
const COUNTED: [&str; 4] =
    ["carried by all", "the first have it,", "my side has lost,", "nothing is carried but this,"];

/// Whether a thread is closed with a count in `text`.
pub(super) fn is_count(text: &str) -> bool {
    COUNTED.iter().any(|words| text.contains(words))
}

/// Closes a long thread: who stands where, what is carried, what nobody disputed.
fn count(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let leads = view.persona.leadership() >= 50;
    let thread = view.scene.feed.iter().find(|thread| {
        let system = Actor::of(&thread.author).is_room();
        thread.reply_count >= LONG
            && thread.reply_count == thread.replies.len() as i64
            && !is_closed(thread)
            && (*thread.author == *view.me() || leads && system)
            && !view.scene.own_posts.iter().any(|post| post.thread_id == thread.id && is_count(&post.content))
            && thread.replies.iter().any(|reply| *reply.author == *view.me())
    })?;
    let to = addressee(view, thread)?;
    let issue = super::reply::opening(thread)?;
    // What it said here last is where it stands.
    let here = view.scene.own_posts.iter().filter(|post| post.thread_id == thread.id);
    let own = here
        .filter_map(|post| taken(&read(&post.content), issue))
        .next()
        .unwrap_or_else(|| stance::of(view, issue).side);
    let [mut with, against, unknown] = sides(view, thread, issue, own);
    with.push("I");
    // Nobody is counted whose last word is not known.
    if with.len() + against.len() < 3 || !unknown.is_empty() || !draw.chance(60) {
        return None;
    }
    let claim = short(issue, own);
    let mut writer = Writer::new(view, to.name(), draw);
    writer.on(issue, own);
    let mid = writer.middle(draw)?;
    const LEADS: [&str; 12] = [
        "Let me close this with a count",
        "Before we part, a show of hands",
        "Time to close this one",
        "Counting up, as far as I can read you",
        "Who stands where, for the record",
        "Enough has been said to take the vote",
        "I close the list",
        "The last word in this thread should be a number",
        "Here is how it came out",
        "The votes, as they lie on the table",
        "That will do, and here is the count",
        "Let the count decide",
    ];
    let lead = LEADS[(writer.temper.habit.one_of(61, LEADS.len()) + draw.below(4)) % LEADS.len()];
    let (yes, no) = (list(&with), list(&against));
    let say = if with.len() > 1 { "say" } else { "alone say" };
    let mut text = match (against.is_empty(), draw.below(3)) {
        (true, _) => format!("{lead}: {yes} {say} that {claim}, and nobody held out against it."),
        (false, 0) => format!("{lead}: {yes} {say} that {claim}, and {no} the opposite."),
        (false, 1) => format!("{lead}: that {claim} is what {yes} {say}, against {no}."),
        (false, _) => format!("{lead}: for the view that {claim} there are {yes}, and against it {no}."),
    };
    let (most, least) = (with.len().max(against.len()), with.len().min(against.len()));
    let score = format!("{} to {}", number(most), number(least));
    append(
        &mut text,
        &match with.len().cmp(&against.len()) {
            std::cmp::Ordering::Greater if against.is_empty() => {
                format!("So it is carried by all, and {mid}.")
            }
            std::cmp::Ordering::Greater => {
                format!("So the first have it, {score}, and both may keep this, that {mid}.")
            }
            std::cmp::Ordering::Less => {
                format!("So my side has lost, {score}, and I keep this much, that {mid}.")
            }
            std::cmp::Ordering::Equal => format!("A tie, so nothing is carried but this, that {mid}."),
        },
    );
    if writer.spoken(&text) {
        return None;
    }
    append(&mut writer.out, &writer.temper.begun(text, (writer.calls, to.name()), draw));
    post_in(view, thread, to, &writer.out)
}
