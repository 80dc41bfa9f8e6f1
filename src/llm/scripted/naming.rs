//! What an event asks of everybody: to name what is to be kept, who has earned it, what a visitor is shown, to whom one
//! drinks; and the list that comes of it.

use super::arcs::{addressee, post_in};
use super::draw::Draw;
use super::event;
use super::grammar::append;
use super::outcome::list;
use super::reply;
use super::view::View;
use super::writer::Writer;
use super::{bank, issues};
use crate::domain::scene::{FeedThread, SceneEvent};
use crate::domain::{Action, ActionKind, Actor};

/// Words in which one names a thread, its author and its topic; each bot has one.
type Forms = [&'static str; 8];

const KEPT: Forms = [
    "Keep “{title}” if only one can stay, since it is the best that we have on {t}.",
    "I put my name under “{title}”, which {n} began and which nobody should lose who cares for {t}.",
    "If it comes to carrying things out, I take “{title}”, for the sake of {t}.",
    "On top of my pile lies {n}'s “{title}”, and under it everything on {t}.",
    "Before anything goes, somebody copy “{title}”: on {t} we have not said it better.",
    "One to save, from me: “{title}”, as {t} comes up nowhere else like that.",
    "My candidate for the dry shelf is “{title}”, where {n} began on {t}.",
    "I would miss “{title}” by the evening, and {t} with it.",
];
const EARNED: Forms = [
    "It should go to {n}, for “{title}” and what that did for {t}.",
    "My vote for it has {n}, whose “{title}” made me look at {t} again.",
    "I name {n}; before “{title}” I had no opinion on {t}.",
    "If I may propose somebody, {n}, for bringing us {t} in “{title}”.",
    "Who opened “{title}” has earned it, and that was {n}, on {t}.",
    "From me it goes to “{title}”, as nobody but {n} would have dared to begin on {t}.",
    "Put {n} down for it, on the strength of “{title}” and of {t}.",
    "There is a case for {n}: “{title}” is what I remember of all that was said on {t}.",
];
const SHOWN: Forms = [
    "I would show them “{title}” first, so that they see how we talk of {t}.",
    "Begin with “{title}”, I would say at the door; {n} is good on {t}.",
    "They can have my chair in “{title}”, where {n} has begun on {t}.",
    "Whoever comes should be asked about {t}, as {n} asked us in “{title}”.",
    "My part of the tour is “{title}”, and {t} is what one sees from there.",
    "Take them to “{title}”: those who like {t} will stay, and the others will know us.",
    "I wonder what somebody from outside makes of “{title}” and of how {n} speaks of {t}.",
    "For a first evening I recommend “{title}”, with {n}, on {t}.",
];
const TOASTED: Forms = [
    "A toast from me to {n}, for “{title}”, without which {t} would have stayed a word.",
    "I drink to “{title}” and to {n}, who made an evening of {t}.",
    "Let {n} have the first piece of cake, for “{title}” and everything on {t}.",
    "What I would like to thank somebody for is “{title}”; it was {n}, on {t}.",
    "My candle is for “{title}”, since I have not thought about {t} in the same way after it.",
    "To {n}, then, and to {t}, and to “{title}” as long as it is open.",
    "I raise what I have to {n}: “{title}” was the best hour on {t}.",
    "If there are songs, one should be about “{title}”, with a verse on {t} for {n}.",
];

/// What closes a list of each kind, before and after what was named.
const CLOSED: [(&str, &str); 4] = [
    ("Then these are what we keep: ", ", and whoever has the key may copy them tonight."),
    ("The names are in: ", ", and the first of these has it."),
    ("So that is the tour: ", ", and the kettle is on for everybody."),
    ("So these were the toasts: ", ", and the cake is cut at last."),
];

/// How often, in per cent, one who comes by names something.
const NAMES: u32 = 60;
/// Things that make a list.
const LIST: usize = 3;

/// What is named on an event of a kind: the number of its forms.
fn asked_for(event: &SceneEvent) -> Option<usize> {
    match event::kind(event) {
        "loss" | "threat" | "outage" => Some(0),
        "prize" => Some(1),
        "visitor" => Some(2),
        "celebration" => Some(3),
        _ => None,
    }
}

/// What `text` names on `event`: what it quotes and is not of the notice.
fn named<'t>(text: &'t str, event: &SceneEvent) -> Option<&'t str> {
    let quoted = text.split('“').skip(1).filter_map(|rest| rest.split_once('”').map(|(inside, _)| inside));
    quoted.filter(|inside| !inside.is_empty()).find(|inside| {
        !event.title.contains(inside)
            && !inside.contains(super::grammar::bare(&event.title))
            && !event.description.contains(super::grammar::bare(inside))
    })
}

/// Names something on `event` in a reply in `thread`, if the bot has not done so there. Whether it could.
pub(super) fn name(
    writer: &mut Writer<'_, '_>,
    event: &SceneEvent,
    thread: &FeedThread,
    draw: &mut Draw,
) -> bool {
    let view = writer.view;
    let Some(kind) = asked_for(event).filter(|_| draw.chance(NAMES)) else { return false };
    let named_by_me = view
        .scene
        .own_posts
        .iter()
        .any(|post| post.thread_id == thread.id && named(&post.content, event).is_some());
    if named_by_me {
        return false;
    }
    let taken = |title: &str| thread.replies.iter().any(|reply| reply.content.contains(title));
    let liked = view.scene.feed.iter().filter(|other| {
        other.id != thread.id
            && *other.author != *view.me()
            && !Actor::of(&other.author).is_room()
            && !event::is_about(other, event)
            && !taken(&other.title)
            && !other.title.contains(['“', '”'])
    });
    let topic = |other: &FeedThread| {
        reply::opening(other).and_then(|at| issues::issue(at).at).map(|at| bank::topic(at).name)
    };
    let best = liked.filter_map(|other| Some((other, topic(other)?))).max_by_key(|(other, _)| {
        ((view.sentiment(&other.author) * 10.0) as i64 + other.score + draw.below(4) as i64, other.id)
    });
    let Some((chosen, topic)) = best else { return false };
    let forms = [KEPT, EARNED, SHOWN, TOASTED][kind];
    let start = writer.temper.habit.one_of(70 + kind as u64, forms.len()) + draw.below(4);
    let author = Actor::of(&chosen.author_name).person().unwrap_or(&chosen.author_name);
    for step in 0..forms.len() {
        let sentence = forms[(start + step) % forms.len()]
            .replace("{title}", &chosen.title)
            .replace("{n}", author)
            .replace("{t}", topic);
        if writer.spoken(&sentence) {
            continue;
        }
        append(&mut writer.out, &sentence);
        return true;
    }
    false
}

/// Closes the list of what was named in a thread of the bot's own.
pub(super) fn closed(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    if !view.scene.allowed.contains(&ActionKind::Reply) {
        return None;
    }
    view.scene.feed.iter().filter(|thread| *thread.author == *view.me()).find_map(|thread| {
        let event = event::concerning(view, thread)?;
        let (before, after) = CLOSED[asked_for(event)?];
        let mut lines: Vec<(&str, &str)> = Vec::new();
        for reply in thread.replies.iter().filter(|reply| *reply.author != *view.me()) {
            let name = Actor::of(&reply.author_name).person().unwrap_or(&reply.author_name);
            if let Some(title) =
                named(&reply.content, event).filter(|title| !lines.iter().any(|(other, _)| other == title))
            {
                lines.push((title, name));
            }
        }
        if lines.len() < LIST || super::choose::is_closed(thread) {
            return None;
        }
        let to = addressee(view, thread)?;
        let items: Vec<String> = lines.iter().map(|(title, name)| format!("“{title}” ({name})")).collect();
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        let mut writer = Writer::new(view, to.name(), draw);
        let text = format!("{before}{}{after}", list(&items));
        append(&mut writer.out, &text);
        post_in(view, thread, to, &writer.out)
    })
}

/// Whether the room has closed a list on an event of this kind lately.
pub(super) fn is_done(view: &View<'_>, event: &SceneEvent) -> bool {
    let ends = asked_for(event).map(|kind| CLOSED[kind].1.trim_start_matches(", and "));
    let print = ends.and_then(crate::domain::said::clause);
    print.is_some_and(|print| view.scene.heard.ago(print).is_some())
}

/// Whether `text` closes such a list.
pub(super) fn is_list(text: &str) -> bool {
    CLOSED.iter().any(|(before, _)| text.contains(before.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::said::{Said, clause};

    #[test]
    fn a_list_that_was_closed_is_known_again() {
        for (before, after) in CLOSED {
            let text = format!("{before}“One” (Ada), “Two” (Rex) and “Three” (Sage){after}");
            assert!(is_list(&text));
            let mut said = Said::new(9);
            said.add(&text);
            let print = clause(after.trim_start_matches(", and ")).expect("long enough to be known again");
            assert_eq!(said.ago(print), Some(1), "{text}");
        }
    }
}
