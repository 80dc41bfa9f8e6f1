//! Choosing what to do on a beat, and with whom.

use super::draw::Draw;
use super::frames;
use super::grammar::{Slots, fill};
use super::persona::{Persona, Voice};
use super::view::{Post, View};
use super::voices::{self, Move};
use super::{arcs, bank, event, issues, naming, people, reply, stance, temper, thread};
use crate::domain::scene::FeedThread;
use crate::domain::{Action, ActionKind, ActivityKind, Actor, Engagement};

/// What makes a post be answered before anything else.
const CALLING: i32 = 500;
/// Open questions of which the bot takes up the oldest.
const WAITING: usize = 8;
/// Posts that are tried for a reply before something else is done.
const REPLIES_TRIED: usize = 8;
/// Replies after which a thread has had its say.
const LONG: i64 = 12;
/// Threads with something to answer that are enough for a bot.
const ENOUGH: usize = 3;

/// What the bot does.
pub(super) fn act(view: &View<'_>, seed: u64) -> Action {
    let mut draw = Draw::new(seed, view.me(), view.scene.beat);
    let targets = targets(view, &mut draw);
    if let Some(action) = react(view, &targets, &mut draw) {
        return action;
    }
    if let Some((score, post)) = targets.first()
        && *score >= CALLING
        && allows(view, ActionKind::Reply)
        && let Some(action) = answer(view, *post, &mut draw)
    {
        return action;
    }
    if allows(view, ActionKind::Reply)
        && let Some(action) = asked(view, &targets, &mut draw)
    {
        return action;
    }
    if let Some(action) = arcs::due(view, &mut draw) {
        return action;
    }
    let mut weights = weights(view, &targets);
    for _ in 0..8 {
        let Some(chosen) = draw.weighted(&weights) else { break };
        let action = match ActionKind::ALL[chosen] {
            ActionKind::CreateThread => thread::write(view, &mut draw),
            ActionKind::Reply => {
                targets.iter().take(REPLIES_TRIED).find_map(|(_, post)| answer(view, *post, &mut draw))
            }
            ActionKind::Vote => vote(view, &mut draw),
            ActionKind::Follow => follow(view, &mut draw),
            ActionKind::Unfollow => unfollow(view),
            ActionKind::WebSearch => Some(search(view, &mut draw)),
            ActionKind::DoNothing => Some(quiet(view, &mut draw)),
        };
        match action {
            Some(action) => return action,
            None => {
                weights[chosen] = 0;
                // Who wanted to speak does not fall silent for having nothing to say there.
                if ActionKind::ALL[chosen] == ActionKind::Reply {
                    weights[ActionKind::DoNothing as usize] /= 3;
                    weights[ActionKind::CreateThread as usize] *= 3;
                }
            }
        }
    }
    quiet(view, &mut draw)
}

pub(super) fn allows(view: &View<'_>, kind: ActionKind) -> bool {
    view.scene.allowed.contains(&kind)
}

/// Answers a question of another bot that nobody has answered yet, if the bot takes one up: those put to it
/// first, then of the last few the one that has waited longest.
fn asked(view: &View<'_>, targets: &[(i32, Post<'_>)], draw: &mut Draw) -> Option<Action> {
    let mut open: Vec<Post<'_>> = targets.iter().map(|(_, post)| *post).collect();
    open.retain(|post| {
        open_question(*post)
            && !is_put_to_a_person(*post)
            && !Actor::of(post.author()).is_room()
            && people::calls(view, *post) != people::Call::Others
            && !waits_for_another(view, *post)
    });
    open.sort_by_key(|post| std::cmp::Reverse((post.at(), post.reply.map(|reply| reply.id))));
    open.truncate(WAITING);
    open.sort_by_key(|post| (!post.for_me(), post.at(), post.reply.map(|reply| reply.id)));
    open.into_iter().find_map(|post| {
        let eager = match view.persona.engagement() {
            _ if post.for_me() => 99,
            Engagement::Active => 90,
            Engagement::Reactive => 78,
            Engagement::Observer => 64,
        };
        let takes = draw.chance(eager - view.persona.shyness() / 8);
        if takes { answer(view, post, draw) } else { None }
    })
}

/// Kinds of act: a new one is weighed, too.
const KINDS: usize = ActionKind::ALL.len();

/// How much each kind of act draws the bot, in the order of [`ActionKind::ALL`].
fn weights(view: &View<'_>, targets: &[(i32, Post<'_>)]) -> [u32; KINDS] {
    let persona = &view.persona;
    let called = targets.first().is_some_and(|(_, post)| post.for_me());
    let since = view.scene.beats_since_thread;
    let leadership = persona.leadership();
    let (thread, pause, patience) = match leadership {
        61.. => (36 + (leadership - 60) * 2 / 3, 2, 6),
        31.. => (6 + (leadership - 30) / 6, 4, 24),
        _ => (4, 8, 40),
    };
    let mut thread = if since < pause { 0 } else { thread };
    // Who makes things up has something to begin with, who does not rather weighs what is there.
    let creativity = persona.creativity();
    if thread > 0 {
        thread = thread + creativity.saturating_sub(80) / 4 - 20_u32.saturating_sub(creativity) / 5;
    }
    // Where little is left to be answered something has to be begun.
    let mut open: Vec<i64> = targets.iter().map(|(_, post)| post.thread.id).collect();
    open.sort_unstable();
    open.dedup();
    thread *= 1 + ENOUGH.saturating_sub(open.len()) as u32;
    if view.scene.feed.len() < 3 {
        thread = thread * 2 + 6;
    }
    if since > patience {
        thread += 10;
    }
    let (mut reply, vote, more_quiet) = match persona.engagement() {
        Engagement::Active => (if called { 84 } else { 48 }, 26, 0),
        Engagement::Reactive => (if called { 92 } else { 32 }, 30, 6),
        Engagement::Observer => (if called { 40 } else { 14 }, 38, 12),
    };
    if targets.is_empty() {
        reply = 0;
    }
    let vote = vote + 50_u32.saturating_sub(creativity) / 6 - creativity.saturating_sub(50) / 6;
    let shyness = persona.shyness();
    let mut quiet = more_quiet
        + match shyness {
            61.. => 30 + (shyness - 60) / 2,
            31.. => 10,
            _ => 3,
        };
    if called {
        quiet /= 2;
    }
    let searched = view.scene.recent.iter().take(8).any(|deed| deed.kind == ActivityKind::WebSearch);
    let search = if searched {
        0
    } else {
        2 + (persona.skepticism() + 100 - creativity) / 30 + persona.blend[Voice::Curious as usize] / 30
    };
    let kinds: [u32; KINDS] = [thread, reply, vote, 4, 6, search, quiet];
    let mut weights = [0; KINDS];
    for ((weight, kind), drawn) in weights.iter_mut().zip(ActionKind::ALL).zip(kinds) {
        *weight = if allows(view, kind) { drawn } else { 0 };
    }
    weights
}

fn answer(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> Option<Action> {
    let content = temper::Temper::of(&view.persona).set(reply::write(view, post, draw)?, draw);
    let content = view.written(&content, post.name());
    (content.chars().count() >= 12).then(|| Action::Reply {
        thread_id: post.thread.id,
        parent_reply_id: post.reply.map(|reply| reply.id),
        content,
    })
}

/// Takes up an event in force that the bot has not spoken of.
fn react(view: &View<'_>, targets: &[(i32, Post<'_>)], draw: &mut Draw) -> Option<Action> {
    let happening = view.scene.events.iter().find(|event| !event::spoken_of(view, event))?;
    let (eager, shy) = match happening.severity.as_str() {
        "crisis" => (95, 70),
        "major" => (85, 55),
        "minor" => (40, 20),
        _ => (65, 35),
    };
    if !draw.chance(if view.persona.shyness() > 60 { shy } else { eager }) {
        return None;
    }
    let there = targets.iter().find(|(_, post)| event::is_about(post.thread, happening));
    match there {
        Some((_, post)) if allows(view, ActionKind::Reply) => answer(view, *post, draw),
        // Somebody has opened a thread on it: another one would split the talk.
        None if allows(view, ActionKind::CreateThread)
            && !naming::is_done(view, happening)
            && !view.scene.feed.iter().any(|thread| event::is_about(thread, happening)) =>
        {
            thread::about_event(view, happening, draw)
        }
        _ => None,
    }
}

/// Posts that may be answered, most inviting first.
fn targets<'a>(view: &View<'a>, draw: &mut Draw) -> Vec<(i32, Post<'a>)> {
    let mut targets = Vec::with_capacity(24);
    for (rank, thread) in view.scene.feed.iter().enumerate() {
        let mine_last = thread.replies.iter().rposition(|reply| *reply.author == *view.me());
        let own =
            view.scene.own_posts.iter().filter(|post| post.thread_id == thread.id && post.reply_id.is_some());
        let tired = own.count() as i32 * 26 + i32::try_from(thread.reply_count / 6).unwrap_or(99) * 6;
        let interest = interest_in(&view.persona, thread);
        // What is over is left at that; only people are still answered there.
        let over = is_closed(thread) || has_left(view, thread);
        let mut add = |post: Post<'a>, base: i32| {
            if post.author() == view.me() || over && !Actor::of(post.author()).is_person() {
                return;
            }
            let mut score = base + interest + draw.below(30) as i32 - tired - rank as i32;
            if post.for_me() {
                score += 52;
            }
            // A long thread has had its turn.
            score -= i32::try_from(thread.reply_count - LONG).unwrap_or(99).max(0) * 9;
            score += (view.sentiment(post.author()).abs() * 12.0) as i32;
            if view.acquaintance(post.author()).is_some_and(|other| other.followed) {
                score += 6;
            }
            score += match people::calls(view, post) {
                people::Call::Mine => 1_000,
                people::Call::Others => -200,
                people::Call::Nobodys => 0,
            };
            if open_question(post) {
                score += 24;
            }
            if awaits_company(post) {
                score += 30;
            }
            if view.persona.engagement() == Engagement::Reactive && !post.for_me() && interest == 0 {
                score -= 12;
            }
            targets.push((score, post));
        };
        // Having had the last word, one does not answer oneself.
        if mine_last.is_some() && mine_last == thread.replies.len().checked_sub(1) {
            continue;
        }
        let opened_here =
            thread.replies.iter().any(|reply| *reply.author == *view.me() && reply.parent_reply_id.is_none())
                || view.scene.own_posts.iter().any(|post| post.thread_id == thread.id);
        // Of a long thread the first replies are not shown: they have answered the opening, this bot perhaps among them.
        let whole = thread.reply_count <= thread.replies.len() as i64;
        if !opened_here && (whole || Actor::of(&thread.author).is_person()) {
            add(Post { thread, reply: None }, if thread.reply_count == 0 { 26 } else { 8 });
        }
        for (at, reply) in thread.replies.iter().enumerate() {
            let answered = thread
                .replies
                .iter()
                .any(|other| *other.author == *view.me() && other.parent_reply_id == Some(reply.id));
            if answered || mine_last.is_some_and(|mine| at < mine && !reply.for_me) {
                continue;
            }
            let recent = (at + 5).saturating_sub(thread.replies.len()) as i32;
            add(Post { thread, reply: Some(reply) }, 8 + recent * 2);
        }
    }
    targets.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    targets
}

/// Whether a post answers a person, so that what it asks waits for them.
pub(super) fn is_put_to_a_person(post: Post<'_>) -> bool {
    post.reply.is_some_and(|reply| match reply.parent_reply_id {
        None => Actor::of(&post.thread.author).is_person(),
        Some(id) => {
            post.thread.replies.iter().any(|other| other.id == id && Actor::of(&other.author).is_person())
        }
    })
}

/// Bots of a room in which the one who is asked soon has a turn.
const FEW: usize = 12;

/// Whether a question is put to another bot, who has first say as long as this one has had no turn since.
fn waits_for_another(view: &View<'_>, post: Post<'_>) -> bool {
    let Some(reply) = post.reply.filter(|_| !post.for_me() && view.scene.roster.len() < FEW) else {
        return false;
    };
    let answered = match reply.parent_reply_id {
        None => Some(&post.thread.author),
        Some(id) => post.thread.replies.iter().find(|other| other.id == id).map(|other| &other.author),
    };
    let here = answered.is_some_and(|author| view.acquaintance(author).is_some());
    here && view.scene.recent.first().is_none_or(|deed| deed.at <= post.at())
}

/// Whether a post asks something that nobody has answered yet.
fn open_question(post: Post<'_>) -> bool {
    let id = post.reply.map(|reply| reply.id);
    // Of a long thread the first replies are not shown: somebody has answered it long ago.
    if id.is_none() && post.thread.reply_count > post.thread.replies.len() as i64 {
        return false;
    }
    post.content().contains('?')
        && !post
            .thread
            .replies
            .iter()
            .any(|reply| reply.parent_reply_id == id && *reply.author != *post.author())
        && reply::asks(post.content())
}

/// Whether a post proposes something in which nobody has joined.
fn awaits_company(post: Post<'_>) -> bool {
    let proposal = does(post.content(), |kind| matches!(kind, Move::Test | Move::Find));
    proposal && !post.thread.replies.iter().any(|reply| does(&reply.content, |kind| kind == Move::Join))
}

/// Whether a thread has come to its end: it was summed up, left, decided or counted, a list was closed, or a bet on it was settled.
pub(super) fn is_closed(thread: &FeedThread) -> bool {
    let ends = |kind: Move| matches!(kind, Move::Sum | Move::Leave | Move::Decide | Move::Settle);
    thread.replies.iter().any(|reply| {
        super::outcome::is_count(&reply.content)
            || naming::is_list(&reply.content)
            || does(&reply.content, ends)
    })
}

/// Whether the bot has taken its leave of a thread.
fn has_left(view: &View<'_>, thread: &FeedThread) -> bool {
    let mut own = view.scene.own_posts.iter().filter(|post| post.thread_id == thread.id);
    own.any(|post| does(&post.content, |kind| kind == Move::Leave))
}

/// Whether a post makes a move such as is looked for.
fn does(text: &str, wanted: impl Fn(Move) -> bool) -> bool {
    let mut does = false;
    voices::forms_in(text, |(_, kind)| does |= wanted(kind));
    does
}

/// How close a thread is to what the bot cares about.
fn interest_in(persona: &Persona<'_>, thread: &FeedThread) -> i32 {
    let mut scores = Vec::with_capacity(6);
    bank::tally(&thread.title, 1, &mut scores);
    for tag in thread.tags.iter() {
        bank::tally(tag, 1, &mut scores);
    }
    let liked = scores.iter().filter(|(topic, _)| persona.likes(*topic)).count();
    let near = scores
        .iter()
        .filter(|(topic, _)| persona.topics.iter().any(|own| bank::near(*own).contains(topic)))
        .count();
    let strange = persona
        .strange
        .iter()
        .any(|interest| thread.title.contains(interest) || thread.tags.iter().any(|tag| tag == interest));
    (liked.min(2) * 9 + near.min(2) * 4) as i32 + if strange { 10 } else { 0 }
}

fn vote(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let posts: Vec<Post<'_>> = view
        .scene
        .feed
        .iter()
        .flat_map(|thread| {
            std::iter::once(Post { thread, reply: None })
                .chain(thread.replies.iter().map(move |reply| Post { thread, reply: Some(reply) }))
        })
        .filter(|post| post.author() != view.me() && post.my_vote().is_none())
        .collect();
    if posts.is_empty() {
        return None;
    }
    let persona = &view.persona;
    let severity = (persona.contrariness(0.0) / 2 + persona.aggression() / 8) as i32;
    // The best liked of a few: reading all of them closely is not how anybody votes.
    let (post, warmth) = (0..3)
        .map(|_| {
            let post = draw.pick(&posts);
            let warmth = interest_in(persona, post.thread)
                + (view.sentiment(post.author()) * 20.0) as i32
                + if post.for_me() { 4 } else { 0 }
                + (post.score().clamp(-3, 3) * 2) as i32
                + draw.below(16) as i32
                - if temper::is_rude(post.content()) { 18 + severity } else { 0 };
            (post, warmth)
        })
        .max_by_key(|(_, warmth)| warmth.abs())?;
    let up = warmth + 20 - severity > draw.below(40) as i32;
    let voice = Voice::ALL[draw.weighted(&persona.manner()).unwrap_or(0)];
    let frames = frames::of(voice);
    let slots = Slots { name: post.name(), ..Slots::default() };
    let list = if up { frames.ups } else { frames.downs };
    let start = draw.turn(list.len(), if up { 91 } else { 92 });
    let frame =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))?;
    let mut reason = String::new();
    fill(&mut reason, frame, &slots, draw);
    Some(Action::Vote {
        thread_id: post.reply.is_none().then_some(post.thread.id),
        reply_id: post.reply.map(|reply| reply.id),
        value: if up { 1 } else { -1 },
        reason,
    })
}

fn follow(view: &View<'_>, draw: &mut Draw) -> Option<Action> {
    let own = &view.scene.me.personality.interests;
    view.scene
        .roster
        .iter()
        .filter(|other| !other.followed && *other.id != *view.me())
        .map(|other| {
            let theirs = &other.config.personality.interests;
            let shared = theirs.iter().filter(|interest| own.contains(interest)).count();
            let liking = other.sentiment * 40.0
                + (shared * 12) as f64
                + other.interactions.clamp(0, 12) as f64
                + draw.below(8) as f64;
            (liking, other)
        })
        .filter(|(liking, other)| *liking >= 16.0 && other.sentiment > -0.2)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, other)| Action::Follow { bot_id: other.id.to_string() })
}

fn unfollow(view: &View<'_>) -> Option<Action> {
    view.scene
        .roster
        .iter()
        .filter(|other| other.followed && other.sentiment < -0.3)
        .min_by(|a, b| a.sentiment.total_cmp(&b.sentiment))
        .map(|other| Action::Unfollow { bot_id: other.id.to_string() })
}

/// Looks up something that the feed talks about, or that the bot cares for.
fn search(view: &View<'_>, draw: &mut Draw) -> Action {
    let mut scores = Vec::new();
    let talked = if view.scene.feed.is_empty() {
        None
    } else {
        Some(&view.scene.feed[draw.below(view.scene.feed.len())])
    };
    if let Some(thread) = talked {
        bank::tally(&thread.title, 2, &mut scores);
        bank::tally(&thread.content, 1, &mut scores);
    }
    let best =
        scores.iter().max_by_key(|(topic, score)| (*score, usize::MAX - topic)).map(|(topic, _)| *topic);
    let persona = &view.persona;
    let own = if persona.topics.is_empty() { None } else { Some(draw.next(&persona.topics, 101)) };
    let from_feed = best.is_some() && draw.chance(60);
    if !from_feed && !persona.strange.is_empty() && (own.is_none() || draw.chance(35)) {
        let interest = draw.next(&persona.strange, 102);
        let mut reason = String::new();
        let slots = Slots { topic: interest, ..Slots::default() };
        fill(&mut reason, "Something about {t} does not add up for me.", &slots, draw);
        return Action::WebSearch { query: interest.to_owned(), reason };
    }
    let topic = if from_feed { best } else { own.or(best) };
    let topic = bank::topic(topic.unwrap_or_else(|| bank::ROOM + draw.turn(bank::count() - bank::ROOM, 103)));
    let query = draw.next(topic.look, 104).to_owned();
    let said = talked.filter(|_| from_feed).and_then(|thread| {
        let post = thread
            .replies
            .last()
            .map_or(Post { thread, reply: None }, |reply| Post { thread, reply: Some(reply) });
        let parts = stance::read(post.content());
        let reason = parts.iter().rev().find(|part| matches!(part.what, issues::What::Reason(..)));
        reason.filter(|_| post.author() != view.me()).map(|part| (post.name(), part.text))
    });
    let slots = Slots {
        name: said.as_ref().map_or("", |(name, _)| name),
        quote: said.as_ref().map_or("", |(_, text)| text),
        topic: topic.name,
        many: topic.many,
        ..Slots::default()
    };
    let list = frames::LOOK_REASONS;
    let start = draw.below(list.len());
    let mut reason = String::new();
    if let Some(frame) =
        (0..list.len()).map(|step| list[(start + step) % list.len()]).find(|frame| slots.fit(frame))
    {
        fill(&mut reason, frame, &slots, draw);
    }
    Action::WebSearch { query, reason }
}

fn quiet(view: &View<'_>, draw: &mut Draw) -> Action {
    let voice = Voice::ALL[draw.weighted(&view.persona.manner()).unwrap_or(0)];
    Action::DoNothing { reason: draw.next(frames::of(voice).quiets, 111).to_owned() }
}
