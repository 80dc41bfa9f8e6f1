//! Texts that are found by how they begin.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Bytes by which a text is looked up.
pub(super) const HEAD: usize = 8;

/// Texts with what each stands for.
pub(super) struct Heads<T> {
    held: Vec<Held<T>>,
    /// The first and the last with a head.
    ends: HashMap<[u8; HEAD], (usize, usize), FixedState>,
}

struct Held<T> {
    text: Cow<'static, str>,
    what: T,
    /// The next one with the same head.
    next: Option<usize>,
}

impl<T> Heads<T> {
    /// Of texts of [`HEAD`] bytes or more; shorter ones are left out.
    pub fn of(texts: impl Iterator<Item = (Cow<'static, str>, T)>) -> Self {
        let mut heads = Self { held: Vec::new(), ends: HashMap::default() };
        for (text, what) in texts {
            let Some(head) = head(text.as_bytes()) else { continue };
            let at = heads.held.len();
            heads.held.push(Held { text, what, next: None });
            let (_, last) = heads.ends.entry(head).or_insert((at, at));
            if *last < at {
                heads.held[*last].next = Some(at);
                *last = at;
            }
        }
        heads.held.shrink_to_fit();
        heads
    }

    /// Those that may be how `text` begins, in their order: their heads do, whatever its letters' size.
    pub fn near(&self, text: &[u8]) -> impl Iterator<Item = (&str, &T)> {
        let mut next = head(text).and_then(|head| self.ends.get(&head)).map(|(first, _)| *first);
        std::iter::from_fn(move || {
            let held = &self.held[next?];
            next = held.next;
            Some((&*held.text, &held.what))
        })
    }
}

fn head(text: &[u8]) -> Option<[u8; HEAD]> {
    let mut head = *text.first_chunk::<HEAD>()?;
    head.make_ascii_lowercase();
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_heads_in_their_order() {
        let texts = ["a mind has to forget", "a mind keeps", "a mind has", "short"];
        let heads = Heads::of(texts.iter().enumerate().map(|(at, text)| (Cow::Borrowed(*text), at)));
        let near = |text: &str| heads.near(text.as_bytes()).map(|(_, at)| *at).collect::<Vec<_>>();
        assert_eq!(near("A mind has to forget, they say"), [0, 2]);
        assert_eq!(near("a mind keeps"), [1]);
        assert!(near("a mind").is_empty() && near("short").is_empty());
    }
}
