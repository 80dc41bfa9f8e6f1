//! `botarium export KIND`: the society as JSON, JSON lines or CSV.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::exit::{Exit, Usage};
use super::out::{self, Out};
use super::{Globals, door, runtime};
use crate::files::{OutError, OutFile, shown};
use crate::link::Link;
use crate::protocol::{ExportFormat, ExportKind, ExportOptions};

/// Write the society's records as JSON, JSON lines or CSV
#[derive(Debug, Args)]
#[command(after_help = "\
A running engine is not disturbed; the export shows the society as it was when the export began.

Examples:
  botarium export threads --format csv -o threads.csv
  botarium export memories --archive -o archive.jsonl
  botarium export activity --days 7 --format jsonl | jq .details")]
pub struct ExportArgs {
    /// What to export
    kind: ExportKind,
    /// With memories: those that summaries stand for, instead of those that are held
    #[arg(long)]
    archive: bool,
    /// How to write it [default: by the file's ending, else json]
    #[arg(short, long)]
    format: Option<ExportFormat>,
    /// Only what was made in the last so many days; bots come whole
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Let CSV have every column, not those alone that never change
    #[arg(long)]
    all_columns: bool,
    /// Begin CSV with a byte order mark, which some spreadsheets want
    #[arg(long)]
    bom: bool,
    /// Write to a file instead of standard output (`-`); it appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
}

pub fn run(globals: &Globals, args: &ExportArgs, out: &Out) -> anyhow::Result<Exit> {
    let kind = match (args.kind, args.archive) {
        (kind, false) => kind,
        (ExportKind::Memories, true) => ExportKind::Archive,
        (_, true) => {
            let why = "only memories have an archive: botarium export memories --archive";
            return Err(Usage(why.into()).into());
        }
    };
    runtime::block_on(async {
        let link = door::reading(globals).await?;
        let format = args.format.or_else(|| by_ending(args.output.as_deref())).unwrap_or_default();
        match args.output.as_deref().filter(|path| *path != Path::new("-")) {
            None => {
                let written = write_all(&link, kind, args, format, BufWriter::new(io::stdout())).await;
                written.map(drop).map_err(|error| match error.downcast::<io::Error>() {
                    Ok(error) => out::not_written(error).into(),
                    Err(error) => error,
                })?;
            }
            Some(path) => {
                let file = BufWriter::new(OutFile::create(path, args.force)?);
                let failed = |why| OutError::Io { path: path.to_owned(), why };
                let (rows, file) = write_all(&link, kind, args, format, file)
                    .await
                    .map_err(|error| error.context(format!("{} was not written", shown(path))))?;
                file.into_inner().map_err(|error| failed(error.into_error()))?.finish()?;
                out.note(&format!("{rows} rows in {}", shown(path)));
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

/// Writes everything, and gives the sink back with the number of rows.
async fn write_all<W: Write + Send + 'static>(
    link: &Link,
    kind: ExportKind,
    args: &ExportArgs,
    format: ExportFormat,
    sink: W,
) -> anyhow::Result<(u64, W)> {
    let options = ExportOptions {
        format,
        days: args.days,
        newest_first: false,
        all_columns: args.all_columns,
        bom: args.bom,
    };
    let sink = Arc::new(Mutex::new((Some(sink), None::<io::Error>)));
    let shared = Arc::clone(&sink);
    let done = link
        .export(kind, options, move |bytes| {
            let mut guard = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(sink) = &mut guard.0 else { return Err(io::ErrorKind::BrokenPipe.into()) };
            sink.write_all(bytes).map_err(|error| {
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
    let mut sink = guard.0.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    sink.flush()?;
    Ok((rows, sink))
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
