//! Small drawing pieces that panes and windows share. They know styles and cells, no model.

pub mod chart;
pub mod figure;
pub mod listing;
pub mod meter;
pub mod pen;
pub mod plot;
pub mod ring;
pub mod scroll;
pub mod svg;
pub mod text;

pub use listing::Listing;
pub use pen::{Pen, Sheet, frame};
pub use scroll::{Scroll, Window};
