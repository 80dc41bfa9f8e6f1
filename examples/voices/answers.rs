//! What came of the questions that were asked.

use std::collections::HashSet;
use std::fmt::Write as _;

use botarium::domain::similarity::terms;

use crate::posts::{Post, Room};
use crate::sentences::{readable, singular, split, unquoted, words};

/// What became of a question.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Nobody replied to the post.
    Left,
    /// Somebody replied to the post.
    Replied,
    /// Somebody wrote in the thread and, quotations aside, on its subject.
    Answered,
}

/// A question, and the post that tells its fate.
pub struct Asked {
    pub post: usize,
    pub question: String,
    pub fate: Fate,
    pub by: Option<usize>,
}

/// The fates of the last question of each post, within so many beats. Those asked too late to know are left out.
pub fn fates(room: &Room, persons: bool, beats: usize) -> Vec<Asked> {
    let names: HashSet<String> = room.names.iter().flat_map(|name| words(name)).collect();
    let subject = |text: &str| -> HashSet<String> {
        let told = words(text).into_iter().filter(|word| !names.contains(word) && !terms(word).is_empty());
        told.map(|word| singular(&word).to_owned()).collect()
    };
    let mut found = Vec::new();
    for (at, post) in room.posts.iter().enumerate() {
        if post.by_a_person() != persons || post.beat + beats > room.beats {
            continue;
        }
        let Some(question) = asked_in(post) else { continue };
        let mut about = subject(&question);
        if about.len() < 2 {
            about.extend(subject(&post.title));
        }
        let mut asked = Asked { post: at, question: readable(&question), fate: Fate::Left, by: None };
        for (later, reply) in room.posts.iter().enumerate().skip(at + 1) {
            if reply.beat > post.beat + beats {
                break;
            }
            if reply.thread != post.thread || reply.author == post.author {
                continue;
            }
            let fate = if subject(&unquoted(&reply.text)).intersection(&about).next().is_some() {
                Fate::Answered
            } else if answers(reply, post) {
                Fate::Replied
            } else {
                Fate::Left
            };
            if fate > asked.fate {
                (asked.fate, asked.by) = (fate, Some(later));
            }
        }
        found.push(asked);
    }
    found
}

/// The last question of a post; of an opening without one, its title when that is a question.
fn asked_in(post: &Post) -> Option<String> {
    let last = |text: &str| split(text).into_iter().rfind(|s| s.ends_with('?') && words(s).len() > 2);
    last(&post.text).or_else(|| last(&post.title).filter(|_| post.reply.is_none()))
}

fn answers(reply: &Post, post: &Post) -> bool {
    reply.parent == post.reply
}

/// So many of them, drawn by `seed`, in their order.
pub fn drawn(fates: &[Asked], most: usize, seed: u64) -> impl Iterator<Item = &Asked> {
    let mut rest: Vec<usize> = (0..fates.len()).collect();
    let mut state = seed;
    let mut chosen: Vec<usize> = (0..most.min(fates.len()))
        .map(|_| {
            // Numerical Recipes' generator, of which the upper half is drawn from.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            rest.swap_remove((state >> 33) as usize % rest.len())
        })
        .collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|at| &fates[at])
}

/// A question and what was said to it.
pub fn shown(room: &Room, asked: &Asked) -> String {
    let post = &room.posts[asked.post];
    let mut text = format!("    {} in “{}”: {}", post.name, post.title, asked.question);
    match asked.by.map(|by| &room.posts[by]) {
        Some(reply) => {
            let _ = write!(
                text,
                "\n      {:?}, {} beats later, {}: {}",
                asked.fate,
                reply.beat - post.beat,
                reply.name,
                reply.text.replace('\n', " ")
            );
        }
        None => text.push_str("\n      nobody"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn post(
        thread: i64,
        reply: Option<i64>,
        parent: Option<i64>,
        author: &str,
        beat: usize,
        text: &str,
    ) -> Post {
        Post {
            thread,
            reply,
            parent,
            author: author.to_owned(),
            name: author.trim_start_matches("human:").to_owned(),
            title: "Bread and salt".to_owned(),
            tags: Vec::new(),
            text: text.to_owned(),
            beat,
        }
    }

    #[test]
    fn a_title_may_be_the_question() {
        let title = |reply| Post {
            title: "Who bakes here?".to_owned(),
            ..post(1, reply, None, "ada", 0, "I do not.")
        };
        assert_eq!(asked_in(&title(None)).as_deref(), Some("Who bakes here?"));
        assert_eq!(asked_in(&title(Some(1))), None);
    }

    #[test]
    fn a_question_is_answered_on_its_subject_or_not() {
        let posts = vec![
            post(1, None, None, "ada", 0, "Salt slows yeast. Why does yeast mind salt?"),
            post(1, Some(1), None, "rex", 1, "You ask “why does yeast mind salt?” and I smile."),
            post(1, Some(2), Some(1), "luna", 2, "Water leaves the yeast cells, ada. And what of it?"),
            post(2, None, None, "human:kim", 3, "Who bakes? Which flour do you trust?"),
            post(2, Some(3), None, "rex", 30, "Rye flour."),
            post(1, Some(4), None, "ada", 39, "Is this too late to ask?"),
        ];
        let names = posts.iter().map(|post| post.name.clone()).collect();
        let room = Room { posts, beats: 40, names, tags: BTreeSet::new() };
        let of = |persons, beats| {
            fates(&room, persons, beats)
                .into_iter()
                .map(|asked| (asked.post, asked.fate, asked.by))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(false, 10), [(0, Fate::Answered, Some(2)), (2, Fate::Left, None)]);
        assert_eq!(of(false, 1)[0], (0, Fate::Replied, Some(1)));
        assert_eq!(of(true, 6), [(3, Fate::Left, None)]);
        assert_eq!(of(true, 30), [(3, Fate::Answered, Some(4))]);
        assert!(shown(&room, &fates(&room, false, 10)[0]).contains("luna: Water leaves"));
    }
}
