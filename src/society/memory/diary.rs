//! A summary by rule: days, people, what happened and how it ended, in the sentences that were kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reading::whole;
use crate::domain::Stamp;
use crate::domain::era::MONTHS;
use crate::domain::similarity::{TermSet, terms};
use crate::domain::text::{self, cut};
use crate::store::memories::Memory;

/// Threads told of.
const THREADS: usize = 7;
/// Sentences about one thread.
const SENTENCES: usize = 4;
/// Things looked up that are told of.
const FINDINGS: usize = 4;

/// A diary of these memories; `names` are those that may be in them, `day` names a day.
#[must_use]
pub(super) fn diary(
    facts: &[Memory],
    moments: &[Memory],
    names: &[&str],
    day: impl Fn(Stamp) -> String,
) -> String {
    let mut all: Vec<&Memory> = facts.iter().chain(moments).collect();
    all.sort_by_key(|memory| (memory.created_at, memory.id));
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return String::new() };
    let (start, end) = (day(first.created_at), day(last.created_at));
    let mut text = if start == end {
        format!("On {}", dated(&start))
    } else {
        format!("From {} to {}", dated(&start), dated(&end))
    };
    text.push_str(&company(&all, names));
    // What was said and done, by thread, in the order in which the threads began.
    let mut threads: BTreeMap<Option<i64>, Vec<&Memory>> = BTreeMap::new();
    let (findings, told): (Vec<&Memory>, Vec<&Memory>) =
        all.into_iter().partition(|memory| is_finding(memory));
    let told = told.into_iter().filter(|memory| !memory.text.starts_with("I looked up "));
    for memory in told {
        threads.entry(memory.thread_id).or_default().push(memory);
    }
    let mut threads: Vec<Vec<&Memory>> = threads.into_values().collect();
    threads.sort_by_key(|told| std::cmp::Reverse(told.len()));
    threads.truncate(THREADS);
    threads.sort_by_key(|told| told[0].created_at);
    let mut today = String::new();
    for told in threads {
        let sentences = story(&told);
        if sentences.is_empty() {
            continue;
        }
        let began = day(told[0].created_at);
        if began == today || start == end {
            text.push('\n');
        } else {
            let _ = write!(text, "\n{}: ", dated(&began));
            today = began;
        }
        text.push_str(&sentences.join(" "));
    }
    let learned: Vec<String> = findings.iter().filter_map(|memory| finding(memory)).take(FINDINGS).collect();
    if !learned.is_empty() {
        let _ = write!(text, "\nI looked things up. {}", learned.join(" "));
    }
    text
}

/// With whom most of it was.
fn company(all: &[&Memory], names: &[&str]) -> String {
    let mut met: Vec<(usize, &str)> = names
        .iter()
        .map(|name| {
            (
                all.iter().filter(|memory| !is_finding(memory) && text::names(&memory.text, name)).count(),
                *name,
            )
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    met.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    match *met.as_slice() {
        [] => " I kept mostly to myself.".to_owned(),
        [(_, one)] => format!(" I dealt with {one}."),
        [(_, one), (_, other)] => format!(" I dealt with {one} and {other}."),
        [(_, one), (_, other), (_, third), ..] => format!(" I dealt mostly with {one}, {other} and {third}."),
    }
}

/// What a thread came to: how it began for the bot, what weighed most, and how it ended.
fn story(told: &[&Memory]) -> Vec<String> {
    let mut known: Vec<TermSet> = Vec::new();
    let mut chosen: Vec<&Memory> = Vec::new();
    for memory in told.iter().copied().filter(|memory| whole(&memory.text)) {
        let terms = terms(&memory.text);
        if !known.iter().any(|other| other.jaccard(&terms) > 0.5) {
            known.push(terms);
            chosen.push(memory);
        }
    }
    if chosen.len() > SENTENCES {
        let (first, last) = (chosen[0], chosen[chosen.len() - 1]);
        let mut between: Vec<&Memory> = chosen[1..chosen.len() - 1].to_vec();
        between.sort_by_key(|memory| (std::cmp::Reverse(weight(&memory.text)), memory.id));
        between.truncate(SENTENCES - 2);
        chosen = std::iter::once(first).chain(between).chain([last]).collect();
        chosen.sort_by_key(|memory| (memory.created_at, memory.id));
    }
    let ended = chosen.len() > 2 && chosen.last().is_some_and(|memory| weight(&memory.text) > 1);
    let last = chosen.len().saturating_sub(1);
    chosen
        .iter()
        .enumerate()
        .map(|(at, memory)| {
            let sentence = stopped(&cut(&memory.text, 220));
            if ended && at == last { format!("In the end: {sentence}") } else { sentence }
        })
        .collect()
}

/// Turns, peace, promises and bets weigh more than claims.
fn weight(text: &str) -> u32 {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["changed my mind", "made peace", "changed sides", "came due"]) {
        3
    } else if has(&["promised", " bet ", "granted", "gave ", "thanked"]) {
        2
    } else {
        u32::from(has(&["disagreed", "objected"]))
    }
}

fn is_finding(memory: &Memory) -> bool {
    !matches!(memory.source.as_str(), "" | "observation")
}

/// "Title: first sentence" of something looked up.
fn finding(memory: &Memory) -> Option<String> {
    let (title, extract) = memory.text.split_once(": ")?;
    let end = extract.find(". ").map_or(extract.len(), |at| at + 1);
    let first = &extract[..end];
    (!first.ends_with('…')).then(|| format!("{title}: {}", stopped(first)))
}

fn stopped(text: &str) -> String {
    let text = text.trim_end_matches([' ', ';', ',']);
    if text.ends_with(['.', '…', '!', '?', '”']) { text.to_owned() } else { format!("{text}.") }
}

/// "3 January 2026" of "2026-01-03".
fn dated(day: &str) -> String {
    let mut parts = day.splitn(3, '-');
    let (Some(year), Some(month), Some(date)) = (parts.next(), parts.next(), parts.next()) else {
        return day.to_owned();
    };
    let name = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    name.map_or_else(|| day.to_owned(), |name| format!("{} {name} {year}", date.trim_start_matches('0')))
}
