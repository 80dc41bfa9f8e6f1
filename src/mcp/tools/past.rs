//! Tools that make another society of this one's past, and compare. They work where the home is.

use super::{Effect, Tool};
use crate::mcp::page::{brief, few, quoting};

/// Most entries of a list: acts, lines of a prompt, bots (those that changed most first), days.
const ENTRIES: usize = 20;
/// Longest text, in characters.
const TEXT: usize = 600;

pub fn tools() -> Vec<Tool> {
    vec![
        Tool::at_home(
            ("fork", "Fork: what if"),
            Effect::Adds,
            "Begin another society at a moment of this one's past, changed as you say, and if you like let it live on \
             for some beats. This society stays as it is. Works where the home is, not at a port. Afterwards \
             `compare` shows what came out differently.",
            |door, wish| async move { door.fork(wish).await },
        ),
        Tool::at_home(
            ("compare", "Compare with a fork"),
            Effect::Looks,
            "Compare a fork with this society, or with another fork: where they part, the first act that differs with \
             the part of its prompt that does, and both in figures, bot by bot and day by day. Works where the home is.",
            |door, wish| async move { Ok(quoting(brief(few(door.compare(wish).await?, ENTRIES), TEXT), None)) },
        ),
    ]
}
