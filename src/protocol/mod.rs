//! What crosses a boundary: views for reading, requests for changing, events that happened,
//! faults when something is refused. The same types in process and on the wire.
//!
//! Plain data with serde; no I/O, no SQL, no HTTP.

pub mod ask;
pub mod event;
pub mod fault;
pub mod news;
pub mod past;
pub mod request;
pub mod stats;
pub mod views;

pub use ask::{ActivityQuery, ArchiveQuery, Category, MemoryQuery, Period, ThreadQuery, ThreadSort};
pub use event::{Announced, Event, Notice};
pub use fault::{Fault, FaultKind, FieldError};
pub use past::*;
pub use request::*;
pub use stats::*;
pub use views::*;
