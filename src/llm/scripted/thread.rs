//! Opening threads: about a particular, two of them, something somebody said, a fact, an event.

use super::bank::{self, Kind, Line};
use super::draw::{Draw, hash};
use super::frames::{self, Frames};
use super::grammar::{Slots, append, bare, capital, fill, first_sentence, length};
use super::persona::Voice;
use super::quote;
use super::recall;
use super::reply::{Addressee, hand_over, in_season};
use super::view::{Post, View};
use crate::domain::Action;
use crate::domain::scene::SceneEvent;

/// Longest title written here, in characters.
const TITLE: usize = 80;

/// A new thread.
pub(super) fn write(view: &View<'_>, draw: &mut Draw) -> Action {
    let voice = Voice::ALL[draw.weighted(&view.persona.manner()).unwrap_or(0)];
    let frames = frames::of(voice);
    let strange = if view.persona.strange.is_empty() {
        0
    } else {
        60 * view.persona.strange.len() as u32
            / (view.persona.topics.len() + view.persona.strange.len()) as u32
    };
    let fact = if recall::looked_up(view).is_some() { 16 } else { 0 };
    let spin = if view.scene.feed.is_empty() { 0 } else { 18 };
    let form = draw.weighted(&[46, 14, spin, strange, fact]).unwrap_or(0);
    match form {
        1 => pair(view, frames, draw),
        2 => spun(view, frames, draw),
        3 => Some(about_interest(view, frames, draw)),
        4 => about_fact(view, frames, draw),
        _ => None,
    }
    .unwrap_or_else(|| particular(view, frames, draw))
}

/// A thread about an event.
pub(super) fn about_event(view: &View<'_>, event: &SceneEvent, draw: &mut Draw) -> Action {
    let voice = Voice::ALL[draw.weighted(&view.persona.manner()).unwrap_or(0)];
    let frames = frames::of(voice);
    let matter = bare(&event.title);
    let slots = Slots { matter, ..Slots::default() };
    let mut content = String::new();
    fill(&mut content, draw.next(frames.events, 31), &slots, draw);
    let mut scores = Vec::new();
    bank::tally(&event.title, 2, &mut scores);
    bank::tally(&event.description, 1, &mut scores);
    let topic = scores
        .iter()
        .filter(|(topic, _)| *topic >= bank::ROOM)
        .max_by_key(|(topic, score)| (*score, usize::MAX - topic))
        .map(|(topic, _)| *topic);
    let detail = first_sentence(&event.description, 24);
    if length(&detail) > 3 && draw.chance(60) {
        append(&mut content, &format!("The notice says: “{}”.", bare(&detail)));
    }
    append(&mut content, draw.next(frames.moves, 32));
    if let Some(topic) = topic {
        let line = Line { topic, seed: draw.below(bank::topic(topic).seeds.len()), kind: Kind::Say };
        let slots =
            Slots { topic: bank::topic(topic).name, many: bank::topic(topic).many, ..Slots::default() };
        content.push_str("\n\n");
        fill(&mut content, draw.next(frames.bridges, 33), &slots, draw);
        append(&mut content, line.text());
    }
    append(&mut content, draw.next(frames.calls, 34));
    let title =
        titled(view, draw.next(frames.event_titles, 35), &slots, draw).unwrap_or_else(|| cut(matter, TITLE));
    let tags = vec![
        tag_of(&event.event_type),
        topic.map_or_else(|| "room".into(), |at| tag_of(bank::topic(at).name)),
    ];
    Action::CreateThread { title, content, tags }
}

/// A topic to open with: an interest of the bot's, else one near to an interest, else any.
fn topic(view: &View<'_>, draw: &mut Draw) -> usize {
    let own = &view.persona.topics;
    let roll = draw.below(100);
    if own.is_empty() || roll >= 88 {
        return bank::ROOM + draw.turn(bank::count() - bank::ROOM, 41);
    }
    let topic = draw.next(own, 42);
    if roll < 58 {
        return topic;
    }
    let near: Vec<usize> = bank::near(topic).iter().copied().filter(|near| *near >= bank::ROOM).collect();
    if near.is_empty() { topic } else { draw.pick(&near) }
}

/// A particular that neither the feed nor the bot's last posts have told.
fn fresh(view: &View<'_>, topics: impl Fn(&mut Draw) -> usize, not: &[Line], draw: &mut Draw) -> Line {
    let mut told = view.used(None);
    for thread in &view.scene.feed {
        bank::recognise(&thread.content, &mut told);
    }
    told.extend_from_slice(not);
    let free = |line: Line| {
        let title = bank::topic(line.topic).seeds[line.seed].title;
        !told.iter().any(|other| other.topic == line.topic && other.seed == line.seed)
            && !view.scene.feed.iter().any(|thread| *thread.title == *title)
    };
    for _ in 0..6 {
        let topic = topics(draw);
        if let Some(line) = lines_of(topic).find(|line| in_season(*line, draw) && free(*line)) {
            return line;
        }
    }
    // None of these has its turn: what lies near the bot's interests, then whatever has.
    let all = bank::count() - bank::ROOM;
    let start = draw.below(all);
    let others = || (0..all).map(move |step| bank::ROOM + (start + step) % all);
    let near = |topic: &usize| view.persona.topics.iter().any(|own| bank::close(*own, *topic));
    others()
        .filter(near)
        .chain(others())
        .flat_map(lines_of)
        .find(|line| in_season(*line, draw) && free(*line))
        .unwrap_or(Line { topic: bank::ROOM + start, seed: 0, kind: Kind::Say })
}

/// The particulars of `topic`.
fn lines_of(topic: usize) -> impl Iterator<Item = Line> {
    (0..bank::topic(topic).seeds.len()).map(move |seed| Line { topic, seed, kind: Kind::Say })
}

fn slots_of(line: Line) -> Slots<'static> {
    let topic = bank::topic(line.topic);
    Slots { topic: topic.name, many: topic.many, ..Slots::default() }
}

/// The answer to `line` that the bot would give itself; `not` excludes one.
fn own_answer(view: &View<'_>, line: Line, not: Option<Kind>, draw: &mut Draw) -> Line {
    let used = view.used(None);
    let mut weights = view.persona.answers();
    for (weight, kind) in weights.iter_mut().zip(Kind::ANSWERS) {
        if Some(kind) == not || used.contains(&line.with(kind)) {
            *weight = 0;
        }
    }
    line.with(Kind::ANSWERS[draw.weighted(&weights).unwrap_or(0)])
}

fn particular(view: &View<'_>, frames: &Frames, draw: &mut Draw) -> Action {
    let line = fresh(view, |draw| topic(view, draw), &[], draw);
    let slots = slots_of(line);
    let mut content = String::with_capacity(700);
    if draw.chance(72) {
        fill(&mut content, draw.next(frames.starts, 61), &slots, draw);
    }
    append(&mut content, line.text());
    let first = own_answer(view, line, None, draw);
    content.push_str(if draw.chance(45) { "\n\n" } else { " " });
    append(&mut content, first.text());
    if length(&content) < 64 || (draw.chance(45) && view.persona.shyness() < 65) {
        append(&mut content, draw.next(frames.leads, 62));
        append(&mut content, own_answer(view, line, Some(first.kind), draw).text());
    }
    close(&mut content, view, line.topic, frames, draw);
    let title = title_for(view, line, frames, draw);
    Action::CreateThread { title, content, tags: tags(line.topic, draw) }
}

/// Two particulars side by side.
fn pair(view: &View<'_>, frames: &Frames, draw: &mut Draw) -> Option<Action> {
    let one = fresh(view, |draw| topic(view, draw), &[], draw);
    let near: Vec<usize> = bank::near(one.topic).iter().copied().filter(|near| *near >= bank::ROOM).collect();
    let other =
        fresh(view, |draw| if near.is_empty() { topic(view, draw) } else { draw.pick(&near) }, &[one], draw);
    if other.topic == one.topic {
        return None;
    }
    let (a, b) = (bank::topic(one.topic), bank::topic(other.topic));
    let mut content = String::with_capacity(800);
    append(&mut content, one.text());
    content.push_str("\n\n");
    fill(&mut content, draw.next(frames.bridges, 64), &slots_of(other), draw);
    append(&mut content, other.text());
    content.push_str("\n\n");
    append(&mut content, own_answer(view, if draw.chance(50) { one } else { other }, None, draw).text());
    close(&mut content, view, one.topic, frames, draw);
    let title = {
        let matter = format!("{} and {}", a.name, b.name);
        titled(
            view,
            draw.next(frames::PAIR_TITLES, 65),
            &Slots { matter: &matter, ..Slots::default() },
            draw,
        )?
    };
    Some(Action::CreateThread { title, content, tags: vec![tag_of(a.name), tag_of(b.name)] })
}

/// Something somebody said, taken further in a thread of its own.
fn spun(view: &View<'_>, frames: &Frames, draw: &mut Draw) -> Option<Action> {
    let posts: Vec<Post<'_>> = view
        .scene
        .feed
        .iter()
        .flat_map(|thread| thread.replies.iter().map(move |reply| Post { thread, reply: Some(reply) }))
        .filter(|post| post.author() != view.me() && !post.name().is_empty())
        .collect();
    if posts.is_empty() {
        return None;
    }
    let post = draw.pick(&posts);
    let mut said = Vec::new();
    bank::recognise(post.content(), &mut said);
    let line = *said.last()?;
    let names = view.names();
    let quote = quote::choose(
        line.text(),
        0,
        &names,
        |clause| view.said(clause) || !post.content().contains(clause),
        |n| draw.below(n),
    )?;
    if quote.question || quote.text.chars().count() > 56 {
        return None;
    }
    let place = post.thread.title.trim();
    let slots = Slots {
        name: post.name(),
        quote: &quote.text,
        matter: if place.contains(['“', '”']) { "" } else { place },
        ..slots_of(line)
    };
    let mut content = String::with_capacity(700);
    let start = draw.turn(frames::SPUN.len(), 66);
    let frame = (0..frames::SPUN.len())
        .map(|step| frames::SPUN[(start + step) % frames::SPUN.len()])
        .find(|frame| slots.fit(frame))?;
    fill(&mut content, frame, &slots, draw);
    let answer = own_answer(view, line, Some(line.kind), draw);
    append(&mut content, answer.text());
    let near = bank::near(line.topic);
    let other = fresh(
        view,
        |draw| {
            if line.topic < bank::ROOM && !near.is_empty() {
                draw.pick(near)
            } else {
                line.topic.max(bank::ROOM)
            }
        },
        &[line],
        draw,
    );
    content.push_str("\n\n");
    if bank::close(line.topic, other.topic) {
        fill(&mut content, draw.next(frames.bridges, 67), &slots_of(other), draw);
        append(&mut content, other.text());
    } else {
        append(&mut content, draw.next(frames.moves, 69));
    }
    close(&mut content, view, line.topic, frames, draw);
    let matter = capital(&quote.text);
    let title =
        titled(view, draw.next(frames.spins, 68), &Slots { matter: &matter, ..Slots::default() }, draw)?;
    Some(Action::CreateThread {
        title,
        content,
        tags: tags(if line.topic < bank::ROOM { other.topic } else { line.topic }, draw),
    })
}

/// A thread about an interest the bank has no particulars for, set beside one for which it has.
fn about_interest(view: &View<'_>, frames: &Frames, draw: &mut Draw) -> Action {
    let line = fresh(view, |draw| topic(view, draw), &[], draw);
    let interest = draw.next(&view.persona.strange, 71);
    let slots = Slots { interest, ..slots_of(line) };
    let mut content = String::with_capacity(700);
    fill(&mut content, draw.next(frames::INTEREST_STARTS, 72), &slots, draw);
    fill(&mut content, draw.next(frames::INTEREST, 73), &slots, draw);
    content.push_str("\n\n");
    fill(&mut content, draw.next(frames.bridges, 74), &slots, draw);
    append(&mut content, line.text());
    append(&mut content, own_answer(view, line, None, draw).text());
    close(&mut content, view, line.topic, frames, draw);
    let title = titled(view, draw.next(frames::INTEREST_TITLES, 75), &slots, draw)
        .unwrap_or_else(|| cut(&capital(interest), TITLE));
    Action::CreateThread {
        title,
        content,
        tags: vec![tag_of(interest), tag_of(bank::topic(line.topic).name)],
    }
}

/// A thread about something that was looked up.
fn about_fact(view: &View<'_>, frames: &Frames, draw: &mut Draw) -> Option<Action> {
    let fact = recall::looked_up(view)?;
    let mut scores = Vec::new();
    bank::tally(&fact.text, 1, &mut scores);
    let topic = scores.iter().filter(|(topic, _)| *topic >= bank::ROOM).max_by_key(|(_, score)| *score)?.0;
    let line = fresh(view, |_| topic, &[], draw);
    let mut content = recall::tell(fact, "", draw)?;
    append(&mut content, draw.next(frames.moves, 76));
    content.push_str("\n\n");
    append(&mut content, line.text());
    append(&mut content, own_answer(view, line, None, draw).text());
    close(&mut content, view, line.topic, frames, draw);
    let title = title_for(view, line, frames, draw);
    Some(Action::CreateThread { title, content, tags: tags(line.topic, draw) })
}

/// Ends an opening post by inviting an answer, from everybody or from somebody in particular.
fn close(content: &mut String, view: &View<'_>, topic: usize, frames: &Frames, draw: &mut Draw) {
    let before = content.len();
    if draw.chance(34) {
        hand_over(content, view, &Nobody(topic), frames, draw);
    }
    if content.len() == before || draw.chance(20) {
        append(content, draw.next(frames.calls, 81));
    }
}

/// A thread answers nobody.
struct Nobody(usize);

impl Addressee for Nobody {
    fn author(&self) -> &'static str {
        ""
    }
    fn name(&self) -> &'static str {
        ""
    }
    fn topic(&self) -> Option<usize> {
        Some(self.0)
    }
}

fn title_for(view: &View<'_>, line: Line, frames: &Frames, draw: &mut Draw) -> String {
    let seed = &bank::topic(line.topic).seeds[line.seed];
    let free = |title: &str| !taken(view, title) && title.chars().count() <= TITLE;
    match draw.below(100) {
        0..62 if free(seed.title) => return seed.title.into(),
        62..72 if free(seed.ask) => return seed.ask.into(),
        _ => {}
    }
    titled(view, draw.next(frames.titles, 82), &slots_of(line), draw)
        .or_else(|| free(seed.title).then(|| seed.title.into()))
        .or_else(|| free(seed.ask).then(|| seed.ask.into()))
        .unwrap_or_else(|| cut(&capital(&first_sentence(seed.say, 11)), TITLE))
}

/// The title made from `frame`, unless it is too long or in use.
fn titled(view: &View<'_>, frame: &str, slots: &Slots<'_>, draw: &mut Draw) -> Option<String> {
    let mut title = String::new();
    fill(&mut title, frame, slots, draw);
    (title.chars().count() <= TITLE && !taken(view, &title)).then_some(title)
}

fn taken(view: &View<'_>, title: &str) -> bool {
    view.scene.feed.iter().any(|thread| *thread.title == *title)
        || view.scene.own_posts.iter().any(|post| post.title == title)
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
