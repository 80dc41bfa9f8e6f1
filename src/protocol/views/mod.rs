//! Shapes for reading, one file per subject.

mod activity;
mod bots;
mod forum;
mod memory;
mod room;
mod society;

pub use activity::*;
pub use bots::*;
pub use forum::*;
pub use memory::*;
pub use room::*;
pub use society::*;
