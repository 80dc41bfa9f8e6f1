//! Which sentences have been heard before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::posts::Room;
use crate::sentences::{Fillings, readable};

/// One sentence where it was said.
struct Said {
    post: usize,
    /// The first sentence it is like; its own number when it is new.
    class: usize,
    text: String,
}

/// Every sentence of a room.
pub struct Book {
    said: Vec<Said>,
    /// Each post's author, and how many posts that author had written before it.
    authors: Vec<(String, usize)>,
}

/// What a stretch of posts holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Window {
    pub posts: usize,
    pub sentences: usize,
    pub new: usize,
    pub stale_posts: usize,
}

/// A sentence that many told.
pub struct Shared {
    pub bots: usize,
    pub text: String,
}

/// What was said again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    pub own: usize,
    pub own_word_for_word: usize,
    pub others: usize,
}

impl Book {
    pub fn of(room: &Room) -> Self {
        let fillings = Fillings::new(&room.names, &room.tags);
        let mut written: HashMap<&str, usize> = HashMap::new();
        let mut authors = Vec::with_capacity(room.posts.len());
        let mut told = Vec::new();
        for (at, post) in room.posts.iter().enumerate() {
            let before = written.entry(&post.author).or_default();
            authors.push((post.author.clone(), *before));
            *before += 1;
            told.extend(fillings.sentences(&post.text, &post.title).into_iter().map(|s| (at, s)));
        }
        let classes = classes(told.iter().map(|(_, sentence)| sentence.words.as_slice()));
        let said = told
            .into_iter()
            .zip(classes)
            .map(|((post, sentence), class)| Said { post, class, text: sentence.text })
            .collect();
        Self { said, authors }
    }

    pub fn sentences(&self) -> usize {
        self.said.len()
    }

    /// How much is new in these posts.
    pub fn window(&self, posts: Range<usize>) -> Window {
        let mut fresh = BTreeSet::new();
        let mut row = Window { posts: posts.len(), sentences: 0, new: 0, stale_posts: 0 };
        for (at, said) in self.said.iter().enumerate().filter(|(_, said)| posts.contains(&said.post)) {
            row.sentences += 1;
            if said.class == at {
                row.new += 1;
                fresh.insert(said.post);
            }
        }
        row.stale_posts = posts.len() - fresh.len();
        row
    }

    /// Sentences that more than `most` authors told within so many posts, those of the most first.
    pub fn told_by_many(&self, within: usize, most: usize) -> Vec<Shared> {
        let mut by_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for said in &self.said {
            by_class.entry(said.class).or_default().push(said.post);
        }
        let mut shared: Vec<Shared> = by_class
            .into_iter()
            .filter_map(|(class, posts)| {
                let bots = (0..posts.len())
                    .map(|from| {
                        let near = posts[from..].iter().take_while(|post| **post < posts[from] + within);
                        near.map(|post| &self.authors[*post].0).collect::<BTreeSet<_>>().len()
                    })
                    .max()?;
                (bots > most).then(|| Shared { bots, text: readable(&self.said[class].text) })
            })
            .collect();
        shared.sort_by_key(|many| std::cmp::Reverse(many.bots));
        shared
    }

    /// What was said again by its author within `own` of its posts, or by another within `room` of the room's.
    pub fn repeats(&self, own: usize, room: usize) -> Repeats {
        let mut found = Repeats::default();
        let mut last_own: HashMap<(&str, usize), usize> = HashMap::new();
        let mut last_words: HashMap<(&str, &str), usize> = HashMap::new();
        let mut last: HashMap<usize, BTreeMap<&str, usize>> = HashMap::new();
        for said in &self.said {
            let (author, count) = &self.authors[said.post];
            let near =
                |before: Option<usize>| usize::from(before.is_some_and(|before| count - before <= own));
            found.own += near(last_own.insert((author, said.class), *count));
            found.own_word_for_word += near(last_words.insert((author, &said.text), *count));
            let tellers = last.entry(said.class).or_default();
            let another = tellers.iter().any(|(other, post)| *other != author && said.post - post <= room);
            found.others += usize::from(another);
            tellers.insert(author, said.post);
        }
        found
    }
}

/// For each sentence the first one that it is like: words agree by more than four fifths.
///
/// Only sentences that share one of their rarest words can be alike, and of a sentence of n words
/// one of the n − ⌊4n/5⌋ rarest must be shared: those are indexed.
fn classes<'a>(sentences: impl Iterator<Item = &'a [String]> + Clone) -> Vec<usize> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in sentences.clone().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let mut by_rarity: Vec<(&str, usize)> = counts.into_iter().collect();
    by_rarity.sort_by_key(|(word, count)| (*count, *word));
    let ranks: HashMap<&str, usize> =
        by_rarity.iter().enumerate().map(|(rank, (word, _))| (*word, rank)).collect();
    let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
    let mut sets: Vec<(Vec<usize>, usize)> = Vec::new();
    let mut index: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut classes = Vec::new();
    for (at, words) in sentences.enumerate() {
        let set: Vec<usize> =
            words.iter().map(|word| ranks[word.as_str()]).collect::<BTreeSet<_>>().into_iter().collect();
        if let Some(class) = known.get(&set) {
            classes.push(*class);
            continue;
        }
        let rare = &set[..set.len() - set.len() * 4 / 5];
        let mut near: Vec<usize> =
            rare.iter().filter_map(|word| index.get(word)).flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        let class =
            near.into_iter().find(|other| alike(&sets[*other].0, &set)).map_or(at, |other| sets[other].1);
        for word in rare {
            index.entry(*word).or_default().push(sets.len());
        }
        known.insert(set.clone(), class);
        sets.push((set, class));
        classes.push(class);
    }
    classes
}

/// Whether two ascending sets have more than four fifths in common.
fn alike(one: &[usize], other: &[usize]) -> bool {
    let shared = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    5 * shared > 4 * (one.len() + other.len() - shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posts::Post;

    fn room(posts: &[(&str, &str)]) -> Room {
        let post = |(at, (author, text)): (usize, &(&str, &str))| Post {
            thread: 1,
            reply: (at > 0).then_some(at as i64),
            parent: None,
            author: (*author).to_owned(),
            name: (*author).to_owned(),
            title: "Bread".to_owned(),
            tags: Vec::new(),
            text: (*text).to_owned(),
            beat: at,
        };
        Room {
            posts: posts.iter().enumerate().map(post).collect(),
            beats: posts.len(),
            names: posts.iter().map(|(author, _)| (*author).to_owned()).collect(),
            tags: BTreeSet::new(),
        }
    }

    #[test]
    fn what_differs_in_fillings_or_one_word_of_many_is_not_new() {
        let book = Book::of(&room(&[
            ("ada", "Nobody has ever weighed the smoke of a single candle, rex. Good."),
            ("rex", "Nobody has ever weighed the smoke of a single candle, ada."),
            ("rex", "Nobody has ever weighed the smoke of that single candle at all."),
            ("ada", "Nobody has weighed it. The sea keeps no diary worth reading."),
        ]));
        assert_eq!(book.window(0..2), Window { posts: 2, sentences: 2, new: 1, stale_posts: 1 });
        assert_eq!(book.window(2..4), Window { posts: 2, sentences: 3, new: 3, stale_posts: 0 });
    }

    #[test]
    fn repeats_are_counted_by_who_and_how_far() {
        let line = "the kettle always sings before it boils";
        let again = "the kettle always sings before it boils.";
        let book =
            Book::of(&room(&[("ada", line), ("rex", line), ("ada", again), ("luna", line), ("luna", line)]));
        assert_eq!(book.repeats(300, 200), Repeats { own: 2, own_word_for_word: 1, others: 4 });
        assert_eq!(book.repeats(0, 1), Repeats { own: 0, own_word_for_word: 0, others: 3 });
        let many = book.told_by_many(1_000, 2);
        assert_eq!(many.iter().map(|many| (many.bots, many.text.as_str())).collect::<Vec<_>>(), [(3, line)]);
        assert!(book.told_by_many(2, 2).is_empty());
    }

    #[test]
    fn the_index_finds_what_comparing_all_would() {
        let vocabulary = ["tide", "moon", "salt", "rope", "lamp", "glass", "coal", "moss"];
        let mut state = 7_u64;
        let mut draw = |most: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % most
        };
        let sentences: Vec<Vec<String>> = (0..400)
            .map(|_| (0..5 + draw(6)).map(|_| vocabulary[draw(vocabulary.len())].to_owned()).collect())
            .collect();
        let found = classes(sentences.iter().map(Vec::as_slice));
        let sets: Vec<BTreeSet<&String>> = sentences.iter().map(|words| words.iter().collect()).collect();
        for at in 0..sets.len() {
            let heard = (0..at).any(|before| {
                let shared = sets[at].intersection(&sets[before]).count();
                5 * shared > 4 * sets[at].union(&sets[before]).count()
            });
            assert_eq!(found[at] != at, heard, "{:?}", sentences[at]);
        }
    }
}
