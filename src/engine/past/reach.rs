//! How far the past can be had: what can be applied again, and what lies before it.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::super::replay::ReplayError;
use crate::domain::{Stamp, moment};
use crate::protocol::Fault;
use crate::society::input::Input;
use crate::society::open::{OPENED_ENTRY, Opened, RULES};
use crate::store::journal::{self, Entry};
use crate::store::{Db, Store, meta, past, snapshot};

/// A moment, and how it can be shown.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// After this entry of the journal, applied again.
    Entry(i64),
    /// After this activity, as far as it is stored.
    Stored(i64),
}

/// How far the past can be had.
pub(super) struct Reach {
    /// The first entry that can be applied again.
    pub(super) first: i64,
    /// What lies before it.
    pub(super) before: Option<Before>,
    /// The zone of times that name none: the room's.
    zone: TimeZone,
}

/// What lies before everything that can be applied again.
pub(super) struct Before {
    /// The snapshot that is the beginning.
    pub(super) snapshot: i64,
    /// The newest activity in it.
    pub(super) activity: i64,
    /// The room's time then.
    pub(super) at: Stamp,
    /// Why it cannot be applied again.
    pub(super) why: Arc<str>,
    /// How the room was opened behind it.
    pub(super) opened: Box<Opened>,
}

impl Reach {
    /// How far the past of a society can be had.
    ///
    /// # Errors
    /// It has none, or only such as another version can show.
    pub(super) fn of(society: &Store) -> Result<Self, Fault> {
        let (base, begins): (_, Vec<Entry<Input>>) =
            society.read_blocking(|c| Ok((snapshot::base(c, RULES)?, journal::read(c, 0, 1)?)))?;
        let zone = society.read_blocking(zone)?;
        let Some(base) = base else {
            return match begins.into_iter().next() {
                Some(Entry { number: 1, input: Input::Opened(opened), .. }) if opened.rules == RULES => {
                    Ok(Self { first: 1, before: None, zone })
                }
                Some(Entry { input: Input::Opened(opened), .. }) => Err(Fault::conflict(format!(
                    "the journal follows rules {}, and this version has {RULES}: botarium {} shows it",
                    opened.rules, opened.version
                ))),
                _ => Err(ReplayError::NoBeginning(society.path().to_path_buf()).into()),
            };
        };
        let why = match begins.first() {
            Some(Entry { input: Input::Opened(opened), .. }) if opened.rules != RULES => format!(
                "botarium {} with rules {} can play this again; here only acts, posts and votes are shown",
                opened.version, opened.rules
            ),
            Some(Entry { number, .. }) if *number <= base.number => {
                "the journal of this was trimmed (journal.keep): only acts, posts and votes are shown".into()
            }
            _ => {
                "an earlier version without a journal lived this: only acts, posts and votes are shown".into()
            }
        };
        let opened = society.read_blocking(|c| opened(c, base.number))?;
        let before = opened.filter(|_| base.through > 0).map(|opened| Before {
            snapshot: base.number,
            activity: base.through,
            at: base.at,
            why: why.into(),
            opened,
        });
        Ok(Self { first: base.number + 1, before, zone })
    }

    /// The first moment at which an activity is there; `None` where there is no such activity.
    pub(super) fn with(&self, society: &Store, activity: i64) -> Result<Option<Position>, Fault> {
        if self.before.as_ref().is_some_and(|before| activity <= before.activity) {
            return Ok(Some(Position::Stored(activity.max(1))));
        }
        let entry = society.read_blocking(|c| journal::with_activity(c, activity))?;
        Ok(entry.map(|entry| Position::Entry(entry.max(self.first))))
    }

    /// The moment that people mean: the number of an activity, or a time.
    pub(super) fn place_at(&self, society: &Store, text: &str) -> Result<Position, Fault> {
        if let Ok(activity) = text.trim().trim_start_matches('#').parse::<i64>() {
            let found = if activity < 0 { None } else { self.with(society, activity)? };
            return found.ok_or_else(|| {
                Fault::bad_value(format!("there is no activity {activity} in the journal of this society"))
            });
        }
        let start = match &self.before {
            Some(_) => society.read_blocking(|c| crate::store::stored::at(c, 1))?,
            None => society.read_blocking(|c| journal::at(c, self.first))?,
        };
        let start = start.ok_or_else(|| Fault::bad_value("the journal is empty"))?;
        let at = moment::at_in(text, start, &self.zone).map_err(Fault::bad_value)?;
        if at < start {
            return Err(Fault::bad_value(format!("the society began at {start}, after {at}")));
        }
        if self.before.as_ref().is_some_and(|before| at <= before.at) {
            return Ok(Position::Stored(society.read_blocking(|c| past::until(c, at))?));
        }
        Ok(Position::Entry(society.read_blocking(|c| journal::until(c, at))?.max(self.first)))
    }
}

/// The zone in which the room was opened last.
fn zone(c: &Db) -> crate::store::Result<TimeZone> {
    let number = meta::get(c, OPENED_ENTRY)?.and_then(|text| text.parse::<i64>().ok());
    let entries: Vec<Entry<Input>> =
        number.map_or(Ok(Vec::new()), |number| journal::read(c, number - 1, 1))?;
    Ok(match entries.into_iter().next() {
        Some(Entry { input: Input::Opened(opened), .. }) => opened.frame.zone,
        _ => TimeZone::UTC,
    })
}

/// How the room was opened in or behind a snapshot.
fn opened(c: &Db, snapshot: i64) -> crate::store::Result<Option<Box<Opened>>> {
    for number in [snapshot::opened(c, snapshot)?.unwrap_or(0), snapshot + 1] {
        let entries: Vec<Entry<Input>> = journal::read(c, number - 1, 1)?;
        if let Some(Entry { number: found, input: Input::Opened(opened), .. }) = entries.into_iter().next()
            && found == number
            && opened.rules == RULES
        {
            return Ok(Some(Box::new(opened)));
        }
    }
    Ok(None)
}

/// The last entry of a journal at a moment as people type it: the number of an activity, or a time.
///
/// # Errors
/// There is no such activity, it is no moment, it lies before the society, or before what can be applied again.
pub fn entry_at(society: &Store, text: &str) -> Result<i64, Fault> {
    let reach = Reach::of(society)?;
    match (reach.place_at(society, text)?, reach.before) {
        (Position::Stored(activity), Some(before)) if activity < before.activity => {
            Err(Fault::conflict(format!(
                "activity {activity} lies before {}, where what can be applied again begins: {}",
                before.activity, before.why
            )))
        }
        (Position::Stored(_), _) => Ok(reach.first),
        (Position::Entry(entry), _) => Ok(entry),
    }
}
