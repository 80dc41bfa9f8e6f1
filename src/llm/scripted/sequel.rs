//! What comes of a proposal that was joined in: it is carried out, and told in a thread of its own.
//!
//! Nothing is stored for it. The bot's last posts say what it proposed, the thread who joined in; what came out is
//! drawn from the thread and the test, so that everybody would find the same.

use super::choose::allows;
use super::draw::{Draw, hash, mix};
use super::grammar::{append, bare};
use super::issues::{self, Side, What};
use super::outcome;
use super::stance::{self, read};
use super::thread;
use super::view::View;
use super::voices::{self, Move};
use super::writer::{SEEN_OPENING, Writer};
use crate::domain::scene::{FeedThread, OwnPost};
use crate::domain::{Action, ActionKind, Actor};

/// Own posts that a proposal takes to be carried out, with others and alone.
const SOON: usize = 2;
const LATE: usize = 4;
/// How often, in per cent, what nobody has joined in is done alone.
const ALONE: u64 = 60;
/// How firmly a view is held that one result does not overturn, 0–100.
const FIRM: u32 = 70;
/// Words of what takes longer than talk in a room lasts.
const SLOW: [&str; 14] = [
    "year", "week", "month", "day", "tomorrow", "tonight", "night", "morning", "evening", "century",
    "decade", "winter", "season", "life",
];

/// A thread that tells what came of a proposal of the bot's own, if one is due.
pub(super) fn report(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    if !allows(view, ActionKind::CreateThread) {
        return None;
    }
    let told = view.made.iter().filter(|(_, made)| *made == Move::Report).map(|(at, _)| *at).min();
    let proposed = view.made.iter().filter(|(at, made)| {
        matches!(made, Move::Test | Move::Find | Move::Decide)
            && *at >= SOON
            && told.is_none_or(|told| *at < told)
    });
    let due = proposed.filter_map(|(at, _)| Some((*at, view.scene.own_posts.get(*at)?)));
    let due: Vec<_> = due.collect();
    due.into_iter().rev().find_map(|(since, post)| carried_out(view, (since, post), draw))
}

/// Tells what came of what `post` proposed, `since` own posts ago.
fn carried_out(view: &View<'_>, (since, post): (usize, &OwnPost), draw: &mut Draw) -> Option<Action> {
    let at = view.scene.feed.iter().find(|thread| thread.id == post.thread_id)?;
    let part = read(&post.content).into_iter().rev().find(|part| part.what == What::Test)?;
    let shown = [Side::For, Side::Against].map(|side| issues::issue(part.issue).shown(part.text, side));
    let [Some(one), Some(other)] = shown else { return None };
    let slow = |text: &str| SLOW.iter().any(|word| text.contains(word));
    if [part.text, one.text, other.text].into_iter().any(slow) || is_told(view, part.text) {
        return None;
    }
    let with = joined(view, at, part.text);
    // Where nobody has joined in, it is done alone, after a while, or let go.
    if with.is_empty() && !(since >= LATE && mix(hash(view.me()) ^ at.id.unsigned_abs()) % 100 < ALONE) {
        return None;
    }
    let names: Vec<&str> = with.into_iter().take(3).chain(["I"]).collect();
    let found =
        if mix(hash(part.text) ^ post.thread_id.unsigned_abs()) & 1 == 0 { Side::For } else { Side::Against };
    let held = stance::of(view, part.issue);
    let mut writer = Writer::new(view, "", draw);
    writer.seen = SEEN_OPENING;
    writer.on(part.issue, found);
    writer.states();
    writer.partners = outcome::list(&names);
    let title = format!("“{}”", bare(&post.title).replace(['“', '”'], ""));
    if !writer.report(part.text, &title, draw) {
        return None;
    }
    if found != held.side {
        let said = if held.firm < FIRM {
            // What one has found oneself counts for more than what one was told.
            let issue = issues::issue(part.issue);
            let over = [0, 1].map(|turn| stance::gone_over(&writer.temper.habit, issue, found, turn));
            let [one, other] = over;
            let short = issue.shorts[found as usize].first().map_or("", |short| short.text);
            if writer.out.contains(short) { other } else { one }
        } else {
            unmoved(&writer, outcome::short(part.issue, held.side))
        };
        append(&mut writer.out, &said);
        if held.firm >= FIRM {
            writer.on(part.issue, held.side);
        }
    }
    for _ in 0..2 {
        if writer.words() < thread::LEAST {
            writer.say(Move::More, "", None, draw);
        }
    }
    writer.say(Move::Call, "", None, draw);
    let done = super::grammar::capital(part.text);
    let titles = [
        format!("What came of it: {}", part.text),
        format!("Done: {}", part.text),
        format!("{done}: the result"),
        format!("We did it: {}", part.text),
    ];
    let start = draw.below(titles.len());
    let title = (0..titles.len()).map(|step| titles[(start + step) % titles.len()].clone());
    let title = title.into_iter().find(|title| thread::is_fit(view, title));
    thread::finish(writer, part.issue, title, None, draw)
}

/// What one says whom a result does not move; each bot has one.
fn unmoved(writer: &Writer<'_, '_>, held: &str) -> String {
    const FORMS: [&str; 4] = [
        "It goes against me, and one try is one try: I still say that {held}.",
        "I had expected the opposite and am not there yet; for me {held}.",
        "That is a point for the others, while I hold on to it that {held}.",
        "I put it on record, since it does not suit me; I keep saying that {held}.",
    ];
    FORMS[writer.temper.habit.one_of(68, FORMS.len())].replace("{held}", held)
}

/// Who has joined in what was proposed in `thread`, by name.
fn joined<'v>(view: &View<'_>, thread: &'v FeedThread, proposal: &str) -> Vec<&'v str> {
    let mut names = Vec::new();
    for reply in thread.replies.iter().filter(|reply| *reply.author != *view.me()) {
        let name = Actor::of(&reply.author_name).person().unwrap_or(&reply.author_name);
        let takes_it_up = || read(&reply.content).iter().any(|part| part.text == proposal);
        let mut joins = false;
        voices::forms_in(&reply.content, |(_, kind)| joins |= kind == Move::Join);
        if joins && !names.contains(&name) && takes_it_up() {
            names.push(name);
        }
    }
    names
}

/// Whether somebody has told already what came of it.
fn is_told(view: &View<'_>, proposal: &str) -> bool {
    let tells = |text: &str| {
        let mut tells = false;
        voices::forms_in(text, |(_, kind)| tells |= kind == Move::Report);
        tells && read(text).iter().any(|part| part.text == proposal)
    };
    view.scene.feed.iter().any(|thread| tells(&thread.content))
        || view.scene.own_posts.iter().any(|post| tells(&post.content))
}
