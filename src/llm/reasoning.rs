//! A model's reasoning, told from its answer.
//!
//! Servers that do not take reasoning out leave it in the text, each model family with marks of its
//! own, often without the opening one (the template wrote it) and, when the tokens ran out, without
//! the closing one. What follows the reasoning is the answer; marks inside a JSON object are text.

use super::loose;

/// The longest mark.
const MARK_MAX: usize = 96;
/// Objects of one text that are looked into…
const OBJECTS: usize = 200;
/// …and how far into each, so that many that never end cost no more than a few passes.
const OBJECT_MAX: usize = 256 * 1024;

/// What the marks say.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// Reasoning begins.
    Open,
    /// Reasoning is over.
    Close,
    /// The answer begins, whatever was before.
    Final,
    /// The end of a message: the end of reasoning, where that is under way.
    End,
    /// Belongs to the template and to nobody's text.
    Noise,
}

/// The words for reasoning in marks.
const WORDS: [&str; 19] = [
    "think",
    "thinking",
    "thinks",
    "thought",
    "thoughts",
    "reasoning",
    "reason",
    "reflection",
    "scratchpad",
    "analysis",
    "cot",
    "chain_of_thought",
    "inner_monologue",
    "internal_monologue",
    "inner_thoughts",
    "deliberation",
    "longcat_think",
    "seed_think",
    "thought_process",
];
/// Marks around an answer.
const ANSWERS: [&str; 7] = ["answer", "response", "final", "final_answer", "solution", "output", "text"];

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
        let Some(step) = rest.find(['<', '[', '◁', '{']) else { break };
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
        match mark(rest) {
            Some((mark, length)) => {
                splitter.take(mark, at, length);
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
    while let Some(step) = text[at..].find(['<', '[', '◁']) {
        at += step;
        let rest = &text[at..];
        let (kind, length) = match mark(rest) {
            Some((kind, length)) => (Some(kind), length),
            None => (None, rest.chars().next().map_or(1, char::len_utf8)),
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

/// The mark that `text` begins with, and its length.
fn mark(text: &str) -> Option<(Mark, usize)> {
    let near = &text[..text.floor_char_boundary(MARK_MAX)];
    if let Some(name) = near.strip_prefix("<|channel>") {
        let word = if name.starts_with("thought") { "thought".len() } else { 0 };
        return Some((Mark::Open, "<|channel>".len() + word));
    }
    if let Some(inner) = near.strip_prefix("<|") {
        return special(inner, near);
    }
    if let Some(inner) = near.strip_prefix("<｜") {
        let end = inner.find("｜>")?;
        return Some((Mark::Noise, "<｜".len() + end + "｜>".len()));
    }
    if let Some(end) = ["<channel|>", "</channel|>"].iter().find(|end| near.starts_with(**end)) {
        return Some((Mark::Close, end.len()));
    }
    let (open, close) = match near.chars().next()? {
        '<' => ('<', '>'),
        '[' => ('[', ']'),
        '◁' => ('◁', '▷'),
        _ => return None,
    };
    let inner = &near[open.len_utf8()..];
    let end = inner.find(close)?;
    let length = open.len_utf8() + end + close.len_utf8();
    let inner = &inner[..end];
    let (closing, name) = match inner.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, inner),
    };
    // Square brackets are common in prose; as marks they are written in capitals.
    if open == '[' && name.chars().any(|c| !c.is_ascii_uppercase()) {
        return None;
    }
    let kind = match name.trim() {
        "unused94" => Mark::Open,
        "unused95" => Mark::Close,
        name => named(&name.to_lowercase(), closing)?,
    };
    Some((kind, length))
}

/// The mark with this name.
fn named(name: &str, closing: bool) -> Option<Mark> {
    let name = name.split([' ', '\t']).next().unwrap_or_default();
    let name = name.rsplit(':').next().unwrap_or_default();
    if WORDS.contains(&name) {
        return Some(if closing { Mark::Close } else { Mark::Open });
    }
    ANSWERS.contains(&name).then_some(Mark::Noise)
}

/// A mark such as `<|name|>`; `inner` is `near` without its beginning.
fn special(inner: &str, near: &str) -> Option<(Mark, usize)> {
    let end = inner.find("|>").filter(|end| *end <= 40)?;
    let length = "<|".len() + end + "|>".len();
    let name = inner[..end].to_lowercase();
    let rest = &near[length..];
    match name.as_str() {
        "channel" => {
            let channel: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let whole = match rest.find("<|message|>") {
                Some(at) => length + at + "<|message|>".len(),
                None => length + channel.len(),
            };
            let kind = if channel.eq_ignore_ascii_case("final") { Mark::Final } else { Mark::Open };
            return Some((kind, whole));
        }
        "start" | "im_start" | "start_header_id" => {
            let role = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            return Some((Mark::Noise, length + role));
        }
        "end" | "return" | "call" => return Some((Mark::End, length)),
        "inner_prefix" => return Some((Mark::Open, length)),
        "inner_suffix" => return Some((Mark::Close, length)),
        _ => {}
    }
    let begun =
        ["begin_of_", "start_of_", "begin_", "start_"].iter().find_map(|head| name.strip_prefix(head));
    let ended = ["end_of_", "end_", "/"].iter().find_map(|head| name.strip_prefix(head));
    let word = ended.or(begun).unwrap_or(&name);
    Some((named(word, ended.is_some()).unwrap_or(Mark::Noise), length))
}

/// What is shown of a text while it arrives: nothing of its reasoning.
pub(super) struct Live {
    state: State,
    /// What has come and is not decided yet.
    held: String,
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
            let Some(step) = held[at..].find(['<', '[', '◁']) else {
                at = held.len();
                break;
            };
            at += step;
            let rest = &held[at..];
            let Some((kind, length)) = mark(rest) else {
                if rest.len() < MARK_MAX && !rest.contains(['>', ']', '▷', '\n']) {
                    break; // its end may be still to come
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            };
            // The name of a channel ends with a mark of its own.
            if rest.len() < MARK_MAX && rest.starts_with("<|channel|>") && !rest.contains("<|message|>") {
                break;
            }
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACT: &str = r#"{"act": {"action": "do_nothing", "reason": "the answer"}}"#;
    const DRAFT: &str =
        r#"Perhaps {"act": {"action": "vote", "thread_id": 3, "value": -1, "reason": "a draft"}}, but no."#;

    /// Every form, with a draft in it.
    fn leaks() -> Vec<String> {
        let mut all: Vec<String> = [
            ("<think>\n", "\n</think>\n\n"),
            ("<Think>", "</Think>"),
            ("<thinking>", "</thinking>"),
            ("<thought>\n", "\n</thought>\n"),
            ("<reasoning>", "</reasoning>"),
            ("<reflection>", "</reflection>"),
            ("<seed:think>", "</seed:think>"),
            ("<mm:think>", "</mm:think>"),
            ("<longcat_think>", "</longcat_think>"),
            ("<think effort=\"high\">", "</think>"),
            ("[THINK]", "[/THINK]"),
            ("◁think▷", "◁/think▷"),
            ("<|begin_of_thought|>", "<|end_of_thought|>\n<|begin_of_solution|>"),
            ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
            ("<|inner_prefix|>", "<|inner_suffix|>"),
            ("<unused94>thought\n", "<unused95>"),
            ("<|channel>thought\n", "<channel|>"),
            ("<|channel>", "</channel|>"),
            ("<|channel>thought <channel|><|channel>thought\n", "<channel|>"),
            ("", "<channel|>"),
            ("<|think|>", "<|/think|>"),
            ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
            (
                "<|channel|>analysis<|message|>",
                "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>",
            ),
            (
                "<|channel|>analysis<|message|>",
                "<|channel|>commentary<|message|>so<|end|><|channel|>final<|message|>",
            ),
            ("<think>", "</think><answer>"),
            ("", "\n</think>\n\n"),
            ("", "[/THINK]"),
            ("", "◁/think▷"),
            ("", "<|end|><|start|>assistant<|channel|>final<|message|>"),
            ("analysis", "assistantfinal"),
            ("<think>a</think>\n<think>", "</think>"),
        ]
        .iter()
        .map(|(open, close)| format!("{open}{DRAFT}{close}{ACT}"))
        .collect();
        let ends = [
            "</answer>",
            "<|return|>",
            "<|end|>",
            "</think>",
            "<|im_end|>",
            "<｜end▁of▁sentence｜>",
            "<|END_RESPONSE|>",
        ];
        let tails: Vec<String> = ends.iter().map(|end| format!("<think>{DRAFT}</think>{ACT}{end}")).collect();
        all.extend(tails);
        all
    }

    #[test]
    fn the_answer_is_what_follows() {
        for leak in leaks() {
            let parts = split(&leak);
            assert_eq!(parts.answer, ACT, "{leak}");
            assert!(parts.thought.is_some_and(|thought| !thought.contains("the answer")), "{leak}");
        }
    }

    #[test]
    fn what_is_unclosed_is_no_answer() {
        for open in [
            "<think>\n",
            "[THINK]",
            "◁think▷",
            "<|channel|>analysis<|message|>",
            "Sure. <think>",
            "<thought>",
        ] {
            let parts = split(&format!("{open}{DRAFT} so I should"));
            assert!(!parts.answer.contains('{'), "{open} {parts:?}");
            assert!(parts.thought.is_some_and(|thought| thought.contains("a draft")), "{open}");
        }
        assert_eq!(split(&format!("{DRAFT}\n</think>\n")).answer, "");
    }

    #[test]
    fn text_that_only_speaks_of_marks_stays() {
        for text in [
            r#"{"act": {"action": "reply", "thread_id": 1, "content": "they write </think> and <think> and [THINK]"}}"#,
            "{\"act\": {\"content\": \"two\nlines with </think> in them\"}}",
            "I like the <think> tag.",
            "a < b and [brackets] and <b>bold</b>",
            "[thinking] well",
            "",
        ] {
            assert_eq!(split(text), Parts { answer: text.to_owned(), ..Parts::default() }, "{text}");
        }
    }

    fn live(text: &str, habit: Habit, cuts: &[usize]) -> String {
        let mut live = Live::new(habit);
        let (mut shown, mut from) = (String::new(), 0);
        for cut in cuts.iter().copied().chain([text.len()]) {
            let cut = text.floor_char_boundary(cut).max(from);
            shown.push_str(&live.feed(&text[from..cut]));
            from = cut;
        }
        shown.push_str(&live.end(&split(text).answer));
        shown
    }

    #[test]
    fn nothing_of_it_is_shown_while_it_comes() {
        for leak in leaks() {
            for size in [1, 2, 7, 1_000] {
                let cuts: Vec<usize> = (0..leak.len()).step_by(size).collect();
                for habit in [Habit::Unknown, Habit::Headless] {
                    let shown = live(&leak, habit, &cuts);
                    assert!(!shown.contains("draft"), "{size} {leak} → {shown}");
                    assert!(shown.contains("the answer"), "{size} {leak} → {shown}");
                }
            }
        }
    }

    /// Each mark once had the rest of the text looked through, and moved: what is read here in a second
    /// would take hours.
    #[test]
    fn any_number_of_marks_is_read_in_one_pass() {
        for (piece, words) in [
            ("x <think> ", "x"),
            ("x </think> ", ""),
            ("x <answer> ", "x"),
            ("x <think> </think> ", "x"),
            ("{x <think> </think> ", "{x"),
            ("x <think", "x"),
        ] {
            let text = piece.repeat(400_000 / piece.len());
            let parts = split(&text);
            assert!(parts.answer.starts_with(words), "{piece}: {}", &parts.answer[..words.len()]);
            let shown = live(&text, Habit::Unknown, &[]);
            assert!(shown.len() <= text.len(), "{piece}");
        }
    }

    #[test]
    fn an_answer_is_shown_as_it_comes() {
        let mut plain = Live::new(Habit::Unknown);
        assert_eq!(plain.feed("{\"act\""), "{\"act\"");
        let mut trusted = Live::new(Habit::Plain);
        assert_eq!(trusted.feed("I am"), "I am");
        assert_eq!(trusted.feed(" well"), " well");
        let mut doubted = Live::new(Habit::Unknown);
        assert_eq!(doubted.feed("I am well"), "");
        assert_eq!(doubted.end("I am well"), "I am well");
    }

    proptest! {
        #[test]
        fn where_it_is_cut_makes_no_difference(leak in prop::sample::select(leaks()), cuts in prop::collection::vec(0usize..300, 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let shown = live(&leak, Habit::Unknown, &cuts);
            prop_assert!(!shown.contains("draft"), "{}", shown);
        }

        #[test]
        fn junk_never_panics(text in "[\\PC<>|\\[\\]/{}\"a-z◁▷]{0,200}", cuts in prop::collection::vec(0usize..200, 0..4)) {
            let parts = split(&text);
            prop_assert!(parts.answer.len() <= text.len());
            let mut cuts = cuts;
            cuts.sort_unstable();
            let _ = live(&text, Habit::Unknown, &cuts);
        }
    }
}
