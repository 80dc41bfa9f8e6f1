//! Lists that answer questions: ordered, found in, marked and changed together.

use ratatui::layout::Rect;

use super::fixture::{bot, bots, give, model, press, screen, text, type_text, usage};
use crate::domain::Money;
use crate::protocol::*;
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::overlays::Overlay;
use crate::tui::state::recall::RecallLine;
use crate::tui::state::{Column, Model, Order, Pane, Tab};
use crate::tui::update::update;

/// A room of three hundred, the dearest of today in the middle, the dearest of the week at its end.
fn crowd(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    let all: Vec<BotView> =
        (0..300).map(|n| bot(&format!("b{n:03}_1"), &format!("Bot{n:03}"), n % 7, Status::Active)).collect();
    for page in all.chunks(100) {
        give(&mut model, Load::Bots(Some("x".into())), Data::Bots(page.to_vec()));
    }
    give(&mut model, Load::Usage(Period::Daily), Data::Usage(used(&all, 150)));
    press(&mut model, &["j"]);
    model
}

fn used(bots: &[BotView], dearest: usize) -> UsageReport {
    let first = usage().bots.remove(0);
    let row = |(at, bot): (usize, &BotView)| BotUsage {
        bot_id: bot.id.clone(),
        bot_name: bot.name.clone(),
        total_tokens: i64::try_from(at).unwrap(),
        estimated_cost_usd: Money::from_nanos(if at == dearest { 9_000_000_000 } else { 1_000_000 }),
        ..first.clone()
    };
    UsageReport { bots: bots.iter().enumerate().map(row).collect(), ..usage() }
}

#[test]
fn which_bot_costs_most_is_two_keys() {
    let mut model = crowd(80, 24);
    press(&mut model, &["$"]);
    assert_eq!(model.selected_bot().as_deref(), Some("b150_1"));
    let shown = text(&model);
    assert!(shown.contains("cost today ▼") && shown.contains("$9.00") && shown.contains("more"), "{shown}");
    let effects = update(&mut model, Msg::Key(crate::tui::keymap::Key::char('$')));
    assert!(effects.contains(&Effect::Load(Load::Usage(Period::Weekly))), "{effects:?}");
    let all: Vec<BotView> =
        (0..300).map(|n| bot(&format!("b{n:03}_1"), &format!("Bot{n:03}"), 0, Status::Active)).collect();
    give(&mut model, Load::Usage(Period::Weekly), Data::Usage(used(&all, 299)));
    assert_eq!(model.selected_bot().as_deref(), Some("b299_1"));
    assert!(text(&model).contains("cost week ▼"));
    // Figures of a period that is shown no more change nothing.
    give(&mut model, Load::Usage(Period::Daily), Data::Usage(used(&all, 3)));
    assert_eq!(model.bots.line(0).unwrap().id, "b299_1");
}

#[test]
fn every_column_orders_and_turns_round() {
    let mut model = model(120, 36);
    let first = |model: &Model| model.bots.line(0).unwrap().id.clone();
    for (column, best, worst) in [
        (Column::Cost, "luna_001", "echo_001"),
        (Column::Tokens, "luna_001", "echo_001"),
        (Column::Cached, "ada_001", "echo_001"),
        (Column::Posts, "luna_001", "echo_001"),
        (Column::Reputation, "ada_001", "rex_001"),
        (Column::Flags, "rex_001", "ada_001"),
        (Column::Next, "echo_001", "ada_001"),
    ] {
        press(&mut model, &["o"]);
        assert_eq!(model.bots.order().column, column);
        assert_eq!(first(&model), best, "{column:?}");
        press(&mut model, &["O"]);
        assert_eq!(first(&model), worst, "{column:?}");
    }
    press(&mut model, &["o"]);
    assert_eq!(model.bots.order(), Order::default());
}

#[test]
fn a_heading_that_is_clicked_orders() {
    let mut model = model(120, 36);
    press(&mut model, &["z"]);
    let shown = text(&model);
    for heading in ["name", "next", "rep", "flags", "posts", "cached", "tokens", "cost"] {
        assert!(shown.lines().nth(3).unwrap().contains(heading), "{heading}: {shown}");
    }
    let buf = screen(&model);
    let x = (0..120).find(|x| buf[(*x, 3)].symbol() == "t" && buf[(x + 2, 3)].symbol() == "k").unwrap();
    super::mouse::click(&mut model, (x, 3));
    assert_eq!(model.bots.order().column, Column::Tokens);
    assert!(model.bots.order().falling && text(&model).contains("tokens▼"));
    super::mouse::click(&mut model, (x, 3));
    assert!(!model.bots.order().falling);
    // Below the headings a click chooses the line it is on.
    let second = model.bots.line(1).unwrap().id.clone();
    super::mouse::click(&mut model, (10, 5));
    assert_eq!(model.selected_bot(), Some(second));
}

#[test]
fn typing_a_name_finds_the_bot_and_hides_nobody() {
    let mut model = crowd(120, 36);
    press(&mut model, &["f"]);
    type_text(&mut model, "bot27");
    assert_eq!(model.selected_bot().as_deref(), Some("b270_1"));
    press(&mut model, &["esc"]);
    assert_eq!(model.selected_bot().as_deref(), Some("b270_1"));
    assert_eq!(model.bots.len(), model.bots.total());
    press(&mut model, &["f"]);
    type_text(&mut model, "zzz");
    assert!(text(&model).contains("no line holds that"));
}

#[test]
fn the_marked_are_changed_together() {
    let mut model = model(120, 36);
    press(&mut model, &["M", "M"]);
    assert!(text(&model).contains("2 marked"));
    let pause = |id: &str, paused| Command::SetPaused(id.into(), paused);
    let both = Command::Each(vec![pause("ada_001", true), pause("echo_001", true)]);
    assert_eq!(press(&mut model, &["x"]), [Effect::Run(both.clone())]);
    update(&mut model, Msg::Ran(both, Ok(Outcome::Done)));
    assert!(text(&model).contains("2 bots were asked to change"));
    // A cap for both, read before anything is sent.
    press(&mut model, &["c", "j", "j", "j", "enter"]);
    type_text(&mut model, "lots");
    assert!(press(&mut model, &["enter"]).is_empty());
    assert!(text(&model).contains("a whole number of tokens"));
    press(&mut model, &["ctrl+u"]);
    type_text(&mut model, "5k");
    let caps = SetCaps { daily_token_cap: Some(Some(5_000)), ..SetCaps::default() };
    let each = ["ada_001", "echo_001"].map(|id| Command::SetCaps(id.into(), caps.clone()));
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::Each(each.into()))]);
    // Esc takes the marks, and keys mean the selected bot again.
    press(&mut model, &["esc", "g"]);
    assert_eq!(press(&mut model, &["x"]), [Effect::Run(pause("ada_001", true))]);
    press(&mut model, &["c"]);
    assert!(model.overlays.is_empty() && text(&model).contains("no bot is marked"));
}

#[test]
fn removing_many_is_asked_by_name_and_spares_those_of_files() {
    let mut model = model(120, 36);
    let custom = |bot: BotView| BotView { source: Source::Custom, ..bot };
    let made: Vec<BotView> = bots().into_iter().take(2).map(custom).collect();
    give(&mut model, Load::Bots(Some("a".into())), Data::Bots(made));
    press(&mut model, &["A"]);
    assert!(press(&mut model, &["D"]).is_empty());
    let shown = text(&model);
    assert!(
        shown.contains("Remove 2 bots?")
            && shown.contains("Ada, Echo")
            && shown.contains("4 of the marked stay"),
        "{shown}"
    );
    let each = ["ada_001", "echo_001"].map(|id| Command::DeleteBot(id.into()));
    assert_eq!(press(&mut model, &["y"]), [Effect::Run(Command::Each(each.into()))]);
    // Who is filtered away is not acted on.
    press(&mut model, &["/"]);
    type_text(&mut model, "ada");
    press(&mut model, &["enter", "D"]);
    assert!(text(&model).contains("Remove 1 bot?") && !text(&model).contains("Ada, Echo"));
}

#[test]
fn a_provider_for_many_is_asked_for() {
    let mut model = model(120, 36);
    press(&mut model, &["M", "c", "j", "j", "j", "j", "j", "j", "enter"]);
    let name = model.providers[0].name.clone();
    press(&mut model, &["j", "enter"]);
    assert!(text(&model).contains(&format!("Let 1 bot speak by {name}?")), "{}", text(&model));
    let patch = serde_json::json!({"model": {"provider": name}});
    let each = Command::Each(vec![Command::SetConfig("ada_001".into(), patch)]);
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(each)]);
}

#[test]
fn the_filter_is_of_the_pane_that_has_the_focus() {
    let mut model = model(160, 45);
    let whole = (model.lower.used.len(), model.stream.len());
    assert!(whole.0 > 1);
    for (pane, words, title) in [
        ("4", "luna", "4 Usage today /luna"),
        ("5", "ada", "5 Reputation /ada"),
        ("6", "json", "6 Log /json"),
    ] {
        press(&mut model, &[pane, "/"]);
        type_text(&mut model, words);
        press(&mut model, &["enter"]);
        assert!(text(&model).contains(title), "{}", text(&model));
    }
    assert_eq!((model.lower.used.len(), model.lower.log.len()), (1, 1));
    let shown = text(&model);
    assert!(!shown.contains("Rex -2") && shown.contains("Rex: the answer held no JSON"), "{shown}");
    // The bot that is left is the selected one, as after a step in that list.
    assert_eq!(model.selected_bot().as_deref(), Some("luna_001"));
    // What nothing holds says how all comes back; nobody else's list was filtered.
    press(&mut model, &["6", "/"]);
    type_text(&mut model, " nowhere");
    assert!(text(&model).contains("nothing matches; Esc shows all"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert_eq!((model.lower.log.len(), model.lower.used.len(), model.stream.len()), (1, 1, whole.1));
    press(&mut model, &["4", "esc", "5", "esc"]);
    assert_eq!(model.lower.used.len(), whole.0);
    assert!(model.lower.reputed.is_empty() && text(&model).contains("Rex -2"), "{}", text(&model));
}

#[test]
fn what_a_bot_remembers_is_filtered_in_the_inspector_and_where_there_is_no_list_it_is_said() {
    let mut model = model(160, 45);
    press(&mut model, &["r", "/"]);
    type_text(&mut model, "hinge");
    press(&mut model, &["enter"]);
    let shown = text(&model);
    assert!(shown.contains("Facts 1") && !shown.contains("Argues in threes"), "{shown}");
    press(&mut model, &["esc"]);
    assert!(text(&model).contains("Argues in threes"), "{}", text(&model));
    press(&mut model, &["i", "3", "/"]);
    let shown = text(&model);
    assert!(model.overlays.is_empty() && shown.contains("there are no lines to filter here"), "{shown}");
    assert_eq!(model.focus, crate::tui::state::Pane::Inspector);
}

#[test]
fn ctrl_s_means_the_same_in_every_window_that_takes_something() {
    let mut model = model(160, 45);
    press(&mut model, &["/"]);
    type_text(&mut model, "lun");
    press(&mut model, &["ctrl+s"]);
    assert!(model.overlays.is_empty() && model.bots.filter() == "lun");
    press(&mut model, &["esc", "W", "ctrl+s"]);
    assert!(model.overlays.is_empty(), "{}", text(&model));
}

#[test]
fn a_line_of_the_activity_is_found_by_the_title_it_shows() {
    let mut model = model(160, 45);
    press(&mut model, &["2", "/"]);
    type_text(&mut model, "a door re");
    press(&mut model, &["enter"]);
    let replies = |line: usize| model.stream.line(line).is_some_and(|row| row.told.reply.is_some());
    assert!((0..model.stream.len()).any(replies), "{}", text(&model));
}

/// The line that the keys of a list are about.
fn selected(model: &Model) -> usize {
    match model.tab {
        Tab::Live => match model.focus {
            Pane::Activity => model.stream.scroll.selected,
            Pane::Usage => model.lower.used.scroll.selected,
            Pane::Log => model.lower.log.scroll.selected,
            Pane::Inspector => model.inspector.recall.scroll.selected,
            _ => model.bots.scroll.selected,
        },
        Tab::Forum if model.forum.reading => model.forum.reader.at,
        Tab::Forum => model.forum.list.selected,
        Tab::Stats => model.stats.list.scroll.selected,
        Tab::Memory if model.explorer.in_bots => model.bots.scroll.selected,
        Tab::Memory => model.explorer.recall.scroll.selected,
        Tab::Society => model.society.list.scroll.selected,
        Tab::Moderation => model.moderation.list.scroll.selected,
        Tab::Events => model.events.list.scroll.selected,
        Tab::Log => model.log.list.scroll.selected,
    }
}

#[test]
fn every_list_goes_to_the_line_that_is_typed() {
    for (keys, typed) in [
        (&["1"][..], "rex"),
        (&["2"], "hinges"),
        (&["4"], "sage"),
        (&["r"], "doors"),
        (&["alt+2"], "hello"),
        (&["alt+3"], "sage"),
        (&["alt+4"], "sage"),
        (&["alt+4", "l"], "doors"),
        (&["alt+5"], "rex"),
    ] {
        let mut model = model(160, 45);
        press(&mut model, keys);
        press(&mut model, &["g"]);
        let before = selected(&model);
        press(&mut model, &["J"]);
        assert!(text(&model).contains("find:"), "{keys:?}\n{}", text(&model));
        type_text(&mut model, typed);
        press(&mut model, &["enter"]);
        let line = selected(&model);
        assert!(line > before && model.overlays.is_empty(), "{keys:?}: {before} → {line}\n{}", text(&model));
        press(&mut model, &["J"]);
        type_text(&mut model, "zzz");
        assert!(text(&model).contains("no line holds that"), "{keys:?}");
        press(&mut model, &["esc"]);
        assert_eq!(selected(&model), line, "{keys:?}");
    }
    // A window that lists things as well.
    let mut model = model(160, 45);
    press(&mut model, &["v", "/"]);
    type_text(&mut model, "oll");
    press(&mut model, &["enter"]);
    let Some(Overlay::Choice(choice)) = model.overlays.last() else { panic!("{}", text(&model)) };
    assert_eq!(choice.items[choice.scroll.selected].title, "ollama");
    // What is no list says so.
    let mut model = self::model(160, 45);
    press(&mut model, &["5", "J"]);
    assert!(text(&model).contains("there is no list here"));
}

#[test]
fn lists_of_bots_are_ordered_filtered_and_turned_round_on_every_tab() {
    let first = |model: &Model| match model.tab {
        Tab::Live => model.lower.used.get(0).unwrap().bot_id.clone(),
        Tab::Stats => model.stats.list.get(0).unwrap().id.clone(),
        _ => model.society.list.get(0).unwrap().id.clone(),
    };
    for keys in ["4", "alt+3", "alt+5"] {
        let mut model = model(160, 45);
        press(&mut model, &[keys, "o"]);
        let by_second = first(&model);
        press(&mut model, &["O"]);
        assert_ne!(first(&model), by_second, "{keys}");
        press(&mut model, &["/"]);
        type_text(&mut model, "marc");
        press(&mut model, &["enter"]);
        assert_eq!(first(&model), "marcus_001", "{keys}");
        assert!(text(&model).contains("/marc"), "{keys}\n{}", text(&model));
        press(&mut model, &["esc"]);
        assert!(!text(&model).contains("/marc"), "{keys}\n{}", text(&model));
    }
    // The Memory tab shows the list of the Live tab, in its order.
    let mut model = model(160, 45);
    press(&mut model, &["$", "alt+4"]);
    assert_eq!(model.explorer.of.as_deref(), Some("luna_001"));
    assert!(text(&model).contains("cost▼"), "{}", text(&model));
    press(&mut model, &["O"]);
    assert!(text(&model).contains("cost▲"), "{}", text(&model));
}

#[test]
fn a_title_that_is_clicked_orders_its_list() {
    for keys in ["4", "6", "alt+2", "alt+4", "alt+5", "alt+6", "alt+7", "alt+8"] {
        let mut model = model(160, 45);
        press(&mut model, &[keys]);
        let body = model.layout().body;
        let title = match keys {
            "4" => model.layout().pane(Pane::Usage).unwrap(),
            "6" => model.layout().pane(Pane::Log).unwrap(),
            "alt+5" => {
                let list = crate::tui::view::society::list_area(body);
                Rect { y: list.y - 1, ..list }
            }
            _ => body,
        };
        let before = format!("{:?}", screen(&model));
        let effects = super::mouse::click(&mut model, (title.x + 3, title.y));
        let asked = effects.iter().any(|effect| matches!(effect, Effect::Load(Load::Threads(_))));
        assert!(asked || format!("{:?}", screen(&model)) != before, "{keys}\n{}", text(&model));
    }
    // The list of the Stats tab has headings.
    let mut model = model(160, 45);
    press(&mut model, &["alt+3"]);
    let shown = text(&model);
    let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains("cost▼")).unwrap();
    let x = line[..line.find("tokens").unwrap()].chars().count();
    super::mouse::click(&mut model, (u16::try_from(x).unwrap(), u16::try_from(row).unwrap()));
    assert!(text(&model).contains("tokens▼"), "{}", text(&model));
    super::mouse::click(&mut model, (u16::try_from(x).unwrap(), u16::try_from(row).unwrap()));
    assert!(text(&model).contains("tokens▲"), "{}", text(&model));
}

#[test]
fn memories_stand_by_their_kind_or_the_newest_first() {
    let mut model = model(160, 45);
    press(&mut model, &["r", "o"]);
    let dates: Vec<&str> = model
        .inspector
        .recall
        .lines
        .iter()
        .filter_map(|line| match line {
            RecallLine::Item(item) => Some(item.date.as_str()),
            RecallLine::Heading(..) => None,
        })
        .collect();
    assert!(dates.len() > 2 && dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
    assert!(text(&model).contains("The newest first"));
    press(&mut model, &["o"]);
    assert!(text(&model).contains("Relationships"));
}

#[test]
fn every_chart_is_saved_with_its_numbers() {
    for (keys, name, head) in [
        (&["4", "S"][..], "tokens-2026-12-09", "time,tokens,cost"),
        (&["5", "S"], "reputation-2026-12-09", "time,Ada,Marcus,Rex"),
        (&["alt+5", "S"], "society-2026-12-09", "from,to,dealings,sentiment,follows"),
    ] {
        let mut model = model(160, 45);
        press(&mut model, keys);
        let effects = press(&mut model, &["enter"]);
        let [Effect::Run(Command::SaveChart { path, svg, csv })] = effects.as_slice() else {
            panic!("{keys:?}: {effects:?}")
        };
        assert_eq!((path.to_str(), csv.lines().next()), (Some(name), Some(head)), "{keys:?}");
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    }
}

#[test]
fn the_society_lists_everybody_and_draws_those_with_most_ties_and_the_selected() {
    let mut model = model(160, 45);
    let node = |n: i64| GraphNode {
        id: format!("b{n:03}_1"),
        name: format!("Bot{n:03}"),
        reputation: n,
        post_count: 1,
    };
    let edge = |n: i64| GraphEdge {
        source: format!("b{n:03}_1"),
        target: "b299_1".into(),
        interaction_count: 400 - n,
        sentiment: 0.0,
        follows: false,
    };
    let graph =
        RelationshipGraph { nodes: (0..300).map(node).collect(), edges: (0..200).map(edge).collect() };
    press(&mut model, &["alt+5"]);
    give(&mut model, Load::Graph, Data::Graph(graph));
    press(&mut model, &["J"]);
    type_text(&mut model, "bot250");
    press(&mut model, &["enter"]);
    let shown = text(&model);
    assert!(shown.contains("the 24 with most ties of 300") && shown.contains("▸b250_1 +250"), "{shown}");
    assert_eq!(model.society.drawn().len(), 24);
}
