//! What a room and its workers tell each other, and under which names.

use serde::{Deserialize, Serialize};

use crate::llm::{Completion, ProviderError};

/// The stream that holds the calls of every pool.
pub(crate) const STREAM: &str = "BOTARIUM";
/// Below it, one subject for each pool.
pub(crate) const WORK: &str = "botarium.work";
/// Below it, where the workers of a pool hear which calls are given up.
const CANCEL: &str = "botarium.cancel";
/// The header with the subject on which the room hears of a call.
pub(crate) const REPLY: &str = "Botarium-Reply";
/// Where rooms hear from workers.
pub(crate) const ROOM_INBOX: &str = "_INBOX_room";
/// Where workers hear from rooms.
pub(crate) const WORKER_INBOX: &str = "_INBOX_worker";
/// How often a call is handed out.
pub(crate) const DELIVERIES: i64 = 3;
/// How long after a worker's last sign of life a call goes to another, in seconds.
pub(crate) const SILENCE: u64 = 5;
/// What a room answers to a worker that wants to begin.
pub(crate) const GO: &[u8] = b"go";
/// The call is over: nobody wants the answer.
pub(crate) const OVER: &[u8] = b"over";
/// Another worker is at it.
pub(crate) const BUSY: &[u8] = b"busy";

/// Where the calls of a pool are put.
pub(crate) fn work(pool: &str) -> String {
    format!("{WORK}.{pool}")
}

/// Where the workers of a pool hear which calls are given up.
pub(crate) fn cancel(pool: &str) -> String {
    format!("{CANCEL}.{pool}")
}

/// The name of a pool's workers as a service.
pub(crate) fn service(pool: &str) -> String {
    format!("botarium-{pool}")
}

/// What a worker tells the room about a call. `task` is the number it gave this try of it: how often a call was handed
/// out is no such number, as a server that was killed may have forgotten the last time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Told {
    /// It wants to begin. Asked: [`GO`], [`OVER`] or [`BUSY`] comes back.
    Start {
        task: u64,
        /// How often the call was handed out by then.
        delivery: i64,
        worker: String,
        name: String,
        /// The message's number in the stream.
        sequence: u64,
    },
    /// It is at work.
    Alive { task: u64 },
    /// More of the live text.
    Delta { task: u64, text: String },
    /// The answer. Confirmed by an empty message, as the two below.
    Done { task: u64, worker: String, completion: Completion },
    /// Its provider failed.
    Failed { task: u64, worker: String, error: ProviderError },
    /// It gives the call back; the model may have been asked.
    Back { task: u64, charged: bool, why: String },
}
