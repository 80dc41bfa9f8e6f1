//! However it ends, the terminal is as it was and what happened is kept.

use rustix::process::Signal;

use crate::terminal::{Home, Process};

#[test]
fn a_request_to_end_hands_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let home = Home::new();
        let terminal = home.open((120, 36), &["--pace", "1"]);
        terminal.see("Ada").see("replied").signal(signal);
        terminal.process(Process::Exited(0));
        terminal.is_restored();
        home.is_sound();
        assert!(!home.export("activity").is_empty());
    }
}

#[test]
fn a_closed_terminal_ends_it() {
    let home = Home::new();
    let mut terminal = home.open((120, 36), &["--pace", "1"]);
    terminal.see("Ada").see("replied");
    terminal.hang_up();
    terminal.ends();
    home.is_sound();
    assert!(!home.export("activity").is_empty());
}

#[test]
fn suspended_and_continued_it_is_there_again() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["ctrl+z"]).process(Process::Stopped);
    terminal.is_restored();
    terminal.signal(Signal::CONT);
    terminal.process(Process::Runs);
    terminal.is_taken();
    terminal.see("Ada").press(&["b"]).see("token cap");
    // The same by a signal from outside.
    terminal.signal(Signal::TSTP);
    terminal.process(Process::Stopped);
    terminal.is_restored();
    terminal.signal(Signal::CONT);
    terminal.process(Process::Runs);
    terminal.is_taken();
    terminal.see("token cap");
    terminal.quit();
    home.is_sound();
}

#[test]
fn escape_and_a_digit_are_not_the_digit_with_alt() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").is_taken();
    // As a terminal writes them that was asked to tell them apart, in one piece.
    terminal.type_text("\x1b[27u2").see("▸2 Activity");
    terminal.type_text("\x1b[50;3u").see("[Forum]");
    terminal.type_text("\x1b[99;5u").process(Process::Exited(0));
    terminal.is_restored();
}

#[test]
fn an_error_is_told_on_a_terminal_that_can_show_it() {
    let home = Home::new();
    let terminal = home.open((120, 36), &["--record", "/dev/full"]);
    terminal.process(Process::Exited(1));
    terminal.is_restored();
    terminal.see("error: /dev/full cannot be written").see("No space left on device");
}

/// A panic of the thread that draws: this test program, as the control room of a child of itself
/// whose output breaks after some frames. See [`breaks_when_told`].
#[test]
fn a_panic_is_told_on_a_terminal_that_can_show_it() {
    let home = Home::new();
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "endings::breaks_when_told", "--nocapture"])
        .env(BREAKS, home.path())
        .env("RUST_BACKTRACE", "0");
    let terminal = crate::terminal::Terminal::start(command, (120, 36), crate::terminal::Asked::default());
    terminal.is_taken();
    terminal.process(Process::Exited(101));
    terminal.is_restored();
    terminal.see("the output broke");
    home.is_sound();
    assert!(!home.export("activity").is_empty());
}

/// Set in the child: the home it runs in.
const BREAKS: &str = "BOTARIUM_TEST_BREAKS";

/// An output that takes a number of writes, then panics once, as a programming error would.
struct Breaks(u32);

impl std::io::Write for Breaks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_sub(1);
        assert_ne!(self.0, 1, "the output broke");
        std::io::stdout().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}

/// The child's part of the test above; on its own it has nothing to do.
#[test]
fn breaks_when_told() {
    let Some(home) = std::env::var_os(BREAKS) else { return };
    let settings = botarium::engine::Settings {
        pace_seconds: Some(1),
        ..botarium::engine::Settings::new(home.as_ref())
    };
    let room = botarium::engine::start(settings).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let _engine = room.clone().spawn();
        let options = botarium::tui::Options {
            rooms: None,
            ui: botarium::config::UiConfig { mouse: true, ..botarium::config::UiConfig::default() },
            state_file: None,
            output: Box::new(Breaks(30)),
            notices: botarium::tui::Notices::none(),
            past: None,
            passing: false,
        };
        botarium::tui::run(botarium::link::Link::Local(room), options).await.unwrap();
    });
}
