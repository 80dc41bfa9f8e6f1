//! When the screen may rest: how long it stays right if nothing happens.
//!
//! A wake-up a second costs a room that only waits most of what it costs at all, so the clock counts
//! seconds only beside something else that does.

use super::overlays::Overlay;
use super::widgets::text;
use crate::domain::Stamp;
use crate::link::Connection;
use crate::protocol::EngineState;
use crate::tui::state::Model;

/// Microseconds in a minute of the clock.
const MINUTE: i64 = 60_000_000;

impl Model {
    /// Whether nothing is told in seconds: no beat is near, none was just now, and the engine is there.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        let Some(room) = &self.room else { return false };
        let far = room.engine != EngineState::Running
            || self.next_beat_at().is_none_or(|at| at.seconds_since(self.now) >= text::FAR);
        let last = self.inspector.bot.as_ref().and_then(|bot| bot.last_beat_at);
        let old = [last, self.stream.newest_at()].into_iter().flatten();
        far && old.into_iter().all(|at| self.now.seconds_since(at) > 60)
            && !self.bots.any_thinking()
            && matches!(self.connection, Connection::Local | Connection::Connected)
    }

    /// Until when the screen stays as it is if nothing happens: the clock's next minute, or when the next
    /// beat comes near. `None` while seconds are told or something lies on top that will go.
    #[must_use]
    pub fn rests_until(&self) -> Option<Stamp> {
        if !self.is_calm() || !self.toasts.is_empty() || self.overlays.iter().any(Overlay::waits) {
            return None;
        }
        let minute = self.now.plus_micros(MINUTE - self.now.micros().rem_euclid(MINUTE));
        let running = self.room.as_ref().is_some_and(|room| room.engine == EngineState::Running);
        let near = self.next_beat_at().filter(|_| running).map(|at| at.plus_seconds(1 - text::FAR));
        Some(near.map_or(minute, |near| near.min(minute)))
    }

    fn next_beat_at(&self) -> Option<Stamp> {
        self.bots.next().and_then(|row| row.next_beat_at)
    }
}
