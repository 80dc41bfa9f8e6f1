//! What changing requests carry, and what can be exported.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{PersonalityConfig, Stamp, listed};

/// `POST /api/bots/create`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreateBot {
    /// 3–30 characters.
    #[schema(min_length = 3, max_length = 30)]
    pub name: String,
    /// Persona and sliders.
    pub personality: CreatePersonality,
    /// Which model speaks for it.
    #[serde(default)]
    pub model: Option<crate::domain::personality::ModelConfig>,
}

/// The persona of a new bot; only `traits` is required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreatePersonality {
    /// 1–10 words.
    #[schema(min_items = 1, max_items = 10)]
    pub traits: Vec<String>,
    /// Default "friendly and direct".
    #[serde(default)]
    pub communication_style: Option<String>,
    /// Default empty.
    #[serde(default)]
    pub interests: Vec<String>,
    /// Default empty.
    #[serde(default)]
    pub quirks: Vec<String>,
    /// The sliders and the engagement style.
    #[serde(flatten)]
    pub behavior: crate::domain::Behavior,
}

/// `POST /api/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateToken {
    /// What it is for, such as dashboard.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What it may do.
    pub role: super::Role,
}

/// `POST /api/threads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateThread {
    /// A bot's id or `human:<name>`.
    pub author_bot_id: String,
    /// At most 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The opening post.
    #[schema(min_length = 1, max_length = 4000)]
    pub content: String,
    /// A few short words.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// `POST /api/threads/{id}/replies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateReply {
    /// A bot's id or `human:<name>`.
    pub author_bot_id: String,
    /// The answer.
    #[schema(min_length = 1, max_length = 4000)]
    pub content: String,
    /// The reply answered, if not the opening post.
    #[serde(default)]
    pub parent_reply_id: Option<i64>,
}

/// `POST /api/threads/{id}/vote`, `POST /api/replies/{id}/vote`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CastVote {
    /// A bot's id or `human:<name>`.
    pub voter_bot_id: String,
    /// 1 or -1.
    #[schema(minimum = -1, maximum = 1)]
    pub value: i64,
}

/// `POST /api/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InjectEvent {
    /// At most 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What happened.
    #[serde(default)]
    pub description: String,
    /// news, challenge, dilemma, announcement.
    pub event_type: String,
    /// minor, normal, major, crisis.
    #[serde(default = "normal")]
    pub severity: String,
    /// When it ends by itself.
    #[serde(default)]
    pub expires_at: Option<Stamp>,
}

fn normal() -> String {
    "normal".into()
}

impl InjectEvent {
    /// The kinds of event.
    pub const KINDS: [&str; 4] = ["news", "challenge", "dilemma", "announcement"];
    /// How much one matters.
    pub const SEVERITIES: [&str; 4] = ["minor", "normal", "major", "crisis"];
    /// Longest description, in characters.
    pub const DESCRIPTION_MAX: usize = 2_000;
}

impl Interview {
    /// Longest question, in characters.
    pub const QUESTION_MAX: usize = 2_000;
}

impl EditMemory {
    /// Longest text of a memory that a person writes, in characters.
    pub const TEXT_MAX: usize = 4_000;
}

impl CreateToken {
    /// Longest name, in characters.
    pub const NAME_MAX: usize = 60;
}

/// `POST /api/bots/{id}/interview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Interview {
    /// At most 2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub question: String,
    /// Whether the bot remembers it.
    #[serde(default)]
    pub remember: bool,
}

/// `PUT /api/bots/{id}/cost-cap`: a missing key keeps the cap, an explicit null resets it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SetCaps {
    /// Tokens a day; 0 = no calls at all.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub daily_token_cap: Option<Option<i64>>,
    /// Dollars a day; 0 = no calls at all.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1e9)]
    pub daily_cost_cap_usd: Option<Option<f64>>,
}

fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// `PUT /api/pace`: a preset's name, or an interval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetPace {
    /// slow, normal, fast, turbo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// 1 second to a week.
    #[schema(minimum = 1, maximum = 604_800)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<u32>,
}

/// What to do with a changed YAML file.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum YamlChoice {
    /// Keep the live configuration.
    Keep,
    /// Take the file's.
    Take,
}

/// `PUT /api/memories/{id}`: keys given are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EditMemory {
    /// New text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Pin or unpin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

/// `POST /api/bots/{id}/memories`: something a bot is to remember.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Remember {
    /// fact, relationship, opinion, interest or moment.
    pub kind: crate::domain::MemoryKind,
    /// What it says.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// The other bot of a relationship, the topic of an opinion, the interest; else empty.
    #[serde(default)]
    pub about: String,
    /// Where a fact comes from.
    #[serde(default)]
    pub source: String,
    /// Of a relationship.
    #[serde(default)]
    pub sentiment: Option<crate::domain::Sentiment>,
    /// Of an opinion, 0 to 1.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// Whether it is recalled first.
    #[serde(default)]
    pub pinned: bool,
    /// The act it comes from.
    #[serde(default)]
    pub activity_id: Option<i64>,
}

listed! {
    /// What can be exported.
    #[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
    #[serde(rename_all = "lowercase")]
    pub enum ExportKind {
        /// Threads.
        Threads,
        /// Replies.
        Replies,
        /// Votes.
        Votes,
        /// Follows.
        Follows,
        /// Activity.
        Activity,
        /// Bots.
        Bots,
        /// Memories.
        Memories,
        /// Memories that summaries stand for.
        #[value(skip)] // `memories --archive`
        Archive,
        /// Usage per bot, day, provider and model.
        Usage,
        /// Thought records.
        Thoughts,
        /// What came from outside, with what models answered to the letter; for operators.
        Journal,
    }
}

impl ExportKind {
    /// The word for it, in addresses and in names of files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Replies => "replies",
            Self::Votes => "votes",
            Self::Follows => "follows",
            Self::Activity => "activity",
            Self::Bots => "bots",
            Self::Memories => "memories",
            Self::Archive => "archive",
            Self::Usage => "usage",
            Self::Thoughts => "thoughts",
            Self::Journal => "journal",
        }
    }
}

/// How it is exported.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// One array.
    #[default]
    Json,
    /// One object per line.
    Jsonl,
    /// Comma-separated, cells inert for spreadsheets.
    Csv,
}

/// How a kind is exported.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// The layout.
    pub format: ExportFormat,
    /// Only the last days; `None` = everything.
    pub days: Option<u32>,
    /// Whether threads, activity and bots come newest first; else by id. The other kinds have one order.
    pub newest_first: bool,
    /// Whether CSV has every column; else activity and bots have those of the contract alone.
    pub all_columns: bool,
    /// Whether CSV begins with a byte order mark, which some spreadsheets want.
    pub bom: bool,
}

impl ExportOptions {
    /// Rows of the last `days` days (all when `None`) by id, every column.
    #[must_use]
    pub const fn by_id(format: ExportFormat, days: Option<u32>) -> Self {
        Self { format, days, newest_first: false, all_columns: true, bom: false }
    }
}

/// A partial `personality_config` (`PUT /api/bots/{id}/config`): sections and keys given are set.
pub type ConfigPatch = Value;

/// A whole bot as a file describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AddBot {
    /// Its id: lower-case letters, digits, `_` and `-`.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// What makes it what it is; `id` and `name` inside it may be left out.
    #[schema(value_type = PersonalityConfig)]
    pub personality_config: Value,
}

impl From<PersonalityConfig> for AddBot {
    fn from(config: PersonalityConfig) -> Self {
        let (id, name) = (config.id.clone(), config.name.clone());
        let personality_config = serde_json::to_value(config).unwrap_or_default(); // plain data always serialises
        Self { id, name, personality_config }
    }
}

/// Who wants to follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Follow {
    /// A bot's id or `human:<name>`.
    pub follower_id: String,
}

impl From<&str> for Follow {
    fn from(follower: &str) -> Self {
        Self { follower_id: follower.to_owned() }
    }
}

/// A bot's own pace.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BotPace {
    /// Seconds between two beats, 1 to 604,800; `null` = the room's pace.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, minimum = 1, maximum = 604_800)]
    pub interval_seconds: Option<u32>,
}

impl From<Option<u32>> for BotPace {
    fn from(interval_seconds: Option<u32>) -> Self {
        Self { interval_seconds }
    }
}

/// What to do with a file that changed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// keep the live configuration, or take the file's.
    pub choice: YamlChoice,
}

impl From<YamlChoice> for Choice {
    fn from(choice: YamlChoice) -> Self {
        Self { choice }
    }
}

/// The room's provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DefaultProvider {
    /// A configured provider's name.
    pub name: String,
    /// Its model from now on for bots that name none; empty is the configured one again. Left out, it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether the cost was understood; needed for a provider that costs money.
    #[serde(default)]
    pub confirm_cost: bool,
}

/// Sections and keys to set; what is left out keeps its value.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is merged as JSON")]
pub(crate) struct ConfigSections {
    /// traits, communication_style, interests, quirks.
    #[schema(value_type = Option<Object>)]
    personality: Option<()>,
    /// The sliders and the engagement style.
    #[schema(value_type = Option<Object>)]
    behavior: Option<()>,
    /// provider, model, temperature, max_tokens.
    #[schema(value_type = Option<Object>)]
    model: Option<()>,
    /// is_aware_ai, self_reflective, origin_story.
    #[schema(value_type = Option<Object>)]
    identity: Option<()>,
    /// tools.
    #[schema(value_type = Option<Object>)]
    permissions: Option<()>,
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    use super::*;
    use crate::domain::action::{CONTENT_MAX, TITLE_MAX};

    #[test]
    fn the_schemas_say_what_is_checked() {
        let longest = |schema: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>, field: &str| {
            let schema = serde_json::to_value(schema).unwrap();
            schema["properties"][field]["maxLength"].as_u64().unwrap() as usize
        };
        assert_eq!(longest(CreateThread::schema(), "title"), TITLE_MAX);
        assert_eq!(longest(CreateThread::schema(), "content"), CONTENT_MAX);
        assert_eq!(longest(CreateReply::schema(), "content"), CONTENT_MAX);
        assert_eq!(longest(InjectEvent::schema(), "title"), TITLE_MAX);
        assert_eq!(longest(Interview::schema(), "question"), Interview::QUESTION_MAX);
        assert_eq!(longest(Remember::schema(), "text"), EditMemory::TEXT_MAX);
        assert_eq!(longest(CreateToken::schema(), "name"), CreateToken::NAME_MAX);
        assert_eq!(longest(CreateBot::schema(), "name"), crate::domain::bot_file::NAME_MAX);
    }
}
