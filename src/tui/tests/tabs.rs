//! The tabs beside Live: what they show, and what their keys do.

use super::fixture::{empty, give, model, now, press, serve, text};
use super::sizes::SIZES;
use crate::domain::MemoryKind;
use crate::protocol::{ArchiveQuery, ArchivedView, GraphEdge, GraphNode, RelationshipGraph};
use crate::tui::msg::{Command, Data, Effect, Load, Msg};
use crate::tui::update::update;

fn shows(keys: &[&str], name: &str) {
    for (width, height) in SIZES {
        let mut model = model(width, height);
        press(&mut model, keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), text(&model));
    }
}

#[test]
fn stats() {
    shows(&["alt+3"], "stats");
}

#[test]
fn society() {
    shows(&["alt+5", "j"], "society");
}

#[test]
fn memory() {
    shows(&["alt+4", "l", "j"], "memory");
}

#[test]
fn memory_may_be_opened_before_anybody_is_known() {
    let mut model = empty(120, 36);
    let effects = crate::tui::update::start(&mut model);
    press(&mut model, &["alt+4"]);
    assert!(text(&model).contains("there is nobody here yet"));
    serve(&mut model, effects);
    assert!(text(&model).contains("What Ada remembers"), "{}", text(&model));
}

#[test]
fn log() {
    shows(&["alt+8"], "log");
}

#[test]
fn what_narrows_a_tab_goes_with_escape() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+8", "/", "z", "z", "z", "enter"]);
    assert!(text(&model).contains("no line matches; Esc shows all"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert!(model.log.list.filter().is_empty() && !text(&model).contains("no line matches"));
    // A level that leaves every line out is no silence, and goes the same way.
    press(&mut model, &["l", "l", "l"]);
    assert!(text(&model).contains("no line matches; Esc shows all"), "{}", text(&model));
    press(&mut model, &["esc"]);
    assert!(model.log.level == 0 && !model.log.list.is_empty());
    press(&mut model, &["alt+4", "/", "z", "enter"]);
    press(&mut model, &["esc"]);
    assert!(model.explorer.filter.is_empty());
}

#[test]
fn a_memory_is_pinned_searched_and_traced_to_its_act() {
    let mut model = model(120, 36);
    let effects = press(&mut model, &["alt+4", "l", "j", "p"]);
    assert!(matches!(effects[..], [Effect::Run(Command::EditMemory(..))]), "{effects:?}");
    press(&mut model, &["/", "d", "o", "o", "r", "enter"]);
    assert_eq!(model.explorer.filter, "door");
}

fn archived(id: i64, kind: MemoryKind) -> ArchivedView {
    ArchivedView {
        id,
        kind,
        text: format!("The door was shut {id} times"),
        source: String::new(),
        date: "2026-01-02".into(),
        facts_compressed: 25,
        memories_compressed: 15,
        period_start: None,
        period_end: None,
        thread_id: None,
        activity_id: Some(id),
        summary_id: 900,
        created_at: now(),
    }
}

#[test]
fn the_archive_stands_last_is_read_on_at_its_end_and_only_forgotten() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+4", "l"]);
    let query = ArchiveQuery { limit: 100, after: None, q: None };
    let page = |ids: std::ops::Range<i64>| ids.rev().map(|id| archived(id, MemoryKind::Cold)).collect();
    let load = |after| Load::Archive("ada_001".into(), ArchiveQuery { after, ..query.clone() });
    give(&mut model, load(None), Data::Archive(page(100..200)));
    let effects = update(&mut model, Msg::Key("end".parse().unwrap()));
    assert!(matches!(&effects[..], [Effect::Load(last)] if *last == load(Some(100))), "{effects:?}");
    assert!(text(&model).contains("In the archive: long ago"), "{}", text(&model));
    give(&mut model, load(Some(100)), Data::Archive(page(40..100)));
    assert_eq!(model.explorer.recall.archived(), 160);
    // What was read on is kept when the newest are read anew, and a page that came late is not taken in twice.
    give(&mut model, load(None), Data::Archive(page(100..200)));
    give(&mut model, load(Some(100)), Data::Archive(page(40..100)));
    assert_eq!(model.explorer.recall.archived(), 160);
    let effects = update(&mut model, Msg::Key("end".parse().unwrap()));
    assert!(effects.is_empty(), "there is no more: {effects:?}");
    for key in ["p", "e"] {
        assert!(press(&mut model, &[key]).is_empty(), "{key}");
        assert!(text(&model).contains("nothing is changed in the archive"), "{}", text(&model));
    }
    press(&mut model, &["d"]);
    assert!(text(&model).contains("Forget this and all that it stands for?"), "{}", text(&model));
    // Other words find other memories.
    press(&mut model, &["esc", "/", "d", "o", "o", "r", "enter"]);
    assert_eq!(model.explorer.recall.archived(), 0);
}

#[test]
fn the_log_follows_until_someone_looks_back() {
    let mut model = model(120, 36);
    press(&mut model, &["alt+8"]);
    assert!(text(&model).contains("the answer held no JSON"));
    press(&mut model, &["l", "l", "l"]);
    assert!(text(&model).contains("no line matches; Esc shows all"));
}

#[test]
fn the_ties_of_a_bot_are_a_list_that_is_moved_in() {
    let mut model = model(80, 24);
    press(&mut model, &["alt+5"]);
    let node = |n: i64| GraphNode {
        id: format!("b{n:02}_1"),
        name: format!("Bot{n:02}"),
        reputation: n,
        post_count: 1,
    };
    let edge = |n: i64| GraphEdge {
        source: format!("b{n:02}_1"),
        target: "b00_1".into(),
        interaction_count: 50 - n,
        sentiment: 0.1,
        follows: false,
    };
    let graph = RelationshipGraph { nodes: (0..40).map(node).collect(), edges: (1..40).map(edge).collect() };
    give(&mut model, Load::Graph, Data::Graph(graph));
    press(&mut model, &["g", "tab"]);
    assert!(!text(&model).contains("×11"), "{}", text(&model));
    press(&mut model, &["G"]);
    assert!(text(&model).contains("×11"), "{}", text(&model));
    assert_eq!(model.society.other().as_deref(), Some("b39_1"));
    press(&mut model, &["esc", "j"]);
    assert_eq!(model.society.other().as_deref(), Some("b00_1"), "another bot has ties of its own");
    // No label of the picture runs into another.
    for size in [(80, 24), (120, 36), (240, 70)] {
        update(&mut model, Msg::Resize(size.0, size.1));
        let shown = text(&model);
        let picture = shown.lines().skip(3).filter_map(|line| line.split('│').nth(1));
        let words = picture.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let odd: Vec<&str> = words
            .filter(|word| {
                let name = word.len() == 5 && word.starts_with('b') && word.ends_with("_1");
                !(word.is_empty() || name || word.len() <= 2)
            })
            .collect();
        assert!(odd.is_empty(), "{odd:?} at {size:?}\n{shown}");
    }
}
