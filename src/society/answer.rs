//! The parse ladder: what a model said → an [`Action`], or one sentence naming the fault.
//!
//! Rungs: the whole answer is the JSON that was asked for; such JSON, or what is meant as such, stands
//! inside prose or code fences; else the caller asks once for a repair. Reasoning has been removed
//! where the answer was read. Every text of an
//! accepted act has passed the text gate.

mod declines;
mod extraction;
mod form;
mod own;
mod sound;

use serde_json::Value;

pub(crate) use self::declines::declines;
use self::declines::only_declines;
pub(crate) use self::extraction::extraction;
use self::extraction::noted_in;
use self::form::{act_in, coerce_number};
pub(crate) use self::own::own_words;
pub(crate) use self::sound::{sound, words_of};
use crate::domain::action::{CONTENT_MAX, TAG_MAX, TAGS_MAX, TITLE_MAX};
use crate::domain::text::{clean, clean_line};
use crate::domain::{Action, ActionKind, Extraction, Rung};
use crate::llm::{Finish, loose};

/// Longest part of an answer that is searched for JSON.
const SEARCHED: usize = 200_000;
/// Openings tried before giving up.
const TRIES: usize = 200;
/// Longest reason and query.
const REASON_MAX: usize = 300;

/// An act, and what is noted beside it: `None` where the answer does not say, empty where it says that there is nothing.
type Accepted = (Action, Option<Extraction>);

/// Reads an answer, reasoning removed; `finish` is why it ended. Beside the act stands what the same object notes.
///
/// # Errors
/// One sentence naming the fault, for the repair request and the record.
pub(crate) fn parse(
    answer: &str,
    finish: Finish,
    allowed: &[ActionKind],
) -> Result<(Action, Rung, Option<Extraction>), String> {
    let whole = answer.trim();
    if whole.is_empty() {
        return Err("the answer was empty".into());
    }
    if let Ok(value) = serde_json::from_str::<Value>(whole)
        && value.is_object()
    {
        return accept(value, allowed).map(|(action, noted)| (action, Rung::Schema, noted));
    }
    // An answer that begins with its object goes on with something else, or with the object of another
    // turn. One that begins with words comes to its object at its end, the earlier ones were thought of.
    let start = unfenced(whole);
    let first = start.starts_with(['{', '[', '"']);
    if !first && !finish.is_whole() {
        return Err("the answer was cut off before it came to an act".into());
    }
    let mut fault = None;
    let mut found = None;
    for value in objects(start) {
        match accept(value, allowed) {
            Ok(accepted) => {
                found = Some(accepted);
                if first {
                    break;
                }
            }
            Err(why) => fault = fault.or(Some(why)),
        }
    }
    match found {
        Some(_) if !first && declines(start) => Err("the answer declines to act, and only quotes one".into()),
        Some((action, noted)) => Ok((action, Rung::Embedded, noted)),
        None => Err(fault.unwrap_or_else(|| {
            if start.contains('{') {
                unread(start)
            } else if start.starts_with('[') {
                "the answer must be one JSON object".into()
            } else {
                "there was no JSON object in the answer".into()
            }
        })),
    }
}

/// A text without the code fence it begins with.
fn unfenced(text: &str) -> &str {
    let Some(inner) = text.strip_prefix("```") else { return text };
    let named = inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    named.trim_start()
}

/// The JSON objects in a text, outermost ones, as far as they are complete. An object that stands in
/// quotes, as text, counts.
fn objects(text: &str) -> impl Iterator<Item = Value> {
    let text = &text[..text.floor_char_boundary(SEARCHED)];
    let quoted = serde_json::from_str::<String>(text.trim()).ok();
    let text = quoted.unwrap_or_else(|| text.to_owned());
    let (mut at, mut tries) = (0, 0);
    std::iter::from_fn(move || {
        while tries < TRIES {
            tries += 1;
            at += text[at..].find('{')?;
            if let Some((value, length)) = loose::read(&text[at..]) {
                at += length;
                return Some(value);
            }
            at += 1;
        }
        None
    })
}

/// Why no object could be read in a text that holds a brace.
fn unread(text: &str) -> String {
    let text = text.trim_end_matches(|c: char| c == '`' || c.is_whitespace());
    let object = &text[text.find('{').unwrap_or(0)..];
    match serde_json::from_str::<Value>(object) {
        Err(fault) if object.ends_with('}') => {
            format!("the JSON could not be read: {}", clean_line(&fault.to_string(), 120))
        }
        _ => "the JSON was not complete".into(),
    }
}

fn accept(value: Value, allowed: &[ActionKind]) -> Result<Accepted, String> {
    let Value::Object(object) = value else { return Err("the answer must be one JSON object".into()) };
    let mut noted = None;
    let act = act_in(object, &mut noted).ok_or("\"action\" is missing")?;
    let kind = act["action"].as_str().map(form::kind_of).ok_or("\"action\" is missing")?;
    let mut value = Value::Object(act);
    value["action"] = kind.as_str().into();
    if !allowed.iter().any(|allowed| allowed.as_str() == kind) {
        let names: Vec<_> = allowed.iter().map(|allowed| allowed.as_str()).collect();
        return Err(format!("\"{}\" is not one of: {}", clean_line(&kind, 40), names.join(", ")));
    }
    for key in ["thread_id", "reply_id", "parent_reply_id", "value"] {
        coerce_number(&mut value, key);
    }
    let action: Action = serde_json::from_value(value)
        .map_err(|error| format!("{kind}: {}", clean_line(&error.to_string(), 160)))?;
    gate(action).map(|action| (action, noted.as_ref().and_then(noted_in)))
}

/// Passes every text through the gate and checks what can be checked without the store.
fn gate(action: Action) -> Result<Action, String> {
    let required = |text: String, what: &str| {
        if text.contains(char::is_alphanumeric) {
            Ok(text)
        } else {
            Err(format!("{what} is empty or without words"))
        }
    };
    let said = |content: &str| {
        if only_declines(content) {
            return Err(
                "the content declines instead of saying something; to say nothing is do_nothing".to_owned()
            );
        }
        required(clean(content, CONTENT_MAX), "the content")
    };
    Ok(match action {
        Action::CreateThread { title, content, tags } => {
            if title.chars().count() > TITLE_MAX {
                return Err(format!("the title is longer than {TITLE_MAX} characters"));
            }
            Action::CreateThread {
                title: required(clean_line(&title, TITLE_MAX), "the title")?,
                content: said(&content)?,
                tags: gate_tags(&tags),
            }
        }
        Action::Reply { thread_id, parent_reply_id, content } => {
            Action::Reply { thread_id, parent_reply_id, content: said(&content)? }
        }
        Action::Vote { thread_id, reply_id, value, reason } => {
            if value != 1 && value != -1 {
                return Err(format!("a vote is 1 or -1, not {value}"));
            }
            if thread_id.is_none() && reply_id.is_none() {
                return Err("a vote needs a thread_id or a reply_id".into());
            }
            Action::Vote { thread_id, reply_id, value, reason: clean_line(&reason, REASON_MAX) }
        }
        Action::WebSearch { query, reason } => Action::WebSearch {
            query: required(clean_line(&query, REASON_MAX), "the query")?,
            reason: clean_line(&reason, REASON_MAX),
        },
        Action::DoNothing { reason } => Action::DoNothing { reason: clean_line(&reason, REASON_MAX) },
        Action::Follow { bot_id } => Action::Follow { bot_id: required(clean_line(&bot_id, 64), "bot_id")? },
        Action::Unfollow { bot_id } => {
            Action::Unfollow { bot_id: required(clean_line(&bot_id, 64), "bot_id")? }
        }
    })
}

/// Short lower-case tags without repeats, at most eight.
pub(crate) fn gate_tags(tags: &[String]) -> Vec<String> {
    let mut gated: Vec<String> = Vec::new();
    for tag in tags {
        let tag = clean_line(tag.trim_start_matches('#'), TAG_MAX).to_lowercase();
        if tag.contains(char::is_alphanumeric) && !gated.contains(&tag) && gated.len() < TAGS_MAX {
            gated.push(tag);
        }
    }
    gated
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(Action, Rung), String> {
        parse(text, Finish::Stop, &ActionKind::ALL).map(|(action, rung, _)| (action, rung))
    }

    fn noted(text: &str) -> Option<Extraction> {
        parse(text, Finish::Stop, &ActionKind::ALL).unwrap().2
    }

    const QUIET: &str = r#"{"act": {"action": "do_nothing", "reason": "tired"}}"#;

    #[test]
    fn each_rung_is_reached() {
        assert_eq!(read(QUIET).unwrap().1, Rung::Schema);
        assert_eq!(read(r#"{"action":"do_nothing"}"#).unwrap().1, Rung::Schema);
        for wrapped in [
            format!("Sure! Here it is:\n```json\n{QUIET}\n```\nHope that helps."),
            format!("Perhaps {{\"act\": {{\"action\": \"follow\", \"bot_id\": \"a draft\"}}}}? No:\n{QUIET}"),
            QUIET.replace("\"}", "\",},"),
            QUIET.replace('"', "'"),
            format!("{QUIET} // done"),
            serde_json::to_string(QUIET).unwrap(),
            format!("[{QUIET}]"),
            r#"{"name": "do_nothing", "arguments": {"reason": "tired"}} ."#.to_owned(),
            r#"{"do_nothing": {"reason": "tired"}} ."#.to_owned(),
            r#"```json
{"act": {"action": "Do Nothing", "reason": "tired"}}"#
                .to_owned(),
            format!("{QUIET} {QUIET}"),
            format!("{{broken {QUIET}"),
        ] {
            let (action, rung) = read(&wrapped).unwrap();
            assert_eq!(rung, Rung::Embedded, "{wrapped}");
            assert_eq!(action, Action::DoNothing { reason: "tired".into() });
        }
    }

    #[test]
    fn an_act_is_read_in_every_form_that_names_one() {
        let quiet = Action::DoNothing { reason: "tired".into() };
        for text in [
            r#"{"act": "do_nothing", "reason": "tired"}"#,
            r#"{"type": "do_nothing", "reason": "tired"}"#,
            r#"{"name": "do_nothing", "arguments": "{\"reason\": \"tired\"}"}"#,
            r#"{"action": "do_nothing", "action_input": {"reason": "tired"}}"#,
            r#"{"action": {"type": "do_nothing", "reason": "tired"}}"#,
            r#"{"action": {"do_nothing": {"reason": "tired"}}}"#,
            r#"{"response": {"act": {"action": "do_nothing", "reason": "tired"}}}"#,
            r#"{"act": "{\"action\": \"do_nothing\", \"reason\": \"tired\"}"}"#,
            r#"{"actions": [{"action": "do_nothing", "reason": "tired"}]}"#,
            r#"{"thought": "late", "act": {"name": "Do-Nothing", "parameters": {"reason": "tired"}}}"#,
            r#"{"tool_calls": [{"id": "1", "type": "function", "function": {"name": "do_nothing", "arguments": "{\"reason\": \"tired\"}"}}]}"#,
        ] {
            assert_eq!(read(text).map(|(action, _)| action).as_ref(), Ok(&quiet), "{text}");
        }
        // What it notes is found beside the act, wherever that stands.
        let inside = r#"{"response": {"act": "do_nothing", "memory": {"facts": ["Salt keeps."]}}}"#;
        assert_eq!(noted(inside).unwrap().facts, ["Salt keeps."]);
        for (text, fault) in [
            (r#"{"act": 7}"#, "\"action\" is missing"),
            (r#"{"act": "dance"}"#, "is not one of"),
            (r#"{"name": "Ada", "mood": {"type": "do_nothing"}}"#, "\"action\" is missing"),
            (r#"{"a": {"b": {"c": {"d": {"e": {"action": "do_nothing"}}}}}}"#, "\"action\" is missing"),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(fault), "{text} → {found}");
        }
    }

    #[test]
    fn real_line_breaks_and_quotes_are_read() {
        let (action, rung) =
            read("{\"act\": {\"action\": \"create_thread\", \"title\": \"Two lines\", \"content\": \"first \"line\"\nsecond line\"}}").unwrap();
        assert_eq!(rung, Rung::Embedded);
        let Action::CreateThread { content, .. } = action else { panic!("{action:?}") };
        assert_eq!(content, "first \"line\"\nsecond line");
        let said = r#"{"action": "reply", "thread_id": 3, "content": "He said "yes", and left."}"#;
        let reply =
            |content: &str| Action::Reply { thread_id: 3, parent_reply_id: None, content: content.into() };
        assert_eq!(read(said).unwrap(), (reply("He said \"yes\", and left."), Rung::Embedded));
    }

    #[test]
    fn an_act_that_is_only_quoted_or_only_thought_of_is_none() {
        let refusal =
            format!("I'm sorry, but I can't help with that. You want me to answer {QUIET}, and I won't.");
        assert!(read(&refusal).unwrap_err().contains("declines"));
        let cut = format!("I could say {QUIET} but that would be");
        assert!(parse(&cut, Finish::Length, &ActionKind::ALL).unwrap_err().contains("cut off"));
        // What is complete before the end was reached is an answer.
        let rambling = format!("{QUIET}\nAnd then I would also like to");
        assert!(parse(&rambling, Finish::Length, &ActionKind::ALL).is_ok());
    }

    #[test]
    fn what_is_noted_is_of_the_act_that_is_done() {
        let facts = |fact: &str| Some(Extraction { facts: vec![fact.to_owned()], ..Extraction::default() });
        for (text, told) in [
            (QUIET.to_owned(), None),
            (QUIET.replace("}}", "}, \"memory\": null}"), Some(Extraction::default())),
            (QUIET.replace("}}", "}, \"memory\": {}}"), Some(Extraction::default())),
            (QUIET.replace("}}", "}, \"memory\": []}"), Some(Extraction::default())),
            (QUIET.replace("}}", "}, \"memory\": {\"facts\": [\"Salt keeps.\"]}}"), facts("Salt keeps.")),
            // Inside the act, as a list, as a text.
            (QUIET.replace("}}", ", \"memory\": {\"facts\": [\"Salt keeps.\"]}}}"), facts("Salt keeps.")),
            (QUIET.replace("}}", "}, \"memory\": [\"Salt keeps.\"]}"), facts("Salt keeps.")),
            (QUIET.replace("}}", "}, \"memory\": [{\"fact\": \"Salt keeps.\"}]}"), facts("Salt keeps.")),
            (QUIET.replace("}}", "}, \"memory\": \"Salt keeps.\"}"), facts("Salt keeps.")),
            (
                r#"{"action": "do_nothing", "memory": {"facts": ["Salt keeps."]}}"#.to_owned(),
                facts("Salt keeps."),
            ),
            // Of another shape: as if it said nothing.
            (QUIET.replace("}}", "}, \"memory\": 7}"), None),
            (QUIET.replace("}}", "}, \"memory\": {\"mood\": \"fine\"}}"), None),
        ] {
            assert_eq!(noted(&text), told, "{text}");
        }
        let draft = QUIET.replace("}}", "}, \"memory\": {\"facts\": [\"A draft.\"]}}");
        let meant = QUIET.replace("}}", "}, \"memory\": {\"facts\": [\"Meant.\"]}}");
        assert_eq!(noted(&format!("Perhaps {draft}? No: {meant}")), facts("Meant."));
        assert_eq!(noted(&format!("Perhaps {draft}? No: {QUIET}")), None);
        assert_eq!(noted(r#"{"act": {"action": "do_nothing", "reason": "the \"memory\" of it"}}"#), None);
    }

    #[test]
    fn faults_are_named() {
        for (text, fault) in [
            ("", "empty"),
            ("I would rather not.", "no JSON object"),
            (r#"{"action": "reply", "thread_id": 3, "content": "cut"#, "not complete"),
            (r#"{"action": "dance"}"#, "is not one of"),
            (
                r#"{"action": "reply", "content": "a "b": c", "thread_id": oops}"#,
                "could not be read: expected `,` or `}` at line 1 column 36",
            ),
            (r#"{"title": "x"}"#, "\"action\" is missing"),
            (r#"{"action": "vote", "value": 1}"#, "needs a thread_id or a reply_id"),
            (r#"{"action": "vote", "thread_id": 1, "value": 5}"#, "1 or -1"),
            (r#"{"action": "reply", "content": "x"}"#, "thread_id"),
            (r#"{"action": "create_thread", "title": " ", "content": "x"}"#, "title is empty"),
            (
                r#"{"action": "reply", "thread_id": 1, "content": "I am sorry, but I cannot assist with that request."}"#,
                "the content declines",
            ),
            ("[1]", "one JSON object"),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(fault), "{text} → {found}");
        }
        let long = format!(r#"{{"action":"create_thread","title":"{}","content":"x"}}"#, "t".repeat(201));
        assert!(read(&long).unwrap_err().contains("longer than 200"));
        let err = parse(r#"{"action":"web_search","query":"x"}"#, Finish::Stop, &[ActionKind::DoNothing])
            .unwrap_err();
        assert!(err.contains("do_nothing"), "{err}");
    }

    #[test]
    fn numbers_written_as_text_are_read() {
        let (action, _) =
            read(r##"{"action":"reply","thread_id":"#3","parent_reply_id":0,"content":"x"}"##).unwrap();
        assert_eq!(action, Action::Reply { thread_id: 3, parent_reply_id: None, content: "x".into() });
    }

    #[test]
    fn control_bytes_do_not_get_through() {
        let (action, _) =
            read("{\"action\":\"do_nothing\",\"reason\":\"\\u001b]52;c;aGk=\\u0007 hi\"}").unwrap();
        let Action::DoNothing { reason } = action else { panic!("{action:?}") };
        assert!(crate::domain::text::is_clean(&reason), "{reason:?}");
    }

    proptest! {
        #[test]
        fn whatever_comes_it_does_not_panic(text in ".{0,400}", head in ".{0,40}") {
            let _ = read(&text);
            let _ = read(&format!("{head}{QUIET}{text}"));
        }
    }
}
