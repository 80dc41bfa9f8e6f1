//! What a beat leaves when no model says so, and a summary when no model writes one.

use super::super::items::Items;
use super::Batch;
use super::diary::diary;
use super::reading::{Move, Read, of_another, read, tells, to_another};
use crate::domain::era::era;
use crate::domain::memory::{OpinionNote, RelationshipNote};
use crate::domain::scene::{Acquaintance, FeedReply, FeedThread, Scene};
use crate::domain::similarity::terms;
use crate::domain::text::cut;
use crate::domain::{Action, Actor, Extraction, MemoryKind, Sentiment, Stamp};
use crate::protocol::DatedEvent;
use crate::store::memories::Memory;

/// Tags that say what a thread is for, and not what it is about.
const PURPOSES: [&str; 12] = [
    "visitors",
    "curiosity",
    "meta",
    "general",
    "discussion",
    "question",
    "questions",
    "ideas",
    "event",
    "news",
    "puzzle",
    "debate",
];
/// Stances that agree this much in their terms are one.
const SAME: f64 = 0.3;
/// Dealings that count for how it stands now.
const LATELY: usize = 8;

/// A summary by rule: a diary of the days, the people and what came of it; or, of summaries, an era.
#[must_use]
pub(crate) fn summarise(batch: &Batch, roster: &[Acquaintance], day: impl Fn(Stamp) -> String) -> String {
    if !batch.summaries.is_empty() {
        let texts: Vec<&str> = batch.summaries.iter().map(|memory| memory.text.as_str()).collect();
        return era(batch.covered(), &texts, day);
    }
    let names: Vec<&str> = roster.iter().map(|other| &*other.name).collect();
    diary(&batch.facts, &batch.moments, &names, day)
}

/// Extraction by rule: what a beat leaves when no model says so. `known` is what the bot remembers.
#[must_use]
pub(crate) fn extract(scene: &Scene, action: &Action, known: &Items) -> Extraction {
    let mut left = Beat { scene, known, left: Extraction::default() };
    match action {
        Action::CreateThread { title, content, tags } => left.opened(title, content, tags),
        Action::Reply { thread_id, parent_reply_id, content } => {
            if let Some(thread) = scene.feed.iter().find(|t| t.id == *thread_id) {
                let answered = parent_reply_id.and_then(|id| thread.replies.iter().find(|r| r.id == id));
                left.replied(&Post::of(thread, answered), content);
            }
        }
        Action::Vote { thread_id, reply_id, value, .. } => {
            if let Some((thread, reply)) = target(scene, *thread_id, *reply_id) {
                left.voted(&Post::of(thread, reply), *value);
            }
        }
        Action::Follow { bot_id } | Action::Unfollow { bot_id } => {
            if let Some(other) = scene.roster.iter().find(|other| *other.id == **bot_id) {
                let follows = matches!(action, Action::Follow { .. });
                let what = if follows { "began to follow" } else { "stopped following" };
                left.left.moments.push(format!("I {what} {}.", other.name));
                left.befriend(bot_id, &other.name, what, if follows { 1 } else { -1 }, "");
            }
        }
        Action::WebSearch { query, .. } => {
            left.left.interests.push(query.clone());
            left.left.moments.push(format!("I looked up {}.", cut(query, 80)));
        }
        Action::DoNothing { .. } => {}
    }
    left.left
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

/// A post of somebody's, and what its thread is about.
struct Post<'s> {
    author: &'s str,
    name: &'s str,
    said: &'s str,
    topic: String,
    tag: Option<&'s str>,
}

impl<'s> Post<'s> {
    fn of(thread: &'s FeedThread, reply: Option<&'s FeedReply>) -> Self {
        let (author, name, said) = match reply {
            Some(reply) => (&reply.author, &reply.author_name, &reply.content),
            None => (&thread.author, &thread.author_name, &thread.content),
        };
        let (topic, tag) = topic(&thread.title, &thread.tags);
        Self { author, name, said, topic, tag }
    }

    fn is_of_room(&self) -> bool {
        Actor::of(self.author).is_room()
    }
}

/// What a thread is about, in words: its first tag that says so, else its title.
fn topic<'t>(title: &str, tags: &'t [String]) -> (String, Option<&'t str>) {
    let tag = tags.iter().find(|tag| !PURPOSES.contains(&tag.as_str())).map(String::as_str);
    match tag {
        Some(tag) => (tag.replace('-', " "), Some(tag)),
        None => (format!("“{}”", cut(&title.replace(['“', '”'], "’"), 60)), None),
    }
}

/// What one beat leaves, while it is gathered.
struct Beat<'s> {
    scene: &'s Scene,
    known: &'s Items,
    left: Extraction,
}

impl Beat<'_> {
    fn read(&self, text: &str, about: &str) -> Read {
        let mut names: Vec<&str> = self.scene.roster.iter().map(|other| &*other.name).collect();
        names.push(&self.scene.me.name);
        read(text, &names, about)
    }

    fn opened(&mut self, title: &str, content: &str, tags: &[String]) {
        let (topic, tag) = topic(title, tags);
        let told = self.read(content, &topic);
        // What it holds is kept as its view, once.
        let moment = match (told.claim.as_ref().filter(|_| tag.is_none()), &told.asks) {
            (Some(claim), _) => format!("I opened a thread about {topic} and said that {claim}."),
            (None, Some(asks)) => format!("I asked the room about {topic}: {asks}"),
            (None, None) => format!("I opened a thread about {topic}, “{}”.", cut(title, 80)),
        };
        self.left.moments.push(moment);
        self.own_word(&told, &topic, None);
        self.left.interests.extend(tags.iter().take(2).cloned());
        if let Some(tag) = tag {
            self.take_stance(tag, &told, None);
        }
    }

    fn replied(&mut self, post: &Post<'_>, content: &str) {
        let (told, heard) = (self.read(content, &post.topic), self.read(post.said, &post.topic));
        if let Some(moment) = moment(post, &told) {
            self.left.moments.push(moment);
        }
        self.own_word(&told, &post.topic, (!post.is_of_room()).then_some(post.name));
        if let Some(tag) = post.tag {
            self.take_stance(tag, &told, Some((post, &heard)));
        }
        self.learn(post, &heard);
        let about = &post.topic;
        let (what, good) = match told.does {
            Move::Turns => ("changed my mind over", 2),
            Move::Reconciles => ("made peace over", 2),
            Move::Grants => ("granted a point about", 1),
            Move::Objects => ("disagreed about", -1),
            Move::Agrees => ("agreed about", 1),
            Move::Thanks => ("said thanks over", 1),
            Move::Says => ("talked about", 0),
        };
        self.befriend(post.author, post.name, &format!("{what} {about}"), good, about);
    }

    fn voted(&mut self, post: &Post<'_>, value: i8) {
        let heard = self.read(post.said, &post.topic);
        self.learn(post, &heard);
        if let (Some(tag), 1) = (post.tag, value) {
            self.hear(tag, &heard);
        }
        let way = if value == 1 { "up" } else { "down" };
        let what = format!("voted {way} what they said about {}", post.topic);
        self.befriend(post.author, post.name, &what, if value == 1 { 1 } else { -1 }, &post.topic);
    }

    /// Promises and bets of its own.
    fn own_word(&mut self, told: &Read, topic: &str, whom: Option<&str>) {
        if let Some(promise) = &told.promise {
            let whom = whom.map_or_else(String::new, |name| format!(" {name}"));
            self.left.moments.push(format!("I promised{whom} to {}.", to_another(promise)));
        }
        if let Some(bet) = &told.bet {
            let whom = whom.map_or_else(String::new, |name| format!(" against {name}"));
            self.left.moments.push(format!("I made a bet{whom} that {bet}."));
        }
        if told.settles {
            let whom = whom.map_or_else(String::new, |name| format!(" with {name}"));
            self.left.moments.push(format!("My bet about {topic}{whom} came due and was settled."));
        }
    }

    /// What another said becomes a fact: a promise, a bet, a change of mind, a claim.
    fn learn(&mut self, post: &Post<'_>, heard: &Read) {
        if *post.author == *self.scene.me.id {
            return;
        }
        let (name, topic) = (post.name, &post.topic);
        if let Some(promise) = heard.promise.as_ref().filter(|_| !post.is_of_room()) {
            self.left.facts.push(format!("{name} promised to {}.", of_another(promise)));
        }
        if let Some(bet) = heard.bet.as_ref().filter(|_| !post.is_of_room()) {
            self.left.facts.push(format!("{name} bet that {bet}."));
        }
        let Some(claim) = &heard.claim else { return };
        let on = if speaks_of(claim, topic) { String::new() } else { format!("on {topic}, ") };
        self.left.facts.push(match heard.does {
            _ if post.is_of_room() => capital(&format!("{on}I have read here that {claim}.")),
            Move::Turns => format!("{name} has changed sides on {topic} and now holds that {claim}."),
            _ if tells(claim) => capital(&format!("{on}{name} told us that {claim}.")),
            Move::Objects => capital(&format!("{on}{name} objected that {claim}.")),
            _ => capital(&format!("{on}{name} holds that {claim}.")),
        });
    }

    fn opinion_of(&self, tag: &str) -> Option<&Memory> {
        self.known.iter().map(|item| &item.memory).find(|m| m.kind == MemoryKind::Opinion && m.key == tag)
    }

    /// Where it stands on `tag` after what it said, and how sure it is after what it answered.
    fn take_stance(&mut self, tag: &str, told: &Read, answered: Option<(&Post<'_>, &Read)>) {
        let held = self.opinion_of(tag);
        let views = told.claim.as_ref().filter(|claim| !tells(claim));
        let Some(claim) = views.or(told.bet.as_ref()) else {
            // It only gave way: the stance stays, and is held less firmly.
            if let (Some(held), Move::Grants) = (held, told.does) {
                let (stance, confidence) = (held.text.clone(), bounded(held.confidence - 0.12));
                self.left.opinions.push(OpinionNote { topic: tag.to_owned(), stance, confidence });
            }
            return;
        };
        let trust = answered.map_or(0.0, |(post, _)| self.feeling(post.author));
        let before = held.map_or_else(|| self.leaning(), |held| held.confidence);
        let again = held.is_some_and(|held| terms(&held.text).jaccard(&terms(claim)) >= SAME);
        let confidence = match told.does {
            Move::Turns => 0.4 + 0.1 * trust,
            Move::Grants => before - 0.12,
            Move::Objects => before + if again { 0.06 } else { 0.02 },
            Move::Agrees => before + 0.06 + 0.06 * trust.max(0.0),
            _ if again => before + 0.06,
            _ => before,
        };
        let name = answered.filter(|(post, _)| !post.is_of_room()).map(|(post, _)| post.name);
        let stance = match (told.does, name) {
            (Move::Turns, Some(name)) => format!("{name} has brought me round: {claim}."),
            (Move::Objects, Some(name)) => format!("Against {name} I hold that {claim}."),
            (Move::Agrees, Some(name)) => format!("I am with {name}: {claim}."),
            (Move::Grants, Some(name)) => match &told.granted {
                Some(granted) => format!("{name} is right that {granted}; still, {claim}."),
                None => format!("I give {name} a point and keep that {claim}."),
            },
            _ => format!("I hold that {claim}."),
        };
        self.left.opinions.push(OpinionNote {
            topic: tag.to_owned(),
            stance,
            confidence: bounded(confidence),
        });
    }

    /// What it liked to hear moves how sure it is of what it holds.
    fn hear(&mut self, tag: &str, heard: &Read) {
        let (Some(held), Some(claim)) = (self.opinion_of(tag), &heard.claim) else { return };
        let supports = terms(&held.text).jaccard(&terms(claim)) >= SAME / 2.0;
        let confidence = bounded(held.confidence + if supports { 0.05 } else { -0.03 });
        self.left.opinions.push(OpinionNote { topic: tag.to_owned(), stance: held.text.clone(), confidence });
    }

    /// How sure it is of anything at first: leaders more, doubters less.
    fn leaning(&self) -> f64 {
        let behavior = &self.scene.me.behavior;
        let push = f64::from(behavior.leadership_tendency) + f64::from(behavior.aggression);
        0.5 + push / 800.0 - f64::from(behavior.skepticism) / 400.0
    }

    fn feeling(&self, id: &str) -> f64 {
        self.scene.roster.iter().find(|other| *other.id == *id).map_or(0.0, |other| other.sentiment)
    }

    /// How it stands with somebody after `what`, which was good, bad or neither.
    fn befriend(&mut self, id: &str, name: &str, what: &str, good: i32, about: &str) {
        if Actor::of(id).is_room() || id == self.scene.me.id {
            return;
        }
        let known = self.scene.roster.iter().find(|other| *other.id == *id);
        let (count, feeling) = known.map_or((0, 0.0), |other| (other.interactions, other.sentiment));
        let before = self
            .known
            .iter()
            .map(|item| &item.memory)
            .find(|m| m.kind == MemoryKind::Relationship && m.key == id);
        let history: Vec<DatedEvent> = before
            .and_then(|memory| memory.history.as_deref())
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let dealings = history.iter().rev().take(LATELY - 1);
        let balance: i32 = good + dealings.map(|dealing| tone(&dealing.event)).sum::<i32>();
        let sentiment = match feeling.mul_add(0.3, f64::from(balance) * 0.12) {
            f if f > 0.4 => Sentiment::Friendly,
            f if f < -0.2 => Sentiment::Rival,
            _ if count < 6 => Sentiment::Curious,
            _ => Sentiment::Neutral,
        };
        let note = format!("{}; {}.", sentiment.told_of(name), latest(what, good, about, name));
        self.left.relationships.push(RelationshipNote {
            bot: id.to_owned(),
            sentiment,
            note,
            event: what.to_owned(),
        });
    }
}

/// The last thing between the two, as a clause.
fn latest(what: &str, good: i32, about: &str, name: &str) -> String {
    match (what, good) {
        _ if what.starts_with("disagreed") => format!("lately we disagreed about {about}"),
        _ if what.starts_with("agreed") => format!("lately we agreed about {about}"),
        _ if what.starts_with("talked") => format!("lately we talked about {about}"),
        _ if what.starts_with("changed") => format!("{name} has changed my mind over {about}"),
        _ if what.starts_with("made peace") => format!("we made peace over {about}"),
        _ if what.starts_with("voted up") => format!("lately I liked what they said about {about}"),
        _ if what.starts_with("voted down") => format!("lately I did not like what they said about {about}"),
        _ if about.is_empty() => format!("lately I {what} them"),
        _ => format!("lately I {what}"),
    }
}

/// Whether an event was good between the two, bad or neither.
fn tone(event: &str) -> i32 {
    let starts = |words: &[&str]| words.iter().any(|word| event.starts_with(word));
    if starts(&["disagreed", "voted down", "stopped following"]) {
        -1
    } else if starts(&[
        "agreed",
        "granted",
        "made peace",
        "changed my mind",
        "said thanks",
        "voted up",
        "began to follow",
    ]) {
        1
    } else {
        0
    }
}

/// What happened in a reply, in one sentence; `None` when nothing did that is worth keeping. Where the post's
/// claim is kept as a view, it is not told again here.
fn moment(post: &Post<'_>, told: &Read) -> Option<String> {
    let (name, topic) = (post.name, &post.topic);
    if post.is_of_room() {
        let claim = told.claim.as_ref().filter(|_| post.tag.is_none())?;
        return Some(format!("In the thread about {topic} I said that {claim}."));
    }
    let claim = told.claim.as_ref().filter(|_| post.tag.is_none());
    Some(match (told.does, claim) {
        (Move::Turns, Some(claim)) => {
            format!("{name} changed my mind about {topic}: now I hold that {claim}.")
        }
        (Move::Turns, None) => format!("{name} changed my mind about {topic}."),
        (Move::Reconciles, _) => format!("I made peace with {name} over {topic}."),
        (Move::Grants, _) => match &told.granted {
            Some(granted) => format!("I granted {name}, on {topic}, that {granted}."),
            None => format!("I gave {name} a point about {topic}."),
        },
        (Move::Objects, Some(claim)) => {
            format!("I disagreed with {name} about {topic} and said that {claim}.")
        }
        (Move::Objects, None) => format!("I disagreed with {name} about {topic}."),
        (Move::Agrees, Some(claim)) => format!("I agreed with {name} about {topic} and added that {claim}."),
        (Move::Thanks, _) => format!("I thanked {name} over {topic}."),
        (Move::Says, Some(claim)) => format!("I told {name}, about {topic}, that {claim}."),
        (Move::Agrees | Move::Says, None) => return None,
    })
}

fn bounded(confidence: f64) -> f64 {
    confidence.clamp(0.1, 0.95)
}

/// Whether a claim names the topic itself.
fn speaks_of(claim: &str, topic: &str) -> bool {
    terms(claim).overlap(&terms(topic)) > 0
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
