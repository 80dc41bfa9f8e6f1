//! A model's reasoning, told from its answer.
//!
//! Servers that do not take reasoning out leave it in the text, each model family with marks of its
//! own, often without the opening one (the template wrote it) and, when the tokens ran out, without
//! the closing one. What follows the reasoning is the answer; marks inside a JSON object are text.

mod marks;

use self::marks::{MARK_MAX, Mark, STARTS, Within, mark, may_go_on};
use super::loose;

/// Objects of one text that are looked into…
const OBJECTS: usize = 200;
/// …and how far into each, so that many that never end cost no more than a few passes.
const OBJECT_MAX: usize = 256 * 1024;

/// A text, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// What is left without the reasoning.
    pub(super) answer: String,
    /// The last reasoning; `None` where there was none.
    pub(super) thought: Option<String>,
    /// Whether reasoning ended that had no beginning.
    pub(super) headless: bool,
}

/// Takes a finished text apart.
pub(super) fn split(text: &str) -> Parts {
    if let Some(parts) = unmarked_channels(text) {
        return parts;
    }
    let mut splitter = Splitter::new(text);
    let (mut at, mut objects) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let Some(step) = rest.find(|c: char| c == '{' || STARTS.contains(&c)) else { break };
        at += step;
        let rest = &text[at..];
        if rest.starts_with('{') {
            // In reasoning, braces are part of it.
            let near = &rest[..rest.floor_char_boundary(OBJECT_MAX)];
            let object = (splitter.open.is_none() && objects < OBJECTS).then(|| loose::read(near)).flatten();
            objects += 1;
            at += object.map_or(1, |(_, length)| length);
            continue;
        }
        match mark(text, at, true) {
            Some((mark, length)) => {
                if let Some(mark) = splitter.within.settle(mark, splitter.open.is_some()) {
                    splitter.take(mark, at, length);
                }
                at += length;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    splitter.end()
}

struct Splitter<'a> {
    text: &'a str,
    parts: Parts,
    /// Where the text not yet taken begins.
    from: usize,
    /// Where the reasoning under way begins, without its mark.
    open: Option<usize>,
    within: Within,
    /// Whether any reasoning has been closed.
    closed: bool,
    /// Whether the answer so far has a brace.
    braced: bool,
    /// Where the last mark that closes reasoning stands, and the last brace: looked for once, not at
    /// every mark.
    last_close: Option<usize>,
    last_brace: Option<usize>,
}

impl<'a> Splitter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            parts: Parts::default(),
            from: 0,
            open: None,
            within: Within::default(),
            closed: false,
            braced: false,
            last_close: last_close(text),
            last_brace: text.rfind('{'),
        }
    }

    fn take(&mut self, mark: Mark, at: usize, length: usize) {
        let after = at + length;
        match (mark, self.open) {
            (Mark::Open, None) if self.opens(at, after) => {
                self.keep(at);
                self.open = Some(after);
            }
            (Mark::Open, Some(_)) | (Mark::Noise, Some(_)) => {}
            (Mark::Open, None) => {}
            (Mark::Close | Mark::End | Mark::Final, Some(start)) => {
                self.parts.thought = Some(self.text[start..at].to_owned());
                self.open = None;
                self.closed = true;
                self.from = after;
                // An act before the last reasoning was a draft.
                if self.braced && self.last_brace >= Some(after) {
                    self.parts.answer.clear();
                    self.braced = false;
                }
            }
            (Mark::Close, None) => {
                let over = self.text[after..].trim_start().is_empty();
                if !(over && self.closed) {
                    self.drop_before(at);
                    self.parts.headless = true;
                    self.from = after;
                } else {
                    self.keep(at);
                    self.from = after;
                }
            }
            (Mark::Final, None) => {
                self.drop_before(at);
                self.from = after;
            }
            (Mark::End | Mark::Noise, None) => {
                self.keep(at);
                self.from = after;
            }
            (Mark::Begin(_) | Mark::Inner(_) | Mark::Shut(_), _) => {}
        }
    }

    /// Whether an opening mark is one: at the beginning of a line, or closed again, or with an object
    /// after it that must not be taken for the answer. In the middle of a sentence it is a word.
    fn opens(&self, at: usize, after: usize) -> bool {
        let before = self.text[self.from..at].trim_end_matches([' ', '\t']);
        before.is_empty()
            || before.ends_with('\n')
            || self.last_brace >= Some(after)
            || self.last_close >= Some(after)
    }

    fn keep(&mut self, to: usize) {
        let kept = &self.text[self.from..to];
        self.braced |= kept.contains('{');
        self.parts.answer.push_str(kept);
    }

    fn drop_before(&mut self, at: usize) {
        self.keep(at);
        let dropped = std::mem::take(&mut self.parts.answer);
        self.braced = false;
        if !dropped.trim().is_empty() {
            self.parts.thought = Some(dropped);
        }
        self.closed = true;
    }

    fn end(mut self) -> Parts {
        match self.open {
            Some(start) => self.parts.thought = Some(self.text[start..].to_owned()),
            None => self.keep(self.text.len()),
        }
        self.parts.answer = self.parts.answer.trim().to_owned();
        self.parts
    }
}

/// Where the last mark stands that closes reasoning.
fn last_close(text: &str) -> Option<usize> {
    let (mut at, mut last) = (0, None);
    while let Some(step) = text[at..].find(STARTS) {
        at += step;
        let (kind, length) = match mark(text, at, true) {
            Some((kind, length)) => (Some(kind), length),
            None => (None, text[at..].chars().next().map_or(1, char::len_utf8)),
        };
        if matches!(kind, Some(Mark::Close | Mark::Final)) {
            last = Some(at);
        }
        at += length;
    }
    last
}

/// Channels whose marks were taken out and whose names were left: `analysis…assistantfinal…`.
fn unmarked_channels(text: &str) -> Option<Parts> {
    let start = text.trim_start();
    if !(start.starts_with("analysis") || start.starts_with("commentary")) {
        return None;
    }
    let at = start.rfind("assistantfinal")?;
    Some(Parts {
        answer: start[at + "assistantfinal".len()..].trim().to_owned(),
        thought: Some(start[..at].to_owned()),
        headless: false,
    })
}

/// What is shown of a text while it arrives: nothing of its reasoning.
pub(super) struct Live {
    state: State,
    /// What has come and is not decided yet.
    held: String,
    /// Whether that begins a line.
    fresh: bool,
    within: Within,
    /// Whether text without marks may be shown at once, rather than at its end.
    trusted: bool,
    /// Whether this model has been seen to close reasoning that it did not open.
    headless: bool,
    shown: bool,
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum State {
    /// Nothing but white space has come.
    Start,
    /// It may be reasoning whose beginning was left out.
    Doubt,
    /// An answer.
    Show,
    /// Reasoning.
    Think,
}

/// What is known of a model's ways with reasoning.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Habit {
    /// Nothing yet.
    #[default]
    Unknown,
    /// Its text is its answer.
    Plain,
    /// It closes reasoning that it did not open.
    Headless,
}

impl Live {
    pub(super) fn new(habit: Habit) -> Self {
        Self {
            state: State::Start,
            held: String::new(),
            fresh: true,
            within: Within::default(),
            trusted: habit == Habit::Plain,
            headless: habit == Habit::Headless,
            shown: false,
        }
    }

    /// Takes the next piece in; answers what may be shown now.
    pub(super) fn feed(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        if self.state == State::Start {
            let start = self.held.trim_start();
            if start.is_empty() {
                return String::new();
            }
            self.state = if self.headless {
                State::Doubt
            } else if self.trusted || start.starts_with(['{', '<', '[', '◁', '`']) {
                State::Show
            } else {
                State::Doubt
            };
        }
        let shown = self.advance();
        self.shown |= !shown.is_empty();
        shown
    }

    /// Goes through what is held once: what is decided leaves it.
    fn advance(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        let mut shown = String::new();
        let (mut from, mut at) = (0, 0);
        loop {
            let Some(step) = held[at..].find(STARTS) else {
                at = held.len();
                break;
            };
            at += step;
            let rest = &held[at..];
            let found = mark(&held, at, self.fresh);
            if rest.len() < MARK_MAX && may_go_on(&held, at, self.fresh) {
                break; // its end may be still to come
            }
            let Some((kind, length)) = found else {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            };
            // The name of a channel ends with a mark of its own.
            if rest.len() < MARK_MAX && rest.starts_with("<|channel|>") && !rest.contains("<|message|>") {
                break;
            }
            let Some(kind) = self.within.settle(kind, self.state == State::Think) else {
                at += length;
                continue;
            };
            if self.state == State::Show && !matches!(kind, Mark::Final) {
                shown.push_str(&held[from..at]);
            }
            self.state = match (kind, self.state) {
                (Mark::Open, _) => State::Think,
                (Mark::Close | Mark::Final, _) | (Mark::End, State::Think) => State::Show,
                (_, state) => state,
            };
            at += length;
            from = at;
        }
        // What is in doubt is shown at the end or not at all, and then from the finished answer.
        if self.state == State::Show {
            shown.push_str(&held[from..at]);
        }
        let gone = held[..at].trim_end_matches([' ', '\t']);
        self.fresh = if gone.is_empty() { self.fresh } else { gone.ends_with('\n') };
        held[at..].clone_into(&mut self.held);
        shown
    }

    /// The answer is complete: what is to be shown of it where nothing has been yet.
    pub(super) fn end(&self, answer: &str) -> String {
        if self.shown { self.rest() } else { answer.to_owned() }
    }

    fn rest(&self) -> String {
        if self.state == State::Show { self.held.clone() } else { String::new() }
    }
}

#[cfg(test)]
mod tests;
