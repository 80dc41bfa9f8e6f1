//! The port, as its clients see it: every route against a real engine with the embedded provider.

mod changing;
mod contract;
mod dashboard;
mod errors;
mod live;
mod remote;
mod room;
mod security;
mod slow;
mod stopping;
mod tokens;
