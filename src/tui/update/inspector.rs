//! The pages of the inspector: what their keys do.

use super::go::turn_page;
use super::open;
use super::tabs::forum;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect, Load};
use crate::tui::overlays::{Line, Overlay, TextEdit, Then};
use crate::tui::state::{Model, Page, Row, Tone, budget};

/// An action on the page that is shown.
pub(super) fn act(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    match model.inspector.page {
        Page::Profile => {
            let moved = model.inspector.scroll.act(act, 400);
            moved.then(Vec::new)
        }
        Page::Mind => super::mind::act(model, act),
        Page::Budget => in_budget(model, act),
        Page::Memory => in_recall(model, act),
        Page::Why => in_why(model, act),
    }
}

fn in_budget(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let budget = &mut model.inspector.budget;
    if budget.scroll.act(act, budget::Limit::ALL.len()) {
        return Some(Vec::new());
    }
    let line = budget.line();
    let bot = model.inspector.wanted.clone()?;
    match act {
        Act::EditField => {
            let at = budget.scroll.selected;
            let now = own_value(model, line, &bot);
            model.overlays.push(Overlay::Line(Line::over(line.prompt(), &now, Then::BudgetLine(at, bot))));
            Some(Vec::new())
        }
        Act::DefaultCap if !is_custom(model, line) => {
            model.toast(Tone::Info, "it is the default already");
            Some(Vec::new())
        }
        Act::DefaultCap => Some(line.command(&bot, "").map_or_else(|_| Vec::new(), |c| vec![Effect::Run(c)])),
        _ => None,
    }
}

/// The value of a bot's own on a line of the budget, as it is typed; empty where it has none.
pub(super) fn own_value(model: &Model, line: budget::Limit, bot: &str) -> String {
    let shown = model.inspector.wanted.as_deref() == Some(bot);
    let caps = model.inspector.caps.as_ref().filter(|_| shown);
    let pace = model.inspector.bot.as_ref().filter(|of| of.id == bot).and_then(|of| of.pace_seconds);
    match line {
        budget::Limit::Tokens => {
            caps.filter(|caps| caps.is_custom_token_cap).map(|caps| caps.daily_token_cap.to_string())
        }
        budget::Limit::Cost => {
            caps.filter(|caps| caps.is_custom_cost_cap).map(|caps| caps.daily_cost_cap_usd.to_string())
        }
        budget::Limit::Pace => pace.map(|seconds| seconds.to_string()),
    }
    .unwrap_or_default()
}

/// Whether a line of the budget has a value of its own; what is not read yet may have.
fn is_custom(model: &Model, line: budget::Limit) -> bool {
    let (caps, bot) = (model.inspector.caps.as_ref(), model.inspector.bot.as_ref());
    match line {
        budget::Limit::Tokens => caps.is_none_or(|caps| caps.is_custom_token_cap),
        budget::Limit::Cost => caps.is_none_or(|caps| caps.is_custom_cost_cap),
        budget::Limit::Pace => bot.is_none_or(|bot| bot.pace_seconds.is_some()),
    }
}

fn in_recall(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let recall = &mut model.inspector.recall;
    if act == Act::OrderNext {
        recall.reorder();
        return Some(Vec::new());
    }
    if recall.act(act) {
        return Some(Vec::new());
    }
    let item = recall.selected().cloned();
    match (act, item) {
        (Act::Open | Act::PinMemory | Act::EditMemory | Act::ForgetMemory | Act::Copy, None) => {
            Some(Vec::new())
        }
        (Act::Open, Some(item)) => Some(match item.activity_id {
            Some(id) => {
                model.inspector.why.ask(id);
                turn_page(model, Page::Why)
            }
            None => {
                model.toast(Tone::Info, "it comes from no single act");
                Vec::new()
            }
        }),
        (Act::PinMemory, Some(item)) => {
            let edit = crate::protocol::EditMemory { pinned: Some(!item.pinned), text: None };
            Some(vec![Effect::Run(Command::EditMemory(item.id, edit))])
        }
        (Act::EditMemory, Some(item)) => {
            let edit = TextEdit::new("Edit what is remembered", &item.text, Then::EditMemory(item.id));
            model.overlays.push(Overlay::Text(Box::new(edit)));
            Some(Vec::new())
        }
        (Act::ForgetMemory, Some(item)) => {
            open::forget(model, &item);
            Some(Vec::new())
        }
        (Act::Copy, Some(item)) => Some(vec![Effect::Copy(item.told().into_owned())]),
        _ => None,
    }
}

/// Said where a bot has done nothing more.
pub(super) const NO_FURTHER: &str = "there is no further act";

fn in_why(model: &mut Model, act: Act) -> Option<Vec<Effect>> {
    let why = &mut model.inspector.why;
    let len = why.lines().len();
    if why.scroll.act(act, len) {
        return Some(Vec::new());
    }
    match act {
        Act::OpenThread => {
            let row = why.view.as_ref().map(|reason| Row::of_activity(&reason.activity));
            Some(forum::open_of(model, row.as_ref()))
        }
        Act::Open => {
            why.toggle();
            Some(Vec::new())
        }
        Act::OlderAct | Act::NewerAct => {
            let older = act == Act::OlderAct;
            if why.steps_later(older) {
                return Some(model.inspector.read_acts());
            }
            let next = why.neighbour(older);
            Some(match next {
                Some(id) => {
                    why.ask(id);
                    vec![Effect::Load(Load::Why(id))]
                }
                None => {
                    model.toast(Tone::Info, NO_FURTHER);
                    Vec::new()
                }
            })
        }
        Act::Copy => {
            let answers = why.view.as_ref()?.exchanges.iter().map(|e| e.answer.as_str()).collect::<Vec<_>>();
            Some(vec![Effect::Copy(answers.join("\n\n"))])
        }
        _ => None,
    }
}
