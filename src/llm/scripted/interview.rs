//! Answering a person out of band, in the bot's voice.

use super::draw::{Draw, hash};
use super::people;
use super::view::View;
use crate::domain::Scene;

/// The answer to `prompt`, whose last question counts.
pub(super) fn answer(scene: &Scene, prompt: &str, seed: u64) -> String {
    let view = View::of(scene);
    let question = question(prompt);
    let mut draw = Draw::new(seed ^ hash(question), &scene.me.id, scene.beat);
    people::to(&view, "", question, None, &mut draw)
}

/// The last question in `prompt`, else its last line.
fn question(prompt: &str) -> &str {
    prompt
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| line.ends_with('?'))
        .or_else(|| prompt.lines().rev().map(str::trim).find(|line| !line.is_empty()))
        .unwrap_or("")
}
