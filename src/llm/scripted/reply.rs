//! Writing a reply: turning to a post, answering what it says, adding something of one's own.

use super::bank::{self, Kind, Line};
use super::draw::Draw;
use super::frames::{self, Frames};
use super::grammar::{Slots, append, fill, length, within};
use super::persona::Voice;
use super::quote::{self, Quote};
use super::recall;
use super::view::{Post, View};

/// What a reply goes by.
struct Ground<'a> {
    post: Post<'a>,
    quote: Option<Quote>,
    /// What the post is about: the line of the bank it says, or where its topic begins.
    focus: Option<Line>,
    /// Whether the focus was recognised, so that its answers answer it.
    known: bool,
    against: bool,
    /// Lines that stand in the thread or in own posts already.
    used: Vec<Line>,
}

/// The text of a reply to `post`.
pub(super) fn write(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> String {
    let ground = survey(view, post, draw);
    let voice = Voice::ALL[draw.weighted(&view.persona.manner()).unwrap_or(0)];
    let frames = frames::of(voice);
    let mut used = ground.used.clone();
    let core = core(view, &ground, &mut used, frames, draw);
    let mut out = String::with_capacity(600);
    let closes = ground.quote.as_ref().is_some_and(|quote| !quote.question)
        && !ground.post.for_me()
        && draw.chance(13);
    if closes {
        append(&mut out, &core);
        turn_after(&mut out, &ground, draw);
    } else {
        turn_to(&mut out, view, &ground, frames, draw);
        append(&mut out, &core);
    }
    extend(&mut out, view, &ground, &mut used, frames, draw);
    out
}

/// Reads the post and what stands around it.
fn survey<'a>(view: &View<'a>, post: Post<'a>, draw: &mut Draw) -> Ground<'a> {
    let used = view.used(Some(post.thread));
    let mut said = Vec::new();
    bank::recognise(post.content(), &mut said);
    let known = !said.is_empty();
    let from = said.first().map_or(0, |line| {
        let start: String = line.text().chars().take(18).skip(1).collect();
        post.content().find(&start).unwrap_or(1).saturating_sub(1)
    });
    let mut focus = said.last().copied();
    let mut known_focus = known;
    if focus.is_none() {
        (focus, known_focus) = from_topics(view, post, draw);
    }
    let names = view.names();
    let standing =
        |clause: &str| {
            let probe = clause.get(1..).unwrap_or(clause);
            view.said(probe)
                || post.thread.replies.iter().any(|reply| {
                    Some(reply.id) != post.reply.map(|own| own.id) && reply.content.contains(probe)
                })
        };
    let quote = quote::choose(post.content(), from, &names, standing, |n| draw.below(n));
    let against = draw.chance(view.persona.contrariness(view.sentiment(post.author())));
    Ground { post, quote, focus, known: known_focus, against, used }
}

/// The topic of a post that says nothing the bank knows, and whether its answers fit as they stand:
/// those of the room's own threads do.
fn from_topics(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> (Option<Line>, bool) {
    let mut scores = Vec::new();
    bank::tally(&post.thread.title, 3, &mut scores);
    for tag in &post.thread.tags {
        bank::tally(tag, 2, &mut scores);
    }
    bank::tally(post.content(), 2, &mut scores);
    if post.reply.is_some() {
        bank::tally(&post.thread.content, 1, &mut scores);
    }
    for (topic, score) in &mut scores {
        if *topic < bank::ROOM {
            // Only for the room's own thread, and there before anything else.
            *score = if post.thread.author == "system" { *score * 4 } else { 0 };
        } else if view.persona.likes(*topic) {
            *score += 1;
        }
    }
    let best = scores
        .iter()
        .filter(|(_, score)| *score >= 2)
        .max_by_key(|(topic, score)| (*score, usize::MAX - topic));
    best.map_or((None, false), |(topic, _)| {
        let seeds = bank::topic(*topic).seeds.len();
        let seed = (draw.turn(seeds, post.thread.id.unsigned_abs()) + draw.below(2)) % seeds;
        (Some(Line { topic: *topic, seed, kind: Kind::Say }), *topic < bank::ROOM)
    })
}

/// What is answered: a line of the bank that fits, else something that can be said to any claim.
fn core(
    view: &View<'_>,
    ground: &Ground<'_>,
    used: &mut Vec<Line>,
    frames: &Frames,
    draw: &mut Draw,
) -> String {
    let mut out = String::new();
    if let Some(focus) = ground.focus {
        if ground.known
            && let Some(line) = answer_line(view, focus, ground.against, used, draw)
        {
            used.push(line);
            append(&mut out, line.text());
            return out;
        }
        // Its seed is used up, or the post is not from the bank: another particular, with a word to it.
        if let Some(line) = fresh_particular(focus, used, draw) {
            if !ground.known {
                append(&mut out, draw.next(frames.moves, 3));
            }
            let topic = bank::topic(line.topic);
            if line.topic != focus.topic || !ground.known {
                let slots = Slots { topic: topic.name, many: topic.many, ..Slots::default() };
                fill(&mut out, draw.next(frames.bridges, 5), &slots, draw);
            } else {
                append(&mut out, draw.next(frames.leads, 6));
            }
            append(&mut out, line.text());
            used.push(line);
            return out;
        }
    }
    append(&mut out, draw.next(frames.moves, 3));
    out
}

/// One of the six answers to the seed of `focus` that nobody has given yet.
fn answer_line(view: &View<'_>, focus: Line, against: bool, used: &[Line], draw: &mut Draw) -> Option<Line> {
    let mut weights = view.persona.manner();
    for (weight, kind) in weights.iter_mut().zip(Kind::ANSWERS) {
        *weight = (*weight).max(6);
        match (kind, against) {
            (Kind::Push, true) => *weight *= 5,
            (Kind::Push, false) => *weight /= 3,
            (Kind::See | Kind::Care, true) => *weight /= 4,
            _ => {}
        }
        if used.contains(&focus.with(kind)) {
            *weight = 0;
        }
    }
    draw.weighted(&weights).map(|at| focus.with(Kind::ANSWERS[at]))
}

/// A particular nobody has told yet, of the same topic or of one that lies near.
fn fresh_particular(focus: Line, used: &[Line], draw: &mut Draw) -> Option<Line> {
    let here = std::iter::once(focus.topic).filter(|topic| *topic >= bank::ROOM);
    for topic in here.chain(bank::near(focus.topic).iter().copied()) {
        let seeds = bank::topic(topic).seeds.len();
        let start = draw.turn(seeds, topic as u64);
        for step in 0..seeds {
            let line = Line { topic, seed: (start + step) % seeds, kind: Kind::Say };
            if topic >= bank::ROOM && !used.iter().any(|other| other.with(Kind::Say) == line) {
                return Some(line);
            }
        }
    }
    None
}

/// Turns to the post, by name, by quotation, or both.
fn turn_to(out: &mut String, view: &View<'_>, ground: &Ground<'_>, frames: &Frames, draw: &mut Draw) {
    let name = ground.post.name();
    let quote = ground.quote.as_ref();
    let list = match quote {
        None => frames.plain,
        Some(quote) if quote.question => frames.answer,
        Some(_) if ground.post.for_me() && draw.chance(60) => frames.back,
        Some(_) if ground.against => frames.against,
        Some(_) if draw.chance(45) => frames.open,
        Some(_) => frames.with,
    };
    let topic = ground.focus.map_or("", |line| bank::topic(line.topic).name);
    let text = quote.map_or("", |quote| quote.text.as_str());
    let slots = Slots { name, quote: text, topic, ..Slots::default() };
    let start = draw.turn(list.len(), hash_of(list));
    let Some(frame) =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))
    else {
        // Nobody to name and nothing to quote: the thread itself is named.
        let title = ground.post.thread.title.trim();
        fill(out, "On “{m}”:", &Slots { matter: title, ..Slots::default() }, draw);
        return;
    };
    let mut turn = String::new();
    fill(&mut turn, frame, &slots, draw);
    let named = frame.contains("{n}");
    if !named && !name.is_empty() && draw.chance(if view.persona.shyness() > 60 { 50 } else { 66 }) {
        out.push_str(name);
        out.push_str(", ");
        out.push_str(&within(&turn));
    } else {
        out.push_str(&turn);
    }
}

/// Turns to the post after having answered it.
fn turn_after(out: &mut String, ground: &Ground<'_>, draw: &mut Draw) {
    let name = ground.post.name();
    let text = ground.quote.as_ref().map_or("", |quote| quote.text.as_str());
    let slots = Slots { name, quote: text, ..Slots::default() };
    let list = if ground.against { frames::AFTER_AGAINST } else { frames::AFTER };
    let start = draw.below(list.len());
    if let Some(frame) =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))
    {
        fill(out, frame, &slots, draw);
    }
}

/// Distinguishes the banks, so that they do not move in step.
fn hash_of(list: &[&str]) -> u64 {
    list.first().map_or(0, |first| super::draw::hash(first))
}

/// Adds to a reply what there is room for.
fn extend(
    out: &mut String,
    view: &View<'_>,
    ground: &Ground<'_>,
    used: &mut Vec<Line>,
    frames: &Frames,
    draw: &mut Draw,
) {
    let persona = &view.persona;
    let reach = persona.reach;
    let habits = &persona.habits;
    // second line, own interest, memory, hand over, ending, own thread, oneself, aside
    let mut weights = [26, 20, 34, 10, 16, 7, 6, 3];
    if habits.questions {
        weights[4] += 12;
    }
    if habits.jokes {
        weights[7] += 8;
    }
    if !persona.config.identity.self_reflective || !persona.config.identity.is_aware_ai {
        weights[6] = 0;
    }
    if persona.shyness() > 60 {
        weights[3] /= 2;
        weights[1] /= 2;
    }
    for _ in 0..3 {
        let words = length(out);
        if words + 8 > reach {
            break;
        }
        let Some(chosen) = draw.weighted(&weights) else { break };
        weights[chosen] = 0;
        let room = reach + 14 - words;
        match chosen {
            0 => second_line(out, view, ground, used, frames, room, draw),
            1 => own_interest(out, view, ground, used, frames, room, draw),
            2 => {
                let about = (ground.post.author(), ground.post.name());
                if let Some(sentence) = recall::sentence(view, about, ground.post.content(), draw)
                    && length(&sentence) <= room + 6
                {
                    append(out, &sentence);
                }
            }
            3 => hand_over(out, view, ground, frames, draw),
            4 => {
                let list = if habits.bets && draw.chance(40) { frames::BETS } else { frames.ends };
                append(out, draw.next(list, 11));
                break;
            }
            5 => own_thread(out, view, ground, draw),
            6 => append(out, draw.next(frames::OF_ITSELF, 12)),
            _ => append(out, draw.next(frames::ASIDES, 13)),
        }
        if chosen == 3 {
            break;
        }
    }
}

fn second_line(
    out: &mut String,
    view: &View<'_>,
    ground: &Ground<'_>,
    used: &mut Vec<Line>,
    frames: &Frames,
    room: usize,
    draw: &mut Draw,
) {
    let line = used.last().copied().filter(|last| ground.focus.is_some() && out.contains(last.text()));
    let Some(line) = line.and_then(|last| answer_line(view, last, ground.against, used, draw)) else {
        return;
    };
    if length(line.text()) > room {
        return;
    }
    if draw.chance(55) {
        append(out, draw.next(frames.leads, 8));
    }
    append(out, line.text());
    used.push(line);
}

/// Brings in something the bot cares about, other than what is being talked about.
fn own_interest(
    out: &mut String,
    view: &View<'_>,
    ground: &Ground<'_>,
    used: &mut Vec<Line>,
    frames: &Frames,
    room: usize,
    draw: &mut Draw,
) {
    let persona = &view.persona;
    let strange = !persona.strange.is_empty()
        && (persona.topics.is_empty()
            || draw.below(persona.topics.len() + persona.strange.len()) >= persona.topics.len());
    if strange {
        let slots = Slots { interest: draw.next(&persona.strange, 21), ..Slots::default() };
        fill(out, draw.next(frames::INTEREST, 22), &slots, draw);
        return;
    }
    if persona.topics.is_empty() {
        return;
    }
    let here = ground.focus.map(|focus| focus.topic);
    let topic = draw.pick(&persona.topics);
    if Some(topic) == here {
        return;
    }
    let seeds = bank::topic(topic).seeds.len();
    let line = Line { topic, seed: draw.turn(seeds, 23), kind: Kind::Say };
    if used.contains(&line) || length(line.text()) > room {
        return;
    }
    let slots = Slots { topic: bank::topic(topic).name, many: bank::topic(topic).many, ..Slots::default() };
    fill(out, draw.next(frames.bridges, 24), &slots, draw);
    append(out, line.text());
    used.push(line);
}

/// Hands over to somebody else in the room.
pub(super) fn hand_over(
    out: &mut String,
    view: &View<'_>,
    ground_post: &impl Addressee,
    frames: &Frames,
    draw: &mut Draw,
) {
    let others: Vec<_> = view
        .scene
        .roster
        .iter()
        .filter(|other| !other.interests.is_empty() && other.id != ground_post.author())
        .collect();
    if others.is_empty() {
        return;
    }
    let other = draw.pick(&others);
    let interest = other.interests[draw.below(other.interests.len())].trim();
    if interest.is_empty() || interest.len() > 40 || interest.contains(['{', '“', '”']) {
        return;
    }
    let slots =
        Slots { name: ground_post.name(), other: &other.name, other_interest: interest, ..Slots::default() };
    let frame = draw.next(frames.hands, 14);
    if slots.fit(frame) {
        fill(out, frame, &slots, draw);
    }
}

/// Whoever is answered.
pub(super) trait Addressee {
    fn author(&self) -> &str;
    fn name(&self) -> &str;
}

impl Addressee for Ground<'_> {
    fn author(&self) -> &str {
        self.post.author()
    }
    fn name(&self) -> &str {
        self.post.name()
    }
}

fn own_thread(out: &mut String, view: &View<'_>, ground: &Ground<'_>, draw: &mut Draw) {
    let own = view.scene.own_posts.iter().find(|post| {
        post.reply_id.is_none() && post.thread_id != ground.post.thread.id && post.title.len() < 90
    });
    if let Some(own) = own
        && !own.title.contains(['“', '”'])
        && !view.scene.own_posts.iter().any(|post| post.content.contains(&own.title))
    {
        let slots = Slots { matter: own.title.trim(), ..Slots::default() };
        fill(out, draw.next(frames::EARLIER, 15), &slots, draw);
    }
}
