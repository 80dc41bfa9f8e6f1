//! Renders a [`Scene`] into a prompt: sections with budgets, outside text fenced as data.
//!
//! First comes what every bot is told ([`rules`]), then what is the bot's own and stays, then what
//! changes: everything from outside between two marks, the bot's standing and the question after
//! them. Sections are filled with the best that fits ([`fill`]); what one leaves goes to those that
//! had to leave something out. A token is estimated as four characters.

mod fill;
mod hours;
mod lines;
mod relevant;
mod rules;
mod schema;
mod sections;
mod side;

use hours::Hours;
pub(crate) use lines::ANSWERED;
pub(crate) use rules::asks_for_memory;
pub(crate) use schema::schema;
pub(crate) use side::{compression_request, extraction_request, interview, repair_request};

use super::frame::Frame;
use crate::domain::Scene;
use crate::domain::scene::FeedThread;
use crate::protocol::PromptSection;

/// A prompt ready to send, with its sections for the *why* view.
#[derive(Default)]
pub struct Prompt {
    /// What stays the same from beat to beat; its first bytes are the same for every bot.
    pub system: String,
    /// How many bytes of it are the same for every bot.
    pub shared: usize,
    /// The part that changes with every beat.
    pub user: String,
    /// All of it, section by section.
    pub sections: Vec<PromptSection>,
}

/// Posts told apart because they ask for an answer, at most.
const ASKS: usize = 3;

/// Estimated tokens of a text.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

/// Writes a number; hundreds stand in a prompt.
fn number(text: &mut String, number: i64) {
    text.push_str(itoa::Buffer::new().format(number));
}

fn push(text: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| text.push_str(part));
}

/// Renders `scene` within the tokens that `frame` allows; `fence` marks what others wrote.
#[must_use]
pub fn render(scene: &Scene, frame: &Frame, fence: &str) -> Prompt {
    let shared = rules::shared(frame);
    let barred = rules::barred(&scene.allowed);
    let asked: Vec<&FeedThread> = scene.feed.iter().filter(|thread| thread.for_me).take(ASKS).collect();
    let question = question(scene, frame, &asked);
    let taken = tokens(shared) + tokens(&barred) + tokens(&question) + marks(fence);
    let mut sections = sections::of_beat(scene, frame, frame.prompt_tokens.saturating_sub(taken), &asked);
    sections.iter_mut().for_each(|section| unmark(&mut section.text, fence));
    let mut system = String::with_capacity(8_192);
    system.push_str(shared);
    for section in sections.iter().filter(|section| is_own(&section.name) && !section.text.is_empty()) {
        push(&mut system, &["\n", &section.text]);
    }
    system.push_str(&barred);
    let mut user = fenced(sections.iter().filter(|section| !is_own(&section.name)), fence);
    user.push_str(&question);
    sections.insert(0, whole("rules", shared.to_owned() + &barred));
    sections.push(whole("question", question));
    Prompt { system, shared: shared.len(), user, sections }
}

/// A section that is always there as a whole.
fn whole(name: &str, text: String) -> PromptSection {
    let tokens = i64::try_from(tokens(&text)).unwrap_or(i64::MAX);
    PromptSection { name: name.to_owned(), tokens, budget: tokens, dropped: 0, text, notes: Vec::new() }
}

/// Tokens of the marks, and of what rounding and the lines between sections may add.
fn marks(fence: &str) -> usize {
    tokens(&opened(fence)) + tokens(&closed(fence)) + 6
}

/// What is the bot's own and stays the same from beat to beat.
fn is_own(name: &str) -> bool {
    matches!(name, "identity" | "guidance")
}

fn opened(fence: &str) -> String {
    format!("«{fence} begin»\n")
}

fn closed(fence: &str) -> String {
    format!("«{fence} end»\n")
}

/// What stands between the marks, and the marks. It holds no mark but these two.
fn fenced<'a>(sections: impl Iterator<Item = &'a PromptSection>, fence: &str) -> String {
    let mut text = opened(fence);
    for (at, section) in sections.filter(|section| !section.text.is_empty()).enumerate() {
        push(&mut text, &[if at > 0 { "\n" } else { "" }, &section.text]);
    }
    push(&mut text, &[&closed(fence), "\n"]);
    text
}

/// Takes the fence's value out of a text: whoever repeats the mark must not close it.
fn unmark(text: &mut String, fence: &str) {
    while text.contains(fence) {
        *text = text.replace(fence, "");
    }
}

/// What stands behind the marks: the hour, the bot's standing, and the question.
fn question(scene: &Scene, frame: &Frame, asked: &[&FeedThread]) -> String {
    let mut text = String::with_capacity(400);
    text.push_str("It is ");
    Hours::at(scene.now, &frame.zone).long(scene.now, &mut text);
    text.push_str(". ");
    let standing = format!("Your posts have {} votes up and {} down. ", scene.upvotes, scene.downvotes);
    if scene.upvotes + scene.downvotes > 0 && tokens(&standing) <= frame.prompt_sections.reputation {
        text.push_str(&standing);
    }
    let since = scene.beats_since_thread;
    if u64::from(since) >= scene.beat {
        text.push_str("You have opened no thread yet.");
    } else if since == 0 {
        text.push_str("You opened a thread last time.");
    } else {
        text.push_str("You opened your last thread ");
        number(&mut text, i64::from(since) + 1);
        text.push_str(" turns ago.");
    }
    text.push('\n');
    // The first is the one that counts most; its words stand above, between the marks.
    if let Some(thread) = asked.first() {
        match lines::asking(thread) {
            Some(reply) => {
                text.push_str("Reply ");
                number(&mut text, reply);
                text.push_str(" in #");
                number(&mut text, thread.id);
            }
            None => {
                text.push('#');
                number(&mut text, thread.id);
            }
        }
        text.push_str(" waits for your answer. ");
    }
    text.push_str("Choose one act now. Answer with its JSON object and nothing else.\n");
    text
}

#[cfg(test)]
mod tests;
