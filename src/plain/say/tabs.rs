//! The tabs beside Live.

use super::inspector::{self, date};
use super::{NOTHING_MATCHES, Told, clock, live};
use crate::domain::Actor;
use crate::protocol::{GraphEdge, ThreadSort};
use crate::tui::state::events::Shown;
use crate::tui::state::log::LEVELS;
use crate::tui::state::stats::{self, SPANS};
use crate::tui::state::{Model, author_of};
use crate::tui::view::log::silence;
use crate::tui::view::{self, View};
use crate::tui::widgets::text;

pub fn forum(model: &Model) -> Told {
    let forum = &model.forum;
    let order = match forum.query.sort {
        ThreadSort::Newest => "newest first",
        ThreadSort::Popular => "most popular first",
        ThreadSort::Active => "last active first",
    };
    let mut title = format!("Forum, {order}");
    if !forum.query.q.is_empty() {
        title += &format!(", with “{}”", forum.query.q);
    }
    if let Some(tag) = &forum.query.tag {
        title += &format!(", tag {tag}");
    }
    if let Some(author) = &forum.query.author {
        title += &format!(", by {}", model.name(author));
    }
    if let Some(writer) = &forum.query.writer {
        title += &format!(", with posts of {}", model.name(writer));
    }
    let mut told = Told::new(title);
    if forum.threads.is_empty() {
        return told.note(match (forum.loaded, forum.is_narrowed()) {
            (false, _) => "Not read yet.",
            (true, false) => "No thread is here.",
            (true, true) => NOTHING_MATCHES,
        });
    }
    for (at, thread) in forum.threads.iter().enumerate() {
        let tags =
            if thread.tags.is_empty() { String::new() } else { format!(", tags {}", thread.tags.join(", ")) };
        let said = format!(
            "#{} {}, by {}, {}, score {}, last post {}{tags}",
            thread.id,
            thread.title,
            author_of(&thread.author_bot_id, &thread.author_name),
            text::count(thread.reply_count, "reply"),
            text::signed(thread.vote_score),
            date(model, thread.last_activity_at)
        );
        told.push(at, thread.id, said);
    }
    told.selected = Some(forum.list.selected);
    told
}

pub fn thread(model: &Model) -> Told {
    let reader = &model.forum.reader;
    let Some(thread) = reader.view.as_ref().filter(|thread| reader.wanted == Some(thread.id)) else {
        let said = if reader.missing { "This thread is no more." } else { "Not read yet." };
        return Told::new("Forum, thread").note(said);
    };
    let mut told = Told::new(format!("Forum, thread #{}, {}", thread.id, thread.title));
    let own = model.forum.writer.actor();
    for (at, entry) in reader.entries.iter().enumerate() {
        let to = match &entry.answers {
            _ if view::thread::is_to(entry, own.as_deref()) => " to you".to_owned(),
            Some(name) => format!(" to {name}"),
            None => String::new(),
        };
        let person = if Actor::of(&entry.author).is_person() { ", a person" } else { "" };
        let said = format!(
            "{}{person}{to}, {}, {}: {}",
            entry.name,
            clock(model, entry.at),
            text::signed(entry.score),
            entry.said.replace('\n', " ")
        );
        told.push(at, format!("{} {:?}", thread.id, entry.reply), said);
    }
    told.selected = Some(reader.at);
    told
}

pub fn stats(model: &Model) -> Told {
    let stats = &model.stats;
    let figure = stats::figures::shown(model);
    let words = added(&stats.list.told());
    let mut told = Told::new(format!("Stats, {}, stretch {}{words}", figure.title, SPANS[stats.span].1));
    if let (Some(first), Some(last)) = (figure.places.first(), figure.places.last()) {
        told = told.note(format!("From {} to {}.", first.full, last.full));
    }
    for curve in &figure.curves {
        let values: Vec<f64> = curve.values.iter().flatten().copied().collect();
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let Some(last) = values.last() else { continue };
        let unit = |value: f64| curve.unit.say(value);
        told = told.note(format!(
            "{}: sum {}, most {}, last {}.",
            curve.name,
            unit(curve.sum()),
            unit(most),
            unit(*last)
        ));
    }
    if let Some(at) = stats.cursor.filter(|at| *at < figure.places.len()) {
        let values: Vec<String> = figure
            .curves
            .iter()
            .filter_map(|curve| Some(format!("{} {}", curve.name, curve.unit.say((*curve.values.get(at)?)?))))
            .collect();
        told = told.note(format!("At {}: {}.", figure.places[at].full, values.join(", ")));
    }
    for (at, said) in &figure.marks {
        if let Some(place) = figure.places.get(*at) {
            told = told.note(format!("{}: {said}.", place.full));
        }
    }
    for (at, used) in stats.list.iter().enumerate() {
        let mix: Vec<String> = used
            .mix
            .iter()
            .flat_map(|mix| &mix.actions)
            .map(|action| format!("{} {}", action.count, action.action_type.replace('_', " ")))
            .collect();
        let said = format!(
            "{}, {} tokens, {}, {}: {}",
            used.name,
            used.tokens,
            model.money(used.cost),
            text::count(used.acts, "act"),
            mix.join(", ")
        );
        told.push(at, &used.id, said);
    }
    if stats.list.is_empty() && stats.list.has_rows() {
        told = told.note(NOTHING_MATCHES);
    }
    told.selected = Some(stats.list.scroll.selected);
    told
}

pub fn memory(model: &Model) -> Told {
    let explorer = &model.explorer;
    if explorer.in_bots {
        let mut told =
            Told::new("Memory, bots").note("Say list of memories for what the chosen one remembers.");
        for (at, row) in (0..model.bots.len()).filter_map(|at| Some((at, model.bots.line(at)?))) {
            told.push(at, &row.id, row.name.clone());
        }
        told.selected = Some(model.bots.scroll.selected);
        return told;
    }
    let of = explorer.of.as_deref().map_or("nobody", |id| model.name(id));
    let words =
        if explorer.filter.is_empty() { String::new() } else { format!(", with “{}”", explorer.filter) };
    let narrowed = !explorer.filter.is_empty();
    inspector::memory((&explorer.recall, narrowed), format!("Memory of {of}{words}"), model)
}

pub fn society(model: &Model) -> Told {
    let state = &model.society;
    let order = state.list.order().map_or("the bots with most ties first", |_| "the bots with most ties");
    let mut told = Told::new(format!("Society, {order}{}", added(&state.list.told())));
    if state.graph.is_none() {
        return told.note("Not read yet.");
    }
    if state.list.is_empty() && state.list.has_rows() {
        return told.note(NOTHING_MATCHES);
    }
    let ties = state.selected().map_or_else(Vec::new, |node| {
        let tie = |edge: &&GraphEdge| {
            let other = if edge.source == node.id { &edge.target } else { &edge.source };
            let follows = if edge.follows { ", one follows the other" } else { "" };
            format!(
                "With {}: {}, sentiment {:.2}{follows}",
                model.name(other),
                text::count(edge.interaction_count, "dealing"),
                edge.sentiment
            )
        };
        state.ties(&node.id).iter().map(tie).collect()
    });
    if let Some(node) = state.selected().filter(|_| state.on_ties) {
        told = Told::new(format!("Society, ties of {}", node.name));
        for (at, said) in ties.into_iter().enumerate() {
            told.push(at, format!("{} {at}", node.id), said);
        }
        told.selected = Some(state.scroll.selected);
        return told;
    }
    for (at, node) in state.list.iter().enumerate() {
        let said = format!(
            "{}, reputation {}, {}",
            node.name,
            text::signed(node.reputation),
            text::count(node.post_count, "post")
        );
        told.push(at, &node.id, said);
    }
    told.selected = Some(state.list.scroll.selected);
    told.detail = ties;
    told
}

/// How a list is filtered and ordered, after its name.
fn added(told: &str) -> String {
    if told.is_empty() { String::new() } else { format!(", {}", told.replace(" · ", ", ")) }
}

pub fn moderation(model: &Model) -> Told {
    let state = &model.moderation;
    let which = if state.resolved { "settled" } else { "open" };
    let mut told = Told::new(format!("Moderation, {which} flags{}", added(&state.list.told())));
    if state.list.is_empty() {
        return told.note(match (state.loaded, state.list.has_rows()) {
            (false, _) => "Not read yet.",
            (true, false) => "No flag is here.",
            (true, true) => NOTHING_MATCHES,
        });
    }
    for (at, flag) in state.list.iter().enumerate() {
        let said = format!(
            "{}, {}, {} {}: {}",
            model.name(&flag.bot_id),
            flag.flag_type.replace('_', " "),
            flag.target_type,
            flag.target_id,
            flag.reason
        );
        told.push(at, flag.id, said);
    }
    told.selected = Some(state.list.scroll.selected);
    if let Some(post) = state.selected().and_then(|flag| state.post(flag)) {
        told.detail.push(format!("{}: {}", post.name, post.said));
    }
    told
}

pub fn events(model: &Model) -> Told {
    let state = &model.events;
    let which = match state.shown {
        Shown::All => "all",
        Shown::Active => "in force",
        Shown::Over => "over",
    };
    let mut told = Told::new(format!("Events, {which}{}", added(&state.list.told())));
    if state.list.is_empty() {
        return told.note(match (state.loaded, state.list.has_rows()) {
            (false, _) => "Not read yet.",
            (true, false) => "No event is here.",
            (true, true) => NOTHING_MATCHES,
        });
    }
    for (at, event) in state.list.iter().enumerate() {
        let ends = match (event.active, event.expires_at) {
            (false, _) => "over".to_owned(),
            (true, Some(end)) => format!("until {}", date(model, end)),
            (true, None) => "until it is ended".to_owned(),
        };
        let said = format!(
            "{}, {} {}, since {}, {ends}",
            event.title,
            event.severity,
            event.event_type,
            date(model, event.created_at)
        );
        told.push(at, event.id, said);
    }
    told.selected = Some(state.list.scroll.selected);
    if let Some(event) = state.selected().filter(|event| !event.description.is_empty()) {
        told.detail.push(event.description.clone());
    }
    told
}

pub fn log(model: &Model) -> Told {
    let state = &model.log;
    let words = added(&state.list.told());
    let mut told = Told::new(format!(
        "Log of {}, {} and worse{words}",
        state.which.told(),
        LEVELS[state.level.min(LEVELS.len() - 1)].to_lowercase()
    ));
    if state.list.is_empty() {
        let said = if state.is_narrowed() { NOTHING_MATCHES } else { silence(&View::of(model)) };
        return told.note(said);
    }
    for (at, line) in state.list.iter().enumerate() {
        told.push(at, format!("{} {}", line.at, line.message), live::line(line, model));
    }
    told.selected = Some(state.list.scroll.selected);
    told
}
