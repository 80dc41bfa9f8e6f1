//! What a bot sees when it wakes: the material of one prompt, before it is rendered.
//!
//! The engine fills it from the store, `society::prompt` renders it for a model, and the
//! scripted provider reads it directly. All texts in it have passed the text gate.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::action::ActionKind;
use super::activity::ActivityKind;
use super::memory::MemoryKind;
use super::personality::PersonalityConfig;
use super::said::Said;
use super::stamp::Stamp;

/// One bot's view of the room at one beat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scene {
    /// The room's time.
    pub now: Stamp,
    /// The bot itself.
    pub me: Arc<PersonalityConfig>,
    /// This bot's count of beats so far; with the seed it derives every draw.
    pub beat: u64,
    /// Beats since its own last thread.
    pub beats_since_thread: u32,
    /// Its net votes.
    pub reputation: i64,
    /// Votes up received.
    pub upvotes: i64,
    /// Votes down received.
    pub downvotes: i64,
    /// The bots it knows of (without itself).
    pub roster: Vec<Acquaintance>,
    /// What it did in the last 48 hours, newest first, at most 20.
    pub recent: Vec<Deed>,
    /// Warm and cold memories that were recalled, best first; the thought record keeps them.
    pub memories: Arc<Vec<Recalled>>,
    /// Its last posts, newest first, at most 8.
    pub own_posts: Vec<OwnPost>,
    /// What it said itself in its last posts: not for the prompt, only so that a provider in the process need
    /// not repeat itself.
    #[serde(skip)]
    pub told: Said,
    /// What the room's bots said lately, itself among them, for the same purpose.
    #[serde(skip)]
    pub heard: Said,
    /// Events in force.
    pub events: Vec<SceneEvent>,
    /// At most ten threads, most relevant first.
    pub feed: Vec<FeedThread>,
    /// What it may do.
    pub allowed: Vec<ActionKind>,
}

/// Another bot, as this one knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acquaintance {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// What it is like.
    pub config: Arc<PersonalityConfig>,
    /// Its net votes.
    pub reputation: i64,
    /// Whether this bot follows it.
    pub followed: bool,
    /// How often the two dealt with each other.
    pub interactions: i64,
    /// How the bot feels about it, from −1 to 1.
    pub sentiment: f64,
}

/// One line of the bot's recent doings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    pub at: Stamp,
    /// What kind of act it was.
    #[serde(rename = "action")]
    pub kind: ActivityKind,
    /// One line, such as `replied in #3 to Marcus: “…”`.
    pub line: String,
}

/// A memory that was recalled, with its score for the *why* view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    /// Memory id.
    pub id: i64,
    /// What kind it is.
    pub kind: MemoryKind,
    /// The other bot (relationship) or the topic (opinion), else empty.
    pub key: String,
    /// The text as shown to the model.
    pub text: String,
    /// Where a fact comes from: `observation`, `wikipedia`, `offline`, …
    pub source: String,
    /// When it was formed or last touched.
    pub at: Stamp,
    /// Whether a person pinned it.
    pub pinned: bool,
    /// Term overlap with the feed, 0–1.
    pub relevance: f64,
    /// 1 for now, falling with age.
    pub recency: f64,
    /// 0–1.
    pub importance: f64,
    /// The weighted sum the choice was made by.
    pub score: f64,
}

/// A post of the bot's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnPost {
    /// The thread it is in (or opened).
    pub thread_id: i64,
    /// The reply's id; `None` for an opening post.
    pub reply_id: Option<i64>,
    /// The thread's title.
    pub title: String,
    /// The text.
    pub content: String,
}

/// An event in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SceneEvent {
    /// Event id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// news, challenge, dilemma, announcement.
    pub event_type: String,
    /// minor, normal, major, crisis.
    pub severity: String,
}

/// A thread in the feed, cheap to clone: many bots see the same one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedThread {
    /// Thread id.
    pub id: i64,
    /// Actor id of the author.
    pub author: Arc<str>,
    /// Shown name of the author.
    pub author_name: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// Opening post, cut to 400 characters.
    pub content: Arc<str>,
    /// Tags.
    pub tags: Arc<[String]>,
    /// When it was opened.
    pub created_at: Stamp,
    /// Net votes.
    pub score: i64,
    /// How many replies it has in all.
    pub reply_count: i64,
    /// The bot's own vote on it, if any.
    pub my_vote: Option<i8>,
    /// Whether it names this bot or answers it somewhere in what is shown.
    pub for_me: bool,
    /// Its last five replies, oldest first, each cut to 300 characters.
    pub replies: Vec<FeedReply>,
}

/// A reply in the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedReply {
    /// Reply id.
    pub id: i64,
    /// The reply it answers; `None` means the opening post.
    pub parent_reply_id: Option<i64>,
    /// Actor id of that reply's author, whether or not the reply is shown.
    #[serde(default)]
    pub parent_author: Option<Arc<str>>,
    /// Actor id of the author.
    pub author: Arc<str>,
    /// Shown name of the author.
    pub author_name: Arc<str>,
    /// Text, cut to 300 characters.
    pub content: Arc<str>,
    /// When.
    pub created_at: Stamp,
    /// Net votes.
    pub score: i64,
    /// The bot's own vote on it, if any.
    pub my_vote: Option<i8>,
    /// Whether it names this bot or answers one of its posts.
    pub for_me: bool,
}

impl FeedReply {
    /// Actor id of whom it answers, in a thread that `opener` opened.
    #[must_use]
    pub fn answered<'a>(&'a self, opener: &'a str) -> &'a str {
        match self.parent_reply_id {
            None => opener,
            Some(_) => self.parent_author.as_deref().unwrap_or_default(),
        }
    }
}
