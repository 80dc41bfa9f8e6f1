//! What the screen shows: one snapshot, the [`Model`], of parts with their pure rules.
//!
//! Each part has a file here: those of the Live tab (bots, stream, inspector with its pages), and one for each tab
//! beside it. How it looks is in `view`, under the same name; what changes it, in `update`. Nothing here knows a
//! terminal or a link.

pub mod bots;
pub mod budget;
pub mod compare;
pub mod difference;
mod drawn;
pub mod events;
pub mod forum;
pub mod inspector;
pub mod known;
pub mod log;
mod lower;
pub mod memory;
pub mod mind;
mod model;
pub mod models;
pub mod moderation;
mod names;
mod nav;
pub mod need;
pub mod needs;
pub mod offer;
pub mod order;
pub mod past;
mod place;
pub mod rates;
pub mod recall;
pub mod search;
pub mod society;
mod stale;
pub mod stats;
pub mod stream;
pub mod undo;
pub mod verdict;
pub mod why;

pub use bots::{Bots, ListedBot};
pub use drawn::{Drawn, List};
pub use inspector::Inspector;
pub use lower::Lower;
pub use model::{Model, Toast, Tone};
pub use names::{author_of, name_of};
pub use nav::{Page, Pane, Tab};
pub use order::{Column, Figures, Order};
pub use place::{Early, Whereabouts};
pub use stale::Stale;
pub use stream::{Row, Stream};
