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
//! changes the [`Model`](state::Model) and says what to do outside; `effect` does it through the link; [`view`] draws.
//!
//! What is shown, what changes it and how it looks are told apart: what there is of bots is in `state/bots.rs`, how they
//! are drawn in `view/bots.rs`; a tab's keys and answers are in `update/tabs/`. Drawing writes nothing: it answers what
//! stands where (`state/drawn.rs`), which the model keeps for the keys and the mouse. `view` knows `state`, and `update` both;
//! neither knows `update`. Where one can go is in `state/nav.rs`, going there in `update/go.rs`. What a person can do at all
//! is one table, [`action`]; windows over the tabs ([`overlays`]) have their data and their drawing in one file each.
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
pub mod marks;
pub mod msg;
pub mod overlays;
mod rest;
pub mod rooms;
mod saved;
mod signals;
pub mod state;
mod terminal;
pub mod theme;
pub mod update;
pub mod view;
mod walk;
mod way_back;
pub mod widgets;

#[cfg(test)]
pub(crate) mod tests;

pub use app::{Notices, Options, Past, account, desktop_notice, is_plain, run, window_title};
