//! The reading methods.
