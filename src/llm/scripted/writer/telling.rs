//! Lines of the bank in a post: told, answered with, or passed over because somebody has told them.

use super::{Writer, lowered};
use crate::llm::scripted::bank::{self, Kind, Line};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::grammar::{Slots, append, fill, length};
use crate::llm::scripted::issues::Side;
use crate::llm::scripted::phrases::TO_PARTICULARS;
use crate::llm::scripted::temper::Calls;
use crate::llm::scripted::voices::Move;
use crate::llm::scripted::wording;

/// How often, in per cent, a bot says of what it has to say to a particular what it is, and how often it turns to it
/// otherwise.
const LEADS_TO_IT: u32 = 76;
const TURNS_TO_IT: u32 = 34;
/// What the words for what it is are drawn by: with these no two of the embedded bots have the same.
const LEADING: [u64; 5] = [2_011, 2_067, 2_074, 2_083, 2_098];
/// How often, in per cent, it says that it tells something.
const TELLS_IT: u32 = 46;

impl Writer<'_, '_> {
    /// Adds a line of the bank without turning to it, if there is one and nobody has said it lately.
    pub fn plainly(&mut self, line: Line, draw: &mut Draw) -> bool {
        // A question of a few words alone would be the same post again.
        let bare = self.out.trim().is_empty() && line.kind == Kind::Ask && length(line.text()) < 9;
        // With a name in it, it is the same line.
        if line.text().is_empty() || bare || self.heard_line(line) || self.spoken(line.text()) {
            return false;
        }
        let mut sentence = self.led(line, draw).unwrap_or_else(|| line.text().to_owned());
        self.place(&mut sentence, (Move::Remark, false), draw);
        if !self.shows(&sentence) {
            return false;
        }
        append(&mut self.out, &sentence);
        self.last = Some(Move::Remark);
        self.near.push(line.text());
        true
    }

    /// Adds a line of the bank, if nobody has said it lately.
    pub fn line(&mut self, line: Line, draw: &mut Draw) -> bool {
        let text = line.text();
        let bare = self.out.trim().is_empty() && line.kind == Kind::Ask && length(text) < 9;
        if bare || self.heard_line(line) || self.spoken(text) {
            return false;
        }
        let mut sentence = self.turned_to(line, draw).unwrap_or_else(|| text.to_owned());
        self.place(&mut sentence, (Move::Remark, false), draw);
        append(&mut self.out, &sentence);
        self.last = Some(Move::Remark);
        true
    }

    /// A line of the bank after the bot's words for what it is, if it is one that they lead to.
    fn led(&self, line: Line, draw: &mut Draw) -> Option<String> {
        let text = line.text();
        // An answer that asks needs no leading to.
        let kind = Kind::ANSWERS[1..].iter().position(|kind| *kind == line.kind)?;
        let fits = !text.contains([':', '?']) && draw.chance(LEADS_TO_IT);
        let own = self.temper.habit.one_of(LEADING[kind], TO_PARTICULARS[kind].len());
        let (lead, said) = (TO_PARTICULARS[kind][own], lowered(text));
        // Only after a colon may a capital stay whose word may be no name.
        let goes_on = lead.ends_with(':') || said != text || text.starts_with("I ");
        (fits && goes_on).then(|| format!("{lead} {said}"))
    }

    /// A line of the bank after a few words that say what it is, or that are this bot's; mostly there are none.
    fn turned_to(&mut self, line: Line, draw: &mut Draw) -> Option<String> {
        let text = line.text();
        // One beginning is enough.
        if !self.out.is_empty() || self.calls == Calls::First || text.contains([':', '?']) {
            return None;
        }
        if let Some(led) = self.led(line, draw) {
            return Some(led);
        }
        let form = self.own(Move::Remark, false, draw).filter(|_| draw.chance(TURNS_TO_IT))?;
        let fact = lowered(text);
        let mut sentence = String::new();
        let slots = Slots { fact: &fact, ..Slots::default() };
        fill(&mut sentence, &wording::spoken(&self.temper.habit, form), &slots, draw);
        self.used.push(form);
        Some(sentence)
    }

    /// Tells a particular, turning to it first, if nobody has told it lately.
    pub fn tell(&mut self, line: Line, draw: &mut Draw) -> bool {
        self.tell_as(Move::Tell, line, draw)
    }

    /// Tells a particular of the issue's topic that speaks for the side taken, if there is one that nobody has told
    /// lately.
    pub fn show(&mut self, draw: &mut Draw) -> bool {
        self.exhibit(self.side, draw).is_some_and(|line| self.tell_as(Move::Exhibit, line, draw))
    }

    /// Tells a particular in a move of `kind`, if nobody has told it lately.
    fn tell_as(&mut self, kind: Move, line: Line, draw: &mut Draw) -> bool {
        if self.heard_line(line) {
            return false;
        }
        // What goes on with a view, or stands for itself, needs no word before it.
        let stands = match kind {
            Move::Tell => true,
            Move::Exhibit => !self.out.is_empty(),
            _ => false,
        };
        if stands && !draw.chance(TELLS_IT) {
            append(&mut self.out, line.text());
            self.last = Some(kind);
            self.near.push(line.text());
            return true;
        }
        let form = self.own(kind, false, draw);
        let Some(form) = form.or_else(|| self.common(self.voice, kind, false, draw)) else { return false };
        let (claim, against) =
            (self.brief(form, "{cs}", self.side, draw), self.brief(form, "{ds}", self.side.other(), draw));
        let fact = lowered(line.text());
        let slots = Slots {
            fact: &fact,
            short_claim: claim.unwrap_or(""),
            short_against: against.unwrap_or(""),
            ..Slots::default()
        };
        if !slots.fit(form) {
            return false;
        }
        let mut sentence = String::new();
        fill(&mut sentence, &wording::spoken(&self.temper.habit, form), &slots, draw);
        self.place(&mut sentence, (kind, false), draw);
        append(&mut self.out, &sentence);
        self.last = Some(kind);
        self.used.push(form);
        self.near.push(line.text());
        self.near.extend(claim.into_iter().chain(against));
        true
    }

    /// The words in short for `side`, where `form` has a `place` for them.
    fn brief(&self, form: &str, place: &str, side: Side, draw: &mut Draw) -> Option<&'static str> {
        if form.contains(place) { self.words_for(side, true, true, draw) } else { None }
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
        self.untold_of(topic, |_| true, draw)
    }

    /// A particular of the issue's topic that speaks for `side` and that nobody has told within what the room
    /// remembers.
    pub fn exhibit(&self, side: Side, draw: &mut Draw) -> Option<Line> {
        let issue = self.issue()?;
        self.untold_of(issue.at?, |seed| issue.shown_by(seed) == Some(side), draw)
    }

    fn untold_of(&self, topic: usize, fits: impl Fn(usize) -> bool, draw: &mut Draw) -> Option<Line> {
        let seeds = (0..bank::topic(topic).seeds.len()).filter(|seed| fits(*seed));
        let start = draw.below(4);
        let found: Vec<Line> = seeds
            .map(|seed| Line { topic, seed, kind: Kind::Say })
            .filter(|line| !self.heard_line(*line))
            .collect();
        (!found.is_empty()).then(|| found[start % found.len()])
    }
}
