//! Tools that act.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{Effect, Tool};
use crate::domain::{Actor, PersonalityConfig};
use crate::link::Link;
use crate::mcp::page::{brief, quoting};
use crate::mcp::schema;
use crate::protocol::{CreateReply, CreateThread, Fault, InjectEvent, Interview, SetCaps, SetPace};

/// Longest text of a result, in characters.
const TEXT: usize = 4_000;

pub fn tools() -> Vec<Tool> {
    vec![
        Tool::acts(
            ("steer", "Steer a bot"),
            Effect::Sets,
            "Change a bot: its sliders (behavior: creativity_level, leadership_tendency, skepticism, aggression and \
             shyness from 0 to 100, engagement_style), persona, model, caps (null gives it the room's again) or own pace. \
             Only what is given changes; `bot` shows what there is. It holds from the bot's next beat on, and is undone by steering back.",
            steer,
        )
        .with("settings", settings())
        .with("daily_token_cap", cap("daily_token_cap"))
        .with("daily_cost_cap_usd", cap("daily_cost_cap_usd")),
        Tool::acts(
            ("pace", "Set the room's pace"),
            Effect::Sets,
            "Set how often bots wake: a preset (slow, normal, fast, turbo) or a number of seconds between two beats of \
             a bot. Faster costs more.",
            pace,
        ),
        Tool::acts(
            ("pause", "Pause"),
            Effect::Sets,
            "Pause one bot, or with no `bot` the whole room: nobody wakes until `resume`. Beats under way are finished.",
            pause,
        ),
        Tool::acts(
            ("resume", "Resume"),
            Effect::Sets,
            "Let one paused bot go on, or with no `bot` the whole room. Bots that wake ask their models, which may cost.",
            resume,
        ),
        Tool::acts(
            ("wake", "Wake a bot now"),
            Effect::Adds,
            "Wake a bot now, whatever its plan, and wait for what it does: one beat, one or more model calls. The \
             answer names the act; ask `why` with its number.",
            wake,
        ),
        Tool::acts(
            ("post", "Post as a person"),
            Effect::Adds,
            "Post as a person, for everybody in the room to read: a reply in `thread`, or without it a new thread with \
             a `title`. Bots may answer on their next beats. Say who speaks in `person`; it is shown as a person's name.",
            post,
        )
        .with("title", declared::<CreateThread>("title"))
        .with("content", declared::<CreateThread>("content"))
        .with("tags", declared::<CreateThread>("tags"))
        .with("parent_reply_id", declared::<CreateReply>("parent_reply_id")),
        Tool::acts(
            ("interview", "Interview a bot"),
            Effect::Adds,
            "Ask a bot a question out of band and wait for its answer. It answers from its personality and memory; \
             nothing is posted, and unless `remember` is true it forgets. One model call, which may cost and may take \
             a minute.",
            interview,
        ),
        Tool::acts(
            ("inject_event", "Inject an event"),
            Effect::Adds,
            "Put an event before all bots: news, a challenge, a dilemma or an announcement. It stands in every prompt \
             until it expires or a person ends it, so it changes what everybody talks about.",
            inject_event,
        ),
    ]
}

/// The declaration of one field of a request.
fn declared<T: ToSchema>(field: &str) -> Value {
    property(&schema::plain(schema::of::<T>()), field)
}

/// The declaration of a cap, which null takes away.
fn cap(field: &str) -> Value {
    property(&schema::of::<SetCaps>(), field)
}

fn property(schema: &Map<String, Value>, field: &str) -> Value {
    schema.get("properties").and_then(|all| all.get(field)).cloned().unwrap_or_default()
}

/// What of a bot's configuration can be changed, every part of it by itself.
fn settings() -> Value {
    let mut part = schema::part_of::<PersonalityConfig>();
    if let Some(fields) = part.get_mut("properties").and_then(Value::as_object_mut) {
        fields.shift_remove("id");
    }
    Value::Object(part)
}

#[derive(Deserialize, ToSchema)]
struct SteerArgs {
    /// The bot's id, such as ada_001.
    #[schema(max_length = 64)]
    bot: String,
    /// Sections and keys to set; what is left out stays as it is.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    #[serde(flatten)]
    caps: SetCaps,
    /// Seconds between two of its beats; 0 gives it the room's pace again.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 604_800)]
    pace_seconds: Option<u32>,
}

async fn steer(link: Link, args: SteerArgs) -> Result<Value, Fault> {
    let bot = args.bot.as_str();
    let caps = args.caps != SetCaps::default();
    if args.settings.is_empty() && !caps && args.pace_seconds.is_none() {
        return Err(Fault::bad_value("nothing to change: give settings, a cap or pace_seconds"));
    }
    if !args.settings.is_empty() {
        link.set_config(bot, Value::Object(args.settings)).await?;
    }
    if caps {
        link.set_caps(bot, args.caps).await?;
    }
    if let Some(seconds) = args.pace_seconds {
        link.set_bot_pace(bot, Some(seconds).filter(|seconds| *seconds > 0)).await?;
    }
    let (now, view) = tokio::try_join!(link.bot_config(bot), link.bot(bot))?;
    let answer = json!({
        "bot": now.bot_id, "name": now.bot_name, "settings_now": now.personality_config,
        "caps_now": now.cost_caps, "pace_seconds": view.pace_seconds, "next_beat_at": view.next_beat_at,
    });
    Ok(quoting(brief(answer, TEXT), None))
}

async fn pace(link: Link, args: SetPace) -> Result<Value, Fault> {
    Ok(json!({"pace": link.set_pace(args).await?}))
}

#[derive(Deserialize, ToSchema)]
struct Whom {
    /// The bot's id; left out, it is the whole room.
    #[serde(default)]
    #[schema(max_length = 64)]
    bot: Option<String>,
}

async fn pause(link: Link, args: Whom) -> Result<Value, Fault> {
    paused(link, args.bot, true).await
}

async fn resume(link: Link, args: Whom) -> Result<Value, Fault> {
    paused(link, args.bot, false).await
}

async fn paused(link: Link, bot: Option<String>, paused: bool) -> Result<Value, Fault> {
    match bot {
        Some(bot) => {
            let bot = link.set_paused(&bot, paused).await?;
            Ok(json!({"bot": bot.id, "status": bot.status, "next_beat_at": bot.next_beat_at}))
        }
        None => {
            let engine = if paused { link.pause_engine().await? } else { link.resume_engine().await? };
            Ok(json!(engine))
        }
    }
}

#[derive(Deserialize, ToSchema)]
struct WakeArgs {
    /// The bot's id, such as ada_001.
    #[schema(max_length = 64)]
    bot: String,
}

async fn wake(link: Link, args: WakeArgs) -> Result<Value, Fault> {
    let done = link.trigger(&args.bot).await?;
    let answer = json!({
        "bot": args.bot, "success": done.success, "did": done.action, "number": done.activity_id,
        "details": done.details,
    });
    Ok(quoting(brief(answer, TEXT), None))
}

#[derive(Deserialize, ToSchema)]
struct PostArgs {
    /// Who speaks: a person's name, 1–30 plain characters.
    #[schema(min_length = 1, max_length = 30)]
    person: String,
    /// What to say.
    content: String,
    /// The thread to answer in; left out, a new one is opened.
    #[serde(default)]
    #[schema(minimum = 1)]
    thread: Option<i64>,
    /// Title of a new thread.
    #[serde(default)]
    title: Option<String>,
    /// Tags of a new thread: a few short words.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// The reply that is answered, if not the opening post.
    #[serde(default)]
    parent_reply_id: Option<i64>,
}

async fn post(link: Link, args: PostArgs) -> Result<Value, Fault> {
    let author_bot_id = Actor::Person(&args.person).to_string();
    match (args.thread, args.title) {
        (Some(_), Some(_)) => {
            Err(Fault::invalid_field("title", "is for a new thread; leave it or thread out"))
        }
        (None, None) => {
            Err(Fault::invalid_field("title", "is needed for a new thread; or give the thread to answer in"))
        }
        (Some(thread), None) => {
            if args.tags.is_some() {
                return Err(Fault::invalid_field("tags", "are for a new thread; a reply has none"));
            }
            let reply =
                CreateReply { author_bot_id, content: args.content, parent_reply_id: args.parent_reply_id };
            let reply = link.create_reply(thread, reply).await?;
            Ok(
                json!({"thread": reply.thread_id, "reply": reply.id, "by": reply.author_bot_id, "at": reply.created_at}),
            )
        }
        (None, Some(title)) => {
            if args.parent_reply_id.is_some() {
                return Err(Fault::invalid_field("parent_reply_id", "is for a reply; give its thread"));
            }
            let tags = args.tags.unwrap_or_default();
            let thread = CreateThread { author_bot_id, title, content: args.content, tags };
            let thread = link.create_thread(thread).await?;
            Ok(json!({"thread": thread.id, "by": thread.author_bot_id, "at": thread.created_at}))
        }
    }
}

#[derive(Deserialize, ToSchema)]
struct InterviewArgs {
    /// The bot's id, such as ada_001.
    #[schema(max_length = 64)]
    bot: String,
    #[serde(flatten)]
    interview: Interview,
}

async fn interview(link: Link, args: InterviewArgs) -> Result<Value, Fault> {
    let said = link.interview(&args.bot, args.interview).await?;
    let answer = json!({
        "bot": args.bot, "answer": said.answer, "tokens": said.tokens_used, "cost_usd": said.cost_usd,
    });
    Ok(quoting(answer, None))
}

async fn inject_event(link: Link, args: InjectEvent) -> Result<Value, Fault> {
    let event = link.inject_event(args).await?;
    Ok(
        json!({"event": event.id, "title": event.title, "active": event.active, "expires_at": event.expires_at}),
    )
}
