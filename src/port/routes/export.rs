//! Tag `export`: the society, streamed out in constant memory.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use crate::port::auth::Caller;
use crate::port::extract::{At, Bounded, Flag, Params, word};
use crate::port::reply::Refusal;
use crate::port::state::Port;
use crate::protocol::{ExportFormat, ExportKind, ExportOptions, Fault, FaultKind, Role};

/// Pieces that wait for a slow client.
const PIECES: usize = 8;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportParams {
    /// json (one array), jsonl (one object a line) or csv.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, required = false)]
    format: ExportFormat,
    /// For activity: only the last days, 30 when left out. The other kinds have no end.
    #[param(inline, required = false, value_type = u32, minimum = 1, maximum = 36_500)]
    days: Option<Bounded<1, 36_500, 30>>,
    /// Whether threads, activity and bots come newest first or by id. The other kinds have one order.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, required = false)]
    order: Order,
    /// Whether CSV of activity and bots has the columns of the contract alone, or all of them.
    #[serde(default, deserialize_with = "word")]
    #[param(inline, required = false)]
    columns: Columns,
    /// Whether CSV begins with a byte order mark, which some spreadsheets want.
    #[serde(default)]
    #[param(inline, required = false)]
    bom: Flag,
}

/// The order of an export.
#[derive(Copy, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// By id.
    Id,
}

/// The columns of a CSV file.
#[derive(Copy, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Columns {
    /// Those that never change.
    #[default]
    Fixed,
    /// Every one.
    All,
}

/// Exports the society
///
/// Sent as an attachment while it is read. CSV cells are made inert for spreadsheets. The journal needs an operator
/// token where tokens are needed.
#[utoipa::path(get, path = "/api/export/{kind}", tag = "export",
    params(("kind" = inline(ExportKind), Path, description = "What to export"), ExportParams),
    responses((status = 200, description = "The rows", content(
        ("application/json"), ("application/x-ndjson"), ("text/csv")))))]
pub(super) async fn export(
    State(port): State<Port>,
    Extension(caller): Extension<Caller>,
    At(kind): At,
    Params(q): Params<ExportParams>,
) -> Result<Response, Refusal> {
    let name = kind;
    let kind: ExportKind =
        serde_json::from_value(name.as_str().into()).map_err(|_| Fault::not_found("export", &name))?;
    if kind == ExportKind::Journal && caller.role == Role::Viewer {
        let why = "a viewer may only look: the journal needs an operator token";
        return Err(Fault::new(FaultKind::Forbidden, why).into());
    }
    let days = match kind {
        ExportKind::Activity => Some(q.days.unwrap_or_default().0),
        _ => q.days.map(|days| days.0),
    };
    let options = ExportOptions {
        format: q.format,
        days,
        newest_first: q.order == Order::Newest,
        all_columns: q.columns == Columns::All,
        bom: q.bom.0,
    };
    let (sender, mut receiver) = mpsc::channel::<Result<Bytes, Fault>>(PIECES);
    let (engine, pieces) = (port.engine().clone(), sender.clone());
    tokio::spawn(async move {
        let sink = move |piece: &[u8]| {
            // Runs on a blocking thread; an error means the client has gone.
            pieces.blocking_send(Ok(Bytes::copy_from_slice(piece))).map_err(std::io::Error::other)
        };
        if let Err(fault) = engine.export(kind, options, sink).await {
            let _ = sender.send(Err(fault)).await; // nobody may read any more
        }
    });
    // A fault before the first piece is still an answer with its own status.
    let first = match receiver.recv().await {
        Some(Err(fault)) => return Err(fault.into()),
        first => first,
    };
    let rest =
        stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    // Who compresses it asks once more behind its end.
    let body = Body::from_stream(stream::iter(first).chain(rest).fuse());
    let (media, ending) = match q.format {
        ExportFormat::Json => ("application/json", "json"),
        ExportFormat::Jsonl => ("application/x-ndjson", "jsonl"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let attachment = format!("attachment; filename=\"{name}.{ending}\"");
    let headers = [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, attachment)];
    Ok((headers, body).into_response())
}
