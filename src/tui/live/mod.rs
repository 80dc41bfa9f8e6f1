//! The Live tab's state: bots, activity stream, and the inspector of the selected bot.
//!
//! Each part has its own file with its data and the pure rules that change it; how it looks is in
//! `panes`.

pub mod bots;
pub mod budget;
pub mod compare;
pub mod difference;
pub mod inspector;
pub mod mind;
pub mod models;
pub mod needs;
pub mod order;
pub mod past;
pub mod rates;
pub mod recall;
pub mod stream;
pub mod verdict;
pub mod why;

pub use bots::{BotRow, Bots};
pub use inspector::{Inspector, Page};
pub use order::{Column, Figures, Order};
pub use stream::{Row, Stream};
