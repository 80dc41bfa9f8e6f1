//! The fields of a mind: what each is called, how it is edited, where its value stands.

use serde_json::{Value, json};

use crate::domain::PersonalityConfig;
use crate::domain::personality::Engagement;

/// What can be edited.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // named like the keys of the configuration
pub enum Field {
    Creativity,
    Leadership,
    Skepticism,
    Aggression,
    Shyness,
    Engagement,
    Provider,
    Model,
    Temperature,
    MaxTokens,
    Style,
    Traits,
    Interests,
    Quirks,
    Origin,
}

/// How a field is edited.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Shape {
    /// A number between two ends, with a small and a large step.
    Slider {
        /// Lower end.
        min: f64,
        /// Upper end.
        max: f64,
        /// h and l.
        step: f64,
        /// H and L.
        leap: f64,
    },
    /// One of a few.
    Choice,
    /// A short text.
    Line,
    /// One item per line.
    List,
    /// A text of several lines.
    Text,
}

impl Field {
    /// Every field, in the order of the page.
    pub const ALL: [Self; 15] = [
        Self::Creativity,
        Self::Leadership,
        Self::Skepticism,
        Self::Aggression,
        Self::Shyness,
        Self::Engagement,
        Self::Temperature,
        Self::MaxTokens,
        Self::Provider,
        Self::Model,
        Self::Style,
        Self::Traits,
        Self::Interests,
        Self::Quirks,
        Self::Origin,
    ];

    /// Its label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Creativity => "creativity",
            Self::Leadership => "leadership",
            Self::Skepticism => "skepticism",
            Self::Aggression => "aggression",
            Self::Shyness => "shyness",
            Self::Engagement => "engagement",
            Self::Temperature => "temperature",
            Self::MaxTokens => "max tokens",
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Style => "style",
            Self::Traits => "traits",
            Self::Interests => "interests",
            Self::Quirks => "quirks",
            Self::Origin => "origin",
        }
    }

    /// How it is edited.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::Creativity | Self::Leadership | Self::Skepticism | Self::Aggression | Self::Shyness => {
                Shape::Slider { min: 0.0, max: 100.0, step: 1.0, leap: 10.0 }
            }
            Self::Temperature => Shape::Slider { min: 0.0, max: 1.0, step: 0.1, leap: 0.5 },
            Self::MaxTokens => Shape::Slider { min: 100.0, max: 4_096.0, step: 50.0, leap: 500.0 },
            Self::Engagement | Self::Provider => Shape::Choice,
            Self::Model | Self::Style => Shape::Line,
            Self::Traits | Self::Interests | Self::Quirks => Shape::List,
            Self::Origin => Shape::Text,
        }
    }

    /// The section of the configuration it stands in.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Creativity
            | Self::Leadership
            | Self::Skepticism
            | Self::Aggression
            | Self::Shyness
            | Self::Engagement => "behavior",
            Self::Temperature | Self::MaxTokens | Self::Provider | Self::Model => "model",
            Self::Style | Self::Traits | Self::Interests | Self::Quirks => "personality",
            Self::Origin => "identity",
        }
    }

    /// Its key there.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Creativity => "creativity_level",
            Self::Leadership => "leadership_tendency",
            Self::Engagement => "engagement_style",
            Self::MaxTokens => "max_tokens",
            Self::Style => "communication_style",
            Self::Origin => "origin_story",
            _ => self.label(),
        }
    }

    /// The number of a slider.
    #[must_use]
    pub fn number(self, of: &PersonalityConfig) -> Option<f64> {
        let behavior = &of.behavior;
        Some(match self {
            Self::Creativity => f64::from(behavior.creativity_level),
            Self::Leadership => f64::from(behavior.leadership_tendency),
            Self::Skepticism => f64::from(behavior.skepticism),
            Self::Aggression => f64::from(behavior.aggression),
            Self::Shyness => f64::from(behavior.shyness),
            Self::Temperature => of.model.temperature,
            Self::MaxTokens => f64::from(of.model.max_tokens),
            _ => return None,
        })
    }

    /// Sets a slider's number, held inside what is allowed.
    pub fn set_number(self, of: &mut PersonalityConfig, to: f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
        let level = to.round().clamp(0.0, 100.0) as u8;
        match self {
            Self::Creativity => of.behavior.creativity_level = level,
            Self::Leadership => of.behavior.leadership_tendency = level,
            Self::Skepticism => of.behavior.skepticism = level,
            Self::Aggression => of.behavior.aggression = level,
            Self::Shyness => of.behavior.shyness = level,
            Self::Temperature => of.model.temperature = (to.clamp(0.0, 2.0) * 100.0).round() / 100.0,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
            Self::MaxTokens => of.model.max_tokens = to.round().clamp(100.0, 4_096.0) as u32,
            _ => {}
        }
    }

    /// The value as text, one item per line for lists.
    #[must_use]
    pub fn text(self, of: &PersonalityConfig) -> String {
        match self {
            Self::Engagement => of.behavior.engagement_style.as_str().into(),
            Self::Provider => of.model.provider.clone(),
            Self::Model => of.model.model.clone(),
            Self::Style => of.personality.communication_style.clone(),
            Self::Traits => of.personality.traits.join("\n"),
            Self::Interests => of.personality.interests.join("\n"),
            Self::Quirks => of.personality.quirks.join("\n"),
            Self::Origin => of.identity.origin_story.clone(),
            Self::Temperature => {
                format!("{:.2}", of.model.temperature).trim_end_matches('0').trim_end_matches('.').into()
            }
            _ => self.number(of).map_or_else(String::new, |n| n.to_string()),
        }
    }

    /// Copies the value from one configuration into another, as it stands there.
    pub fn copy(self, from: &PersonalityConfig, into: &mut PersonalityConfig) {
        let (behavior, model, persona) = (&mut into.behavior, &mut into.model, &mut into.personality);
        match self {
            Self::Creativity => behavior.creativity_level = from.behavior.creativity_level,
            Self::Leadership => behavior.leadership_tendency = from.behavior.leadership_tendency,
            Self::Skepticism => behavior.skepticism = from.behavior.skepticism,
            Self::Aggression => behavior.aggression = from.behavior.aggression,
            Self::Shyness => behavior.shyness = from.behavior.shyness,
            Self::Engagement => behavior.engagement_style = from.behavior.engagement_style,
            Self::Temperature => model.temperature = from.model.temperature,
            Self::MaxTokens => model.max_tokens = from.model.max_tokens,
            Self::Provider => model.provider.clone_from(&from.model.provider),
            Self::Model => model.model.clone_from(&from.model.model),
            Self::Style => persona.communication_style.clone_from(&from.personality.communication_style),
            Self::Traits => persona.traits.clone_from(&from.personality.traits),
            Self::Interests => persona.interests.clone_from(&from.personality.interests),
            Self::Quirks => persona.quirks.clone_from(&from.personality.quirks),
            Self::Origin => into.identity.origin_story.clone_from(&from.identity.origin_story),
        }
    }

    /// The items of a list.
    fn items(self, of: &PersonalityConfig) -> &[String] {
        match self {
            Self::Traits => &of.personality.traits,
            Self::Interests => &of.personality.interests,
            Self::Quirks => &of.personality.quirks,
            _ => &[],
        }
    }

    /// Sets the value from text. What is as it was stays as it is stored, whatever that is.
    ///
    /// # Errors
    /// A sentence saying what would be right.
    pub fn set_text(self, of: &mut PersonalityConfig, to: &str) -> Result<(), String> {
        if to == self.text(of) {
            return Ok(());
        }
        let line = || crate::domain::text::clean_line(to, 200);
        let stored = self.items(of).to_vec();
        let items = || -> Vec<String> {
            to.split('\n')
                .map(|item| match stored.iter().find(|known| *known == item) {
                    Some(known) => known.clone(),
                    None => crate::domain::text::clean_line(item, 200),
                })
                .filter(|i| !i.is_empty())
                .collect()
        };
        match self {
            Self::Engagement => {
                let chosen = Engagement::ALL.into_iter().find(|style| style.as_str() == to.trim());
                of.behavior.engagement_style = chosen.ok_or("choose active, reactive or observer")?;
            }
            Self::Provider => of.model.provider = line(),
            Self::Model => of.model.model = line(),
            Self::Style => of.personality.communication_style = line(),
            Self::Traits => {
                let traits = items();
                if traits.is_empty() || traits.len() > 10 {
                    return Err("one to ten traits, one per line".into());
                }
                of.personality.traits = traits;
            }
            Self::Interests => of.personality.interests = items(),
            Self::Quirks => of.personality.quirks = items(),
            Self::Origin => of.identity.origin_story = crate::domain::text::clean(to, 4_000).trim().into(),
            _ => {
                let (min, max) = match self.shape() {
                    _ if self == Self::Temperature => (0.0, 2.0),
                    Shape::Slider { min, max, .. } => (min, max),
                    _ => (0.0, 0.0),
                };
                let number: f64 = to.trim().parse().map_err(|_| format!("a number from {min} to {max}"))?;
                if !(min..=max).contains(&number) {
                    return Err(format!("a number from {min} to {max}"));
                }
                self.set_number(of, number);
            }
        }
        Ok(())
    }

    /// The value for a patch.
    pub(super) fn value(self, of: &PersonalityConfig) -> Value {
        match self {
            Self::Temperature => json!(of.model.temperature),
            Self::MaxTokens => json!(of.model.max_tokens),
            Self::Traits => json!(of.personality.traits),
            Self::Interests => json!(of.personality.interests),
            Self::Quirks => json!(of.personality.quirks),
            Self::Creativity => json!(of.behavior.creativity_level),
            Self::Leadership => json!(of.behavior.leadership_tendency),
            Self::Skepticism => json!(of.behavior.skepticism),
            Self::Aggression => json!(of.behavior.aggression),
            Self::Shyness => json!(of.behavior.shyness),
            _ => Value::String(self.text(of)),
        }
    }
}
