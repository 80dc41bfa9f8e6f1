//! What age costs: copies of one home, kept at ever more beats that were really lived, take turns.
//!
//! ```sh
//! cargo bench --bench lived                          # makes the homes under target/lived, and measures them
//! cargo bench --bench lived -- make DIR 10000 100000 # makes homes of so many beats; those that are there stay
//! cargo bench --bench lived -- measure DIR           # measures every home in DIR
//! ```
//!
//! A million beats take some ten minutes and gigabytes. The figures and how they were made are in `benches/README.md`.

#[allow(dead_code)] // the other benches fill rooms with rows; these were lived
mod room;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::link::Link;
use botarium::port::{self, PortOptions};
use botarium::store::Durability;
use botarium::tui::headless::Headless;
use botarium::tui::theme::ThemeName;
use room::resident;
use rusqlite::Connection;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// How old homes are made unless told.
const AGES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Beats in a turn.
const TURN: u64 = 500;
/// Turns of beats.
const TURNS: usize = 15;
/// Turns of everything else.
const ROUNDS: usize = 31;
/// A figure may be so many times that of the youngest home, or so much more.
const TIMES: f64 = 1.2;
const MORE: f64 = 1.0;

fn settings(home: &Path) -> Settings {
    Settings {
        seed: Some(7),
        clock: Clock::simulated(SIM_START),
        durability: Durability::Normal,
        ..Settings::new(home)
    }
}

fn live(runtime: &Runtime, handle: &Handle, beats: u64) -> Duration {
    let run = Run { count: Some(beats), ..Run::default() };
    runtime.block_on(handle.run_beats(run, |_| {})).expect("beats run").elapsed
}

fn database(home: &Path) -> PathBuf {
    home.join("data/botarium.db")
}

/// Lives one life and keeps a copy of it at each age.
fn make(runtime: &Runtime, dir: &Path, ages: &[u64]) {
    let mut lived: Option<(u64, PathBuf)> = None;
    for age in ages {
        let home = dir.join(format!("{age:07}"));
        if !home.exists() {
            let part = dir.join("part");
            let _ = std::fs::remove_dir_all(&part); // what an earlier run left half made
            std::fs::create_dir_all(part.join("data")).expect("a directory");
            let before = lived.as_ref().map_or(0, |(age, home)| {
                std::fs::copy(database(home), database(&part)).expect("a copy of the younger home");
                *age
            });
            let handle = engine::start(settings(&part)).expect("a society");
            let took = live(runtime, &handle, age - before);
            handle.close();
            drop(handle);
            std::fs::rename(&part, &home).expect("a home");
            println!("{age} beats: the last {} took {took:.0?}", age - before);
        }
        lived = Some((*age, home));
    }
}

/// A figure of every home, youngest first.
struct Table {
    worst: Vec<String>,
}

impl Table {
    fn head(&self, what: &str, homes: &[PathBuf]) {
        let mut line = format!("\n| {what} |");
        for home in homes {
            let age: u64 = home.file_name().and_then(|n| n.to_str()?.parse().ok()).unwrap_or_default();
            let _ = write!(line, " {age} |");
        }
        println!("{line} × |\n|---|{}", "---:|".repeat(homes.len() + 1));
    }

    /// Prints a line; answers how many times the youngest home's figure the oldest one's is.
    fn print(&self, what: &str, values: &[f64]) -> f64 {
        let mut line = format!("| {what} |");
        for value in values {
            let _ = write!(line, " {value:.2} |");
        }
        let (first, last) = (values[0], values[values.len() - 1]);
        let times = last / first;
        println!("{line} {times:.2} |");
        times
    }

    /// Prints a line; remembers it when the oldest home is further from the youngest than it may.
    fn row(&mut self, what: &str, values: &[f64]) {
        let times = self.print(what, values);
        let (first, last) = (values[0], values[values.len() - 1]);
        if times > TIMES && last - first > MORE {
            self.worst.push(format!("{what}: {first:.2} → {last:.2}"));
        }
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// The word of so many letters or more that most of the newest texts of a table hold.
fn commonest(home: &Path, table: &str, column: &str, letters: usize) -> String {
    let c = Connection::open(database(home)).expect("the database");
    let mut statement =
        c.prepare(&format!("SELECT {column} FROM {table} ORDER BY id DESC LIMIT 5000")).expect("a query");
    let texts = statement.query_map([], |row| row.get::<_, String>(0)).expect("texts");
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for text in texts.flatten() {
        let mut words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .filter(|w| w.is_ascii() && w.len() >= letters)
            .collect();
        words.sort_unstable();
        words.dedup();
        words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(word, _)| word).expect("a word")
}

/// The homes side by side, each with its engine and its open port.
struct Side {
    handle: Handle,
    address: String,
    stop: CancellationToken,
}

fn open(runtime: &Runtime, home: &Path) -> Side {
    let handle = engine::start(settings(home)).expect("a society");
    let stop = CancellationToken::new();
    let options = PortOptions::on("127.0.0.1:0".parse().expect("an address"));
    let port = runtime.block_on(port::serve(handle.clone(), options, stop.clone())).expect("an open port");
    Side { handle, address: format!("http://{}", port.address()), stop }
}

async fn get(http: &reqwest::Client, url: &str) -> Vec<u8> {
    let answer = http.get(url).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.bytes().await.expect("a body").to_vec()
}

/// Every route of the description that is read at once, with what stands in it filled in.
async fn routes(http: &reqwest::Client, side: &Side) -> Vec<(String, String)> {
    let json = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).expect("JSON");
    let described = json(get(http, &format!("{}/openapi.json", side.address)).await);
    let acts = json(get(http, &format!("{}/api/activity?action_type=reply&limit=1", side.address)).await);
    let (act, thread, reply) =
        (&acts[0]["id"], &acts[0]["details"]["thread_id"], &acts[0]["details"]["reply_id"]);
    let paths = described["paths"].as_object().expect("paths").iter();
    paths
        .filter(|(path, verbs)| {
            verbs.get("get").is_some() && !path.starts_with("/ws") && !path.starts_with("/api/export")
        })
        .map(|(path, _)| {
            let id = match path
                .split('/')
                .rev()
                .find(|part| ["bots", "threads", "replies", "activity"].contains(part))
            {
                Some("threads") => thread.to_string(),
                Some("replies") => reply.to_string(),
                Some("activity") => act.to_string(),
                _ => "ada_001".to_owned(),
            };
            (path.clone(), path.replace("{id}", &id))
        })
        .collect()
}

/// The same request to each home in turn, many times, each after a beat: an answer that was kept is none.
fn in_turn(runtime: &Runtime, http: &reqwest::Client, sides: &[Side], urls: &[String]) -> Vec<f64> {
    let mut times = vec![Vec::new(); urls.len()];
    for round in 0..=ROUNDS {
        for ((side, url), times) in sides.iter().zip(urls).zip(&mut times) {
            live(runtime, &side.handle, 1);
            let started = Instant::now();
            std::hint::black_box(runtime.block_on(get(http, url)));
            if round > 0 {
                times.push(started.elapsed());
            }
        }
    }
    times.into_iter().map(median).collect()
}

/// The tabs, and the pages of the inspector, by the keys that show them.
const PANES: [(&str, &[&str]); 15] = [
    ("live", &["alt+1", "1"]),
    ("inspector: identity", &["i"]),
    ("inspector: mind", &["m"]),
    ("inspector: budget", &["b"]),
    ("inspector: memories", &["r"]),
    ("inspector: why", &["w"]),
    ("another bot", &["1", "j"]),
    ("forum", &["alt+2"]),
    ("a thread", &["enter"]),
    ("stats", &["esc", "alt+3"]),
    ("memory", &["alt+4"]),
    ("society", &["alt+5"]),
    ("moderation", &["alt+6"]),
    ("events", &["alt+7"]),
    ("log", &["alt+8"]),
];

fn panes(runtime: &Runtime, sides: &[Side], table: &mut Table) {
    let mut rooms: Vec<Headless> = sides
        .iter()
        .map(|side| {
            let link = Link::Local(side.handle.clone());
            runtime.block_on(Headless::open(link, (160, 45), ThemeName::Dark)).expect("a screen")
        })
        .collect();
    let mut times = vec![vec![Vec::new(); sides.len()]; PANES.len()];
    for round in 0..=ROUNDS {
        for (pane, (_, keys)) in PANES.iter().enumerate() {
            for (at, room) in rooms.iter_mut().enumerate() {
                let started = Instant::now();
                for key in *keys {
                    runtime.block_on(room.key(key.parse().expect("a key"))).expect("a key");
                }
                std::hint::black_box(room.frame().expect("a frame"));
                if round > 0 {
                    times[pane][at].push(started.elapsed());
                }
            }
        }
    }
    for ((pane, _), times) in PANES.iter().zip(times) {
        table.row(&format!("pane: {pane}"), &times.into_iter().map(median).collect::<Vec<_>>());
    }
}

#[allow(clippy::cast_precision_loss)] // figures for people
fn measure(runtime: &Runtime, dir: &Path) {
    let mut homes: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("a directory of homes")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| database(path).exists() && !path.ends_with("part"))
        .collect();
    homes.sort();
    assert!(!homes.is_empty(), "there is no home in {}", dir.display());
    let mut table = Table { worst: Vec::new() };
    table.head("on disk", &homes);
    let sizes = homes.iter().map(|home| {
        let beats: f64 = home.file_name().and_then(|n| n.to_str()?.parse().ok()).expect("an age");
        let size = std::fs::metadata(database(home)).map_or(0.0, |file| file.len() as f64);
        let c = Connection::open(database(home)).expect("the database");
        let records: f64 = c
            .query_row("SELECT ifnull(sum(length(record)), 0) FROM thoughts", [], |row| row.get(0))
            .expect("a size");
        (size / 1e6, (size - records) / beats)
    });
    let (sizes, a_beat): (Vec<f64>, Vec<f64>) = sizes.unzip();
    table.print("megabytes", &sizes);
    table.row("bytes a beat, without the thought records, which are bounded", &a_beat);
    let mut start = commonest(&homes[0], "archive", "text", 7);
    start.truncate(start.len() - 1);
    let words =
        (commonest(&homes[0], "archive", "text", 2), commonest(&homes[0], "replies", "content", 2), start);

    table.head("memory in use, MiB", &homes);
    let this = std::env::current_exe().expect("this program");
    let once = |home: &PathBuf| {
        let out = std::process::Command::new(&this).arg("memory").arg(home).output().expect("a run");
        String::from_utf8_lossy(&out.stdout).trim().parse::<f64>().expect("a figure")
    };
    // What a process happens to hold differs by a tenth from run to run.
    let in_use = homes.iter().map(|home| {
        let mut figures: Vec<f64> = (0..5).map(|_| once(home)).collect();
        figures.sort_by(f64::total_cmp);
        figures[2]
    });
    let in_use: Vec<f64> = in_use.collect();
    table.row("after a thousand beats, median of five", &in_use);

    table.head("milliseconds, median", &homes);
    let mut times = vec![Vec::new(); homes.len()];
    for _ in 0..9 {
        for (home, times) in homes.iter().zip(&mut times) {
            let started = Instant::now();
            let handle = engine::start(settings(home)).expect("a society");
            live(runtime, &handle, 1);
            times.push(started.elapsed());
            handle.close();
        }
    }
    table.row("start, to the end of the first beat", &times.into_iter().map(median).collect::<Vec<_>>());

    let sides: Vec<Side> = homes.iter().map(|home| open(runtime, home)).collect();
    let mut times = vec![Vec::new(); homes.len()];
    for turn in 0..=TURNS {
        for (side, times) in sides.iter().zip(&mut times) {
            let took = live(runtime, &side.handle, TURN);
            if turn > 0 {
                times.push(took / u32::try_from(TURN).unwrap_or(1));
            }
        }
    }
    table.row("a beat", &times.into_iter().map(median).collect::<Vec<_>>());

    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let all: Vec<Vec<(String, String)>> =
        sides.iter().map(|side| runtime.block_on(routes(&http, side))).collect();
    let urls = |paths: Vec<&String>| -> Vec<String> {
        sides.iter().zip(paths).map(|(side, path)| format!("{}{path}", side.address)).collect()
    };
    for (at, (route, _)) in all[0].iter().enumerate() {
        let values = in_turn(runtime, &http, &sides, &urls(all.iter().map(|all| &all[at].1).collect()));
        table.row(route, &values);
    }
    for (what, path) in [
        (format!("archive?q={}", words.0), format!("/api/bots/ada_001/memory/archive?q={}", words.0)),
        (format!("warm?q={}", words.0), format!("/api/bots/ada_001/memory/warm?q={}", words.0)),
        (format!("threads/search?q={}", words.1), format!("/api/threads/search?q={}", words.1)),
        (
            format!("archive?q={}, the start of a word", words.2),
            format!("/api/bots/ada_001/memory/archive?q={}", words.2),
        ),
    ] {
        let values = in_turn(runtime, &http, &sides, &urls(homes.iter().map(|_| &path).collect()));
        table.row(&what, &values);
    }
    panes(runtime, &sides, &mut table);
    for side in sides {
        side.stop.cancel();
        side.handle.close();
    }
    println!("\nfurther than {TIMES}× and {MORE} from the youngest: {}", table.worst.len());
    table.worst.iter().for_each(|line| println!("- {line}"));
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["memory", home] => {
            let handle = engine::start(settings(Path::new(home))).expect("a society");
            live(&runtime, &handle, 1_000);
            println!("{:.1}", resident());
            handle.close();
        }
        ["make", dir, ref ages @ ..] => {
            let ages: Vec<u64> = ages.iter().map(|age| age.parse().expect("a number of beats")).collect();
            make(&runtime, Path::new(dir), &ages);
        }
        ["measure", dir] => measure(&runtime, Path::new(dir)),
        _ => {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lived");
            make(&runtime, &dir, &AGES);
            measure(&runtime, &dir);
        }
    }
}
