//! Fills a section with the best that fits.
//!
//! Entries are offered best first. Each has one or more forms, the fullest first, and takes at most
//! a share of the section. One that finds no room does not end the section: smaller ones behind it
//! go in. What is left out is offered again when other sections leave room, and noted at the end.

use std::ops::Range;

use super::tokens;
use crate::domain::text::cut_words;
use crate::protocol::{PromptSection, SectionNote};

/// What an entry may take of its section: one part of so many.
const SHARE: usize = 3;
/// An entry may take this many tokens however small its section is, where there are so many.
const ENTRY_MIN: usize = 30;

/// What may stand in a section.
pub(super) struct Candidate {
    /// The number by which a person finds it: a memory, a thread; 0 where there is none.
    pub(super) id: i64,
    /// The form it is offered in first.
    pub(super) form: usize,
    /// How many forms it has.
    pub(super) forms: usize,
    /// Where it stands in the section, which need not be how much it is worth.
    pub(super) place: usize,
}

impl Candidate {
    /// An entry with one form.
    pub(super) const fn plain(id: i64, place: usize) -> Self {
        Self { id, form: 0, forms: 1, place }
    }
}

/// Writes an entry (by its number) in a form, in about so many characters; `true` when something of it is missing.
type Write<'a> = Box<dyn Fn(usize, usize, usize, &mut String) -> bool + 'a>;

/// A section in the making.
pub(super) struct Fill<'a> {
    name: &'static str,
    head: &'static str,
    budget: usize,
    entries: Vec<Candidate>,
    write: Write<'a>,
    /// Tokens so far, the head with the first entry.
    used: usize,
    text: String,
    kept: Vec<(usize, Range<usize>)>,
    notes: Vec<SectionNote>,
    /// Entries that found no room.
    left: Vec<usize>,
}

impl<'a> Fill<'a> {
    /// Offers every entry, best first.
    pub(super) fn new(
        name: &'static str,
        head: &'static str,
        budget: usize,
        entries: Vec<Candidate>,
        write: impl Fn(usize, usize, usize, &mut String) -> bool + 'a,
    ) -> Self {
        let (text, kept) =
            (String::with_capacity((budget * 4).min(8_192)), Vec::with_capacity(entries.len()));
        let (notes, left) = (Vec::new(), (0..entries.len()).collect());
        let write = Box::new(write);
        let mut fill = Self { name, head, budget, entries, write, used: 0, text, kept, notes, left };
        fill.offer(budget);
        fill
    }

    /// Its name.
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// Tokens it took so far.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// Entries that found no room.
    pub(super) fn left(&self) -> &[usize] {
        &self.left
    }

    /// Offers what found no room once more, with `more` tokens that other sections left; answers what it took.
    pub(super) fn offer_again(&mut self, more: usize) -> usize {
        let before = self.used;
        self.offer(before + more);
        self.used - before
    }

    /// What found no room stands elsewhere: it is not missing here.
    pub(super) fn let_go(&mut self) {
        self.left.clear();
    }

    fn offer(&mut self, budget: usize) {
        let mut left = std::mem::take(&mut self.left);
        left.retain(|at| !self.take(*at, budget));
        self.left = left;
    }

    /// The most characters of an entry.
    fn most(&self) -> usize {
        (self.budget / SHARE).max(ENTRY_MIN) * 4
    }

    /// Takes an entry in the fullest form that fits into `budget` tokens in all.
    fn take(&mut self, at: usize, budget: usize) -> bool {
        let head = if self.kept.is_empty() { tokens(self.head) } else { 0 };
        let start = self.text.len();
        let Candidate { id, form, forms, place } = self.entries[at];
        for form in form..forms {
            let (size, less) = self.put(at, form);
            if self.used + head + size <= budget {
                self.used += head + size;
                self.kept.push((place, start..self.text.len()));
                if less && id != 0 {
                    self.note(id, "cut", size);
                }
                return true;
            }
            self.text.truncate(start);
        }
        false
    }

    /// Writes an entry at the end; answers its tokens and whether something of it is missing.
    fn put(&mut self, at: usize, form: usize) -> (usize, bool) {
        let (start, most) = (self.text.len(), self.most());
        let mut less = (self.write)(at, form, most, &mut self.text);
        let mut chars = self.text[start..].chars().count();
        if chars > most {
            let shorter = cut_words(self.text[start..].trim_end(), most - 1);
            self.text.truncate(start);
            self.text.push_str(&shorter);
            self.text.push('\n');
            chars = self.text[start..].chars().count();
            less = true;
        }
        (chars.div_ceil(4), less)
    }

    fn note(&mut self, id: i64, fate: &str, tokens: usize) {
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        self.notes.push(SectionNote { id, fate: fate.to_owned(), tokens });
    }

    /// The section as it is told; what was left out is noted with the reason.
    pub(super) fn finish(mut self) -> PromptSection {
        for at in std::mem::take(&mut self.left) {
            self.left_out(at);
        }
        self.kept.sort_by_key(|(place, _)| *place);
        let empty = self.kept.is_empty();
        let mut text = String::with_capacity(if empty { 0 } else { self.head.len() + self.text.len() });
        text.push_str(if empty { "" } else { self.head });
        self.kept.iter().for_each(|(_, range)| text.push_str(&self.text[range.clone()]));
        #[allow(clippy::cast_possible_wrap)] // thousands
        PromptSection {
            name: self.name.to_owned(),
            tokens: self.used as i64,
            budget: self.budget as i64,
            dropped: (self.entries.len() - self.kept.len()) as i64,
            text,
            notes: self.notes,
        }
    }

    fn left_out(&mut self, at: usize) {
        let Candidate { id, forms, .. } = self.entries[at];
        if id == 0 {
            return;
        }
        let start = self.text.len();
        let (size, _) = self.put(at, forms - 1);
        self.text.truncate(start);
        let alone = tokens(self.head) + size;
        self.note(id, if alone > self.budget { "too_large" } else { "no_room" }, size);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A section of entries with so many characters, each with its line break.
    fn filled(sizes: &[usize], budget: usize) -> Fill<'_> {
        let entries = (0..sizes.len()).map(|at| Candidate::plain(at as i64 + 1, at)).collect();
        Fill::new("memories", "Head:\n", budget, entries, |at, _, _, out| {
            out.push_str(&"x".repeat(sizes[at]));
            out.push('\n');
            false
        })
    }

    /// Tokens of an entry as it is offered: cut to its share.
    fn offered(size: usize, budget: usize) -> usize {
        (size + 1).min((budget / SHARE).max(ENTRY_MIN) * 4).div_ceil(4)
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_that_would_have_fitted(
            sizes in proptest::collection::vec(0usize..900, 0..40), budget in 0usize..400, more in 0usize..300
        ) {
            let mut fill = filled(&sizes, budget);
            prop_assert!(fill.used() <= budget);
            let taken = fill.offer_again(more);
            prop_assert!(taken <= more);
            let (used, empty) = (fill.used(), fill.kept.is_empty());
            let whole = used - taken + more;
            let head = if empty { tokens("Head:\n") } else { 0 };
            for at in fill.left() {
                prop_assert!(used + head + offered(sizes[*at], budget) > whole);
            }
            let left = fill.left().len();
            let section = fill.finish();
            prop_assert_eq!(usize::try_from(section.dropped).unwrap(), left);
            prop_assert_eq!(section.notes.iter().filter(|note| note.fate != "cut").count(), left);
            prop_assert!(tokens(&section.text) <= used);
        }
    }

    #[test]
    fn a_large_entry_is_cut_to_its_share_and_ends_nothing() {
        let section = filled(&[4_000, 40, 4_000, 40, 40], 105).finish();
        assert_eq!(section.dropped, 0, "{section:?}");
        assert_eq!(section.text.lines().count(), 6);
        assert!(section.text.lines().all(|line| line.chars().count() <= 140), "{}", section.text);
        let section = filled(&[4_000; 5], 100).finish();
        assert_eq!(section.dropped, 3);
        assert!(section.notes.iter().any(|note| note.fate == "no_room"), "{section:?}");
        let section = filled(&[400], 20).finish();
        assert_eq!(section.notes[0].fate, "too_large");
    }

    #[test]
    fn entries_stand_in_their_place_whatever_they_are_worth() {
        let entries = [3, 1, 2].into_iter().map(|place| Candidate::plain(0, place)).collect();
        let section = Fill::new("feed", "", 100, entries, |at, _, _, out| {
            out.push_str(["c\n", "a\n", "b\n"][at]);
            false
        })
        .finish();
        assert_eq!(section.text, "a\nb\nc\n");
    }
}
