//! The engine: wakes bots, lets them think, applies what they do, remembers, announces.
//!
//! [`start`] gives a [`Handle`], the only door to a running society. Nothing here
//! knows of terminals or HTTP servers.

mod answer;
mod budget;
pub mod bus;
mod calls;
mod change;
mod claim;
mod clerk;
pub mod clock;
pub mod compare;
mod context;
mod draw;
mod flight;
pub mod fork;
mod frame;
mod handle;
mod heartbeat;
mod input;
pub mod intervention;
mod interview;
mod items;
mod memory;
mod moderation;
mod open;
mod outage;
pub mod prompt;
mod provider_test;
mod pulse;
mod recall;
pub mod replay;
mod room;
mod runner;
mod schedule;
mod scribe;
mod settings;
mod shared;
mod telling;
mod walk;
mod wall;

pub use bus::{Bus, Subscription};
pub use clock::Clock;
pub use handle::Handle;
pub use handle::measures::{Calls, Measures};
pub use runner::{EngineTask, Run, RunReport};
/// About how many tokens of a prompt stay the same from beat to beat, what all bots share included.
pub const STABLE_TOKENS: u32 = 1_000;

pub use crate::store::measures::{Kept, Reserved, Used};
pub use open::{open_read_only, start};
pub use settings::{BudgetSettings, PromptSections, ProviderSetup, Settings};
