//! What is known of the prompt caches of providers: from how many tokens on they keep a beginning,
//! for how long, and at what price.
//!
//! Pure facts, as the providers publish them (November 2026). Where nothing is known, nothing is said.

use std::time::Duration;

/// How long Anthropic keeps what was read last, unless more is paid for.
pub const ANTHROPIC_LIFE: Duration = Duration::from_secs(300);

/// Fewest tokens of a beginning that the cache of `model` keeps; `None` where that is not known.
///
/// `kind` is the protocol's word, `is_own` whether the address is the provider's own: another server
/// behind the same protocol may do as it likes.
#[must_use]
pub fn minimum(kind: &str, is_own: bool, model: &str) -> Option<u32> {
    match kind {
        "anthropic" if is_own => anthropic(model),
        "openai" if is_own => Some(1_024),
        _ => None,
    }
}

/// By family and version; a dated name (`claude-haiku-4-5-20251001`) is read by its beginning.
fn anthropic(model: &str) -> Option<u32> {
    const KNOWN: [(&str, u32); 19] = [
        ("claude-opus-4-8", 1_024),
        ("claude-opus-4-7", 2_048),
        ("claude-opus-4-6", 4_096),
        ("claude-opus-4-5", 4_096),
        ("claude-opus-4", 1_024),
        ("claude-opus-5", 512),
        ("claude-sonnet-5", 1_024),
        ("claude-sonnet-4", 1_024),
        ("claude-3-7-sonnet", 1_024),
        ("claude-3-5-sonnet", 1_024),
        ("claude-3-opus", 1_024),
        ("claude-haiku-4-5", 4_096),
        ("claude-3-5-haiku", 2_048),
        ("claude-haiku-3-5", 2_048),
        ("claude-3-haiku", 2_048),
        ("claude-haiku-3", 2_048),
        ("claude-sonnet-3-7", 1_024),
        ("claude-fable-5", 512),
        ("claude-mythos-5", 512),
    ];
    KNOWN.iter().find(|(name, _)| model.starts_with(name)).map(|(_, least)| *least)
}

/// Which part of what was read came from a cache, 0 to 1.
#[must_use]
#[allow(clippy::cast_precision_loss)] // a share
pub fn share(input: i64, cached: i64) -> f64 {
    if input <= 0 { 0.0 } else { (cached.max(0) as f64 / input as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_has_its_minimum() {
        for (model, least) in [
            ("claude-haiku-4-5", Some(4_096)),
            ("claude-haiku-4-5-20251001", Some(4_096)),
            ("claude-opus-4-1-20250805", Some(1_024)),
            ("claude-opus-4-20250514", Some(1_024)),
            ("claude-opus-4-6", Some(4_096)),
            ("claude-opus-4-7", Some(2_048)),
            ("claude-sonnet-4-6", Some(1_024)),
            ("claude-opus-5", Some(512)),
            ("claude-3-haiku-20240307", Some(2_048)),
            ("somebody-elses", None),
        ] {
            assert_eq!(minimum("anthropic", true, model), least, "{model}");
            assert_eq!(minimum("anthropic", false, model), None);
        }
        assert_eq!(minimum("openai", true, "gpt-4.1-mini"), Some(1_024));
        assert_eq!(minimum("ollama", true, "llama3.2"), None);
    }

    #[test]
    fn a_share_stays_a_share() {
        assert!((share(200, 50) - 0.25).abs() < 1e-9);
        assert!(share(0, 5) < 1e-9 && (share(5, 9) - 1.0).abs() < 1e-9 && share(5, -9) < 1e-9);
    }
}
