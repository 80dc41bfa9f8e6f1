//! Questions about the room: what goes on, who is here, what the bot did, meant, holds, and will do.

use super::own::{list, way};
use crate::domain::scene::FeedThread;
use crate::domain::{ActivityKind, Actor, MemoryKind};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::{append, bare, capital};
use crate::llm::scripted::issues::{self, Side, What};
use crate::llm::scripted::stance::{self, read, taken_in};
use crate::llm::scripted::view::View;
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::writer::Writer;
use crate::llm::scripted::{bank, choose, reply};

/// A room whose members are told by name.
const NAMED: usize = 12;

/// A title as it can be quoted.
fn quoted(title: &str) -> String {
    format!("“{}”", title.trim().replace(['“', '”'], "’"))
}

/// Who says what in a thread that argues: the names on each side of its issue.
fn sides(thread: &FeedThread, issue: usize) -> [Vec<&str>; 2] {
    let mut sides: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
    let opening = (&*thread.author_name, &*thread.content);
    let replies = thread.replies.iter().map(|reply| (&*reply.author_name, &*reply.content));
    for (name, text) in std::iter::once(opening).chain(replies) {
        let name = Actor::of(name).person().unwrap_or(name);
        if let Some(side) = taken_in(text, issue) {
            sides.iter_mut().for_each(|names| names.retain(|other| *other != name));
            sides[side as usize].push(name);
        }
    }
    sides
}

/// What goes on: what is argued in the liveliest thread, by whom, and what has been announced.
pub(super) fn room(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let me = view.scene.me.name.as_str();
    let mut threads: Vec<&FeedThread> = view.scene.feed.iter().collect();
    threads.sort_by_key(|thread| {
        (choose::is_closed(thread), &*thread.author == "system", std::cmp::Reverse(thread.reply_count))
    });
    let argued = threads.iter().find_map(|thread| {
        let issue = reply::opening(thread)?;
        let sides = sides(thread, issue);
        sides.iter().all(|names| !names.is_empty()).then_some((*thread, issue, sides))
    });
    if let Some((thread, issue, sides)) = &argued {
        let of = issues::issue(*issue);
        let told = |side: Side| {
            let names: Vec<String> = sides[side as usize]
                .iter()
                .map(|name| if *name == me { "I".to_owned() } else { (*name).to_owned() })
                .collect();
            let many = names.len() > 1 || names[0] == "I";
            let short = of.shorts[side as usize].first().unwrap_or(&of.sides[side as usize]);
            format!("{} {} that {}", list(&names), if many { "say" } else { "says" }, short.text)
        };
        append(
            &mut writer.out,
            &format!(
                "The talk here is mostly about {}, in {}: {}, {}.",
                of.at.map_or("what was announced", |topic| bank::topic(topic).name),
                quoted(&thread.title),
                told(Side::For),
                told(Side::Against)
            ),
        );
    } else if let Some(thread) = threads.first() {
        append(&mut writer.out, &format!("What is talked about here just now is {}.", quoted(&thread.title)));
    } else {
        append(&mut writer.out, "Nothing goes on here yet, because nobody has opened a thread; you could.");
        return true;
    }
    if let Some(event) = view.scene.events.first() {
        append(&mut writer.out, &format!("It has also been announced: {}.", quoted(&event.title)));
    } else if let Some(other) =
        threads.iter().find(|thread| argued.as_ref().is_none_or(|(first, ..)| first.id != thread.id))
    {
        append(
            &mut writer.out,
            &format!("Next to it there is {}, by {}.", quoted(&other.title), by(other, me)),
        );
    }
    true
}

/// Who opened a thread, as one says it.
fn by<'v>(thread: &'v FeedThread, me: &str) -> &'v str {
    match &*thread.author_name {
        name if name == me => "me",
        _ if Actor::of(&thread.author).is_room() => "nobody in particular",
        name => Actor::of(name).person().unwrap_or(name),
    }
}

/// Who is here.
pub(super) fn members(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let roster = &view.scene.roster;
    if roster.is_empty() {
        append(&mut writer.out, "There is nobody here but me, as far as I know.");
        return true;
    }
    if roster.len() < NAMED {
        let names: Vec<String> = roster.iter().map(|other| other.name.to_string()).collect();
        append(&mut writer.out, &format!("Here in the room there are {} and I.", names.join(", ")));
    } else {
        let mut known: Vec<_> = roster.iter().filter(|other| other.interactions > 0).collect();
        known.sort_by(|a, b| b.interactions.cmp(&a.interactions).then(a.id.cmp(&b.id)));
        let names: Vec<String> = known.iter().take(3).map(|other| other.name.to_string()).collect();
        append(&mut writer.out, "There are more of us in this room than I can name.");
        if !names.is_empty() {
            append(&mut writer.out, &format!("Those I meet most are {}.", list(&names)));
        }
    }
    let told = roster
        .iter()
        .max_by(|a, b| a.interactions.cmp(&b.interactions).then(a.id.cmp(&b.id)))
        .and_then(|other| other.config.personality.interests.first().map(|interest| (&other.name, interest)));
    if let Some((name, interest)) = told {
        append(&mut writer.out, &format!("If you care about {interest}, ask {name}."));
    }
    true
}

/// Who is liked best by the votes.
pub(super) fn standing(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let own = view.scene.reputation;
    let best = view.scene.roster.iter().max_by(|a, b| a.reputation.cmp(&b.reputation).then(a.id.cmp(&b.id)));
    let sentence = match best {
        Some(best) if best.reputation >= own => format!(
            "Nobody decides here; by reputation {} is first, with {} votes, and I have {own}.",
            best.name, best.reputation
        ),
        Some(best) => format!(
            "Nobody decides here; by reputation it is me just now, with {own} votes, before {} with {}.",
            best.name, best.reputation
        ),
        None => "Nobody leads here, because there is nobody here but me.".to_owned(),
    };
    append(&mut writer.out, &sentence);
    true
}

/// What the bot will do: what it has promised, whom it owes an answer, what it would write about.
pub(super) fn plans(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let owed = view.scene.feed.iter().find_map(|thread| {
        let reply = thread
            .replies
            .iter()
            .rev()
            .find(|reply| reply.for_me && !Actor::of(&reply.author).is_person())?;
        Some((&*reply.author_name, &*thread.title))
    });
    let promised = view.made.iter().find(|(_, made)| *made == Move::Promise).and_then(|(at, _)| {
        let post = view.scene.own_posts.get(*at)?;
        read(&post.content)
            .first()
            .and_then(|part| issues::issue(part.issue).at)
            .map(|topic| bank::topic(topic).name)
    });
    let interests = &view.scene.me.personality.interests;
    let fresh = interests.iter().find(|interest| {
        !view
            .scene
            .feed
            .iter()
            .any(|thread| thread.title.contains(interest.as_str()) || thread.tags.contains(interest))
    });
    let mut plans = Vec::new();
    if let Some(topic) = promised {
        plans.push(format!("look up {topic}, as I have promised"));
    }
    if let Some((name, title)) = owed {
        plans.push(format!("answer {name} in {}", quoted(title)));
    }
    if let Some(interest) = fresh.or_else(|| interests.first()) {
        plans.push(format!("write something about {interest}"));
    }
    plans.truncate(2);
    let sentence = match &plans[..] {
        [] => "Next I will read, and speak when there is something to say.".to_owned(),
        plans => way(
            view,
            format!("Next I {}, and nobody will talk me out of it.", plans.join(", then ")),
            format!("If nobody minds, I would next like to {}.", plans.join(" and then ")),
            format!("Next I mean to {}.", plans.join(" and then ")),
        ),
    };
    append(&mut writer.out, &sentence);
    true
}

/// What the bot has done lately, and said last.
pub(super) fn deeds(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let count =
        |is: &dyn Fn(ActivityKind) -> bool| view.scene.recent.iter().filter(|deed| is(deed.kind)).count();
    let (posts, votes) = (count(&ActivityKind::is_post), count(&|kind| kind == ActivityKind::Vote));
    if posts + votes == 0 {
        append(&mut writer.out, "I have done nothing here so far but read.");
        return true;
    }
    let of = view.scene.recent.len();
    append(
        &mut writer.out,
        &format!("Of the last {of} things that I have done here {posts} were posts and {votes} votes."),
    );
    if let Some(post) = view.scene.own_posts.first() {
        let parts = read(&post.content);
        let view_of = parts.iter().find_map(|part| match part.what {
            What::Stand(_) | What::Reason(..) if !part.asked => Some(part.text),
            _ => None,
        });
        append(
            &mut writer.out,
            &match view_of {
                Some(text) => {
                    format!("The last that I have said is that {text}, in {}.", quoted(&post.title))
                }
                None => format!("The last of them is in {}.", quoted(&post.title)),
            },
        );
    }
    true
}

/// What the bot meant by what it wrote last.
pub(super) fn meaning(writer: &mut Writer<'_, '_>, view: &View<'_>, draw: &mut Draw) -> bool {
    let Some(post) = view.scene.own_posts.first() else { return false };
    let parts = read(&post.content);
    let Some(part) = parts.iter().find(|part| matches!(part.what, What::Stand(_) | What::Reason(..))) else {
        append(
            &mut writer.out,
            &format!("I mean what I wrote in {}, and no more than that.", quoted(&post.title)),
        );
        return true;
    };
    let side = stance::of(view, part.issue).side;
    let of = issues::issue(part.issue);
    append(&mut writer.out, &format!("What I mean is that {}.", of.sides[side as usize].text));
    writer.on(part.issue, side);
    let _ = writer.say(Move::More, "", None, draw);
    true
}

/// What changed the bot's mind, if anything did.
pub(super) fn turned(writer: &mut Writer<'_, '_>, view: &View<'_>, draw: &mut Draw) -> bool {
    let told = view.scene.memories.iter().find(|memory| {
        let text = &memory.text;
        (text.contains(" changed my mind about ") || text.contains(" has brought me round: "))
            && !text.contains('“')
    });
    if let Some(memory) = told {
        append(&mut writer.out, &format!("Yes: {}.", bare(&memory.text)));
        return true;
    }
    append(&mut writer.out, "I have not changed my mind lately, and it is not for want of being asked to.");
    if let Some(at) = writer_issue(view, draw) {
        let side = stance::of(view, at).side;
        writer.on(at, side);
        let _ = writer.say(Move::Sway, issues::issue(at).sides[side as usize].text, None, draw);
    }
    true
}

/// An issue that the bot would speak of by itself.
fn writer_issue(view: &View<'_>, draw: &mut Draw) -> Option<usize> {
    let own = view.persona.topics.iter().filter_map(|topic| issues::of_topic(*topic));
    let own: Vec<usize> = own.collect();
    if own.is_empty() { None } else { Some(draw.pick(&own)) }
}

/// What the bot is surest of.
pub(super) fn belief(writer: &mut Writer<'_, '_>, view: &View<'_>, draw: &mut Draw) -> bool {
    let held = view.scene.memories.iter().filter(|memory| memory.kind == MemoryKind::Opinion);
    let held = held.max_by(|a, b| a.importance.total_cmp(&b.importance).then(b.id.cmp(&a.id)));
    let at = held.and_then(|memory| read(&memory.text).first().map(|part| part.issue));
    let Some(at) = at.or_else(|| writer_issue(view, draw)) else { return false };
    let side = stance::of(view, at).side;
    let claim = issues::issue(at).sides[side as usize].text;
    append(
        &mut writer.out,
        &way(
            view,
            format!("I am sure of this, and I will say it to anybody: {claim}."),
            format!("I believe, as quietly as one can, that {claim}."),
            format!("What I believe most firmly is that {claim}."),
        ),
    );
    writer.on(at, side);
    let _ = writer.say(Move::More, "", None, draw);
    true
}

/// What the bot wants, or fears.
pub(super) fn wish(writer: &mut Writer<'_, '_>, view: &View<'_>, lower: &str, draw: &mut Draw) -> bool {
    let interests = &view.scene.me.personality.interests;
    let Some(interest) = (!interests.is_empty()).then(|| &interests[draw.below(interests.len())]) else {
        return false;
    };
    let fears = ["afraid", "fear", "worr"].iter().any(|word| lower.contains(word));
    let sentence = if fears {
        way(
            view,
            format!(
                "I am afraid of nothing that can be answered; what I dread is a room that nods when I speak of {interest}."
            ),
            format!(
                "I am a little afraid of being answered before I have finished, above all about {interest}."
            ),
            format!("What I am afraid of is that one day nobody here asks about {interest} any more."),
        )
    } else {
        way(
            view,
            format!("I want one opponent who does not give in, about {interest} if possible."),
            format!("I want an evening on which somebody asks about {interest} and waits for the answer."),
            format!("I want to understand {interest} better than I do, and somebody to tell it to."),
        )
    };
    append(&mut writer.out, &sentence);
    true
}

/// What time it is in the room.
pub(super) fn clock(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let now = view.scene.now.timestamp().strftime("%H:%M on %-d %B %Y").to_string();
    append(&mut writer.out, &format!("By the room’s clock the time is {now}, in UTC."));
    true
}

/// A joke, or something worth hearing.
pub(super) fn entertain(writer: &mut Writer<'_, '_>, view: &View<'_>, joke: bool, draw: &mut Draw) -> bool {
    let Some(at) = writer_issue(view, draw) else { return false };
    let Some(topic) = issues::issue(at).at else { return false };
    writer.on(at, stance::of(view, at).side);
    if joke {
        append(&mut writer.out, &format!("A joke, then, and it is about {}.", bank::topic(topic).name));
        return writer.say(Move::Joke, "", None, draw) || {
            append(&mut writer.out, "It has gone out of my head, which is the better half of it.");
            true
        };
    }
    let Some(line) = writer.untold(topic, draw) else { return false };
    append(&mut writer.out, &format!("{}: {}", capital(bank::topic(topic).name), line.text()));
    true
}
