//! Anthropic's Messages API.

use async_trait::async_trait;

use super::spec::not_configured;
use super::{Completion, DeltaSink, Provider, ProviderError, ProviderSpec, Request};

/// Anthropic's Messages API.
pub struct Anthropic {
    name: String,
    model: String,
}

impl Anthropic {
    /// Prepares the provider; nothing is connected yet.
    ///
    /// # Errors
    /// [`super::FailureKind::NotConfigured`] when something is missing.
    pub fn new(spec: &ProviderSpec) -> Result<Self, ProviderError> {
        Ok(Self { name: spec.name.clone(), model: spec.default_model().to_owned() })
    }
}

#[async_trait]
impl Provider for Anthropic {
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
