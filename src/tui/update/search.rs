//! Searching everything at once: what the engine finds, and what is known here; each with a way there.

use super::go::{focus, follow_act, show_bot, show_tab, show_why, turn_page};
use crate::domain::text::folded;
use crate::tui::action::ACTIONS;
use crate::tui::msg::{Effect, Load};
use crate::tui::overlays::{Choice, Item, Line, Overlay, Then};
use crate::tui::state::mind::Field;
use crate::tui::state::search::{Hit, Search, To};
use crate::tui::state::{Model, Page, Pane, Tab, Tone};

/// Things of one kind listed at most.
const EACH: usize = 30;
/// Longest line of the list, in characters.
const LINE: usize = 120;

/// Asks for the words.
pub fn begin(model: &mut Model) {
    let before = model.search.words.clone();
    model.overlays.push(Overlay::Line(Line::over("Search everything for", &before, Then::SearchAll)));
}

/// Searches.
pub fn ask(model: &mut Model, typed: &str) -> Vec<Effect> {
    let words = crate::domain::text::clean_line(typed, 100).trim().to_owned();
    if words.is_empty() {
        return Vec::new();
    }
    model.search = Search { words: words.clone(), ..Search::default() };
    vec![Effect::Load(Load::Search(words))]
}

/// The engine has found something; what is known here is added, and all of it listed.
pub fn found(model: &mut Model, words: &str, hits: Vec<Hit>) {
    if words != model.search.words || !model.overlays.is_empty() {
        return; // somebody does something else by now
    }
    let lower = folded(words);
    let has = |text: &str| folded(text).contains(&lower);
    let mut all = hits;
    let bots = model.bots.rows().iter().filter(|row| has(&row.name) || has(&row.id)).take(EACH);
    all.extend(bots.map(|row| Hit { kind: "bot", said: row.name.clone(), to: To::Bot(row.id.clone()) }));
    let acts =
        model.stream.newest_rows(2_000).filter(|row| has(&row.told.quote) || has(&row.told.about)).take(EACH);
    all.extend(acts.map(|row| {
        let said = format!("{}: {} {}", model.name(&row.bot_id), row.told.about, row.told.quote);
        Hit { kind: "act", said, to: To::Act(row.seq) }
    }));
    let mind = &model.inspector.mind;
    let settings = Field::ALL.iter().enumerate().map(|(at, field)| {
        let value = mind.draft.as_ref().map_or_else(String::new, |draft| field.text(draft));
        (at, format!("{}: {value}", field.label()))
    });
    let whose = model.inspector.wanted.as_deref().map_or("", |id| model.name(id));
    all.extend(settings.filter(|(_, said)| !whose.is_empty() && has(said)).map(|(at, said)| Hit {
        kind: "setting",
        said: format!("{whose}, {said}"),
        to: To::Setting(at),
    }));
    let actions = ACTIONS.iter().filter(|def| !def.scope.is_overlay() && (has(def.title) || has(def.about)));
    all.extend(actions.take(EACH).map(|def| Hit {
        kind: "action",
        said: format!("{}: {}", def.title, def.about),
        to: To::Do(def.act),
    }));
    if all.is_empty() {
        model.toast(Tone::Info, format!("nothing holds “{words}”"));
        return;
    }
    let items = all.iter().map(|hit| Item {
        title: marked(&crate::domain::text::clean_line(&hit.said, 400), words),
        note: hit.kind.into(),
        about: hit.said.clone(),
        current: false,
    });
    let title = format!("“{words}”: {} found", all.len());
    let choice = Choice::new(title, items.collect(), Then::Hit);
    model.overlays.push(Overlay::Choice(choice));
    model.search.hits = all;
}

/// A line around the words, which are marked in it.
fn marked(said: &str, words: &str) -> String {
    let Some(at) = said.to_lowercase().find(&words.to_lowercase()).filter(|at| said.is_char_boundary(*at))
    else {
        return said.chars().take(LINE).collect();
    };
    let end = at + words.len();
    if !said.is_char_boundary(end) {
        return said.chars().take(LINE).collect();
    }
    let before: String = said[..at].chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect();
    let cut = if before.len() < at { "…" } else { "" };
    format!("{cut}{before}[{}]{}", &said[at..end], said[end..].chars().take(LINE).collect::<String>())
}

/// A line of the list was chosen.
pub fn chosen(model: &mut Model, at: usize) -> Vec<Effect> {
    model.search.at = at;
    go(model)
}

/// The next thing found, or the one before.
pub fn step(model: &mut Model, on: bool) -> Vec<Effect> {
    let len = model.search.hits.len();
    if len == 0 {
        model.toast(Tone::Info, "nothing was searched for yet: ctrl+f");
        return Vec::new();
    }
    model.search.at = (model.search.at + len).wrapping_add_signed(if on { 1 } else { -1 }) % len;
    let hit = &model.search.hits[model.search.at];
    let said =
        format!("{} of {len}: {} {}", model.search.at + 1, hit.kind, marked(&hit.said, &model.search.words));
    model.toast(Tone::Info, said);
    go(model)
}

fn go(model: &mut Model) -> Vec<Effect> {
    let Some(hit) = model.search.hits.get(model.search.at).cloned() else { return Vec::new() };
    match hit.to {
        To::Thread(id) => crate::tui::update::tabs::forum::open(model, id, None),
        To::Bot(id) => show_bot(model, &id),
        To::Act(seq) => {
            let mut effects = show_tab(model, Tab::Live);
            focus(model, Pane::Activity);
            if model.stream.select(seq) {
                model.stream.freeze();
                effects.extend(follow_act(model));
            } else {
                effects.extend(show_why(model, seq));
            }
            effects
        }
        To::Event(id) => {
            let effects = show_tab(model, Tab::Events);
            model.events.list.select(|event| event.id == id);
            effects
        }
        To::Memory(bot) => {
            model.bots.show(&bot);
            model.explorer.filter.clone_from(&model.search.words);
            model.explorer.of = None; // it is read anew with the words
            model.explorer.in_bots = false;
            show_tab(model, Tab::Memory)
        }
        To::Thought(act) => show_why(model, act),
        To::Setting(at) => {
            let mut effects = show_tab(model, Tab::Live);
            focus(model, Pane::Inspector);
            effects.extend(turn_page(model, Page::Mind));
            model.inspector.mind.scroll.selected = at;
            effects
        }
        To::Do(act) => {
            let def = ACTIONS.iter().find(|def| def.act == act);
            let keys: Vec<String> = def
                .map(|def| model.keymap.keys(def.id).iter().map(ToString::to_string).collect())
                .unwrap_or_default();
            let about = def.map_or("", |def| def.about);
            model.toast(Tone::Info, format!("{}: {about}", keys.join(" ")));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::{Data, Msg};
    use crate::tui::tests::fixture::{model, press, text, type_text};
    use crate::tui::update::update;

    #[test]
    fn everything_is_searched_and_led_to() {
        let mut room = model(120, 36);
        press(&mut room, &["ctrl+f"]);
        type_text(&mut room, "door");
        let asked = update(&mut room, Msg::Key("enter".parse().unwrap()));
        assert_eq!(asked, [Effect::Load(Load::Search("door".into()))]);
        let hit = Hit { kind: "thread", said: "#3 What does a door remember?".into(), to: To::Thread(3) };
        update(&mut room, Msg::Loaded(Load::Search("door".into()), Ok(Data::Found(vec![hit]))));
        let shown = text(&room);
        assert!(shown.contains("What does a [door] remember?") && shown.contains("thread"), "{shown}");
        press(&mut room, &["enter"]);
        assert_eq!((room.tab, room.forum.reader.wanted), (Tab::Forum, Some(3)));
        press(&mut room, &["f3"]);
        assert!(text(&room).contains("2 of "));
    }

    #[test]
    fn thoughts_and_settings_are_found_as_well() {
        let mut room = model(120, 36);
        press(&mut room, &["m"]);
        room.search.words = "shy".into();
        let thought = Hit { kind: "thought", said: "Ada: too shy to ask".into(), to: To::Thought(9) };
        found(&mut room, "shy", vec![thought]);
        let shown = text(&room);
        assert!(shown.contains("too [shy] to ask") && shown.contains("Ada, [shy]ness: "), "{shown}");
        press(&mut room, &["enter"]);
        assert_eq!((room.inspector.page, room.inspector.why.wanted), (Page::Why, Some(9)));
        press(&mut room, &["f3"]);
        assert_eq!(room.inspector.page, Page::Mind);
        assert_eq!(room.inspector.mind.field(), Field::Shyness);
    }

    #[test]
    fn help_is_searched() {
        let mut room = model(120, 36);
        press(&mut room, &["?", "/"]);
        type_text(&mut room, "dearest");
        let shown = text(&room);
        assert!(shown.contains("By cost") && !shown.contains("Wake all bots"), "{shown}");
        press(&mut room, &["esc"]);
        assert!(!text(&room).contains("only with"));
    }
}
