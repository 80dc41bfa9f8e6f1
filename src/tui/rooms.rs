//! The rooms a person can go to from this one: homes and ports.
//!
//! The control room knows their names and can have one looked at; who opens it is whoever opened this one, after this
//! one has been left as by quitting.

use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

/// A home's directory, or the address of a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Room(String);

impl Room {
    /// As it was written: an address begins with `http://` or `https://`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.trim().trim_end_matches('/').to_owned())
    }

    /// A home; none where the path is no text.
    #[must_use]
    pub fn home(root: &Path) -> Option<Self> {
        root.to_str().map(Self::named)
    }

    /// The directory or the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a port.
    #[must_use]
    pub fn is_port(&self) -> bool {
        self.0.starts_with("http://") || self.0.starts_with("https://")
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What came of looking at a room: the room to open, which is a port where another engine runs the home, or why it
/// cannot be opened.
pub type Looked = Result<Room, String>;

/// Looks at a room before this one is left for it.
pub type Look = Arc<dyn Fn(Room) -> Pin<Box<dyn Future<Output = Looked> + Send>> + Send + Sync>;

/// The rooms, and how one is looked at.
#[derive(Clone)]
pub struct Rooms {
    /// This one.
    pub here: Room,
    /// Those that were opened before, the last one first.
    pub known: Vec<Room>,
    /// Looks at one.
    pub look: Look,
}

impl fmt::Debug for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rooms").field("here", &self.here).field("known", &self.known).finish_non_exhaustive()
    }
}
