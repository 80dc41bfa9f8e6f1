//! The panes of the Live tab.

use super::{NOTHING_MATCHES, Told, act, clock, with};
use crate::domain::text::folded;
use crate::protocol::{LogLine, Status};
use crate::tui::state::ListedBot;
use crate::tui::state::Model;
use crate::tui::state::order::word;
use crate::tui::view::log::silence;
use crate::tui::view::{View, bots};
use crate::tui::widgets::text;

/// Lines told of a list that has no end.
const MOST: usize = 2_000;

pub fn bots(model: &Model) -> Told {
    let (bots, order) = (&model.bots, model.bots.order());
    let mut title = "Live, bots".to_owned();
    if !bots.filter().is_empty() {
        title += &format!(", only those with “{}”", bots.filter());
    }
    let by = if order.is_plain() {
        String::new()
    } else {
        format!("By {}, {}.", order.column.title(), word(order.period))
    };
    let marked = bots.marked().len();
    let marks = if marked == 0 { String::new() } else { format!("{marked} marked.") };
    let mut told = Told::new(title).note(by).note(marks);
    if bots.is_empty() {
        return told.note(if bots.filter().is_empty() { "No bot is here." } else { NOTHING_MATCHES });
    }
    for (at, row) in (0..bots.len()).filter_map(|at| Some((at, bots.line(at)?))) {
        told.push(at, &row.id, bot(row, model));
    }
    told.selected = bots.selected().and(Some(bots.scroll.selected));
    told
}

fn bot(row: &ListedBot, model: &Model) -> String {
    let mut said = format!("{}, {}", row.name, row.status.as_str());
    if row.thinking {
        said += &format!(", {}", bots::doing(row.doing, &View::of(model)));
    } else if let (Status::Active, Some(at)) = (row.status, row.next_beat_at) {
        said += &match View::of(model).paused {
            true => ", held while the room is paused".to_owned(),
            false => format!(", next beat {}", clock(model, at)),
        };
    }
    said += &format!(", reputation {}", text::signed(row.reputation));
    let order = model.bots.order();
    if order.column.is_of_period() {
        let figures = model.bots.figures(&row.id);
        let unsure = if figures.unpriced { " and what has no price" } else { "" };
        said += &format!(
            ", {}{unsure}, {} tokens, {}",
            model.money(figures.cost),
            figures.tokens,
            text::count(figures.posts, "post")
        );
        if let Some(share) = figures.cached {
            said += &format!(", {share} % cached");
        }
    }
    if row.flags > 0 {
        said += &format!(", {}", text::count(row.flags, "open flag"));
    }
    if row.yaml_changed {
        said += ", its file changed";
    } else if row.edited {
        said += ", differs from its file";
    }
    let tags: Vec<&str> = model.bots.tags.of(&row.id).collect();
    if !tags.is_empty() {
        said += &format!(", tagged {}", tags.join(" and "));
    }
    if model.bots.is_marked(&row.id) {
        said += ", marked";
    }
    if let (false, Some(reason)) = (row.status == Status::Active, &row.reason) {
        said += &format!(": {reason}");
    }
    said
}

pub fn activity(model: &Model) -> Told {
    let stream = &model.stream;
    let filter = stream.filter();
    let mut title = "Live, activity, newest first".to_owned();
    if let Some(bot) = &filter.bot {
        title += &format!(", only {}", model.name(bot));
    }
    if let Some(kind) = &filter.kind {
        title += &format!(", only {}", kind.as_str().replace('_', " "));
    }
    if !filter.text.is_empty() {
        title += &format!(", only with “{}”", filter.text);
    }
    let mut told = Told::new(title);
    if stream.is_empty() {
        return told.note(match (stream.loaded, filter.is_empty()) {
            (false, _) => "Not read yet.",
            (true, true) => "Nothing is here.",
            (true, false) => NOTHING_MATCHES,
        });
    }
    for (at, row) in (0..stream.len().min(MOST)).filter_map(|at| Some((at, stream.line(at)?))) {
        told.push(at, row.seq, act(row, model));
    }
    told.selected = Some(stream.scroll.selected);
    told
}

pub fn usage(model: &Model) -> Told {
    let mut told = Told::new(with("Live, usage today", model.lower.used.filter()));
    let Some(usage) = &model.lower.usage else { return told.note("Not read yet.") };
    if model.lower.used.has_rows() && model.lower.used.is_empty() {
        told = told.note(NOTHING_MATCHES);
    }
    told = told.note(format!("In all {} tokens, {}.", usage.total_tokens, model.money(usage.total_cost_usd)));
    for (at, bot) in model.lower.used.iter().enumerate() {
        let mut said = format!(
            "{}, {} tokens, {}",
            model.name(&bot.bot_id),
            bot.total_tokens,
            model.money(bot.estimated_cost_usd)
        );
        said += &match (bot.cap_exceeded, bot.token_cap_binds) {
            (true, _) => ", capped".to_owned(),
            (false, true) => format!(", cap {} tokens", bot.token_cap),
            (false, false) => ", no cap binds it".to_owned(),
        };
        told.push(at, &bot.bot_id, said);
    }
    told.selected = Some(model.lower.used.scroll.selected);
    told
}

pub fn reputation(model: &Model) -> Told {
    let reputed = folded(&model.lower.reputed);
    let mut told = Told::new(with("Live, reputation of 7 days", &model.lower.reputed));
    let mut bots: Vec<_> = model.lower.reputation.iter().filter(|bot| !bot.series.is_empty()).collect();
    bots.retain(|bot| folded(&bot.bot_name).contains(&reputed));
    bots.sort_by_key(|bot| std::cmp::Reverse(bot.series.last().map_or(0, |day| day.score)));
    for bot in bots {
        let days: Vec<String> =
            bot.series.iter().map(|day| format!("{} {}", day.date, text::signed(day.score))).collect();
        told = told.note(format!("{}: {}", bot.bot_name, days.join(", ")));
    }
    match told.notes.is_empty() {
        true if reputed.is_empty() => told.note("Nobody was voted for yet."),
        true => told.note(NOTHING_MATCHES),
        false => told,
    }
}

pub fn line(line: &LogLine, model: &Model) -> String {
    format!("{} {} {}", clock(model, line.at), line.level.to_lowercase(), line.message)
}

pub fn log(model: &Model) -> Told {
    let mut told = Told::new(with("Live, log", model.lower.log.filter()));
    if model.lower.log.has_rows() && model.lower.log.is_empty() {
        return told.note(NOTHING_MATCHES);
    }
    if model.lower.log.is_empty() {
        return told.note(silence(&View::of(model)));
    }
    for (at, one) in model.lower.log.iter().enumerate() {
        let said = line(one, model);
        told.push(at, format!("{} {}", one.at, one.message), said);
    }
    told.selected = Some(model.lower.log.scroll.selected);
    told
}
