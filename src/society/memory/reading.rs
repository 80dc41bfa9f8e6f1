//! What a post does and says, read by rule: enough for a memory when no model reads it.
//!
//! It looks for turns of phrase, so it errs on the side of nothing: a clause is taken only when it
//! stands alone, without a quotation, an "it" or a "you" that only the thread would explain.

use super::clause::{alone, clauses, opened, words};
use super::lexicon::{Cue, IS_DEEDS, IS_FIRST, IS_OF_THE_ROOM, IS_SECOND, cues, kinds};

/// What a post does to the one it answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// Changes its author's mind.
    Turns,
    /// Ends a quarrel.
    Reconciles,
    /// Grants a point.
    Grants,
    /// Objects.
    Objects,
    /// Agrees.
    Agrees,
    /// Thanks, or wishes well.
    Thanks,
    /// None of these.
    Says,
}

/// What was read in a post. Every text is a clause without a full stop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read {
    pub(super) does: Move,
    /// What it claims, in words that stand alone.
    pub(super) claim: Option<String>,
    /// What it accepts of somebody else's.
    pub(super) granted: Option<String>,
    /// What its author will do: "look up tides and report", in the first person.
    pub(super) promise: Option<String>,
    /// What its author bets on.
    pub(super) bet: Option<String>,
    /// Whether a bet is settled.
    pub(super) settles: bool,
    /// The last thing it asks, with its question mark.
    pub(super) asks: Option<String>,
}

/// Reads a post about something; `names` are those of the room, by which posts turn to somebody.
#[must_use]
pub(super) fn read(text: &str, names: &[&str], about: &str) -> Read {
    let mut text = plain(text);
    if text.contains('—') {
        text = text.replace(" — ", ": ");
    }
    let lower = text.to_ascii_lowercase();
    let sentences: Vec<&str> = sentences(&text).map(|sentence| called_off(sentence, names)).collect();
    let first = sentences.iter().find(|s| !s.is_empty()).map_or("", |first| past_start(first, names));
    let found = cues(&lower);
    let cue = |cue: Cue| found[cue as usize];
    let hypothetical = ["would change my mind", "change my mind?", "if i was wrong", "if i were wrong"];
    let turned = cue(Cue::Turns).filter(|_| !hypothetical.iter().any(|words| lower.contains(words)));
    let settles = cue(Cue::Settles).is_some();
    let speaks_of = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let bets = !settles && speaks_of(&["bet", "wager", "stake", "vote"]);
    let bet = if bets { sentences.iter().find_map(|s| bet(s, names)) } else { None };
    let promises = bet.is_none()
        && !settles
        && speaks_of(&["i will ", "i'll ", "i’ll ", "i shall ", "i promise", "deadline"]);
    let (does, at) = if let Some(at) = turned {
        (Move::Turns, Some(at))
    } else if let Some(at) = cue(Cue::Reconciles) {
        (Move::Reconciles, Some(at))
    } else if let Some(at) = cue(Cue::Grants) {
        (Move::Grants, Some(at))
    } else if begins(first, NO) || cue(Cue::Objects).is_some() {
        (Move::Objects, None)
    } else if begins(first, YES) || cue(Cue::Agrees).is_some() {
        (Move::Agrees, None)
    } else if cue(Cue::Thanks).is_some() {
        (Move::Thanks, None)
    } else {
        (Move::Says, None)
    };
    // What is granted stands in the sentence of the granting, or right after it.
    let mut granted = None;
    let mut claims_from = 0;
    if let Some(at) = at {
        let start = text.as_ptr() as usize;
        let place = |s: &&str| (s.as_ptr() as usize).wrapping_sub(start) + s.len() >= at;
        let from = sentences.iter().position(place).unwrap_or(0);
        if does != Move::Turns {
            granted = sentences[from..].iter().take(2).find_map(|s| clauses(s, names).into_iter().next());
            claims_from = from + 1;
        } else {
            claims_from = from;
        }
    }
    let rest = sentences.get(claims_from..).unwrap_or_default();
    let claim = match does {
        // The new view is what follows the turn.
        Move::Turns => rest.iter().take(3).find_map(|s| clauses(s, names).into_iter().next()),
        _ => rest
            .iter()
            .filter(|s| !s.ends_with('?'))
            .flat_map(|s| clauses(s, names))
            .filter(|clause| granted.as_ref() != Some(clause))
            .max_by_key(|clause| weight(clause, about)),
    };
    Read {
        does,
        claim,
        granted,
        promise: if promises { sentences.iter().find_map(|s| promise(s)) } else { None },
        bet,
        settles,
        asks: sentences.iter().rev().find_map(|s| question(s)),
    }
}

/// Beginnings of an objection.
const NO: &[&str] = &["no", "still no", "hm", "wait", "nonsense", "wrong way round", "fine words", "hardly"];
/// Beginnings of assent.
const YES: &[&str] =
    &["yes", "oh, yes", "right", "exactly", "true", "correct", "backed", "sold", "indeed", "quite"];

/// On one line, without asides in parentheses.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            c if c.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The whole sentences; what was cut off is none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().filter(|(at, c)| {
        matches!(c, '.' | '!' | '?' | '…')
            && text[at + c.len_utf8()..].chars().next().is_none_or(|c| matches!(c, ' ' | '”' | '"'))
    });
    let mut from = 0;
    let cuts: Vec<&str> = ends
        .map(|(at, c)| {
            let end = at + c.len_utf8();
            let piece = text[from..end].trim();
            from = end;
            piece
        })
        .collect();
    cuts.into_iter().filter(|piece| !piece.ends_with('…'))
}

/// The sentence without the name it calls at its beginning or its end.
fn called_off<'s>(sentence: &'s str, names: &[&str]) -> &'s str {
    let rest = sentence.trim_start_matches(['”', '"', ' ']);
    let turned = rest.strip_prefix("Dear ").or_else(|| rest.strip_prefix("Hey ")).unwrap_or(rest);
    let called = |name: &&str| {
        let after = turned.strip_prefix(*name)?;
        let after = after.strip_prefix([',', ':', '!'])?;
        let after = after.strip_prefix(" my friend,").unwrap_or(after);
        Some(after.trim_start())
    };
    let rest = names.iter().find_map(called).unwrap_or(rest);
    if rest.ends_with('?') {
        return rest;
    }
    let bare = rest.trim_end_matches(['.', '!']);
    let calling = |name: &&str| Some(bare.strip_suffix(*name)?.trim_end().strip_suffix(',')?.trim_end());
    names.iter().find_map(calling).unwrap_or(rest)
}

/// The sentence without a little word at its beginning, such as “Well, …” or “Look, Rex, …”.
fn past_start<'s>(sentence: &'s str, names: &[&str]) -> &'s str {
    let Some((word, rest)) = sentence.split_once(", ") else { return sentence };
    if STARTS.iter().any(|start| start.eq_ignore_ascii_case(word)) {
        called_off(rest, names)
    } else {
        sentence
    }
}

/// Little words before what is said first.
const STARTS: &[&str] = &[
    "oh",
    "so",
    "ooh",
    "you know",
    "well",
    "actually",
    "frankly",
    "let me see",
    "listen",
    "ah",
    "mm",
    "oh my",
    "look",
    "right",
    "okay",
    "fine",
    "hm",
    "honestly",
    "you see",
    "well now",
    "now",
    "see",
    "mind you",
    "ah well",
    "wow",
    "tell you what",
    "guess what",
    "by my count",
    "half awake",
    "as it happens",
    "all right",
    "listen up",
    "settled",
    "say",
    "hold on",
    "in fact",
    "to be exact",
    "strictly",
    "in brief",
    "somehow",
    "softly",
    "once more",
    "hush",
    "good",
    "come now",
    "straight out",
    "enough",
    "gently",
    "oh dear",
    "for my part",
    "truly",
    "indeed",
    "in truth",
    "bear with me",
    "after all",
];

fn begins(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let head = sentence.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let rest = if head { &sentence[word.len()..] } else { "x" };
        rest.is_empty()
            || rest.starts_with([',', '.', ':', ';', '!', '—'])
            || rest.starts_with(' ') && word.contains([' ', ','])
    })
}

/// What is about the subject weighs more, and so does some length; a view weighs more than something that is told.
fn weight(clause: &str, about: &str) -> usize {
    let speaks = words(about).any(|word| word.len() > 3 && clause.contains(word.trim_end_matches('s')));
    clause.chars().count().min(120) + if speaks { 50 } else { 0 } + if tells(clause) { 0 } else { 120 }
}

/// Whether a clause tells something that happened, by its years and names, rather than what somebody thinks.
#[must_use]
pub(super) fn tells(clause: &str) -> bool {
    let named = clause.split(' ').skip(1).any(|word| word.starts_with(char::is_uppercase) && word != "I");
    let year = clause.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    named || year
}

/// What is promised, without the "I will".
fn promise(sentence: &str) -> Option<String> {
    let low = sentence.to_ascii_lowercase();
    if sentence.ends_with('?') || low.contains("vote") {
        return None;
    }
    let heads =
        ["i promise to ", "i will go and ", "i will ", "i'll ", "i’ll ", "i shall ", "deadline for me: i "];
    let (at, head) = heads.iter().find_map(|head| Some((low.find(head)?, head)))?;
    let rest = sentence[at + head.len()..].trim_end_matches(['.', '!', ' ']);
    let rest = rest.split([';', ':']).next()?.trim();
    let verb = rest.split(|c: char| !c.is_alphanumeric()).next()?.to_ascii_lowercase();
    let count = rest.split_whitespace().count();
    let sound = (3..=24).contains(&count) && !rest.contains(['“', '”', '"']);
    // "I will go first" is a move, no promise.
    let deed = kinds(&verb) & IS_DEEDS != 0 && (verb != "go" || low.contains(" and "));
    (sound && deed).then(|| rest.to_owned())
}

/// What is bet on.
fn bet(sentence: &str, names: &[&str]) -> Option<String> {
    let low = sentence.to_ascii_lowercase();
    let bets = words(&low).any(|word| matches!(&*word, "bet" | "wager" | "stake"))
        || low.contains("votes that ")
        || low.contains("vote says that ");
    if !bets || sentence.ends_with('?') || low.contains("bet against") {
        return None;
    }
    let bare = sentence.trim_end_matches(['.', '!', ' ']);
    let on =
        bare.find(" that ").map(|at| &bare[at + 6..]).or_else(|| bare.split_once(": ").map(|(_, on)| on))?;
    let on = on.split([';']).next()?.split(" and that ").next()?;
    alone(on.split(", at even odds").next()?, names)
}

/// A question that can be asked again elsewhere.
fn question(sentence: &str) -> Option<String> {
    if !sentence.ends_with('?') {
        return None;
    }
    let bare = opened(sentence.rsplit([':', ';']).next()?);
    let count = bare.split_whitespace().count();
    let own = words(bare).any(|word| kinds(&word) & (IS_FIRST | IS_SECOND | IS_OF_THE_ROOM) != 0);
    let leans = words(bare)
        .any(|word| matches!(&*word, "it" | "this" | "that" | "these" | "those" | "they" | "them"));
    let sound = (5..=24).contains(&count) && !bare.contains(['“', '”', '"', '…']);
    (sound && !own && !leans).then(|| bare.to_owned())
}

/// What its author says of itself, told of it by somebody else.
#[must_use]
pub(super) fn of_another(text: &str) -> String {
    let shift = |word: &str| -> Option<&'static str> {
        Some(match word {
            "I" => "they",
            "me" => "them",
            "my" => "their",
            "mine" => "theirs",
            "myself" => "themselves",
            "am" => "are",
            "you" => "us",
            "your" => "our",
            _ => return None,
        })
    };
    let told: Vec<String> = text
        .split(' ')
        .map(|word| {
            let bare = word.trim_matches([',', '.', ';']);
            shift(bare).map_or_else(|| word.to_owned(), |other| word.replacen(bare, other, 1))
        })
        .collect();
    told.join(" ")
}

/// What was said to somebody, told of later: "you" is that somebody.
#[must_use]
pub(super) fn to_another(text: &str) -> String {
    let told = text.split(' ').map(|word| match word.trim_matches([',', '.', ';']) {
        bare @ "you" => word.replacen(bare, "them", 1),
        bare @ "your" => word.replacen(bare, "their", 1),
        _ => word.to_owned(),
    });
    told.collect::<Vec<_>>().join(" ")
}

/// Whether nothing of a remembered sentence was cut off.
#[must_use]
pub(super) fn whole(text: &str) -> bool {
    !text.contains('…') && text.matches('“').count() == text.matches('”').count()
}
