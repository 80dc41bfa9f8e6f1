//! Driving the society: beats, pauses, backups.

use super::Handle;
use crate::protocol::{EngineState, Fault};

impl Handle {
    /// Stops waking bots.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn pause_engine(&self) -> Result<EngineState, Fault> {
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Wakes bots again.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn resume_engine(&self) -> Result<EngineState, Fault> {
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Runs one beat of the bot that is next.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn step_engine(&self) -> Result<EngineState, Fault> {
        Err(Fault::unavailable("the engine is stopped"))
    }

    /// Copies the database; answers the size of the copy in bytes.
    ///
    /// # Errors
    /// 503 while the engine is stopped.
    pub async fn backup(&self, path: &std::path::Path) -> Result<u64, Fault> {
        let _ = (path,);
        Err(Fault::unavailable("the engine is stopped"))
    }
}
