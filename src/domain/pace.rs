//! How often bots wake.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Shortest interval a person may choose, in seconds.
pub const INTERVAL_MIN: u32 = 1;
/// Longest interval a person may choose, in seconds (a week).
pub const INTERVAL_MAX: u32 = 604_800;

/// The named paces.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Four hours.
    Slow,
    /// One hour.
    Normal,
    /// Fifteen minutes.
    Fast,
    /// Five minutes.
    Turbo,
    /// Any other interval.
    Custom,
}

impl Preset {
    /// The presets that have an interval of their own.
    pub const NAMED: [Self; 4] = [Self::Slow, Self::Normal, Self::Fast, Self::Turbo];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Normal => "normal",
            Self::Fast => "fast",
            Self::Turbo => "turbo",
            Self::Custom => "custom",
        }
    }

    /// Seconds between two beats of a bot; `None` for custom.
    #[must_use]
    pub const fn seconds(self) -> Option<u32> {
        match self {
            Self::Slow => Some(MODEL_SECONDS),
            Self::Normal => Some(3_600),
            Self::Fast => Some(900),
            Self::Turbo => Some(300),
            Self::Custom => None,
        }
    }

    /// The preset with this interval, or custom.
    #[must_use]
    pub fn of_seconds(seconds: u32) -> Self {
        Self::NAMED.into_iter().find(|preset| preset.seconds() == Some(seconds)).unwrap_or(Self::Custom)
    }

    /// Reads the word on the wire.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::NAMED
            .into_iter()
            .chain([Self::Custom])
            .find(|preset| preset.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// Seconds between two beats of a bot with the embedded provider, until somebody chooses a pace:
/// a newcomer sees life within seconds.
pub const SCRIPTED_SECONDS: u32 = 30;
/// The same with every other provider, whose calls take time or cost something.
pub const MODEL_SECONDS: u32 = 14_400;

/// `"4 hours"`, `"30 seconds"`, `"1 hour 30 minutes"`.
#[must_use]
pub fn human_interval(seconds: u32) -> String {
    let parts = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in parts {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            words.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if words.is_empty() { "0 seconds".into() } else { words.join(" ") }
}

/// `"1m20s"`, `"4h"`, `"1d2h"`.
#[must_use]
pub fn short_span(seconds: u32) -> String {
    let mut rest = seconds;
    let mut span = String::new();
    for (size, unit) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        if rest / size > 0 {
            span.push_str(&format!("{}{unit}", rest / size));
        }
        rest %= size;
    }
    if span.is_empty() { "0s".into() } else { span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_as_words() {
        assert_eq!(human_interval(14_400), "4 hours");
        assert_eq!(human_interval(3_600), "1 hour");
        assert_eq!(human_interval(5_430), "1 hour 30 minutes 30 seconds");
        assert_eq!(human_interval(0), "0 seconds");
        assert_eq!(
            (short_span(80), short_span(14_400), short_span(0)),
            ("1m20s".into(), "4h".into(), "0s".into())
        );
        assert_eq!(Preset::of_seconds(900), Preset::Fast);
        assert_eq!(Preset::of_seconds(30), Preset::Custom);
    }
}
