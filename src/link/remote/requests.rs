//! Every command and query of the link, as the request that its declaration says; and what is streamed.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;

use super::{ANSWER, Remote, THINKING};
use crate::protocol::ask::{Ask, Method as Verb, Patience};
use crate::protocol::*;

impl Remote {
    /// Asks what is declared.
    pub(in crate::link) async fn ask<A: Ask>(&self, asked: &A) -> Result<A::Answer, Fault> {
        let sent = asked.write();
        let method = match A::ROUTE.method {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Delete => Method::DELETE,
        };
        let patience = match A::ROUTE.patience {
            Patience::Soon => ANSWER,
            Patience::Model => THINKING,
        };
        let mut request = self.inner.request(method, sent.parts(A::ROUTE.path)).timeout(patience);
        if !sent.query.is_empty() {
            request = request.query(&sent.query);
        }
        if let Some(body) = &sent.body {
            request = request.json(body);
        }
        self.inner.read(request).await
    }

    /// All bots, or those that a query names.
    pub(in crate::link) async fn bots(&self, query: &[(&str, String)]) -> Result<Vec<BotView>, Fault> {
        self.inner.get(&["api", "bots"], query).await
    }

    pub(in crate::link) async fn export(
        &self,
        kind: ExportKind,
        options: ExportOptions,
        mut sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<u64, Fault> {
        let kind = json!(kind);
        let path = ["api", "export", kind.as_str().unwrap_or_default()];
        let request = self.inner.request(Method::GET, &path).query(&[
            ("format", json!(options.format)),
            ("days", json!(options.days.unwrap_or(EVER))),
            ("order", json!(if options.newest_first { "newest" } else { "id" })),
            ("columns", json!(if options.all_columns { "all" } else { "fixed" })),
            ("bom", json!(options.bom)),
        ]);
        let mut pieces = self.inner.answer(request).await?.bytes_stream();
        let mut rows = Rows { format: options.format, ..Rows::default() };
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| self.inner.strange(&error))?;
            rows.count(&piece);
            sink(&piece).map_err(|error| Fault::internal(error.to_string()))?;
        }
        Ok(rows.total())
    }
}

/// Days that leave nothing out of an export.
const EVER: u32 = 36_500;

/// Counts the rows of an export as they pass.
#[derive(Default)]
struct Rows {
    format: ExportFormat,
    ends: u64,
    quoted: bool,
    escaped: bool,
    depth: u32,
}

impl Rows {
    fn count(&mut self, piece: &[u8]) {
        for byte in piece {
            match byte {
                _ if std::mem::take(&mut self.escaped) => {}
                b'\\' if self.quoted && self.format != ExportFormat::Csv => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ends +=
                        u64::from(self.format == ExportFormat::Json && *byte == b'}' && self.depth == 1);
                }
                b'\n' => self.ends += u64::from(self.format != ExportFormat::Json),
                _ => {}
            }
        }
    }

    /// Rows seen; the first line of CSV is none.
    fn total(&self) -> u64 {
        if self.format == ExportFormat::Csv { self.ends.saturating_sub(1) } else { self.ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_whatever_is_in_them() {
        let count = |format, text: &str| {
            let mut rows = Rows { format, ..Rows::default() };
            for piece in text.as_bytes().chunks(3) {
                rows.count(piece);
            }
            rows.total()
        };
        assert_eq!(count(ExportFormat::Json, r#"[{"a":"}\"{"},{"b":{"c":[1,{}]}}]"#), 2);
        assert_eq!(count(ExportFormat::Json, "[]"), 0);
        assert_eq!(count(ExportFormat::Jsonl, "{\"a\":\"\\n\"}\n{}\n"), 2);
        assert_eq!(count(ExportFormat::Csv, "id,text\n1,\"a\nb \"\"c\"\"\"\n2,x\n"), 2);
    }
}
