//! What a MediaWiki answers (`format=json`, `formatversion=2`), read into findings or an error.

use serde::Deserialize;

use super::{MAX_FINDINGS, SOURCE};
use crate::domain::activity::Finding;
use crate::domain::text;
use crate::tools::{MAX_EXTRACT, ToolError};

/// Longest title and address, in characters.
const MAX_TITLE: usize = 200;
const MAX_URL: usize = 500;

#[derive(Deserialize)]
struct Answer {
    error: Option<ApiError>,
    /// Missing when nothing was found.
    query: Option<Query>,
}

#[derive(Deserialize)]
struct ApiError {
    code: String,
    #[serde(default)]
    info: String,
    /// Seconds, with `maxlag`.
    lag: Option<f64>,
}

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    pages: Vec<WikiPage>,
}

#[derive(Deserialize)]
struct WikiPage {
    title: String,
    /// Rank in the search; pages come in any order.
    #[serde(default)]
    index: i64,
    #[serde(default)]
    extract: String,
    #[serde(default)]
    fullurl: String,
    #[serde(default)]
    pageprops: PageProps,
}

#[derive(Default, Deserialize)]
struct PageProps {
    /// Present (and empty) on pages that only list the meanings of a word.
    disambiguation: Option<String>,
}

/// Reads a successful answer, which may still carry an error.
pub(super) fn findings(body: &[u8], host: &str, retry_after: Option<u64>) -> Result<Vec<Finding>, ToolError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| {
        let reason = if looks_like_html(body) {
            "a web page".to_owned()
        } else if error.is_eof() {
            "the JSON ends too early".to_owned()
        } else {
            text::clean_line(&format!("no JSON of the expected shape ({error})"), 200)
        };
        ToolError::Protocol { host: host.into(), reason }
    })?;
    if let Some(error) = answer.error {
        return Err(error.into_tool_error(host, retry_after));
    }
    let mut pages = answer.query.map_or_else(Vec::new, |query| query.pages);
    pages.sort_by_key(|page| page.index);
    Ok(pages.into_iter().filter_map(WikiPage::finding).take(MAX_FINDINGS).collect())
}

/// The API's own error in the body of a failure, if there is one.
pub(super) fn api_error(body: &[u8], host: &str, retry_after: Option<u64>) -> Option<ToolError> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    answer.error.map(|error| error.into_tool_error(host, retry_after))
}

impl ApiError {
    fn into_tool_error(self, host: &str, retry_after: Option<u64>) -> ToolError {
        let host = host.to_owned();
        match self.code.as_str() {
            "maxlag" | "ratelimited" | "readonly" => {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                // saturates, and is bounded
                let lag = self.lag.map(|lag| lag.ceil().clamp(0.0, 86_400.0) as u64);
                ToolError::Busy { host, retry_after: retry_after.or(lag) }
            }
            code => ToolError::Refused {
                host,
                code: text::clean_line(code, 60),
                message: text::clean_line(&self.info, 200),
            },
        }
    }
}

impl WikiPage {
    fn finding(self) -> Option<Finding> {
        let title = text::clean_line(&self.title, MAX_TITLE);
        let extract = shorten(&text::clean_line(&self.extract, MAX_EXTRACT * 4));
        if self.pageprops.disambiguation.is_some() || title.is_empty() || extract.is_empty() {
            return None;
        }
        let is_web = self.fullurl.starts_with("https://") || self.fullurl.starts_with("http://");
        let url = if is_web { text::clean_line(&self.fullurl, MAX_URL) } else { String::new() };
        Some(Finding { title, url, extract, source: SOURCE.into() })
    }
}

/// Cuts to [`MAX_EXTRACT`] characters, after a sentence where one ends in the second half.
fn shorten(extract: &str) -> String {
    let cut = text::cut(extract, MAX_EXTRACT);
    if cut == extract {
        return cut;
    }
    match cut.rfind(". ") {
        Some(end) if end > cut.len() / 2 => cut[..=end].to_owned(),
        _ => cut,
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(200)]).trim_start().to_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}
