//! Whether an answer in words can be kept: finished, no refusal, long enough.

use super::{declines, unfenced};
use crate::domain::text::word_count;
use crate::llm::{Completion, loose};

/// The words of an answer: it may stand in an object as its only text. `None` for any other form, which is the answer to
/// another request or none.
pub(crate) fn words_of(text: &str) -> Option<String> {
    let start = unfenced(text).trim_start();
    let read = if start.starts_with(['{', '[']) { loose::read(start) } else { None };
    let Some((form, _)) = read else { return Some(text.to_owned()) };
    let fields = form.as_object()?;
    let said = fields.values().next().filter(|_| fields.len() == 1)?;
    said.as_str().map(|said| said.trim().to_owned())
}

/// The text of an answer that can be kept, of at least `words` words.
///
/// # Errors
/// One sentence naming what is wrong with it; `limit` is the tokens it could have had.
pub(crate) fn sound(
    completion: &Completion,
    words: usize,
    limit: u32,
    provider: &str,
) -> Result<String, String> {
    if let Some(trouble) = completion.trouble(limit, provider) {
        return Err(trouble);
    }
    let Some(text) = words_of(completion.text.trim()) else {
        return Err("the answer is JSON where words were asked for".to_owned());
    };
    if declines(&text) {
        return Err("the model declined to answer".to_owned());
    }
    let found = word_count(&text);
    if found < words {
        return Err(format!("the answer has {found} words, fewer than the {words} it takes"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::llm::Finish;

    #[test]
    fn only_what_came_to_its_end_and_says_something_is_sound() {
        let of = |text: &str, finish: Finish| {
            let completion = Completion {
                text: text.to_owned(),
                reasoned: false,
                usage: None,
                model: String::new(),
                latency: Duration::ZERO,
                finish,
            };
            sound(&completion, 3, 400, "toy")
        };
        assert_eq!(of(" one two three\n", Finish::Stop).as_deref(), Ok("one two three"));
        assert_eq!(of("one two three", Finish::ToolCall).as_deref(), Ok("one two three"));
        assert_eq!(of(r#"{"summary": "one two three"}"#, Finish::Stop).as_deref(), Ok("one two three"));
        assert_eq!(of("[sic] one two", Finish::Stop).as_deref(), Ok("[sic] one two"));
        assert_eq!(of("one two three", Finish::Unsaid).as_deref(), Ok("one two three"));
        assert_eq!(of("潮が変わった。", Finish::Stop).as_deref(), Ok("潮が変わった。"));
        for (text, finish, why) in [
            ("one two three", Finish::Length, "400 tokens"),
            ("", Finish::Stop, "empty"),
            ("one two …", Finish::Stop, "2 words"),
            ("潮。", Finish::Stop, "1 words"),
            ("I'm sorry, but I can't assist with that.", Finish::Stop, "declined"),
            ("one two three", Finish::Filtered, "filter"),
            ("one two three", Finish::Refused, "declined"),
            ("", Finish::ToolCall, "tool"),
            (r#"{"act": {"action": "do_nothing", "reason": "one two three"}}"#, Finish::Stop, "JSON"),
            ("```json\n[\"one\", \"two\", \"three\"]\n```", Finish::Stop, "JSON"),
            (r#"{"summary": "I'm sorry, but I can't assist with that."}"#, Finish::Stop, "declined"),
        ] {
            let found = of(text, finish).unwrap_err();
            assert!(found.contains(why), "{finish:?} {found}");
        }
    }
}
