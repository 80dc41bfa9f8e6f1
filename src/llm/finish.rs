//! Why an answer ended, and what a person can do about it.

use serde::{Deserialize, Serialize};

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
    /// Reads the word of any protocol; `None` for one that means that the server itself failed.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "stop" | "end_turn" | "stop_sequence" | "eos" | "eos_token" | "completed" | "complete"
            | "end" | "pause_turn" => Self::Stop,
            "length"
            | "max_tokens"
            | "model_length"
            | "max_output_tokens"
            | "model_context_window_exceeded"
            | "limit" => Self::Length,
            "content_filter"
            | "content_filtered"
            | "safety"
            | "recitation"
            | "blocklist"
            | "prohibited_content"
            | "spii"
            | "sensitive"
            | "guardrail"
            | "guardrail_intervened" => Self::Filtered,
            "refusal" | "refused" => Self::Refused,
            "tool_calls" | "tool_call" | "tool_use" | "function_call" | "malformed_function_call" => {
                Self::ToolCall
            }
            "error" | "abort" | "aborted" | "cancelled" | "canceled" | "network_error" | "timeout" => {
                return None;
            }
            _ => Self::Unsaid,
        })
    }

    /// Whether the answer came to its end, as far as the server says.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Stop | Self::Unsaid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("something new", Some(Finish::Unsaid)),
            ("error", None),
            ("abort", None),
        ] {
            assert_eq!(Finish::read(word), finish, "{word}");
        }
    }
}
