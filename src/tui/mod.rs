//! The control room: what a person sees of a society, and how they steer it.
//!
//! ```text
//!  botarium  ● live  ▶ turbo 5m · next Ada 0:42 · 6 bots · 12.4k tok $0.031 today      14:02:11
//!  [Live] Forum  Stats  Memory  Society  Moderation  Events  Log
//! ┌1 Bots────────────┐┌2 Activity ───── 3 new ↑ ┐┌3 Ada [Profile] Mind  Budget  Memory  Why ┐
//! │▸AD Ada    +12 ●  ││ 2s AD ↩ Ada replied to …││ …                                        │
//! └──────────────────┘└─────────────────────────┘└──────────────────────────────────────────┘
//! ┌4 Usage───────────┐┌5 Reputation ────────────┐┌6 Log ────────────────────────────────────┐
//!  m mind  b budget  w why  …                                                         ? help
//! ```
//!
//! One loop ([`run()`]) turns keys, events and answers into messages; [`update()`](update::update)
//! changes the [`Model`](model::Model) and says what to do outside; `effect` does it through the link; [`panes`] draw.
//! It sees `link`, `protocol`, `domain` and `config`, never an engine.

pub mod action;
mod app;
pub mod arrange;
mod background;
mod canvas;
mod editor;
mod effect;
pub mod headless;
mod input;
pub mod keymap;
pub mod layout;
pub mod links;
pub mod live;
pub mod marks;
pub mod model;
pub mod msg;
pub mod overlays;
pub mod panes;
mod rest;
pub mod rooms;
mod signals;
mod state;
pub mod tabs;
mod terminal;
pub mod theme;
pub mod update;
mod walk;
mod way_back;
pub mod widgets;

#[cfg(test)]
pub(crate) mod tests;

pub use app::{Notices, Options, Past, desktop_notice, is_plain, run, window_title};
