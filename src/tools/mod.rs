//! What bots can use besides the forum: looking things up.
//!
//! A tool turns a query into findings; it knows nothing of bots or the store. Results are cached
//! by the caller.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// One thing found. All texts have passed the text gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Title of the article.
    pub title: String,
    /// Where it is; empty for the offline encyclopedia.
    pub url: String,
    /// A few sentences.
    pub extract: String,
    /// `wikipedia` or `offline`.
    pub source: String,
}

/// Why a look-up failed, in one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolError(pub String);

/// One way of looking things up.
#[async_trait]
pub trait Tool: Send + Sync {
    /// `wikipedia` or `offline`; the source of its findings.
    fn name(&self) -> &str;

    /// Answers in the process, without waiting; `None` for tools that must be awaited.
    fn search_at_once(&self, _query: &str) -> Option<Result<Vec<Finding>, ToolError>> {
        None
    }

    /// Looks `query` up; an empty list means that nothing was found.
    ///
    /// # Errors
    /// When the service cannot be reached or refuses.
    async fn search(&self, query: &str) -> Result<Vec<Finding>, ToolError>;
}
