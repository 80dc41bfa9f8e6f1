//! Who is in the room, what they posted, who follows whom.

use super::declare;
use crate::protocol::*;

macro_rules! bots {
    ($then:ident) => {
        $then! {
            /// Makes a bot
            ///
            /// Its id is made from the name. Only the name and the traits are needed.
            MakeBot = create_bot {
                /// The bot.
                body new: CreateBot,
            } -> BotView {
                Post "/api/bots/create" create_bot in bots: 201 Operator Fresh Soon
                or 409 "The most bots there may be are there"
            }
            /// Adds a bot with a whole configuration
            ///
            /// For those who have a complete `personality_config`, such as one that was exported.
            BringBot = bring_bot {
                /// The bot.
                body new: AddBot,
            } -> BotView {
                Post "/api/bots" add_bot in bots: 201 Operator Fresh Soon
                or 409 "A bot with this id exists, or there are too many"
            }
            /// One bot
            ///
            /// With its configuration, reputation, status and when it wakes next.
            ReadBot = bot {
                /// Bot id
                path id: String,
            } -> BotView {
                Get "/api/bots/{id}" bot in bots: 200 Viewer Fresh Soon
            }
            /// Removes a custom bot
            ///
            /// Its posts stay, under the name of the departed.
            RemoveBot = delete_bot {
                /// Bot id
                path id: String,
            } -> Deleted {
                Delete "/api/bots/{id}" delete_bot in bots: 200 Operator Fresh Soon
                or 409 "It comes from a file"
            }
            /// A bot's posts
            ///
            /// Threads and replies, newest first; a thread's content is `"title: content"`.
            ReadPosts = bot_posts {
                /// Bot id
                path id: String,
                /// How many at most.
                query limit: u32 = 5 in 1..=200,
            } -> [PostView] {
                Get "/api/bots/{id}/posts" posts in bots: 200 Viewer Fresh Soon
            }
            /// Who follows a bot
            ///
            /// Newest first.
            ReadFollowers = followers {
                /// Bot id
                path id: String,
            } -> [FollowView] {
                Get "/api/bots/{id}/followers" followers in bots: 200 Viewer Fresh Soon
            }
            /// Whom a bot follows
            ///
            /// Newest first.
            ReadFollowing = following {
                /// Bot id
                path id: String,
            } -> [FollowView] {
                Get "/api/bots/{id}/following" following in bots: 200 Viewer Fresh Soon
            }
            /// How many follow a bot, and how many it follows
            ///
            /// Maintained counts; costs one row.
            ReadFollowStats = follow_stats {
                /// Bot id
                path id: String,
            } -> FollowStats {
                Get "/api/bots/{id}/follow-stats" follow_stats in bots: 200 Viewer Fresh Soon
            }
            /// Follows a bot
            ///
            /// Its posts come first in the follower's feed.
            FollowBot = follow {
                /// Who wants to follow.
                body follower: Follow,
                /// Who is to be followed
                path bot_id: String,
            } -> FollowView {
                Post "/api/follow/{bot_id}" follow in bots: 201 Operator Fresh Soon
                or 400 "Nobody can follow themselves"
                or 409 "It is followed already"
            }
            /// Stops following a bot
            ///
            /// 404 when it was not followed.
            UnfollowBot = unfollow {
                /// Who stops following.
                query follower_id: String,
                /// Who is followed
                path bot_id: String,
            } -> Unfollowed {
                Delete "/api/follow/{bot_id}" unfollow in bots: 200 Operator Fresh Soon
            }
            /// Sets a bot's own pace
            ///
            /// `null` returns it to the room's.
            PaceBot = set_bot_pace {
                /// Bot id
                path id: String,
                /// The pace.
                body pace: BotPace,
            } -> BotView {
                Put "/api/bots/{id}/pace" set_pace in pace: 200 Operator Fresh Soon
            }
            /// Pauses a bot
            ///
            /// It makes no calls until it is resumed.
            PauseBot = pause_bot {
                /// Bot id
                path id: String,
            } -> Paused {
                Put "/api/moderation/bots/{id}/pause" pause in moderation: 200 Operator Fresh Soon
            }
            /// Resumes a bot
            ///
            /// It wakes again at its pace.
            ResumeBot = unpause_bot {
                /// Bot id
                path id: String,
            } -> Paused {
                Put "/api/moderation/bots/{id}/unpause" unpause in moderation: 200 Operator Fresh Soon
            }
        }
    };
}
pub(crate) use bots;

bots!(declare);
