//! Clauses: finding in a sentence what stands alone, without what only its thread would explain.

use std::borrow::Cow;

use super::lexicon::{
    IS_FIRST, IS_HOLDS, IS_OF_THE_ROOM, IS_PLACING, IS_SECOND, IS_VERBS, SPOKEN_OF, kinds, leans, openers,
    tailless,
};
use crate::domain::said::WEIGHING;

/// The clauses of a sentence that stand alone, the best first.
pub(super) fn clauses(sentence: &str, names: &[&str]) -> Vec<String> {
    let bare = sentence.trim_end_matches(['.', '!', ' ']);
    if bare.ends_with('?') || is_spoken_of(bare) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let opened = |part| uncalled(opened(part), names);
    let whole = opened(bare);
    // “Example number one: a shop in the rain” claims nothing before its colon.
    let headed = |piece: &str| piece.split_once([':', ';']).is_none_or(|(head, _)| has_verb(head));
    let mut keep = |piece: &str| {
        if headed(piece)
            && let Some(clause) = alone(piece, names)
            && !found.contains(&clause)
        {
            found.push(clause);
        }
    };
    for part in std::iter::once(whole).chain(whole.split([':', ';']).map(opened)) {
        keep(held(part).unwrap_or(part));
    }
    for part in whole.split([':', ';']).map(opened) {
        for (at, joint) in
            [", because ", " because ", ", since ", ", for "].iter().filter_map(|j| Some((part.find(j)?, j)))
        {
            keep(held(&part[..at]).unwrap_or(&part[..at]));
            keep(&part[at + joint.len()..]);
        }
    }
    found
}

/// The text without openers such as "Yes, and".
pub(super) fn opened(text: &str) -> &str {
    let mut rest = text.trim();
    loop {
        let low = start_of(rest);
        let next = openers(&low).find_map(|opener| {
            let after = rest.get(opener.len()..)?;
            let joined = JOINED.contains(&opener) || WEIGHING.contains(&opener);
            let after = after
                .strip_prefix([',', ':', '.', '!'])
                .or_else(|| after.strip_prefix(' ').filter(|_| joined))?;
            Some(after.trim_start())
        });
        match next {
            Some(after) => rest = after.strip_prefix("that ").unwrap_or(after),
            None => return rest,
        }
    }
}

/// The text without the name that it turns to.
fn uncalled<'t>(text: &'t str, names: &[&str]) -> &'t str {
    let rest = names.iter().find_map(|name| text.strip_prefix(*name)?.strip_prefix([',', ':']));
    rest.map_or(text, |rest| opened(rest.trim_start()))
}

/// Whether a sentence only speaks of what others hold, of what would have to be so, or of what was settled.
fn is_spoken_of(sentence: &str) -> bool {
    let low = sentence.to_ascii_lowercase();
    SPOKEN_OF.split('|').any(|words| low.contains(words))
}

/// Openers that need no comma after them, beside those of [`WEIGHING`].
const JOINED: &[&str] = &["and", "but", "so", "because", "since", "my guess is", "after all"];

/// The first few words in lower case.
fn start_of(text: &str) -> String {
    let end = text.char_indices().nth(40).map_or(text.len(), |(at, _)| at);
    text[..end].to_ascii_lowercase()
}

/// Words after which what follows "that" is not held.
const DENIES: [&str; 9] =
    ["not", "cannot", "hardly", "never", "nobody", "deny", "doubt", "thirty", "whoever"];

/// What is held in "I hold that …".
fn held(part: &str) -> Option<&str> {
    let at = part.find(" that ")?;
    let lead = &part[..at];
    let last = lead.rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let short = lead.split_whitespace().count() <= 14;
    // "I do not think that …" is not held.
    if words(lead).any(|word| DENIES.contains(&&*word) || word.ends_with("n't") || word.ends_with("n’t")) {
        return None;
    }
    let own = |word: Cow<'_, str>| {
        kinds(&word) & (IS_FIRST | IS_SECOND) != 0 || matches!(&*word, "reason" | "point" | "fact" | "what")
    };
    let speaks = words(lead).any(own)
        || matches!(
            last,
            "says"
                | "this"
                | "shown"
                | "showing"
                | "seen"
                | "found"
                | "finds"
                | "namely"
                | "settled"
                | "knows"
                | "remains"
        );
    (short && speaks && kinds(&last.to_ascii_lowercase()) & IS_HOLDS != 0).then(|| part[at + 6..].trim())
}

/// The clause, when it can be understood without its thread.
pub(super) fn alone(clause: &str, names: &[&str]) -> Option<String> {
    let mut clause = tailless(clause.trim().trim_end_matches([',', ' ', '—', '-']));
    if leans(&start_of(clause)) || clause.len() < 20 {
        return None;
    }
    loop {
        let stray = |word: &str| kinds(word) & (IS_FIRST | IS_SECOND | IS_OF_THE_ROOM) != 0;
        if !words(clause).any(|word| stray(&word)) {
            break;
        }
        // "…, and that settles it for me" is let go.
        clause = &clause[..clause.rfind(", ").or_else(|| clause.rfind("; "))?];
    }
    // "A jury at ten: that is the whole argument" is a remark on the argument.
    if [": that ", ": this ", ": it "].iter().any(|remark| clause.contains(remark)) {
        return None;
    }
    let count = clause.split_whitespace().count();
    if !(5..=34).contains(&count)
        || clause.len() > 200
        || clause.contains(['“', '”', '"', '…', '«', '»', '{', '<', '`'])
    {
        return None;
    }
    let low = clause.to_ascii_lowercase();
    let first = words(clause).next().map_or(0, |word| kinds(&word));
    let told_before = low.contains(" holds that ") || low.contains(" promised to ");
    let proposes = [
        " let us ",
        " let's ",
        " we should ",
        " we could ",
        " we might ",
        ": we ",
        "while we ",
        "provided that we ",
    ]
    .iter()
    .any(|word| low.contains(word));
    if first & IS_VERBS != 0
        || proposes
        || told_before
        || !has_verb(clause)
        || first & IS_PLACING != 0 && count < 7
        || leans_back(clause)
        || ends_open(&low)
    {
        return None;
    }
    Some(within(clause, names).into_owned())
}

/// Whether there is a verb of its own in the clause: that of "a plot that has run for years" is not.
fn has_verb(clause: &str) -> bool {
    let all: Vec<Cow<'_, str>> = words(clause).collect();
    // The verb of "that …" and what hangs on it, and what comes after "to", is not the clause's own.
    let mut hangs = false;
    for (at, word) in all.iter().enumerate() {
        let relative = matches!(&**word, "that" | "who" | "which" | "to");
        if !relative && !hangs && is_verb(word, all.get(at + 1).map(|next| &**next)) {
            return true;
        }
        hangs = relative
            || hangs && is_verb(word, all.get(at + 1).map(|next| &**next)) && at > 0 && {
                let before = &*all[at - 1];
                matches!(before, "that" | "who" | "which" | "to") || kinds(before) & IS_VERBS != 0
            };
    }
    false
}

/// Whether the word is a verb, as far as it and the next one tell.
fn is_verb(word: &str, next: Option<&str>) -> bool {
    let objects = [
        "the",
        "a",
        "an",
        "its",
        "their",
        "what",
        "how",
        "whether",
        "nobody",
        "nothing",
        "anything",
        "everything",
        "itself",
        "them",
        "him",
        "one",
        "more",
        "less",
        "most",
        "where",
        "us",
        "itself",
    ];
    let third = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    kinds(word) & IS_VERBS != 0
        || (word.len() > 4 && word.ends_with("ed"))
        || (third && next.is_some_and(|next| objects.contains(&next)))
}

/// Whether somebody in the clause is only known from what was said before it.
fn leans_back(clause: &str) -> bool {
    let mut known = false;
    for (at, word) in clause.split(' ').enumerate() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        match bare {
            "he" | "she" | "him" | "her" | "his" | "hers" if !known => return true,
            "it" | "they" | "them" if at < 2 => return true,
            "a" | "an" | "somebody" | "someone" | "everybody" | "nobody" | "who" => known = true,
            _ => known |= at > 0 && bare.starts_with(char::is_uppercase),
        }
    }
    false
}

/// Whether the clause breaks off.
fn ends_open(low: &str) -> bool {
    let last = low.rsplit(' ').next().unwrap_or_default();
    matches!(
        last,
        "and"
            | "or"
            | "but"
            | "that"
            | "this"
            | "of"
            | "to"
            | "the"
            | "a"
            | "because"
            | "since"
            | "with"
            | "is"
            | "are"
            | "in"
    )
}

/// Lower-case words; apostrophes are part of them.
pub(super) fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')))
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(word.to_ascii_lowercase())
            } else {
                Cow::Borrowed(word)
            }
        })
}

/// What a person does at the beginning of a sentence.
const SPEAKS: [&str; 8] = ["says", "said", "asks", "asked", "wrote", "writes", "argued", "proposed"];

/// The clause as it reads after "that": a name keeps its capital.
fn within<'c>(clause: &'c str, names: &[&str]) -> Cow<'c, str> {
    let first = clause.split(' ').next().unwrap_or_default();
    let next = clause[first.len()..].trim_start().chars().next();
    let articles = ["a", "an", "the", "no", "every", "each", "some", "if", "what", "when"];
    let lower = first.to_ascii_lowercase();
    let name = !(kinds(&lower) & IS_PLACING != 0 || articles.contains(&&*lower))
        && (names.contains(&first.trim_matches(','))
            || first.contains(['\'', '’', '.', '-'])
            || first.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit())
            || next.is_some_and(char::is_uppercase)
            || clause.split(' ').nth(1).is_some_and(|verb| SPEAKS.contains(&verb)));
    match clause.chars().next().filter(|c| c.is_uppercase()) {
        Some(c) if !name => Cow::Owned(c.to_lowercase().chain(clause[c.len_utf8()..].chars()).collect()),
        _ => Cow::Borrowed(clause),
    }
}
