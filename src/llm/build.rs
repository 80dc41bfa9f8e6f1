//! The one place that turns what a configuration says about a provider into one.

use std::sync::Arc;

use super::driver::Driver;
use super::several::Several;
use super::{Provider, ProviderError, ProviderKind, ProviderSpec, anthropic, nats, ollama, openai, scripted};
use crate::domain::place::addresses;
use crate::domain::secret::shown_address;

/// Builds a provider. Nothing is connected, resolved or loaded yet: that happens with the first call.
///
/// # Errors
/// `FailureKind::NotConfigured` when a key is missing or the address is none.
pub fn build(spec: &ProviderSpec) -> Result<Arc<dyn Provider>, ProviderError> {
    // A queue's client knows what to do with several servers of its own.
    if spec.servers() == 1 || spec.kind == ProviderKind::Nats {
        return single(spec);
    }
    let each = addresses(spec.address()).map(|address| {
        let one = ProviderSpec { base_url: Some(address.to_owned()), ..spec.clone() };
        Ok((shown_address(address), single(&one)?))
    });
    let servers = each.collect::<Result<_, ProviderError>>()?;
    Ok(Arc::new(Several::new(&spec.name, spec.default_model(), servers)))
}

/// A provider of one server.
fn single(spec: &ProviderSpec) -> Result<Arc<dyn Provider>, ProviderError> {
    Ok(match spec.kind {
        ProviderKind::Scripted => Arc::new(scripted::Scripted::new()),
        ProviderKind::Ollama => Arc::new(Driver::new(spec, ollama::Ollama::new(spec))?),
        ProviderKind::Anthropic => Arc::new(Driver::new(spec, anthropic::Anthropic::new(spec))?),
        ProviderKind::OpenAi => Arc::new(Driver::new(spec, openai::OpenAi::new(spec))?),
        ProviderKind::Nats => Arc::new(nats::Nats::new(spec)?),
    })
}
