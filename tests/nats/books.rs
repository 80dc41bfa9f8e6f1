//! The books of a room, held against what its workers reported.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::cluster::botarium;

/// Tokens read and written by one call.
type Usage = (i64, i64);

/// What workers said in their logs.
pub struct Reports {
    /// Calls they were let begin.
    pub begun: usize,
    /// The usage of those that were answered.
    pub answered: BTreeSet<Usage>,
}

/// Reads the logs of workers.
pub fn reports(logs: &str) -> Reports {
    let number = |line: &str, key: &str| -> i64 {
        let (_, rest) = line.split_once(key).unwrap_or_else(|| panic!("no {key} in {line}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    let lines = || logs.lines().filter(|line| line.contains("botarium::worker"));
    Reports {
        begun: lines().filter(|line| line.contains(": begins ")).count(),
        answered: lines()
            .filter(|line| line.contains(": answered "))
            .map(|line| (number(line, " input="), number(line, " output=")))
            .collect(),
    }
}

/// What a room wrote down.
pub struct Books {
    calls: usize,
    pub tokens: i64,
    /// Calls charged by what their workers reported.
    pub reported: Vec<Usage>,
    /// Calls charged because they may have been, by what is known of them or by what was reserved.
    pub lost: usize,
    tokens_lost: i64,
}

impl Books {
    /// The books of the room at home there, which has ended.
    pub fn of(home: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = Connection::open_with_flags(home.join("data/botarium.db"), flags).unwrap();
        let (calls, tokens): (i64, i64) = db
            .query_row("SELECT sum(calls), sum(input + output) FROM usage_daily", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        let mut books =
            Self { calls: calls.try_into().unwrap(), tokens, reported: Vec::new(), lost: 0, tokens_lost: 0 };
        for line in exported(home, "thoughts") {
            for exchange in line["record"]["exchanges"].as_array().unwrap() {
                let count = |key: &str| exchange["usage"][key].as_i64().unwrap();
                let (input, output) = (count("input"), count("output"));
                if exchange["reported"] == true {
                    books.reported.push((input, output));
                } else if input + output > 0 {
                    books.lost += 1;
                    books.tokens_lost += input + output;
                }
            }
        }
        for act in exported(home, "activity").iter().filter(|act| act["action_type"] == "calls_lost") {
            books.lost += usize::try_from(act["details"]["calls"].as_u64().unwrap()).unwrap();
            books.tokens_lost += act["tokens_used"].as_i64().unwrap();
        }
        books
    }

    /// Holds them to be exact: every call is there once, by what its worker reported where the room heard of it. One
    /// that a worker was let begin and the room did not hear the end of is there as one that may have been charged;
    /// beyond those there is none but of a room that was killed between writing that one begins and saying so.
    pub fn are_what_was_reported(&self, reports: &Reports, answers: &[Usage], kills: usize) {
        let told: i64 = self.reported.iter().map(|(input, output)| input + output).sum();
        assert_eq!(self.calls, self.reported.len() + self.lost, "every call in the books is told of: {self}");
        assert_eq!(self.tokens, told + self.tokens_lost, "and by so many tokens: {self}");
        let once: BTreeSet<Usage> = self.reported.iter().copied().collect();
        assert_eq!(once.len(), self.reported.len(), "no answer is charged twice");
        let model: BTreeSet<Usage> = answers.iter().copied().collect();
        assert!(once.is_subset(&reports.answered), "{:?}", once.difference(&reports.answered));
        assert!(reports.answered.is_subset(&model), "{:?}", reports.answered.difference(&model));
        let ended_unheard = reports.begun.checked_sub(self.reported.len()).expect("more answers than calls");
        assert!(
            (ended_unheard..=ended_unheard + kills).contains(&self.lost),
            "{ended_unheard} calls were begun and not heard of again: {self}"
        );
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, tokens, reported, lost, tokens_lost } = self;
        let told = reported.len();
        write!(
            f,
            "{calls} calls with {tokens} tokens in the books: {told} as reported, {lost} with {tokens_lost} tokens that may \
             have been charged"
        )
    }
}

fn exported(home: &Path, kind: &str) -> Vec<Value> {
    let out = botarium(home).args(["export", kind, "--format", "jsonl"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}
