//! The `botarium` binary: parses arguments and dispatches.

fn main() {}
