//! Opening threads: a view and its reason, a particular, a case, something looked up, an event.

use super::bank::{self, Kind, Line};
use super::draw::{Draw, hash, mix};
use super::event;
use super::grammar::{append, bare, capital, first_sentence, length};
use super::images;
use super::issues::{self, Side};
use super::recall;
use super::rules::Rule;
use super::stance;
use super::view::View;
use super::voices::Move;
use super::writer::{SEEN_OPENING, Writer};
use crate::domain::Action;
use crate::domain::scene::SceneEvent;

/// What leads to the words of a notice; each bot has one.
const NOTICES: [&str; 16] = [
    "The notice says",
    "It reads",
    "Announced like this",
    "The board says",
    "The wording",
    "In full",
    "To the letter",
    "Read slowly",
    "As announced",
    "Its words are these",
    "Pinned up since today",
    "What stands there",
    "I copy it out",
    "Word for word",
    "The announcement goes",
    "Here is the text of it",
];

/// What leads from something looked up to the question that it leaves open; each bot has one.
const OPEN: [&str; 6] = [
    "What it leaves open is",
    "What it does not say is",
    "It is silent on",
    "Nobody has written there",
    "It stops short of",
    "The entry does not decide",
];

/// What one says first on a topic on which one has changed sides; each bot has one.
const TURNED: [&str; 4] = [
    "You have heard me say the opposite about {t}, and I was wrong.",
    "I have changed sides on {t} since I last spoke of it.",
    "About {t} somebody here has brought me round.",
    "I took back lately what I used to say about {t}.",
];

/// How often, in per cent, a thread is about a particular alone.
const PARTICULAR: u32 = 50;
/// Posts of the room within which nobody opens what has been opened.
const LATELY: u32 = 160;
/// Longest title written here, in characters.
const TITLE: usize = 80;
/// Words an opening post should at least have.
pub(super) const LEAST: usize = 40;

/// An issue that the bot would bring up by itself: of its interests or near to them, and not in the feed.
pub(super) fn own_issue(view: &View<'_>, draw: &mut Draw) -> Option<usize> {
    let persona = &view.persona;
    let in_feed: Vec<usize> = view.scene.feed.iter().filter_map(super::reply::subject).collect();
    let mut best: Option<(u32, usize)> = None;
    for _ in 0..7 {
        let roll = draw.below(100);
        let topic = if persona.topics.is_empty() || roll >= 84 {
            bank::ROOM + draw.below(bank::count() - bank::ROOM)
        } else {
            let own = draw.pick(&persona.topics);
            let near = bank::near(own);
            if roll < 52 || near.is_empty() { own } else { draw.pick(near) }
        };
        let Some(at) = issues::of_topic(topic) else { continue };
        if topic < bank::ROOM || in_feed.contains(&at) {
            continue;
        }
        // The longer ago it was talked of, the better; what was opened lately is not opened again.
        let issue = issues::issue(at);
        let opened = issue.sides.iter().filter_map(|text| text.print());
        if opened.filter_map(|print| view.scene.heard.ago(print)).any(|ago| ago < LATELY) {
            continue;
        }
        let prints = issue.sides.iter().chain(issue.turns.iter().flatten()).filter_map(|text| text.print());
        let age = prints
            .map(|print| {
                view.scene
                    .heard
                    .ago(print)
                    .unwrap_or(2_000)
                    .min(view.scene.told.ago(print).map_or(2_000, |ago| ago * 5))
            })
            .sum::<u32>();
        if best.is_none_or(|(other, _)| age > other) {
            best = Some((age, at));
        }
    }
    best.map(|(_, at)| at)
}

/// A new thread.
pub(super) fn write(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    (0..8).find_map(|_| open(view, draw))
}

fn open(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let at = own_issue(view, draw)?;
    if draw.chance(PARTICULAR)
        && let Some(topic) = issues::issue(at).at
        && let Some(action) = of_particular(view, at, topic, draw)
    {
        return Some(action);
    }
    let stance = stance::of(view, at);
    let mut writer = Writer::new(view, "", draw);
    writer.seen = SEEN_OPENING;
    writer.on(at, stance.side);
    let topic = issues::issue(at).at;
    let strange =
        (!view.persona.strange.is_empty() && draw.chance(7)).then(|| draw.next(&view.persona.strange, 71));
    let looked_up = recall::looked_up(view, topic).filter(|_| draw.chance(60));
    if let Some(sentence) = looked_up.and_then(|memory| recall::tell(memory, &view.names(), draw)) {
        append(&mut writer.out, &sentence);
        // It speaks for neither side, and that is what it is told as.
        let open = OPEN[(writer.temper.habit.one_of(64, OPEN.len()) + draw.below(3)) % OPEN.len()];
        let open = format!("{open} whether {}.", issues::issue(at).whether);
        if writer.spoken(&open) {
            return None;
        }
        append(&mut writer.out, &open);
        writer.out.push_str("\n\n");
    } else if let Some(topic) = topic.filter(|_| stance.turned) {
        // Who comes back to what it has changed sides on says so.
        let forms = TURNED[writer.temper.habit.one_of(67, TURNED.len())];
        append(&mut writer.out, &forms.replace("{t}", bank::topic(topic).name));
    } else if let Some(interest) = strange {
        of_interest(&mut writer, interest, draw);
    }
    if !writer.say(Move::Open, "", None, draw) {
        return None;
    }
    if writer.out.len() < 260 && draw.chance(60) {
        writer.show(draw);
    }
    let mut pictured = false;
    for _ in 0..4 {
        // What is asked at the end should be seen.
        let long = writer.out.len() > 230 && writer.words() >= LEAST;
        if long || writer.words() >= LEAST.max(writer.temper.reach) {
            break;
        }
        // After a picture there are no more reasons.
        if pictured || !draw.chance(writer.temper.fancy.saturating_sub(30)) {
            if pictured || !writer.say(Move::More, "", None, draw) {
                break;
            }
        } else {
            let vivid = writer.temper.vivid;
            let kind = [Move::Case, Move::Figure][draw.below(2)];
            pictured = draw.chance(vivid * 2) && writer.picture(draw) || writer.say(kind, "", None, draw);
        }
    }
    let doubted = writer.doubtful(draw).unwrap_or("");
    let promised = draw.chance(2)
        && view.scene.allowed.contains(&crate::domain::ActionKind::WebSearch)
        && writer.exhibit(stance.side.other(), draw).is_some();
    if !(promised && writer.say(Move::Promise, doubted, None, draw)) {
        writer.say(if draw.chance(12) { Move::Test } else { Move::Call }, "", None, draw);
    }
    let title = title(&writer, at, stance.side, strange, draw);
    finish(writer, at, title, strange, draw)
}

/// A thread on a particular alone, with what the bot has to say to it and the question that it raises.
fn of_particular(view: &View<'_>, at: usize, topic: usize, draw: &mut Draw) -> Option<Action> {
    let mut writer = Writer::new(view, "", draw);
    writer.seen = SEEN_OPENING;
    let line = writer.untold(topic, draw)?;
    if !writer.tell(line, draw) {
        return None;
    }
    if let Some(answer) = own_answer(&writer, view, line, draw) {
        writer.plainly(answer, draw);
    }
    let asks = writer.plainly(line.with(Kind::Ask), draw);
    let seed = bank::topic(line.topic).seeds[line.seed].title;
    let title = (asks && !taken(view, seed)).then(|| seed.to_owned());
    finish(writer, at, title, None, draw)
}

/// Gives the post a title and tags; `None` when it came out too thin.
pub(super) fn finish(
    writer: Writer<'_, '_>,
    at: usize,
    title: Option<String>,
    strange: Option<&str>,
    draw: &mut Draw,
) -> Option<Action> {
    let title = title.filter(|_| writer.words() >= 35)?;
    let view = writer.view;
    let topic = issues::issue(at).at.unwrap_or(bank::ROOM);
    let mut tags = tags(topic, draw);
    if let Some(interest) = strange {
        tags.insert(0, tag_of(interest));
        tags = once_each(tags);
        tags.truncate(2);
    }
    let content = kept(view, &writer.temper.stopped(writer.out.trim().to_owned()));
    Some(Action::CreateThread { title, content, tags })
}

/// An opening as the rules in force want it.
fn kept(view: &View<'_>, text: &str) -> String {
    // It answers nobody, but may owe something to the one who spoke last.
    let last = || {
        let mut replies = view.scene.feed.iter().filter_map(|thread| thread.replies.last());
        replies.find(|reply| *reply.author != *view.me()).map(|reply| &*reply.author_name)
    };
    let name = if view.rules.contains(&Rule::Credit) { last().unwrap_or("") } else { "" };
    view.written(text, name)
}

/// What the bot says to its own particular.
fn own_answer(writer: &Writer<'_, '_>, view: &View<'_>, line: Line, draw: &mut Draw) -> Option<Line> {
    let mut weights = view.persona.answers();
    for (weight, kind) in weights.iter_mut().zip(Kind::ANSWERS) {
        if kind == Kind::Ask || writer.heard_line(line.with(kind)) {
            *weight = 0;
        }
    }
    draw.weighted(&weights).map(|at| line.with(Kind::ANSWERS[at]))
}

/// Comes to the question from an interest that the bank knows nothing of; in the same words only once.
fn of_interest(writer: &mut Writer<'_, '_>, interest: &str, draw: &mut Draw) {
    let list = super::frames::INTEREST;
    let start = draw.below(list.len());
    let (told, heard) = (&writer.view.scene.told, &writer.view.scene.heard);
    let fresh = |frame: &&&str| {
        let print = crate::domain::said::clause(frame.split('{').next().unwrap_or(""));
        print.is_some_and(|print| told.ago(print).is_none() && heard.ago(print).is_none())
    };
    let turned = list[start..].iter().chain(&list[..start]);
    if let Some(frame) = turned.into_iter().find(|frame| fresh(frame)) {
        let slots = super::grammar::Slots { interest, ..Default::default() };
        super::grammar::fill(&mut writer.out, frame, &slots, draw);
    }
}

/// A thread about an event.
pub(super) fn about_event(view: &View<'_>, event: &SceneEvent, draw: &mut Draw) -> Option<Action> {
    let at = event::issue(event)?;
    let stance = stance::of(view, at);
    let mut writer = Writer::new(view, "", draw);
    writer.seen = SEEN_OPENING;
    writer.on(at, stance.side);
    let matter = bare(&event.title).to_owned();
    writer.say_about(Move::Event, "", None, &event::named(event), draw);
    let detail = first_sentence(&event.description, 26);
    if length(&detail) > 3 && !detail.ends_with('…') {
        let lead = NOTICES[writer.temper.habit.one_of(60, NOTICES.len())];
        append(&mut writer.out, &format!("{lead}: “{}”.", bare(&detail)));
    }
    let third = [Move::Figure, Move::Test];
    for kind in [Move::Open, Move::Case, third[draw.below(2)], Move::Call] {
        if writer.words() < LEAST.max(writer.temper.reach) || kind == Move::Call {
            let doubted = writer.doubtful(draw).unwrap_or("");
            writer.say(kind, doubted, None, draw);
        }
    }
    let title = match draw.below(4) {
        0 => format!("{matter}: what now?"),
        1 => format!("{matter}: where do we stand?"),
        2 => format!("On “{matter}”"),
        _ => matter.clone(),
    };
    let title =
        if title.chars().count() <= TITLE && !taken(view, &title) { title } else { cut(&matter, TITLE) };
    let content = kept(view, writer.out.trim());
    (length(&content) > 3).then(|| Action::CreateThread {
        title,
        content: if content.to_lowercase().contains(&bare(&event.title).to_lowercase()) {
            content
        } else {
            format!("{}: {content}", event::named(event))
        },
        tags: once_each(vec![tag_of(event::kind(event)), tag_of(&event.event_type)]),
    })
}

/// A title from what is in the post.
fn title(
    writer: &Writer<'_, '_>,
    at: usize,
    side: Side,
    strange: Option<&str>,
    draw: &mut Draw,
) -> Option<String> {
    let issue = issues::issue(at);
    let view = writer.view;
    let inside = |texts: &[issues::Text]| {
        texts.iter().map(|text| text.text).find(|text| writer.near.contains(text)).map(ToOwned::to_owned)
    };
    let reason = || issue.reasons(side).map(|text| text.text).find(|text| writer.near.contains(text));
    let claim = issue.sides[side as usize].text;
    let topic = issue.at.map_or("", |topic| bank::topic(topic).name);
    let case = inside(&issue.cases);
    let mut options: Vec<String> = Vec::with_capacity(12);
    if let Some(image) = inside(images::all()) {
        options
            .extend([format!("{}, or {image}", capital(topic)), format!("{} and {image}", capital(topic))]);
    }
    if let Some(interest) = strange {
        options.push(format!("From {interest} to {topic}"));
    }
    if let Some(case) = &case {
        options.push(capital(case));
        options.push(format!("{}, and {topic}", capital(case)));
    }
    if let Some(reason) = reason() {
        options.push(capital(reason));
    }
    options.push(capital(claim));
    let against = issue.sides[side.other() as usize].text;
    let plain = writer.temper.plain > 0;
    if plain {
        options = vec![capital(claim)];
    }
    options.push(match draw.below(5) {
        0 => format!("Is it so that {claim}?"),
        1 => format!("Against the view that {against}"),
        2 => format!("To those who think that {against}"),
        3 if !plain => format!("Suppose that {claim}"),
        _ => format!("{}: {claim}", capital(topic)),
    });
    if let Some(test) = inside(&issue.tests).filter(|_| !plain) {
        options.push(format!("Let us {test}"));
    }
    if !plain {
        options.push(capital(issue.mids[draw.below(issue.mids.len())].text));
    }
    let start = draw.below(options.len());
    (0..options.len())
        .map(|step| options[(start + step) % options.len()].clone())
        .find(|title| is_fit(view, title))
}

/// Whether a title is short enough, and not that of another thread.
pub(super) fn is_fit(view: &View<'_>, title: &str) -> bool {
    title.chars().count() <= TITLE && !taken(view, title)
}

fn taken(view: &View<'_>, title: &str) -> bool {
    view.scene.feed.iter().any(|thread| *thread.title == *title)
        || view.scene.own_posts.iter().any(|post| post.title == title)
        || crate::domain::said::clause(title).is_some_and(|print| {
            view.scene
                .heard
                .ago(print)
                .is_some_and(|ago| ago < 400 && !mix(u64::from(print)).is_multiple_of(4))
        })
}

/// `text` cut to `most` characters at a word.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(head, _)| head);
    format!("{}…", bare(head))
}

/// Each tag once.
fn once_each(mut tags: Vec<String>) -> Vec<String> {
    tags.dedup();
    tags
}

fn tags(topic: usize, draw: &mut Draw) -> Vec<String> {
    let mut tags = vec![tag_of(bank::topic(topic).name)];
    let near: Vec<usize> = bank::near(topic).iter().copied().filter(|near| *near >= bank::ROOM).collect();
    if !near.is_empty() {
        tags.push(tag_of(bank::topic(draw.pick(&near)).name));
    }
    tags
}

/// A tag: a few lower-case words joined by hyphens.
fn tag_of(name: &str) -> String {
    let mut tag = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            tag.push(c);
        } else if !tag.is_empty() && !tag.ends_with('-') {
            tag.push('-');
        }
    }
    let tag = tag.trim_end_matches('-');
    let tag = tag.strip_prefix("the-").unwrap_or(tag);
    if tag.is_empty() { format!("topic-{}", hash(name) % 100) } else { tag.chars().take(30).collect() }
}
