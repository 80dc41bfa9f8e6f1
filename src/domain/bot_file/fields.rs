//! The keys of a bot: what each holds, what is allowed, and the sentences for what is not.

use super::super::personality::{
    Behavior, Engagement, Identity, ModelConfig, Permissions, Persona, TOOLS, level_of_word, unused_value,
};
use super::super::similarity::nearest;
use super::super::yaml::{Mark, Node, Pair, Value, filled, meant, show};
use super::super::{Actor, PersonalityConfig};
use super::{ID_MAX, NAME_MAX, Problem, TRAITS_MAX};

/// The sections of `personality_config`.
pub(super) const SECTIONS: [&str; 5] = ["identity", "personality", "behavior", "model", "permissions"];

/// A place in a personality.
type Slot<T> = fn(&mut PersonalityConfig) -> &mut T;

/// What a key holds.
enum Kind {
    Id,
    Name,
    Flag(Slot<bool>),
    Line { max: usize, slot: Slot<String> },
    Prose { max: usize, slot: Slot<String> },
    Lines { min: usize, max: usize, each: usize, slot: Slot<Vec<String>> },
    Level(Slot<u8>),
    Engagement,
    Provider,
    Temperature,
    MaxTokens,
    Tools,
    RateLimit,
}

/// Every key: section (empty for the top), key, what it holds.
const FIELDS: &[(&str, &str, Kind)] = &[
    ("", "id", Kind::Id),
    ("", "name", Kind::Name),
    ("identity", "is_aware_ai", Kind::Flag(|bot| &mut bot.identity.is_aware_ai)),
    ("identity", "self_reflective", Kind::Flag(|bot| &mut bot.identity.self_reflective)),
    ("identity", "origin_story", Kind::Prose { max: 2_000, slot: |bot| &mut bot.identity.origin_story }),
    (
        "personality",
        "traits",
        Kind::Lines { min: 1, max: TRAITS_MAX, each: 40, slot: |bot| &mut bot.personality.traits },
    ),
    (
        "personality",
        "communication_style",
        Kind::Line { max: 200, slot: |bot| &mut bot.personality.communication_style },
    ),
    (
        "personality",
        "interests",
        Kind::Lines { min: 0, max: 20, each: 80, slot: |bot| &mut bot.personality.interests },
    ),
    (
        "personality",
        "quirks",
        Kind::Lines { min: 0, max: 20, each: 200, slot: |bot| &mut bot.personality.quirks },
    ),
    ("behavior", "creativity_level", Kind::Level(|bot| &mut bot.behavior.creativity_level)),
    ("behavior", "engagement_style", Kind::Engagement),
    ("behavior", "leadership_tendency", Kind::Level(|bot| &mut bot.behavior.leadership_tendency)),
    ("behavior", "skepticism", Kind::Level(|bot| &mut bot.behavior.skepticism)),
    ("behavior", "aggression", Kind::Level(|bot| &mut bot.behavior.aggression)),
    ("behavior", "shyness", Kind::Level(|bot| &mut bot.behavior.shyness)),
    ("model", "provider", Kind::Provider),
    ("model", "model", Kind::Line { max: 100, slot: |bot| &mut bot.model.model }),
    ("model", "temperature", Kind::Temperature),
    ("model", "max_tokens", Kind::MaxTokens),
    ("permissions", "tools", Kind::Tools),
    ("permissions", "rate_limit", Kind::RateLimit),
];

/// A bot before anything was read: all defaults, no id, no name, no traits.
pub(super) fn blank() -> PersonalityConfig {
    PersonalityConfig {
        id: String::new(),
        name: String::new(),
        identity: Identity::default(),
        personality: Persona::default(),
        behavior: Behavior::default(),
        model: ModelConfig::default(),
        permissions: Permissions::default(),
    }
}

fn keys_of(section: &str) -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(move |(of, ..)| *of == section).map(|(_, key, _)| *key)
}

/// Reads values and collects what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    fn complain(&mut self, mark: Option<Mark>, key: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem {
            line: mark.map(|mark| mark.line),
            column: mark.map(|mark| mark.column),
            key: key.into(),
            message: message.into(),
        });
    }

    /// The result, or the problems in the order of the file.
    pub(super) fn finish(mut self, config: PersonalityConfig) -> Result<PersonalityConfig, Vec<Problem>> {
        if self.problems.is_empty() {
            return Ok(config);
        }
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(self.problems)
    }

    /// The bot in a file: what stands under `bot`, or the whole file when there is no such key.
    pub(super) fn bot<'a>(&mut self, root: &'a Node) -> Option<&'a Node> {
        let Value::Map(entries) = &root.value else {
            let message = format!("a bot file holds keys and values under `bot:`, not {}", root.value.kind());
            self.complain(root.mark, "", message);
            return None;
        };
        let Some(bot) = entries.iter().find(|entry| entry.key == "bot") else { return Some(root) };
        self.duplicates(entries, "");
        for stray in entries.iter().filter(|entry| entry.key != "bot") {
            let known = SECTIONS.contains(&stray.key.as_str()) || keys_of("").any(|key| key == stray.key);
            let message = if known {
                "belongs under `bot`; indent it"
            } else {
                "is unknown; only `bot` stands at the top"
            };
            self.complain(stray.mark, show(&stray.key), message);
        }
        if bot.node.value == Value::Null {
            self.complain(bot.mark, "bot", "is empty; a bot needs `id`, `name` and `personality.traits`");
            return None;
        }
        Some(&bot.node)
    }

    /// Puts the values in `node` into `config`. A whole bot must have id, name and traits.
    pub(super) fn apply(&mut self, node: &Node, config: &mut PersonalityConfig, whole: bool) {
        let Some(entries) = self.group(node, "bot") else { return };
        for entry in entries {
            if SECTIONS.contains(&entry.key.as_str()) {
                if entry.node.value != Value::Null
                    && let Some(inner) = self.group(&entry.node, &entry.key)
                {
                    inner.iter().for_each(|inner| self.field(&entry.key, inner, config));
                }
            } else {
                self.field("", entry, config);
            }
        }
        if whole {
            let section = entries.iter().find(|entry| entry.key == "personality");
            let has_traits = section.is_some_and(|section| match &section.node.value {
                Value::Map(inner) => inner.iter().any(|inner| inner.key == "traits"),
                Value::Null => false,
                _ => true, // already complained of
            });
            for (key, given, hint) in [
                ("id", entries.iter().any(|entry| entry.key == "id"), "; an id looks like `ada_001`"),
                ("name", entries.iter().any(|entry| entry.key == "name"), ""),
                ("personality.traits", has_traits, "; give one to ten words such as `curious`"),
            ] {
                if !given {
                    let mark =
                        section.filter(|_| key.contains('.')).map_or(node.mark, |section| section.mark);
                    self.complain(mark, key, format!("is missing{hint}"));
                }
            }
        }
    }

    /// Whether a patch tries to change what never changes; complains if so.
    pub(super) fn refused_change(&mut self, config: &PersonalityConfig, entry: &Pair) -> bool {
        let current = match entry.key.as_str() {
            "id" => &config.id,
            "name" => &config.name,
            _ => return false,
        };
        let same = matches!(&entry.node.value, Value::Text(text) if text == current);
        if !same {
            self.complain(
                entry.mark,
                entry.key.as_str(),
                "cannot be changed; it belongs to everything the bot wrote",
            );
        }
        !same
    }

    fn group<'a>(&mut self, node: &'a Node, path: &str) -> Option<&'a [Pair]> {
        let Value::Map(entries) = &node.value else {
            self.complain(node.mark, path, format!("must be a group of keys, not {}", node.value.shown()));
            return None;
        };
        self.duplicates(entries, if path == "bot" { "" } else { path });
        Some(entries)
    }

    fn duplicates(&mut self, entries: &[Pair], path: &str) {
        for entry in entries {
            if let Some(first) = entry.first {
                let message = format!("is given twice; first in line {}", first.line);
                self.complain(entry.mark, dotted(path, &show(&entry.key)), message);
            }
        }
    }

    fn field(&mut self, section: &str, entry: &Pair, config: &mut PersonalityConfig) {
        let path = dotted(section, &show(&entry.key));
        match FIELDS.iter().find(|(of, key, _)| *of == section && *key == entry.key) {
            Some((.., kind)) => {
                if let Err(message) = kind.read(&entry.node, config) {
                    // An empty value has no place of its own.
                    let mark = entry.node.mark.filter(|_| entry.node.value != Value::Null);
                    self.complain(mark.or(entry.mark), path, message);
                }
            }
            None => self.complain(entry.mark, path, unknown(section, &entry.key)),
        }
    }
}

fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn unknown(section: &str, key: &str) -> String {
    if let Some((home, ..)) = FIELDS.iter().find(|(of, known, _)| *known == key && *of != section) {
        return match *home {
            "" => "does not belong here; it stands directly under `bot`".into(),
            home => format!("does not belong here; it stands under `{home}`"),
        };
    }
    let here: Vec<_> = keys_of(section).chain(SECTIONS.into_iter().filter(|_| section.is_empty())).collect();
    match nearest(key, here.iter().copied()) {
        Some(near) => format!("is unknown; did you mean `{near}`?"),
        None => format!("is unknown; known here are {}", here.join(", ")),
    }
}

impl Kind {
    fn read(&self, node: &Node, bot: &mut PersonalityConfig) -> Result<(), String> {
        let value = &node.value;
        match self {
            Self::Id => bot.id = id(value)?,
            Self::Name => bot.name = name(value)?,
            Self::Flag(slot) => *slot(bot) = value.flag()?,
            Self::Line { max, slot } => *slot(bot) = value.line_or_empty(*max)?,
            Self::Prose { max, slot } => *slot(bot) = value.prose(*max)?,
            Self::Lines { min, max, each, slot } => *slot(bot) = value.lines(*min, *max, *each)?,
            Self::Level(slot) => *slot(bot) = level(value)?,
            Self::Engagement => {
                let style = value.choice(&Engagement::ALL.map(Engagement::as_str))?;
                bot.behavior.engagement_style = Engagement::ALL[style];
            }
            Self::Provider => bot.model.provider = provider(value)?,
            Self::Temperature => bot.model.temperature = value.number(0.0, 2.0)?,
            Self::MaxTokens => {
                // Lies within 100–4096.
                bot.model.max_tokens = u32::try_from(value.whole(100, 4_096)?).unwrap_or(4_096);
            }
            Self::Tools => bot.permissions.tools = tools(value)?,
            Self::RateLimit => bot.permissions.rate_limit = unused_value(value.to_json()),
        }
        Ok(())
    }
}

fn name(value: &Value) -> Result<String, String> {
    let name = filled(value.line(NAME_MAX)?)?;
    if super::same_name(&name, Actor::ROOM_NAME) {
        return Err(format!("must not be `{name}`: the room itself is shown under it"));
    }
    Ok(name)
}

fn id(value: &Value) -> Result<String, String> {
    let text = value.raw()?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if Actor::RESERVED_IDS.contains(&text) {
        return Err(format!("must not be `{text}`: that is the room's own; try `{text}_001`"));
    }
    if !text.is_empty() && text.len() <= ID_MAX && text.chars().all(good) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "must be 1 to {ID_MAX} lower-case letters, digits, `_` or `-`, not `{}`; try `{}`",
        show(text),
        super::slug(text)
    ))
}

fn level(value: &Value) -> Result<u8, String> {
    let number = match value {
        Value::Text(word) => level_of_word(word).map(i64::from),
        _ => value.integer(),
    };
    number.and_then(|number| u8::try_from(number).ok()).filter(|level| *level <= 100).ok_or_else(|| {
        let hint = match value {
            Value::Text(word) => nearest(word, ["low", "medium", "high"])
                .map_or_else(|| value.unquote().to_owned(), |near| format!("; did you mean `{near}`?")),
            _ => String::new(),
        };
        format!("must be a whole number from 0 to 100, not {}{hint}", value.shown())
    })
}

fn provider(value: &Value) -> Result<String, String> {
    let name = value.line_or_empty(ID_MAX)?;
    match name.as_str() {
        "" => Ok("default".into()),
        _ if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) => {
            Ok(name)
        }
        _ => Err(format!("must be `default` or the name of a provider, not {}", value.shown())),
    }
}

fn tools(value: &Value) -> Result<Vec<String>, String> {
    let mut tools = value.lines(0, 20, 40)?;
    for tool in &tools {
        if !TOOLS.contains(&tool.as_str()) {
            let hint = meant(tool, &TOOLS);
            return Err(format!("may hold {}, not `{tool}`{hint}", TOOLS.join(" and ")));
        }
    }
    let mut seen = Vec::new();
    tools.retain(|tool| {
        !seen.contains(tool) && {
            seen.push(tool.clone());
            true
        }
    });
    Ok(tools)
}
