//! Rules for writing that an event sets, kept while it lasts.

use super::grammar::{capitalise, length};
use crate::domain::scene::SceneEvent;

/// What a rule asks of every post.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// No exclamation marks.
    Calm,
    /// Somebody to whom it owes something is named.
    Credit,
    /// It argues for the side that its author does not hold.
    OtherSide,
    /// These words first.
    Begins(String),
    /// These words last.
    Ends(String),
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
        let text = format!("{}. {}", event.title, event.description);
        for sentence in sentences(&text).into_iter().flat_map(|one| one.split([';', '\n'])) {
            if let Some(rule) = given(sentence).or_else(|| rule(&sentence.to_lowercase()))
                && !rules.contains(&rule)
            {
                rules.push(rule);
            }
        }
    }
    rules
}

/// The words in quotation marks with which a sentence wants posts to begin or to end.
fn given(sentence: &str) -> Option<Rule> {
    let (before, rest) = sentence.split_once(['“', '"'])?;
    let words = rest.split_once(['”', '"'])?.0.trim();
    let before = before.to_lowercase();
    let has = |any: &[&str]| before.split(|c: char| !c.is_alphabetic()).any(|word| any.contains(&word));
    if has(&["exclamation mark"]) && has(&["no ", "without", "nobody", "not "]) {
        return Some(Rule::Calm);
    }
    let binds = has(&["post", "posts", "reply", "replies", "everybody", "everyone"]);
    if !binds || !(1..=12).contains(&length(words)) {
        return None;
    }
    if has(&["begin", "begins", "start", "starts", "open", "opens"]) {
        return Some(Rule::Begins(words.to_owned()));
    }
    has(&["end", "ends", "finish", "finishes", "close", "closes"]).then(|| Rule::Ends(words.to_owned()))
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
    if has(&[
        "credit where",
        "names the one earlier",
        "name whom you owe",
        "names whom it owes",
        "names somebody",
    ]) {
        return Some(Rule::Credit);
    }
    if has(&[
        "argue the other side",
        "argue the opposite",
        "argue against yourself",
        "argue against your own",
    ]) {
        return Some(Rule::OtherSide);
    }
    if has(&["exclamation mark"]) && has(&["no ", "without", "nobody", "not "]) {
        return Some(Rule::Calm);
    }
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

/// By what one says that one speaks for the side that one does not hold.
const AGAINST_ITSELF: [&str; 5] = [
    "For the other side:",
    "Against myself, then:",
    "With the other hat on:",
    "As my own opponent:",
    "Arguing what I do not hold:",
];

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
            Rule::Calm => text.replace('!', "."),
            Rule::OtherSide => {
                let lead = AGAINST_ITSELF[text.len() % AGAINST_ITSELF.len()];
                format!("{lead} {}", after(&text, name))
            }
            Rule::Credit if name.is_empty() || text.contains(name) => text,
            Rule::Credit => format!("{name}, {}", super::grammar::within(&text)),
            Rule::Begins(words) if text.starts_with(words.as_str()) => text,
            Rule::Begins(words) if words.ends_with(['.', '!', '?', '…']) => format!("{words} {text}"),
            Rule::Begins(words) => format!("{words} {}", after(&text, name)),
            Rule::Ends(words) if text.ends_with(words.as_str()) => text,
            Rule::Ends(words) => format!("{text} {words}"),
        };
    }
    text
}

/// `text` as it goes on after other words; a name keeps its capital.
fn after(text: &str, name: &str) -> String {
    let named = !name.is_empty() && text.starts_with(name);
    if named { text.to_owned() } else { super::grammar::within(text) }
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
        assert_eq!(of("Calm", "No post has an exclamation mark today."), [Rule::Calm]);
        assert_eq!(of("Credit where it is due", ""), [Rule::Credit]);
        assert_eq!(of("Argue the other side", "Make the best case."), [Rule::OtherSide]);
        let begins = of("A custom", "Every post begins with “In my humble view,” until Friday.");
        assert_eq!(begins, [Rule::Begins("In my humble view,".into())]);
        assert_eq!(of("A custom", "All posts end with \"So be it.\""), [Rule::Ends("So be it.".into())]);
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
        assert_eq!(keep(&[Rule::Credit], "It rains.", "Ada"), "Ada, it rains.");
        assert_eq!(keep(&[Rule::Begins("Look:".into())], "It rains.", "Ada"), "Look: it rains.");
        assert_eq!(keep(&[Rule::Ends("So be it.".into())], "It rains.", "Ada"), "It rains. So be it.");
        assert!(keep(&[Rule::Lower], text, "Ada").starts_with("ada, i"));
    }
}
