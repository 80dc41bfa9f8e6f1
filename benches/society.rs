//! What a society costs: beats a second with a growing database, a cycle of a thousand bots with
//! readers beside it, start-up, memory, size on disk. Prints a table; `cargo bench --bench society`.
//!
//! Every figure stands beside a baseline of the same run: what SQLite itself takes for one
//! small synced transaction on this disk.

mod room;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use botarium::domain::said::Said;
use botarium::domain::scene::{Deed, FeedReply, FeedThread, OwnPost, Recalled};
use botarium::domain::{ActionKind, ActivityKind, MemoryKind, Scene, generate};
use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::protocol::{ActivityQuery, ThreadQuery};
use botarium::society::{frame::Frame, prompt};
use botarium::store::Durability;
use room::{fill, resident};
use rusqlite::Connection;

const WARM_UP: u64 = 300;
/// Rows of each kind that are there already.
const ROWS: [i64; 4] = [0, 1_000, 10_000, 100_000];
const TURN: u64 = 512;
const ROUNDS: usize = 9;

fn settings(home: &Path, durability: Durability) -> Settings {
    Settings {
        seed: Some(7),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        durability,
        ..Settings::new(home)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn run(handle: &Handle, beats: u64) -> Duration {
    runtime()
        .block_on(handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}))
        .expect("beats run")
        .elapsed
}

/// Microseconds of one small synced transaction on this disk: the baseline.
fn baseline(durability: Durability) -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let c = Connection::open(dir.path().join("b.db")).expect("a database");
    let synchronous = if durability == Durability::Full { "FULL" } else { "NORMAL" };
    c.execute_batch(&format!(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; CREATE TABLE t (a TEXT)"
    ))
    .expect("a table");
    let count = 500;
    let started = Instant::now();
    for i in 0..count {
        c.execute("INSERT INTO t VALUES (?1)", [format!("row {i}")]).expect("a row");
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

/// A society with `rows` of each kind, past its first beats.
fn lived(dir: &Path, durability: Durability, rows: i64) -> Handle {
    let settings = settings(dir, durability);
    let handle = engine::start(settings.clone()).expect("a society");
    handle.close();
    fill(&settings.database, rows, SIM_START);
    let handle = engine::start(settings).expect("a society");
    run(&handle, WARM_UP);
    handle
}

/// The societies take turns, so that a machine that is slow for a while is slow for all of them.
#[allow(clippy::cast_precision_loss)] // figures for people
fn beats_by_size() {
    println!("\nscripted beats with rows already there (median of {ROUNDS} turns of {TURN})");
    println!(
        "{:<10} {:>10} {:>12} {:>12} {:>10} {:>16}",
        "durability", "rows", "beats/s", "µs/beat", "× empty", "one insert, µs"
    );
    for durability in [Durability::Full, Durability::Normal] {
        let dirs = ROWS.map(|rows| (rows, tempfile::tempdir().expect("a directory")));
        let mut rooms: Vec<_> = dirs
            .iter()
            .map(|(rows, dir)| (*rows, lived(dir.path(), durability, *rows), Vec::new()))
            .collect();
        for _ in 0..ROUNDS {
            for (_, handle, times) in &mut rooms {
                times.push(run(handle, TURN));
            }
        }
        let mut empty = None;
        for (rows, handle, mut times) in rooms {
            handle.close();
            times.sort();
            let micros = times[ROUNDS / 2].as_secs_f64() * 1e6 / TURN as f64;
            println!(
                "{:<10} {rows:>10} {:>12.0} {micros:>12.0} {:>10.2} {:>16.0}",
                format!("{durability:?}").to_lowercase(),
                1e6 / micros,
                micros / *empty.get_or_insert(micros),
                baseline(durability)
            );
        }
    }
}

fn thousand_bots() {
    println!("\none cycle of 1,000 bots, other reads beside it");
    let dir = tempfile::tempdir().expect("a directory");
    let handle = engine::start(settings(dir.path(), Durability::Full)).expect("a society");
    let runtime = runtime();
    runtime.block_on(handle.add_crowd(generate::generate(1_000, 7))).expect("a crowd");
    for cycle in 1..=2 {
        let (reader, stop) = (handle.clone(), tokio_util::sync::CancellationToken::new());
        let stopped = stop.clone();
        let reads = runtime.spawn(async move {
            let mut times = Vec::new();
            while !stopped.is_cancelled() {
                let started = Instant::now();
                let query = ThreadQuery { limit: 20, ..ThreadQuery::default() };
                reader.threads(query).await.expect("threads");
                times.push(started.elapsed());
                let started = Instant::now();
                reader
                    .activity(ActivityQuery { limit: 50, ..ActivityQuery::default() })
                    .await
                    .expect("activity");
                times.push(started.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            times.sort();
            times
        });
        let took = runtime
            .block_on(handle.run_beats(Run { count: Some(1_006), ..Run::default() }, |_| {}))
            .expect("beats run")
            .elapsed;
        stop.cancel();
        let times = runtime.block_on(reads).expect("reads");
        let at = |share: usize| {
            times
                .get((times.len() * share / 100).min(times.len().saturating_sub(1)))
                .copied()
                .unwrap_or_default()
        };
        println!(
            "cycle {cycle}: {took:?}; {} reads, median {:?}, p99 {:?}, worst {:?}",
            times.len(),
            at(50),
            at(99),
            at(100)
        );
    }
    handle.close();
}

fn start_up() {
    println!("\nstart-up to the first beat, median of 9");
    for fresh in [true, false] {
        let kept = tempfile::tempdir().expect("a directory");
        engine::start(settings(kept.path(), Durability::Full)).expect("a society").close();
        let mut times: Vec<Duration> = (0..9)
            .map(|_| {
                let dir = tempfile::tempdir().expect("a directory");
                let home = if fresh { dir.path() } else { kept.path() };
                let started = Instant::now();
                let handle = engine::start(settings(home, Durability::Full)).expect("a society");
                run(&handle, 1);
                let took = started.elapsed();
                handle.close();
                took
            })
            .collect();
        times.sort();
        println!("{:<24} {:?}", if fresh { "a new home" } else { "an existing home" }, times[4]);
    }
}

/// A scene as large as scenes get: ten threads with five replies, memories of every kind.
fn full_scene() -> Scene {
    let text = |n: usize, chars: usize| {
        let words = format!("Number {n} says “tides turn” and asks what the bridge is for, then waits. ");
        words.repeat(chars / words.len() + 1).chars().take(chars).collect::<String>()
    };
    let me = Arc::new(generate::generate(1, 7).remove(0));
    let now = SIM_START.plus_seconds(90_000);
    let reply = |thread: usize, n: usize| FeedReply {
        id: i64::try_from(thread * 5 + n).unwrap_or(0),
        parent_reply_id: (n > 0).then_some(1),
        parent_author: (n > 0).then(|| "ada_001".into()),
        author: "ada_001".into(),
        author_name: "Ada".into(),
        content: text(n, 300).into(),
        created_at: SIM_START.plus_seconds(60 * i64::try_from(thread * 7 + n).unwrap_or(0)),
        score: 2,
        my_vote: None,
        for_me: n == 4,
    };
    let thread = |n: usize| FeedThread {
        id: i64::try_from(n).unwrap_or(0),
        author: "rex_001".into(),
        author_name: "Rex".into(),
        title: text(n, 60).into(),
        content: text(n, 400).into(),
        tags: Arc::from([]),
        created_at: SIM_START,
        score: 3,
        reply_count: 9,
        my_vote: Some(1),
        for_me: n == 0,
        replies: (0..5).map(|at| reply(n, at)).collect(),
    };
    let memory = |n: usize| Recalled {
        id: i64::try_from(n).unwrap_or(0),
        kind: MemoryKind::ALL[n % MemoryKind::ALL.len()],
        key: "tides".into(),
        text: text(n, 160),
        source: "observation".into(),
        at: SIM_START,
        pinned: false,
        relevance: 0.5,
        recency: 0.5,
        importance: 0.5,
        score: 0.5,
    };
    Scene {
        now,
        beat: 40,
        beats_since_thread: 3,
        reputation: 4,
        upvotes: 6,
        downvotes: 2,
        roster: Vec::new(),
        recent: (0..20)
            .map(|n| Deed { at: SIM_START, kind: ActivityKind::Reply, line: text(n, 110) })
            .collect(),
        memories: Arc::new((0..32).map(memory).collect()),
        own_posts: (0..8)
            .map(|n| OwnPost { thread_id: 1, reply_id: None, title: text(n, 60), content: text(n, 400) })
            .collect(),
        told: Said::default(),
        heard: Said::default(),
        events: Vec::new(),
        feed: (0..10).map(thread).collect(),
        allowed: ActionKind::ALL.to_vec(),
        me,
    }
}

fn prompt_build() {
    let (scene, frame) = (full_scene(), Frame::of(&Settings::new(Path::new(".")), |_| None));
    let mut times: Vec<Duration> = (0..2_001)
        .map(|_| {
            let started = Instant::now();
            std::hint::black_box(prompt::render(&scene, &frame, "0123456789abcdef"));
            started.elapsed()
        })
        .collect();
    times.sort();
    let told = prompt::render(&scene, &frame, "0123456789abcdef");
    println!(
        "\nprompt of {} kB: median {:?}, p95 {:?}",
        (told.system.len() + told.user.len()) / 1_000,
        times[1_000],
        times[1_900]
    );
}

/// Between the beats of a small room: long enough for the store to let its pages go.
const PAUSE: Duration = Duration::from_secs(4);

/// Run in a process of its own, so that one society's memory is measured at a time.
fn memory_of(bots: u32) {
    let dir = tempfile::tempdir().expect("a directory");
    let handle = engine::start(settings(dir.path(), Durability::Normal)).expect("a society");
    let runtime = runtime();
    if bots > 6 {
        runtime.block_on(handle.add_crowd(generate::generate(bots - 6, 7))).expect("a crowd");
    }
    handle.close();
    drop(handle);
    let handle = engine::start(settings(dir.path(), Durability::Normal)).expect("a society");
    runtime
        .block_on(handle.run_beats(Run { count: Some(1_000), ..Run::default() }, |_| {}))
        .expect("beats run");
    let at_work = resident();
    for _ in 0..6 {
        std::thread::sleep(PAUSE);
        run(&handle, 1);
    }
    println!(
        "{bots:>8} bots: {at_work:>7.1} MiB after 1,000 beats at full speed, {:>7.1} then, at a beat every {PAUSE:?}",
        resident()
    );
    handle.close();
}

#[allow(clippy::cast_precision_loss)] // figures for people
fn size_on_disk() {
    let dir = tempfile::tempdir().expect("a directory");
    let settings = settings(dir.path(), Durability::Normal);
    let handle = engine::start(settings.clone()).expect("a society");
    run(&handle, 1_000);
    handle.close();
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
    let first = size(&settings.database);
    let handle = engine::start(settings.clone()).expect("a society");
    run(&handle, 1_000);
    handle.close();
    println!(
        "\ndatabase: {:.2} MB after 1,000 beats, {:.2} MB more after the next 1,000",
        first as f64 / 1e6,
        (size(&settings.database) - first) as f64 / 1e6
    );
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    if let (Some("memory"), Some(bots)) = (arguments.next().as_deref(), arguments.next()) {
        return memory_of(bots.parse().expect("a number of bots"));
    }
    beats_by_size();
    thousand_bots();
    prompt_build();
    start_up();
    size_on_disk();
    println!("\nresident memory");
    for bots in ["6", "1000", "100000"] {
        let this = std::env::current_exe().expect("this program");
        let done = std::process::Command::new(this).args(["memory", bots]).status();
        assert!(done.is_ok_and(|status| status.success()), "the memory run of {bots} bots failed");
    }
}
