//! The size of a model's context, as servers tell it in words.

/// The smallest and the largest context that is believed.
const BELIEVED: std::ops::RangeInclusive<u64> = 256..=100_000_000;
/// How far behind its cue a number may stand, in bytes.
const NEAR: usize = 40;

/// What servers say when a prompt is too long for the context, in lower case.
pub(super) const WORDS: [&str; 21] = [
    "exceed_context_size",
    "context_length_exceeded",
    "context length",
    "context size",
    "context window",
    "context limit",
    "exceeds the context",
    "exceed context",
    "prompt is too long",
    "input is too long",
    "input too long",
    "too many tokens",
    "maximum number of tokens",
    "maximum prompt length",
    "range of input length",
    "tokens + `max_new_tokens` must be",
    "max_model_len",
    "max_seq_len",
    "max_total_tokens",
    "max_input_tokens",
    "n_ctx",
];

/// What stands before the size. The firmer ones come first.
const CUES: [&str; 16] = [
    "context length",
    "context size",
    "context window",
    "context limit",
    "max_model_len",
    "max_seq_len",
    "max_total_tokens",
    "max_input_tokens",
    "n_ctx",
    "maximum prompt length",
    "cannot exceed",
    "must not exceed",
    "at most",
    "no more than",
    "longer than",
    "greater than",
];

/// Words before a number that is what came, or how much of it is too much, not what there is room for.
const NO_SIZE: [&str; 10] =
    ["by", "requested", "received", "got", "given", "has", "have", "contains", "needs", "prompt"];

/// Whether a model may have a context of this size.
pub(super) fn is_believed(size: &u64) -> bool {
    BELIEVED.contains(size)
}

/// The size that a message names; `None` where none is told beyond doubt.
pub(super) fn told(message: &str) -> Option<u64> {
    let lower = message.to_lowercase();
    compared(&lower)
        .or_else(|| ranged(&lower))
        .or_else(|| CUES.iter().find_map(|cue| behind(&lower, cue, |_| true)))
        .or_else(|| behind(&lower, "limit", |near| near.contains("token")))
        .or_else(|| before(&lower, "maximum"))
        .or_else(|| behind(&lower, "maximum", |_| true))
}

/// What something must not exceed, by a sign: `212000 tokens > 200000`, `a + b <= 4096`.
fn compared(text: &str) -> Option<u64> {
    let counted = |at: usize| {
        let words = &text[text.floor_char_boundary(at.saturating_sub(NEAR))..at];
        words.contains(|c: char| c.is_ascii_digit())
    };
    let over = text.match_indices('>').filter(|(at, _)| counted(*at));
    let within = text.match_indices("<=").chain(text.match_indices('≤'));
    over.chain(within).find_map(|(at, sign)| {
        let rest = &text[at + sign.len()..];
        number(rest.strip_prefix('=').unwrap_or(rest).trim_start())
    })
}

/// The end of a range: `input length should be [1, 30720]`.
fn ranged(text: &str) -> Option<u64> {
    let rest = &text[text.find("range of input length")?..];
    let (inner, _) = rest.split_once('[')?.1.split_once(']')?;
    number(inner.rsplit(',').next()?.trim())
}

/// The first number in the same sentence behind `cue`, near to it, that may be a size; `fits` is asked
/// about the words around.
fn behind(text: &str, cue: &str, fits: impl Fn(&str) -> bool) -> Option<u64> {
    text.match_indices(cue).find_map(|(at, _)| {
        let rest = &text[at + cue.len()..];
        let near = &rest[..rest.floor_char_boundary(NEAR)];
        let near = &near[..near.find(". ").unwrap_or(near.len())];
        let around = &text[text.floor_char_boundary(at.saturating_sub(NEAR))..];
        let around = &around[..around.floor_char_boundary(2 * NEAR + cue.len())];
        let mut from = 0;
        while let Some(step) = near[from..].find(|c: char| c.is_ascii_digit()) {
            let start = from + step;
            let digits =
                near[start..].find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(near.len() - start);
            let size = number(&rest[start..]).filter(|_| stands_alone(&near[..start]) && fits(around));
            if size.is_some() {
                return size;
            }
            from = start + digits;
        }
        None
    })
}

/// Whether a number after these words may be a size: no part of an address, a name or a date, and not a
/// count of what came.
fn stands_alone(words: &str) -> bool {
    let joined = words.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '#'));
    let last = words.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    !joined && !NO_SIZE.contains(&last)
}

/// The number right before `cue`.
fn before(text: &str, cue: &str) -> Option<u64> {
    let words = text[..text.find(cue)?].trim_end();
    let start = words.rfind(|c: char| !(c.is_ascii_digit() || c == ',')).map_or(0, |at| at + 1);
    let (words, digits) = words.split_at_checked(start)?;
    number(digits).filter(|_| stands_alone(words))
}

/// The number that `text` begins with, with or without commas between its thousands; `None` where it
/// is none that is believed, or goes on as a word.
fn number(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let digits: String = digits.chars().filter(|c| *c != ',').collect();
    let whole = !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_'));
    digits.parse().ok().filter(|size| whole && is_believed(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_size_is_learnt() {
        for (words, size) in [
            (
                "input and `max_tokens` exceed context limit: 5312 + 196000 > 200000, shorten it",
                Some(200_000),
            ),
            ("prompt is too long: 212,000 tokens > 200,000 maximum", Some(200_000)),
            ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5312", Some(4096)),
            ("the prompt has more than the limit of 8192 tokens", Some(8192)),
            ("token limit: 8192", Some(8192)),
            ("The context window of 4096 tokens is exceeded by 512 tokens", Some(4096)),
            ("40000 tokens are too many for a model with 32768 maximum context length", Some(32_768)),
            ("context length exceeded: requested 5312 tokens, at most 4096", Some(4096)),
            ("the context window is exceeded by 512 tokens", None),
            ("context length exceeded. See https://example.com/limits/2024", None),
            ("context size: see example.com/docs/2024/8192", None),
            ("context length exceeded (request 1f-4096-aa)", None),
            ("context length exceeded. You sent 5312 tokens", None),
            ("the limit of 3000 requests is reached", None),
            ("Range of input length should be [1, 30720]", Some(30_720)),
            (r#"{"errors":["Range of input length exceeded"],"limits":[1,30720]}"#, Some(30_720)),
            ("Range of input length] is [", None),
            ("context length", None),
            ("", None),
        ] {
            assert_eq!(told(words), size, "{words}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_server_says_is_read_without_harm(
            parts in proptest::collection::vec(
                proptest::sample::select(
                    &["range of input length", "limit", "maximum", "token", "[", "]", ">", "<=", "≤", "1", ",", "30720", ". ", " ", "é"][..]
                ), 0..24)
        ) {
            let _ = told(&parts.concat());
        }
    }
}
