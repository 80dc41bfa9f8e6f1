//! What the screen costs: frames with a large database and a large society, keys while much
//! happens, the time to the first frame. Prints tables.
//!
//! ```sh
//! cargo bench --bench screen            # six bots and 10,000 bots, 100,000 acts each
//! cargo bench --bench screen -- 300 900 # six bots and 300 bots, 900 acts each
//! ```
//!
//! Both societies were lived, on simulated time and with the embedded provider, up to about now: no row was written by
//! hand. They are made once, which takes minutes, and kept under `target/screen`; a copy of each is measured.
//!
//! Frames are drawn by the control room without a terminal, as bytes; the baseline beside them is
//! the same number of cells of plain text through the same library. Keys and the first frame are
//! measured in a real terminal: the binary in a pty, an emulator at the other end. Linux only.

#[cfg(target_os = "linux")]
#[path = "../tests/terminal/terminal/mod.rs"]
#[allow(dead_code, unused_imports)] // the tests press more
mod terminal;

#[cfg(target_os = "linux")]
mod measure {
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant, SystemTime};

    use botarium::domain::{Stamp, generate};
    use botarium::engine::clock::Clock;
    use botarium::engine::{self, Run, Settings};
    use botarium::link::Link;
    use botarium::store::Durability;
    use botarium::tui::headless::Headless;
    use botarium::tui::theme::ThemeName;
    use ratatui::Terminal;
    use ratatui::backend::CrosstermBackend;
    use ratatui::layout::Rect;
    use ratatui::{TerminalOptions, Viewport};
    use rusqlite::Connection;

    use super::terminal::{Home, Terminal as Window};

    const SIZE: (u16, u16) = (160, 45);

    fn settings(home: &Path) -> Settings {
        Settings { seed: Some(7), durability: Durability::Normal, ..Settings::new(home) }
    }

    /// Seconds between two beats of a bot: of the six, and of each in a crowd.
    const PACE: (u32, u32) = (30, 14_400);

    /// A society that has lived so many acts up to about now; a copy of the one that is kept.
    fn lived(bots: u32, acts: i64) -> Home {
        let kept = PathBuf::from(format!("{}/target/screen/{bots}-{acts}", env!("CARGO_MANIFEST_DIR")));
        if !kept.exists() {
            let part = kept.with_extension("part");
            let _ = std::fs::remove_dir_all(&part); // what an earlier run left half made
            std::fs::create_dir_all(&part).expect("a directory");
            live(&part, bots, acts, if bots > 6 { PACE.1 } else { PACE.0 });
            std::fs::rename(&part, &kept).expect("a home");
        }
        let home = Home::new();
        std::fs::create_dir(home.path().join("data")).expect("a directory");
        std::fs::copy(database(&kept), database(home.path())).expect("a copy");
        home
    }

    fn live(home: &Path, bots: u32, acts: i64, pace: u32) {
        let started = Instant::now();
        let crowd = bots.saturating_sub(6);
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_secs();
        let now = Stamp::from_micros(i64::try_from(now).expect("a clock before the end of time") * 1_000_000);
        let begin = now.plus_seconds(-acts * i64::from(pace) / i64::from(bots));
        let lives = Settings {
            clock: Clock::simulated(begin),
            pace_seconds: Some(pace),
            insists_on_pace: true,
            ..settings(home)
        };
        let room = engine::start(lives).expect("a society");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        if crowd > 0 {
            runtime.block_on(room.add_crowd(generate::generate(crowd, 7))).expect("a crowd");
        }
        // A beat on which there is nothing to react to leaves no act.
        while let Some(missing) = u64::try_from(acts - rows(home)).ok().filter(|missing| *missing > 0) {
            let run = Run { count: Some(missing), ..Run::default() };
            runtime.block_on(room.run_beats(run, |_| {})).expect("beats");
        }
        room.close();
        println!("{bots} bots have lived {acts} acts in {:.0?}", started.elapsed());
    }

    fn database(home: &Path) -> PathBuf {
        home.join("data/botarium.db")
    }

    fn row(what: &str, mut times: Vec<Duration>) {
        times.sort();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        println!(
            "{what:<52} {:>6} {:>11.3?} {:>11.3?} {:>11.3?}",
            times.len(),
            at(50),
            at(95),
            times[times.len() - 1]
        );
    }

    fn title(what: &str) {
        println!("\n{what:<52} {:>6} {:>11} {:>11} {:>11}", "times", "median", "p95", "worst");
    }

    /// Plain text in every cell, another one in each frame: what the library itself takes.
    fn baseline() {
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let mut terminal =
            Terminal::with_options(CrosstermBackend::new(Vec::new()), options).expect("a screen");
        let times = (0..400_usize).map(|frame| {
            let line: String =
                (0..usize::from(SIZE.0)).map(|at| char::from(b'a' + ((at + frame) % 26) as u8)).collect();
            let started = Instant::now();
            terminal
                .draw(|f| {
                    for y in 0..SIZE.1 {
                        f.buffer_mut().set_string(0, y, &line, ratatui::style::Style::new());
                    }
                })
                .expect("a frame");
            started.elapsed()
        });
        row("baseline: every cell changed, plain text", times.collect());
    }

    /// Presses keys and draws after each; the time is that of the frame, with the key before it.
    async fn frames(room: &mut Headless, keys: &[&str]) -> Vec<Duration> {
        let mut times = Vec::new();
        for round in 0..200 {
            let key = keys[round % keys.len()].parse().expect("a key");
            room.key(key).await.expect("a key");
            let started = Instant::now();
            std::hint::black_box(room.frame().expect("a frame"));
            times.push(started.elapsed());
        }
        times
    }

    async fn pages(home: &Path, what: &str) {
        let handle = engine::start(settings(home)).expect("a society");
        let mut room =
            Headless::open(Link::Local(handle.clone()), SIZE, ThemeName::Dark).await.expect("a screen");
        for (page, keys) in [
            ("live, another bot each time", &["j", "k"][..]),
            ("live, by cost of another period", &["1", "$", "$", "$"]),
            ("live, walking down the stream", &["2", "j", "j", "j", "j", "j", "j", "j", "j"]),
            ("live, every page of the inspector", &["i", "m", "b", "r", "w"]),
            ("every tab in turn", &["]"]),
            ("everything drawn anew", &["ctrl+l"]),
        ] {
            let times = frames(&mut room, keys).await;
            row(&format!("{what}: {page}"), times);
            room.key("alt+1".parse().expect("a key")).await.expect("a key");
            room.key("1".parse().expect("a key")).await.expect("a key");
        }
        for (width, height) in [(80, 24), (240, 70)] {
            room.resize(width, height).await.expect("a size");
            let times = frames(&mut room, &["ctrl+l"]).await;
            row(&format!("{what}: everything anew at {width}x{height}"), times);
        }
        handle.close();
    }

    /// From pressing the key for help to its window on the screen, and back.
    fn keys(window: &Window, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..count {
            for (key, shown) in [("?", true), ("q", false)] {
                let started = Instant::now();
                window.press(&[key]);
                window.until("the answer", |screen| screen.contains("Keys that work here") == shown);
                times.push(started.elapsed());
            }
        }
        times
    }

    /// From pressing a key to a screen that is another one, in a room where nothing else happens.
    fn moves(window: &Window, count: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        for at in 0..count {
            let (before, started) = (window.screen(), Instant::now());
            window.press(&[if at % 2 == 0 { "j" } else { "k" }]);
            window.until("another line", |screen| screen != before);
            times.push(started.elapsed());
        }
        times
    }

    /// To the first frame, and to the first that counts all bots.
    fn opened(home: &Home, bots: u32) -> (Duration, Duration) {
        let window = home.open(SIZE, &[]);
        window.see(&format!("{bots} bots"));
        let counted = window.elapsed();
        (window.first_frame().expect("a frame"), counted)
    }

    fn first_beat(times: &mut Vec<Duration>) -> Duration {
        let home = Home::new();
        let window = home.open(SIZE, &[]);
        let acts = ["started a thread", "replied", "voted", "stayed quiet", "looked up", "now follows"];
        window.until("a first act", |screen| acts.iter().any(|act| screen.contains(act)));
        let seen = window.elapsed();
        let frame = window.first_frame().expect("a frame");
        times.push(frame);
        seen - frame
    }

    pub fn all() {
        let given = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
        let [bots, acts] = given.collect::<Vec<i64>>().try_into().unwrap_or([10_000, 100_000]);
        let bots = u32::try_from(bots).expect("a number of bots");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let societies = [6, bots].map(|bots| (bots, format!("{bots} bots, {acts} acts"), lived(bots, acts)));
        title("frames at 160x45");
        baseline();
        for (_, what, home) in &societies {
            runtime.block_on(pages(home.path(), what));
        }

        title("from the start of the process, in a pty");
        let mut fresh = Vec::new();
        let beats: Vec<Duration> = (0..15).map(|_| first_beat(&mut fresh)).collect();
        row("first frame, empty home", fresh);
        row("first act seen after the first frame, empty home", beats);
        for (bots, what, home) in &societies {
            let (first, counted) = (0..15).map(|_| opened(home, *bots)).unzip();
            row(&format!("first frame, {what}"), first);
            row(&format!("all bots counted, {what}"), counted);
        }

        title("a key answered, in a pty");
        for (bots, what, home) in &societies {
            let window = home.open(SIZE, &[]);
            window.see(&format!("{bots} bots")).press(&["space"]).see("paused");
            row(&format!("quiet: a window and back, {what}"), keys(&window, 100));
            row(&format!("quiet: a bot further, {what}"), moves(&window, 100));
        }
        let busy = Home::new();
        // Each of its bots is due within a second.
        live(busy.path(), 2_000, 1_000, 1);
        let window = busy.open(SIZE, &["--pace", "1", "--durability", "normal"]);
        window.see("2000 bots").press(&["2"]).see("▸2 Activity");
        // The load is there once the first acts of this process are.
        let first = rows(busy.path());
        while rows(busy.path()) < first + 500 {
            std::thread::sleep(Duration::from_millis(50));
        }
        let (started, before, mut times) = (Instant::now(), rows(busy.path()), Vec::new());
        while started.elapsed() < Duration::from_secs(10) {
            times.extend(keys(&window, 10));
        }
        #[allow(clippy::cast_precision_loss)] // a figure for people
        let rate = (rows(busy.path()) - before) as f64 / started.elapsed().as_secs_f64();
        row(&format!("{rate:.0} acts a second meanwhile"), times);
        assert!(rate > 400.0, "{rate:.0} acts a second are no load");
    }

    /// Activities stored so far.
    fn rows(home: &Path) -> i64 {
        let c = Connection::open(database(home)).expect("the database");
        c.query_row("SELECT ifnull(max(id), 0) FROM activities", [], |row| row.get(0)).expect("a count")
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    measure::all();
    #[cfg(not(target_os = "linux"))]
    println!("the screen is measured in a pty, on Linux");
}
