//! A picture of what a post is about.

use super::Writer;
use crate::llm::scripted::bank;
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::{Slots, append, fill};
use crate::llm::scripted::images;
use crate::llm::scripted::voices::Move;

impl Writer<'_, '_> {
    /// Compares what is talked about to something that nobody has named lately: a case of it, as long as there is one.
    /// Whether there was anything.
    pub fn picture(&mut self, draw: &mut Draw) -> bool {
        let topic = self.issue().and_then(|issue| issue.at).filter(|topic| *topic >= bank::ROOM);
        let case = self.thing(|issue| &issue.cases, draw);
        let seen = case.or_else(|| self.freshest(images::all().iter(), draw));
        let Some((topic, image)) = topic.map(bank::topic).zip(seen) else {
            return false;
        };
        let frames = images::frames(self.voice);
        let frame = frames[(self.temper.habit.one_of(66, frames.len()) + draw.below(2)) % frames.len()];
        let slots = Slots { topic: topic.name, many: topic.many, matter: image, ..Slots::default() };
        let mut sentence = String::new();
        fill(&mut sentence, frame, &slots, draw);
        if self.spoken(&sentence) {
            return false;
        }
        self.place(&mut sentence, (Move::Case, false), draw);
        append(&mut self.out, &sentence);
        self.last = Some(Move::Case);
        self.near.push(image);
        true
    }
}
