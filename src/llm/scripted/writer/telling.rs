//! Lines of the bank in a post: told, answered with, or passed over because somebody has told them.

use super::{Writer, lowered};
use crate::llm::scripted::bank::{self, Line};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::{Slots, append, fill, length};
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::wording;

impl Writer<'_, '_> {
    /// Adds a line of the bank without turning to it, if there is one and nobody has said it lately.
    pub fn plainly(&mut self, line: Line, draw: &mut Draw) -> bool {
        // A question of a few words alone would be the same post again.
        let bare = self.out.trim().is_empty() && line.kind == bank::Kind::Ask && length(line.text()) < 9;
        if line.text().is_empty() || bare || self.heard_line(line) {
            return false;
        }
        let mut sentence = line.text().to_owned();
        self.place(&mut sentence, Move::Answer, draw);
        if !self.shows(&sentence) {
            return false;
        }
        append(&mut self.out, &sentence);
        self.near.push(line.text());
        true
    }

    /// Adds a line of the bank, if nobody has said it lately.
    pub fn line(&mut self, line: Line, draw: &mut Draw) -> bool {
        let text = line.text();
        let bare = self.out.trim().is_empty() && line.kind == bank::Kind::Ask && length(text) < 9;
        if bare || self.heard_line(line) {
            return false;
        }
        let mut sentence = match self.own(Move::Remark, false, draw) {
            Some((_, form)) if self.out.is_empty() && !text.ends_with('?') && !text.contains(':') => {
                let mut sentence = String::new();
                let fact = lowered(text);
                let fact = if form.contains(": {") { &fact } else { text };
                fill(
                    &mut sentence,
                    &wording::spoken(&self.temper.habit, form),
                    &Slots { fact, ..Slots::default() },
                    draw,
                );
                self.used.push(form);
                sentence
            }
            _ => text.to_owned(),
        };
        self.place(&mut sentence, Move::Tell, draw);
        append(&mut self.out, &sentence);
        true
    }

    /// Tells a particular, turning to it first, if nobody has told it lately.
    pub fn tell(&mut self, line: Line, draw: &mut Draw) -> bool {
        self.tell_as(Move::Tell, line, draw)
    }

    /// Tells a particular in a move of `kind`, if nobody has told it lately.
    pub fn tell_as(&mut self, kind: Move, line: Line, draw: &mut Draw) -> bool {
        if self.heard_line(line) {
            return false;
        }
        let own = self.own(kind, false, draw).map(|(_, form)| form);
        let Some(form) = own.or_else(|| self.common(self.voice, kind, false, draw)) else {
            return self.line(line, draw);
        };
        let fact = if form.contains(':') { lowered(line.text()) } else { line.text().to_owned() };
        let mut sentence = String::new();
        let said = wording::spoken(&self.temper.habit, form);
        let about = bank::topic(line.topic).name;
        fill(&mut sentence, &said, &Slots { fact: &fact, about, ..Slots::default() }, draw);
        self.place(&mut sentence, kind, draw);
        append(&mut self.out, &sentence);
        self.used.push(form);
        self.near.push(line.text());
        true
    }

    /// Whether a line of the bank was said within what the room remembers, or in this post.
    pub fn heard_line(&self, line: Line) -> bool {
        let text = line.text();
        let print = line.print();
        self.out.contains(text)
            || self.near.contains(&text)
            || print.is_some_and(|print| {
                self.view.scene.told.ago(print).is_some() || self.view.scene.heard.ago(print).is_some()
            })
    }

    /// A particular of the topic that nobody has told within what the room remembers.
    pub fn untold(&self, topic: usize, draw: &mut Draw) -> Option<Line> {
        let of = |topic: usize| {
            (0..bank::topic(topic).seeds.len()).map(move |seed| Line { topic, seed, kind: bank::Kind::Say })
        };
        let start = draw.below(4);
        let found: Vec<Line> = of(topic).filter(|line| !self.heard_line(*line)).collect();
        (!found.is_empty()).then(|| found[start % found.len()])
    }
}
