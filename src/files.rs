//! Files that are written for a person: exports, backups, recordings, pictures.
//!
//! The one way to write such a file. A regular file appears complete or not at all: it grows beside its
//! place under a name that cannot be guessed, opened exclusively, readable by its owner alone, and takes
//! its name at the end. A link keeps being one: the file it leads to is replaced. Pipes, devices and
//! sockets are written straight into. What is there already stays, unless it may be replaced.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::domain::text;

/// Links followed one after another at most.
const LINKS_MAX: usize = 16;
/// Longest path shown in a message, in characters.
const SHOWN_MAX: usize = 1_000;

/// Why a file cannot be written. Each message is a sentence for a person with a way out.
#[derive(Debug, thiserror::Error)]
pub enum OutError {
    /// There is a file of this name, and it may not be replaced.
    #[error("{} is there already; name another file, or replace it with --force", shown(.0))]
    Exists(PathBuf),
    /// The directory it should be in is not there.
    #[error("there is no directory {} to write {} in; name a file in one that is there", shown(.directory), shown(.path))]
    NoDirectory {
        /// The file.
        path: PathBuf,
        /// What is missing.
        directory: PathBuf,
    },
    /// The system said no.
    #[error("{} cannot be written: {why}", shown(.path))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not; told in the message, so that it is no further cause.
        why: io::Error,
    },
}

/// A path as it may be shown: names of files come from outside.
#[must_use]
pub fn shown(path: &Path) -> String {
    text::clean_line(&path.to_string_lossy(), SHOWN_MAX)
}

/// A file being written. [`OutFile::finish`] gives it its name; dropped before that it leaves nothing.
#[derive(Debug)]
pub struct OutFile {
    /// As it was named.
    path: PathBuf,
    sink: Sink,
    /// What is there may be replaced.
    force: bool,
}

#[derive(Debug)]
enum Sink {
    /// Grows beside `target`.
    Fresh { part: NamedTempFile, target: PathBuf },
    /// A pipe, a device, a socket; or a file that has its name already.
    Straight(File),
}

impl OutFile {
    /// Begins a file. With `force` a regular file that is there is replaced at the end.
    ///
    /// # Errors
    /// See [`OutError`].
    pub fn create(path: &Path, force: bool) -> Result<Self, OutError> {
        let failed = |why| OutError::Io { path: path.to_owned(), why };
        let target = target_of(path).map_err(failed)?;
        let sink = match std::fs::metadata(&target) {
            Ok(meta) if meta.is_dir() => {
                return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory")));
            }
            Ok(meta) if !meta.is_file() => {
                Sink::Straight(OpenOptions::new().write(true).open(&target).map_err(failed)?)
            }
            Ok(_) if !force => return Err(OutError::Exists(path.to_owned())),
            Ok(_) => Sink::Fresh { part: beside(path, &target)?, target },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Sink::Fresh { part: beside(path, &target)?, target }
            }
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { path: path.to_owned(), sink, force })
    }

    /// Begins a file that has its name at once, so that what was written is there whatever happens: a
    /// recording. Otherwise as [`OutFile::create`].
    ///
    /// # Errors
    /// See [`OutError`].
    pub fn create_live(path: &Path, force: bool) -> Result<Self, OutError> {
        let begun = Self::create(path, force)?;
        let named = |part, target| named(path, part, target, force);
        let sink = match begun.sink {
            Sink::Fresh { part, target } => Sink::Straight(named(part, &target)?),
            straight @ Sink::Straight(_) => straight,
        };
        Ok(Self { sink, ..begun })
    }

    /// Where the bytes are until the end, for those that want a name to write to. `None` where they go straight
    /// to their place.
    #[must_use]
    pub fn part(&self) -> Option<&Path> {
        match &self.sink {
            Sink::Fresh { part, .. } => Some(part.path()),
            Sink::Straight(_) => None,
        }
    }

    /// Takes back what was written beyond `length` bytes, where that can be done.
    pub fn cut(&mut self, length: u64) {
        let file = match &self.sink {
            Sink::Fresh { part, .. } => part.as_file(),
            Sink::Straight(file) => file,
        };
        let _ = file.set_len(length); // what went into a pipe or a device has gone
    }

    /// Everything is written: it is on the disk, and has its name.
    ///
    /// # Errors
    /// See [`OutError`]; nothing is left then.
    pub fn finish(self) -> Result<(), OutError> {
        let failed = |why| OutError::Io { path: self.path.clone(), why };
        match self.sink {
            Sink::Fresh { part, target } => {
                part.as_file().sync_all().map_err(failed)?;
                named(&self.path, part, &target, self.force).map(drop)
            }
            Sink::Straight(mut file) => file.flush().map_err(failed),
        }
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Fresh { part, .. } => part.write(bytes),
            Sink::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Fresh { part, .. } => part.flush(),
            Sink::Straight(file) => file.flush(),
        }
    }
}

/// Writes a whole file.
///
/// # Errors
/// See [`OutError`].
pub fn write(path: &Path, force: bool, bytes: &[u8]) -> Result<(), OutError> {
    let mut out = OutFile::create(path, force)?;
    out.write_all(bytes).map_err(|why| OutError::Io { path: path.to_owned(), why })?;
    out.finish()
}

/// The file that links lead to, whether it is there or not.
fn target_of(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS_MAX {
        match std::fs::read_link(&target) {
            Ok(to) => target = target.parent().unwrap_or(Path::new("")).join(to),
            Err(_) => return Ok(target), // no link, or nothing there
        }
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A new file in the same directory, which nobody can have placed there before.
fn beside(path: &Path, target: &Path) -> Result<NamedTempFile, OutError> {
    let directory = directory_of(target);
    let made =
        tempfile::Builder::new().prefix(".botarium-").suffix(".part").rand_bytes(16).tempfile_in(directory);
    made.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            OutError::NoDirectory { path: path.to_owned(), directory: directory.to_owned() }
        }
        // What the temporary file's name was says nothing to anybody.
        kind => OutError::Io { path: path.to_owned(), why: bare(&source, kind) },
    })
}

/// The system's own words, without the path that was added to them.
fn bare(error: &io::Error, kind: io::ErrorKind) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.source()).and_then(|s| s.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or_else(|| kind.into(), io::Error::from_raw_os_error)
}

fn named(path: &Path, part: NamedTempFile, target: &Path, force: bool) -> Result<File, OutError> {
    let placed = if force { part.persist(target) } else { part.persist_noclobber(target) };
    let file = placed.map_err(|failed| match failed.error.kind() {
        io::ErrorKind::AlreadyExists => OutError::Exists(path.to_owned()),
        _ => OutError::Io { path: path.to_owned(), why: failed.error },
    })?;
    sync_directory(directory_of(target));
    Ok(file)
}

/// Makes sure that a name is on the disk too, where the system can do that.
pub fn sync_directory(directory: &Path) {
    #[cfg(unix)]
    if let Ok(opened) = File::open(directory) {
        let _ = opened.sync_all(); // some file systems cannot; the file itself is safe
    }
    #[cfg(not(unix))]
    let _ = directory;
}

/// From here on what this process makes can be read by its owner alone, whatever it was started with.
pub fn keep_to_oneself() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Takes the rights of everybody but its owner from a file that an earlier version made.
pub fn make_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Ok(meta) = std::fs::symlink_metadata(path)
            && (meta.is_file() || meta.is_dir())
            && meta.permissions().mode() & 0o077 != 0
        {
            let mode = meta.permissions().mode() & 0o700;
            // Whose it is not may not change it, and need not.
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests;
