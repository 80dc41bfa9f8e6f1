//! What the port costs: from a beat's commit to a viewer's receipt beside a bare loop that sends the
//! same frames, and what viewers that never read cost. Prints a table; `cargo bench --bench port`.
//!
//! The viewers are a process of their own. `cargo bench --bench port -- fill HOME ROWS` makes a home
//! with a long past instead, for a load from outside (see tests/README.md).

#[path = "../room/mod.rs"]
mod room;
mod served;
mod viewers;

use std::path::Path;
use std::time::Duration;

use botarium::engine;
use rusqlite::{Connection, params};

use room::{fill, resident};
use served::Served;

/// Beats in one measurement.
const BEATS: usize = 200;
/// Between two beats: twenty a second.
const PACE: Duration = Duration::from_millis(50);
/// Measurements of each kind; they take turns.
const ROUNDS: usize = 3;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// The value a share of the way through sorted ones.
fn at(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn fan_out() {
    println!(
        "from commit to receipt, 20 beats a second, milliseconds ({BEATS} beats a round, {ROUNDS} rounds in turn)"
    );
    println!(
        "{:>8} {:<10} {:>9} {:>9} {:>9} {:>9} {:>12}",
        "viewers", "", "median", "p99", "worst", "frames", "beats/s"
    );
    for count in [500, 1_000] {
        let (mut bare, mut port) = (Vec::new(), Vec::new());
        let (mut bare_rate, mut port_rate) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            for (bare_loop, times, rate) in
                [(true, &mut bare, &mut bare_rate), (false, &mut port, &mut port_rate)]
            {
                let runtime = runtime();
                let served = Served::start(&runtime, bare_loop);
                let (mut more, beats) = served.measure(count, BEATS, PACE);
                times.append(&mut more);
                *rate += beats;
                served.stop();
            }
        }
        bare.sort_by(f64::total_cmp);
        port.sort_by(f64::total_cmp);
        for (name, times, rate) in [("bare loop", &bare, bare_rate), ("port", &port, port_rate)] {
            #[allow(clippy::cast_precision_loss)] // figures for people
            let rate = rate / ROUNDS as f64;
            println!(
                "{count:>8} {name:<10} {:>9.2} {:>9.2} {:>9.2} {:>9} {rate:>12.1}",
                at(times, 50),
                at(times, 99),
                at(times, 100),
                times.len()
            );
        }
        println!("{count:>8} p99 of the port: {:.2} × the bare loop's", at(&port, 99) / at(&bare, 99));
    }
}

/// Beats as fast as possible beside `stuck` viewers that never read; in a process of its own.
fn beside(stuck: usize) {
    let runtime = runtime();
    let served = Served::start(&runtime, false);
    let (rate, before, after) = served.flat_out(stuck, 6_000);
    println!("{stuck:>8} {rate:>12.0} {before:>14.1} {after:>14.1}");
    served.stop();
}

fn never_reading() {
    println!("\nviewers that never read, beats as fast as possible (6,000 of them)");
    println!("{:>8} {:>12} {:>14} {:>14}", "stuck", "beats/s", "MiB before", "MiB after");
    for stuck in ["0", "20", "0", "20"] {
        let this = std::env::current_exe().expect("this program");
        let done = std::process::Command::new(this).args(["beside", stuck]).status();
        assert!(done.is_ok_and(|status| status.success()), "the run beside {stuck} failed");
    }
}

/// A home with `rows` threads, replies and activities, one thread of a thousand replies, and a year of counters.
fn past(home: &Path, rows: i64) {
    let settings = engine::Settings::new(home);
    engine::start(settings.clone()).expect("a society").close();
    let end = settings.clock.now();
    fill(&settings.database, rows, end);
    let mut c = Connection::open(&settings.database).expect("the database opens");
    let tx = c.transaction().expect("a transaction");
    let long: i64 = tx
        .query_row("SELECT id FROM threads WHERE title LIKE 'Thread 1 about%'", [], |row| row.get(0))
        .expect("the first thread");
    tx.execute("UPDATE replies SET thread_id = ?1 WHERE id <= 1000", [long]).expect("replies move");
    tx.execute("UPDATE threads SET reply_count = (SELECT count(*) FROM replies WHERE thread_id = threads.id) WHERE id <= 1200", [])
        .expect("counts follow");
    for day in 0..365 {
        let date = settings.clock.day(end.plus_seconds(-day * 86_400));
        tx.execute(
            "INSERT INTO reputation_daily (bot_id, day, score) SELECT id, ?1, ?2 FROM bots",
            params![date, 365 - day],
        )
        .and_then(|_| {
            tx.execute(
                "INSERT INTO actions_daily (day, bot_id, action_type, count) SELECT ?1, bots.id, kind.value, 90 \
                 FROM bots, json_each('[\"create_thread\", \"reply\", \"vote\"]') AS kind",
                [&date],
            )
        })
        .expect("counters");
    }
    tx.execute("INSERT OR IGNORE INTO ties (a, b, interactions, ups, downs) SELECT x.id, y.id, 900, 40, 9 FROM bots x, bots y WHERE x.id < y.id", [])
        .expect("ties");
    tx.commit().expect("a past");
    println!("{}: {rows} threads, replies and activities; thread {long} has 1,000 replies", home.display());
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["viewers", address, count, file] => {
            viewers::run(address, count.parse().expect("a count"), Path::new(file))
        }
        ["stuck", address, count] => viewers::stuck(address, count.parse().expect("a count")),
        ["beside", stuck] => beside(stuck.parse().expect("a count")),
        ["fill", home, rows] => past(Path::new(home), rows.parse().expect("a count")),
        _ => {
            fan_out();
            never_reading();
        }
    }
}

/// Now, in nanoseconds since 1970: the same clock in every process.
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
