//! How alike two texts are: sets of terms and their overlap.
//!
//! Serves the repetition flag, the scripted provider and the recall of memories. Hashes are
//! fixed (FNV-1a), so a set is the same on every machine and in every run.

use std::sync::LazyLock;

use super::text::is_unspaced;

/// The distinct terms of a text, as sorted hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermSet {
    terms: Vec<u64>,
    /// One bit for each term, chosen by its hash: two sets share no more than their bits allow.
    bits: [u64; 4],
}

/// Words that carry no topic (common English function words; apostrophes are already gone).
const STOP_WORDS: &str = "a about above after again against all also am an and any are arent as at be because \
    been before being below between both but by can cannot cant could couldnt did didnt do does doesnt doing \
    dont down during each even ever every few for from further get gets got had hadnt has hasnt have havent \
    having he her here hers herself hes him himself his how however i id if ill im in into is isnt it its \
    itself ive just let lets like may me might mine more most much must my myself no nor not now of off often \
    on once one only or other our ours ourselves out over own perhaps quite rather re really same shall she \
    should shouldnt since so some still such than that thats the their theirs them themselves then there \
    theres these they theyre theyve this those though through thus to too under until up upon us very was \
    wasnt we well were werent weve what whats when where whether which while who whom whose why will with \
    within without wont would wouldnt yet you youd youll your youre yours yourself yourselves youve";

static STOP: LazyLock<Sieve> = LazyLock::new(|| Sieve::of(STOP_WORDS.split_whitespace()));

/// The hashes of some words, behind a sieve that most other words do not pass.
#[derive(Debug)]
pub struct Sieve {
    sieve: [u64; 64],
    hashes: Vec<u64>,
}

impl Sieve {
    /// Of some words in lower case.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut hashes: Vec<_> = words.map(term).collect();
        hashes.sort_unstable();
        let mut sieve = [0; 64];
        for hash in &hashes {
            let (word, bit) = Self::place(*hash);
            sieve[word] |= bit;
        }
        Self { sieve, hashes }
    }

    const fn place(hash: u64) -> (usize, u64) {
        ((hash >> 58) as usize, 1 << ((hash >> 52) & 63))
    }

    /// Whether `hash` is of one of them.
    #[must_use]
    #[inline]
    pub fn holds(&self, hash: u64) -> bool {
        let (word, bit) = Self::place(hash);
        self.sieve[word] & bit != 0 && self.hashes.binary_search(&hash).is_ok()
    }
}

/// What an ASCII byte is in a word: the byte of its lower case, or one of these.
const CLASS: [u8; 128] = {
    let mut class = [END; 128];
    let mut at = 0_u8;
    while at < 128 {
        if at.is_ascii_alphanumeric() {
            class[at as usize] = at.to_ascii_lowercase();
        }
        at += 1;
    }
    class[b'\'' as usize] = NOTHING;
    class
};
/// Ends a word.
const END: u8 = 0;
/// Is passed over: "don't" is one word.
const NOTHING: u8 = 1;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of one lower-case word, as it is kept in a [`TermSet`].
#[must_use]
pub const fn term(word: &str) -> u64 {
    let (mut hash, mut rest) = (FNV_OFFSET, word.as_bytes());
    while let [byte, others @ ..] = rest {
        (hash, rest) = (step(hash, *byte), others);
    }
    hash
}

const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(FNV_PRIME)
}

/// The terms of `text`: lower-cased words of two characters or more, without stop words. Scripts
/// that are written without spaces count by character.
#[must_use]
pub fn terms(text: &str) -> TermSet {
    let mut found = Vec::with_capacity(text.len() / 6);
    let mut word = Word::default();
    let (bytes, mut at) = (text.as_bytes(), 0);
    while let Some(byte) = bytes.get(at) {
        if let Some(class) = CLASS.get(usize::from(*byte)) {
            at += 1;
            match *class {
                END => word.end(&mut found),
                NOTHING => {}
                letter => word.byte(letter),
            }
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        if c == '’' && word.chars > 0 {
            // as the plain apostrophe
        } else if is_unspaced(c) {
            word.end(&mut found);
            word.char(c);
            word.chars = 2;
            word.end(&mut found);
        } else if c.is_alphanumeric() {
            c.to_lowercase().for_each(|lower| word.char(lower));
        } else {
            word.end(&mut found);
        }
    }
    word.end(&mut found);
    let stop = &*STOP;
    found.retain(|hash| !stop.holds(*hash));
    found.into_iter().collect()
}

/// A word being read.
pub(super) struct Word {
    pub(super) hash: u64,
    pub(super) chars: usize,
}

impl Default for Word {
    fn default() -> Self {
        Self { hash: FNV_OFFSET, chars: 0 }
    }
}

impl Word {
    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.hash = step(self.hash, byte);
        self.chars += 1;
    }

    pub(super) fn char(&mut self, c: char) {
        self.hash = c.encode_utf8(&mut [0; 4]).bytes().fold(self.hash, step);
        self.chars += 1;
    }

    fn end(&mut self, found: &mut Vec<u64>) {
        if self.chars > 1 {
            found.push(self.hash);
        }
        *self = Self::default();
    }
}

impl TermSet {
    /// How many terms both sets hold.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> usize {
        let mut shared = 0;
        self.share(other, |_| shared += 1);
        shared
    }

    /// Calls `each` with every term that is in both sets.
    fn share(&self, other: &Self, mut each: impl FnMut(u64)) {
        let (mut a, mut b) = (self.terms.as_slice(), other.terms.as_slice());
        while let ([first, rest @ ..], [second, others @ ..]) = (a, b) {
            match first.cmp(second) {
                std::cmp::Ordering::Less => a = rest,
                std::cmp::Ordering::Greater => b = others,
                std::cmp::Ordering::Equal => {
                    each(*first);
                    (a, b) = (rest, others);
                }
            }
        }
    }

    /// Shared terms over all terms, 0–1; two empty sets have nothing in common (0).
    #[must_use]
    pub fn jaccard(&self, other: &Self) -> f64 {
        likeness(self.overlap(other), self.len() + other.len())
    }

    /// Whether [`Self::jaccard`] is above `bound`; most sets that are unlike are told apart by a few bits.
    #[must_use]
    pub fn is_alike(&self, other: &Self, bound: f64) -> bool {
        let ones = |bits: &[u64; 4]| bits.iter().map(|word| word.count_ones() as usize).sum::<usize>();
        let common = std::array::from_fn(|at| self.bits[at] & other.bits[at]);
        // Terms of one set that have a bit of their own in common with the other, and those that share one.
        let most = ones(&common) + self.len() - ones(&self.bits);
        likeness(most.min(self.len()).min(other.len()), self.len() + other.len()) > bound
            && self.jaccard(other) > bound
    }

    /// The terms, in ascending order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        self.terms.iter().copied()
    }

    /// How many terms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether `term` (see [`term`]) is among them.
    #[must_use]
    pub fn contains(&self, term: u64) -> bool {
        self.terms.binary_search(&term).is_ok()
    }

    /// Every term that is in both sets.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let mut shared = Vec::new();
        self.share(other, |term| shared.push(term));
        shared.into_iter().collect()
    }

    /// Every term of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }
}

impl FromIterator<u64> for TermSet {
    fn from_iter<I: IntoIterator<Item = u64>>(terms: I) -> Self {
        let mut terms: Vec<_> = terms.into_iter().collect();
        terms.sort_unstable();
        terms.dedup();
        let mut bits = [0; 4];
        for term in &terms {
            // FNV's high bits are the well mixed ones.
            bits[(term >> 62) as usize] |= 1 << ((term >> 56) & 63);
        }
        Self { terms, bits }
    }
}

/// Shared terms over all terms, given the sum of both sets' sizes.
#[allow(clippy::cast_precision_loss)] // counts of words are far below 2⁵²
fn likeness(shared: usize, both: usize) -> f64 {
    if both == shared { 0.0 } else { shared as f64 / (both - shared) as f64 }
}

/// The candidate a mistyped `word` was most likely meant to be; `None` when none is close.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|(distance, candidate)| {
            let (short, long) = (word.len().min(candidate.len()), word.len().max(candidate.len()));
            *distance <= (long / 3).max(1)
                || (short >= 4 && (candidate.starts_with(&word) || word.starts_with(candidate)))
                || (short >= 4 && strsim::jaro_winkler(&word, candidate) > 0.9)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_lower_cased_and_stop_words_go() {
        let set = terms("The Sea, the SEA and its tides; don't ask me why — ÄRGER ärger!");
        let expected: TermSet = ["sea", "tides", "ask", "ärger"].into_iter().map(term).collect();
        assert_eq!(set, expected);
        assert!(set.contains(term("sea")) && !set.contains(term("the")));
    }

    #[test]
    fn hashes_are_the_published_ones() {
        // FNV-1a 64 test vectors (Fowler, Noll, Vo).
        assert_eq!(term(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(term("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(term("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn overlap_is_counted_once_per_term() {
        let a = terms("rivers carry silt slowly");
        let b = terms("rivers, rivers! carry boats");
        assert_eq!(a.overlap(&b), 2);
        assert!((a.jaccard(&b) - 2.0 / 5.0).abs() < 1e-12);
        assert!((a.jaccard(&a) - 1.0).abs() < 1e-12);
        assert!(terms("of the and").jaccard(&terms("")) == 0.0);
        assert_eq!(a.union(&b).len(), 5);
    }

    #[test]
    fn texts_without_spaces_count_by_character() {
        assert_eq!(terms("海と山").len(), 3);
        assert!(terms("海と山").jaccard(&terms("山と川")) > 0.4);
    }

    #[test]
    fn every_stop_word_is_one() {
        assert!(STOP_WORDS.split_whitespace().all(|word| terms(word).is_empty()));
        assert!(terms("don't you'll it's").is_empty());
    }

    #[test]
    fn a_slip_of_the_keyboard_finds_its_word() {
        let words = ["skepticism", "shyness", "aggression", "creativity_level", "id"];
        assert_eq!(nearest("skepticsm", words), Some("skepticism"));
        assert_eq!(nearest("Creativity Level", words), Some("creativity_level"));
        assert_eq!(nearest("creativity", words), Some("creativity_level"));
        assert_eq!(nearest("di", words), Some("id"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(nearest("", words), None);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_bounded(a in ".{0,80}", b in ".{0,80}") {
            let (a, b) = (terms(&a), terms(&b));
            let likeness = a.jaccard(&b);
            prop_assert!((0.0..=1.0).contains(&likeness));
            prop_assert!((likeness - b.jaccard(&a)).abs() < 1e-12);
            for bound in [0.0, 0.1, 0.3, 0.45, 0.6, 0.9] {
                prop_assert_eq!(a.is_alike(&b, bound), likeness > bound);
            }
            let sorted: Vec<_> = a.iter().collect();
            prop_assert!(sorted.is_sorted_by(|x, y| x < y));
        }

        #[test]
        fn few_bits_never_hide_a_likeness(
            a in prop::collection::vec(0_u32..160, 0..120), b in prop::collection::vec(0_u32..160, 0..120)
        ) {
            let set = |words: &[u32]| -> TermSet { words.iter().map(|n| term(&format!("w{n}"))).collect() };
            let (a, b) = (set(&a), set(&b));
            for bound in [0.0, 0.2, 0.3, 0.45, 0.6] {
                prop_assert_eq!(a.is_alike(&b, bound), a.jaccard(&b) > bound);
            }
        }

        #[test]
        fn order_and_case_do_not_matter(words in prop::collection::vec("[a-z]{2,8}", 0..12)) {
            let mut turned = words.clone();
            turned.reverse();
            prop_assert_eq!(terms(&words.join(" ")), terms(&turned.join(", ").to_uppercase()));
        }
    }
}
