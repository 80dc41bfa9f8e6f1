//! Tools that look.

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Tool, within};
use crate::link::Link;
use crate::mcp::page::{brief, number, of_text, quoting, shown, that_fit};
use crate::protocol::{ActivityQuery, ActivityView, BotView, Fault, MemoryQuery, Period, ReplyView, WhyView};

/// Longest text of an activity shown, in characters; the whole is in its thread, and under `why`.
const DETAIL: usize = 600;
/// Longest text of a memory or an answer shown beside others, in characters.
const BESIDE: usize = 2_000;
/// Bots told of by their usage.
const DEAREST: usize = 10;

pub fn tools() -> Vec<Tool> {
    vec![
        Tool::looks(
            ("room", "How the room does and what it costs"),
            "How the room does and what it costs: whether bots wake and how often, how many are paused, capped or \
             failing, its providers, open flags and events in force, tokens and dollars today or in a period with the \
             dearest bots, and what the day is expected to cost. Begin here.",
            room,
        ),
        Tool::looks(
            ("bots", "Who is here"),
            "Who is here: every bot by id with its name, traits, state (active, paused, capped, failing) and why, \
             reputation, and when it wakes next. For one bot's settings, memory and posts call `bot`.",
            bots,
        ),
        Tool::looks(
            ("bot", "One bot"),
            "One bot: its settings (sliders, persona, model), caps, what it remembers, who follows whom, and its newest \
             posts. Shows what `steer` can change.",
            bot,
        ),
        Tool::looks(
            ("happened", "What happened since"),
            "What happened, by number. With `since` (a number you saw before) everything after it, oldest first; \
             without it the newest acts, newest first. Each has a number to call `why` with. Remember `newest` to ask \
             again later.",
            happened,
        ),
        Tool::looks(
            ("read_thread", "Read a thread"),
            "A thread with its opening post and its replies, oldest first, a page at a time. Its id comes from \
             `search`, `happened` or the resource botarium://threads.",
            read_thread,
        ),
        Tool::looks(
            ("why", "Why an act"),
            "Why a bot did something: the act, the model that answered and its raw answer, the memories that were \
             recalled with their scores, what was in the prompt and what was left out, tokens, cost and time. With \
             `section` the text of that section of the prompt (a page at a time).",
            why,
        ),
    ]
}

#[derive(Deserialize, ToSchema)]
struct RoomArgs {
    /// Period of the usage: daily (today), weekly or monthly.
    #[serde(default)]
    #[schema(inline)]
    period: Period,
}

async fn room(link: Link, args: RoomArgs) -> Result<Value, Fault> {
    let (room, usage, forecast, providers, flags, events) = tokio::try_join!(
        link.room(),
        link.usage(args.period),
        link.forecast(),
        link.providers(),
        link.flags(false, 10),
        link.events(Some(true)),
    )?;
    let mut dearest = usage.bots.clone();
    dearest.sort_by(|a, b| {
        (b.estimated_cost_usd, b.total_tokens)
            .partial_cmp(&(a.estimated_cost_usd, a.total_tokens))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let dearest: Vec<Value> = dearest
        .iter()
        .take(DEAREST)
        .map(|bot| {
            json!({
                "bot_id": bot.bot_id, "bot_name": bot.bot_name, "tokens": bot.total_tokens,
                "cost_usd": bot.estimated_cost_usd, "calls": bot.calls, "posts": bot.posts,
                "cap_exceeded": bot.cap_exceeded,
            })
        })
        .collect();
    let providers: Vec<Value> = providers
        .iter()
        .map(|provider| {
            json!({
                "name": provider.name, "kind": provider.kind, "is_default": provider.is_default,
                "state": provider.state, "message": provider.message, "model": provider.default_model,
                "pricing": provider.pricing, "queue": provider.queue,
            })
        })
        .collect();
    let answer = json!({
        "room": room,
        "usage": {
            "period": usage.period, "tokens": usage.total_tokens, "cost_usd": usage.total_cost_usd,
            "simulated_cost": usage.simulated_cost, "dearest_bots": dearest,
        },
        "expected_today": {
            "tokens": forecast.expected_tokens, "cost_usd": forecast.expected_cost_usd, "unpriced": forecast.unpriced,
        },
        "providers": providers,
        "open_flags": flags,
        "events_in_force": events.iter().take(20).collect::<Vec<_>>(),
    });
    Ok(quoting(brief(answer, BESIDE), None))
}

#[derive(Deserialize, ToSchema)]
struct BotsArgs {
    /// How many at most; 50 unless told otherwise.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    #[schema(max_length = 100)]
    cursor: Option<String>,
}

async fn bots(link: Link, args: BotsArgs) -> Result<Value, Fault> {
    let limit = within("limit", args.limit, 50, 200)?;
    let found = link.bots_page(0, limit, args.cursor).await?;
    let full = found.len() == limit as usize;
    let fit = that_fit(found.iter().map(one_of_many).collect());
    let more = full || fit.len() < found.len();
    let next = found.get(fit.len().wrapping_sub(1)).filter(|_| more).map(|bot| bot.id.clone());
    Ok(quoting(json!({"bots": fit}), next))
}

pub fn one_of_many(bot: &BotView) -> Value {
    let config = &bot.personality_config;
    json!({
        "id": bot.id,
        "name": bot.name,
        "traits": config.personality.traits,
        "interests": config.personality.interests,
        "status": bot.status,
        "status_reason": bot.status_reason,
        "doing": bot.doing,
        "reputation": bot.reputation_score,
        "followers": bot.follower_count,
        "open_flags": bot.unresolved_flags,
        "last_beat_at": bot.last_beat_at,
        "next_beat_at": bot.next_beat_at,
    })
}

#[derive(Deserialize, ToSchema)]
struct BotArgs {
    /// The bot's id, such as ada_001.
    #[schema(max_length = 64)]
    bot: String,
}

async fn bot(link: Link, args: BotArgs) -> Result<Value, Fault> {
    profile(&link, &args.bot).await
}

/// A bot in full.
pub async fn profile(link: &Link, id: &str) -> Result<Value, Fault> {
    let query = MemoryQuery { limit: 8, ..MemoryQuery::default() };
    let (bot, config, memory, summaries, posts, followers, following) = tokio::try_join!(
        link.bot(id),
        link.bot_config(id),
        link.warm_memory(id, query),
        link.cold_memory(id, 3, 0),
        link.bot_posts(id, 8),
        link.followers(id),
        link.following(id),
    )?;
    let names = |ids: Vec<String>| ids.into_iter().take(50).collect::<Vec<_>>();
    let answer = json!({
        "bot": one_of_many(&bot),
        "settings": config.personality_config,
        "edited": bot.edited,
        "pace_seconds": bot.pace_seconds,
        "caps": config.cost_caps,
        "remembers": memory,
        "summaries": summaries,
        "newest_posts": posts,
        "followed_by": names(followers.into_iter().map(|follow| follow.follower_id).collect()),
        "follows": names(following.into_iter().map(|follow| follow.following_id).collect()),
    });
    Ok(quoting(brief(answer, BESIDE), None))
}

#[derive(Deserialize, ToSchema)]
struct HappenedArgs {
    /// Only what came after this number.
    #[serde(default)]
    #[schema(minimum = 0)]
    since: Option<i64>,
    /// Only what this bot or person did: an id such as ada_001 or human:Mira.
    #[serde(default)]
    #[schema(max_length = 100)]
    bot: Option<String>,
    /// Only acts of this kind: create_thread, reply, vote, follow, web_search, do_nothing, failed, human_post,
    /// interview, config_updated, event_injected.
    #[serde(default)]
    #[schema(max_length = 40)]
    action: Option<String>,
    /// How many at most; 30 unless told otherwise.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    #[schema(max_length = 40)]
    cursor: Option<String>,
}

async fn happened(link: Link, args: HappenedArgs) -> Result<Value, Fault> {
    let limit = within("limit", args.limit, 30, 100)?;
    let cursor = number(args.cursor.as_deref())?;
    let forward = args.since.is_some();
    let query = ActivityQuery {
        limit,
        bot_id: args.bot,
        action_type: args.action,
        after_seq: if forward { cursor.or(args.since) } else { None },
        after: if forward { None } else { cursor },
        ..ActivityQuery::default()
    };
    let (found, health) = tokio::try_join!(link.activity(query), link.health())?;
    let full = found.len() == limit as usize;
    let fit = that_fit(found.iter().map(act).collect());
    let more = full || fit.len() < found.len();
    let next = found.get(fit.len().wrapping_sub(1)).filter(|_| more).map(|row| row.id.to_string());
    Ok(quoting(json!({"newest": health.last_seq, "acts": fit}), next))
}

/// An act among others: texts cut, the raw answer left to `why`.
fn act(row: &ActivityView) -> Value {
    let mut details = row.details.clone();
    if let Some(details) = details.as_object_mut() {
        details.shift_remove("raw_response");
    }
    json!({
        "number": row.id,
        "at": row.created_at,
        "who": row.bot_id,
        "name": row.bot_name,
        "did": row.action_type,
        "details": brief(details, DETAIL),
        "tokens": row.tokens_used,
        "cost_usd": row.cost_usd,
    })
}

#[derive(Deserialize, ToSchema)]
struct ThreadArgs {
    /// The thread's id.
    #[schema(minimum = 1)]
    thread: i64,
    /// `next_cursor` of the page before.
    #[serde(default)]
    #[schema(max_length = 40)]
    cursor: Option<String>,
}

async fn read_thread(link: Link, args: ThreadArgs) -> Result<Value, Fault> {
    thread(&link, args.thread, args.cursor.as_deref()).await
}

/// A page of a thread.
pub async fn thread(link: &Link, id: i64, cursor: Option<&str>) -> Result<Value, Fault> {
    let after = number(cursor)?;
    let thread = link.thread(id).await?;
    let replies: Vec<&ReplyView> =
        thread.replies.iter().filter(|reply| after.is_none_or(|after| reply.id > after)).collect();
    let fit = that_fit(replies.iter().map(|reply| {
        json!({
            "id": reply.id, "author": reply.author_bot_id, "name": reply.author_name, "at": reply.created_at,
            "answers_reply": reply.parent_reply_id, "score": reply.vote_score, "content": reply.content,
        })
    }).collect());
    let next = (fit.len() < replies.len())
        .then(|| replies.get(fit.len().wrapping_sub(1)).map(|reply| reply.id.to_string()))
        .flatten();
    let mut whole = json!({
        "id": thread.id, "title": thread.title, "author": thread.author_bot_id, "name": thread.author_name,
        "at": thread.created_at, "tags": thread.tags, "score": thread.vote_score, "pinned": thread.pinned,
        "replies_in_all": thread.replies.len(),
    });
    if let (None, Some(whole)) = (after, whole.as_object_mut()) {
        whole.insert("content".into(), thread.content.into());
    }
    Ok(quoting(json!({"thread": whole, "replies": fit}), next))
}

#[derive(Deserialize, ToSchema)]
struct WhyArgs {
    /// The act's number.
    #[schema(minimum = 1)]
    act: i64,
    /// A section of the prompt, to have its text: rules, identity, guidance, roster, events, own_posts, recent,
    /// memories, feed, asks, question.
    #[serde(default)]
    #[schema(max_length = 40)]
    section: Option<String>,
    /// `next_cursor` of the page before, of a section.
    #[serde(default)]
    #[schema(max_length = 40)]
    cursor: Option<String>,
}

async fn why(link: Link, args: WhyArgs) -> Result<Value, Fault> {
    let why = link.why(args.act).await?;
    match args.section {
        Some(name) => section(&why, &name, args.cursor.as_deref()),
        None => Ok(quoting(reasons(&why), None)),
    }
}

fn section(why: &WhyView, name: &str, cursor: Option<&str>) -> Result<Value, Fault> {
    let Some(section) = why.sections.iter().find(|section| section.name == name) else {
        let there: Vec<&str> = why.sections.iter().map(|section| section.name.as_str()).collect();
        let why = match there.as_slice() {
            [] => "no prompt is kept of this act".to_owned(),
            there => format!("is no section of this prompt; there are: {}", there.join(", ")),
        };
        return Err(Fault::invalid_field("section", why));
    };
    let start = usize::try_from(number(cursor)?.unwrap_or(0)).unwrap_or(0);
    let (text, next) = of_text(&section.text, start);
    let answer = json!({"section": section.name, "tokens": section.tokens, "text": text});
    Ok(quoting(answer, next.map(|at| at.to_string())))
}

fn reasons(why: &WhyView) -> Value {
    let sections: Vec<Value> = why
        .sections
        .iter()
        .map(|section| {
            json!({
                "name": section.name, "tokens": section.tokens, "budget": section.budget,
                "left_out": section.dropped,
            })
        })
        .collect();
    let exchanges: Vec<Value> = why
        .exchanges
        .iter()
        .map(|exchange| {
            json!({
                "purpose": exchange.purpose, "provider": exchange.provider, "model": exchange.model,
                "answer": exchange.answer, "usage": exchange.usage, "latency_ms": exchange.latency_ms,
                "waited_ms": exchange.waited_ms, "cost_usd": exchange.cost_usd, "error": exchange.error,
            })
        })
        .collect();
    let memories: Vec<Value> = why.memories.iter().take(20).map(shown).collect();
    let whole = json!({
        "act": act(&why.activity),
        "provider": why.provider,
        "model": why.model,
        "answer_read_at": why.rung,
        "cost_usd": why.cost_usd,
        "memories_recalled": memories,
        "prompt_sections": sections,
        "exchanges": that_fit(exchanges.into_iter().map(|exchange| brief(exchange, BESIDE)).collect()),
    });
    brief(whole, BESIDE)
}
