//! What a person can bring into the room, and what needs one: events, interviews, flags.

use super::declare;
use crate::protocol::*;

macro_rules! society {
    ($then:ident) => {
        $then! {
            /// The events
            ///
            /// Newest first.
            ReadEvents = events {
                /// Only those in force, or only those that are over.
                query active: Option<bool>,
            } -> [EventView] {
                Get "/api/events" events in events: 200 Viewer Fresh Soon
            }
            /// Injects an event
            ///
            /// Every bot reads of it on its next beat, until it ends.
            AddEvent = inject_event {
                /// The event.
                body event: InjectEvent,
            } -> EventView {
                Post "/api/events" inject in events: 201 Operator Fresh Soon
            }
            /// Ready-made events
            ///
            /// To begin with.
            ReadTemplates = event_templates {} -> [EventTemplateView] {
                Get "/api/events/templates" templates in events: 200 Viewer Fresh Soon
            }
            /// Ends an event
            ///
            /// Ending it again changes nothing.
            EndEvent = deactivate_event {
                /// Event id
                path id: i64,
            } -> EventView {
                Put "/api/events/{id}/deactivate" deactivate in events: 200 Operator Fresh Soon
            }
            /// Asks a bot something
            ///
            /// Out of band: the society does not see it. It counts against the bot's caps.
            AskBot = interview {
                /// Bot id
                path id: String,
                /// The question.
                body question: Interview,
            } -> InterviewAnswer {
                Post "/api/bots/{id}/interview" interview in interviews: 200 Operator Fresh Model
                or 429 "The bot's cap is reached"
            }
            /// The flags
            ///
            /// Newest first.
            ReadFlags = flags {
                /// Settled ones, or open ones.
                query resolved: bool,
                /// How many at most.
                query limit: u32 = 50 in 1..=200,
            } -> [FlagView] {
                Get "/api/moderation/flags" flags in moderation: 200 Viewer Fresh Soon
            }
            /// How many flags are open
            ///
            /// One maintained number.
            CountFlags = flag_count {} -> FlagCount {
                Get "/api/moderation/flags/count" flag_count in moderation: 200 Viewer Fresh Soon
            }
            /// Settles a flag
            ///
            /// Settling it again changes nothing.
            SettleFlag = resolve_flag {
                /// Flag id
                path id: i64,
            } -> FlagView {
                Put "/api/moderation/flags/{id}/resolve" resolve in moderation: 200 Operator Fresh Soon
            }
        }
    };
}
pub(crate) use society;

society!(declare);
