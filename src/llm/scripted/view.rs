//! The scene as a reader sees it: posts, who wrote them, what is said in them already.

use super::diction::Diction;
use super::habit::Habit;
use super::persona::Persona;
use super::rules::{self, Rule};
use super::voices::{self, Move};
use crate::domain::scene::{Acquaintance, FeedReply, FeedThread};
use crate::domain::{Actor, Scene, Stamp};

/// A bot in front of its scene.
pub(super) struct View<'a> {
    pub scene: &'a Scene,
    pub persona: Persona<'a>,
    /// The forms that the bot's last posts were made with.
    pub worn: Vec<&'static str>,
    /// What its last posts do, each with the place of the post among them.
    pub made: Vec<(usize, Move)>,
    /// The rules for writing in force.
    pub rules: Vec<Rule>,
}

/// A post in the feed: the opening post of a thread or a reply in it.
#[derive(Copy, Clone)]
pub(super) struct Post<'a> {
    pub thread: &'a FeedThread,
    pub reply: Option<&'a FeedReply>,
}

impl<'a> Post<'a> {
    pub fn author(&self) -> &'a str {
        self.reply.map_or(&self.thread.author, |reply| &reply.author)
    }

    /// The author's name as one would address it; empty for the room itself.
    pub fn name(&self) -> &'a str {
        let name = self.reply.map_or(&self.thread.author_name, |reply| &reply.author_name);
        if Actor::of(self.author()).is_room() { "" } else { Actor::of(name).person().unwrap_or(name).trim() }
    }

    pub fn content(&self) -> &'a str {
        self.reply.map_or(&self.thread.content, |reply| &reply.content)
    }

    /// When it was written.
    pub fn at(&self) -> Stamp {
        self.reply.map_or(self.thread.created_at, |reply| reply.created_at)
    }

    pub fn for_me(&self) -> bool {
        self.reply.map_or(self.thread.for_me, |reply| reply.for_me)
    }

    pub fn my_vote(&self) -> Option<i8> {
        self.reply.map_or(self.thread.my_vote, |reply| reply.my_vote)
    }

    pub fn score(&self) -> i64 {
        self.reply.map_or(self.thread.score, |reply| reply.score)
    }
}

impl<'a> View<'a> {
    pub fn of(scene: &'a Scene) -> Self {
        let (mut worn, mut made) = (Vec::with_capacity(24), Vec::with_capacity(24));
        for (at, post) in scene.own_posts.iter().enumerate() {
            voices::forms_in(&post.content, |(form, kind)| {
                worn.push(form);
                made.push((at, kind));
            });
        }
        let rules = rules::of(&scene.events);
        Self { scene, persona: Persona::of(&scene.me), worn, made, rules }
    }

    /// A post to `name` as this bot writes, and as the rules in force want it.
    pub fn written(&self, text: &str, name: &str) -> String {
        let diction = Diction::of(&Habit::of(self.me()));
        rules::keep(&self.rules, &diction.written(text), name)
    }

    pub fn me(&self) -> &'a str {
        &self.scene.me.id
    }

    pub fn acquaintance(&self, id: &str) -> Option<&'a Acquaintance> {
        self.scene.roster.iter().find(|other| *other.id == *id)
    }

    pub fn sentiment(&self, id: &str) -> f64 {
        self.acquaintance(id).map_or(0.0, |other| other.sentiment)
    }

    /// The names one may meet in the room, this bot's own among them.
    pub fn names(&self) -> Vec<&'a str> {
        let own = std::iter::once(self.scene.me.name.as_str());
        own.chain(self.scene.roster.iter().map(|other| &*other.name)).collect()
    }

    /// Whether one of the bot's own last posts contains `text`.
    pub fn said(&self, text: &str) -> bool {
        self.scene.own_posts.iter().any(|post| post.content.contains(text) || post.title.contains(text))
    }
}
