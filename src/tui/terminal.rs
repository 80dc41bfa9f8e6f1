//! The terminal: taken over, drawn to, handed back as it was.
//!
//! Every way out restores it: leaving, errors, panics, signals, suspension. A frame goes out in one
//! write, between the marks of a synchronized update.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;

use super::model::Model;
use super::panes;

/// What a frame consists of until it is sent whole.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<Mutex<Vec<u8>>>);

impl Pending {
    /// What was written since it was last taken.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Sending is [`Screen::draw`]'s work, when the frame is complete.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while the control room has it.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Pending>>,
    pending: Pending,
    out: Box<dyn Write + Send>,
    mouse: bool,
    /// Frames that were sent.
    pub frames: u64,
    /// The last whole frame, while only the clock moves on it.
    still: Option<Buffer>,
}

/// What a frame without a change consists of: the cursor is hidden once more.
const NOTHING: &[u8] = b"\x1b[?25l";

impl Screen {
    /// Takes the terminal over. `out` is where everything goes.
    ///
    /// # Errors
    /// It is no terminal, or cannot be written.
    pub fn enter(out: Box<dyn Write + Send>, mouse: bool) -> io::Result<Self> {
        let pending = Pending::default();
        hook();
        let mut screen = Self {
            terminal: Terminal::new(CrosstermBackend::new(pending.clone()))?,
            pending,
            out,
            mouse,
            frames: 0,
            still: None,
        };
        screen.take()?;
        Ok(screen)
    }

    fn take(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        queue!(self.pending, EnterAlternateScreen, DisableLineWrap, EnableBracketedPaste, cursor::Hide)?;
        queue!(self.pending, SetTitle("botarium"))?;
        if self.mouse {
            queue!(self.pending, EnableMouseCapture)?;
        }
        self.send()
    }

    fn send(&mut self) -> io::Result<()> {
        let bytes = self.pending.take();
        self.out.write_all(&bytes)?;
        self.out.flush()
    }

    /// Width and height.
    ///
    /// # Errors
    /// It cannot be asked.
    pub fn size() -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    /// Draws what changed since the last frame; nothing goes out when nothing did.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let drawn = self.terminal.draw(|frame| panes::render(model, frame.buffer_mut()))?;
        self.still = model.is_still().then(|| drawn.buffer.clone());
        self.send_frame()
    }

    /// Draws the clock alone, on the last whole frame; that frame anew when more than the clock moves.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn draw_clock(&mut self, model: &Model) -> io::Result<()> {
        let Some(still) = self.still.take().filter(|_| model.is_still()) else { return self.draw(model) };
        let mut fits = true;
        self.terminal.draw(|frame| {
            let buf = frame.buffer_mut();
            fits = buf.area == still.area;
            if fits {
                buf.content.clone_from_slice(&still.content);
                panes::render_clock(model, buf);
            } else {
                panes::render(model, buf);
            }
        })?;
        self.still = fits.then_some(still);
        self.send_frame()
    }

    fn send_frame(&mut self) -> io::Result<()> {
        let frame = self.pending.take();
        if frame.is_empty() || (frame == NOTHING && self.frames > 0) {
            return Ok(());
        }
        self.frames += 1;
        queue!(self.pending, BeginSynchronizedUpdate)?;
        self.pending.write_all(&frame)?;
        queue!(self.pending, EndSynchronizedUpdate)?;
        self.send()
    }

    /// Draws everything anew with the next frame.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn clear(&mut self) -> io::Result<()> {
        // The emulator is not asked where its cursor is: its answer would come among the keys.
        self.terminal = Terminal::new(CrosstermBackend::new(self.pending.clone()))?;
        self.still = None;
        queue!(self.pending, Clear(ClearType::All))
    }

    /// Puts a text on the clipboard of the person's terminal (OSC 52).
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.pending, CopyToClipboard::to_clipboard_from(text))?;
        self.send()
    }

    /// Hands the terminal back, stops the program until it is continued, and takes it over again.
    ///
    /// # Errors
    /// The terminal cannot be written.
    #[cfg(unix)]
    pub async fn suspend(&mut self, whole_group: bool) -> io::Result<()> {
        use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
        use tokio::signal::unix::{SignalKind, signal};
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        self.leave()?;
        // A Ctrl-Z stops everything the shell started together with us, as the terminal itself would.
        if whole_group {
            kill_current_process_group(Signal::STOP)?;
        } else {
            kill_process(getpid(), Signal::STOP)?;
        }
        continued.recv().await;
        self.take()?;
        self.clear()
    }

    /// Hands the terminal back.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn leave(&mut self) -> io::Result<()> {
        restore_sequence(&mut self.pending)?;
        let sent = self.send();
        crossterm::terminal::disable_raw_mode()?;
        sent
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.leave(); // a terminal that is gone needs no restoring
    }
}

fn restore_sequence(out: &mut impl Write) -> io::Result<()> {
    execute!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        EnableLineWrap,
        LeaveAlternateScreen,
        cursor::Show
    )
}

/// The thread that draws, whose panic ends the control room.
static DRAWS: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Sees to it that a panic is readable: the terminal is restored before it is told. One of another
/// thread is only logged, for it must not garble the screen.
fn hook() {
    let mut draws = DRAWS.lock().unwrap_or_else(PoisonError::into_inner);
    let first = draws.is_none();
    *draws = Some(std::thread::current().id());
    drop(draws);
    if !first {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        tracing::error!("{info}");
        let draws = *DRAWS.lock().unwrap_or_else(PoisonError::into_inner);
        if draws == Some(std::thread::current().id()) {
            let _ = restore_sequence(&mut io::stdout()); // a terminal that is gone needs no restoring
            let _ = crossterm::terminal::disable_raw_mode();
            before(info);
        }
    }));
}
