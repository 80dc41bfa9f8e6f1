//! What needs a person: counted beside the tabs, listed by one key, each with a way there.

use crate::domain::{ActivityKind, Actor};
use crate::protocol::news::names_person;
use crate::protocol::{EngineState, LogLine, ROOM_LOG, Status};
use crate::tui::state::need::{Need, Way};
use crate::tui::state::{ListedBot, Model, Row};
use crate::tui::widgets::text::count;

/// Answers listed at most, the newest first.
const ANSWERS: usize = 20;
/// Bots of one status listed one by one at most.
const EACH: usize = 5;
/// Acts looked through for answers.
const ACTS: usize = 500;

/// Whether an act answers a person of this name, or speaks of them.
#[must_use]
pub fn is_answer(row: &Row, person: &str) -> bool {
    let posts = row.told.is_any(ActivityKind::is_post);
    let to = row.told.other.as_deref().and_then(|other| Actor::of(other).person());
    posts && !person.is_empty() && (to == Some(person) || names_person(&row.told.quote, person))
}

/// Seconds after which a beat that did not come is an alarm.
const LATE: i64 = 300;

/// The bots whose beat is long overdue, though the room runs by the clock on the wall and they wait for nothing.
fn late(model: &Model) -> Vec<&ListedBot> {
    let runs = |room: &crate::protocol::RoomView| room.engine == EngineState::Running && !room.simulated;
    if model.walk.is_some() || !model.room.as_ref().is_some_and(runs) {
        return Vec::new();
    }
    let is_late = |row: &&ListedBot| {
        let due = row.next_beat_at.is_some_and(|at| model.now.seconds_since(at) >= LATE);
        due && row.status == Status::Active && !row.thinking
    };
    let mut late: Vec<&ListedBot> = model.bots.rows().iter().filter(is_late).collect();
    late.sort_by_key(|row| row.next_beat_at);
    late
}

/// Everything that needs a person now, the most pressing first.
#[must_use]
pub fn needs(model: &Model) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut need = |what: String, about: String, at, way| needs.push(Need { what, about, at, way });
    if model.room.as_ref().is_some_and(|room| room.engine == EngineState::Stopped) {
        need(
            "the engine is stopped".into(),
            "No bot wakes until it is started again.".into(),
            None,
            Way::Here,
        );
    }
    let late = late(model);
    if let Some(first) = late.first() {
        let names: Vec<&str> = late.iter().take(EACH).map(|row| row.name.as_str()).collect();
        let more = if late.len() > EACH { format!(" and {} more", late.len() - EACH) } else { String::new() };
        let beats = count(i64::try_from(late.len()).unwrap_or(i64::MAX), "beat");
        need(
            format!("nobody wakes: {beats} overdue"),
            format!("Due for {} minutes and more: {}{more}.", LATE / 60, names.join(", ")),
            first.next_beat_at,
            Way::Bot(first.id.clone()),
        );
    }
    let person = model.forum.writer.name.as_deref().unwrap_or_default();
    let answers = model.stream.newest_rows(ACTS).filter(|row| is_answer(row, person));
    for row in answers.filter(|row| !model.seen.answers.contains(&row.seq)).take(ANSWERS) {
        if let Some(thread) = row.told.thread {
            let way = Way::Post(thread, row.told.reply, row.seq);
            need(
                format!("{} answered you", model.name(&row.bot_id)),
                row.told.quote.clone(),
                Some(row.at),
                way,
            );
        }
    }
    for (status, one, many) in
        [(Status::Failing, "fails", "fail"), (Status::Capped, "is capped", "are capped")]
    {
        let rows: Vec<&ListedBot> = model.bots.rows().iter().filter(|row| row.status == status).collect();
        if rows.len() > EACH {
            let names: Vec<&str> = rows.iter().take(EACH).map(|row| row.name.as_str()).collect();
            let about = format!("{} and {} more", names.join(", "), rows.len() - EACH);
            need(format!("{} bots {many}", rows.len()), about, None, Way::Status(status));
            continue;
        }
        for row in rows {
            let reason = row.reason.clone().unwrap_or_default();
            need(format!("{} {one}", row.name), reason, None, Way::Bot(row.id.clone()));
        }
    }
    for row in model.bots.rows().iter().filter(|row| row.yaml_changed) {
        let about = "Keep what is live, or take the file.".into();
        need(format!("the YAML file of {} has changed", row.name), about, None, Way::Yaml(row.id.clone()));
    }
    let is_error = |line: &&LogLine| line.level == "ERROR" && line.target != ROOM_LOG;
    let errors = model.lower.log.rows().filter(is_error).filter(|line| line.at > model.seen.errors);
    let errors: Vec<&LogLine> = errors.collect();
    if let Some(newest) = errors.iter().max_by_key(|line| line.at) {
        let what = format!(
            "the program reports {}",
            count(i64::try_from(errors.len()).unwrap_or(i64::MAX), "error")
        );
        need(what, newest.message.clone(), Some(newest.at), Way::Errors(newest.at));
    }
    match model.room.as_ref().map_or(0, |room| room.unresolved_flags) {
        0 => {}
        flags => {
            need(count(flags, "open flag"), "Posts that a person should look at.".into(), None, Way::Flags)
        }
    }
    needs
}
