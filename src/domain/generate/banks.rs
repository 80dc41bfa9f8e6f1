//! The words personas are made of, as they stand in `data/personas.yaml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// All of them, read on first use.
pub(super) static BANKS: LazyLock<Banks> = LazyLock::new(|| {
    // Fixed at compile time and parsed by the tests.
    serde_yaml::from_str(include_str!("../../../data/personas.yaml")).expect("the embedded words are valid")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Banks {
    pub archetypes: Vec<Archetype>,
    /// In the order creativity, leadership, skepticism, aggression, shyness.
    pub poles: [Pole; 5],
    pub tempers: Vec<String>,
    pub manners: Vec<String>,
    pub habits_of_speech: Vec<String>,
    pub fields: Vec<Field>,
    pub beginnings: Vec<String>,
    pub turns: Vec<String>,
    pub creeds: Vec<String>,
    pub quirks: Vec<String>,
}

/// A kind of character: where its numbers lie and how it sounds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Archetype {
    /// Creativity, leadership, skepticism, aggression, shyness.
    pub levels: [u8; 5],
    /// First words of a communication style.
    pub tones: Vec<String>,
}

/// Words for a slider's two ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pole {
    pub low: Vec<String>,
    pub high: Vec<String>,
}

/// A field of interest: its subjects, and places where one could have begun there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub subjects: Vec<String>,
    pub places: Vec<String>,
}
