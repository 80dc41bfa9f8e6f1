//! The engine: wakes bots, lets them think, applies what they do, remembers, announces.
//!
//! [`Engine::start`] gives a [`Handle`], the only door to a running society. Nothing here
//! knows of terminals or HTTP servers.

mod answer;
mod budget;
pub mod bus;
pub mod clock;
mod context;
mod draw;
mod handle;
mod memory;
mod moderation;
mod prompt;
mod recall;
mod room;
mod settings;

pub use bus::{Bus, Subscription};
pub use clock::Clock;
pub use handle::Handle;
pub use settings::{BudgetSettings, ProviderSetup, Settings};
