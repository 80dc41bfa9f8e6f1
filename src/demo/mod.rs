//! The demonstration: a society worth showing, a player of scenarios and a recorder.
//!
//! Uses the same doors as everybody else: the engine's handle to make
//! things happen, the control room's own loop to show them. Knows no SQL and no prompts.

pub mod cast;
pub mod picture;
pub mod scenarios;
pub mod screening;
pub mod script;
pub mod society;
