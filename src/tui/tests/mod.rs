//! The control room, driven by messages and read from its cells.
