//! The encyclopedia inside the binary: lookups without a network, the same in every run.
//!
//! Its texts are `data/encyclopedia.yaml`. The index is built once, on the first search.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use serde::Deserialize;

use super::{Finding, MAX_FINDINGS, Tool, ToolError};
use crate::domain::{similarity, text};

const EMBEDDED: &str = include_str!("../../data/encyclopedia.yaml");

/// The name of this tool and the source of its findings.
const SOURCE: &str = "offline";

/// Longest query that is read, in characters.
const QUERY_CHARS: usize = 300;

/// What a term counts for, by where it stands.
const IN_TITLE: u32 = 8;
const IN_KEYWORDS: u32 = 5;
const IN_EXTRACT: u32 = 1;

/// Looks things up in the encyclopedia inside the binary.
#[derive(Copy, Clone, Debug, Default)]
pub struct Offline;

#[async_trait]
impl Tool for Offline {
    fn name(&self) -> &str {
        SOURCE
    }

    fn search_at_once(&self, query: &str) -> Option<Result<Vec<Finding>, ToolError>> {
        Some(Encyclopedia::embedded().search(query))
    }

    async fn search(&self, query: &str) -> Result<Vec<Finding>, ToolError> {
        Encyclopedia::embedded().search(query)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Article {
    title: String,
    /// Other words by which it should be found.
    keywords: Vec<String>,
    extract: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    entries: Vec<Article>,
}

/// Entries with an index from stems to the entries that hold them.
#[derive(Debug)]
struct Encyclopedia {
    entries: Vec<Article>,
    /// Entry number and weight, in order of entries.
    postings: HashMap<String, Vec<(usize, u32)>>,
    /// Titles and keywords as stems, to the entry they name.
    names: HashMap<Vec<String>, usize>,
}

impl Encyclopedia {
    fn embedded() -> &'static Self {
        static INDEX: LazyLock<Encyclopedia> = LazyLock::new(|| {
            // Fixed at compile time and parsed by a test below.
            Encyclopedia::parse(EMBEDDED).expect("the embedded encyclopedia is valid")
        });
        &INDEX
    }

    fn parse(yaml: &str) -> Result<Self, serde_yaml::Error> {
        let entries = serde_yaml::from_str::<File>(yaml)?.entries;
        let mut postings = HashMap::<_, Vec<(usize, u32)>>::new();
        let mut names = HashMap::new();
        for (number, entry) in entries.iter().enumerate() {
            let mut weights = HashMap::new();
            let mut weigh = |stems: &[String], weight: u32| {
                for stem in stems {
                    let most: &mut u32 = weights.entry(stem.clone()).or_default();
                    *most = weight.max(*most);
                }
            };
            weigh(&stems(&entry.extract), IN_EXTRACT);
            for keyword in &entry.keywords {
                weigh(&stems(keyword), IN_KEYWORDS);
            }
            weigh(&stems(&entry.title), IN_TITLE);
            for (stem, weight) in weights {
                postings.entry(stem).or_default().push((number, weight));
            }
        }
        // Titles before keywords, so that an entry is what its own title names.
        for (number, entry) in entries.iter().enumerate() {
            names.entry(stems(&entry.title)).or_insert(number);
        }
        for (number, entry) in entries.iter().enumerate() {
            for keyword in &entry.keywords {
                names.entry(stems(keyword)).or_insert(number);
            }
        }
        Ok(Self { entries, postings, names })
    }

    /// The entries that fit best, at most [`MAX_FINDINGS`]; none when nothing is really about the query.
    fn search(&self, query: &str) -> Result<Vec<Finding>, ToolError> {
        let terms = stems(&text::clean_line(query, QUERY_CHARS));
        if terms.is_empty() {
            return Err(ToolError::EmptyQuery);
        }
        let mut scores = vec![Score::default(); self.entries.len()];
        let mut all = 0;
        for (at, term) in terms.iter().enumerate() {
            if terms[..at].contains(term) {
                continue;
            }
            let found = self.postings.get(term).map_or(&[][..], Vec::as_slice);
            let rarity = self.rarity(found.len());
            all += rarity;
            for &(number, weight) in found {
                let score = &mut scores[number];
                score.points += rarity * u64::from(weight);
                score.covered += rarity;
                score.terms += 1;
                score.named |= weight > IN_EXTRACT;
            }
        }
        if let Some(&number) = self.names.get(&terms) {
            scores[number].points *= 4;
        }
        Ok(self.best(&scores, all))
    }

    /// How telling a term is that stands in `entries` of them: the rarer, the more. A word that stands
    /// nowhere is the rarest, so that a query about something unknown does not end in an answer.
    fn rarity(&self, entries: usize) -> u64 {
        let share = (self.entries.len() + 1) / (entries + 1);
        u64::from(share.max(1).ilog2()) * 10 + 10
    }

    fn best(&self, scores: &[Score], all: u64) -> Vec<Finding> {
        let mut fitting: Vec<_> =
            scores.iter().enumerate().filter(|(_, score)| score.is_about(all)).collect();
        fitting.sort_by_key(|(number, score)| (std::cmp::Reverse(score.points), *number));
        let least = fitting.first().map_or(0, |(_, score)| score.points / 3);
        fitting
            .into_iter()
            .take_while(|(_, score)| score.points >= least)
            .take(MAX_FINDINGS)
            .map(|(number, _)| self.entries[number].finding())
            .collect()
    }
}

#[derive(Copy, Clone, Default)]
struct Score {
    /// Rarity times weight, over all terms.
    points: u64,
    /// Rarity of the terms that stand in the entry.
    covered: u64,
    /// How many terms stand in the entry.
    terms: usize,
    /// Whether one of them stands in its title or keywords.
    named: bool,
}

impl Score {
    /// Named by the query and sharing a third of it, or sharing most of it. One word in passing is not enough.
    fn is_about(self, all: u64) -> bool {
        (self.named && self.covered * 3 >= all) || (self.terms > 1 && self.covered * 3 >= all * 2)
    }
}

impl Article {
    fn finding(&self) -> Finding {
        Finding {
            title: self.title.clone(),
            url: String::new(),
            extract: self.extract.clone(),
            source: SOURCE.into(),
        }
    }
}

/// The words of `text` that carry a topic, lower-cased and without plural endings.
fn stems(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
        .map(|word| stem(&word.replace('’', "'").to_lowercase()))
        .filter(|word| word.chars().count() > 1 && !similarity::terms(word).is_empty())
        .collect()
}

fn stem(word: &str) -> String {
    let word = word.trim_matches('\'');
    let word = word.strip_suffix("'s").unwrap_or(word);
    let long = word.chars().count() > 4;
    let singular = match word {
        _ if long && word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if long && ["sses", "shes", "ches", "xes"].iter().any(|end| word.ends_with(end)) => {
            word[..word.len() - 2].to_owned()
        }
        _ if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) => word.to_owned(),
        _ if word.chars().count() > 3 && word.ends_with('s') => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    };
    // colour and color, humour and humor, but not hour and four
    match singular.strip_suffix("our") {
        Some(start) if start.chars().count() > 2 => format!("{start}or"),
        _ => singular,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tools::MAX_EXTRACT;

    fn titles(query: &str) -> Vec<String> {
        let found = Offline.search_at_once(query).expect("answers at once").unwrap();
        found.into_iter().map(|finding| finding.title).collect()
    }

    #[test]
    fn every_entry_is_clean_and_of_the_right_length() {
        let entries = &Encyclopedia::embedded().entries;
        assert!(entries.len() >= 150, "{}", entries.len());
        let mut seen = BTreeSet::new();
        for entry in entries {
            assert!(seen.insert(entry.title.to_lowercase()), "{} stands there twice", entry.title);
            for part in entry.keywords.iter().chain([&entry.title, &entry.extract]) {
                assert_eq!(&text::clean_line(part, MAX_EXTRACT), part, "{}", entry.title);
                assert!(!stems(part).is_empty(), "{}: nothing finds `{part}`", entry.title);
            }
            assert!((120..=MAX_EXTRACT).contains(&entry.extract.chars().count()), "{}", entry.title);
            assert!((2..=8).contains(&entry.keywords.len()), "{}", entry.title);
            let sentences = entry.extract.matches(['.', '?']).count();
            assert!(sentences >= 2 && entry.extract.ends_with(['.', '?']), "{}", entry.title);
        }
    }

    #[test]
    fn every_entry_is_found_by_its_title() {
        for entry in &Encyclopedia::embedded().entries {
            assert_eq!(titles(&entry.title).first(), Some(&entry.title));
        }
    }

    #[test]
    fn questions_find_what_they_are_about() {
        for (query, expected) in [
            ("What is the hard problem of consciousness?", "Consciousness"),
            ("twin primes", "Prime numbers"),
            ("tit for tat", "Prisoner's dilemma"),
            ("colour theorem", "Four colour theorem"),
            ("why do we dream", "Dreams"),
            ("GODEL’S proof", "Gödel's incompleteness theorems"),
        ] {
            assert_eq!(titles(query).first().map(String::as_str), Some(expected), "{query}");
        }
    }

    #[test]
    fn what_it_does_not_know_it_does_not_answer() {
        for query in ["quarterly invoice template", "zzyzx", "best pizza toppings in town", "naïve 東京"] {
            assert_eq!(titles(query), Vec::<String>::new(), "{query}");
        }
        for query in ["", "  ", "the of and", "\u{1b}[31m?!"] {
            let answer = Offline.search_at_once(query).expect("answers at once");
            assert!(
                answer == Err(ToolError::EmptyQuery) || answer == Ok(Vec::new()),
                "{query:?}: {answer:?}"
            );
        }
        assert!(titles(&"tide ".repeat(100_000)).len() <= MAX_FINDINGS);
    }

    #[test]
    fn words_are_brought_to_one_form() {
        for (a, b) in [
            ("bridges", "bridge"),
            ("Memories", "memory"),
            ("colours", "color"),
            ("Zeno’s", "zeno"),
            ("foxes", "fox"),
        ] {
            assert_eq!(stems(a), stems(b));
        }
        for word in ["chess", "virus", "basis", "four", "hour", "gas"] {
            assert_eq!(stems(word), [word]);
        }
    }

    #[tokio::test]
    async fn waiting_finds_the_same() {
        let waited = Offline.search("game theory").await;
        assert_eq!(Some(waited), Offline.search_at_once("game theory"));
    }
}
