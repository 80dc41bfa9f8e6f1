//! A society of its own from a moment of another's past, and the other's later inputs applied to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::calls;
use super::chance;
use super::handle::Handle;
use super::intervention::Intervention;
use super::replay::{Replay, ReplayError, Replayed};
use super::settings::ProviderSetup;
use crate::domain::text::clean_line;
use crate::protocol::{Fault, Lineage};
use crate::society::Society;
use crate::society::flight::{Flight, Stage};
use crate::society::fork::Forked;
use crate::society::input::Input;
use crate::society::walk::{Abandoned, Answered, Begun, Failed, Found, Proceed, Sent, Step};
use crate::store::journal::Entry;
use crate::store::{Result, StoreError, Tx, activities, journal};

/// What is to become a society of its own.
#[derive(Clone)]
pub struct Plan {
    /// The database of the society it parts from.
    pub source: PathBuf,
    /// The new home; it is not there yet.
    pub home: PathBuf,
    /// The last entry they have in common; `None` is the end.
    pub through: Option<i64>,
    /// What is changed then.
    pub changes: Vec<Intervention>,
    /// Whether what came later is applied as well, and the providers to ask where that leads to other questions.
    pub follows: Option<Vec<ProviderSetup>>,
}

/// What became one.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// What it was made of.
    pub replayed: Replayed,
    /// What applying later inputs came to, where they were.
    pub followed: Option<Followed>,
}

/// Makes a home that holds a society of its own, with the configuration and the bots' files of the one it parts from.
/// When it fails, nothing half made is left behind.
///
/// # Errors
/// The home is there already or cannot be written; the journal cannot be applied; an intervention is refused.
pub async fn make(plan: Plan) -> Result<Made, ReplayError> {
    if plan.home.exists() {
        let why = format!("{} is there already", clean_line(&plan.home.to_string_lossy(), 400));
        return Err(StoreError::Refused(Fault::bad_value(why)).into());
    }
    let home = plan.home.clone();
    let made = make_in(plan).await;
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&home); // it was not there before
    }
    made
}

async fn make_in(plan: Plan) -> Result<Made, ReplayError> {
    let Plan { source, home, through, changes, follows } = plan;
    let (is_followed, providers) = (follows.is_some(), follows);
    let ended = |_| StoreError::Panicked("a fork ended early".into());
    let begun = tokio::task::spawn_blocking(move || {
        let data = home.join("data");
        let cannot = |source| StoreError::Io { action: "make", path: home.clone(), source };
        std::fs::create_dir_all(&data).map_err(cannot)?;
        copy_files(source.ancestors().nth(2).unwrap_or(Path::new(".")), &home).map_err(cannot)?;
        let mut replay = Replay::begin(&source, &data.join("botarium.db"))?;
        let replayed = replay.run(through)?;
        if let Some(providers) = providers {
            replay.may_ask(providers)?;
        }
        Ok::<_, ReplayError>((replay, replayed))
    });
    let (mut replay, replayed) = begun.await.map_err(ended)??;
    replay.part(changes).await?;
    let ending = tokio::task::spawn_blocking(move || {
        let followed = if is_followed { Some(replay.follow()?) } else { None };
        replay.close();
        Ok::<_, ReplayError>(Made { replayed, followed })
    });
    ending.await.map_err(ended)?
}

/// The configuration and the bots' files go along.
fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for name in ["botarium.yaml", "botarium.yml"] {
        if from.join(name).is_file() {
            std::fs::copy(from.join(name), to.join(name))?;
        }
    }
    let Ok(files) = std::fs::read_dir(from.join("bots")) else { return Ok(()) };
    let bots = to.join("bots");
    std::fs::create_dir_all(&bots)?;
    for file in files {
        let file = file?;
        if file.path().is_file() {
            std::fs::copy(file.path(), bots.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// What applying another's later inputs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Inputs applied.
    pub applied: u64,
    /// Inputs that make no sense in the changed society (a vote in a thread that was never opened).
    pub left_out: u64,
    /// Answers of models that were used again.
    pub reused: u64,
    /// Beats and interviews with a question that was never answered before: the model was asked.
    pub asked: u64,
    /// Those whose provider cannot be asked: they were given up.
    pub unanswered: u64,
}

impl Replay {
    /// Makes the society that was applied so far one of its own, changed as `interventions` say.
    ///
    /// # Errors
    /// An intervention that is refused, with its reason.
    pub async fn part(&self, interventions: Vec<Intervention>) -> Result<(), ReplayError> {
        let shared = self.room()?;
        let (number, activity) =
            self.target().read_blocking(|c| Ok((journal::last(c)?, activities::last_seq(c)?)))?;
        let society = chance::secret(None).map_err(super::open::random)?;
        let parent =
            Lineage { society: shared.society.id.clone(), activity, entry: number, at: shared.clock.now() };
        shared.enter(Forked { society, parent }).await?;
        let handle = Handle { shared, past: None, by: "the fork".into() };
        for (nth, intervention) in interventions.into_iter().enumerate() {
            intervention.perform(&handle).await.map_err(|fault| {
                let detail = format!("command {}: {}", nth + 1, fault.detail);
                StoreError::Refused(Fault { detail, ..fault })
            })?;
        }
        Ok(())
    }

    /// Applies the later inputs of the society it parted from, at their recorded times.
    ///
    /// # Errors
    /// Database errors.
    pub fn follow(&mut self) -> Result<Followed, ReplayError> {
        let mut followed = Followed::default();
        let mut known: HashMap<i64, i64> = HashMap::new();
        loop {
            let entries = self.next_entries()?;
            if entries.is_empty() {
                self.ask_anew(None, &mut followed)?;
                return Ok(followed);
            }
            for entry in entries {
                self.number = entry.number;
                if let Input::Opened(opened) = &entry.input {
                    self.reopen(opened, entry.number, entry.at)?;
                }
                self.follow_one(entry, &mut known, &mut followed)?;
            }
        }
    }

    fn follow_one(
        &self,
        entry: Entry<Input>,
        known: &mut HashMap<i64, i64>,
        followed: &mut Followed,
    ) -> Result<(), ReplayError> {
        let shared = self.room()?;
        shared.clock.tell(entry.at);
        let answers = match &entry.input {
            Input::Answered(answered) => Some(answered.flight),
            // What it waits for still was never asked in the other time line.
            Input::Begun(begun) => {
                self.ask_anew(Some(&begun.bot), followed)?;
                None
            }
            _ => None,
        };
        let mut flights = known.clone();
        let inner = Arc::clone(&shared);
        let outcome = self.target().write_blocking(move |tx| {
            let applied = apply_there(&inner.society, tx, entry, &mut flights)?;
            Ok((applied, flights))
        });
        match outcome {
            Ok((applied, flights)) => {
                *known = flights;
                match (applied, answers) {
                    (Applied::Not, _) => followed.left_out += 1,
                    (Applied::Whole, Some(_)) => {
                        followed.applied += 1;
                        followed.reused += 1;
                    }
                    (Applied::Whole, None) => followed.applied += 1,
                    (Applied::Waits(begun), _) => {
                        followed.applied += 1;
                        let step = shared.enter_blocking(&begun)?;
                        self.go_on(step, followed)?;
                    }
                }
            }
            Err(StoreError::Refused(_)) => match answers.and_then(|there| known.remove(&there)) {
                Some(flight) => self.answer_anew(flight, followed)?,
                None => followed.left_out += 1,
            },
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    /// Asks what waits of a bot's last beat, or of anybody at the end, and has no recorded answer.
    fn ask_anew(&self, bot: Option<&str>, followed: &mut Followed) -> Result<(), ReplayError> {
        for id in self.target().read_blocking(|c| journal::flights(c, bot))? {
            let waits: Option<Flight> = self.target().read_blocking(|c| journal::flight(c, id))?;
            // An interview goes on beside beats: its recorded answer may be still to come.
            if bot.is_none() || waits.is_some_and(|flight| !matches!(flight.stage, Stage::Interview { .. })) {
                self.answer_anew(id, followed)?;
            }
        }
        Ok(())
    }

    /// Asks what waits as `flight`.
    fn answer_anew(&self, flight: i64, followed: &mut Followed) -> Result<(), ReplayError> {
        let waits: Option<Flight> = self.target().read_blocking(|c| journal::flight(c, flight))?;
        match waits {
            Some(waits) if waits.call.is_some() => self.go_on(Step::Ask(Arc::new(waits)), followed),
            Some(_) => self.give_up(flight, followed),
            None => Ok(()),
        }
    }

    /// Takes a step to its end with the model it asks for.
    fn go_on(&self, step: Step, followed: &mut Followed) -> Result<(), ReplayError> {
        let shared = self.room()?;
        let Step::Ask(flight) = &step else { return Ok(()) };
        let id = flight.id;
        let provider = flight.call.as_ref().map(|call| call.tariff.provider.clone()).unwrap_or_default();
        if !self.asks(&provider) {
            return self.give_up(id, followed);
        }
        tokio::runtime::Handle::current().block_on(calls::to_its_end(&shared, step))?;
        followed.asked += 1;
        Ok(())
    }

    fn give_up(&self, flight: i64, followed: &mut Followed) -> Result<(), ReplayError> {
        self.room()?.enter_blocking(&Abandoned { flight })?;
        followed.unanswered += 1;
        Ok(())
    }
}

/// What became of a recorded input.
enum Applied {
    /// What it belongs to does not wait here.
    Not,
    /// It was applied.
    Whole,
    /// Here it asks a model, and there it did not.
    Waits(Begun),
}

/// Applies one recorded input to a society that may be another by now. `flights` leads from what waited there to what
/// waits here.
fn apply_there(
    society: &Society,
    tx: &mut Tx<'_>,
    entry: Entry<Input>,
    flights: &mut HashMap<i64, i64>,
) -> Result<Applied> {
    let (at, number) = (entry.at, entry.number);
    let there = match &entry.input {
        Input::Sent(Sent { flight, .. })
        | Input::Failed(Failed { flight, .. })
        | Input::Answered(Answered { flight, .. })
        | Input::Found(Found { flight, .. })
        | Input::Proceed(Proceed { flight, .. })
        | Input::Abandoned(Abandoned { flight }) => Some(*flight),
        _ => None,
    };
    let flight = match there.map(|there| flights.get(&there).copied()) {
        Some(None) => return Ok(Applied::Not),
        Some(Some(here)) => here,
        None => 0,
    };
    let step = match entry.input {
        Input::Begun(begun) => match society.take_in(tx, at, &begun)? {
            Step::Place { flight: None, provider } => {
                return Ok(Applied::Waits(Begun { place: Some(provider), ..begun }));
            }
            step => step,
        },
        Input::Asked(asked) => society.take_in(tx, at, &asked)?,
        Input::Answered(answered) => society.take_in(tx, at, &Answered { flight, ..answered })?,
        Input::Found(found) => society.take_in(tx, at, &Found { flight, ..found })?,
        Input::Proceed(proceed) => society.take_in(tx, at, &Proceed { flight, ..proceed })?,
        Input::Sent(sent) => {
            society.take_in(tx, at, &Sent { flight, ..sent })?;
            return Ok(Applied::Whole);
        }
        Input::Failed(failed) => {
            society.take_in(tx, at, &Failed { flight, ..failed })?;
            return Ok(Applied::Whole);
        }
        Input::Abandoned(_) => {
            society.take_in(tx, at, &Abandoned { flight })?;
            return Ok(Applied::Whole);
        }
        other => {
            other.apply_again(society, tx, at)?;
            return Ok(Applied::Whole);
        }
    };
    let there = there.unwrap_or(number);
    match step {
        Step::Ask(here) => flights.insert(there, here.id),
        Step::Place { flight: Some(here), .. } | Step::Look { flight: here, .. } => {
            flights.insert(there, here)
        }
        Step::Place { flight: None, .. } | Step::Over(_) | Step::Told(_) => flights.remove(&there),
    };
    Ok(Applied::Whole)
}
