//! A terminal: the binary runs in a pty, an emulator shows what it sends, and what it sent is kept.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pty_process::blocking::{Pts, Pty};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::termios::{LocalModes, Termios, tcgetattr};

mod emulator;
mod home;

pub use emulator::{Asked, LIGHT};
pub use home::Home;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the process is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Process {
    Runs,
    Stopped,
    Exited(i32),
    Killed(i32),
}

struct State {
    emulator: vt100::Parser<Asked>,
    /// What was sent of a frame that is not whole yet.
    pending: Vec<u8>,
    raw: Vec<u8>,
    process: Process,
    /// When the screen was first more than empty.
    first_frame: Option<Instant>,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// Begins and ends a frame: in between, a terminal shows what it showed before.
const FRAME: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

/// Has the terminal tell all keys apart, and takes that back.
const KEYS_APART: &[u8] = b"\x1b[>1u";
const KEYS_BEFORE: &[u8] = b"\x1b[<1u";

impl State {
    /// Takes in what was sent, and shows the frames that are whole.
    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.pending.extend_from_slice(bytes);
        let (begin, end) = FRAME;
        let last = |mark: &[u8]| self.pending.windows(mark.len()).rposition(|bytes| bytes == mark);
        let whole = match last(begin) {
            Some(from) if last(end).is_none_or(|to| to < from) => from,
            // The mark itself may come in two pieces.
            _ => {
                let cut = (1..begin.len()).rev().find(|n| self.pending.ends_with(&begin[..*n]));
                self.pending.len() - cut.unwrap_or(0)
            }
        };
        let shown: Vec<u8> = self.pending.drain(..whole).collect();
        self.emulator.process(&shown);
    }
}

/// The binary in its terminal.
pub struct Terminal {
    pty: Option<Pty>,
    /// Held open, as a shell does.
    _pts: Pts,
    pid: Pid,
    shared: Shared,
    stop: Option<std::io::PipeWriter>,
    threads: Vec<JoinHandle<()>>,
    cooked: Termios,
    started: Instant,
}

impl Terminal {
    pub fn start(command: std::process::Command, (width, height): (u16, u16), asked: Asked) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(height, width)).unwrap();
        let cooked = tcgetattr(&pty).unwrap();
        let started = Instant::now();
        #[allow(clippy::zombie_processes)] // `watch` waits for it
        let child = pty_process::blocking::Command::from(command).spawn_borrowed(&pts).unwrap();
        let pid = Pid::from_child(&child);
        let emulator = vt100::Parser::new_with_callbacks(size(height), size(width), 0, asked);
        let state = State {
            emulator,
            pending: Vec::new(),
            raw: Vec::new(),
            process: Process::Runs,
            first_frame: None,
        };
        let shared: Shared = Arc::new((Mutex::new(state), Condvar::new()));
        let (stopped, stop) = std::io::pipe().unwrap();
        let master = File::from(pty.as_fd().try_clone_to_owned().unwrap());
        let (reader, watcher) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            std::thread::spawn(move || read(master, &stopped, &reader)),
            std::thread::spawn(move || watch(pid, &watcher)),
        ];
        Self { pty: Some(pty), _pts: pts, pid, shared, stop: Some(stop), threads, cooked, started }
    }

    /// Sends bytes to the program.
    pub fn write(&self, bytes: &[u8]) {
        let pty = self.pty.as_ref().expect("the terminal is open");
        File::from(pty.as_fd().try_clone_to_owned().unwrap()).write_all(bytes).unwrap();
    }

    /// Presses keys, by the names they have in the help.
    pub fn press(&self, keys: &[&str]) -> &Self {
        let bytes: Vec<u8> = keys.iter().flat_map(|key| emulator::code(key)).collect();
        self.write(&bytes);
        self
    }

    /// Types a text.
    pub fn type_text(&self, text: &str) -> &Self {
        self.write(text.as_bytes());
        self
    }

    /// Pastes a text, as a terminal with bracketed paste does.
    pub fn paste(&self, text: &str) -> &Self {
        self.write(format!("\x1b[200~{text}\x1b[201~").as_bytes());
        self
    }

    /// Clicks on a cell, counted from 0.
    pub fn click(&self, (x, y): (u16, u16)) -> &Self {
        let (x, y) = (x + 1, y + 1);
        self.write(format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m").as_bytes());
        self
    }

    /// Drags from one cell to another.
    pub fn drag(&self, (x, y): (u16, u16), (to_x, to_y): (u16, u16)) -> &Self {
        let (x, y, to_x, to_y) = (x + 1, y + 1, to_x + 1, to_y + 1);
        self.write(format!("\x1b[<0;{x};{y}M\x1b[<32;{to_x};{to_y}M\x1b[<0;{to_x};{to_y}m").as_bytes());
        self
    }

    /// Turns the wheel over a cell; positive is down.
    pub fn wheel(&self, (x, y): (u16, u16), turns: i16) -> &Self {
        let button = if turns > 0 { 65 } else { 64 };
        let turn = format!("\x1b[<{button};{};{}M", x + 1, y + 1);
        self.write(turn.repeat(usize::from(turns.unsigned_abs())).as_bytes());
        self
    }

    /// Gives the terminal another size.
    pub fn resize(&self, width: u16, height: u16) -> &Self {
        let mut state = self.shared.0.lock().unwrap();
        state.emulator.set_size(size(height), size(width));
        self.pty.as_ref().unwrap().resize(pty_process::Size::new(height, width)).unwrap();
        drop(state);
        self
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Closes the terminal window.
    pub fn hang_up(&mut self) {
        self.stop = None;
        self.threads.remove(0).join().unwrap();
        self.pty = None;
    }

    /// Waits until `is` holds of the state.
    #[track_caller]
    fn wait(&self, what: &str, mut is: impl FnMut(&State) -> bool) {
        let end = Instant::now() + PATIENCE;
        let (lock, changed) = &*self.shared;
        let mut state = lock.lock().unwrap();
        while !is(&state) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let screen = state.emulator.screen().contents();
                let process = state.process;
                drop(state);
                panic!("waited in vain for {what}; the process: {process:?}; the screen:\n{screen}");
            }
            state = changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Waits until the screen holds for `is`.
    #[track_caller]
    pub fn until(&self, what: &str, is: impl Fn(&str) -> bool) -> &Self {
        self.wait(what, |state| is(&state.emulator.screen().contents()));
        self
    }

    /// Waits until the cells look like that.
    #[track_caller]
    pub fn until_looks(&self, what: &str, are: impl Fn(&vt100::Screen) -> bool) -> &Self {
        self.wait(what, |state| are(state.emulator.screen()));
        self
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn see(&self, text: &str) -> &Self {
        self.until(&format!("“{text}”"), |screen| screen.contains(text))
    }

    /// Waits until a text is not on the screen.
    #[track_caller]
    pub fn gone(&self, text: &str) -> &Self {
        self.until(&format!("no “{text}”"), |screen| !screen.contains(text))
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        self.shared.0.lock().unwrap().emulator.screen().contents()
    }

    /// Where a text is on the screen, in cells.
    #[track_caller]
    pub fn find(&self, text: &str) -> (u16, u16) {
        self.see(text);
        let screen = self.screen();
        let (y, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
        let before = &line[..line.find(text).unwrap()];
        let x = before.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum::<usize>();
        (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
    }

    /// Everything that was sent to the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.0.lock().unwrap().raw.clone()
    }

    /// Looks at the emulator.
    pub fn emulator<T>(&self, look: impl FnOnce(&vt100::Screen, &Asked) -> T) -> T {
        let state = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        look(state.emulator.screen(), state.emulator.callbacks())
    }

    /// Time since the process was started.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the first frame came, from the start of the process.
    pub fn first_frame(&self) -> Option<Duration> {
        let first = self.shared.0.lock().unwrap().first_frame;
        first.map(|at| at.duration_since(self.started))
    }

    /// Waits until the process is in this state.
    #[track_caller]
    pub fn process(&self, wanted: Process) {
        self.wait(&format!("{wanted:?}"), |state| state.process == wanted);
    }

    /// Waits until the process has ended, in whatever way.
    #[track_caller]
    pub fn ends(&self) {
        self.wait("the end", |state| matches!(state.process, Process::Exited(_) | Process::Killed(_)));
    }

    /// Leaves with the key for it, and checks that the terminal is as it was.
    #[track_caller]
    pub fn quit(self) -> Vec<u8> {
        self.press(&["q"]);
        self.process(Process::Exited(0));
        self.is_restored();
        self.raw()
    }

    /// That the terminal is as it was before: cells, cursor, mouse, paste, line discipline.
    #[track_caller]
    pub fn is_restored(&self) {
        let end = "the terminal to be handed back";
        self.wait(end, |state| !state.emulator.screen().alternate_screen());
        self.emulator(|screen, _| {
            assert!(!screen.hide_cursor(), "the cursor is hidden");
            assert!(!screen.bracketed_paste(), "pastes are bracketed");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        });
        let raw = self.raw();
        let last = |code: &[u8]| raw.windows(code.len()).rposition(|bytes| bytes == code);
        assert!(last(b"\x1b[?7h") >= last(b"\x1b[?7l"), "lines do not wrap");
        assert!(last(b"\x1b[?2026l") >= last(b"\x1b[?2026h"), "an update was left open");
        // On the second screen, once for each time it was taken: the first screen's keys are the shell's.
        let count = |code: &[u8]| raw.windows(code.len()).filter(|bytes| *bytes == code).count();
        assert_eq!(count(KEYS_APART), count(KEYS_BEFORE), "keys are not told as before");
        assert!(last(KEYS_BEFORE) <= last(b"\x1b[?1049l"), "the keys of the first screen were changed");
        let now = tcgetattr(self.pty.as_ref().unwrap()).unwrap();
        assert!(now.local_modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
        assert_eq!(
            (now.input_modes, now.output_modes, now.local_modes),
            (self.cooked.input_modes, self.cooked.output_modes, self.cooked.local_modes)
        );
    }

    /// That the control room has the terminal.
    #[track_caller]
    pub fn is_taken(&self) {
        self.wait("keys to be told apart", |state| {
            let last = |code: &[u8]| state.raw.windows(code.len()).rposition(|bytes| bytes == code);
            state.emulator.screen().alternate_screen() && last(KEYS_APART) > last(b"\x1b[?1049h")
        });
        let now = tcgetattr(self.pty.as_ref().unwrap()).unwrap();
        assert!(!now.local_modes.intersects(LocalModes::ICANON | LocalModes::ECHO));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let runs = matches!(
            self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).process,
            Process::Runs | Process::Stopped
        );
        if runs {
            let _ = kill_process(self.pid, Signal::KILL); // it may just have ended
        }
        self.stop = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // its panic was told
        }
    }
}

fn size(cells: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(cells).expect("a terminal has cells")
}

fn is_wide(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(2)
}

/// Reads what is sent until the terminal is closed.
fn read(mut master: File, stopped: &std::io::PipeReader, shared: &Shared) {
    let mut bytes = vec![0; 65_536];
    loop {
        let mut fds = [PollFd::new(&master, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        poll(&mut fds, None).unwrap();
        if !fds[1].revents().is_empty() {
            return;
        }
        let Ok(count) = master.read(&mut bytes) else { return };
        let (lock, changed) = &**shared;
        let mut state = lock.lock().unwrap();
        state.take(&bytes[..count]);
        if state.first_frame.is_none() && state.emulator.screen().contents().contains("botarium") {
            state.first_frame = Some(Instant::now());
        }
        let answers = std::mem::take(&mut state.emulator.callbacks_mut().answers);
        drop(state);
        changed.notify_all();
        if !answers.is_empty() {
            let _ = master.write_all(&answers); // it may have ended meanwhile
        }
    }
}

/// Follows the process until its end.
fn watch(pid: Pid, shared: &Shared) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::CONTINUED;
    loop {
        let Ok(Some(status)) = waitid(WaitId::Pid(pid), options) else { return };
        let process = match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Process::Exited(code),
            (_, Some(signal)) => Process::Killed(signal),
            _ if status.stopped() => Process::Stopped,
            _ => Process::Runs,
        };
        let (lock, changed) = &**shared;
        lock.lock().unwrap().process = process;
        changed.notify_all();
        if matches!(process, Process::Exited(_) | Process::Killed(_)) {
            return;
        }
    }
}
