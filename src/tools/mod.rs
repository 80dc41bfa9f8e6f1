//! Looking things up: one small trait, the encyclopedia inside the binary and Wikipedia.
//!
//! A tool turns a query into [`Finding`]s. It knows nothing of bots, budgets or the store; results
//! are cached and remembered by whoever asks. Beside `llm`, only this module speaks HTTP to the outside.

pub mod offline;
pub mod wikipedia;

pub use offline::Offline;
pub use wikipedia::Wikipedia;

use async_trait::async_trait;

use crate::domain::activity::Finding;

/// Most findings of one search.
pub const MAX_FINDINGS: usize = 3;

/// Longest extract of one finding, in characters.
pub const MAX_EXTRACT: usize = 600;

/// A place to look things up. An empty list means that nothing was found, and is no error.
#[async_trait]
pub trait Tool: Send + Sync {
    /// What it is called in records: the `source` of its findings.
    fn name(&self) -> &str;

    /// Searches without waiting, where the tool can; `None` for tools that must be awaited.
    fn search_at_once(&self, _query: &str) -> Option<Result<Vec<Finding>, ToolError>> {
        None
    }

    /// Searches for `query`, best finding first, at most [`MAX_FINDINGS`].
    ///
    /// # Errors
    /// See [`ToolError`].
    async fn search(&self, query: &str) -> Result<Vec<Finding>, ToolError>;
}

/// What can go wrong with a search. Messages say what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// Nothing to search for.
    #[error("the search has no words in it")]
    EmptyQuery,
    /// The server cannot be reached.
    #[error("{host} cannot be reached ({reason}); check the network, or set search.backend to offline")]
    Connect {
        /// Host of the server.
        host: String,
        /// What the network said.
        reason: String,
    },
    /// No complete answer in time.
    #[error("{host} did not answer within {seconds} s")]
    Timeout {
        /// Host of the server.
        host: String,
        /// How long it was waited.
        seconds: u64,
    },
    /// The server asks for a pause: 429, 503, `maxlag` or `ratelimited`.
    #[error("{host} asks to wait {}", wait(*retry_after))]
    Busy {
        /// Host of the server.
        host: String,
        /// How long, in seconds, when it said so.
        retry_after: Option<u64>,
    },
    /// The server answered with an error of its own.
    #[error("{host} answered {code}: {message}")]
    Refused {
        /// Host of the server.
        host: String,
        /// HTTP status or the API's error code.
        code: String,
        /// What it said, gated.
        message: String,
    },
    /// The answer is not what the API documents: HTML, cut JSON, too long, a redirect elsewhere.
    #[error("{host} answered something that is no search result: {reason}")]
    Protocol {
        /// Host of the server.
        host: String,
        /// What was wrong with it.
        reason: String,
    },
    /// The tool is set up wrongly.
    #[error("{0}")]
    Setup(String),
}

fn wait(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "a while".into(), |s| format!("{s} s"))
}
