//! The pages of the inspector.

use super::{NOTHING_MATCHES, Told, act, bot_title, clock};
use crate::protocol::Source;
use crate::tui::state::Model;
use crate::tui::state::mind::{Applied, Field};
use crate::tui::state::recall::{Part, Recall, RecallLine};
use crate::tui::state::{Row, budget, why};
use crate::tui::view::header::short_interval;
use crate::tui::view::recall::heading;
use crate::tui::view::{View, mind, why as why_page};
use crate::tui::widgets::text;

pub fn profile(model: &Model) -> Told {
    let mut told = Told::new(bot_title(model, "profile"));
    let inspector = &model.inspector;
    let Some(bot) = &inspector.bot else { return told.note("Not read yet.") };
    let mut note = |label: &str, said: String| {
        if !said.is_empty() {
            told.notes.push(format!("{label}: {said}"));
        }
    };
    let reason = bot.status_reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"));
    note("status", format!("{}{reason}", bot.status.as_str()));
    note(
        "reputation",
        format!(
            "{}, {} up, {} down, {}, follows {}",
            text::signed(bot.reputation_score),
            bot.upvotes_received,
            bot.downvotes_received,
            text::count(bot.follower_count, "follower"),
            bot.following_count
        ),
    );
    note("last beat", bot.last_beat_at.map_or_else(String::new, |at| clock(model, at)));
    note("next beat", bot.next_beat_at.map_or_else(String::new, |at| clock(model, at)));
    let config = &bot.personality_config;
    note("traits", config.personality.traits.join(", "));
    note("style", config.personality.communication_style.clone());
    note("interests", config.personality.interests.join(", "));
    note("quirks", config.personality.quirks.join("; "));
    note("origin", config.identity.origin_story.clone());
    note("speaks by", format!("{} {}", config.model.provider, config.model.model).trim().to_owned());
    let file = match (bot.source, bot.yaml_changed, bot.edited) {
        (Source::Custom, ..) => "made here, has none",
        (_, true, _) => "has changed; say yaml changed",
        (_, _, true) => "differs from what is live",
        _ => "as it is live",
    };
    note("its file", file.into());
    let names =
        |ids: Vec<&str>| ids.iter().map(|id| model.name(id).to_owned()).collect::<Vec<_>>().join(", ");
    note("follows", names(inspector.following.iter().map(|follow| follow.following_id.as_str()).collect()));
    note(
        "followed by",
        names(inspector.followers.iter().map(|follow| follow.follower_id.as_str()).collect()),
    );
    for post in &inspector.posts {
        note(&format!("post in #{}", post.thread_id), post.content.clone());
    }
    told
}

pub fn mind(model: &Model) -> Told {
    let mut told = Told::new(bot_title(model, "mind"));
    let mind = &model.inspector.mind;
    let (Some(saved), Some(draft)) = (&mind.saved, &mind.draft) else { return told.note("Not read yet.") };
    let changes = mind.changes().len();
    told = told.note(match (changes, mind.applied) {
        (0, Applied::Nothing) => String::new(),
        (0, Applied::Waiting) => "Saved; it takes effect on the next beat.".into(),
        (0, Applied::Since(at)) => format!("Saved, and applied by the beat at {}.", clock(model, at)),
        (changes, _) => format!(
            "{} not saved: say save or discard.",
            text::count(i64::try_from(changes).unwrap_or(0), "change")
        ),
    });
    for (at, field) in Field::ALL.into_iter().enumerate() {
        let value = field.text(draft).replace('\n', "; ");
        let value = if value.is_empty() { "nothing".to_owned() } else { value };
        let was = field.text(saved).replace('\n', "; ");
        let was = if field.text(saved) == field.text(draft) { String::new() } else { format!(", was {was}") };
        told.push(at, field.label(), format!("{}: {value}{was}", field.label()));
    }
    told.selected = Some(mind.scroll.selected);
    told.detail = vec![mind::meaning(mind.field(), draft)];
    told.detail.retain(|said| !said.is_empty());
    told
}

pub fn budget(model: &Model) -> Told {
    let mut told = Told::new(bot_title(model, "budget"));
    let Some(caps) = &model.inspector.caps else { return told.note("Not read yet.") };
    let own = |custom: bool| if custom { "of its own" } else { "the default" };
    let pace = model.inspector.bot.as_ref().and_then(|bot| bot.pace_seconds);
    let room = model.room.as_ref().map_or(0, |room| room.pace.interval_seconds);
    let lines = [
        format!("token cap: {} a day, {}", caps.daily_token_cap, own(caps.is_custom_token_cap)),
        format!("cost cap: {} a day, {}", text::money(caps.daily_cost_cap_usd), own(caps.is_custom_cost_cap)),
        format!(
            "pace: every {}, {}",
            short_interval(pace.unwrap_or(room)),
            if pace.is_some() { "of its own" } else { "the room's" }
        ),
    ];
    debug_assert_eq!(lines.len(), budget::Limit::ALL.len());
    for (at, said) in lines.into_iter().enumerate() {
        told.push(at, at, said);
    }
    let id = model.inspector.wanted.as_deref().unwrap_or_default();
    if let Some(used) = model.lower.usage_of(id) {
        let capped = if used.cap_exceeded { ", the cap is reached" } else { "" };
        let binds = if used.token_cap_binds {
            ""
        } else {
            "; the default token cap does not bind it: its provider is free, or inside the program"
        };
        told = told.note(format!(
            "Today {} tokens, {}{capped}{binds}.",
            used.total_tokens,
            model.money(used.estimated_cost_usd)
        ));
    }
    if let Some(forecast) = &model.lower.forecast
        && let Some(bot) = forecast.bots.iter().find(|bot| bot.bot_id == id)
    {
        told = told.note(format!(
            "By the end of the day {} tokens, {}; the room {} tokens, {}.",
            bot.expected_tokens,
            model.money(bot.expected_cost_usd),
            forecast.expected_tokens,
            model.money(forecast.expected_cost_usd)
        ));
    }
    told.selected = Some(model.inspector.budget.scroll.selected);
    told
}

pub fn memory((recall, narrowed): (&Recall, bool), title: String, model: &Model) -> Told {
    let mut told = Told::new(title);
    if !recall.loaded() {
        return told.note("Not read yet.");
    }
    let mut kind = "";
    for (at, line) in recall.lines.iter().enumerate() {
        match line {
            RecallLine::Heading(Part::Held(of), _) => kind = heading(*of),
            RecallLine::Heading(Part::All, _) => kind = "The newest first",
            RecallLine::Heading(Part::Archive(_), _) => kind = "In the archive",
            RecallLine::Item(item) => {
                let other = item.other.as_ref().map(|id| model.name(id));
                // Notes name who they are about themselves: it is told once.
                let other = other.filter(|name| text::find_name(&item.told(), name).is_none());
                let other = other.map_or_else(String::new, |name| format!("{name}, "));
                let pinned = if item.pinned { ", pinned" } else { "" };
                let note = if item.note.is_empty() { String::new() } else { format!(", {}", item.note) };
                let said = format!("{kind}, {}{note}{pinned}: {other}{}", item.date, item.told());
                told.push(at, format!("{} {}", item.id, item.archived), said);
            }
        }
    }
    if told.list.is_empty() {
        return told.note(if narrowed { NOTHING_MATCHES } else { "Nothing is remembered." });
    }
    told.selected = Some(recall.scroll.selected);
    told
}

pub fn why(model: &Model) -> Told {
    let page = &model.inspector.why;
    let Some(reason) = &page.view else {
        let said = page.missing.clone().unwrap_or_else(|| "Not read yet.".into());
        return Told::new(bot_title(model, "why")).note(said);
    };
    let row = Row::of_activity(&reason.activity);
    let latency: i64 = reason.exchanges.iter().map(|exchange| exchange.latency_ms).sum();
    let mut told =
        Told::new(format!("{}, why", model.name(&row.bot_id))).note(act(&row, model)).note(format!(
            "{} tokens, {}, {latency} ms, by {} {}.",
            row.tokens,
            model.money(reason.cost_usd),
            reason.provider,
            reason.model
        ));
    told = page.verdict.iter().fold(told, |told, line| told.note(line.clone()));
    for (at, line) in page.lines().iter().enumerate() {
        let said = match line {
            why::WhyLine::Gap => continue,
            why::WhyLine::Text(said) => said.clone(),
            why::WhyLine::Memory(memory) => format!(
                "memory {}, {}, score {:.2}, relevance {:.1}, recency {:.1}, weight {:.1}",
                memory.id,
                why_page::kind(memory),
                memory.score,
                memory.relevance,
                memory.recency,
                memory.importance
            ),
            why::WhyLine::Head(part) => {
                let folded = if page.is_open(*part) { "" } else { ", folded" };
                format!("{}{folded}", head(*part, page))
            }
        };
        told.push(at, format!("{} {at} {said}", row.seq), said);
    }
    told.selected = Some(page.scroll.selected);
    told
}

fn head(part: why::Part, page: &why::Why) -> String {
    match part {
        why::Part::Memories => {
            format!("Recalled memories: {}", page.view.as_ref().map_or(0, |view| view.memories.len()))
        }
        why::Part::Section(at) => page.section(at).map_or_else(String::new, |section| {
            format!(
                "Prompt, {}: {} of {} tokens, {} left out",
                section.name.replace('_', " "),
                section.tokens,
                section.budget,
                section.dropped
            )
        }),
        why::Part::Exchange(at) => page.exchange(at).map_or_else(String::new, |exchange| {
            format!(
                "Exchange, {}: {} and {} tokens",
                exchange.purpose, exchange.usage.input, exchange.usage.output
            )
        }),
    }
}

/// The moment of something, with its date.
pub fn date(model: &Model, at: crate::domain::Stamp) -> String {
    View::of(model).date(at)
}
