//! The `botarium` binary: parses arguments and dispatches.

use std::process::ExitCode;

use botarium::{cli, files};

fn main() -> ExitCode {
    files::keep_to_oneself();
    cli::main()
}
