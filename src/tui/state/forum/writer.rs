//! What a person is about to write, and what is kept of it between runs.

use serde::{Deserialize, Serialize};

use super::Post;
use crate::domain::Actor;
use crate::tui::action::Act;
use crate::tui::overlays::{Overlay, Then};
use crate::tui::state::Tab;

/// What a person is about to write.
#[derive(Debug, Default)]
pub struct Writer {
    /// The name a person writes under, once it is known.
    pub name: Option<String>,
    /// What is proposed for it: the name of their account.
    pub account: String,
    /// What was wanted before the name was asked for.
    pub(in crate::tui) wanted: Option<Act>,
    /// The post that is answered.
    pub(in crate::tui) to: Option<Post>,
    /// A reply that was sent and not yet taken.
    pub(in crate::tui) reply: String,
    /// A thread that was sent and not yet taken: title, tags, opening post.
    pub(in crate::tui) thread: (String, String, String),
}

/// What was typed and not posted, as it is kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drafts {
    /// Title, tags and text of a thread.
    pub thread: (String, String, String),
    /// A reply.
    pub reply: String,
    /// The thread it is in, and the reply it answers.
    pub to: Option<(i64, Option<i64>)>,
}

impl Writer {
    /// The actor id a person writes under, once their name is known.
    #[must_use]
    pub fn actor(&self) -> Option<String> {
        self.name.as_ref().map(|name| Actor::Person(name).to_string())
    }

    /// What is kept: what was put by, and what stands in an open window.
    #[must_use]
    pub fn drafts(&self, windows: &[Overlay]) -> Drafts {
        let mut open = Self {
            thread: self.thread.clone(),
            reply: self.reply.clone(),
            to: self.to.clone(),
            ..Self::default()
        };
        for window in windows {
            open.put_by(window);
        }
        Drafts { thread: open.thread, reply: open.reply, to: open.to.map(|to| (to.thread, to.reply)) }
    }

    /// Takes up what was kept.
    pub fn take_up(&mut self, drafts: &Drafts) {
        self.thread.clone_from(&drafts.thread);
        self.reply.clone_from(&drafts.reply);
        let post = |(thread, reply)| Post {
            thread,
            reply,
            author: String::new(),
            name: String::new(),
            said: String::new(),
        };
        self.to = drafts.to.map(post);
    }

    /// Keeps what was typed into a window that was closed; whether there was something.
    pub fn put_by(&mut self, window: &Overlay) -> bool {
        match window {
            Overlay::Form(form) if form.then == Then::Tab(Tab::Forum, "thread", 0) => {
                let answer = form.answer();
                self.thread = [0, 1, 2].map(|at| answer.field(at).to_owned()).into();
                !(self.thread.0.trim().is_empty() && self.thread.2.trim().is_empty())
            }
            Overlay::Text(edit) if edit.then == Then::Tab(Tab::Forum, "answer", 0) => {
                self.reply = edit.value();
                !self.reply.trim().is_empty()
            }
            _ => false,
        }
    }
}
