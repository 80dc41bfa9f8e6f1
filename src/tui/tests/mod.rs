//! The control room, driven by messages and read from its cells.

mod actions;
mod fixture;
mod flows;
mod hostile;
mod looks;
mod sizes;
mod tabs;
