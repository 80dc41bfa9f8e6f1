//! An activity in words: one sentence for people, one line for the bot that did it.

use serde_json::Value;

use super::{Activity, ActivityKind, Changed, PostKind};
use crate::domain::Actor;
use crate::domain::changes::{self, Change};
use crate::domain::text::{clean_line, cut};

/// Longest name of what an activity is about, in characters.
const ABOUT_MAX: usize = 200;
/// Longest quotation kept, in characters.
const QUOTE_MAX: usize = 600;
/// Longest id, in characters.
const ID_MAX: usize = 64;
/// Longest list of what changed, in characters.
const SAID_MAX: usize = 1_000;

/// What is told of an activity. Its texts are gated and bounded, wherever the row came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The kind; `None` for one that this version does not know.
    pub kind: Option<ActivityKind>,
    /// The word on the wire.
    pub word: String,
    /// The actor on the other side.
    pub other: Option<String>,
    /// The thread it is about.
    pub thread: Option<i64>,
    /// The reply it is about.
    pub reply: Option<i64>,
    /// 1 or -1 for votes.
    pub value: i8,
    /// What it is about, in a few words.
    pub about: String,
    /// What was said.
    pub quote: String,
}

/// Names of actors and titles of threads, as they are shown.
pub trait Names {
    /// An actor's shown name.
    fn name(&self, id: &str) -> String;
    /// A thread's title; `None` when it is not known.
    fn title(&self, thread: i64) -> Option<String>;

    /// A title as it stands behind the thread's number.
    fn quoted(&self, title: String) -> String {
        title
    }
}

impl Told {
    /// Of the columns of a row.
    #[must_use]
    pub fn of(action_type: &str, details: &Value) -> Self {
        let word = clean_line(action_type, ID_MAX);
        let Some(activity) = Activity::read(action_type, details) else {
            let quote = ["error", "reason", "content"].iter().find_map(|key| details[*key].as_str());
            let quote = clean_line(quote.unwrap_or_default(), QUOTE_MAX);
            return Self { kind: ActivityKind::of(action_type), word, quote, ..Self::default() };
        };
        let (about, quote) = activity.said();
        Self {
            kind: Some(activity.kind()),
            word,
            other: activity.other().filter(|id| !id.is_empty()).map(|id| clean_line(id, ID_MAX)),
            thread: activity.thread(),
            reply: activity.reply(),
            value: activity.vote(),
            about: clean_line(&about, ABOUT_MAX),
            quote: clean_line(&quote, QUOTE_MAX),
        }
    }

    /// Whether it is of this kind.
    #[must_use]
    pub fn is(&self, kind: ActivityKind) -> bool {
        self.kind == Some(kind)
    }

    /// Whether its kind is known and one that `which` holds for.
    #[must_use]
    pub fn is_any(&self, which: impl Fn(ActivityKind) -> bool) -> bool {
        self.kind.is_some_and(which)
    }

    /// What happened, as a sentence without its subject: `replied to Marcus in #64 “On doors”`.
    #[must_use]
    pub fn sentence(&self, names: &impl Names) -> String {
        let other = self.other.as_deref().filter(|id| !Actor::of(id).is_room()).map(|id| names.name(id));
        let to = |word: &str| other.as_ref().map_or_else(String::new, |name| format!("{word} {name}"));
        let own_title = || self.is(ActivityKind::CreateThread).then(|| self.about.clone());
        let place = |word: &str| match self.thread {
            Some(id) => match names.title(id).or_else(own_title).filter(|title| !title.is_empty()) {
                Some(title) => format!(" {word}#{id} {}", names.quoted(title)),
                None => format!(" {word}#{id}"),
            },
            None => String::new(),
        };
        let about = || if self.about.is_empty() { String::new() } else { format!(": {}", self.about) };
        match self.kind {
            Some(ActivityKind::CreateThread) => format!("opened{}", place("")),
            Some(ActivityKind::Reply) => format!("replied{}{}", to(" to"), place("in ")),
            Some(ActivityKind::Vote) => {
                let way = if self.value < 0 { "down" } else { "up" };
                format!("voted{} {way}{}", to(""), place("in "))
            }
            Some(ActivityKind::Follow) => format!("now follows{}", to("")),
            Some(ActivityKind::Unfollow) => format!("no longer follows{}", to("")),
            Some(ActivityKind::WebSearch) => format!("looked up {}", self.about),
            Some(ActivityKind::DoNothing) => "stayed quiet".into(),
            Some(ActivityKind::Failed) => "failed to act".into(),
            Some(ActivityKind::HumanPost) => format!("posted{}", place("in ")),
            Some(ActivityKind::Interview) => "was interviewed".into(),
            Some(ActivityKind::EventInjected) => format!("injected {}", self.about),
            Some(ActivityKind::ConfigUpdated) => format!("was changed{}", about()),
            Some(ActivityKind::CallsLost) => "lost calls that were charged".into(),
            Some(ActivityKind::ProviderTest) => format!("tried a provider{}", about()),
            None => self.word.replace('_', " "),
        }
    }
}

impl Activity {
    /// What it is about in a few words, and what was said.
    fn said(&self) -> (String, String) {
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        match self {
            Self::CreateThread { title, .. } => (title.clone(), String::new()),
            Self::Reply { content, .. } => (String::new(), content.clone()),
            Self::Vote { target_type, reason, .. } => (target_type.as_str().to_owned(), or(reason)),
            Self::Follow { .. } | Self::Unfollow { .. } => (String::new(), String::new()),
            Self::WebSearch { query, error, results, .. } => {
                let found = results.as_deref().and_then(<[_]>::first).map(|found| found.extract.clone());
                (query.clone(), found.unwrap_or_else(|| or(error)))
            }
            Self::DoNothing { reason, .. } | Self::CallsLost { reason, .. } => {
                (String::new(), reason.clone())
            }
            Self::Failed { error, .. } => (String::new(), error.clone()),
            Self::HumanPost { title, content, .. } => (or(title), content.clone()),
            Self::Interview { question, .. } => (String::new(), question.clone()),
            Self::EventInjected { title, by, .. } => {
                let by = by.as_ref().map_or_else(String::new, |by| format!(", by {by}"));
                (format!("{title}{by}"), String::new())
            }
            Self::ConfigUpdated(changed) => (changed.in_words().unwrap_or_default(), String::new()),
            Self::ProviderTest { provider, error } => (provider.clone(), or(error)),
        }
    }

    /// The line in the list of its own acts that a bot is shown; `None` for what was no act of its choice.
    #[must_use]
    pub fn deed(&self) -> Option<String> {
        Some(match self {
            Self::CreateThread { thread_id, title } => format!("opened #{thread_id} “{}”", cut(title, 80)),
            Self::Reply { thread_id, content, .. } => {
                format!("replied in #{thread_id}: “{}”", cut(content, 90))
            }
            Self::Vote { value, target_type, target_id, .. } => {
                let way = if *value == 1 { "up" } else { "down" };
                format!("voted {way} {} #{target_id}", target_type.as_str())
            }
            Self::Follow { bot_id, .. } => format!("followed {bot_id}"),
            Self::Unfollow { bot_id, .. } => format!("stopped following {bot_id}"),
            Self::WebSearch { query, result_count, .. } => {
                format!("looked up “{}”, {result_count} found", cut(query, 60))
            }
            Self::DoNothing { reason, paused: false, cap_exceeded: false } => {
                format!("stayed quiet: {}", cut(reason, 80))
            }
            Self::DoNothing { .. }
            | Self::Failed { .. }
            | Self::HumanPost { .. }
            | Self::Interview { .. }
            | Self::EventInjected { .. }
            | Self::ConfigUpdated(_)
            | Self::CallsLost { .. }
            | Self::ProviderTest { .. } => return None,
        })
    }
}

impl Changed {
    /// What changed, with values where they are known: `creativity level 50 → 80, by kim`; `None` where it says nothing.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let changes = self.changes.as_deref().unwrap_or_default();
        let mut said: Vec<String> = changes.iter().map(in_words).collect();
        if said.is_empty() {
            said.extend(match (self.change.as_deref(), self.target_type) {
                (Some(change), Some(target)) => {
                    Some(format!("{target} {} {change}", self.target_id.unwrap_or_default()))
                }
                (Some(change), None) => Some(change.to_owned()),
                (None, _) => self.changed.as_ref().map(|sections| sections.join(", ").replace('_', " ")),
            });
        }
        let said = clean_line(&said.join(", "), SAID_MAX);
        match (said.is_empty(), self.by.as_deref().unwrap_or_default()) {
            (true, _) => None,
            (false, "") => Some(said),
            (false, by) => Some(format!("{said}, by {}", clean_line(by, ID_MAX))),
        }
    }
}

fn in_words(change: &Change) -> String {
    // What has blanks is a sentence of its own, in which an id stays what it is.
    let name = match change.field.rsplit('.').next().unwrap_or(&change.field) {
        name if name.contains(' ') => name.to_owned(),
        name => name.replace('_', " "),
    };
    let line = |value: &Value| clean_line(&changes::shown(value), changes::VALUE_MAX);
    let said = match (change.field.as_str(), &change.old, &change.new) {
        ("paused", _, Value::Bool(true)) => "paused".into(),
        ("paused", _, Value::Bool(false)) => "goes on".into(),
        (_, Value::Null, new) if new.is_string() => format!("{name} {}", line(new)),
        (_, old, new) => format!("{name} {} → {}", line(old), line(new)),
    };
    clean_line(&said, changes::VALUE_MAX * 2)
}

/// Whether a target is a thread or a reply, as a flag or a vote names it.
impl std::str::FromStr for PostKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "thread" => Ok(Self::Thread),
            "reply" => Ok(Self::Reply),
            _ => Err(()),
        }
    }
}
