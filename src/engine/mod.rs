//! The engine: wakes bots, lets them think, applies what they do, remembers, announces.
//!
//! [`start`] gives a [`Handle`], the only door to a running society. Nothing here
//! knows of terminals or HTTP servers.

pub mod bus;
mod calls;
mod chance;
mod claim;
mod clerk;
pub mod clock;
pub mod compare;
pub mod fork;
mod frame;
mod handle;
pub mod intervention;
mod open;
mod outage;
mod outside;
pub mod past;
pub mod prompts;
mod pulse;
pub mod replay;
mod runner;
mod schedule;
mod scribe;
mod settings;
mod shared;
mod telling;
mod wall;

pub use bus::{Bus, Subscription};
pub use clock::Clock;
pub use handle::Handle;
pub use handle::measures::{Calls, Measures};
pub use runner::{EngineTask, Run, RunReport};
/// About how many tokens of a prompt stay the same from beat to beat, what all bots share included.
pub const STABLE_TOKENS: u32 = 1_130;

pub use crate::store::measures::{Kept, Reserved, Used};
pub use open::{open_read_only, start};
pub use settings::{BudgetSettings, PromptSections, ProviderSetup, Settings};
