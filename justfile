# The commands of CONTRIBUTING.md. `just --list` shows them.

set shell := ["bash", "-euo", "pipefail", "-c"]

# Shows this list.
default:
    @just --list

# The control room from source, with a home of its own.
run *arguments:
    cargo run -- --home target/home {{ arguments }}

# Formatting, lints, documentation and the doors: seconds, once everything was built.
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --quiet
    cargo test --locked --test doors

# All tests, or those of one program that match: `just test port declared`.
test program="" *matching:
    cargo test --locked {{ if program == "" { "" } else if program == "lib" { "--lib" } else { "--test " + program } }} -- {{ matching }}

# One bench: society, port, screen, lived, past or workers.
bench name *arguments:
    cargo bench --bench {{ name }} -- {{ arguments }}

# Writes the screens of the tests anew.
screens:
    INSTA_UPDATE=always cargo test --locked --lib tui::
    git diff --stat -- src/tui/tests/snapshots

# Writes the OpenAPI document anew.
openapi:
    INSTA_UPDATE=always cargo test --locked --lib openapi::describe
    git diff --stat -- src/port/openapi

# Everything a change has to pass.
ci:
    .ci/run

# Licences, crates that are kept out, and where crates come from.
deny:
    cargo deny check licenses bans sources

# What a release needs besides: advisories, the oldest Rust, and a build for Windows that is checked and not run.
release-check: deny
    cargo deny check advisories
    rustup toolchain install --profile minimal "$(just oldest)"
    cargo "+$(just oldest)" check --locked --all-targets
    rustup target add x86_64-pc-windows-gnu
    cargo check --locked --target x86_64-pc-windows-gnu

# The oldest Rust that is supported.
@oldest:
    sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml
