//! The binary in a real terminal: a pty at one end, a terminal emulator at the other, keys between.
//!
//! Nothing has to be installed. Every wait is for something on the screen, with a deadline.

#![cfg(target_os = "linux")]

mod budget;
mod endings;
mod hostile;
mod mind;
mod newcomer;
mod offer;
mod past;
#[allow(dead_code)] // the commands' tests look with its other half
#[path = "../cli/payloads.rs"]
mod payloads;
mod person;
mod resize;
mod room;
mod tasks;
mod terminal;
