//! What the work on one input is done with.

use super::Society;
use super::room::Room;
use crate::store::Tx;

/// The society, its state in memory, and the transaction of the input.
pub(crate) struct Work<'a, 't> {
    pub(crate) society: &'a Society,
    pub(crate) room: &'a mut Room,
    pub(crate) tx: &'a mut Tx<'t>,
}

impl<'t> Work<'_, 't> {
    /// Each for itself.
    pub(crate) const fn parts(&mut self) -> (&Society, &mut Room, &mut Tx<'t>) {
        (self.society, &mut *self.room, &mut *self.tx)
    }
}
