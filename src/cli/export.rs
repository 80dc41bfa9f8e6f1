//! `botarium export KIND`: the society as JSON, JSON lines or CSV.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use clap::Args;

use super::exit::Exit;
use super::out::Out;
use super::{Globals, door, runtime};
use crate::link::Link;
use crate::protocol::{ExportFormat, ExportKind};

/// Write the society's records as JSON, JSON lines or CSV
#[derive(Debug, Args)]
#[command(after_help = "\
A running engine is not disturbed; the export shows the society as it was when the export began.

Examples:
  botarium export threads --format csv -o threads.csv
  botarium export activity --days 7 --format jsonl | jq .details")]
pub struct ExportArgs {
    /// What to export
    kind: ExportKind,
    /// How to write it [default: by the file's ending, else json]
    #[arg(short, long)]
    format: Option<ExportFormat>,
    /// Only the last so many days (activity, usage, thoughts)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Write to a file instead of standard output; it appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(globals: &Globals, args: &ExportArgs, out: &Out) -> anyhow::Result<Exit> {
    runtime::block_on(async {
        let link = door::reading(globals).await?;
        let format = args.format.or_else(|| by_ending(args.output.as_deref())).unwrap_or_default();
        match &args.output {
            None => write_all(&link, args, format, BufWriter::new(io::stdout())).await.map(drop)?,
            Some(path) => {
                let part = path.with_added_extension("part");
                let file = File::create(&part).with_context(|| {
                    format!("cannot write {}; choose another file with -o", part.display())
                })?;
                let written = write_all(&link, args, format, BufWriter::new(file)).await;
                let rows = match written.and_then(|rows| Ok(std::fs::rename(&part, path).map(|()| rows)?)) {
                    Ok(rows) => rows,
                    Err(error) => {
                        let _ = std::fs::remove_file(&part);
                        return Err(error.context(format!("{} was not written", path.display())));
                    }
                };
                out.note(&format!("{rows} rows in {}", path.display()));
            }
        }
        Ok(Exit::Ok)
    })
}

fn by_ending(path: Option<&Path>) -> Option<ExportFormat> {
    match path?.extension()?.to_str()? {
        "csv" => Some(ExportFormat::Csv),
        "jsonl" | "ndjson" => Some(ExportFormat::Jsonl),
        "json" => Some(ExportFormat::Json),
        _ => None,
    }
}

async fn write_all(
    link: &Link,
    args: &ExportArgs,
    format: ExportFormat,
    sink: impl Write + Send + 'static,
) -> anyhow::Result<u64> {
    let sink = Arc::new(Mutex::new((sink, None::<io::Error>)));
    let shared = Arc::clone(&sink);
    let done = link
        .export(args.kind, format, args.days, move |bytes| {
            let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
            guard.0.write_all(bytes).map_err(|error| {
                let kind = error.kind();
                guard.1 = Some(error);
                kind.into()
            })
        })
        .await;
    let mut guard = sink.lock().unwrap_or_else(PoisonError::into_inner);
    // What stopped the writing says more than that the export stopped.
    if let Some(error) = guard.1.take() {
        return Err(error.into());
    }
    let rows = done?;
    guard.0.flush()?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_chooses_the_format() {
        let of = |name: &str| by_ending(Some(Path::new(name)));
        assert_eq!(of("a.csv"), Some(ExportFormat::Csv));
        assert_eq!(of("a.b.jsonl"), Some(ExportFormat::Jsonl));
        assert_eq!(of("a"), None);
    }
}
