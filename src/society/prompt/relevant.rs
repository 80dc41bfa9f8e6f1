//! What of a summary has to do with the matter at hand.

use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::rc::Rc;

use lru::LruCache;

use crate::domain::similarity::{TermSet, terms};
use crate::domain::text::{cut, sentences};

/// A text taken apart.
struct Parts {
    chars: usize,
    /// The terms of all of it.
    all: TermSet,
    sentences: Vec<Sentence>,
}

struct Sentence {
    at: Range<usize>,
    chars: usize,
    terms: TermSet,
}

impl Parts {
    fn of(text: &str) -> Self {
        let sentences: Vec<Sentence> = sentences(text)
            .map(|sentence| {
                let from = sentence.as_ptr() as usize - text.as_ptr() as usize;
                Sentence {
                    at: from..from + sentence.len(),
                    chars: sentence.chars().count(),
                    terms: terms(sentence),
                }
            })
            .collect();
        let all = sentences.iter().flat_map(|sentence| sentence.terms.iter()).collect();
        Self { chars: text.chars().count(), all, sentences }
    }
}

/// Texts that are kept taken apart: the same summaries come to a bot's mind beat after beat.
const LATELY: NonZeroUsize = NonZeroUsize::new(256).unwrap();

thread_local! {
    /// What was taken apart lately, by the texts' hashes. It spares reading and changes no answer.
    static READ: RefCell<LruCache<u64, Rc<Parts>>> = RefCell::new(LruCache::new(LATELY));
    /// The terms of titles and openings read lately, likewise.
    static TERMS: RefCell<LruCache<u64, Rc<TermSet>>> = RefCell::new(LruCache::new(LATELY));
}

fn key(text: &str) -> u64 {
    foldhash::quality::FixedState::default().hash_one(text)
}

/// Every term of `texts`, which are likely to be asked for again.
pub(super) fn terms_of<'t>(texts: impl Iterator<Item = &'t str>) -> TermSet {
    let of = |text: &str| {
        TERMS.with_borrow_mut(|read| Rc::clone(read.get_or_insert(key(text), || Rc::new(terms(text)))))
    };
    let sets: Vec<Rc<TermSet>> = texts.map(of).collect();
    sets.iter().flat_map(|set| set.iter()).collect()
}

/// The sentences of `text` that share most terms with `about`, in their order, within `most` characters.
pub(super) fn relevant<'a>(text: &str, about: &dyn Fn() -> &'a TermSet, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let parts =
        READ.with_borrow_mut(|read| Rc::clone(read.get_or_insert(key(text), || Rc::new(Parts::of(text)))));
    if parts.chars <= most {
        return text.to_owned();
    }
    let shared = parts.all.common(about());
    let mut order: Vec<(usize, usize)> = parts
        .sentences
        .iter()
        .enumerate()
        .map(|(at, sentence)| (at, if shared.is_empty() { 0 } else { shared.overlap(&sentence.terms) }))
        .collect();
    order.sort_by_key(|(at, shared)| (std::cmp::Reverse(*shared), *at));
    let (mut left, mut taken) = (most, Vec::new());
    for (at, _) in order {
        let size = parts.sentences[at].chars + 1;
        if size <= left {
            left -= size;
            taken.push(at);
        }
    }
    if taken.is_empty() {
        return cut(text, most);
    }
    taken.sort_unstable();
    let told: Vec<&str> = taken.iter().map(|at| &text[parts.sentences[*at].at.clone()]).collect();
    told.join(" ")
}
