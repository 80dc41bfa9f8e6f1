//! Walking in the past: keys, what came of them, and the way back to now.

use std::path::PathBuf;

use crate::protocol::{Fault, Moment, Sought, Way};
use crate::tui::action::Act;
use crate::tui::msg::{Connection, Effect, PastNews, Role, Walking};
use crate::tui::overlays::reading::Para;
use crate::tui::overlays::{Line, Overlay, Reading, Then};
use crate::tui::state::past::Walk;
use crate::tui::state::{Model, Tone};
use crate::tui::state::{Page, difference};

/// Acts that the larger step goes.
const STRIDE: i64 = 10;

/// An action of the time line; `None` if it is none.
pub fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    if act == Act::Past {
        return Some(turn(model));
    }
    let bot = model.selected_bot();
    let walk = model.walk.as_mut()?;
    let of_bot = |model: &mut Model, way: fn(Sought) -> Way| match bot {
        Some(bot) => go(model, way(Sought::Bot(bot))),
        None => {
            model.toast(Tone::Info, "no bot is selected");
            Vec::new()
        }
    };
    Some(match act {
        Act::Play => {
            let plays = !walk.plays;
            walk.play(plays && !walk.is_at_end());
            if plays && walk.is_at_end() {
                model.toast(Tone::Info, "this is the end");
            }
            Vec::new()
        }
        Act::Faster => {
            walk.hasten(true);
            Vec::new()
        }
        Act::Slower => {
            walk.hasten(false);
            Vec::new()
        }
        Act::StepOn => go(model, Way::By(1)),
        Act::StepBack => go(model, Way::By(-1)),
        Act::StrideOn => go(model, Way::By(STRIDE)),
        Act::StrideBack => go(model, Way::By(-STRIDE)),
        Act::PastBegin => go(model, Way::Begin),
        Act::PastEnd => go(model, Way::End),
        Act::NextOfBot => of_bot(model, Way::Next),
        Act::PrevOfBot => of_bot(model, Way::Previous),
        Act::NextChange => go(model, Way::Next(Sought::Person)),
        Act::PrevChange => go(model, Way::Previous(Sought::Person)),
        Act::NextFlag => go(model, Way::Next(Sought::Flag)),
        Act::PrevFlag => go(model, Way::Previous(Sought::Flag)),
        Act::NextFailure => go(model, Way::Next(Sought::Failure)),
        Act::PrevFailure => go(model, Way::Previous(Sought::Failure)),
        Act::JumpTo => {
            let title =
                "Go to which act (its number) or time (2026-01-02T15:00, or +36h from the beginning)?";
            model.overlays.push(Overlay::Line(Line::new(title, "", Then::GoTo)));
            Vec::new()
        }
        Act::Fork => {
            let proposed = format!("fork-{}", walk.moment.activity);
            let title = "Begin another society at this moment, in which directory?";
            model.overlays.push(Overlay::Line(Line::over(title, &proposed, Then::Fork)));
            Vec::new()
        }
        Act::Difference => {
            let title = "Compare with the society of which home?";
            model.overlays.push(Overlay::Line(Line::new(title, "", Then::Difference)));
            Vec::new()
        }
        _ => return None,
    })
}

/// Into the past of the room, or back to now.
fn turn(model: &mut Model) -> Vec<Effect> {
    match &model.walk {
        Some(walk) if walk.from_live => vec![Effect::Walk(Walking::Leave)],
        Some(_) => go(model, Way::End),
        None if model.connection != Connection::Local => {
            model.toast(Tone::Bad, "the past is seen where the home is: botarium replay there");
            Vec::new()
        }
        None if model.role == Role::Viewer => Vec::new(),
        None => {
            if !model.inspector.unsaved().is_empty() {
                model.toast(Tone::Bad, "save or discard what you changed first: Enter or Esc in Mind");
                return Vec::new();
            }
            model.toast(Tone::Info, OPENING);
            vec![Effect::Walk(Walking::Open)]
        }
    }
}

const OPENING: &str = "opening the past…";

/// Goes somewhere, or afterwards.
pub fn go(model: &mut Model, way: Way) -> Vec<Effect> {
    let way = model.walk.as_mut().and_then(|walk| walk.ask(way));
    way.map(|way| Effect::Walk(Walking::Go(way))).into_iter().collect()
}

/// What was typed to go to.
pub fn typed(model: &mut Model, text: &str) -> Result<Vec<Effect>, String> {
    if text.trim().is_empty() {
        return Err("the number of an act, or a time".into());
    }
    Ok(go(model, Way::To(text.trim().to_owned())))
}

/// Where to fork to.
pub fn fork(model: &mut Model, text: &str) -> Result<Vec<Effect>, String> {
    if text.trim().is_empty() {
        return Err("a directory that is not there yet".into());
    }
    model.toast(Tone::Info, "forking: everything up to here is applied again…");
    Ok(vec![Effect::Walk(Walking::Fork(PathBuf::from(text.trim())))])
}

/// Which home to compare with.
pub fn compare(model: &mut Model, text: &str) -> Result<Vec<Effect>, String> {
    if text.trim().is_empty() {
        return Err("a home of botarium, such as one made by a fork".into());
    }
    model.toast(Tone::Info, COMPARING);
    Ok(vec![Effect::Walk(Walking::Compare(PathBuf::from(text.trim())))])
}

const COMPARING: &str = "comparing…";

/// Time passes.
pub fn frame(model: &mut Model) -> Vec<Effect> {
    let way = model.walk.as_mut().and_then(Walk::frame);
    way.map(|way| Effect::Walk(Walking::Go(way))).into_iter().collect()
}

/// Something came of it.
pub fn on_news(model: &mut Model, news: PastNews) -> Vec<Effect> {
    match news {
        PastNews::Opened { moment, from_live, plays } => {
            model.toasts.retain(|toast| toast.text != OPENING);
            model.begin_anew();
            model.role = Role::Viewer;
            model.walk = Some(Walk::begin(moment, from_live, plays));
            arrived(model)
        }
        PastNews::Moved(moment) => moved(model, moment),
        PastNews::Left(role) => {
            model.begin_anew();
            model.role = role;
            model.walk = None;
            super::tick::read_everything(model)
        }
        PastNews::Forked { home, activity } => {
            let paras = vec![
                Para::Text(format!("{} is a society of its own from act {activity} on.", home.display())),
                Para::Text(format!(
                    "It parted from the one in {}.",
                    model.room.as_ref().map_or("", |room| &room.home)
                )),
                Para::Gap,
                Para::Text(format!("botarium --home {}", home.display())),
                Para::Text(format!("botarium diff . {}", home.display())),
            ];
            model.overlays.push(Overlay::Reading(Reading::new("Forked", paras)));
            Vec::new()
        }
        PastNews::Compared { home, difference } => {
            model.toasts.retain(|toast| toast.text != COMPARING);
            let name =
                home.file_name().map_or_else(|| home.display().to_string(), |n| n.to_string_lossy().into());
            let paras = difference::paras(&difference, ["this", &name], model.theme.glyphs);
            model.overlays.push(Overlay::Reading(Reading::new(format!("This and {name}"), paras)));
            Vec::new()
        }
        PastNews::Failed(fault) => failed(model, &fault),
    }
}

fn failed(model: &mut Model, fault: &Fault) -> Vec<Effect> {
    model.toasts.retain(|toast| toast.text != OPENING && toast.text != COMPARING);
    model.toast(Tone::Bad, fault.detail.clone());
    let Some(walk) = &mut model.walk else { return Vec::new() };
    walk.play(false);
    walk.failed().map(Effect::Walk).into_iter().collect()
}

fn moved(model: &mut Model, moment: Moment) -> Vec<Effect> {
    let Some(walk) = &mut model.walk else { return Vec::new() };
    walk.moment = moment;
    if walk.plays && walk.is_at_end() {
        walk.play(false);
        model.toast(Tone::Info, "this is the end");
    }
    arrived(model)
}

/// Reads everything anew, as of that moment, and goes on to what was asked for meanwhile.
fn arrived(model: &mut Model) -> Vec<Effect> {
    let mut effects = arrive(model);
    let next = model.walk.as_mut().and_then(Walk::arrived);
    effects.extend(next.map(Effect::Walk));
    effects
}

/// Everything is read anew, as of that moment.
fn arrive(model: &mut Model) -> Vec<Effect> {
    let Some(walk) = &model.walk else { return Vec::new() };
    let activity = walk.moment.activity;
    model.now = walk.moment.at;
    model.stream.be_at(activity);
    if model.inspector.page == Page::Why && activity > 0 {
        model.inspector.why.ask(activity);
    }
    super::tick::read_everything(model)
}
