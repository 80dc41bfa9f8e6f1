//! Actions: windows first, then what has the focus, then the program.

use super::go::show_tab;
use super::{answer, go, live, open, preview};
use crate::protocol::EngineState;
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect};
use crate::tui::overlays::{Overlay, Then};
use crate::tui::state::{Model, Tab};
use crate::tui::update::tabs;

/// Does an action where it was meant.
pub fn perform(model: &mut Model, act: Act) -> Vec<Effect> {
    if !model.overlays.is_empty() {
        return in_window(model, act);
    }
    if act == Act::Back && super::offer::declines_hint(model) {
        return Vec::new();
    }
    if let Some(effects) = super::past::act(model, act) {
        return effects;
    }
    let here = if model.tab == Tab::Live { live::act(model, act) } else { tabs::act(model, act) };
    here.unwrap_or_else(|| everywhere(model, act))
}

/// Actions the palette remembers.
const RECENT: usize = 8;

fn everywhere(model: &mut Model, act: Act) -> Vec<Effect> {
    match act {
        Act::Quit => return super::mind::leave(model, Effect::Quit),
        Act::Suspend => return vec![Effect::Suspend],
        Act::Redraw => return vec![Effect::Redraw],
        Act::Refresh => return super::tick::read_everything(model),
        Act::Help => open::help(model),
        Act::Palette => open::palette(model),
        Act::Needs => super::needs::list(model),
        Act::Jump => super::jump::open(model),
        Act::Bookmark => super::marks::turn(model),
        Act::Bookmarks => super::marks::list(model),
        Act::Rooms => super::rooms::list(model),
        Act::SearchAll => super::search::begin(model),
        Act::NextHit | Act::PrevHit => return super::search::step(model, act == Act::NextHit),
        Act::TakeBack => super::undo::list(model),
        Act::NextTheme => {
            let next = model.theme.name.next();
            model.set_theme(next);
            model.theme_chosen = true;
            model.toast(crate::tui::state::Tone::Info, format!("theme: {}", next.as_str()));
        }
        Act::NextTab => return show_tab(model, model.tab.step(1)),
        Act::PrevTab => return show_tab(model, model.tab.step(-1)),
        Act::TabLive => return show_tab(model, Tab::Live),
        Act::TabForum => return show_tab(model, Tab::Forum),
        Act::TabStats => return show_tab(model, Tab::Stats),
        Act::TabMemory => return show_tab(model, Tab::Memory),
        Act::TabSociety => return show_tab(model, Tab::Society),
        Act::TabModeration => return show_tab(model, Tab::Moderation),
        Act::TabEvents => return show_tab(model, Tab::Events),
        Act::TabLog => return show_tab(model, Tab::Log),
        Act::Filter => super::filter::open(model),
        Act::PauseEngine => {
            let paused = model.room.as_ref().is_some_and(|room| room.engine == EngineState::Paused);
            return vec![Effect::Run(if paused { Command::ResumeEngine } else { Command::PauseEngine })];
        }
        Act::Step => return vec![Effect::Run(Command::StepEngine)],
        Act::TriggerAll => return open::trigger_all(model),
        Act::Pace => return super::pace::choose(model),
        Act::Providers => return open::providers(model),
        Act::Offer => return super::offer::open(model),
        Act::NewBot => open::new_bot(model),
        Act::Export => open::export(model),
        Act::Trigger
        | Act::PauseBot
        | Act::BotPace
        | Act::Interview
        | Act::DeleteBot
        | Act::YamlChoice
        | Act::Compare => {
            return live::on_bot(model, act);
        }
        Act::InspectProfile
        | Act::InspectMind
        | Act::InspectBudget
        | Act::InspectMemory
        | Act::InspectWhy => {
            let mut effects = show_tab(model, Tab::Live);
            effects.extend(live::act(model, act).unwrap_or_default());
            return effects;
        }
        Act::Copy => model.toast(crate::tui::state::Tone::Info, "nothing is selected that could be copied"),
        _ => {}
    }
    Vec::new()
}

fn in_window(model: &mut Model, act: Act) -> Vec<Effect> {
    let Some(window) = model.overlays.last_mut() else { return Vec::new() };
    if window.is_sent() && act != Act::Cancel {
        return Vec::new();
    }
    match (window, act) {
        (Overlay::Reading(reading), Act::Copy) => return vec![Effect::Copy(reading.plain())],
        (_, Act::Cancel) => return answer::cancelled(model),
        (Overlay::Reading(reading), Act::SaveChart) => {
            let name = crate::domain::bot_file::slug(&reading.title);
            let line = crate::tui::overlays::Line::new(
                "Write this to",
                &format!("{name}.txt"),
                crate::tui::overlays::Then::SaveReading,
            );
            model.overlays.push(Overlay::Line(line));
        }
        (Overlay::Reading(reading), Act::Filter) => {
            let line =
                crate::tui::overlays::Line::new("search", &reading.filter, crate::tui::overlays::Then::Look);
            model.overlays.push(Overlay::Line(line));
        }
        (Overlay::Reading(reading), Act::AskFurther) => {
            if let Some(bot) = reading.of_bot.clone().filter(|_| !reading.waiting) {
                let title = format!("Ask {} further", model.name(&bot));
                let line =
                    crate::tui::overlays::Line::new(title, "", crate::tui::overlays::Then::FollowUp(bot));
                model.overlays.push(Overlay::Line(line));
            }
        }
        (Overlay::Reading(reading), act) => reading.act(act),
        (Overlay::Palette(palette), Act::Up | Act::Down) => {
            let len = palette.len();
            palette.scroll.act(act, len);
        }
        (Overlay::Palette(palette), Act::Accept) => {
            let chosen = palette.selected();
            model.overlays.pop();
            let Some(def) = chosen else { return Vec::new() };
            model.recent.retain(|id| *id != def.id);
            model.recent.insert(0, def.id);
            model.recent.truncate(RECENT);
            return if go::may(model, def.act) { perform(model, def.act) } else { Vec::new() };
        }
        (Overlay::Confirm(confirm), act) if act != Act::Accept || !confirm.is_seen() => confirm.act(act),
        (Overlay::Confirm(confirm), _) => {
            let effects = std::mem::take(&mut confirm.yes);
            model.overlays.pop();
            return effects;
        }
        (Overlay::Choice(choice), Act::Accept) => {
            let at = choice.scroll.selected;
            return answer::chosen(model, at);
        }
        (Overlay::Choice(_), Act::Jump) => super::jump::open(model),
        (Overlay::Choice(choice), Act::TestProvider) => {
            let at = choice.scroll.selected;
            if choice.then == Then::Offer {
                return super::offer::time_line(model, at);
            }
            let name = model.providers.get(at).map(|provider| provider.name.clone());
            if let (Then::Provider, Some(name)) = (&choice.then, name) {
                choice.message = Some(format!("asking {name} with one tiny call…"));
                return vec![Effect::Run(Command::TestProvider { name, model: None, timed: false })];
            }
        }
        (Overlay::Choice(choice), act) => {
            let len = choice.items.len();
            choice.message = None;
            choice.scroll.act(act, len);
        }
        (Overlay::Text(edit), Act::Editor) => return vec![Effect::Edit(edit.value())],
        (Overlay::Form(form), Act::Editor) => {
            return form.editor().map(|editor| Effect::Edit(editor.value())).into_iter().collect();
        }
        (Overlay::Form(form), act) => match act {
            Act::Submit => return answer::submitted(model),
            Act::NextField if form.advance() => {}
            Act::NextField => return answer::submitted(model),
            Act::PrevField => form.prev(),
            Act::ChooseNext | Act::ChoosePrev => {
                form.step(if act == Act::ChooseNext { 1 } else { -1 });
                preview::preview(model);
            }
            _ => {}
        },
        (Overlay::Line(_), Act::Accept) | (Overlay::Text(_), Act::Submit) => return answer::submitted(model),
        (Overlay::Line(line), Act::Up | Act::Down) if line.is_live() => {
            // The list below can be walked while its filter is typed.
            let here = if model.tab == Tab::Live { live::act(model, act) } else { tabs::act(model, act) };
            return here.unwrap_or_default();
        }
        _ => {}
    }
    Vec::new()
}
