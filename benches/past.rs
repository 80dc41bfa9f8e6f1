//! What walking in the past costs: from any act of a long life to any other, a step on, a step back. Prints a table;
//! `cargo bench --bench past`, or `-- HOME` for a home that has lived already.

#[allow(dead_code)] // other benches fill rooms
mod room;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::past::Past;
use botarium::engine::{self, Run, Settings};
use botarium::protocol::{Moment, Way};
use botarium::store::Durability;

/// Beats of the life that is lived where none is given.
const BEATS: u64 = 100_000;
/// Acts that are gone to, in no order.
const JUMPS: i64 = 20;
/// Steps on and back.
const STEPS: usize = 200;

fn main() {
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let scratch = tempfile::tempdir().expect("a directory");
    let home = given.map_or_else(|| lived(scratch.path().into()), PathBuf::from);
    let database = home.join("data").join("botarium.db");
    let begun = Instant::now();
    let (past, moment) = Past::open(&database, &Way::End).expect("it has a past");
    println!("a past of {} acts; milliseconds", moment.last);
    println!("| | median | 95 of 100 | worst |");
    println!("|---|---:|---:|---:|");
    row("its end, from nothing", vec![begun.elapsed()]);
    let go = |way: &Way| -> (Duration, Moment) {
        let begun = Instant::now();
        let moment = past.go(way).expect("it can be applied again");
        (begun.elapsed(), moment)
    };
    // The same acts every time, all over the life.
    let acts = (1..=JUMPS).map(|nth| 1 + nth * 7_919 * 613 % moment.last);
    row("any act", acts.map(|act| go(&Way::To(act.to_string())).0).collect());
    row("a step back", (0..STEPS).map(|_| go(&Way::By(-1)).0).collect());
    row("a step on", (0..STEPS).map(|_| go(&Way::By(1)).0).collect());
    row("a step back again", (0..STEPS).map(|_| go(&Way::By(-1)).0).collect());
    row("its end, once more", vec![go(&Way::End).0]);
    println!("{:.0} MiB in use", room::resident());
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("| {what} | {:.1} | {:.1} | {:.1} |", at(50), at(95), at(100));
}

fn lived(home: PathBuf) -> PathBuf {
    let settings = Settings {
        seed: Some(7),
        clock: Clock::simulated(SIM_START),
        durability: Durability::Normal,
        ..Settings::new(&home)
    };
    let handle = engine::start(settings).expect("it starts");
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(handle.run_beats(Run { count: Some(BEATS), ..Run::default() }, |_| {}))
        .expect("beats run");
    handle.close();
    home
}
