//! Ollama's `/api/chat`.

use async_trait::async_trait;

use super::spec::not_configured;
use super::{Completion, DeltaSink, Provider, ProviderError, ProviderSpec, Request};

/// Ollama's `/api/chat`.
pub struct Ollama {
    name: String,
    model: String,
}

impl Ollama {
    /// Prepares the provider; nothing is connected yet.
    ///
    /// # Errors
    /// [`super::FailureKind::NotConfigured`] when something is missing.
    pub fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        Ok(Self { name: spec.name.clone(), model: spec.default_model().to_owned() })
    }
}

#[async_trait]
impl Provider for Ollama {
    fn name(&self) -> &str {
        &self.name
    }

    fn default_model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, _request: &Request, _deltas: DeltaSink) -> Result<Completion, ProviderError> {
        Err(not_configured(format!("{} cannot be reached yet", self.name)))
    }

    async fn models(&self) -> Result<Vec<String>, ProviderError> {
        Err(not_configured(format!("{} cannot be reached yet", self.name)))
    }
}
