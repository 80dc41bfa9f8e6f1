//! The real binary in homes of its own: every command, and everything that can be wrong with a
//! home, a disk, a file or a moment.

mod away;
mod bots;
mod commands;
mod crash;
mod errors;
mod files;
mod gate;
mod hands;
mod help;
mod mcp;
mod past;
mod patience;
mod payloads;
mod plain;
mod room;
mod rules;
mod runs;
mod small;
mod stuck;
