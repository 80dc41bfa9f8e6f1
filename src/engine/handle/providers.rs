//! Reading how the providers are and do.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::Handle;
use crate::domain::Price;
use crate::domain::personality::ModelConfig;
use crate::domain::place::addresses;
use crate::domain::text::clean_line;
use crate::engine::ProviderSetup;
use crate::engine::shared::Shared;
use crate::llm::guard::Phase;
use crate::llm::{Guard, Member, Pool, ProviderKind, Queue, home_of_foreign};
use crate::protocol::{Fault, LadderCount, MemberView, PoolView, ProviderView, QueueView};
use crate::society::budget::Tariff;
use crate::store::providers;

impl Handle {
    /// The configured providers with their state, prices and how their answers were read.
    ///
    /// # Errors
    /// Database errors.
    pub async fn providers(&self) -> Result<Vec<ProviderView>, Fault> {
        let (ladder, failing, extractions, caches) = self
            .read(|c| {
                let (ladder, extractions) = (providers::ladder(c)?, providers::extractions(c)?);
                Ok((ladder, providers::failing(c)?, extractions, providers::caches(c)?))
            })
            .await?;
        let settings = &self.shared.settings;
        let (room, models) = {
            let models = self.shared.live().models.clone();
            (self.shared.society.settings().provider.clone(), models)
        };
        let pools = self.shared.pools().await;
        Ok(settings
            .providers
            .iter()
            .map(|setup| {
                let name = &setup.spec.name;
                let is_default = *name == room;
                let error = failing
                    .iter()
                    .find(|(of, _)| of == name || (is_default && of == "default"))
                    .map(|(_, error)| error.clone());
                let models = models.get(name).cloned().unwrap_or_default();
                let ladder = ladder.iter().filter(|count| count.provider == *name).cloned().collect();
                let extractions =
                    extractions.iter().filter(|count| count.provider == *name).cloned().collect();
                let view = self.provider_view(setup, is_default, error, models, ladder);
                let cache = caches.iter().filter(|count| count.provider == *name).cloned().collect();
                let pool = pools.iter().find(|(of, _)| of == name).map(|(_, pool)| pool_view(pool));
                ProviderView { extractions, cache, pool, ..view }
            })
            .collect())
    }

    /// What a server told of its contexts, where it did.
    fn contexts_told(&self, name: &str) -> Option<String> {
        let settings = self.shared.society.settings();
        let told: Vec<String> = settings
            .contexts
            .iter()
            .filter(|((provider, _), _)| provider == name)
            .map(|((_, model), size)| format!("{model} {size}"))
            .collect();
        (!told.is_empty()).then(|| {
            format!(
                "prompts are kept within the context its server told of, in tokens: {}; a test of the provider forgets that",
                told.join(", ")
            )
        })
    }

    fn provider_view(
        &self,
        setup: &ProviderSetup,
        is_default: bool,
        error: Option<String>,
        models: Vec<String>,
        ladder: Vec<LadderCount>,
    ) -> ProviderView {
        let spec = &setup.spec;
        let (state, message) = match self.shared.guard(&spec.name) {
            Err(why) => ("not_configured", Some(why)),
            Ok(guard) => {
                let breaker = guard.state();
                let open = breaker.last_error.filter(|_| breaker.phase != Phase::Closed);
                open.or(error).map_or(("ready", None), |error| ("failing", Some(error)))
            }
        };
        let message = message.or_else(|| self.contexts_told(&spec.name));
        let model = self.shared.society.model_of(&spec.name, spec.default_model());
        let tariff = Tariff::of(&self.shared.society.frame, &spec.name, &model);
        let listed = tariff.priced.then_some(tariff.price);
        let pricing = match listed {
            None => "unpriced",
            Some(Price::FREE) => "free",
            Some(_) => "priced",
        };
        ProviderView {
            name: spec.name.clone(),
            kind: spec.kind.to_string(),
            is_default,
            state: state.into(),
            message,
            base_url: (spec.kind != ProviderKind::Scripted)
                .then(|| addresses(spec.address()).map(without_credentials).collect::<Vec<_>>().join(", ")),
            default_model: model,
            models,
            pricing: pricing.into(),
            price_in: listed.map(|price| dollars(price.input)),
            price_out: listed.map(|price| dollars(price.output)),
            prices_as_of: self.shared.settings.prices.as_of().into(),
            ladder,
            extractions: Vec::new(),
            queue: self.shared.guard(&spec.name).map_or_else(|_| QueueView::default(), |g| queue(g.queue())),
            cache: Vec::new(),
            pool: None,
        }
    }
}

fn pool_view(pool: &Pool) -> PoolView {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let member = |member: &Member| MemberView {
        name: member.name.clone(),
        models: member.models.clone(),
        concurrency: count(member.concurrency),
        in_flight: count(member.in_flight),
        answered: member.answered,
        failed: member.failed,
        tokens_a_second: member.tokens_a_second,
        heard_ms: member.heard.map(millis),
        resting_ms: member.resting.map(millis),
    };
    PoolView {
        members: pool.members.iter().map(member).collect(),
        in_flight: count(pool.in_flight),
        waiting: count(pool.waiting),
        trouble: pool.trouble.clone(),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn queue(queue: Queue) -> QueueView {
    QueueView {
        under_way: count(queue.under_way),
        waiting: count(queue.waiting),
        taken: queue.taken,
        waited_ms: u64::try_from(queue.waited.as_millis()).unwrap_or(u64::MAX),
    }
}

impl Shared {
    /// Who answers behind the providers that are more than one server, all asked at once.
    pub(super) async fn pools(&self) -> Vec<(String, Pool)> {
        let ask = |(name, guard): (&String, &Arc<Guard>)| {
            let (name, guard) = (name.clone(), guard.clone());
            async move { Some((name, guard.pool().await?)) }
        };
        join_all(self.guards.iter().map(ask)).await.into_iter().flatten().collect()
    }

    /// Refuses a provider that is not set up, and a model that the provider cannot have, before either is stored.
    ///
    /// # Errors
    /// 422 with the field at fault and what would do.
    pub(super) fn check_voice(&self, section: &str, model: &ModelConfig) -> Result<(), Fault> {
        let name = self.society.resolve(&model.provider);
        if model.provider != "default"
            && let Err(why) = self.society.voice(&name)
        {
            let others: Vec<_> = self.guards.keys().map(String::as_str).collect();
            let message =
                format!("cannot be {}: {why}; set up are default, {}", model.provider, others.join(", "));
            return Err(Fault::invalid_field(&format!("{section}.provider"), clean_line(&message, 500)));
        }
        let Some(setup) = self.settings.providers.iter().find(|setup| setup.spec.name == name) else {
            return Ok(());
        };
        let (spec, wanted) = (&setup.spec, model.model.as_str());
        let usual = self.society.model_of(&name, spec.default_model());
        if wanted.is_empty() || wanted == usual {
            return Ok(());
        }
        let offered = self.live().models.get(&name).cloned().unwrap_or_default();
        if offered.iter().any(|offered| offered == wanted) {
            return Ok(());
        }
        let Some(home) = home_of_foreign(spec.kind, spec.is_gateway(), wanted) else { return Ok(()) };
        let message = format!(
            "{} is a model of {home}, and {name} has no such model: leave it empty for {}, or choose a provider that has it",
            clean_line(wanted, 100),
            usual
        );
        Err(Fault::invalid_field(&format!("{section}.model"), message))
    }
}

/// Nano-dollars as dollars.
#[allow(clippy::cast_precision_loss)] // a price has few digits
fn dollars(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// The address without what stands before an `@` and without a query.
fn without_credentials(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match address.split_once("://") {
        None => address.to_owned(),
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
            let host = host.rsplit('@').next().unwrap_or(host);
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_show_no_credentials() {
        assert_eq!(without_credentials("https://me:secret@host:8/v1?key=x"), "https://host:8/v1");
        assert_eq!(without_credentials("http://127.0.0.1:11434"), "http://127.0.0.1:11434");
    }
}
