//! Writing a reply: what the post does decides what is done about it.

use super::bank::{self, Kind, Line};
use super::draw::Draw;
use super::issues::{self, Side, What};
use super::people;
use super::question::{self, Question};
use super::recall;
use super::rules;
use super::stance::{self, Stance, read, taken};
use super::view::{Post, View};
use super::voices::{self, Move};
use super::writer::Writer;
use crate::domain::said::clause;
use crate::domain::scene::FeedThread;
use crate::domain::similarity::terms;

/// What a post says, as far as it can be told.
pub(super) struct Reading {
    /// Its lines that belong to the bank.
    pub lines: Vec<Line>,
    /// What it is about.
    pub issue: Option<usize>,
    /// The side it takes.
    pub side: Option<Side>,
    /// The last reason it gives: its number and its words.
    pub reason: Option<(usize, &'static str)>,
    /// Whether it ends by asking.
    pub asks: bool,
    /// What it proposes to do.
    pub proposal: Option<&'static str>,
}

/// Reads `post` in its thread.
pub(super) fn reading(post: Post<'_>) -> Reading {
    let content = post.content();
    let parts = read(content);
    let mut lines = Vec::new();
    bank::recognise(content, &mut lines);
    // A post begins with what it is about; what it is compared with comes after.
    let here = opening(post.thread);
    let main = || parts.iter().filter(|part| part.what != What::Case);
    let issue = main()
        .find(|part| Some(part.issue) == here)
        .or_else(|| main().next())
        .map(|part| part.issue)
        .or_else(|| lines.last().and_then(|line| issues::of_topic(line.topic)));
    let side = issue.and_then(|issue| taken(&parts, issue));
    let reason = parts.iter().rev().find_map(|part| match part.what {
        What::Reason(of, turn) if Some(part.issue) == issue && Some(of) == side && !part.asked => {
            Some((turn, part.text))
        }
        _ => None,
    });
    // What is settled, or done, is proposed no longer.
    let mut over = false;
    voices::forms_in(content, |(_, kind)| over |= kind == Move::Decide);
    let proposal = parts.iter().rev().find(|part| part.what == What::Test && !over).map(|part| part.text);
    let asks = asks(content) || parts.last().is_some_and(|part| part.asked);
    Reading { lines, issue, side, reason, asks, proposal }
}

/// Whether a post asks something, quotations aside.
pub(super) fn asks(text: &str) -> bool {
    let mut quoted = false;
    text.contains('?')
        && text.chars().any(|c| {
            quoted = (quoted || c == '“') && c != '”';
            c == '?' && !quoted
        })
}

/// What a thread began with.
pub(super) fn opening(thread: &FeedThread) -> Option<usize> {
    read(&thread.content)
        .iter()
        .find(|part| part.what != What::Case)
        .map(|part| part.issue)
        .or_else(|| topic_of(thread).and_then(issues::of_topic))
}

/// What a thread is about: what was said in it last, else its title and tags.
pub(super) fn subject(thread: &FeedThread) -> Option<usize> {
    let last = |text: &str| read(text).iter().find(|part| part.what != What::Case).map(|part| part.issue);
    thread
        .replies
        .iter()
        .rev()
        .find_map(|reply| last(&reply.content))
        .or_else(|| last(&thread.content))
        .or_else(|| topic_of(thread).and_then(issues::of_topic))
}

/// The topic of the bank that a thread's words point to.
pub(super) fn topic_of(thread: &FeedThread) -> Option<usize> {
    let mut scores = Vec::new();
    bank::tally(&thread.title, 3, &mut scores);
    for tag in thread.tags.iter() {
        bank::tally(tag, 3, &mut scores);
    }
    bank::tally(&thread.content, 1, &mut scores);
    for (topic, score) in &mut scores {
        if *topic < bank::ROOM {
            // Only for the room's own threads, and there before anything else.
            *score = if *thread.author == *"system" { *score * 4 } else { 0 };
        }
    }
    let best = scores.iter().filter(|(_, score)| *score >= 2);
    best.max_by_key(|(topic, score)| (*score, usize::MAX - topic)).map(|(topic, _)| *topic)
}

/// The text of a reply to `post`; `None` when there is nothing to say that has not been said.
pub(super) fn write(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> Option<String> {
    if let Some(text) = people::answer(view, post, draw) {
        return Some(text);
    }
    let read_post = reading(post);
    let event = super::event::concerning(view, post.thread);
    let question = if read_post.asks { Question::last(post.content()) } else { None };
    // What nobody here has a view on is answered as a person would be answered.
    if let Some(question) = &question
        && question.about.is_none()
        && question.line.is_none()
        && read_post.issue.is_none()
        && !post.name().is_empty()
    {
        // Asking back among bots would never end.
        let text = people::to(view, post.name(), post.content(), draw);
        return Some(rules::keep(&[rules::Rule::NoQuestions], &text, post.name()));
    }
    let about = question.as_ref().and_then(|question| question.about);
    let issue = about
        .map(|part| part.issue)
        .or(read_post.issue)
        .or_else(|| event.and_then(super::event::issue))
        .or_else(|| subject(post.thread))
        .or_else(|| super::thread::own_issue(view, draw))?;
    let stance = stance::of(view, issue);
    let mut writer = Writer::new(view, post.name(), draw);
    writer.near = said_in(post.thread);
    writer.on(issue, stance.side);
    writer.temper.moved_by(view.sentiment(post.author()));
    let begun = respond(&mut writer, view, post, &read_post, issue, stance, draw);
    if !begun {
        return None;
    }
    // What ends on a question is left there.
    if !writer.out.ends_with('?') {
        extend(&mut writer, view, post, &read_post, issue, draw);
    }
    Some(writer.out)
}

/// Everything known that was said in `thread`, as far as it is shown.
fn said_in(thread: &FeedThread) -> Vec<&'static str> {
    let mut said = Vec::new();
    issues::parts(&thread.content, |part| said.push(part.text));
    for reply in &thread.replies {
        issues::parts(&reply.content, |part| said.push(part.text));
    }
    said
}

/// The first thing said: it answers.
fn respond(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    stance: Stance,
    draw: &mut Draw,
) -> bool {
    let theirs = reading.reason.map_or("", |(_, text)| text);
    if reading.asks && asked(writer, view, post, reading, (issue, stance), draw) {
        return true;
    }
    // A hand that is held out is taken.
    if post.for_me() && ends_a_quarrel(post.content()) && writer.say(Move::Accept, theirs, None, draw) {
        return true;
    }
    // What has been summed up is left at that.
    if super::choose::is_settled(post.thread) && writer.say(Move::Leave, "", None, draw) {
        return true;
    }
    // Somebody proposes something: one joins in or says why not.
    let joined = |text: &str| clause(text).is_some_and(|print| view.scene.told.ago(print).is_some());
    if let Some(proposal) = reading.proposal.filter(|proposal| !joined(proposal))
        && draw.chance(64)
    {
        let open = writer.temper.open + view.persona.creativity() / 3;
        let kind = if draw.chance(open + 22) { Move::Join } else { Move::Decline };
        if writer.say_of(kind, proposal, draw) {
            return true;
        }
    }
    // Somebody told a particular: what there is to say about that comes first.
    if let Some(line) = reading.lines.last()
        && (reading.side.is_none() || draw.chance(45))
        && let Some(answer) = fitting(writer, view, *line, draw)
        && writer.line(answer, draw)
    {
        return true;
    }
    let begun = match reading.side {
        Some(side) if side == stance.side => writer.say(Move::Agree, theirs, None, draw),
        Some(_) => against(writer, view, post, reading, issue, stance, draw),
        None => writer.say(Move::Answer, theirs, None, draw) || writer.say(Move::Case, theirs, None, draw),
    };
    if begun {
        return true;
    }
    // The issue is used up for now: a particular, something near, or nothing.
    if let Some(topic) = issues::issue(issue).at
        && let Some(line) = writer.untold(topic, draw)
        && writer.tell(line, draw)
    {
        return true;
    }
    writer.say(Move::Sum, theirs, None, draw)
}

/// Whether a post offers peace.
fn ends_a_quarrel(text: &str) -> bool {
    let mut ends = false;
    voices::forms_in(text, |(_, kind)| ends |= kind == Move::Truce);
    ends
}

/// What was asked is answered as it was asked.
fn asked(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    (issue, stance): (usize, Stance),
    draw: &mut Draw,
) -> bool {
    let Some(question) = Question::last(post.content()) else { return false };
    if let Some(line) = question.line {
        let answered = question::answer_line(writer, line, draw)
            || fitting(writer, view, line, draw).is_some_and(|answer| writer.line(answer, draw));
        if answered {
            return true;
        }
    }
    let view_of = question.about.filter(|part| part.issue == issue).and_then(|part| match part.what {
        What::Stand(side) => Some((side, None, part.text)),
        What::Reason(side, turn) => Some((side, Some(turn), part.text)),
        _ => None,
    });
    if let Some(about) = view_of {
        return question::answer(writer, question.asks, about, stance, draw);
    }
    if reading.side.is_some() {
        return false;
    }
    let other = issues::issue(issue).reasons(stance.side.other()).next().map_or("", |text| text.text);
    writer.say(Move::Answer, other, None, draw)
}

/// Somebody who is on the other side is answered: held against, granted a point, or followed.
fn against(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    stance: Stance,
    draw: &mut Draw,
) -> bool {
    let Some((turn, theirs)) = reading.reason else {
        return writer.say(Move::Object, "", None, draw);
    };
    let heard = reasons_heard(view, post.thread, issue, stance.side.other());
    let sentiment = view.sentiment(post.author());
    let fought = fought(view, post.thread.id);
    let swayed = writer.temper.open as i32 / 3 + heard * 7 + (sentiment * 20.0) as i32 + fought * 6
        - stance.firm as i32 / 4;
    if stance.said && post.for_me() {
        if draw.chance(swayed.clamp(2, 40) as u32) {
            writer.on(issue, stance.side.other());
            if writer.say(Move::Turn, theirs, None, draw) {
                return true;
            }
            writer.on(issue, stance.side);
        }
        // Having fought over it for a while, one holds out a hand or goes on.
        let hand = writer.temper.open * if fought > 1 { 3 } else { 1 } / 2;
        let cooled = (sentiment < -0.15 || fought > 0) && draw.chance(hand);
        if cooled && writer.say(Move::Truce, theirs, None, draw) {
            return true;
        }
        let kind = if draw.chance(writer.temper.open) { Move::Concede } else { Move::Hold };
        if writer.say(kind, theirs, None, draw) {
            return true;
        }
    }
    let counter = writer.counter(turn);
    writer.say(Move::Object, theirs, counter, draw) || writer.say(Move::Hold, theirs, counter, draw)
}

/// How often the bot has lately gone against somebody in a thread.
fn fought(view: &View<'_>, thread: i64) -> i32 {
    let against =
        |kind: Move| matches!(kind, Move::Object | Move::Hold | Move::Deny | Move::Retort | Move::Grudge);
    let here = |at: usize| view.scene.own_posts.get(at).is_some_and(|post| post.thread_id == thread);
    view.made.iter().filter(|(at, kind)| against(*kind) && here(*at)).count() as i32
}

/// How many reasons of `side` others gave in what is shown of the thread.
fn reasons_heard(view: &View<'_>, thread: &FeedThread, issue: usize, side: Side) -> i32 {
    let others = thread.replies.iter().filter(|reply| *reply.author != *view.me());
    let mut count = 0;
    for reply in others {
        issues::parts(&reply.content, |part| {
            count += i32::from(part.issue == issue && matches!(part.what, What::Reason(of, _) if of == side));
        });
    }
    count
}

/// What the bot has to say to a particular of the bank that somebody told.
fn fitting(writer: &Writer<'_, '_>, view: &View<'_>, line: Line, draw: &mut Draw) -> Option<Line> {
    let mut weights = view.persona.answers();
    let question = (line.kind == Kind::Ask).then(|| terms(line.text()));
    for (weight, kind) in weights.iter_mut().zip(Kind::ANSWERS) {
        // A question is not answered by another, least of all by itself.
        if kind == line.kind || kind == Kind::Ask && question.is_some() || writer.heard_line(line.with(kind))
        {
            *weight = 0;
        } else if question.as_ref().is_some_and(|asked| asked.overlap(&terms(line.with(kind).text())) > 0) {
            // It speaks of what was asked.
            *weight = *weight * 4 + 40;
        }
    }
    draw.weighted(&weights).map(|at| line.with(Kind::ANSWERS[at]))
}

/// Adds what there is room for, by temperament.
fn extend(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    reading: &Reading,
    issue: usize,
    draw: &mut Draw,
) {
    let fancy = writer.temper.fancy;
    let asks = writer.temper.asks;
    let long = post.thread.reply_count >= 7;
    let lead = view.persona.leadership();
    // line of the bank, case, person, comparison, memory, proposal, ask, joke, bet, sum, event, promise, reason
    let mut weights = [
        10,
        fancy / 12,
        fancy / 16,
        fancy / 18,
        6,
        4 + lead / 14,
        asks / 3 + 4,
        if view.persona.habits.jokes { 9 } else { fancy / 30 },
        if view.persona.habits.bets { 10 } else { 2 + view.persona.aggression() / 24 },
        if long { 6 + lead / 6 } else { 0 },
        if view.scene.events.is_empty() { 0 } else { 5 },
        if view.scene.allowed.contains(&crate::domain::ActionKind::WebSearch) { 4 } else { 0 },
        16,
    ];
    for (kind, weight) in weights.iter_mut().enumerate() {
        *weight *= writer.temper.likes(kind);
    }
    if reading.asks {
        // What was asked is answered, and not made an occasion.
        for aside in [0, 4, 7, 10] {
            weights[aside] /= 4;
        }
    }
    // One question at a time.
    if post.thread.replies.iter().any(|reply| self::asks(&reply.content)) {
        weights[6] = 0;
    }
    let heat = writer.temper.heat;
    if heat >= 65 && draw.chance(heat - 40) {
        let _ = writer.say(Move::Scorn, "", None, draw);
    } else if heat <= 20 && draw.chance(32 - heat) {
        let _ = writer.say(Move::Allow, "", None, draw);
    }
    for _ in 0..2 + usize::from(writer.temper.reach > 44) {
        let words = writer.words();
        if words + 7 > writer.temper.reach {
            break;
        }
        let Some(chosen) = draw.weighted(&weights) else { break };
        weights[chosen] = 0;
        let done = match chosen {
            0 => {
                let topic = issues::issue(issue).at;
                let line = topic.and_then(|topic| writer.untold(topic, draw));
                line.is_some_and(|line| {
                    super::grammar::length(line.text()) + words <= writer.temper.reach + 16
                        && writer.tell(line, draw)
                        // What is told may leave a question.
                        && (draw.chance(40) || !writer.plainly(line.with(Kind::Ask), draw))
                }) || writer.out.ends_with('?')
            }
            1 => writer.say(Move::Case, "", None, draw),
            2 => writer.say(Move::Figure, "", None, draw),
            3 => writer.say(Move::Compare, "", None, draw),
            4 => recall::add(writer, issue, draw),
            5 => writer.say(Move::Test, "", None, draw),
            6 => {
                let theirs = reading.reason.map_or("", |(_, text)| text);
                let told = reading.lines.iter().rev().find(|line| line.kind != Kind::Ask);
                let _ = match reading.side {
                    _ if told.is_some_and(|line| writer.plainly(line.with(Kind::Ask), draw)) => true,
                    Some(side) if side != writer.side() => writer.say(Move::Ask, theirs, None, draw),
                    _ => writer.say(Move::Wonder, "", None, draw),
                };
                break;
            }
            7 => writer.say(Move::Joke, "", None, draw),
            8 => writer.say(Move::Bet, "", None, draw),
            9 => {
                writer.say(Move::Sum, "", None, draw);
                break;
            }
            10 => super::event::mention(writer, view, post.thread, draw),
            11 => {
                let doubted = writer.doubtful(draw).unwrap_or("");
                writer.say(Move::Promise, doubted, None, draw)
            }
            _ => writer.say(Move::More, "", None, draw),
        };
        // One thing shown in a picture is enough for a post.
        if done && matches!(chosen, 1..=3) {
            weights[1..=3].fill(0);
        }
        if writer.out.ends_with('?') || done && matches!(chosen, 5 | 8 | 11) {
            break;
        }
    }
}
