//! What bots remember: kinds, bounds and what extraction yields.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Facts beyond this many are compressed.
pub const FACTS_TRIGGER: usize = 50;
/// Moments beyond this many are compressed.
pub const MOMENTS_TRIGGER: usize = 30;
/// How many of the oldest facts one compression takes.
pub const FACTS_BATCH: usize = 25;
/// How many of the oldest moments one compression takes.
pub const MOMENTS_BATCH: usize = 15;
/// Most interests kept.
pub const INTERESTS_MAX: usize = 20;
/// Most opinions kept.
pub const OPINIONS_MAX: usize = 100;
/// Most relationships kept.
pub const RELATIONSHIPS_MAX: usize = 150;
/// Dated events kept in one relationship.
pub const HISTORY_MAX: usize = 20;
/// Longest cold summary or era, in words.
pub const SUMMARY_WORDS: usize = 500;
/// Recent summaries a bot recalls from, unless configured.
pub const SUMMARIES_MAX: usize = 8;
/// Eras a bot recalls from, unless configured.
pub const ERAS_MAX: usize = 8;

/// The kinds of memory. The number is what the store keeps.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Something learned.
    Fact = 0,
    /// How it stands with another bot.
    Relationship = 1,
    /// A stance on a topic.
    Opinion = 2,
    /// A subject it is drawn to.
    Interest = 3,
    /// Something that happened to it.
    Moment = 4,
    /// A summary of facts and moments that were compressed.
    Cold = 5,
    /// A summary of summaries, or of eras.
    Era = 6,
}

impl MemoryKind {
    /// Every kind, by its stored number.
    pub const ALL: [Self; 7] =
        [Self::Fact, Self::Relationship, Self::Opinion, Self::Interest, Self::Moment, Self::Cold, Self::Era];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Relationship => "relationship",
            Self::Opinion => "opinion",
            Self::Interest => "interest",
            Self::Moment => "moment",
            Self::Cold => "cold",
            Self::Era => "era",
        }
    }
}

/// How a bot stands with another.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    /// Likes it.
    Friendly,
    /// Neither way.
    #[default]
    Neutral,
    /// Competes with it.
    Rival,
    /// Wants to know more.
    Curious,
}

impl Sentiment {
    /// How it stands with `name`, as a clause in the first person.
    #[must_use]
    pub fn told_of(self, name: &str) -> String {
        match self {
            Self::Friendly => format!("{name} and I are on good terms"),
            Self::Rival => format!("{name} and I keep getting in each other's way"),
            Self::Curious => format!("I do not know {name} well yet"),
            Self::Neutral => format!("{name} and I get along without being close"),
        }
    }
}

/// What one beat leaves in memory, as the model (or the rules) extract it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Extraction {
    /// Things learned, one sentence each.
    pub facts: Vec<String>,
    /// How it stands with others now.
    pub relationships: Vec<RelationshipNote>,
    /// Stances taken.
    pub opinions: Vec<OpinionNote>,
    /// Subjects it is newly drawn to.
    pub interests: Vec<String>,
    /// What happened, one sentence each.
    pub moments: Vec<String>,
}

impl Extraction {
    /// Whether nothing is left at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One relationship, as extracted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RelationshipNote {
    /// The other bot's id.
    pub bot: String,
    /// How it feels about it.
    #[serde(default)]
    pub sentiment: Sentiment,
    /// One sentence about it.
    #[serde(default)]
    pub note: String,
    /// What happened between them, a few words.
    #[serde(default)]
    pub event: String,
}

/// One opinion, as extracted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpinionNote {
    /// The topic.
    pub topic: String,
    /// The stance, one sentence.
    pub stance: String,
    /// 0–1.
    #[serde(default)]
    pub confidence: f64,
}
