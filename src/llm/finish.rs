//! Why an answer ended, and what a person can do about it.

use serde::{Deserialize, Serialize};

use super::Completion;

/// Why an answer ended, in the words of no protocol in particular.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model came to its end.
    Stop,
    /// The limit of the answer (`max_tokens`) or of the context was reached.
    Length,
    /// The provider's filter held the answer, or the rest of it, back.
    Filtered,
    /// The model, or the service for it, declined to answer.
    Refused,
    /// The model called a tool instead of answering.
    ToolCall,
    /// The server did not say, or said something unknown.
    #[default]
    Unsaid,
}

impl Finish {
    /// Reads the word of any protocol, also as the name of a constant (`FinishReason.MAX_TOKENS`);
    /// `None` for one that means that the server itself failed.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        let word = word.trim().trim_end_matches('.').to_ascii_lowercase().replace('-', "_");
        Some(match word.rsplit('.').next().unwrap_or_default() {
            "stop" | "end_turn" | "stop_sequence" | "eos" | "eos_token" | "completed" | "complete"
            | "end" | "pause_turn" => Self::Stop,
            "length"
            | "max_tokens"
            | "model_length"
            | "max_output_tokens"
            | "model_context_window_exceeded"
            | "max_length"
            | "max_new_tokens"
            | "token_limit"
            | "incomplete"
            | "limit" => Self::Length,
            "content_filter"
            | "content_filtered"
            | "safety"
            | "recitation"
            | "blocklist"
            | "prohibited_content"
            | "spii"
            | "sensitive"
            | "error_toxic"
            | "guardrail"
            | "guardrail_intervened" => Self::Filtered,
            "refusal" | "refused" => Self::Refused,
            "tool_calls" | "tool_call" | "tool_use" | "function_call" | "malformed_function_call" => {
                Self::ToolCall
            }
            "error"
            | "abort"
            | "aborted"
            | "cancelled"
            | "canceled"
            | "timeout"
            | "failed"
            | "overloaded"
            | "insufficient_system_resource" => return None,
            failed if failed.starts_with("error_") || failed.ends_with("_error") => return None,
            _ => Self::Unsaid,
        })
    }

    /// Whether the answer came to its end, as far as the server says.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Stop | Self::Unsaid)
    }
}

impl Finish {
    /// Whether the same question can bring another answer: not where the tokens do not suffice, and not
    /// where somebody does not want to answer it.
    #[must_use]
    pub const fn is_worth_asking_again(self) -> bool {
        !matches!(self, Self::Filtered | Self::Refused)
    }
}

impl Completion {
    /// What kept the answer from being one, and the way out, in one sentence for a person; `None` where
    /// nothing did. `limit` is the tokens it could have had.
    #[must_use]
    pub fn trouble(&self, limit: u32, provider: &str) -> Option<String> {
        let empty = self.text.trim().is_empty();
        let setting = format!("providers.{provider}.reasoning");
        Some(match self.finish {
            Finish::Length if empty && self.reasoned => format!(
                "all {limit} tokens went into reasoning before an answer began: raise the bot's model.max_tokens, or set \
                 {setting} to low or off"
            ),
            Finish::Length => format!(
                "the answer was cut off at its {limit} tokens: raise the bot's model.max_tokens, or lower how much it is asked to write"
            ),
            Finish::Filtered => format!(
                "the filter of {provider} held the answer back: another model or provider may answer, or the same one on another subject"
            ),
            Finish::Refused => {
                "the model declined to answer: another model may do it, or the same one on another subject".to_owned()
            }
            Finish::ToolCall if empty => {
                "the model called a tool instead of answering, and none was offered: choose a model or a chat template that \
                 answers in text"
                    .to_owned()
            }
            _ if empty && self.reasoned => format!(
                "the answer was empty, all of it was reasoning: set {setting} to low or off, or choose another model"
            ),
            _ if empty => "the answer was empty".to_owned(),
            Finish::ToolCall | Finish::Stop | Finish::Unsaid => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_end_has_its_sentence_and_its_way_out() {
        for (finish, reasoned, words) in [
            (Finish::Length, false, ["400 tokens", "max_tokens"]),
            (Finish::Length, true, ["went into reasoning", "providers.toy.reasoning"]),
            (Finish::Filtered, false, ["filter of toy", "another model"]),
            (Finish::Refused, false, ["declined", "another model"]),
            (Finish::ToolCall, false, ["tool", "chat template"]),
            (Finish::Stop, true, ["all of it was reasoning", "providers.toy.reasoning"]),
            (Finish::Stop, false, ["the answer was empty", ""]),
        ] {
            let text = String::new();
            let completion = Completion {
                text,
                reasoned,
                usage: None,
                model: String::new(),
                latency: Duration::ZERO,
                finish,
            };
            let said = completion.trouble(400, "toy").unwrap();
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
            let answered = Completion { text: "x".into(), ..completion };
            assert_eq!(
                answered.trouble(400, "toy").is_none(),
                matches!(finish, Finish::Stop | Finish::ToolCall)
            );
        }
    }

    #[test]
    fn each_protocols_words_are_known() {
        for (word, finish) in [
            ("stop", Some(Finish::Stop)),
            ("end_turn", Some(Finish::Stop)),
            ("STOP", Some(Finish::Stop)),
            ("length", Some(Finish::Length)),
            ("max_tokens", Some(Finish::Length)),
            ("MAX_TOKENS", Some(Finish::Length)),
            ("model_context_window_exceeded", Some(Finish::Length)),
            ("content_filter", Some(Finish::Filtered)),
            ("SAFETY", Some(Finish::Filtered)),
            ("refusal", Some(Finish::Refused)),
            ("tool_use", Some(Finish::ToolCall)),
            ("tool_calls", Some(Finish::ToolCall)),
            ("FinishReason.MAX_TOKENS", Some(Finish::Length)),
            ("max_length", Some(Finish::Length)),
            ("token-limit", Some(Finish::Length)),
            ("incomplete", Some(Finish::Length)),
            ("content-filter", Some(Finish::Filtered)),
            ("tool-calls", Some(Finish::ToolCall)),
            ("stop.", Some(Finish::Stop)),
            ("something new", Some(Finish::Unsaid)),
            ("", Some(Finish::Unsaid)),
            ("error", None),
            ("abort", None),
            ("ERROR_LIMIT", None),
            ("server_error", None),
            ("overloaded", None),
            ("failed", None),
            ("insufficient_system_resource", None),
        ] {
            assert_eq!(Finish::read(word), finish, "{word}");
        }
    }
}
