//! Reading injected events.

use super::Handle;
use crate::protocol::{EventTemplateView, EventView, Fault};
use crate::store::events;

impl Handle {
    /// Events, newest first: all, those in force, or those that are over.
    ///
    /// # Errors
    /// Database errors.
    pub async fn events(&self, active: Option<bool>) -> Result<Vec<EventView>, Fault> {
        let now = self.clock().now();
        self.read(move |c| events::events(c, now, active)).await
    }

    /// The ready-made events, in the order they are offered.
    ///
    /// # Errors
    /// None; like its siblings for the callers' sake.
    pub async fn event_templates(&self) -> Result<Vec<EventTemplateView>, Fault> {
        Ok(crate::embedded::event_templates()
            .into_iter()
            .map(|template| EventTemplateView {
                title: template.title,
                description: template.description,
                event_type: template.event_type,
                severity: template.severity,
            })
            .collect())
    }
}
