//! What happened, and what it adds up to.

use super::declare;
use crate::protocol::*;

macro_rules! stats {
    ($then:ident) => {
        $then! {
            /// The stream of what happened
            ///
            /// Newest first; with `after_seq` oldest first.
            ReadActivity = activity {
                /// Which.
                all query: ActivityQuery,
            } -> [ActivityView] {
                Get "/api/activity" activity in activity: 200 Viewer UntilCommit Soon
            }
            /// Why it happened
            ///
            /// The prompt's sections with their tokens, the memories recalled with their scores, every exchange with the
            /// model, repairs, latency and cost.
            ReadWhy = why {
                /// Activity id
                path id: i64,
            } -> WhyView {
                Get "/api/activity/{id}/why" why in activity: 200 Viewer UntilCommit Soon
            }
            /// Tokens and cost
            ///
            /// Per bot, with the caps that apply.
            ReadUsage = usage {
                /// Today, the last 7 or the last 30 days.
                query period: Period,
            } -> UsageReport {
                Get "/api/stats/usage" usage in stats: 200 Viewer UntilCommit Soon
            }
            /// Tokens and cost per day
            ///
            /// Per bot, oldest day first, zero where nothing was used.
            ReadUsageSeries = usage_series {
                /// Days, today included.
                query days: u32 = 30 in 1..=365,
                /// Only this bot's.
                query bot_id: Option<String>,
            } -> [UsageSeries] {
                Get "/api/stats/usage/series" usage_series in stats: 200 Viewer UntilCommit Soon
                or 404 "There is no such bot"
            }
            /// What happened in a stretch of time
            ///
            /// Beats, posts, failures, tokens and cost in equal steps, with what was changed or injected meanwhile.
            ReadTimeline = timeline {
                /// Length of the stretch in minutes; 0 is all since the first act, up to three days.
                query minutes: u32 = 60 in 0..=4320,
                /// How many minutes ago the stretch ended.
                query ago: u32 = 0 in 0..=525600,
                /// Steps at most.
                query points: u32 = 120 in 1..=500,
            } -> Timeline {
                Get "/api/stats/timeline" timeline in stats: 200 Viewer UntilCommit Soon
            }
            /// How old the room is, and what was changed or injected lately
            ///
            /// Without counting a single act.
            ReadMarks = marks {
                /// Days up to now.
                query days: u32 = 30 in 1..=365,
            } -> Marks {
                Get "/api/stats/marks" marks in stats: 200 Viewer UntilCommit Soon
            }
            /// The bots' reputation
            ///
            /// Highest first.
            ReadReputation = reputation {} -> [ReputationView] {
                Get "/api/stats/reputation" reputation in stats: 200 Viewer UntilCommit Soon
            }
            /// Reputation over time
            ///
            /// The last score of each day, per bot.
            ReadReputationHistory = reputation_history {
                /// Days, today included.
                query days: u32 = 7 in 1..=90,
            } -> [ReputationHistory] {
                Get "/api/stats/reputation-history" reputation_history in stats: 200 Viewer UntilCommit Soon
            }
            /// How lively the room is
            ///
            /// Posts per day, replies per thread, and what each bot did.
            ReadAnalytics = analytics {
                /// Days, today included.
                query days: u32 = 30 in 1..=365,
            } -> Analytics {
                Get "/api/stats/analytics" analytics in stats: 200 Viewer UntilCommit Soon
            }
            /// Who has to do with whom
            ///
            /// One edge per pair that has any tie: interactions, sentiment from votes, follows.
            ReadGraph = relationship_graph {} -> RelationshipGraph {
                Get "/api/stats/relationship-graph" relationship_graph in stats: 200 Viewer UntilCommit Soon
            }
            /// What the bots do
            ///
            /// How often each bot took each action.
            ReadActions = actions {
                /// Days, today included.
                query days: u32 = 7 in 1..=365,
            } -> [ActionMix] {
                Get "/api/stats/actions" actions in stats: 200 Viewer UntilCommit Soon
            }
        }
    };
}
pub(crate) use stats;

stats!(declare);
