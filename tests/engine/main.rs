//! The engine as a whole, against a model server that says what each test wants it to say.
//!
//! `model` plays the server, `society` starts an engine in a temporary home and reads its
//! database from outside. Nothing here waits for a time to pass: tests wait for calls to arrive
//! at the server, for events on the bus or for rows.

mod acts;
mod books;
mod days;
mod eras;
mod forks;
mod kept;
mod killed;
mod ladder;
mod measures;
mod memories;
mod model;
mod outage;
mod pace;
mod past;
#[path = "../cli/patience.rs"]
mod patience;
mod real;
mod real_room;
mod replica;
mod rooms;
mod society;
mod stored;
mod storm;
mod troubles;
mod waiting;
mod wall;
