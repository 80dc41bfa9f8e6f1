//! The control room, driven by messages and read from its cells.

mod actions;
mod arranged;
mod beside;
mod columns;
mod compare;
mod edges;
mod events;
mod far;
pub mod fixture;
mod flows;
mod follow;
mod forum;
mod hostile;
mod line;
mod lists;
mod looks;
mod mouse;
mod needs;
mod offer;
mod past;
mod sizes;
mod slow;
mod society;
mod stats;
mod tabs;
mod undo;
mod unsaved;
