//! What comes from outside, as values: each is applied by one function, in one order, and written
//! down in the journal in the transaction of its effect.
//!
//! An input holds what depends on the world (the time stands beside it, what a model said, what a
//! person wants); everything else follows from it and from the database, so that a journal that is
//! applied again leads to the same society.

use serde::{Deserialize, Serialize};

use super::Society;
use super::apply::Apply;
use super::change::{
    AddBot, AddCrowd, BecomeAwake, CastVote, ChooseFile, DeleteBot, EditMemory, EndEvent, Follow,
    ForgetContexts, ForgetMemory, Hide, InjectEvent, PauseBot, PostReply, PostThread, Recollect, ResetBot,
    ResolveFlag, SetBotPace, SetCaps, SetConfig, SetPace, SetProvider, Unfollow,
};
use super::fork::Forked;
use super::interview::Asked;
use super::open::{Closed, Opened, RULES};
use super::outage::Back;
use super::provider_test::{TestBegun, Tested};
use super::walk::{Abandoned, Answered, Begun, Failed, Found, Proceed, Sent};
use super::wall::Jumped;
use crate::domain::Stamp;
use crate::store::{Result, Tx, activities, journal, snapshot};

/// A value from outside that is written down.
pub(crate) trait Outside: Apply + Into<Input> {}

impl<A: Apply + Into<Input>> Outside for A {}

macro_rules! inputs {
    ($($name:ident),+ $(,)?) => {
        /// Everything that can come from outside.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(clippy::large_enum_variant)] // each is read, applied and gone
        pub(crate) enum Input {
            $($name($name),)+
            /// One of these, as the wish of somebody.
            Wish(Wish),
        }

        $(impl From<$name> for Input {
            fn from(input: $name) -> Self {
                Self::$name(input)
            }
        })+

        impl Input {
            /// Applies it for its effect alone.
            ///
            /// # Errors
            /// As for [`Apply::apply`].
            pub(crate) fn apply_again(&self, society: &Society, tx: &mut Tx<'_>, at: Stamp) -> Result<()> {
                self.apply_for(society, tx, at, None)
            }

            fn apply_for(&self, society: &Society, tx: &mut Tx<'_>, at: Stamp, by: Option<&str>) -> Result<()> {
                match self {
                    $(Self::$name(input) => society.take_in_for(tx, at, by, input).map(drop),)+
                    Self::Wish(wish) => wish.input.apply_for(society, tx, at, Some(&wish.by)),
                }
            }

            /// The word for it.
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)+
                    Self::Wish(wish) => wish.input.name(),
                }
            }
        }
    };
}

/// A change that somebody wished for, and who.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wish {
    by: String,
    input: Box<Input>,
}

inputs! {
    Opened, Closed, Forked, Abandoned, Begun, Asked, Sent, Failed, Answered, Found, Proceed, Back, Jumped, TestBegun, Tested,
    AddBot, AddCrowd, BecomeAwake, CastVote, ChooseFile, DeleteBot, EditMemory, EndEvent, Follow,
    ForgetContexts, ForgetMemory, Hide, InjectEvent, PauseBot, PostReply, PostThread, Recollect, ResetBot, ResolveFlag,
    SetBotPace, SetCaps, SetConfig, SetPace, SetProvider, Unfollow,
}

impl Society {
    /// Takes an input in at `at`, inside the caller's transaction, and writes it down.
    ///
    /// # Errors
    /// As for [`Apply::apply`].
    pub(crate) fn take_in<A: Outside>(&self, tx: &mut Tx<'_>, at: Stamp, input: &A) -> Result<A::Outcome> {
        self.take_in_for(tx, at, None, input)
    }

    /// As [`Society::take_in`], as the wish of somebody.
    ///
    /// # Errors
    /// As for [`Apply::apply`].
    pub(crate) fn take_in_for<A: Outside>(
        &self,
        tx: &mut Tx<'_>,
        at: Stamp,
        by: Option<&str>,
        input: &A,
    ) -> Result<A::Outcome> {
        tx.begin_at(at, by);
        let mut room = self.room(tx)?;
        let outcome = input.apply(self, &mut room, tx)?;
        if A::left_a_trace(&outcome) {
            let number = journal::next(tx)?;
            let input: Input = input.clone().into();
            let input = match by {
                Some(by) => Input::Wish(Wish { by: by.to_owned(), input: Box::new(input) }),
                None => input,
            };
            journal::append(tx, number, at, activities::last_seq(tx)?, &input)?;
            if self.keeping.takes_snapshots && room.snapshot_is_due(tx, number)? {
                snapshot::take(tx, number, at, RULES, false)?;
                if let Some(keep) = self.keeping.bytes {
                    snapshot::trim(tx, keep)?;
                }
            }
        }
        Ok(outcome)
    }
}
