//! What the machine asks of the world around it, beside what its outcomes say: telling people, waking bots, writing
//! thought records up.

use crate::domain::Stamp;
use crate::protocol::Notice;
use crate::store::Result;
use crate::store::thoughts::{Packed, RecordKey, ThoughtRecord};

/// A thought record that is made when it is written up.
pub(crate) type Sheet = Box<dyn FnOnce() -> ThoughtRecord + Send>;
/// A thought record that was handed over: called, it is there as it is stored.
pub(crate) type WrittenUp = Box<dyn FnOnce() -> Result<Packed> + Send>;

/// The world around a society. Nothing of what it does or answers changes what an input leads to.
pub(crate) trait World: Send + Sync {
    /// Whether anybody listens; what nobody hears need not be made.
    fn is_heard(&self) -> bool;

    /// Activity `seq` is stored: `notice` tells of it.
    fn announce(&self, seq: i64, at: Stamp, notice: Notice);

    /// Activity `seq` is stored, and nobody is told.
    fn note(&self, seq: i64);

    /// Something happened that has no activity of its own.
    fn tell(&self, at: Stamp, notice: Notice);

    /// A bot's next beat is stored.
    fn planned(&self, bot: &str, due: Stamp);

    /// A bot wakes no more.
    fn unplanned(&self, bot: &str);

    /// Bots wake, or wake no more.
    fn awake(&self, awake: bool);

    /// A provider on this machine or near it cannot be reached.
    fn troubled(&self, provider: &str);

    /// Takes a thought record over, to be called for before the change under way is committed.
    ///
    /// # Errors
    /// There is nobody who writes it.
    fn write_up(&self, place: RecordKey, record: Sheet) -> Result<WrittenUp>;
}
