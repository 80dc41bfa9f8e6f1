//! Rules for writing that an event sets, kept while it lasts.

use super::grammar::{capitalise, length};
use crate::domain::scene::SceneEvent;

/// What a rule asks of every post.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// At most so many sentences.
    Sentences(usize),
    /// At most so many words.
    Words(usize),
    /// Nothing but questions.
    Questions,
    /// No questions.
    NoQuestions,
    /// All in lower case.
    Lower,
    /// All in upper case.
    Upper,
}

const NUMBERS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// Tens that a limit of words may be given in.
const TENS: [(&str, usize); 7] = [
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("fifteen", 15),
    ("twenty-five", 25),
    ("hundred", 100),
];

/// The rules for writing that `events` set.
pub(super) fn of(events: &[SceneEvent]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for event in events {
        let text = format!("{}. {}", event.title, event.description).to_lowercase();
        for sentence in text.split(['.', '!', '?', ';', '\n']) {
            if let Some(rule) = rule(sentence)
                && !rules.contains(&rule)
            {
                rules.push(rule);
            }
        }
    }
    rules
}

/// The rule that a sentence in lower case states.
fn rule(sentence: &str) -> Option<Rule> {
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    let words: Vec<&str> =
        sentence.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|w| !w.is_empty()).collect();
    let number_before = |unit: &str| {
        let at = words.iter().position(|word| word.trim_end_matches('s') == unit)?;
        words[..at].iter().rev().take(2).find_map(|word| number(word))
    };
    let binds = has(&[
        "per post",
        "every post",
        "each post",
        "all posts",
        "posts must",
        "post must",
        "per reply",
        "every reply",
        "writes",
        "write only",
        "no more than",
        "at most",
        "until further notice",
        "from now on",
        "must be",
        "nobody",
        "speak only",
        "only in",
        "a post",
        "posts are",
        "in no more",
        "answer only",
        "answer in",
        "keep it to",
        "keep to",
    ]);
    if !binds {
        return None;
    }
    if let Some(count) = number_before("sentence") {
        return Some(Rule::Sentences(count));
    }
    if let Some(count) = number_before("word") {
        return (count >= 3).then_some(Rule::Words(count));
    }
    if has(&["no question", "without question", "questions are forbidden", "nobody asks"]) {
        return Some(Rule::NoQuestions);
    }
    if has(&[
        "only question",
        "questions only",
        "a question",
        "in questions",
        "only in questions",
        "nothing but questions",
    ]) {
        return Some(Rule::Questions);
    }
    if has(&["lower case", "lowercase", "no capital", "without capital"]) {
        return Some(Rule::Lower);
    }
    has(&["upper case", "uppercase", "in capitals", "all caps"]).then_some(Rule::Upper)
}

fn number(word: &str) -> Option<usize> {
    if word == "a" || word == "single" {
        return Some(1);
    }
    NUMBERS
        .iter()
        .position(|name| *name == word)
        .map(|at| at + 1)
        .or_else(|| TENS.iter().find(|(name, _)| *name == word).map(|(_, count)| *count))
        .or_else(|| word.parse().ok().filter(|count| (1..=500).contains(count)))
}

/// `text` as the rules want it. What turns to `name` is kept, if anything is.
pub(super) fn keep(rules: &[Rule], text: &str, name: &str) -> String {
    let mut text = text.to_owned();
    for rule in rules {
        text = match rule {
            Rule::Sentences(most) => few(&text, *most, name),
            Rule::Words(most) => short(&text, *most, name),
            Rule::Questions => questions(&text, name),
            Rule::NoQuestions => {
                let kept: Vec<&str> =
                    sentences(&text).into_iter().filter(|one| !one.ends_with('?')).collect();
                if kept.is_empty() { text.replace('?', ".") } else { kept.join(" ") }
            }
            Rule::Lower => text.to_lowercase(),
            Rule::Upper => text.to_uppercase(),
        };
    }
    text
}

/// The sentences of `text`; what is in brackets or in quotation marks is not taken apart.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let (mut found, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, c) in text.char_indices() {
        match c {
            '“' | '(' => depth += 1,
            '”' | ')' => depth -= 1,
            _ => {}
        }
        let rest = &text[at + c.len_utf8()..];
        let ends =
            matches!(c, '.' | '!' | '?') && depth <= 0 && (rest.is_empty() || rest.starts_with([' ', '\n']));
        if ends || (c == ')' && depth <= 0 && text[..at].ends_with(['.', '!', '?'])) {
            found.push(text[from..at + c.len_utf8()].trim());
            from = at + c.len_utf8();
        }
    }
    if !text[from..].trim().is_empty() {
        found.push(text[from..].trim());
    }
    found
}

/// The first `most` sentences, the first of them joined where one is all there may be.
fn few(text: &str, most: usize, name: &str) -> String {
    let all = sentences(text);
    let kept: Vec<&str> = all.iter().filter(|one| !one.starts_with('(')).copied().collect();
    // A short beginning (“Right.”) is none to stop at: what says more is joined to it, or said instead.
    if most == 1 && kept.len() > 1 && length(kept[0]) < 5 {
        return format!("{}: {}", super::grammar::bare(kept[0]), super::grammar::within(kept[1]));
    }
    if most == 1
        && length(kept.first().unwrap_or(&"")) < 10
        && let Some(longest) = kept.iter().filter(|one| !one.ends_with('?')).max_by_key(|one| length(one))
        && length(longest) > length(kept[0])
    {
        let mut said = (*longest).to_owned();
        if !name.is_empty() && !said.contains(name) && kept[0].contains(name) {
            said = format!("{name}, {}", super::grammar::within(&said));
        }
        return said;
    }
    kept.into_iter().take(most).collect::<Vec<_>>().join(" ")
}

/// At most `most` words: whole sentences, else whole clauses, else words.
fn short(text: &str, most: usize, name: &str) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for one in sentences(text) {
        if length(&kept) + length(one) <= most {
            super::grammar::append(&mut kept, one);
        }
    }
    if !kept.is_empty() {
        return kept;
    }
    // The clause that says most within the limit.
    let fitting = text.split([',', ';', ':', '.', '!', '?']).map(str::trim).filter(|one| *one != name);
    let best = fitting.filter(|one| (2..=most).contains(&length(one))).max_by_key(|one| length(one));
    let mut kept = best
        .map_or_else(|| text.split_whitespace().take(most).collect::<Vec<_>>().join(" "), ToOwned::to_owned);
    for joint in ["because ", "but ", "and ", "since ", "for ", "that ", "so "] {
        if let Some(rest) = kept.strip_prefix(joint) {
            kept = rest.to_owned();
            break;
        }
    }
    capitalise(&mut kept, 0);
    kept.push('.');
    kept
}

/// Only its questions; where it has none, its first sentence as one.
fn questions(text: &str, name: &str) -> String {
    let all = sentences(text);
    let asked: Vec<&str> = all.iter().copied().filter(|one| one.ends_with('?')).collect();
    if !asked.is_empty() {
        return asked.join(" ");
    }
    let first = all.iter().copied().find(|one| length(one) > 4).unwrap_or(text);
    // Without the calling at its beginning: “Oh, Ada, …”, “To Ada: …”.
    let called = first.find(name).filter(|at| !name.is_empty() && *at < 16).map_or(0, |at| at + name.len());
    let rest = first[called..].trim_start_matches([',', ' ', ':', '—', '!', '.']);
    let first = super::grammar::bare(if length(rest) > 3 { rest } else { first });
    let mut out = format!("could it be that {}?", super::grammar::within(first));
    if !name.is_empty() {
        out = format!("{name}, {out}");
    }
    capitalise(&mut out, 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(title: &str, description: &str) -> SceneEvent {
        SceneEvent {
            id: 1,
            title: title.into(),
            description: description.into(),
            event_type: "challenge".into(),
            severity: "normal".into(),
        }
    }

    #[test]
    fn rules_are_read_from_what_is_announced() {
        let of = |title: &str, description: &str| of(&[event(title, description)]);
        assert_eq!(of("One sentence per post until further notice", ""), [Rule::Sentences(1)]);
        assert_eq!(of("Brevity", "From now on every post has at most twelve words."), [Rule::Words(12)]);
        assert_eq!(of("Only questions", "Every post must be a question."), [Rule::Questions]);
        assert_eq!(of("Whisper day", "All posts in lower case today."), [Rule::Lower]);
        assert!(of("The river will pass its mark", "Ten hours are left. The gate can be opened.").is_empty());
    }

    #[test]
    fn they_are_kept() {
        let text =
            "Ada, I doubt it. A full drawer hides the scissors, and nobody looks. (So there.) Or do they?";
        assert_eq!(
            keep(&[Rule::Sentences(1)], text, "Ada"),
            "Ada, I doubt it: a full drawer hides the scissors, and nobody looks."
        );
        assert!(length(&keep(&[Rule::Words(6)], text, "Ada")) <= 6);
        assert_eq!(keep(&[Rule::Questions], text, "Ada"), "Or do they?");
        assert!(
            keep(&[Rule::Questions], "Ada, a full drawer hides the scissors.", "Ada")
                .starts_with("Ada, could it be that a full")
        );
        assert!(!keep(&[Rule::NoQuestions], text, "Ada").contains('?'));
        assert!(keep(&[Rule::Lower], text, "Ada").starts_with("ada, i"));
    }
}
