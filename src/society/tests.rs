//! The machine alone: no runtime, no engine, no clock. What the world would do is done here by hand.

mod machine;
mod people;
mod world;

use std::sync::Arc;

use self::machine::MODEL;
pub(super) use self::machine::Machine;
use super::change;
use super::open::Closed;
use crate::domain::ActionKind;
use crate::store::check::{Level, check};
use crate::store::digest::{self, TableDigest};
use crate::store::{StoreError, Tx, journal, reads, roster};

/// A thousand beats, with what people do between them; what the society is at its end.
fn thousand_beats() -> (Machine, Vec<TableDigest>) {
    let mut machine = Machine::begin(7, 3);
    let mut nth = 0;
    while machine.finished < 1_000 {
        machine.beat();
        nth += 1;
        if nth % 10 == 0 {
            machine.people(nth / 10);
        }
    }
    machine.enter(Closed {}).unwrap();
    let digest = machine.read(digest::society);
    (machine, digest)
}

#[test]
fn a_thousand_beats_of_the_machine_alone_leave_nothing_to_find_and_come_out_the_same_twice() {
    let (machine, first) = thousand_beats();
    let wrong: Vec<_> = machine
        .read(|c| check(c, machine.now))
        .into_iter()
        .filter(|finding| finding.level != Level::Fine)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    let inputs = machine.inputs();
    let all = [
        "Opened",
        "Closed",
        "Abandoned",
        "Begun",
        "Asked",
        "Sent",
        "Failed",
        "Answered",
        "Found",
        "Proceed",
        "Back",
        "Jumped",
        "TestBegun",
        "Tested",
        "AddBot",
        "AddCrowd",
        "BecomeAwake",
        "CastVote",
        "ChooseFile",
        "DeleteBot",
        "EditMemory",
        "EndEvent",
        "Follow",
        "ForgetContexts",
        "ForgetMemory",
        "Hide",
        "InjectEvent",
        "PauseBot",
        "PostReply",
        "PostThread",
        "ResetBot",
        "SetBotPace",
        "SetCaps",
        "SetConfig",
        "SetPace",
        "SetProvider",
        "Unfollow",
    ];
    let missing: Vec<_> = all.iter().filter(|name| !inputs.contains(*name)).collect();
    assert!(missing.is_empty(), "nothing of {missing:?} among {inputs:?}");

    let told = machine.world.told();
    let acts = ActionKind::ALL.map(ActionKind::as_str);
    let never: Vec<_> = acts.iter().filter(|act| !told.acts.contains(**act)).collect();
    assert!(never.is_empty(), "nobody did {never:?}, only {:?}", told.acts);
    assert!(told.troubled.contains(MODEL));
    assert_eq!(told.awake.first(), Some(&false));
    assert!(told.announced.is_sorted(), "activities are told of in order");
    drop(told);

    let (_, second) = thousand_beats();
    let different: Vec<_> =
        first.iter().zip(&second).filter(|(a, b)| a != b).map(|(table, _)| table.table).collect();
    assert!(different.is_empty(), "came out otherwise: {different:?}");
}

#[test]
fn what_is_rolled_back_leaves_nothing_in_memory() {
    let mut machine = Machine::begin(3, 0);
    for _ in 0..30 {
        machine.beat();
    }
    let pace = machine.society.settings().pace;
    let (society, at) = (Arc::clone(&machine.society), machine.now);
    let undone = machine.store.write_blocking(move |tx: &mut Tx<'_>| {
        society.take_in(tx, at, &change::SetPace { seconds: 99 })?;
        Err::<(), _>(StoreError::Closed)
    });
    assert!(undone.is_err());
    machine.beat();
    assert_eq!(machine.society.settings().pace, pace);
}

/// So many bots of one character, by names of their own.
fn crowd(machine: &Machine, count: usize) -> change::AddCrowd {
    let one = |n: usize| {
        let mut config = machine.bots[0].clone();
        (config.id, config.name) = (format!("crowd_{n:03}"), format!("Crowd {n}"));
        config
    };
    change::AddCrowd { bots: (0..count).map(one).collect() }
}

#[test]
fn a_new_pace_asks_no_more_of_many_bots_than_of_few() {
    let asked = |machine: &Machine, seconds: u32| {
        let (society, at) = (Arc::clone(&machine.society), machine.now);
        let asked = move |tx: &mut Tx<'_>| {
            let before = reads();
            society.take_in(tx, at, &change::SetPace { seconds })?;
            Ok(reads() - before)
        };
        machine.store.write_blocking(asked).unwrap()
    };
    let mut machine = Machine::begin(3, 0);
    let few = asked(&machine, 90);
    machine.enter(crowd(&machine, 200)).unwrap();
    let many = asked(&machine, 120);
    assert!(many <= few + 5, "{many} questions for 206 bots, {few} for 6");
    let late = machine.now.plus_seconds(120);
    let planned = machine.read(crate::store::schedule::all_due);
    assert_eq!(planned.len(), 206);
    assert!(planned.iter().all(|bot| bot.next_beat_at.is_some_and(|at| at <= late)));
}

#[test]
fn a_crowd_comes_whole_or_not_at_all_in_one_entry() {
    let mut machine = Machine::begin(3, 0);
    let before = machine.read(journal::last);
    let mut clashing = crowd(&machine, 40);
    clashing.bots[39].name = machine.bots[1].name.clone();
    assert!(matches!(machine.enter(clashing), Err(StoreError::Refused(_))));
    assert_eq!((machine.read(roster::custom_count), machine.read(journal::last)), (0, before));
    machine.enter(crowd(&machine, 40)).unwrap();
    assert_eq!((machine.read(roster::custom_count), machine.read(journal::last)), (40, before + 1));
}
