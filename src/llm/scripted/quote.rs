//! Choosing what to quote: one clause that stands on its own and carries something.

use super::bank;
use super::grammar::{bare, within};

/// Words a quotation should not begin with: they lean on what came before.
const LEANING: [&str; 36] = [
    "and", "but", "or", "so", "which", "that", "it", "this", "then", "because", "nor", "yet", "with", "of",
    "as", "if", "when", "where", "who", "than", "though", "while", "unless", "until", "since", "for", "to",
    "he", "she", "they", "also", "in", "by", "on", "at", "perhaps",
];

/// Words a quotation should not end with.
const DANGLING: [&str; 26] = [
    "the", "a", "an", "of", "and", "or", "to", "in", "is", "was", "are", "that", "which", "with", "for",
    "by", "at", "as", "but", "on", "if", "than", "it", "not", "be", "from",
];

/// Words one of which a part of a sentence needs in order to say something.
const FINITE: [&str; 40] = [
    "is", "are", "was", "were", "has", "have", "had", "does", "do", "did", "can", "could", "would", "will",
    "may", "must", "might", "should", "cannot", "makes", "made", "goes", "went", "knows", "knew", "comes",
    "came", "takes", "took", "gets", "got", "keeps", "kept", "says", "said", "needs", "wants", "stands",
    "lies", "turns",
];

/// Words that a question begins with.
const ASKING: [&str; 29] = [
    "what", "who", "whom", "whose", "which", "where", "when", "why", "how", "is", "are", "was", "were", "do",
    "does", "did", "can", "could", "would", "will", "should", "has", "have", "may", "must", "if", "at", "in",
    "suppose",
];

/// A clause chosen from a post.
pub(super) struct Quote {
    /// Ready to stand between quotation marks within a sentence.
    pub text: String,
    /// Whether it was a question.
    pub question: bool,
}

struct Clause<'a> {
    text: &'a str,
    score: i32,
    question: bool,
}

/// A clause of `text` worth quoting.
///
/// `taken` tells whether a clause is quoted in the thread already; `names` are not quoted (an
/// address is not a thought); `from` is where the substance of the text begins. `roll` breaks the
/// tie between the best.
pub(super) fn choose(
    text: &str,
    from: usize,
    names: &[&str],
    taken: impl Fn(&str) -> bool,
    roll: impl FnOnce(usize) -> usize,
) -> Option<Quote> {
    let mut clauses: Vec<Clause<'_>> = Vec::with_capacity(16);
    for piece in pieces(text) {
        let raw = text[piece.start..piece.end].trim_matches([' ', '*', '_', '`', '#', '>', '-', '\n']);
        let clause = bare(raw);
        if let Some(score) = weigh(clause, names, &piece) {
            let score = score + if piece.start >= from { 6 } else { -6 };
            if !taken(clause) {
                clauses.push(Clause { text: clause, score, question: piece.question });
            }
        }
    }
    clauses.sort_by_key(|clause| -clause.score);
    let best = clauses.first()?.score;
    let near = clauses.iter().take_while(|clause| clause.score >= best - 4).count();
    let chosen = &clauses[roll(near)];
    Some(Quote { text: within(chosen.text), question: chosen.question })
}

struct Piece {
    start: usize,
    end: usize,
    /// Whether it is a whole sentence.
    whole: bool,
    question: bool,
}

/// The pieces of `text` outside quotations: whole sentences and, where these are long, their clauses.
/// Only whole questions count: half a question is no question.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(24);
    let (mut sentence, mut clause, mut quoted, mut broken) = (0, 0, false, false);
    let mut first = 0;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        match c {
            '“' => (quoted, broken) = (true, true),
            '”' => quoted = false,
            '.' | '!' | '?' | ';' | ':' | '\n' if !quoted => {
                if text[next..].chars().next().is_some_and(char::is_alphanumeric) {
                    continue;
                }
                if broken {
                    pieces.truncate(first);
                } else {
                    if c == '?' {
                        pieces.truncate(first);
                    } else if clause > sentence {
                        pieces.push(Piece { start: clause, end: at, whole: false, question: false });
                    }
                    pieces.push(Piece { start: sentence, end: at, whole: true, question: c == '?' });
                }
                (sentence, clause, broken, first) = (next, next, false, pieces.len());
            }
            ',' | '—' | '–' if !quoted && text[next..].starts_with(' ') => {
                pieces.push(Piece { start: clause, end: at, whole: false, question: false });
                clause = next;
            }
            _ => {}
        }
    }
    // A rest without an end has been cut off somewhere: none of it is quoted.
    pieces.truncate(first);
    pieces
}

/// How much `clause` is worth quoting; `None` when it cannot be.
fn weigh(clause: &str, names: &[&str], piece: &Piece) -> Option<i32> {
    let sentence_start = piece.whole;
    let mut finite = piece.whole;
    let (mut count, mut score) = (0_i32, 0_i32);
    let (mut first, mut last) = ("", "");
    let mut refused =
        clause.contains(['“', '”', '"', '…', '{', '}', '/', '\\', '#', '@', '<', '>', '(', ')', '\n']);
    bank::words(clause, |word| {
        let word = &clause[word.start..word.end];
        if count == 0 {
            first = word;
        }
        last = word;
        count += 1;
        score += match word.len() {
            0..=3 => 0,
            4..=5 => 1,
            6..=7 => 2,
            _ => 3,
        };
        refused |= names.contains(&word);
        finite |= word.ends_with("ed") || FINITE.iter().any(|verb| word.eq_ignore_ascii_case(verb));
    });
    if refused || !finite || !(3..=13).contains(&count) || score < 4 {
        return None;
    }
    let lower = |word: &str, list: &[&str]| list.iter().any(|other| word.eq_ignore_ascii_case(other));
    if lower(last, &DANGLING) {
        return None;
    }
    if piece.question && !(lower(first, &ASKING) && count > 3) {
        return None;
    }
    if !sentence_start && (lower(first, &LEANING) || clause.contains(" that ")) {
        return None;
    }
    if lower(first, &LEANING) && !piece.question {
        score -= if sentence_start { 3 } else { 8 };
    }
    if !sentence_start {
        score -= 2;
    }
    // Five to nine words sit best inside another sentence.
    score += match count {
        5..=9 => 4,
        4 | 10 => 2,
        _ => 0,
    };
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(text: &str) -> Option<String> {
        choose(text, 0, &["Ada"], |_| false, |_| 0).map(|quote| quote.text)
    }

    #[test]
    fn takes_a_clause_that_stands_alone() {
        assert_eq!(
            quote("Ada, yes. A ledger copied by a careful clerk is better. And so on.").as_deref(),
            Some("a ledger copied by a careful clerk is better")
        );
    }

    #[test]
    fn leaves_quotations_names_and_cut_ends_alone() {
        assert_eq!(quote("“Somebody else said these memorable words” is what Ada"), None);
        assert_eq!(quote("Ada"), None);
        assert_eq!(quote(""), None);
    }
}
