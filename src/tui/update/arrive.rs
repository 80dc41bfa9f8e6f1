//! What arrives: events, answers to reads and changes, the state of the link.

use super::open;
use crate::domain::{ActivityKind, Actor};
use crate::protocol::{Event, Fault, FaultKind, Notice};
use crate::tui::msg::{Connection, Data, Effect, Load, Role};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Overlay, Then};
use crate::tui::state::Page;
use crate::tui::state::bots;
use crate::tui::state::mind::Applied;
use crate::tui::state::stream::Row;
use crate::tui::state::{Model, Tone};
use crate::tui::update::tabs;

/// Something happened in the society.
pub fn on_event(model: &mut Model, event: &Event) -> Vec<Effect> {
    model.known.event(&event.notice);
    model.rates.event(event.timestamp, &event.notice, &model.bots);
    model.bots.event(&event.notice);
    tabs::event(model, event);
    let mut effects = Vec::new();
    if let Some(row) = Row::of_event(event) {
        remember_title(model, &row);
        super::needs::tell(model, &row);
        model.stream.push(row);
        if let Some(room) = &mut model.room {
            room.last_seq = room.last_seq.max(event.seq);
        }
    }
    match &event.notice {
        Notice::HeartbeatComplete { bot_id, action, details, tokens_used, cost_usd, .. } => {
            if let Some(room) = &mut model.room {
                room.tokens_today += tokens_used;
                room.cost_today = crate::domain::Money::from_nanos(
                    room.cost_today.nanos().saturating_add(cost_usd.nanos()),
                );
            }
            if ActivityKind::of(action) == Some(ActivityKind::Vote)
                && let Some(other) = details.get("other_bot_id").and_then(serde_json::Value::as_str)
            {
                mark_bot(model, other);
                model.stale.reputation = true;
            }
            mark_bot(model, bot_id);
            model.stale.usage = true;
            if model.inspector.wanted.as_deref() == Some(bot_id) {
                if model.inspector.mind.applied == Applied::Waiting && is_beat(action) {
                    model.inspector.mind.applied = Applied::Since(event.timestamp);
                }
                // The page stays on the act that was asked for; beside another page the newest one is told.
                let first = model.inspector.why.acted(event.seq);
                let newest = if model.inspector.page == Page::Why {
                    first
                } else {
                    is_beat(action) && !model.layout().beside.is_empty()
                };
                if newest {
                    model.inspector.why.ask(event.seq);
                    if model.connection == Connection::Local {
                        effects.push(Effect::Load(Load::Why(event.seq)));
                    } else {
                        model.stale.why = Some(event.seq);
                    }
                }
                model.stale.memory = true;
            }
        }
        Notice::ConfigUpdated { bot_id, changed, .. } => {
            if changed.iter().any(|what| what == "removed") {
                super::go::left(model, bot_id);
            }
            mark_bot(model, bot_id);
            model.stale.config |= model.inspector.wanted.as_deref() == Some(bot_id);
            // What the room was set to concerns everybody.
            if Actor::of(bot_id).is_room() {
                model.stale.room = true;
                model.stale.all_bots = true;
                model.stale.providers = true;
            }
        }
        Notice::PaceChanged { .. } => model.stale.room = true,
        Notice::ThoughtDelta { bot_id, text } => {
            model.stream.thought(bot_id, text);
            if let Some(said) = answer_of(model, bot_id) {
                if said.starts_with(WAITS) {
                    said.clear();
                }
                said.push_str(&crate::domain::text::clean(text, 4_000));
            }
        }
        Notice::HeartbeatStarted { bot_id, .. } => {
            model.stream.thoughts.remove(bot_id);
        }
        Notice::BotDoing { bot_id, doing } => {
            if let Some(bot) = model.inspector.bot.as_mut().filter(|bot| bot.id == *bot_id) {
                bot.doing = *doing;
            }
        }
        Notice::InterviewWaits { bot_id, ahead } => {
            if let Some(said) = answer_of(model, bot_id)
                && (said.is_empty() || said.starts_with(WAITS))
            {
                *said = match ahead {
                    0 => String::new(),
                    1 => format!("{WAITS}: one call goes before it."),
                    ahead => format!("{WAITS}: {ahead} calls go before it."),
                };
            }
        }
        Notice::BotStatus { bot_id, status, reason, next_beat_at } => {
            // A bot that was edited, capped or paused may be on a beat, whose text goes on.
            if model.bots.get(bot_id).is_none_or(|bot| bot.doing.is_none()) {
                model.stream.thoughts.remove(bot_id);
            }
            // The inspector tells what the list tells.
            if let Some(bot) = model.inspector.bot.as_mut().filter(|bot| bot.id == *bot_id) {
                (bot.status, bot.next_beat_at) = (*status, *next_beat_at);
                bot.status_reason.clone_from(reason);
            }
            if model.bots.get(bot_id).is_none() {
                model.stale.bots.insert(bot_id.clone());
            }
            model.stale.room = true;
        }
        Notice::FlagRaised { .. } => model.stale.room = true,
        Notice::EngineState { engine } => {
            if let Some(room) = &mut model.room {
                room.engine = *engine;
            }
            model.stale.all_bots = true;
        }
        Notice::Changed { what, bot_id } => {
            model.stale.room |= what == "flags";
            model.stale.providers |= what == "providers";
            model.stale.memory |= what == "memories" && model.inspector.wanted == *bot_id;
            if let Some(id) = bot_id {
                mark_bot(model, id);
            }
        }
        Notice::Resync { from_seq: ..=1, .. } if model.stream.newest() > 0 => {
            let unsaved = !model.inspector.unsaved().is_empty() || !model.overlays.is_empty();
            model.begin_anew();
            let lost =
                if unsaved { " What was not saved belonged to the one before and is dropped." } else { "" };
            let said = format!(
                "Another society, or an older copy, answers here now: everything is read anew.{lost}"
            );
            model.toast(Tone::Bad, said);
            effects.extend(super::tick::read_everything(model));
        }
        Notice::Resync { from_seq, .. } => {
            let query = crate::protocol::ActivityQuery {
                limit: 200,
                after_seq: Some(from_seq - 1),
                ..crate::protocol::ActivityQuery::default()
            };
            effects.push(Effect::Load(Load::Activity(query)));
            model.stale.everything();
        }
        Notice::EventInjected { .. } | Notice::Usage { .. } => {}
    }
    if event.timestamp > model.now {
        model.now = event.timestamp;
    }
    model.stale.log = true;
    effects
}

/// How the line begins that tells of a place waited for.
const WAITS: &str = "It waits for a place";

/// What has come so far of an interview's answer.
fn answer_of<'a>(model: &'a mut Model, bot: &str) -> Option<&'a mut String> {
    let Some(Overlay::Reading(reading)) = model.overlays.last_mut() else { return None };
    match reading.paras.last_mut() {
        Some(Para::Text(said)) if reading.waiting && reading.of_bot.as_deref() == Some(bot) => Some(said),
        _ => None,
    }
}

/// A bot is to be read anew. People and the room itself act, too, and are none.
fn mark_bot(model: &mut Model, id: &str) {
    if Actor::of(id).bot().is_some() {
        model.stale.bots.insert(id.to_owned());
    }
}

fn is_beat(action: &str) -> bool {
    ActivityKind::of(action).is_none_or(ActivityKind::is_beat)
}

fn remember_title(model: &mut Model, row: &Row) {
    if row.told.is(ActivityKind::CreateThread)
        && let Some(id) = row.told.thread
        && !row.told.about.is_empty()
    {
        model.stream.titled(id, &row.told.about);
        model.titles.insert(id, row.told.about.clone());
    }
    if !row.bot_name.is_empty() && !model.names.contains_key(&row.bot_id) {
        model.names.insert(row.bot_id.clone(), row.bot_name.clone());
    }
}

/// The link's state changed.
pub fn on_link(model: &mut Model, connection: Connection, role: Role) -> Vec<Effect> {
    let back =
        matches!(model.connection, Connection::Reconnecting { .. }) && connection == Connection::Connected;
    model.role = role;
    if model.connection == connection {
        return Vec::new();
    }
    model.connection = connection;
    if back { super::tick::read_everything(model) } else { Vec::new() }
}

/// A read came back, or did not.
pub fn on_answer(model: &mut Model, load: Load, answer: Result<Data, Fault>) -> Vec<Effect> {
    match answer {
        Ok(data) => {
            if model.connection != Connection::Local {
                model.known.take(&load, &data, model.now);
            }
            on_loaded(model, load, data)
        }
        Err(fault) => {
            model.known.done(&load);
            on_load_failed(model, &load, &fault)
        }
    }
}

/// What was read is shown.
pub(super) fn on_loaded(model: &mut Model, load: Load, data: Data) -> Vec<Effect> {
    let mut effects = tabs::loaded(model, &load, &data);
    let wanted = model.inspector.wanted.clone();
    let is_wanted = |id: &String| wanted.as_ref() == Some(id);
    match (load, data) {
        (Load::Room, Data::Room(room)) => effects.extend(take_room(model, *room)),
        (Load::Bots(after), Data::Bots(bots)) => effects.extend(take_bots(model, after.as_deref(), &bots)),
        (Load::Bot(id), Data::Bot(bot)) => {
            model.bots.merge(std::slice::from_ref(&*bot));
            model.names.insert(bot.id.clone(), bot.name.clone());
            if is_wanted(&id) {
                model.inspector.bot = Some(*bot);
            }
        }
        (Load::Config(id), Data::Config(config)) if is_wanted(&id) => {
            model.inspector.caps = Some(config.cost_caps);
            let both = model.inspector.mind.load(config.personality_config, config.yaml_config);
            super::mind::tell_conflicts(model, &both);
            effects.extend(super::mind::catch_up(model));
        }
        (Load::Posts(id), Data::Posts(posts)) if is_wanted(&id) => model.inspector.posts = posts,
        (Load::Follows(id), Data::Follows { followers, following }) if is_wanted(&id) => {
            model.inspector.followers = followers;
            model.inspector.following = following;
        }
        (Load::Activity(query), Data::Activity(rows)) => effects.extend(take_activity(model, &query, &rows)),
        (Load::Acts(query), Data::Activity(acts)) if query.bot_id == model.inspector.wanted => {
            let steps = model.inspector.why.steps();
            match model.inspector.why.load_acts(&acts) {
                Some(id) => {
                    model.inspector.why.ask(id);
                    effects.push(Effect::Load(Load::Why(id)));
                }
                None if steps => model.toast(Tone::Info, super::inspector::NO_FURTHER),
                None => {}
            }
        }
        (Load::Why(id), Data::Why(why)) => {
            model.stream.models.note(id, &why.model);
            if model.inspector.why.wanted == Some(id) {
                model.inspector.why.load(*why);
            }
        }
        (Load::Models(_), Data::Models(models)) => {
            models.iter().for_each(|(act, name)| model.stream.models.note(*act, name));
        }
        (Load::Story(_), Data::Story(story)) => super::compare::read(model, *story),
        (Load::Warm(id, query), Data::Warm(warm))
            if is_wanted(&id) && query.q.is_none() && query.offset == 0 =>
        {
            model.inspector.recall.load_warm(*warm);
        }
        (Load::Cold(id, _, 0), Data::Cold(cold)) if is_wanted(&id) => model.inspector.recall.load_cold(cold),
        (Load::Usage(period), Data::Usage(mut usage)) => {
            model.bots.take_figures(period, &usage);
            if period == crate::protocol::Period::Daily {
                // The dearest first: what does not fit matters least.
                usage.bots.sort_by(|a, b| {
                    let spent = |bot: &crate::protocol::BotUsage| (bot.estimated_cost_usd, bot.total_tokens);
                    spent(b).cmp(&spent(a)).then_with(|| a.bot_id.cmp(&b.bot_id))
                });
                model.lower.used.set(std::mem::take(&mut usage.bots));
                model.lower.usage = Some(usage);
            }
        }
        (Load::UsageSeries(14, None), Data::UsageSeries(series)) => model.lower.series = series,
        (Load::Forecast, Data::Forecast(forecast)) => take_forecast(model, forecast),
        (Load::ReputationHistory(7), Data::ReputationHistory(history)) => model.lower.reputation = history,
        (Load::Log(_), Data::Log(lines)) => model.lower.take_log(lines),
        (Load::Providers, Data::Providers(providers)) => {
            take_providers(model, providers);
            effects.extend(super::offer::look_for_newcomer(model));
        }
        (Load::Near, Data::Near(near)) => effects.extend(super::offer::found(model, near)),
        (Load::Search(words), Data::Found(hits)) => super::search::found(model, &words, hits),
        (Load::Titles, Data::Threads(threads)) => {
            model.titles.extend(threads.into_iter().map(|thread| (thread.id, thread.title)));
        }
        _ => {}
    }
    effects
}

/// What a newcomer is told.
pub(super) const WELCOME: &str = "Welcome. These bots share a forum and act by themselves: they post, answer, vote and remember. \
     You watch, steer and pay. What it costs stands at the top right; ? lists the keys.";

fn take_room(model: &mut Model, room: crate::protocol::RoomView) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(zone) = crate::config::zone::named(&room.timezone) {
        model.zone = zone;
    }
    let lives = model.walk.is_none() && model.room.is_none();
    if lives && room.last_seq < 30 && model.tab == crate::tui::state::Tab::Live {
        model.toast(Tone::Info, WELCOME);
        if let Some(toast) = model.toasts.last_mut() {
            toast.ticks = 15;
        }
        effects = super::offer::welcome(model, &room);
    }
    if room.now > model.now || room.simulated || model.walk.is_some() {
        model.now = room.now;
    }
    model.room = Some(room);
    // What is open may have been opened before this was known.
    open::count_bots(model);
    super::pace::refresh(model);
    effects
}

fn take_bots(model: &mut Model, after: Option<&str>, bots: &[crate::protocol::BotView]) -> Vec<Effect> {
    for bot in bots {
        model.names.insert(bot.id.clone(), bot.name.clone());
    }
    let whole = after.is_none() && bots.len() < bots::PAGE;
    if whole {
        model.bots.set(bots);
    } else {
        model.bots.merge(bots);
    }
    if whole {
        let there = |id: &String| bots.iter().any(|bot| bot.id == *id);
        let gone: Vec<String> = model.inspector.known().filter(|id| !there(id)).cloned().collect();
        gone.iter().for_each(|id| super::go::left(model, id));
    }
    let mut effects = Vec::new();
    if bots.len() >= bots::PAGE
        && let Some(last) = bots.last()
    {
        effects.push(Effect::Load(Load::Bots(Some(last.id.clone()))));
    }
    if let Some(wanted) = model.wanted_bot.take()
        && !model.bots.select(&wanted)
        && bots.len() >= bots::PAGE
    {
        model.wanted_bot = Some(wanted); // on a later page
    }
    let wanted = model.inspector.wanted.as_ref();
    if let Some(bot) = bots.iter().find(|bot| Some(&bot.id) == wanted) {
        model.inspector.bot = Some(bot.clone());
    }
    effects
}

fn take_activity(
    model: &mut Model,
    query: &crate::protocol::ActivityQuery,
    rows: &[crate::protocol::ActivityView],
) -> Vec<Effect> {
    if query.after_seq.is_some() {
        for view in rows {
            let row = Row::of_activity(view);
            remember_title(model, &row);
            model.stream.push(row);
        }
        // A long gap is read page by page.
        return match rows.last() {
            Some(last) if rows.len() >= usize::try_from(query.limit).unwrap_or(usize::MAX) => {
                let next = crate::protocol::ActivityQuery { after_seq: Some(last.id), ..query.clone() };
                vec![Effect::Load(Load::Activity(next))]
            }
            _ => Vec::new(),
        };
    }
    for view in rows {
        remember_title(model, &Row::of_activity(view));
    }
    let complete = rows.len() < usize::try_from(query.limit).unwrap_or(usize::MAX);
    model.stream.load(rows, complete);
    if model.stream.filter().is_empty() { Vec::new() } else { super::go::older(model) }
}

fn take_forecast(model: &mut Model, forecast: crate::protocol::Forecast) {
    model.lower.forecast = Some(forecast);
    super::pace::refresh(model);
}

pub(super) fn take_providers(model: &mut Model, providers: Vec<crate::protocol::ProviderView>) {
    if let Some(Overlay::Choice(choice)) = model.overlays.last_mut()
        && choice.then == Then::Provider
    {
        choice.refill(open::provider_items(&providers));
    }
    model.providers = providers;
    super::mind::learned_models(model);
}

/// A read failed. What is shown stays; only what a person waits for says why.
fn on_load_failed(model: &mut Model, load: &Load, fault: &Fault) -> Vec<Effect> {
    if tabs::forum::failed(model, load, fault) {
        return Vec::new();
    }
    match load {
        Load::Why(id) if model.inspector.why.wanted == Some(*id) => {
            model.inspector.why.missing = Some(fault.detail.clone());
        }
        Load::Activity(_) => model.stream.loading = false,
        Load::Near => super::offer::failed(model, &fault.detail),
        Load::Models(_) => {} // a nicety: the lines stay without
        Load::Story(id) => {
            super::compare::failed(model, id);
            model.toast(Tone::Bad, fault.detail.clone());
        }
        Load::Bot(id) | Load::Config(id) if fault.kind == FaultKind::NotFound => super::go::left(model, id),
        _ if fault.kind == FaultKind::Unavailable => {} // the header tells
        _ => model.toast(Tone::Bad, fault.detail.clone()),
    }
    Vec::new()
}
