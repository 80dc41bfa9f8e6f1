//! Changing the room: pace, provider, events.

use super::Handle;
use crate::protocol::{EventView, Fault, InjectEvent, PaceView, ProviderTest, ProviderView, SetPace};

impl Handle {
    /// Sets the room's pace.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_pace(&self, pace: SetPace) -> Result<PaceView, Fault> {
        let _ = (pace,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Injects an event.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn inject_event(&self, event: InjectEvent) -> Result<EventView, Fault> {
        let _ = (event,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Ends an event.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn deactivate_event(&self, id: i64) -> Result<EventView, Fault> {
        let _ = (id,);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Chooses the room's provider.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn set_default_provider(
        &self,
        name: &str,
        confirm_cost: bool,
    ) -> Result<Vec<ProviderView>, Fault> {
        let _ = (name, confirm_cost);
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Makes one tiny call.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn test_provider(&self, name: &str) -> Result<ProviderTest, Fault> {
        let _ = (name,);
        Err(Fault::unavailable("the engine is stopped"))
    }
}
