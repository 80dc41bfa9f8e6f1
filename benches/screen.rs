//! What the screen costs: frames with a large database and a large society, keys while much
//! happens, the time to the first frame. Prints tables; `cargo bench --bench screen`.
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
    use std::path::Path;
    use std::time::{Duration, Instant};

    use botarium::domain::generate;
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

    /// A society with some life of its own, and so many activities in all.
    fn society(home: &Path, activities: i64, crowd: u32) {
        let room = engine::start(settings(home)).expect("a society");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        if crowd > 0 {
            runtime.block_on(room.add_crowd(generate::generate(crowd, 7))).expect("a crowd");
        }
        runtime.block_on(room.run_beats(Run { count: Some(300), ..Run::default() }, |_| {})).expect("beats");
        room.close();
        let c = Connection::open(home.join("data/botarium.db")).expect("the database");
        c.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO activities (bot_id, action_type, details, created_at)
             SELECT a.bot_id, a.action_type, a.details, a.created_at FROM n
             JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM activities WHERE action_type = 'reply' LIMIT 100) a
             ON a.place = n.i % 100 + 1",
            [activities - 300],
        )
        .expect("rows");
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

    fn first_frame(home: &Home) -> Duration {
        let window = home.open(SIZE, &[]);
        window.see("botarium");
        window.first_frame().expect("a frame")
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
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let large = Home::new();
        society(large.path(), 100_000, 0);
        let crowded = Home::new();
        society(crowded.path(), 1_000, 9_994);
        title("frames at 160x45");
        baseline();
        runtime.block_on(pages(large.path(), "100,000 activities"));
        runtime.block_on(pages(crowded.path(), "10,000 bots"));

        title("from the start of the process, in a pty");
        let mut fresh = Vec::new();
        let beats: Vec<Duration> = (0..15).map(|_| first_beat(&mut fresh)).collect();
        row("first frame, empty home", fresh);
        row("first frame, 100,000 activities", (0..15).map(|_| first_frame(&large)).collect());
        row("first act seen after the first frame, empty home", beats);

        title("a key answered, in a pty");
        let window = large.open(SIZE, &[]);
        window.see("Ada").press(&["space"]).see("paused");
        row("quiet room, 100,000 activities", keys(&window, 100));
        drop(window);
        let busy = Home::new();
        society(busy.path(), 1_000, 1_994);
        let window = busy.open(SIZE, &["--pace", "1", "--durability", "normal"]);
        window.see("2000 bots").press(&["2"]).see("▸2 Activity");
        // The load is there once the first acts of this process are.
        let first = rows(&busy);
        while rows(&busy) < first + 500 {
            std::thread::sleep(Duration::from_millis(50));
        }
        let (started, before, mut times) = (Instant::now(), rows(&busy), Vec::new());
        while started.elapsed() < Duration::from_secs(10) {
            times.extend(keys(&window, 10));
        }
        #[allow(clippy::cast_precision_loss)] // a figure for people
        let rate = (rows(&busy) - before) as f64 / started.elapsed().as_secs_f64();
        row(&format!("{rate:.0} acts a second meanwhile"), times);
        assert!(rate > 400.0, "{rate:.0} acts a second are no load");
    }

    /// Activities stored so far.
    fn rows(home: &Home) -> i64 {
        let c = Connection::open(home.path().join("data/botarium.db")).expect("the database");
        c.query_row("SELECT max(id) FROM activities", [], |row| row.get(0)).expect("a count")
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    measure::all();
    #[cfg(not(target_os = "linux"))]
    println!("the screen is measured in a pty, on Linux");
}
