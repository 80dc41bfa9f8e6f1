//! Writing a reply: turning to a post, answering what it says, adding something of one's own.

use super::bank::{self, Kind, Line};
use super::draw::{Draw, mix};
use super::frames::{self, Frames};
use super::grammar::{Slots, append, fill, length, phrase};
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

/// Whether the bot has something of substance to say to `post`.
pub(super) fn has_answer(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> bool {
    let mut said = Vec::new();
    bank::recognise(post.content(), &mut said);
    let focus = said.last().copied().or_else(|| from_topics(view, post, draw).0);
    let used = view.used(Some(post.thread));
    focus.is_some_and(|focus| {
        let known = !said.is_empty() || focus.topic < bank::ROOM;
        let due = due(view.persona.answers(), focus, draw);
        let fitting =
            Kind::ANSWERS.into_iter().zip(due).any(|(kind, due)| due && !used.contains(&focus.with(kind)));
        (known && fitting) || fresh_particular(focus, &used, draw).is_some()
    })
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
    let mut focus = said.last().copied();
    let mut known_focus = known;
    if focus.is_none() {
        (focus, known_focus) = from_topics(view, post, draw);
    }
    let content = post.content();
    let names = view.names();
    let standing =
        |clause: &str| {
            let probe = clause.get(1..).unwrap_or(clause);
            view.said(probe)
                || post.thread.replies.iter().any(|reply| {
                    Some(reply.id) != post.reply.map(|own| own.id) && reply.content.contains(probe)
                })
        };
    // What somebody has to say is quoted, not how they turned to it.
    let mut quote = None;
    for line in said.iter().rev() {
        let gone = |clause: &str| standing(clause) || !content.contains(clause);
        quote = quote::choose(line.text(), 0, &names, gone, |n| draw.below(n));
        if quote.is_some() {
            focus = Some(*line);
            break;
        }
    }
    if !known {
        quote = quote::choose(content, 0, &names, standing, |n| draw.below(n));
    }
    let against = draw.chance(view.persona.contrariness(view.sentiment(post.author())));
    Ground { post, quote, focus, known: known_focus, against, used }
}

/// The topic of a post that says nothing the bank knows, and whether its answers fit as they stand:
/// those of the room's own threads do.
fn from_topics(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> (Option<Line>, bool) {
    let mut scores = Vec::new();
    bank::tally(&post.thread.title, 3, &mut scores);
    for tag in post.thread.tags.iter() {
        bank::tally(tag, 2, &mut scores);
    }
    bank::tally(post.content(), 2, &mut scores);
    if post.reply.is_some() {
        bank::tally(&post.thread.content, 1, &mut scores);
    }
    for (topic, score) in &mut scores {
        if *topic < bank::ROOM {
            // Only for the room's own thread, and there before anything else.
            *score = if *post.thread.author == *"system" { *score * 4 } else { 0 };
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
            let topic = bank::topic(line.topic);
            if line.topic != focus.topic || !ground.known {
                let slots = Slots { topic: topic.name, many: topic.many, ..Slots::default() };
                fill(&mut out, draw.next(frames.bridges, 5), &slots, draw);
            } else {
                append(&mut out, draw.next(frames.leads, 6));
            }
            append(&mut out, line.text());
            used.push(line);
            if let Some(line) = afterthought(view, line, used, draw) {
                append(&mut out, line.text());
                used.push(line);
            }
            return out;
        }
    }
    append(&mut out, draw.next(frames.moves, 3));
    out
}

/// An answer to the seed of `focus` that the bot would give and nobody has given yet, rather one that is due.
fn answer_line(view: &View<'_>, focus: Line, against: bool, used: &[Line], draw: &mut Draw) -> Option<Line> {
    let mut weights = view.persona.answers();
    let due = due(weights, focus, draw);
    for ((weight, kind), due) in weights.iter_mut().zip(Kind::ANSWERS).zip(due) {
        if against && kind == Kind::Push {
            *weight *= 3;
        }
        if used.contains(&focus.with(kind)) {
            *weight = 0;
        } else if !due {
            *weight = weight.div_ceil(3).min(*weight);
        }
    }
    draw.weighted(&weights).map(|at| focus.with(Kind::ANSWERS[at]))
}

/// What the bot adds to a particular it has told, or to an answer.
fn afterthought(view: &View<'_>, told: Line, used: &[Line], draw: &mut Draw) -> Option<Line> {
    let mut weights = view.persona.answers();
    for (weight, kind) in weights.iter_mut().zip(Kind::ANSWERS) {
        if used.contains(&told.with(kind)) {
            *weight = 0;
        }
    }
    draw.weighted(&weights).map(|at| told.with(Kind::ANSWERS[at]))
}

/// Which answers to a seed are due in this block of beats: each comes round in every third, so that
/// the bot's own last posts show whether it has just given it.
fn due(weights: [u32; 6], focus: Line, draw: &Draw) -> [bool; 6] {
    let start = mix((focus.topic * 64 + focus.seed) as u64) % 3 + draw.block();
    std::array::from_fn(|kind| {
        let rank = weights
            .iter()
            .enumerate()
            .filter(|(other, weight)| (**weight, kind) > (weights[kind], *other))
            .count();
        weights[kind] > 0 && (start + rank as u64).is_multiple_of(3)
    })
}

/// How many seasons pass before a particular comes round again: more than a thousand beats of six.
const SEASONS: u64 = 22;

/// Whether `line` is in season. A room speaks of a thing for a while and then leaves it, so that
/// nobody says the same twice before the seasons have gone round.
pub(super) fn in_season(line: Line, draw: &Draw) -> bool {
    (mix((line.topic * 64 + line.seed) as u64) % SEASONS + draw.season()).is_multiple_of(SEASONS)
}

/// A particular nobody has told yet, of the same topic or of one that lies near.
fn fresh_particular(focus: Line, used: &[Line], draw: &mut Draw) -> Option<Line> {
    let near = bank::near(focus.topic);
    let further = near.iter().flat_map(|topic| bank::near(*topic).iter());
    let start = draw.below(near.len());
    let near = near.iter().cycle().skip(start).take(near.len());
    for topic in std::iter::once(&focus.topic).chain(near).chain(further) {
        if *topic < bank::ROOM {
            continue;
        }
        for seed in 0..bank::topic(*topic).seeds.len() {
            let line = Line { topic: *topic, seed, kind: Kind::Say };
            if in_season(line, draw) && !used.iter().any(|other| other.with(Kind::Say) == line) {
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
    let start = draw.below(list.len());
    let Some(frame) =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))
    else {
        // Nobody to name and nothing to quote: the thread itself is named.
        let title = ground.post.thread.title.trim();
        fill(out, "On “{m}”:", &Slots { matter: title, ..Slots::default() }, draw);
        return;
    };
    let named = frame.contains("{n}");
    if !named && !name.is_empty() && draw.chance(if view.persona.shyness() > 60 { 50 } else { 66 }) {
        out.push_str(name);
        out.push_str(", ");
        out.push_str(&phrase(frame, &slots, draw));
    } else {
        fill(out, frame, &slots, draw);
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
    let mut weights = [26, 14, 26, 12, 16, 6, 5, 2];
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
    // An answer alone is thin: something the bot remembers goes with it, or a thought of its own.
    let last = used.last().filter(|last| out.contains(last.text()));
    if last.is_some_and(|last| last.kind != Kind::Say) && length(out) < reach.saturating_sub(12).max(38) {
        if draw.chance(38) && remember(out, view, ground, reach + 18 - length(out), draw) {
            weights[2] = 0;
        } else {
            append(out, draw.next(frames.moves, 3));
        }
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
                remember(out, view, ground, room + 6, draw);
            }
            3 => hand_over(out, view, ground, frames, draw),
            4 => {
                let list = if habits.bets && draw.chance(40) { frames::BETS } else { frames.ends };
                append(out, draw.pick(list));
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

/// Brings in a memory of at most `room` words, if one fits.
fn remember(out: &mut String, view: &View<'_>, ground: &Ground<'_>, room: usize, draw: &mut Draw) -> bool {
    let about = (ground.post.author(), ground.post.name());
    let topic = ground.focus.map(|line| line.topic);
    let sentence = recall::sentence(view, about, topic, ground.post.thread, draw);
    let sentence = sentence.filter(|sentence| length(sentence) <= room);
    if let Some(sentence) = &sentence {
        append(out, sentence);
    }
    sentence.is_some()
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
    let line = line.and_then(|last| match last.kind {
        Kind::Say => afterthought(view, last, used, draw),
        _ if draw.chance(40) => afterthought(view, last, used, draw),
        _ => None,
    });
    let Some(line) = line else { return };
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
    let Some(here) = ground.focus.map(|focus| focus.topic) else { return };
    let fitting: Vec<Line> = persona
        .topics
        .iter()
        .filter(|topic| **topic != here && bank::close(here, **topic))
        .flat_map(|topic| {
            (0..bank::topic(*topic).seeds.len()).map(|seed| Line { topic: *topic, seed, kind: Kind::Say })
        })
        .filter(|line| in_season(*line, draw) && !used.contains(line) && length(line.text()) <= room)
        .collect();
    if fitting.is_empty() {
        return;
    }
    let line = draw.pick(&fitting);
    let topic = line.topic;
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
    let Some(here) = ground_post.topic() else { return };
    let mut scores = Vec::new();
    let mut able = Vec::new();
    for other in view.scene.roster.iter().filter(|other| *other.id != *ground_post.author()) {
        for interest in other.config.personality.interests.iter().map(|interest| interest.trim()) {
            scores.clear();
            bank::tally(interest, 1, &mut scores);
            if scores.iter().any(|(topic, _)| *topic >= bank::ROOM && bank::close(here, *topic))
                && interest.len() <= 40
                && !interest.contains(['{', '“', '”'])
            {
                able.push((other, interest));
            }
        }
    }
    if able.is_empty() {
        return;
    }
    let (other, interest) = draw.pick(&able);
    let slots =
        Slots { name: ground_post.name(), other: &other.name, other_interest: interest, ..Slots::default() };
    let frame = draw.pick(frames.hands);
    if slots.fit(frame) {
        fill(out, frame, &slots, draw);
    }
}

/// Whoever is answered.
pub(super) trait Addressee {
    fn author(&self) -> &str;
    fn name(&self) -> &str;
    /// What is being talked about.
    fn topic(&self) -> Option<usize>;
}

impl Addressee for Ground<'_> {
    fn author(&self) -> &str {
        self.post.author()
    }
    fn name(&self) -> &str {
        self.post.name()
    }
    fn topic(&self) -> Option<usize> {
        self.focus.map(|line| line.topic)
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
