//! What a person marks for themselves: bookmarks of bots, threads and acts, and tags of bots. Nobody else sees them;
//! they are kept with the rest of the screen's state.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::text::clean_line;

/// Bookmarks kept at most.
pub const BOOKMARKS_MAX: usize = 200;
/// Tags of one bot at most.
const TAGS_MAX: usize = 12;
/// Longest tag, in characters.
const TAG_MAX: usize = 24;
/// Longest words of a bookmark, in characters.
const TITLE_MAX: usize = 120;

/// What a bookmark leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Destination {
    /// A bot, by its id.
    Bot(String),
    /// A thread.
    Thread(i64),
    /// An act, and why it was done.
    Act(i64),
}

/// A bookmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Where it leads.
    pub to: Destination,
    /// What is there, as it was when it was marked.
    pub title: String,
}

/// Bookmarks, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bookmarks(Vec<Bookmark>);

impl Bookmarks {
    /// What was read from a file, within its bounds.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.0.truncate(BOOKMARKS_MAX);
        self.0.iter_mut().for_each(|mark| mark.title = clean_line(&mark.title, TITLE_MAX));
        self
    }

    /// Marks a place, or takes its mark; whether it is marked now.
    pub fn turn(&mut self, to: Destination, title: &str) -> bool {
        if let Some(at) = self.0.iter().position(|mark| mark.to == to) {
            self.0.remove(at);
            return false;
        }
        self.0.insert(0, Bookmark { to, title: clean_line(title, TITLE_MAX) });
        self.0.truncate(BOOKMARKS_MAX);
        true
    }

    /// Whether a place is marked.
    #[must_use]
    pub fn has(&self, to: &Destination) -> bool {
        self.0.iter().any(|mark| mark.to == *to)
    }

    /// The bookmarks, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Bookmark> {
        self.0.iter()
    }

    /// The one at a place in the list.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Bookmark> {
        self.0.get(at)
    }
}

/// Tags by the bot that has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, BTreeSet<String>>);

impl Tags {
    /// What was read from a file, within its bounds.
    #[must_use]
    pub fn checked(self) -> Self {
        let mut tags = Self::default();
        for (bot, all) in self.0 {
            tags.set(&bot, all);
        }
        tags
    }

    /// The tags of a bot.
    pub fn of(&self, bot: &str) -> impl Iterator<Item = &str> {
        self.0.get(bot).into_iter().flatten().map(String::as_str)
    }

    /// Whether a bot has a tag that begins so.
    #[must_use]
    pub fn has(&self, bot: &str, begins: &str) -> bool {
        self.of(bot).any(|tag| tag.starts_with(begins))
    }

    /// Every tag, with how many bots have it.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&str, usize> {
        let mut all = BTreeMap::new();
        for tag in self.0.values().flatten() {
            *all.entry(tag.as_str()).or_default() += 1;
        }
        all
    }

    /// Gives a bot these tags, and no others.
    fn set(&mut self, bot: &str, tags: impl IntoIterator<Item = String>) {
        let tags: BTreeSet<String> =
            tags.into_iter().map(|tag| tag_of(&tag)).filter(|tag| !tag.is_empty()).take(TAGS_MAX).collect();
        if tags.is_empty() {
            self.0.remove(bot);
        } else {
            self.0.insert(bot.to_owned(), tags);
        }
    }

    /// Changes the tags of bots as it was typed: `night, poets` for these alone, `+night -poets` for more and fewer.
    pub fn change(&mut self, bots: &[String], typed: &str) {
        let words: Vec<&str> =
            typed.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()).collect();
        let signed = !words.is_empty() && words.iter().all(|word| word.starts_with(['+', '-']));
        for bot in bots {
            let mut tags: BTreeSet<String> =
                if signed { self.of(bot).map(str::to_owned).collect() } else { BTreeSet::new() };
            for word in &words {
                match word.strip_prefix('-').filter(|_| signed) {
                    Some(gone) => drop(tags.remove(&tag_of(gone))),
                    None => drop(tags.insert(tag_of(word))),
                }
            }
            self.set(bot, tags);
        }
    }
}

/// A tag as it is kept: small letters, without the signs around it.
fn tag_of(typed: &str) -> String {
    clean_line(&typed.trim_start_matches(['#', '+']).to_lowercase(), TAG_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_set_and_changed_for_several() {
        let mut tags = Tags::default();
        let bots = ["ada_001".to_owned(), "rex_001".to_owned()];
        tags.change(&bots[..1], "Poets, #night");
        tags.change(&bots, "+watch -night");
        assert_eq!(tags.of("ada_001").collect::<Vec<_>>(), ["poets", "watch"]);
        assert_eq!(tags.all(), BTreeMap::from([("poets", 1), ("watch", 2)]));
        assert!(tags.has("rex_001", "wat") && !tags.has("rex_001", "poets"));
        tags.change(&bots, "");
        assert!(tags.all().is_empty());
    }

    #[test]
    fn a_place_is_marked_once_and_unmarked() {
        let mut marks = Bookmarks::default();
        assert!(marks.turn(Destination::Thread(3), "Tides") && marks.has(&Destination::Thread(3)));
        assert!(!marks.turn(Destination::Thread(3), "Tides") && marks.iter().next().is_none());
        let kept = serde_json::to_string(&Destination::Bot("ada_001".into())).unwrap();
        assert_eq!(kept, r#"{"bot":"ada_001"}"#);
    }
}
