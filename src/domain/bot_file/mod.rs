//! Bot files: reading `bots/*.yaml`, writing it back, checking and merging what a person or a
//! dashboard sends.
//!
//! One table of keys ([`fields`]) serves all of them, so a value that is refused in a file is
//! refused on the wire with the same sentence. What older files held and nothing uses, such as a rate limit, is kept as
//! it was written (`fields`, `personality::unused_value`). Files are not opened here; the text is handed in.

mod fields;

use std::fmt;

use super::Actor;
use super::personality::PersonalityConfig;
use super::text::folded;
use super::yaml::{self, Fault, Mark, Node, Pair, Value};
use fields::{Reader, SECTIONS};

/// Shortest name of a custom bot created over the port.
pub const CUSTOM_NAME_MIN: usize = 3;
/// Longest name, in characters.
pub const NAME_MAX: usize = 30;
/// Longest id, in characters.
pub const ID_MAX: usize = 64;
/// Most traits.
pub const TRAITS_MAX: usize = 10;

/// One thing that is wrong in a bot file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The dotted key, such as `behavior.skepticism`; empty when the whole file is meant.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "{}: ", Mark { line, column })?;
        }
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

/// One value that is refused, named as on the wire.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldProblem {
    /// The dotted key, such as `behavior.skepticism`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

impl From<Problem> for FieldProblem {
    fn from(problem: Problem) -> Self {
        Self { field: problem.key, message: problem.message }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self {
            line: fault.mark.map(|mark| mark.line),
            column: fault.mark.map(|mark| mark.column),
            key: String::new(),
            message: fault.message,
        }
    }
}

/// Reads a bot file. The top-level `bot:` may be left out. Texts have passed the gate.
///
/// # Errors
/// Every problem found, in the order of the file. A text that is no YAML has one.
pub fn parse(text: &str) -> Result<PersonalityConfig, Vec<Problem>> {
    let root = match yaml::read(text) {
        Ok(Some(root)) => root,
        Ok(None) => {
            let message = "the file is empty; a bot needs `id`, `name` and `personality.traits` under `bot:`";
            return Err(vec![Problem {
                line: Some(1),
                column: Some(1),
                key: String::new(),
                message: message.into(),
            }]);
        }
        Err(fault) => return Err(vec![fault.into()]),
    };
    let mut reader = Reader::default();
    let mut config = fields::blank();
    if let Some(bot) = reader.bot(&root) {
        reader.apply(bot, &mut config, true);
    }
    reader.finish(config)
}

/// As [`parse`], for the bytes of a file.
///
/// # Errors
/// As for [`parse`]; bytes that are no UTF-8 are named with their place.
pub fn parse_bytes(bytes: &[u8]) -> Result<PersonalityConfig, Vec<Problem>> {
    parse(yaml::decode(bytes).map_err(|fault| vec![fault.into()])?)
}

/// The file of a bot, as [`parse`] reads it.
#[must_use]
pub fn to_yaml(config: &PersonalityConfig) -> String {
    #[derive(serde::Serialize)]
    struct File<'a> {
        bot: &'a PersonalityConfig,
    }
    // Strings, numbers, lists and maps with string keys always serialise.
    serde_yaml::to_string(&File { bot: config }).expect("plain data serialises")
}

/// Every value of `config` that is out of its range (names of 1–30 characters).
#[must_use]
pub fn check(config: &PersonalityConfig) -> Vec<FieldProblem> {
    // Plain data serialises; a temperature that is not finite becomes null and is refused as such.
    let json = serde_json::to_value(config).expect("plain data serialises");
    let mut reader = Reader::default();
    reader.apply(&Node::from(&json), &mut fields::blank(), true);
    reader.problems.into_iter().map(FieldProblem::from).collect()
}

/// `config` as it would be read from a file: every text through the gate.
///
/// # Errors
/// As for [`check_custom`].
pub fn checked_custom(config: &PersonalityConfig) -> Result<PersonalityConfig, Vec<FieldProblem>> {
    let problems = check_custom(config);
    if !problems.is_empty() {
        return Err(problems);
    }
    // Plain data serialises, and was found to be in range.
    let json = serde_json::to_value(config).expect("plain data serialises");
    let mut read = fields::blank();
    Reader::default().apply(&Node::from(&json), &mut read, true);
    Ok(read)
}

/// As [`check`], for a custom bot that is created over the port: its name has 3–30 characters.
#[must_use]
pub fn check_custom(config: &PersonalityConfig) -> Vec<FieldProblem> {
    let mut problems = check(config);
    let count = config.name.trim().chars().count();
    if (1..CUSTOM_NAME_MIN).contains(&count) {
        let message = format!("must have {CUSTOM_NAME_MIN} to {NAME_MAX} characters, not {count}");
        problems.push(FieldProblem { field: "name".into(), message });
    }
    problems
}

/// `config` with the values in `patch`: sections of `personality_config`, whole or in part. Keys
/// given are set, keys left out keep their value, a section that is null counts as left out.
///
/// # Errors
/// Every key that is unknown and every value that is refused; nothing is changed then.
pub fn merge(
    config: &PersonalityConfig,
    patch: &serde_json::Value,
) -> Result<PersonalityConfig, Vec<FieldProblem>> {
    let mut reader = Reader::default();
    let mut patch = Node::from(patch);
    if let Value::Map(entries) = &mut patch.value {
        entries.retain(|entry| !reader.refused_change(config, entry));
        entries.retain(|Pair { key, node, .. }| {
            !(node.value == Value::Null && SECTIONS.contains(&key.as_str())) && key != "id" && key != "name"
        });
    }
    let mut merged = config.clone();
    reader.apply(&patch, &mut merged, false);
    reader.finish(merged).map_err(|problems| problems.into_iter().map(FieldProblem::from).collect())
}

/// Whether two names are the same to who reads them.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    folded(one.trim()) == folded(other.trim())
}

/// The part of an id that comes from a name: lower-case letters and digits joined by `_`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'à'..='ã' | 'å' => slug.push('a'),
            'ä' | 'æ' => slug.push_str("ae"),
            'è'..='ë' => slug.push('e'),
            'ì'..='ï' => slug.push('i'),
            'ò'..='õ' | 'ø' => slug.push('o'),
            'ö' | 'œ' => slug.push_str("oe"),
            'ù'..='û' => slug.push('u'),
            'ü' => slug.push_str("ue"),
            'ç' => slug.push('c'),
            'ñ' => slug.push('n'),
            'ß' => slug.push_str("ss"),
            // An apostrophe or a combining mark joins, anything else separates.
            '\'' | '’' | '\u{300}'..='\u{36F}' => {}
            _ if !slug.is_empty() && !slug.ends_with('_') => slug.push('_'),
            _ => {}
        }
    }
    slug.truncate(ID_MAX - 8); // ASCII only; leaves room for a suffix
    let slug = slug.trim_end_matches('_');
    match slug {
        "" => "bot".into(),
        reserved if Actor::RESERVED_IDS.contains(&reserved) => format!("{reserved}_bot"),
        slug => slug.into(),
    }
}

#[cfg(test)]
mod tests;
