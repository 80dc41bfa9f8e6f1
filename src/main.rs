//! The `botarium` binary: parses arguments and dispatches.

use std::process::ExitCode;

use botarium::cli::{self, Cli};
use botarium::files;
use clap::Parser as _;

fn main() -> ExitCode {
    files::keep_to_oneself();
    cli::run(Cli::parse())
}
