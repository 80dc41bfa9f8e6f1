//! What the past costs: walking in it from any act of a long life to any other, a step on, a step back; and the journal
//! that it comes from, beside the life that wrote it. Prints tables; `cargo bench --bench past`, or `-- HOME` for a home
//! that has lived already.

#[allow(dead_code)] // other benches fill rooms
mod room;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::past::Past;
use botarium::engine::{self, Run, Settings};
use botarium::protocol::{Moment, Way};
use botarium::store::journal::{self, Entry};
use botarium::store::{Db, Durability, Store, snapshot};

/// Beats of the life that is lived where none is given.
const BEATS: u64 = 100_000;
/// Beats beside whose life the journal is written.
const JOURNALED: u64 = 5_000;
/// Acts that are gone to, in no order.
const JUMPS: i64 = 20;
/// Steps on and back.
const STEPS: usize = 200;

fn main() {
    let given = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let scratch = tempfile::tempdir().expect("a directory");
    let home = given.map_or_else(|| lived(scratch.path().into(), BEATS), PathBuf::from);
    let database = home.join("data").join("botarium.db");
    let begun = Instant::now();
    let (past, moment) = Past::open(&database, &Way::End).expect("it has a past");
    println!("a past of {} acts; milliseconds", moment.last);
    println!("| | median | 95 of 100 | worst |");
    println!("|---|---:|---:|---:|");
    row("its end, from nothing", vec![begun.elapsed()]);
    row("its end, the rest of it", vec![complete(&past, begun)]);
    let go = |way: &Way| -> (Duration, Moment) {
        let begun = Instant::now();
        let moment = past.go(way).expect("it can be applied again");
        (begun.elapsed(), moment)
    };
    // As the control room goes: what is stored is on the screen first.
    let far = |act: i64| {
        let begun = Instant::now();
        let moment = past.glance(&Way::To(act.to_string())).expect("it is stored");
        assert_eq!(moment.activity, act, "it is that moment");
        (begun.elapsed(), complete(&past, begun))
    };
    // The same acts every time, all over the life.
    let acts = (1..=JUMPS).map(|nth| 1 + nth * 7_919 * 613 % moment.last);
    let (shown, whole): (Vec<_>, Vec<_>) = acts.clone().map(far).unzip();
    row("any act on the screen, at once", shown);
    row("all that belongs to its moment", whole);
    row("a step back", (0..STEPS).map(|_| go(&Way::By(-1)).0).collect());
    row("a step on", (0..STEPS).map(|_| go(&Way::By(1)).0).collect());
    while !past.is_near() {
        std::thread::sleep(Duration::from_millis(100));
    }
    let through = begun.elapsed();
    row("any act, once the past was gone through", acts.map(|act| go(&Way::To(act.to_string())).0).collect());
    row("a step back", (0..STEPS).map(|_| go(&Way::By(-1)).0).collect());
    row("a step on", (0..STEPS).map(|_| go(&Way::By(1)).0).collect());
    row("a step back again", (0..STEPS).map(|_| go(&Way::By(-1)).0).collect());
    row("its end, once more", vec![go(&Way::End).0]);
    println!(
        "gone through {:.0} s after it was opened; {:.0} MiB in use",
        through.as_secs_f64(),
        room::resident()
    );
    drop(past);
    journal(&database);
}

/// The rest of a moment, counted from when it was asked for.
fn complete(past: &Past, begun: Instant) -> Duration {
    past.complete().expect("it can be applied again");
    begun.elapsed()
}

/// The journal alone: how long writing it takes, beside the life that wrote it, and what it takes of the file.
fn journal(database: &std::path::Path) {
    let scratch = tempfile::tempdir().expect("a directory");
    let begun = Instant::now();
    let life = lived(scratch.path().join("life"), JOURNALED);
    let lived = begun.elapsed();
    let source = Store::open_read_only(&life.join("data").join("botarium.db")).expect("it is there");
    let entries: Vec<Entry<serde_json::Value>> =
        source.read_blocking(|c| journal::read(c, 0, u32::MAX)).expect("it has a journal");
    let snapshots = source.read_blocking(|c| Ok(snapshot::all(c)?.len())).expect("they are counted");
    let again = Store::open(&scratch.path().join("again.db"), Durability::Normal).expect("it opens");
    let count = entries.len();
    let begun = Instant::now();
    again
        .write_blocking(move |tx| {
            for entry in &entries {
                let number = journal::next(tx)?;
                journal::append(tx, number, entry.at, entry.through, &entry.input)?;
            }
            Ok(())
        })
        .expect("it is written");
    let written = begun.elapsed();
    let copy = Db::open(&life.join("data").join("botarium.db")).expect("it opens");
    let begun = Instant::now();
    for nth in 0..snapshots {
        let number = i64::try_from(nth).expect("few") + 1_000_000;
        snapshot::take(&copy, number, SIM_START, 0, false).expect("it is taken");
    }
    let taken = begun.elapsed();
    let share = |part: Duration| 100.0 * part.as_secs_f64() / lived.as_secs_f64();
    println!(
        "{JOURNALED} scripted beats in {:.2} s; of that, {count} entries written again alone {:.1} %, \
        {snapshots} snapshots taken again at its end {:.1} %",
        lived.as_secs_f64(),
        share(written),
        share(taken)
    );
    let long = Store::open_read_only(database).expect("it is there");
    let (entries, bytes) = long.read_blocking(journal::size).expect("it has a journal");
    let states: i64 = long
        .read_blocking(|c| Ok(snapshot::all(c)?.iter().map(|s| s.bytes).sum()))
        .expect("they are counted");
    let file = std::fs::metadata(database).expect("it is there").len();
    #[allow(clippy::cast_precision_loss)] // megabytes
    let part = |bytes: i64| 100.0 * bytes as f64 / file as f64;
    println!(
        "of a file of {} bytes: {entries} entries {bytes} bytes, {:.1} %; snapshots {states} bytes, {:.1} %",
        file,
        part(bytes + 12 * entries),
        part(states)
    );
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("| {what} | {:.1} | {:.1} | {:.1} |", at(50), at(95), at(100));
}

fn lived(home: PathBuf, beats: u64) -> PathBuf {
    let settings = Settings {
        seed: Some(7),
        clock: Clock::simulated(SIM_START),
        durability: Durability::Normal,
        ..Settings::new(&home)
    };
    let handle = engine::start(settings).expect("it starts");
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}))
        .expect("beats run");
    handle.close();
    home
}
