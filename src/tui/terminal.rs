//! The terminal: taken over, drawn to, handed back as it was.
//!
//! Every way out restores it: leaving, errors, panics, signals, suspension. A frame goes out in one
//! write, between the marks of a synchronized update.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, SetTitle,
};
use crossterm::{cursor, execute, queue};
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::links::Links;
use crate::tui::state::{Drawn, Model};
use crate::tui::view;

/// The terminal while the control room has it.
pub struct Screen {
    canvas: Canvas,
    out: Box<dyn Write + Send>,
    mouse: bool,
    /// Whether keys are to be told apart.
    apart: bool,
    /// Frames that were sent.
    pub frames: u64,
}

impl Screen {
    /// Takes the terminal over. `out` is where everything goes. With `apart` the terminal is asked to tell apart the keys
    /// that are the same bytes by tradition: Escape with a digit after it, and Alt with the digit.
    ///
    /// # Errors
    /// It is no terminal, or cannot be written.
    pub fn enter(out: Box<dyn Write + Send>, mouse: bool, apart: bool, links: Links) -> io::Result<Self> {
        hook();
        let mut screen = Self { canvas: Canvas::new(), out, mouse, apart, frames: 0 };
        screen.canvas.links = links;
        screen.take()?;
        Ok(screen)
    }

    fn take(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        queue!(self.canvas, EnterAlternateScreen, DisableLineWrap, EnableBracketedPaste, cursor::Hide)?;
        queue!(self.canvas, SetTitle("botarium"))?;
        if self.mouse {
            queue!(self.canvas, EnableMouseCapture)?;
        }
        self.send()?;
        if self.apart { keys_apart() } else { Ok(()) }
    }

    fn send(&mut self) -> io::Result<()> {
        let bytes = self.canvas.take();
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

    /// Draws what changed since the last frame, and answers what it shows; nothing goes out when nothing did.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn draw(&mut self, model: &Model) -> io::Result<Drawn> {
        let area = Rect::new(0, 0, model.size.0, model.size.1);
        let drawn = self.canvas.draw(area, |buf| view::render(model, buf))?;
        self.send_frame()?;
        Ok(drawn)
    }

    fn send_frame(&mut self) -> io::Result<()> {
        let frame = self.canvas.take();
        if frame.is_empty() {
            return Ok(());
        }
        self.frames += 1;
        queue!(self.canvas, BeginSynchronizedUpdate)?;
        self.canvas.write_all(&frame)?;
        queue!(self.canvas, EndSynchronizedUpdate)?;
        self.send()
    }

    /// Draws everything anew with the next frame.
    pub fn clear(&mut self) {
        self.canvas.forget();
    }

    /// Puts a text on the clipboard of the person's terminal (OSC 52).
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.canvas, CopyToClipboard::to_clipboard_from(text))?;
        self.send()
    }

    /// Takes the terminal over again after it was handed back.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn regain(&mut self) -> io::Result<()> {
        self.take()?;
        self.clear();
        Ok(())
    }

    /// Sends a sequence that draws nothing.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.canvas.write_all(bytes)?;
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
        self.clear();
        Ok(())
    }

    /// Hands the terminal back.
    ///
    /// # Errors
    /// The terminal cannot be written.
    pub fn leave(&mut self) -> io::Result<()> {
        let _ = keys_as_before(); // what cannot be written now is told below
        restore_sequence(&mut self.canvas)?;
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

/// Whether keys are told apart now.
static APART: AtomicBool = AtomicBool::new(false);

/// Has keys told apart (the protocol of the kitty terminal; those that do not know it ignore this) on the second screen,
/// which has a setting of its own. Past the output: a recording must not change the keys of whoever plays it.
fn keys_apart() -> io::Result<()> {
    APART.store(true, Ordering::Relaxed);
    execute!(io::stdout(), PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES))
}

/// Takes it back, once: the shell may have a setting of its own on the first screen.
fn keys_as_before() -> io::Result<()> {
    if APART.swap(false, Ordering::Relaxed) {
        execute!(io::stdout(), PopKeyboardEnhancementFlags)?;
    }
    Ok(())
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
            let _ = keys_as_before().and_then(|()| restore_sequence(&mut io::stdout())); // a terminal that is gone needs no restoring
            let _ = crossterm::terminal::disable_raw_mode();
            before(info);
        }
    }));
}
