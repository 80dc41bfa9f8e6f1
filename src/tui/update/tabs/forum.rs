//! The Forum tab's share of `update` (the pattern is in [`super`]).

mod list;
mod person;

use crate::domain::Activity;
use crate::domain::text;
use crate::protocol::{Event, Fault, FaultKind, Notice, ThreadQuery, ThreadSort};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Data, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Confirm, Overlay};
use crate::tui::state::forum::Post;
use crate::tui::state::{Model, Row, Tab, Tone};
use crate::tui::update::go::{show_bot, show_tab};
use crate::tui::view::forum::{WIDE, split};

/// Whether list and reader stand side by side.
fn is_wide(model: &Model) -> bool {
    model.size.0 >= WIDE && !model.forum.zoomed
}

/// Opens a thread on the Forum tab, at a reply if one is meant.
pub fn open(model: &mut Model, thread: i64, reply: Option<i64>) -> Vec<Effect> {
    let forum = &mut model.forum;
    forum.reading = true;
    forum.reader.turn_to(thread, reply);
    forum.point_at(thread);
    if model.tab == Tab::Forum {
        return vec![Effect::Load(Load::Thread(thread))];
    }
    show_tab(model, Tab::Forum)
}

/// An action on this tab.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let forum = &mut model.forum;
    if forum.reading {
        if forum.reader.act(act) {
            return Some(Vec::new());
        }
    } else if forum.list.act(act, forum.threads.len()) {
        forum.wish = None;
        return Some(follow(model));
    }
    let nothing = Some(Vec::new());
    match act {
        Act::NextPane | Act::PrevPane if forum.reading => {
            forum.reading = false;
            Some(follow(model))
        }
        Act::NextPane | Act::PrevPane | Act::Open => Some(read(model)),
        Act::Zoom => {
            forum.zoomed = !forum.zoomed;
            nothing
        }
        Act::Back => Some(back(model)),
        Act::SortThreads => {
            forum.query.sort = match forum.query.sort {
                ThreadSort::Newest => ThreadSort::Popular,
                ThreadSort::Popular => ThreadSort::Active,
                ThreadSort::Active => ThreadSort::Newest,
            };
            Some(forum.ask())
        }
        Act::FilterTag => {
            list::choose_tag(model);
            nothing
        }
        Act::FilterAuthor => Some(list::only_author(model)),
        Act::Mine => Some(list::mine(model)),
        Act::Author => Some(author(model)),
        Act::Copy => Some(forum.selected().map_or_else(Vec::new, |post| vec![Effect::Copy(post.said)])),
        Act::DeletePost => {
            if let Some(post) = forum.selected() {
                delete(model, &post);
            }
            nothing
        }
        Act::VoteUp | Act::VoteDown | Act::ReplyTo | Act::NewThread | Act::YourName => {
            Some(person::act(model, act))
        }
        _ => None,
    }
}

/// Turns to the selected thread and gives the reader the focus.
fn read(model: &mut Model) -> Vec<Effect> {
    let forum = &mut model.forum;
    let Some(thread) = forum.threads.get(forum.list.selected) else { return Vec::new() };
    forum.reading = true;
    let id = thread.id;
    if forum.reader.wanted == Some(id) && forum.reader.view.is_some() {
        return Vec::new();
    }
    forum.reader.turn_to(id, None);
    vec![Effect::Load(Load::Thread(id))]
}

/// Shows the selected thread beside the list where there is room, and reads more near the end.
fn follow(model: &mut Model) -> Vec<Effect> {
    let wide = is_wide(model);
    let forum = &mut model.forum;
    let mut effects: Vec<Effect> = forum.older().into_iter().collect();
    if wide
        && !forum.reading
        && let Some(thread) = forum.threads.get(forum.list.selected)
        && forum.reader.wanted != Some(thread.id)
    {
        let id = thread.id;
        forum.reader.turn_to(id, None);
        effects.push(Effect::Load(Load::Thread(id)));
    }
    effects
}

fn back(model: &mut Model) -> Vec<Effect> {
    let forum = &mut model.forum;
    if forum.zoomed {
        forum.zoomed = false;
    } else if forum.reading {
        forum.reading = false;
        return follow(model);
    } else if forum.is_narrowed() {
        let sort = forum.sort_before.take().unwrap_or(forum.query.sort);
        forum.query = ThreadQuery { sort, ..ThreadQuery::default() };
        forum.reader.for_whom = None;
        return forum.ask();
    }
    Vec::new()
}

fn author(model: &mut Model) -> Vec<Effect> {
    match model.forum.selected() {
        Some(post) => show_bot(model, &post.author),
        None => Vec::new(),
    }
}

/// Asks before a post is deleted.
pub fn delete(model: &mut Model, post: &Post) {
    let (title, command) = match post.reply {
        Some(id) => (format!("Delete this reply of {}?", post.name), Command::DeleteReply(id)),
        None => (
            format!("Delete the thread of {} with all its replies?", post.name),
            Command::DeleteThread(post.thread),
        ),
    };
    let confirm = Confirm {
        title,
        body: text::cut(&post.said, 300),
        yes: vec![Effect::Run(command)],
        danger: true,
        ..Confirm::default()
    };
    model.overlays.push(Overlay::Confirm(confirm));
}

/// A read came back.
pub fn loaded(model: &mut Model, load: &Load, data: &Data) -> Vec<Effect> {
    match (load, data) {
        (Load::Threads(query), Data::Threads(threads)) => {
            let plain = ThreadQuery { after: None, skip: 0, limit: 0, ..query.clone() };
            if plain != model.forum.query {
                return Vec::new(); // the question has changed meanwhile
            }
            for thread in threads {
                model.titles.insert(thread.id, thread.title.clone());
                if !model.names.contains_key(&thread.author_bot_id) {
                    model.names.insert(thread.author_bot_id.clone(), thread.author_name.clone());
                }
            }
            let forum = &mut model.forum;
            forum.loading = false;
            forum.loaded = true;
            forum.take(query, threads);
            if model.tab == Tab::Forum { follow(model) } else { Vec::new() }
        }
        (Load::Thread(id), Data::Thread(view)) if model.forum.reader.wanted == Some(*id) => {
            model.titles.insert(view.id, view.title.clone());
            model.forum.reader.load((**view).clone());
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A read failed; whether that was this tab's to tell.
pub fn failed(model: &mut Model, load: &Load, fault: &Fault) -> bool {
    let forum = &mut model.forum;
    match load {
        Load::Threads(_) => {
            forum.loading = false;
            false
        }
        Load::Thread(id) if fault.kind == FaultKind::NotFound => {
            let here = forum.reader.wanted == Some(*id);
            if here {
                forum.reader.gone();
            }
            model.moderation.gone(*id) || here
        }
        _ => false,
    }
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, outcome: &Outcome) -> Vec<Effect> {
    match command {
        Command::DeleteThread(id) => {
            let forum = &mut model.forum;
            forum.threads.retain(|thread| thread.id != *id);
            forum.list.selected = forum.list.selected.min(forum.threads.len().saturating_sub(1));
            if forum.reader.wanted == Some(*id) {
                forum.reader.empty();
                forum.reading = false;
            }
            model.toast(Tone::Good, "deleted");
            if model.tab == Tab::Forum { follow(model) } else { Vec::new() }
        }
        Command::DeleteReply(_) => {
            model.toast(Tone::Good, "deleted");
            model.forum.again(model.tab == Tab::Forum)
        }
        _ => person::ran(model, command, outcome),
    }
}

/// Opens what an act wrote or was about in the Forum tab.
pub fn open_of(model: &mut Model, row: Option<&Row>) -> Vec<Effect> {
    match row.and_then(|row| Some((row.told.thread?, row.told.reply))) {
        Some((thread, reply)) => open(model, thread, reply),
        None => {
            model.toast(Tone::Info, "this act is about no thread");
            Vec::new()
        }
    }
}

/// Something happened.
pub fn event(model: &mut Model, event: &Event) {
    let forum = &mut model.forum;
    match event.notice.activity() {
        Some(act) => {
            let Some(done) = Activity::read(act.action, act.details) else { return };
            let hidden = matches!(&done, Activity::ConfigUpdated(change) if change.target_id.is_some());
            if !done.kind().is_forum() && !hidden {
                return;
            }
            forum.stale_list = true;
            let thread = done.thread();
            let here = thread.is_some() && thread == forum.reader.wanted;
            forum.stale_thread |= here || done.reply().is_some_and(|id| forum.reader.holds(id));
        }
        None if matches!(event.notice, Notice::Resync { .. }) => {
            forum.stale_list = true;
            forum.stale_thread = true;
        }
        None => return,
    }
    model.stale.tab |= model.tab == Tab::Forum;
}

/// Something this tab shows is stale.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    let forum = &mut model.forum;
    let mut effects = Vec::new();
    if std::mem::take(&mut forum.stale_list) {
        effects.push(forum.head());
    }
    if std::mem::take(&mut forum.stale_thread) {
        effects.extend(forum.reader.wanted.map(|id| Effect::Load(Load::Thread(id))));
    }
    effects
}

/// A window was answered.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(model: &mut Model, what: &str, _id: i64, answer: &Answer) -> Result<Vec<Effect>, String> {
    let forum = &mut model.forum;
    match (what, answer) {
        ("filter", _) => {
            forum.query.q = text::clean_line(answer.text(), 200);
            Ok(forum.ask())
        }
        ("tag", Answer::Index(at)) => {
            forum.query.tag = at.checked_sub(1).and_then(|at| forum.tags.get(at)).cloned();
            Ok(forum.ask())
        }
        _ => person::answered(model, what, answer),
    }
}

/// A click.
pub fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (list, reader) = split(model.layout().body, &model.forum);
    let forum = &mut model.forum;
    if list.contains((x, y).into()) {
        forum.reading = false;
        if y == list.y {
            return act(model, Act::SortThreads).unwrap_or_default();
        }
        let before = forum.list.selected;
        if forum.list.click(y, forum.threads.len()) {
            // A second click opens.
            return if before == forum.list.selected { read(model) } else { follow(model) };
        }
    } else if reader.contains((x, y).into()) && forum.reader.view.is_some() {
        forum.reading = true;
        forum.reader.click(y);
    }
    Vec::new()
}
