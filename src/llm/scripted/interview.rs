//! Answering a person out of band, in the bot's voice.

use super::draw::{Draw, hash};
use super::people;
use super::stance::read;
use super::view::View;
use crate::domain::Scene;
use crate::domain::talk::{self, ASKS};

/// The answer to the question at the end of `prompt`, and to what was said before it in the same talk.
pub(super) fn answer(scene: &Scene, prompt: &str, seed: u64) -> String {
    let view = View::of(scene);
    let asked = prompt.rsplit_once(ASKS).map_or_else(|| last_line(prompt), |(_, asked)| asked.trim());
    let (question, before) = talk::parted(asked);
    let mut draw = Draw::new(seed ^ hash(question), &scene.me.id, scene.beat);
    let Some((before, answered)) = before.filter(|_| people::is_bare(&view, question)) else {
        return people::to(&view, "", question, None, &mut draw);
    };
    // “And why?” is about what was said last. An answer that holds no view has its reason in itself: it is told again.
    let first = |text: &str| read(text).first().map(|part| part.issue);
    match first(answered).or_else(|| first(before)).or_else(|| people::subject(&view, before)) {
        Some(issue) => people::to(&view, "", question, Some(issue), &mut draw),
        None => people::to(&view, "", before, None, &mut draw),
    }
}

fn last_line(prompt: &str) -> &str {
    prompt.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}
