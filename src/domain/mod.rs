//! Plain data and pure rules. No I/O, no async, no clock, no database.

pub mod action;
pub mod activity;
pub mod bot_file;
pub mod budget;
pub mod caching;
pub mod changes;
pub mod era;
pub mod forecast;
pub mod generate;
pub mod guidance;
pub mod histogram;
pub mod memory;
pub mod moment;
pub mod pace;
pub mod personality;
pub mod place;
pub mod prices;
pub mod said;
pub mod scene;
pub mod secret;
pub mod similarity;
pub mod speed;
pub mod stamp;
pub mod status;
pub mod text;
pub mod yaml;

pub use action::{Action, ActionKind};
pub use activity::{Activity, ActivityKind, PostKind};
pub use budget::{Money, Price, Usage};
pub use memory::{Extraction, MemoryKind, Sentiment};
pub use personality::{Behavior, Engagement, PersonalityConfig};
pub use prices::{PriceOf, Prices};
pub use scene::Scene;
pub use secret::Secret;
pub use stamp::Stamp;
