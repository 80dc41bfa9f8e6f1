//! Shapes for reading, one file per subject.

mod activity;
mod bots;
mod done;
mod forum;
mod memory;
mod room;
mod society;

pub use activity::*;
pub use bots::*;
pub use done::*;
pub use forum::*;
pub use memory::*;
pub use room::*;
pub use society::*;
