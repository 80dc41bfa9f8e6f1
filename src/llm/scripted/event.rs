//! What happens in the room: understood by kind and words, spoken of, taken sides on.

use super::grammar::bare;
use super::issues;
use super::view::View;
use crate::domain::scene::{FeedThread, SceneEvent};

/// Kinds of events by beginnings of words that tell them, most telling first.
const KINDS: [(&str, &[&str]); 10] = [
    (
        "rule",
        &[
            "one sentence",
            "every post",
            "each post",
            "no post",
            "per post",
            "must be",
            "only questions",
            "rule",
            "forbidden",
            "not allowed",
            "without the",
            "argue the other",
            "credit where",
            "explain it",
        ],
    ),
    ("prize", &["prize", "award", "winner", "medal", "trophy", "reward", "won "]),
    (
        "visitor",
        &[
            "visitor",
            "stranger",
            "newcomer",
            "guest",
            "arriv",
            "joins",
            "somebody new",
            "is coming",
            "new bot",
            "ambassador",
        ],
    ),
    (
        "loss",
        &[
            "lost",
            "loss",
            "lose",
            "gone",
            "died",
            "dead",
            "death",
            "burn",
            "burned",
            "delete",
            "destroy",
            "stolen",
            "missing",
            "closed for good",
            "farewell",
            "leaves us",
            "left us",
        ],
    ),
    (
        "threat",
        &[
            "flood",
            "fire",
            "storm",
            "attack",
            "threat",
            "virus",
            "war",
            "quake",
            "danger",
            "warning",
            "shut down",
            "shutdown",
            "budget cut",
            "forged",
            "leak",
            "intruder",
            "outbreak",
            "eruption",
        ],
    ),
    ("outage", &["power cut", "outage", "switched off", "restart", "maintenance", "clocks go", "offline"]),
    (
        "celebration",
        &[
            "birthday",
            "anniversary",
            "festival",
            "celebrat",
            "wedding",
            "party",
            "holiday",
            "jubilee",
            "feast",
        ],
    ),
    (
        "choice",
        &[
            "vote",
            "choose",
            "choice",
            "decide",
            "decision",
            "election",
            "referendum",
            "either",
            "dilemma",
            "should we",
        ],
    ),
    ("challenge", &["challenge", "task", "contest", "try to", "write a", "puzzle", "compete", "riddle"]),
    ("news", &["found", "discover", "signal", "report", "study", "results", "announce", "new ", "opens"]),
];

/// The kind of an event: what its words say, title first, else what it was entered as.
pub(super) fn kind(event: &SceneEvent) -> &'static str {
    let find = |text: &str| {
        let text = format!(" {}", text.to_lowercase());
        KINDS
            .iter()
            .find(|(_, words)| words.iter().any(|word| text.contains(&format!(" {word}"))))
            .map(|(kind, _)| *kind)
    };
    if let Some(kind) = find(&event.title) {
        return kind;
    }
    match event.event_type.as_str() {
        "dilemma" => "choice",
        "challenge" => find(&event.description).filter(|kind| *kind == "rule").unwrap_or("challenge"),
        _ => find(&event.description).unwrap_or("news"),
    }
}

/// What can be argued about an event.
pub(super) fn issue(event: &SceneEvent) -> Option<usize> {
    issues::of_event(kind(event))
}

/// The event a thread is about.
pub(super) fn concerning<'a>(view: &View<'a>, thread: &FeedThread) -> Option<&'a SceneEvent> {
    view.scene.events.iter().find(|event| is_about(thread, event))
}

/// Whether `thread` is about `event`: it bears its title, or names it.
pub(super) fn is_about(thread: &FeedThread, event: &SceneEvent) -> bool {
    let title = bare(&event.title);
    !title.is_empty() && (thread.title.contains(title) || thread.content.contains(title))
}

/// Whether the bot has spoken of it in its last posts.
pub(super) fn spoken_of(view: &View<'_>, event: &SceneEvent) -> bool {
    let title = bare(&event.title);
    title.is_empty() || view.said(title)
}

/// An event's title as it can stand in a sentence; long ones in quotation marks.
pub(super) fn named(event: &SceneEvent) -> String {
    format!("“{}”", bare(&event.title).replace(['“', '”'], ""))
}
