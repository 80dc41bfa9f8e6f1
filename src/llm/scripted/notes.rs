//! What a bot wants to remember of its act, noted beside it as the prompt asks for.
//!
//! Its own post and the one it answers are read for what is known again in them: views and reasons of the issues,
//! particulars of the bank, moves of the voices. Every note is made of those, so it says what was meant and nothing
//! that merely stood in the same sentence. Of a post in which nothing is known again, such as a person's, the first
//! sentence that stands whole is kept.

use super::grammar::{bare, first_sentence, length};
use super::issues::{self, Side, What};
use super::rules::Rule;
use super::stance::{self, read, taken};
use super::view::{Post, View};
use super::voices::{self, Move};
use super::{bank, reply};
use crate::domain::memory::{OpinionNote, RelationshipNote};
use crate::domain::scene::{FeedThread, Scene};
use crate::domain::text::cut;
use crate::domain::{Action, Actor, Extraction, MemoryKind, Sentiment};

/// What others in the thread hold moves how firmly a view is held by so much each, more by those one likes.
const SWAY: f64 = 0.02;
/// Words of a particular that is kept.
const PARTICULAR: usize = 60;
/// Words of a sentence that is kept as it was said.
const WORDS: usize = 26;

/// What the bot notes of `action`.
pub(super) fn of(view: &View<'_>, action: &Action) -> Extraction {
    let (scene, mut notes) = (view.scene, Notes { view, left: Extraction::default() });
    match action {
        Action::CreateThread { title, content, tags } => notes.opened(title, content, tags),
        Action::Reply { thread_id, parent_reply_id, content } => {
            if let Some(post) = post(scene, Some(*thread_id), *parent_reply_id) {
                notes.replied(post, content);
            }
        }
        Action::Vote { thread_id, reply_id, value, .. } => {
            if let Some(post) = post(scene, *thread_id, *reply_id) {
                notes.voted(post, *value == 1);
            }
        }
        Action::Follow { bot_id } => notes.followed(bot_id, "began to follow", 1),
        Action::Unfollow { bot_id } => notes.followed(bot_id, "stopped following", -1),
        Action::WebSearch { query, .. } => {
            notes.left.interests.push(query.clone());
            notes.left.moments.push(format!("I looked up {}.", cut(query, 80)));
        }
        Action::DoNothing { .. } => {}
    }
    notes.left
}

/// The post of a thread, or the reply, that is meant.
fn post(scene: &Scene, thread: Option<i64>, reply: Option<i64>) -> Option<Post<'_>> {
    if let Some(id) = reply {
        let found = |thread: &'_ FeedThread| thread.replies.iter().position(|reply| reply.id == id);
        let (thread, at) = scene.feed.iter().find_map(|thread| Some((thread, found(thread)?)))?;
        return Some(Post { thread, reply: thread.replies.get(at) });
    }
    let thread = scene.feed.iter().find(|other| Some(other.id) == thread)?;
    Some(Post { thread, reply: None })
}

/// What a post says, as far as it is known again.
struct Said {
    /// Its view: issue and side, and the reason it gives.
    view: Option<(usize, Side, Option<&'static str>)>,
    /// A reason of the other side that stands in it.
    granted: Option<&'static str>,
    /// What it proposes to do.
    proposal: Option<&'static str>,
    /// What came of a proposal, where that is told.
    result: Option<&'static str>,
    moves: Vec<Move>,
    /// Whether nothing in it is known again.
    is_unknown: bool,
}

impl Said {
    /// Reads a post; where it speaks of several things, `about` is what its thread is about.
    fn of(text: &str, about: Option<usize>) -> Self {
        let parts = read(text);
        let views = |issue: usize| taken(&parts, issue).map(|side| (issue, side));
        let others = parts.iter().find_map(|part| views(part.issue));
        let view = about.and_then(views).or(others).map(|(issue, side)| {
            let of = |wanted: Side| {
                let mut given = parts.iter().rev().filter(move |part| part.issue == issue && !part.asked);
                given.find(|part| matches!(part.what, What::Reason(other, _) if other == wanted))
            };
            ((issue, side, of(side).map(|part| part.text)), of(side.other()).map(|part| part.text))
        });
        let last = |what: What| parts.iter().rev().find(|part| part.what == what).map(|part| part.text);
        let proposal = last(What::Test);
        let mut moves = Vec::new();
        voices::forms_in(text, |(_, kind)| moves.push(kind));
        if stance::goes_over(text) {
            moves.push(Move::Turn);
        }
        Self {
            view: view.map(|(view, _)| view),
            granted: view.and_then(|(_, granted)| granted),
            proposal,
            result: last(What::Show).filter(|_| moves.contains(&Move::Report)),
            is_unknown: parts.is_empty() && moves.is_empty(),
            moves,
        }
    }

    fn does(&self, any: &[Move]) -> bool {
        self.moves.iter().any(|kind| any.contains(kind))
    }

    /// The view as a clause, with the reason where one is given.
    fn claim(&self) -> Option<String> {
        let (issue, side, reason) = self.view?;
        let claim = issues::issue(issue).sides[side as usize].text;
        Some(match reason {
            Some(reason) => format!("{claim}, because {reason}"),
            None => claim.to_owned(),
        })
    }
}

/// A topic of the bank that a post names.
fn named(text: &str) -> Option<&'static str> {
    let topics = (bank::ROOM..bank::count()).map(|at| bank::topic(at).name);
    topics.filter(|name| text.contains(name)).max_by_key(|name| name.len())
}

/// What an issue, or else a thread, is about, in words.
fn topic(issue: Option<usize>, title: &str) -> String {
    match issue.and_then(|issue| issues::issue(issue).at) {
        Some(at) => bank::topic(at).name.to_owned(),
        None => format!("“{}”", cut(&title.replace(['“', '”'], "’"), 60)),
    }
}

struct Notes<'v> {
    view: &'v View<'v>,
    left: Extraction,
}

impl Notes<'_> {
    fn opened(&mut self, title: &str, content: &str, tags: &[String]) {
        let said = Said::of(content, None);
        let topic = topic(said.view.map(|(issue, ..)| issue), title);
        self.left.moments.push(match said.claim() {
            Some(claim) => format!("I opened a thread about {topic} and held that {claim}."),
            None => format!("I opened a thread about {topic}, “{}”.", cut(title, 80)),
        });
        if let (Some(proposal), Some(result)) = (said.proposal, said.result) {
            self.left.moments.push(format!("What was proposed was done, to {proposal}, and {result}."));
        }
        self.own_word(&said, content, "");
        self.left.interests.extend(tags.iter().take(2).cloned());
        self.hold(&said, None, "I hold that");
    }

    fn replied(&mut self, post: Post<'_>, content: &str) {
        let issue = reply::opening(post.thread);
        let (said, heard) = (Said::of(content, issue), Said::of(post.content(), issue));
        let (name, topic) =
            (post.name(), topic(said.view.map_or(issue, |(issue, ..)| Some(issue)), &post.thread.title));
        let (what, good, moment) = if said.does(&[Move::Turn]) {
            let now = said.claim().map_or_else(String::new, |claim| format!("; now I hold that {claim}"));
            ("changed my mind over", 2, Some(format!("{name} changed my mind about {topic}{now}.")))
        } else if said.does(&[Move::Truce, Move::Accept]) {
            ("made peace over", 2, Some(format!("I made peace with {name} over {topic}.")))
        } else if said.does(&[Move::Concede]) {
            let granted = said.granted.map(|reason| format!("I granted {name}, on {topic}, that {reason}."));
            let moment = granted.unwrap_or_else(|| format!("I gave {name} a point about {topic}."));
            ("granted a point about", 1, Some(moment))
        } else if said.does(&[Move::Object, Move::Hold, Move::Deny]) {
            ("disagreed about", -1, Some(format!("I disagreed with {name} about {topic}.")))
        } else if said.does(&[Move::Agree, Move::Affirm, Move::More]) {
            ("agreed about", 1, None)
        } else {
            ("talked about", 0, None)
        };
        if !name.is_empty() {
            self.left.moments.extend(moment);
        }
        if said.does(&[Move::Decide])
            && let Some(proposal) = said.proposal
        {
            self.left.moments.push(format!("It was settled, on {topic}, that we {proposal}."));
        }
        self.own_word(&said, content, name);
        let lead = match good {
            2 if !name.is_empty() && said.does(&[Move::Turn]) => format!("{name} has brought me round:"),
            -1 if !name.is_empty() => format!("Against {name} I hold that"),
            1 if !name.is_empty() && what.starts_with("agreed") => format!("With {name} I hold that"),
            _ => "I hold that".to_owned(),
        };
        self.hold(&said, Some(post.thread), &lead);
        self.learn(post, &heard);
        self.befriend(post, &format!("{what} {topic}"), good, &topic);
    }

    fn voted(&mut self, post: Post<'_>, up: bool) {
        let issue = reply::opening(post.thread);
        let heard = Said::of(post.content(), issue);
        let topic = topic(heard.view.map_or(issue, |(issue, ..)| Some(issue)), &post.thread.title);
        self.learn(post, &heard);
        if let (true, Some((issue, ..))) = (up, heard.view) {
            self.weigh(issue, post.thread);
        }
        let what = format!("voted {} what they said about {topic}", if up { "up" } else { "down" });
        self.befriend(post, &what, if up { 1 } else { -1 }, &topic);
    }

    fn followed(&mut self, id: &str, what: &str, good: i32) {
        if let Some(other) = self.view.acquaintance(id) {
            self.left.moments.push(format!("I {what} {}.", other.name));
            self.relate(id, &other.name, what, good, &format!("lately I {what} them"));
        }
    }

    /// Promises and bets of its own.
    fn own_word(&mut self, said: &Said, content: &str, name: &str) {
        let space = if name.is_empty() { "" } else { " " };
        if said.does(&[Move::Promise])
            && let Some(topic) = named(content)
        {
            self.left.moments.push(format!("I promised{space}{name} to look up {topic}."));
        }
        if said.does(&[Move::Bet])
            && let Some((issue, side, _)) = said.view
        {
            let whom = if name.is_empty() { String::new() } else { format!(" with {name}") };
            let claim = issues::issue(issue).sides[side as usize].text;
            self.left.moments.push(format!("I made a bet{whom} that {claim}."));
        }
        if said.does(&[Move::Settle])
            && let Some((issue, ..)) = said.view
        {
            self.left
                .moments
                .push(format!("My bet about {} came due and was settled.", topic(Some(issue), "")));
        }
    }

    /// What another said becomes a fact.
    fn learn(&mut self, post: Post<'_>, heard: &Said) {
        let (name, content) = (post.name(), post.content());
        if post.author() == self.view.me() {
            return;
        }
        let mut lines = Vec::new();
        bank::recognise(content, &mut lines);
        let told = lines.iter().find(|line| line.kind == bank::Kind::Say);
        let facts = &mut self.left.facts;
        if let Some(line) = told {
            let (topic, said) = (bank::topic(line.topic).name, first_sentence(line.text(), PARTICULAR));
            let end = if said.ends_with('…') { "" } else { "." };
            facts.push(if name.is_empty() {
                format!("On {topic}, I have read here: {said}{end}")
            } else {
                format!("On {topic}, {name} told us: {said}{end}")
            });
        }
        if name.is_empty() {
            return;
        }
        if heard.does(&[Move::Promise])
            && let Some(topic) = named(content)
        {
            facts.push(format!("{name} promised to look up {topic}."));
        }
        if let (Some(result), Some((issue, ..))) = (heard.result, heard.view) {
            let on = topic(Some(issue), &post.thread.title);
            facts.push(format!("On {on}, {name} told us: they tried it, and {result}."));
        }
        if let (Some(claim), Some((issue, side, _))) = (heard.claim(), heard.view) {
            let on = topic(Some(issue), &post.thread.title);
            facts.push(if heard.does(&[Move::Bet]) {
                format!("{name} bet that {}.", issues::issue(issue).sides[side as usize].text)
            } else if heard.does(&[Move::Turn]) {
                format!("{name} has changed sides on {on} and now holds that {claim}.")
            } else {
                format!("On {on}, {name} holds that {claim}.")
            });
        } else if let Some(proposal) = heard.proposal {
            facts.push(format!("{name} proposed that we {proposal}."));
        } else if lines.is_empty() && heard.is_unknown {
            facts.extend(quoted(post));
        }
    }

    /// Where it stands after what it said, and how firmly after what the thread holds.
    fn hold(&mut self, said: &Said, thread: Option<&FeedThread>, lead: &str) {
        let (Some((issue, side, _)), Some(claim)) = (said.view, said.claim()) else { return };
        // What it was asked to argue it does not hold.
        if self.view.rules.contains(&Rule::OtherSide) {
            return;
        }
        let confidence = self.confidence(issue, side, thread);
        let stance = format!("{lead} {claim}.");
        self.left.opinions.push(OpinionNote { topic: key(issue), stance, confidence });
    }

    /// What it liked to hear moves how firmly it holds what it held.
    fn weigh(&mut self, issue: usize, thread: &FeedThread) {
        let topic = key(issue);
        let mut held = self.view.scene.memories.iter().filter(|memory| memory.kind == MemoryKind::Opinion);
        let Some(held) = held.find(|memory| memory.key == topic) else { return };
        let Some(side) = taken(&read(&held.text), issue) else { return };
        let (stance, confidence) = (held.text.clone(), self.confidence(issue, side, Some(thread)));
        self.left.opinions.push(OpinionNote { topic, stance, confidence });
    }

    /// How firmly it holds a side: as its stance has it, and by who in the thread says what.
    fn confidence(&self, issue: usize, side: Side, thread: Option<&FeedThread>) -> f64 {
        let firm = f64::from(stance::of(self.view, issue).firm);
        let opening = thread.map(|thread| Post { thread, reply: None });
        let replies = thread
            .into_iter()
            .flat_map(|thread| thread.replies.iter().map(move |reply| Post { thread, reply: Some(reply) }));
        let sway: f64 = opening
            .into_iter()
            .chain(replies)
            .filter(|post| post.author() != self.view.me() && !Actor::of(post.author()).is_room())
            .filter_map(|post| Some((taken(&read(post.content()), issue)?, post)))
            .map(|(other, post)| {
                let weight = SWAY * (1.0 + self.view.sentiment(post.author()));
                if other == side { weight } else { -weight }
            })
            .sum();
        (firm / 100.0 + sway).clamp(0.1, 0.95)
    }

    fn befriend(&mut self, post: Post<'_>, what: &str, good: i32, about: &str) {
        let name = post.name();
        if name.is_empty() || post.author() == self.view.me() {
            return;
        }
        let lately = match what.split(' ').next() {
            Some("disagreed") => format!("lately we disagreed about {about}"),
            Some("agreed") => format!("lately we agreed about {about}"),
            Some("talked") => format!("lately we talked about {about}"),
            Some("changed") => format!("{name} has changed my mind over {about}"),
            Some("made") => format!("we made peace over {about}"),
            Some("voted") if good > 0 => format!("lately I liked what they said about {about}"),
            Some("voted") => format!("lately I did not like what they said about {about}"),
            _ => format!("lately I {what}"),
        };
        self.relate(post.author(), name, what, good, &lately);
    }

    /// How it stands with somebody after `what`, which was good, bad or neither.
    fn relate(&mut self, id: &str, name: &str, what: &str, good: i32, lately: &str) {
        let known = self.view.acquaintance(id);
        let (count, feeling) = known.map_or((0, 0.0), |other| (other.interactions, other.sentiment));
        let sentiment = match feeling.mul_add(0.5, f64::from(good) * 0.15) {
            f if f > 0.35 => Sentiment::Friendly,
            f if f < -0.2 => Sentiment::Rival,
            _ if count < 6 => Sentiment::Curious,
            _ => Sentiment::Neutral,
        };
        self.left.relationships.push(RelationshipNote {
            bot: id.to_owned(),
            sentiment,
            note: format!("{}; {lately}.", sentiment.told_of(name)),
            event: what.to_owned(),
        });
    }
}

/// What an opinion on an issue is filed under.
fn key(issue: usize) -> String {
    let topic = issues::issue(issue).topic;
    topic.strip_prefix("event:").unwrap_or(topic).replace(' ', "-")
}

/// The first sentence of a post in which nothing is known again, as it was said.
fn quoted(post: Post<'_>) -> Option<String> {
    let text = post.content().trim();
    let sentence = first_sentence(text, WORDS);
    let whole = length(&sentence) >= 4 && !sentence.ends_with('…') && !sentence.contains(['“', '”', '\n']);
    let asks = text.get(sentence.len()..).is_some_and(|rest| rest.starts_with('?'));
    let (name, said) = (post.name(), bare(&sentence));
    whole.then(|| match asks {
        true => format!("{name} asked: {said}?"),
        false => format!("{name} said: {said}."),
    })
}
