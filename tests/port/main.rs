//! The port, as its clients see it: every route against a real engine with the embedded provider.

mod announced;
mod changing;
mod contract;
mod corpus;
mod dashboard;
mod declared;
mod errors;
mod flood;
mod leaving;
mod line;
mod live;
#[allow(dead_code)] // shared with the tests of the engine, which need more of it
#[path = "../engine/model.rs"]
mod model;
#[path = "../cli/patience.rs"]
mod patience;
#[path = "../cli/payloads.rs"]
mod payloads;
mod remote;
mod room;
mod security;
mod slow;
mod stopping;
mod tokens;
