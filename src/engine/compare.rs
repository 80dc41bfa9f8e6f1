//! The difference of two time lines: where two societies part, which part of a prompt parted them, and what each came
//! to.

use std::path::Path;

use serde::Serialize;

use crate::protocol::{Lineage, PromptSection};
use crate::store::compare::{self, ActRow, BotSums, Day, Sums};
use crate::store::{Db, Result, Store, StoreError, thoughts};

/// Lines of a section that are shown around the first that differs.
const SHOWN: usize = 3;
/// Changes by people that are told of on each side.
const CHANGES: usize = 20;

/// What differs.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// How the two belong together: `lineage`, `seed` or `none`.
    pub kin: &'static str,
    /// The activity up to which both are known to be the same society, for a fork.
    pub parted_after: Option<i64>,
    /// What people did on one side only, after they parted.
    pub changes: [Vec<ActRow>; 2],
    /// The first act of a bot that differs.
    pub first: Option<FirstDifference>,
    /// What both came to.
    pub sums: [Sums; 2],
    /// Bots on both sides, those that changed most first.
    pub bots: Vec<BotDifference>,
    /// Every day on both sides.
    pub days: Vec<DayDifference>,
}

/// The first act that differs.
#[derive(Clone, Debug, Serialize)]
pub struct FirstDifference {
    /// On both sides.
    pub acts: [ActRow; 2],
    /// The first part of its prompt that differs, if its prompt was kept on both sides.
    pub section: Option<SectionDifference>,
}

/// A part of a prompt that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionDifference {
    /// Its name.
    pub name: String,
    /// The lines from the first that differs on, on both sides.
    pub lines: [Vec<String>; 2],
}

/// One bot on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct BotDifference {
    /// How much its behaviour changed: the sum of how far its counts lie apart, each as a share of the larger.
    pub change: f64,
    /// What it came to on both sides; `None` where it never was.
    pub sums: [Option<BotSums>; 2],
}

/// One day on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct DayDifference {
    /// The room's day.
    pub day: String,
    /// What it came to on both sides.
    pub sums: [Day; 2],
}

/// Compares two societies.
///
/// # Errors
/// One of them cannot be read.
pub fn compare(a: &Path, b: &Path) -> Result<Difference> {
    let (a, b) = (Store::open_read_only(a)?, Store::open_read_only(b)?);
    a.read_blocking(|a| {
        b.read_blocking(|b| {
            let (kin, parted_after) = kin(a, b)?;
            let first = match compare::first_difference(a, b)? {
                Some((here, there)) => {
                    let section = section(
                        &thoughts::get(a, here.id)?.map(|t| t.sections).unwrap_or_default(),
                        &thoughts::get(b, there.id)?.map(|t| t.sections).unwrap_or_default(),
                    );
                    Some(FirstDifference { acts: [here, there], section })
                }
                None => None,
            };
            Ok(Difference {
                kin,
                parted_after,
                changes: compare::changes(a, b, parted_after.unwrap_or(0), CHANGES)?,
                first,
                sums: [compare::sums(a)?, compare::sums(b)?],
                bots: bots(compare::bots(a)?, compare::bots(b)?),
                days: days(compare::days(a)?, compare::days(b)?),
            })
        })
    })
}

/// How two societies belong together.
fn kin(a: &Db, b: &Db) -> Result<(&'static str, Option<i64>)> {
    let (a, b) = (compare::identity(a)?, compare::identity(b)?);
    let line = |note: Option<&str>| -> Result<Vec<Lineage>> {
        note.map_or(Ok(Vec::new()), |note| {
            serde_json::from_str(note).map_err(|error| StoreError::Corrupt(format!("the lineage: {error}")))
        })
    };
    let (from_a, from_b) = (line(a.2.as_deref())?, line(b.2.as_deref())?);
    let is_from = |line: &[Lineage], society: &Option<String>| {
        line.iter().find(|parent| Some(&parent.society) == society.as_ref()).map(|parent| parent.activity)
    };
    let shared = from_a.iter().find_map(|parent| {
        let other = is_from(&from_b, &Some(parent.society.clone()))?;
        Some(other.min(parent.activity))
    });
    if let Some(activity) = is_from(&from_b, &a.0).or_else(|| is_from(&from_a, &b.0)).or(shared) {
        return Ok(("lineage", Some(activity)));
    }
    Ok((if a.1 == b.1 { "seed" } else { "none" }, None))
}

/// The first section that differs.
fn section(a: &[PromptSection], b: &[PromptSection]) -> Option<SectionDifference> {
    let names = a.iter().chain(b).map(|section| section.name.as_str());
    let text = |all: &'_ [PromptSection], name: &str| -> String {
        all.iter().find(|section| section.name == name).map(|s| s.text.clone()).unwrap_or_default()
    };
    if a.is_empty() || b.is_empty() {
        return None;
    }
    for name in names {
        let (here, there) = (text(a, name), text(b, name));
        if here != there {
            let same = here.lines().zip(there.lines()).take_while(|(here, there)| here == there).count();
            let from = |text: &str| text.lines().skip(same).take(SHOWN).map(str::to_owned).collect();
            return Some(SectionDifference { name: name.to_owned(), lines: [from(&here), from(&there)] });
        }
    }
    None
}

fn bots(a: Vec<BotSums>, b: Vec<BotSums>) -> Vec<BotDifference> {
    let mut all: Vec<BotDifference> = Vec::with_capacity(a.len());
    let mut others: std::collections::BTreeMap<String, BotSums> =
        b.into_iter().map(|sums| (sums.id.clone(), sums)).collect();
    for here in a {
        let there = others.remove(&here.id);
        all.push(BotDifference { change: change(Some(&here), there.as_ref()), sums: [Some(here), there] });
    }
    all.extend(
        others
            .into_values()
            .map(|there| BotDifference { change: change(None, Some(&there)), sums: [None, Some(there)] }),
    );
    all.sort_by(|a, b| b.change.total_cmp(&a.change));
    all
}

#[allow(clippy::cast_precision_loss)] // counts
fn change(a: Option<&BotSums>, b: Option<&BotSums>) -> f64 {
    let counts = |sums: Option<&BotSums>| {
        sums.map_or([0; 5], |s| [s.threads, s.replies, s.votes, s.quiet, s.reputation])
    };
    let apart = |(a, b): (i64, i64)| {
        let most = a.abs().max(b.abs());
        if most == 0 { 0.0 } else { a.abs_diff(b) as f64 / most as f64 }
    };
    counts(a).into_iter().zip(counts(b)).map(apart).sum()
}

fn days(a: Vec<Day>, b: Vec<Day>) -> Vec<DayDifference> {
    let mut all: std::collections::BTreeMap<String, [Day; 2]> = std::collections::BTreeMap::new();
    for (side, days) in [a, b].into_iter().enumerate() {
        for day in days {
            let both = all
                .entry(day.day.clone())
                .or_insert_with(|| [(); 2].map(|()| Day { day: day.day.clone(), ..Day::default() }));
            both[side] = day;
        }
    }
    all.into_iter().map(|(day, sums)| DayDifference { day, sums }).collect()
}
