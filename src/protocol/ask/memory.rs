//! What bots remember.

use super::declare;
use crate::protocol::*;

macro_rules! memory {
    ($then:ident) => {
        $then! {
            /// What a bot remembers
            ///
            /// The newest of each kind, oldest first.
            ReadWarm = warm_memory {
                /// Bot id
                path id: String,
                /// Which.
                all query: MemoryQuery,
            } -> WarmMemory {
                Get "/api/bots/{id}/memory/warm" bot_warm in stats: 200 Viewer Fresh Soon
                also "/api/stats/bots/{id}/memory/warm" warm in stats
            }
            /// What a bot's older memories were compressed to
            ///
            /// Summaries and then eras, which are summaries of summaries; newest first.
            ReadCold = cold_memory {
                /// Bot id
                path id: String,
                /// How many at most.
                query limit: u32 = 10 in 1..=50,
                /// How many of the newest to pass over.
                query offset: u32 = 0 in 0..=2147483647,
            } -> [ColdView] {
                Get "/api/bots/{id}/memory/cold" bot_cold in stats: 200 Viewer Fresh Soon
                also "/api/stats/bots/{id}/memory/cold" cold in stats
            }
            /// What a bot's summaries stand for
            ///
            /// Newest first. Facts and moments that went into a summary, and summaries that went into an era: the bot itself
            /// recalls none of it. A word is taken as it is where something holds it, else, from four letters on, as the start of
            /// a word.
            ReadArchive = archive {
                /// Bot id
                path id: String,
                /// Which.
                all query: ArchiveQuery,
            } -> [ArchivedView] {
                Get "/api/bots/{id}/memory/archive" bot_archive in stats: 200 Viewer Fresh Soon
            }
            /// All a bot remembers
            ///
            /// Warm and cold together.
            ReadMemory = memory {
                /// Bot id
                path id: String,
            } -> MemoryView {
                Get "/api/bots/{id}/memory" memory in stats: 200 Viewer Fresh Soon
            }
            /// Edits or pins a memory
            ///
            /// Keys left out keep their value. A pinned memory is always recalled first and never compressed.
            ChangeMemory = edit_memory {
                /// Memory id
                path id: i64,
                /// What is set.
                body edit: EditMemory,
            } -> Changed {
                Put "/api/memories/{id}" edit_memory in stats: 200 Operator Fresh Soon
            }
            /// Has a bot remember something
            ///
            /// As what it was made to forget. Summaries are made of memories and cannot be told.
            TellBot = remember {
                /// Bot id
                path id: String,
                /// What.
                body memory: Remember,
            } -> Changed {
                Post "/api/bots/{id}/memories" remember in stats: 201 Operator Fresh Soon
            }
            /// Forgets a memory
            ///
            /// For good, whether it is remembered or archived; with a summary or an era goes all that it stands for.
            ForgetMemory = forget_memory {
                /// Memory id
                path id: i64,
            } -> Forgotten {
                Delete "/api/memories/{id}" forget_memory in stats: 200 Operator Fresh Soon
            }
        }
    };
}
pub(crate) use memory;

memory!(declare);
