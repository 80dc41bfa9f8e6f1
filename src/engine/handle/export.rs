//! Streaming the society out.

use super::Handle;
use crate::protocol::{ExportKind, ExportOptions, Fault};
use crate::store::export;

impl Handle {
    /// Writes every row of `kind` to `sink` in pieces, and answers how many rows there were.
    ///
    /// It reads on a connection of its own, so that a slow reader holds nobody up, and sees the
    /// society as it was when it began.
    ///
    /// # Errors
    /// Database errors; what `sink` returned.
    pub async fn export(
        &self,
        kind: ExportKind,
        options: ExportOptions,
        sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<u64, Fault> {
        let (lens, path) = (self.lens(), self.shared.store.path().to_path_buf());
        tokio::task::spawn_blocking(move || export::from_file(&path, &lens, kind, options, sink))
            .await
            .map_err(|error| Fault::internal(format!("the export stopped: {error}")))?
            .map_err(Fault::from)
    }
}
