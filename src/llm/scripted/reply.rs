//! Writing a reply: what the post does decides what is done about it.

mod against;
mod extend;
mod particular;

use self::against::against;
use self::extend::extend;
use super::bank::{self, Kind, Line};
use super::draw::Draw;
use super::issues::{self, Side, What};
use super::people;
use super::question::{self, Asks, Question};
use super::rules;
use super::stance::{self, Stance, read, taken};
use super::view::{Post, View};
use super::voices::{self, Move};
use super::writer::Writer;
use crate::domain::Actor;
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
    voices::forms_in(content, |(_, kind)| over |= matches!(kind, Move::Decide | Move::Report));
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
            *score = if Actor::of(&thread.author).is_room() { *score * 4 } else { 0 };
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
    // What a person is asked waits for that person.
    if asks(post.content()) && super::choose::is_put_to_a_person(post) {
        return None;
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
        let text = people::to(view, post.name(), post.content(), subject(post.thread), draw);
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
    writer.calls = writer.temper.calls(is_plain(view, post), draw);
    writer.near = said_in(post.thread);
    writer.on(issue, stance.side);
    writer.opposed = read_post.side == Some(stance.side.other());
    writer.temper.moved_by(view.sentiment(post.author()));
    if let Some(event) = event.filter(|_| !read_post.asks || post.reply.is_none())
        && super::naming::name(&mut writer, event, post.thread, draw)
    {
        return Some(writer.out);
    }
    let particular = particular::told(post.thread).filter(|_| read_post.side.is_none() && event.is_none());
    if let Some(told) = particular {
        let begun = particular::respond(&mut writer, view, post, (told, &read_post), draw);
        return begun.then_some(writer.out);
    }
    if !respond(&mut writer, view, post, &read_post, issue, stance, draw) {
        return None;
    }
    // What ends on a question is left there, and only what argues is gone on with.
    if !writer.out.ends_with('?') && writer.last.is_some_and(Move::argues) {
        extend(&mut writer, view, post, &read_post, issue, draw);
    }
    Some(writer.out)
}

/// Replies of a thread that is summed up.
pub(super) const LEAST_SUMMED: i64 = 5;

/// How many posts of `thread` take a side on `issue`; of those that are not shown half may have.
fn argued(thread: &FeedThread, issue: usize) -> usize {
    let hidden = usize::try_from(thread.reply_count).unwrap_or(0).saturating_sub(thread.replies.len());
    let shown = thread.replies.iter().map(|reply| &*reply.content).chain([&*thread.content]);
    hidden / 2 + shown.filter(|text| stance::taken_in(text, issue).is_some()).count()
}

/// What is left to do once both sides have been heard: to show what speaks for one's own, or to sum up. Nobody has to
/// say that they have nothing more to say.
fn conclude(writer: &mut Writer<'_, '_>, view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> bool {
    if writer.show(draw) {
        return true;
    }
    let long = post.thread.reply_count >= LEAST_SUMMED;
    // Only who has spoken there sums it up or takes leave of it.
    let spoke = || view.scene.own_posts.iter().any(|own| own.thread_id == post.thread.id);
    let ends = [(Move::Sum, 8 + view.persona.leadership() / 3), (Move::Leave, 4)];
    long && spoke()
        && ends.into_iter().any(|(kind, often)| draw.chance(often) && writer.say(kind, "", None, draw))
}

/// Whether everybody sees whom an answer to `post` is for: it is the last one, or the opening, and nobody else was
/// spoken to before.
fn is_plain(view: &View<'_>, post: Post<'_>) -> bool {
    let thread = post.thread;
    let last = post.reply.is_none_or(|reply| thread.replies.last().is_some_and(|last| last.id == reply.id));
    let mut own = thread.replies.iter().rev().filter(|reply| *reply.author == *view.me());
    last && own.next().is_none_or(|own| own.answered(&thread.author) == post.author())
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
    let argued = argued(post.thread, issue);
    // Somebody proposes something: one joins in or says why not.
    let joined = |text: &str| clause(text).is_some_and(|print| view.scene.told.ago(print).is_some());
    if let Some(proposal) = reading.proposal.filter(|proposal| !joined(proposal))
        && draw.chance(76)
    {
        let open = writer.temper.open + view.persona.creativity() / 3;
        let kind = if draw.chance(open + 22) { Move::Join } else { Move::Decline };
        if writer.say_of(kind, proposal, draw) {
            return true;
        }
    }
    // What was shown for the other side is tried before anything else.
    if let Some(line) = reading.lines.last().filter(|line| line.kind == Kind::Say)
        && issues::issue(issue).at == Some(line.topic)
        && issues::issue(issue).shown_by(line.seed) == Some(stance.side.other())
        && draw.chance(70)
        && writer.line(line.with(Kind::Push), draw)
    {
        return true;
    }
    // Both sides have been heard.
    if argued >= writer.temper.argues {
        return conclude(writer, view, post, draw);
    }
    if argued >= 2 && draw.chance(20) && writer.show(draw) {
        return true;
    }
    let begun = match reading.side {
        Some(side) if side == stance.side => writer.say(Move::Agree, theirs, None, draw),
        Some(_) => against(writer, view, post, reading, issue, stance, draw),
        None => writer.say(Move::Answer, theirs, None, draw),
    };
    if begun {
        return true;
    }
    // Every reason is used up for now.
    writer.show(draw) || conclude(writer, view, post, draw)
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
    let named = question.about.filter(|part| part.issue == issue).and_then(|part| match part.what {
        What::Stand(side) => Some((side, None, part.text)),
        What::Reason(side, turn) => Some((side, Some(turn), part.text)),
        _ => None,
    });
    // “What would change your mind?” is about what the one who is asked holds.
    let mine = !matches!(question.asks, Asks::Whether | Asks::Which | Asks::Who)
        && (post.for_me() || reading.side == Some(stance.side.other()));
    let own = || (stance.side, None, issues::issue(issue).sides[stance.side as usize].text);
    let view_of = named.or_else(|| (mine && question.line.is_none()).then(own));
    if let Some(about) = view_of {
        return question::answer(writer, question.asks, about, stance, draw);
    }
    if reading.side.is_some() {
        return false;
    }
    let other = issues::issue(issue).reasons(stance.side.other()).next().map_or("", |text| text.text);
    writer.say(Move::Answer, other, None, draw)
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
