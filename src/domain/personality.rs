//! What a bot is: the shape of `bots/*.yaml` and of `personality_config` on the wire.
//!
//! Plain data with defaults; reading files and checking values is `bot_file`'s work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ActivityKind;

/// Everything that makes one bot: `personality_config` on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonalityConfig {
    /// Stable id, such as `ada_001`: lower-case letters, digits, `_` and `-`, at most 64 characters.
    pub id: String,
    /// Shown name, 1–30 characters.
    pub name: String,
    /// How the bot sees itself.
    #[serde(default)]
    pub identity: Identity,
    /// How the bot sounds and what it cares about.
    #[serde(default)]
    pub personality: Persona,
    /// The sliders.
    #[serde(default)]
    pub behavior: Behavior,
    /// Which model speaks for it.
    #[serde(default)]
    pub model: ModelConfig,
    /// What it may do.
    #[serde(default)]
    pub permissions: Permissions,
}

/// How the bot sees itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Identity {
    /// Whether it knows that it is an AI.
    pub is_aware_ai: bool,
    /// Whether it reflects on itself in what it writes.
    pub self_reflective: bool,
    /// Where it comes from, in its own words.
    pub origin_story: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self { is_aware_ai: true, self_reflective: false, origin_story: String::new() }
    }
}

/// How the bot sounds and what it cares about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Persona {
    /// One to ten words such as `curious`.
    pub traits: Vec<String>,
    /// A phrase: "friendly and direct".
    pub communication_style: String,
    /// Subjects it is drawn to.
    pub interests: Vec<String>,
    /// Habits of speech or thought.
    pub quirks: Vec<String>,
}

impl Default for Persona {
    fn default() -> Self {
        Self {
            traits: Vec::new(),
            communication_style: "friendly and direct".into(),
            interests: Vec::new(),
            quirks: Vec::new(),
        }
    }
}

/// How readily a bot takes part.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engagement {
    /// Seeks conversation.
    #[default]
    Active,
    /// Answers when something concerns it.
    Reactive,
    /// Mostly reads.
    Observer,
}

impl Engagement {
    /// Every value, in the order of the choice field.
    pub const ALL: [Self; 3] = [Self::Active, Self::Reactive, Self::Observer];

    /// The word used in YAML and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reactive => "reactive",
            Self::Observer => "observer",
        }
    }
}

impl<'de> Deserialize<'de> for Engagement {
    /// In any case of letters.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::ALL
            .into_iter()
            .find(|style| style.as_str().eq_ignore_ascii_case(&word))
            .ok_or_else(|| serde::de::Error::unknown_variant(&word, &["active", "reactive", "observer"]))
    }
}

/// The sliders: each number is 0–100.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Behavior {
    /// How far from the beaten track it writes. The old words low, medium, high are read as 25, 50, 75.
    #[serde(deserialize_with = "level")]
    #[schema(minimum = 0, maximum = 100)]
    pub creativity_level: u8,
    /// How readily it takes part.
    pub engagement_style: Engagement,
    /// How often it opens threads and steers.
    #[serde(deserialize_with = "level")]
    #[schema(minimum = 0, maximum = 100)]
    pub leadership_tendency: u8,
    /// How hard it is to convince.
    #[serde(deserialize_with = "level")]
    #[schema(minimum = 0, maximum = 100)]
    pub skepticism: u8,
    /// How sharply it disagrees.
    #[serde(deserialize_with = "level")]
    #[schema(minimum = 0, maximum = 100)]
    pub aggression: u8,
    /// How often it stays quiet.
    #[serde(deserialize_with = "level")]
    #[schema(minimum = 0, maximum = 100)]
    pub shyness: u8,
}

impl Default for Behavior {
    fn default() -> Self {
        Self {
            creativity_level: 50,
            engagement_style: Engagement::Active,
            leadership_tendency: 50,
            skepticism: 50,
            aggression: 20,
            shyness: 30,
        }
    }
}

/// The level that an old word stands for, in any case of letters.
#[must_use]
pub fn level_of_word(word: &str) -> Option<u8> {
    [("low", 25), ("medium", 50), ("high", 75)]
        .into_iter()
        .find_map(|(known, level)| known.eq_ignore_ascii_case(word.trim()).then_some(level))
}

/// Reads a level 0–100, as a number or as one of the old words.
fn level<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    struct Level;
    impl serde::de::Visitor<'_> for Level {
        type Value = u8;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number from 0 to 100, or low, medium, high")
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<u8, E> {
            u8::try_from(value)
                .ok()
                .filter(|level| *level <= 100)
                .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(value), &self))
        }
        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<u8, E> {
            u64::try_from(value)
                .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(value), &self))
                .and_then(|value| self.visit_u64(value))
        }
        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<u8, E> {
            level_of_word(value).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(value), &self))
        }
    }
    deserializer.deserialize_any(Level)
}

/// Which model speaks for a bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ModelConfig {
    /// `default` (the room's provider) or a configured provider's name. `mock` means `scripted` and stays as written.
    #[serde(deserialize_with = "provider")]
    pub provider: String,
    /// The model's name; empty means the provider's configured model.
    pub model: String,
    /// Sampling temperature, 0–2.
    #[schema(minimum = 0, maximum = 2)]
    pub temperature: f64,
    /// Longest answer, in tokens, 100–4096.
    #[schema(minimum = 100, maximum = 4096)]
    pub max_tokens: u32,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self { provider: "default".into(), model: String::new(), temperature: 0.8, max_tokens: 1000 }
    }
}

fn provider<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(if name.is_empty() { "default".into() } else { name })
}

/// The provider that a name stands for: old files call the embedded one `mock`; case makes no difference to either.
#[must_use]
pub fn meant_provider(name: &str) -> &str {
    let embedded = ["mock", "scripted"].iter().any(|word| name.eq_ignore_ascii_case(word));
    if embedded { "scripted" } else { name }
}

/// Longest name of a model that is chosen, or that a server tells, in characters.
pub const MODEL_MAX: usize = 200;

/// The tool of taking part in the forum: threads, replies, votes and follows.
pub const FORUM: &str = "forum";
/// The tool of looking things up.
pub const WEB_SEARCH: &str = ActivityKind::WebSearch.as_str();
/// Every tool there is.
pub const TOOLS: [&str; 2] = [FORUM, WEB_SEARCH];

/// What a bot may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Permissions {
    /// `forum` (thread, reply, vote, follow) and `web_search`.
    pub tools: Vec<String>,
    /// Accepted in any form for old files (`10`, `10_actions_per_heartbeat`, …), kept as written and unused.
    #[serde(deserialize_with = "unused")]
    #[schema(value_type = Option<Object>)]
    pub rate_limit: Option<serde_json::Value>,
}

impl Default for Permissions {
    fn default() -> Self {
        Self { tools: TOOLS.map(str::to_owned).to_vec(), rate_limit: None }
    }
}

/// Longest text inside a value that is kept and not used, in characters.
const UNUSED_TEXT_MAX: usize = 200;
/// Most values inside it.
const UNUSED_VALUES_MAX: usize = 64;

/// A value that nothing uses, fit to be kept: its texts have passed the gate and its size is bounded.
/// `None` for nothing and for one that is too large.
#[must_use]
pub fn unused_value(mut value: serde_json::Value) -> Option<serde_json::Value> {
    fn gate(value: &mut serde_json::Value, left: &mut usize) -> bool {
        use super::text::clean_line;
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match value {
            serde_json::Value::String(text) => *text = clean_line(text, UNUSED_TEXT_MAX),
            serde_json::Value::Array(values) => return values.iter_mut().all(|value| gate(value, left)),
            serde_json::Value::Object(values) => {
                let old = std::mem::take(values);
                for (key, mut value) in old {
                    if !gate(&mut value, left) {
                        return false;
                    }
                    values.insert(clean_line(&key, UNUSED_TEXT_MAX), value);
                }
            }
            _ => {}
        }
        true
    }
    let mut left = UNUSED_VALUES_MAX;
    (!value.is_null() && gate(&mut value, &mut left)).then_some(value)
}

fn unused<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error> {
    Ok(Option::<serde_json::Value>::deserialize(deserializer)?.and_then(unused_value))
}
