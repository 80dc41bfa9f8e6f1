//! Every command and query of the link, as a request to the route of the same name.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use reqwest::Method;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::{GET_ALL, Remote};
use crate::domain::{PersonalityConfig, Secret};
use crate::protocol::*;

#[derive(Deserialize)]
struct Unresolved {
    unresolved: i64,
}

#[derive(Deserialize)]
struct Numbered {
    id: i64,
}

#[derive(Deserialize)]
struct EngineNow {
    engine: EngineState,
}

#[derive(Deserialize)]
struct MadeToken {
    #[serde(flatten)]
    view: TokenView,
    token: String,
}

/// Reading routes without parameters.
macro_rules! read {
    ($($name:ident: $($part:literal)/+ -> $answer:ty;)*) => {
        impl Remote { $(
            pub(in crate::link) async fn $name(&self) -> Result<$answer, Fault> {
                self.inner.get(&[$($part),+], &GET_ALL).await
            }
        )* }
    };
}

read! {
    health: "health" -> Health;
    room: "api"/"room" -> RoomView;
    config: "api"/"config" -> PublicConfig;
    bots: "api"/"bots" -> Vec<BotView>;
    reputation: "api"/"stats"/"reputation" -> Vec<ReputationView>;
    relationship_graph: "api"/"stats"/"relationship-graph" -> RelationshipGraph;
    forecast: "api"/"forecast" -> Forecast;
    event_templates: "api"/"events"/"templates" -> Vec<EventTemplateView>;
    pace: "api"/"pace" -> PaceView;
    pace_presets: "api"/"pace"/"presets" -> BTreeMap<String, PaceView>;
    providers: "api"/"providers" -> Vec<ProviderView>;
    tokens: "api"/"tokens" -> Vec<TokenView>;
}

/// Reading routes of one bot.
macro_rules! read_bot {
    ($($name:ident: $($part:literal)/+ -> $answer:ty;)*) => {
        impl Remote { $(
            pub(in crate::link) async fn $name(&self, id: &str) -> Result<$answer, Fault> {
                self.inner.get(&["api", "bots", id, $($part),+], &GET_ALL).await
            }
        )* }
    };
}

read_bot! {
    followers: "followers" -> Vec<FollowView>;
    following: "following" -> Vec<FollowView>;
    follow_stats: "follow-stats" -> FollowStats;
    bot_config: "config" -> BotConfigView;
    memory: "memory" -> MemoryView;
}

/// The rest of reading.
impl Remote {
    pub(in crate::link) async fn bot(&self, id: &str) -> Result<BotView, Fault> {
        self.inner.get(&["api", "bots", id], &GET_ALL).await
    }

    pub(in crate::link) async fn bots_page(
        &self,
        skip: u32,
        limit: u32,
        after: Option<String>,
    ) -> Result<Vec<BotView>, Fault> {
        let query = (("skip", skip), ("limit", limit), ("after", after));
        self.inner.get(&["api", "bots"], &query).await
    }

    pub(in crate::link) async fn bot_posts(&self, id: &str, limit: u32) -> Result<Vec<PostView>, Fault> {
        self.inner.get(&["api", "bots", id, "posts"], &[("limit", limit)]).await
    }

    pub(in crate::link) async fn threads(&self, q: ThreadQuery) -> Result<Vec<ThreadSummary>, Fault> {
        self.inner.get(&["api", "threads", "search"], &q).await
    }

    pub(in crate::link) async fn thread(&self, id: i64) -> Result<ThreadView, Fault> {
        self.inner.get(&["api", "threads", &id.to_string()], &GET_ALL).await
    }

    pub(in crate::link) async fn thread_votes(&self, id: i64) -> Result<VoteCount, Fault> {
        self.inner.get(&["api", "threads", &id.to_string(), "votes"], &GET_ALL).await
    }

    pub(in crate::link) async fn reply_votes(&self, id: i64) -> Result<VoteCount, Fault> {
        self.inner.get(&["api", "replies", &id.to_string(), "votes"], &GET_ALL).await
    }

    pub(in crate::link) async fn activity(&self, q: ActivityQuery) -> Result<Vec<ActivityView>, Fault> {
        self.inner.get(&["api", "activity"], &q).await
    }

    pub(in crate::link) async fn why(&self, activity_id: i64) -> Result<WhyView, Fault> {
        self.inner.get(&["api", "activity", &activity_id.to_string(), "why"], &GET_ALL).await
    }

    pub(in crate::link) async fn warm_memory(&self, bot: &str, q: MemoryQuery) -> Result<WarmMemory, Fault> {
        self.inner.get(&["api", "bots", bot, "memory", "warm"], &q).await
    }

    pub(in crate::link) async fn cold_memory(
        &self,
        bot: &str,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<ColdView>, Fault> {
        self.inner.get(&["api", "bots", bot, "memory", "cold"], &[("limit", limit), ("offset", offset)]).await
    }

    pub(in crate::link) async fn archive(
        &self,
        bot: &str,
        q: ArchiveQuery,
    ) -> Result<Vec<ArchivedView>, Fault> {
        self.inner.get(&["api", "bots", bot, "memory", "archive"], &q).await
    }

    pub(in crate::link) async fn usage(&self, period: Period) -> Result<UsageReport, Fault> {
        self.inner.get(&["api", "stats", "usage"], &[("period", period)]).await
    }

    pub(in crate::link) async fn usage_series(
        &self,
        days: u32,
        bot: Option<String>,
    ) -> Result<Vec<UsageSeries>, Fault> {
        self.inner.get(&["api", "stats", "usage", "series"], &(("days", days), ("bot_id", bot))).await
    }

    pub(in crate::link) async fn timeline(
        &self,
        minutes: u32,
        ago: u32,
        points: u32,
    ) -> Result<Timeline, Fault> {
        let query = [("minutes", minutes), ("ago", ago), ("points", points)];
        self.inner.get(&["api", "stats", "timeline"], &query).await
    }

    pub(in crate::link) async fn reputation_history(
        &self,
        days: u32,
    ) -> Result<Vec<ReputationHistory>, Fault> {
        self.inner.get(&["api", "stats", "reputation-history"], &[("days", days)]).await
    }

    pub(in crate::link) async fn analytics(&self, days: u32) -> Result<Analytics, Fault> {
        self.inner.get(&["api", "stats", "analytics"], &[("days", days)]).await
    }

    pub(in crate::link) async fn actions(&self, days: u32) -> Result<Vec<ActionMix>, Fault> {
        self.inner.get(&["api", "stats", "actions"], &[("days", days)]).await
    }

    pub(in crate::link) async fn flags(&self, resolved: bool, limit: u32) -> Result<Vec<FlagView>, Fault> {
        let query = (("resolved", resolved), ("limit", limit));
        self.inner.get(&["api", "moderation", "flags"], &query).await
    }

    pub(in crate::link) async fn flag_count(&self) -> Result<i64, Fault> {
        let count: Unresolved = self.inner.get(&["api", "moderation", "flags", "count"], &GET_ALL).await?;
        Ok(count.unresolved)
    }

    pub(in crate::link) async fn events(&self, active: Option<bool>) -> Result<Vec<EventView>, Fault> {
        self.inner.get(&["api", "events"], &[("active", active)]).await
    }

    pub(in crate::link) async fn log(&self, limit: u32) -> Result<Vec<LogLine>, Fault> {
        self.inner.get(&["api", "log"], &[("limit", limit)]).await
    }
}

/// Bots, their configuration and caps.
impl Remote {
    pub(in crate::link) async fn create_bot(&self, new: CreateBot) -> Result<BotView, Fault> {
        self.inner.send(Method::POST, &["api", "bots", "create"], &new).await
    }

    pub(in crate::link) async fn add_bot(&self, config: PersonalityConfig) -> Result<BotView, Fault> {
        let body = json!({ "id": config.id, "name": config.name, "personality_config": config });
        self.inner.send(Method::POST, &["api", "bots"], &body).await
    }

    pub(in crate::link) async fn delete_bot(&self, id: &str) -> Result<(), Fault> {
        self.done(Method::DELETE, &["api", "bots", id]).await
    }

    pub(in crate::link) async fn set_config(
        &self,
        id: &str,
        patch: ConfigPatch,
    ) -> Result<BotConfigView, Fault> {
        let _: IgnoredAny = self.inner.send(Method::PUT, &["api", "bots", id, "config"], &patch).await?;
        self.bot_config(id).await
    }

    pub(in crate::link) async fn set_caps(&self, id: &str, caps: SetCaps) -> Result<CostCaps, Fault> {
        self.inner.send(Method::PUT, &["api", "bots", id, "cost-cap"], &caps).await
    }

    pub(in crate::link) async fn clear_caps(&self, id: &str) -> Result<CostCaps, Fault> {
        self.done(Method::DELETE, &["api", "bots", id, "cost-cap"]).await?;
        Ok(self.bot_config(id).await?.cost_caps)
    }

    pub(in crate::link) async fn reset_bot(&self, id: &str) -> Result<BotConfigView, Fault> {
        self.inner.send(Method::POST, &["api", "bots", id, "reset"], &()).await
    }

    pub(in crate::link) async fn yaml_choice(
        &self,
        id: &str,
        choice: YamlChoice,
    ) -> Result<BotConfigView, Fault> {
        self.inner.send(Method::POST, &["api", "bots", id, "yaml"], &json!({ "choice": choice })).await
    }

    pub(in crate::link) async fn set_bot_pace(
        &self,
        id: &str,
        seconds: Option<u32>,
    ) -> Result<BotView, Fault> {
        self.inner
            .send(Method::PUT, &["api", "bots", id, "pace"], &json!({ "interval_seconds": seconds }))
            .await
    }

    pub(in crate::link) async fn set_paused(&self, id: &str, paused: bool) -> Result<BotView, Fault> {
        let word = if paused { "pause" } else { "unpause" };
        self.done(Method::PUT, &["api", "moderation", "bots", id, word]).await?;
        self.bot(id).await
    }

    pub(in crate::link) async fn follow(&self, follower: &str, following: &str) -> Result<FollowView, Fault> {
        self.inner
            .send(Method::POST, &["api", "follow", following], &json!({ "follower_id": follower }))
            .await
    }

    pub(in crate::link) async fn unfollow(&self, follower: &str, following: &str) -> Result<(), Fault> {
        let request = self.inner.request(Method::DELETE, &["api", "follow", following]);
        self.inner.answer(request.query(&[("follower_id", follower)])).await.map(drop)
    }

    pub(in crate::link) async fn interview(
        &self,
        bot: &str,
        question: Interview,
    ) -> Result<InterviewAnswer, Fault> {
        self.inner.ask(&["api", "bots", bot, "interview"], &question).await
    }

    pub(in crate::link) async fn edit_memory(&self, id: i64, edit: EditMemory) -> Result<(), Fault> {
        let _: IgnoredAny =
            self.inner.send(Method::PUT, &["api", "memories", &id.to_string()], &edit).await?;
        Ok(())
    }

    pub(in crate::link) async fn forget_memory(&self, id: i64) -> Result<(), Fault> {
        self.done(Method::DELETE, &["api", "memories", &id.to_string()]).await
    }

    pub(in crate::link) async fn remember(&self, bot: &str, memory: Remember) -> Result<i64, Fault> {
        let made: Numbered =
            self.inner.send(Method::POST, &["api", "bots", bot, "memories"], &memory).await?;
        Ok(made.id)
    }

    /// A change that needs no body and whose answer tells nothing new.
    async fn done(&self, method: Method, path: &[&str]) -> Result<(), Fault> {
        self.inner.answer(self.inner.request(method, path).timeout(super::ANSWER)).await.map(drop)
    }
}

/// The forum and moderation.
impl Remote {
    pub(in crate::link) async fn create_thread(&self, new: CreateThread) -> Result<ThreadView, Fault> {
        self.inner.send(Method::POST, &["api", "threads"], &new).await
    }

    pub(in crate::link) async fn create_reply(
        &self,
        thread_id: i64,
        new: CreateReply,
    ) -> Result<ReplyView, Fault> {
        self.inner.send(Method::POST, &["api", "threads", &thread_id.to_string(), "replies"], &new).await
    }

    pub(in crate::link) async fn vote_thread(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.inner.send(Method::POST, &["api", "threads", &id.to_string(), "vote"], &vote).await
    }

    pub(in crate::link) async fn vote_reply(&self, id: i64, vote: CastVote) -> Result<VoteView, Fault> {
        self.inner.send(Method::POST, &["api", "replies", &id.to_string(), "vote"], &vote).await
    }

    pub(in crate::link) async fn delete_thread(&self, id: i64) -> Result<(), Fault> {
        self.done(Method::DELETE, &["api", "moderation", "threads", &id.to_string()]).await
    }

    pub(in crate::link) async fn delete_reply(&self, id: i64) -> Result<(), Fault> {
        self.done(Method::DELETE, &["api", "moderation", "replies", &id.to_string()]).await
    }

    pub(in crate::link) async fn resolve_flag(&self, id: i64) -> Result<FlagView, Fault> {
        self.inner.send(Method::PUT, &["api", "moderation", "flags", &id.to_string(), "resolve"], &()).await
    }
}

/// The room and its engine.
impl Remote {
    pub(in crate::link) async fn set_pace(&self, pace: SetPace) -> Result<PaceView, Fault> {
        self.inner.send(Method::PUT, &["api", "pace"], &pace).await
    }

    pub(in crate::link) async fn new_token(
        &self,
        name: &str,
        role: Role,
    ) -> Result<(TokenView, Secret), Fault> {
        let new = CreateToken { name: name.to_owned(), role };
        let made: MadeToken = self.inner.send(Method::POST, &["api", "tokens"], &new).await?;
        Ok((made.view, Secret::new(made.token)))
    }

    pub(in crate::link) async fn revoke_token(&self, id: i64) -> Result<TokenView, Fault> {
        self.inner.send(Method::DELETE, &["api", "tokens", &id.to_string()], &()).await
    }

    pub(in crate::link) async fn inject_event(&self, event: InjectEvent) -> Result<EventView, Fault> {
        self.inner.send(Method::POST, &["api", "events"], &event).await
    }

    pub(in crate::link) async fn deactivate_event(&self, id: i64) -> Result<EventView, Fault> {
        self.inner.send(Method::PUT, &["api", "events", &id.to_string(), "deactivate"], &()).await
    }

    pub(in crate::link) async fn set_default_provider(
        &self,
        name: &str,
        confirm_cost: bool,
    ) -> Result<Vec<ProviderView>, Fault> {
        let body = json!({ "name": name, "confirm_cost": confirm_cost });
        self.inner.send(Method::PUT, &["api", "providers", "default"], &body).await
    }

    pub(in crate::link) async fn test_provider(&self, name: &str) -> Result<ProviderTest, Fault> {
        self.inner.ask(&["api", "providers", name, "test"], &()).await
    }

    pub(in crate::link) async fn trigger(&self, bot: &str) -> Result<BeatResult, Fault> {
        self.inner.ask(&["api", "heartbeat", bot], &()).await
    }

    pub(in crate::link) async fn trigger_all(&self) -> Result<(), Fault> {
        self.done(Method::POST, &["api", "pace", "trigger"]).await
    }

    pub(in crate::link) async fn pause_engine(&self) -> Result<EngineState, Fault> {
        self.engine("pause").await
    }

    pub(in crate::link) async fn resume_engine(&self) -> Result<EngineState, Fault> {
        self.engine("resume").await
    }

    pub(in crate::link) async fn step_engine(&self) -> Result<EngineState, Fault> {
        self.engine("step").await
    }

    async fn engine(&self, word: &str) -> Result<EngineState, Fault> {
        let now: EngineNow = self.inner.ask(&["api", "engine", word], &()).await?;
        Ok(now.engine)
    }

    pub(in crate::link) async fn export(
        &self,
        kind: ExportKind,
        options: ExportOptions,
        mut sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<u64, Fault> {
        let kind = json!(kind);
        let path = ["api", "export", kind.as_str().unwrap_or_default()];
        let request = self.inner.request(Method::GET, &path).query(&[
            ("format", json!(options.format)),
            ("days", json!(options.days.unwrap_or(EVER))),
            ("order", json!(if options.newest_first { "newest" } else { "id" })),
            ("columns", json!(if options.all_columns { "all" } else { "fixed" })),
            ("bom", json!(options.bom)),
        ]);
        let mut pieces = self.inner.answer(request).await?.bytes_stream();
        let mut rows = Rows { format: options.format, ..Rows::default() };
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| self.inner.strange(&error))?;
            rows.count(&piece);
            sink(&piece).map_err(|error| Fault::internal(error.to_string()))?;
        }
        Ok(rows.total())
    }
}

/// Days that leave nothing out of an export.
const EVER: u32 = 36_500;

/// Counts the rows of an export as they pass.
#[derive(Default)]
struct Rows {
    format: ExportFormat,
    ends: u64,
    quoted: bool,
    escaped: bool,
    depth: u32,
}

impl Rows {
    fn count(&mut self, piece: &[u8]) {
        for byte in piece {
            match byte {
                _ if std::mem::take(&mut self.escaped) => {}
                b'\\' if self.quoted && self.format != ExportFormat::Csv => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ends +=
                        u64::from(self.format == ExportFormat::Json && *byte == b'}' && self.depth == 1);
                }
                b'\n' => self.ends += u64::from(self.format != ExportFormat::Json),
                _ => {}
            }
        }
    }

    /// Rows seen; the first line of CSV is none.
    fn total(&self) -> u64 {
        if self.format == ExportFormat::Csv { self.ends.saturating_sub(1) } else { self.ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_whatever_is_in_them() {
        let count = |format, text: &str| {
            let mut rows = Rows { format, ..Rows::default() };
            for piece in text.as_bytes().chunks(3) {
                rows.count(piece);
            }
            rows.total()
        };
        assert_eq!(count(ExportFormat::Json, r#"[{"a":"}\"{"},{"b":{"c":[1,{}]}}]"#), 2);
        assert_eq!(count(ExportFormat::Json, "[]"), 0);
        assert_eq!(count(ExportFormat::Jsonl, "{\"a\":\"\\n\"}\n{}\n"), 2);
        assert_eq!(count(ExportFormat::Csv, "id,text\n1,\"a\nb \"\"c\"\"\"\n2,x\n"), 2);
    }
}
