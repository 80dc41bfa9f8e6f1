//! What is measured of the engine, for who watches it from outside.

use super::Handle;
use crate::engine::clock;
use crate::llm::guard::Phase;
use crate::llm::{Measured, Queue};
use crate::protocol::Fault;
use crate::store::measures::{self, Kept};

/// What is measured. Counts that the database keeps go on from one start to the next; the others begin anew.
#[derive(Clone, Debug)]
pub struct Measures {
    /// Groups of changes committed since the start.
    pub commits: u64,
    /// Transactions taken back since the start.
    pub rollbacks: u64,
    /// Whether the database can be written.
    pub is_ready: bool,
    /// The providers that are set up, by name.
    pub providers: Vec<(String, Calls)>,
    /// What the database keeps.
    pub kept: Kept,
}

/// What is measured of a provider.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// Whether calls are let through.
    pub is_ready: bool,
    /// The line for its places.
    pub queue: Queue,
    /// How its calls went since the start.
    pub measured: Measured,
}

impl Handle {
    /// When it started, in seconds since 1970 by the machine's clock as it stands now.
    #[must_use]
    pub fn started(&self) -> f64 {
        clock::by_the_machine().saturating_sub(self.shared.started.elapsed()).as_secs_f64()
    }

    /// What is measured.
    ///
    /// # Errors
    /// Database errors.
    pub async fn measures(&self) -> Result<Measures, Fault> {
        let kept = self.read(measures::kept).await?;
        let shared = &self.shared;
        let providers = shared.settings.providers.iter().map(|setup| {
            let name = setup.spec.name.clone();
            let calls = shared.guard(&name).map_or_else(
                |_| Calls::default(),
                |guard| Calls {
                    is_ready: guard.state().phase == Phase::Closed,
                    queue: guard.queue(),
                    measured: guard.measured(),
                },
            );
            (name, calls)
        });
        Ok(Measures {
            commits: shared.store.commits(),
            rollbacks: shared.store.rollbacks(),
            is_ready: self.trouble().is_none(),
            providers: providers.collect(),
            kept,
        })
    }
}
