//! Records a session while it goes to its terminal.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Cast, Header};
use crate::files::{OutError, OutFile};

/// What tells the terminal's size: columns and rows.
type Size = fn() -> io::Result<(u16, u16)>;

/// A recording shared by what writes into it. Cheap to clone.
///
/// Trouble with the file never reaches the terminal: the recording ends there, and
/// [`Recorder::finish`] tells what happened.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    cast: Option<Cast<Box<dyn Write + Send>>>,
    trouble: Option<io::Error>,
    started: Instant,
    size: (u16, u16),
}

impl Recorder {
    /// Begins a recording into a new file; one that is there is replaced only with `force`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(path: &Path, force: bool, header: &Header) -> Result<Self, OutError> {
        let lines = WholeLines { file: OutFile::create_live(path, force)?, length: 0 };
        Self::new(Box::new(lines), header).map_err(|why| OutError::Io { path: path.to_owned(), why })
    }

    /// Begins a recording into anything.
    ///
    /// # Errors
    /// The header cannot be written.
    pub fn new(file: Box<dyn Write + Send>, header: &Header) -> io::Result<Self> {
        let inner = Inner {
            cast: Some(Cast::new(file, header)?),
            trouble: None,
            started: Instant::now(),
            size: (header.width, header.height),
        };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// A chapter begins now.
    pub fn marker(&self, label: &str) {
        self.inner().event(|cast, now| cast.marker(now, label));
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// The file could not be written, now or at some time before.
    pub fn finish(&self) -> io::Result<()> {
        let mut inner = self.inner();
        if let Some(trouble) = inner.trouble.take() {
            return Err(trouble);
        }
        inner.cast.take().map_or(Ok(()), |cast| cast.finish().map(|_| ()))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that ends with a whole line whatever happens: a recording on a full disk plays up to there.
struct WholeLines {
    file: OutFile,
    length: u64,
}

impl Write for WholeLines {
    /// Takes whole lines, all or nothing.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.file.write_all(lines) {
            self.file.cut(self.length);
            return Err(error);
        }
        self.length += lines.len() as u64;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Inner {
    fn event(&mut self, write: impl FnOnce(&mut Cast<Box<dyn Write + Send>>, Duration) -> io::Result<()>) {
        let now = self.started.elapsed();
        if let Some(cast) = &mut self.cast
            && let Err(error) = write(cast, now)
        {
            tracing::warn!("the recording ends here: {error}");
            self.trouble = Some(error);
            self.cast = None;
        }
    }

    fn output(&mut self, bytes: &[u8], size: io::Result<(u16, u16)>) {
        if let Ok(size) = size
            && size != self.size
        {
            self.size = size;
            self.event(|cast, now| cast.resize(now, size.0, size.1));
        }
        if !bytes.is_empty() {
            self.event(|cast, now| cast.output(now, bytes));
        }
    }
}

/// Stands between a program and its terminal: everything goes through unchanged, and each flush
/// becomes one event of the recording.
pub struct CastWriter<W: Write> {
    terminal: W,
    recorder: Recorder,
    size: Size,
    frame: Vec<u8>,
}

impl<W: Write> CastWriter<W> {
    /// Passes on to `terminal`, whose size is asked at every flush.
    pub fn new(terminal: W, recorder: Recorder) -> Self {
        Self::with_size(terminal, recorder, crossterm::terminal::size)
    }

    fn with_size(terminal: W, recorder: Recorder, size: Size) -> Self {
        Self { terminal, recorder, size, frame: Vec::new() }
    }
}

impl<W: Write> Write for CastWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.terminal.write(bytes)?;
        self.frame.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.terminal.flush()?;
        self.recorder.inner().output(&self.frame, (self.size)());
        self.frame.clear();
        Ok(())
    }
}

impl<W: Write> Drop for CastWriter<W> {
    fn drop(&mut self) {
        if !self.frame.is_empty() {
            let frame = std::mem::take(&mut self.frame);
            let mut inner = self.recorder.inner();
            let size = inner.size;
            inner.output(&frame, Ok(size));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU16, Ordering};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.starts_with(b"{") {
                return Ok(bytes.len()); // the header still fits
            }
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_flush_is_an_event_and_the_terminal_gets_everything() {
        static WIDTH: AtomicU16 = AtomicU16::new(80);
        let (file, terminal) = (Shared::default(), Shared::default());
        let recorder = Recorder::new(
            Box::new(file.clone()),
            &Header { version: crate::demo::cast::Version::V2, ..Header::new(80, 24) },
        )
        .unwrap();
        let mut tee = CastWriter::with_size(terminal.clone(), recorder.clone(), || {
            Ok((WIDTH.load(Ordering::Relaxed), 24))
        });
        tee.write_all(b"one ").unwrap();
        tee.write_all(b"frame").unwrap();
        tee.flush().unwrap();
        recorder.marker("Chapter");
        WIDTH.store(100, Ordering::Relaxed);
        tee.write_all(b"rest").unwrap();
        tee.flush().unwrap();
        tee.write_all(b"\x1b[?1049l").unwrap();
        drop(tee);
        recorder.finish().unwrap();
        assert_eq!(terminal.text(), "one framerest\u{1b}[?1049l");
        let events: Vec<_> = file
            .text()
            .lines()
            .skip(1)
            .map(|line| {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                format!("{} {}", event[1].as_str().unwrap(), event[2].as_str().unwrap())
            })
            .collect();
        assert_eq!(events, ["o one frame", "m Chapter", "r 100x24", "o rest", "o \u{1b}[?1049l"]);
    }

    #[test]
    fn a_full_disk_ends_the_recording_and_not_the_session() {
        let terminal = Shared::default();
        let recorder = Recorder::new(
            Box::new(Full),
            &Header { version: crate::demo::cast::Version::V2, ..Header::new(80, 24) },
        )
        .unwrap();
        let mut tee = CastWriter::with_size(terminal.clone(), recorder.clone(), || Ok((80, 24)));
        for _ in 0..3 {
            tee.write_all(b"frame").unwrap();
            tee.flush().unwrap();
        }
        assert_eq!(terminal.text(), "frameframeframe");
        assert_eq!(recorder.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
