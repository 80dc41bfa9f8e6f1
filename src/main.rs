//! The `botarium` binary: parses arguments and dispatches.

use std::process::ExitCode;

use botarium::cli::{self, Cli};
use clap::Parser as _;

fn main() -> ExitCode {
    cli::run(Cli::parse())
}
