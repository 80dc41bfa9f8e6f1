//! Small drawing pieces that panes and windows share. They know styles and cells, no model.

pub mod chart;
pub mod meter;
pub mod pen;
pub mod scroll;
pub mod text;

pub use pen::{Pen, frame};
pub use scroll::Scroll;
