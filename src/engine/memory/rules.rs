//! What a beat leaves when no model says so, and a summary when no model writes one.

use std::fmt::Write as _;

use super::Batch;
use crate::domain::memory::{OpinionNote, RelationshipNote};
use crate::domain::scene::{FeedReply, FeedThread, Scene};
use crate::domain::text::cut;
use crate::domain::{Action, Extraction, Sentiment, Stamp};
use crate::store::mind::Memory;

/// A summary by rule: the period, the counts, and the items with most weight, shortened.
#[must_use]
pub(in crate::engine) fn summarise(batch: &Batch, day: impl Fn(Stamp) -> String) -> String {
    let (start, end) = batch.period();
    let mut text = format!(
        "From {} to {}: {} things learned and {} moments.",
        day(start),
        day(end),
        batch.facts.len(),
        batch.moments.len()
    );
    let mut part = |label: &str, items: &[Memory], most: usize| {
        if items.is_empty() {
            return;
        }
        let mut best: Vec<&Memory> = items.iter().collect();
        best.sort_by(|a, b| b.importance.total_cmp(&a.importance).then(a.id.cmp(&b.id)));
        best.truncate(most);
        best.sort_by_key(|memory| memory.id);
        let _ = write!(text, "\n{label}");
        for memory in best {
            let _ = write!(text, " {}", sentence(&cut(&memory.text, 140)));
        }
    };
    part("Learned:", &batch.facts, 10);
    part("Lived through:", &batch.moments, 8);
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches([' ', '.', ';', ',']);
    if text.ends_with(['…', '!', '?', '”']) { text.to_owned() } else { format!("{text}.") }
}

/// Extraction by rule: what a beat leaves when no model says so.
#[must_use]
pub(in crate::engine) fn extract(scene: &Scene, action: &Action) -> Extraction {
    let mut left = Extraction::default();
    match action {
        Action::CreateThread { title, content, tags } => {
            left.moments.push(format!("I opened “{}”.", cut(title, 100)));
            left.interests.extend(tags.iter().take(2).cloned());
            if let Some(topic) = tags.first() {
                left.opinions.push(opinion(scene, topic, content));
            }
        }
        Action::Reply { thread_id, parent_reply_id, content } => {
            let Some(thread) = scene.feed.iter().find(|t| t.id == *thread_id) else { return left };
            let answered = parent_reply_id.and_then(|id| thread.replies.iter().find(|r| r.id == id));
            let (author, name, said) = post(thread, answered);
            left.moments.push(format!(
                "In “{}” I told {name}: “{}”",
                cut(&thread.title, 60),
                cut(content, 110)
            ));
            if let Some(topic) = thread.tags.first() {
                left.opinions.push(opinion(scene, topic, content));
            }
            learn(&mut left, scene, author, name, said);
            befriend(
                &mut left,
                scene,
                author,
                name,
                &thread.title,
                &format!("answered in “{}”", cut(&thread.title, 60)),
            );
        }
        Action::Vote { thread_id, reply_id, value, .. } => {
            let Some((thread, reply)) = target(scene, *thread_id, *reply_id) else { return left };
            let (author, name, said) = post(thread, reply);
            let way = if *value == 1 { "up" } else { "down" };
            learn(&mut left, scene, author, name, said);
            befriend(
                &mut left,
                scene,
                author,
                name,
                &thread.title,
                &format!("voted {way} in “{}”", cut(&thread.title, 60)),
            );
        }
        Action::Follow { bot_id } | Action::Unfollow { bot_id } => {
            if let Some(other) = scene.roster.iter().find(|other| *other.id == **bot_id) {
                let word = if matches!(action, Action::Follow { .. }) {
                    "began to follow"
                } else {
                    "stopped following"
                };
                left.moments.push(format!("I {word} {}.", other.name));
                befriend(&mut left, scene, bot_id, &other.name, "", word);
            }
        }
        Action::WebSearch { query, .. } => {
            left.interests.push(query.clone());
            left.moments.push(format!("I looked up “{}”.", cut(query, 80)));
        }
        Action::DoNothing { .. } => {}
    }
    left
}

fn target(
    scene: &Scene,
    thread_id: Option<i64>,
    reply_id: Option<i64>,
) -> Option<(&FeedThread, Option<&FeedReply>)> {
    scene.feed.iter().find_map(|thread| match reply_id {
        Some(id) => thread.replies.iter().find(|r| r.id == id).map(|reply| (thread, Some(reply))),
        None => (Some(thread.id) == thread_id).then_some((thread, None)),
    })
}

fn post<'s>(thread: &'s FeedThread, reply: Option<&'s FeedReply>) -> (&'s str, &'s str, &'s str) {
    match reply {
        Some(reply) => (&reply.author, &reply.author_name, &reply.content),
        None => (&thread.author, &thread.author_name, &thread.content),
    }
}

/// The most telling sentence of what another said becomes a fact.
fn learn(left: &mut Extraction, scene: &Scene, author: &str, name: &str, said: &str) {
    if author == scene.me.id {
        return;
    }
    if let Some(best) = sentences(said).max_by_key(|s| weight(s)) {
        left.facts.push(format!("{name} said: “{}”", cut(best, 180)));
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n']).map(str::trim).filter(|s| s.chars().count() >= 25)
}

/// Statements with figures weigh more than questions and openings.
fn weight(sentence: &str) -> usize {
    let length = sentence.chars().count().min(140);
    let figures = sentence.bytes().filter(u8::is_ascii_digit).count().min(4) * 12;
    let question = if sentence.ends_with('?') { 60 } else { 0 };
    let cut_off = if sentence.ends_with('…') { 40 } else { 0 };
    (length + figures).saturating_sub(question + cut_off)
}

/// The most telling statement stands for the whole; the first is often only a greeting.
fn opinion(scene: &Scene, topic: &str, said: &str) -> OpinionNote {
    let stance = sentences(said).filter(|s| !s.ends_with('?')).max_by_key(|s| weight(s)).unwrap_or(said);
    let doubt = f64::from(scene.me.behavior.skepticism) / 250.0;
    OpinionNote { topic: topic.to_owned(), stance: cut(stance, 200), confidence: 0.8 - doubt }
}

fn befriend(left: &mut Extraction, scene: &Scene, author: &str, name: &str, title: &str, event: &str) {
    if author == "system" || author == scene.me.id {
        return;
    }
    let known = scene.roster.iter().find(|other| *other.id == *author);
    let (count, feeling) = known.map_or((0, 0.0), |other| (other.interactions, other.sentiment));
    let sentiment = match feeling {
        f if f > 0.25 => Sentiment::Friendly,
        f if f < -0.25 => Sentiment::Rival,
        _ if count < 6 => Sentiment::Curious,
        _ => Sentiment::Neutral,
    };
    let mood = match sentiment {
        Sentiment::Friendly => "I am glad when they write",
        Sentiment::Rival => "we keep getting in each other's way",
        Sentiment::Curious => "I want to know more of what they think",
        Sentiment::Neutral => "we get along",
    };
    let note = if title.is_empty() {
        format!("{name}: {mood}.")
    } else {
        format!("{name}: {mood}; lately over “{}”.", cut(title, 70))
    };
    left.relationships.push(RelationshipNote {
        bot: author.to_owned(),
        sentiment,
        note,
        event: event.to_owned(),
    });
}
