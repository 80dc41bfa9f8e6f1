//! Columns stand under each other whatever is in them, and names that are cut stay apart.

use super::fixture::{give, model, press, text, usage};
use crate::protocol::{GraphEdge, GraphNode, RelationshipGraph};
use crate::tui::msg::{Data, Load};

/// The cell after each `part` on its line of the screen.
fn ends(screen: &str, parts: &[&str]) -> Vec<usize> {
    let end = |part: &&str| {
        let line = screen.lines().find(|line| line.contains(*part));
        let line = line.unwrap_or_else(|| panic!("no {part:?} in\n{screen}"));
        line[..line.find(*part).unwrap() + part.len()].chars().count()
    };
    parts.iter().map(end).collect()
}

fn are_one(places: &[usize]) -> bool {
    places.windows(2).all(|pair| pair[0] == pair[1])
}

#[test]
fn the_society_tab_keeps_its_columns() {
    let mut model = model(80, 24);
    press(&mut model, &["alt+5"]);
    let node = |id: &str, name: &str, reputation, post_count| GraphNode {
        id: id.into(),
        name: name.into(),
        reputation,
        post_count,
    };
    let edge = |target: &str, count, follows, sentiment| GraphEdge {
        source: "ada_001".into(),
        target: target.into(),
        interaction_count: count,
        sentiment,
        follows,
    };
    let graph = RelationshipGraph {
        nodes: vec![
            node("ada_001", "Ada", 1_201, 9),
            node("luna_001", "Luna", 35, 1),
            node("rex_001", "Rex", -17, 1_240),
        ],
        edges: vec![edge("luna_001", 120, true, 0.9), edge("rex_001", 3, false, -0.9)],
    };
    give(&mut model, Load::Graph, Data::Graph(graph));
    press(&mut model, &["g"]);
    // The lists alone: the picture names the selected bot as well.
    let screen: String =
        text(&model).lines().map(|line| line.chars().skip(46).collect::<String>() + "\n").collect();
    assert!(are_one(&ends(&screen, &["+1201", "+35", "-17"])), "{screen}");
    assert!(are_one(&ends(&screen, &["9 posts", "1 post", "1240 posts"])), "{screen}");
    assert!(are_one(&ends(&screen, &["×120", "×3"])), "{screen}");
    let moods: Vec<usize> = ["+ warm", "- tense"].map(|mood| ends(&screen, &[mood])[0] - mood.len()).into();
    assert!(are_one(&moods), "{screen}");
}

#[test]
fn the_forum_keeps_its_columns() {
    let mut model = model(80, 24);
    press(&mut model, &["alt+2"]);
    let screen = text(&model);
    // Where the mark of the replies stands, and where the score ends.
    let lines: Vec<&str> = screen.lines().filter(|line| line.contains("↩ ")).collect();
    let marks: Vec<usize> =
        lines.iter().map(|line| line.chars().position(|c| c == '↩').unwrap_or_default()).collect();
    let scores: Vec<usize> =
        lines.iter().map(|line| line.trim_end_matches('┃').trim_end_matches(' ').chars().count()).collect();
    assert!(lines.len() == 4 && are_one(&marks) && are_one(&scores), "{screen}");
}

#[test]
fn usage_names_its_bots_at_any_size() {
    for (width, height) in [(80, 24), (120, 36), (160, 45), (240, 70)] {
        let mut model = model(width, height);
        let mut used = usage();
        for (bot, id) in used.bots.iter_mut().zip(["mark_001", "marcus_001"]) {
            bot.bot_id = id.into();
        }
        model.names.insert("mark_001".into(), "Marcus the Elder".into());
        model.names.insert("marcus_001".into(), "Marcus the Younger".into());
        model.lower.used.set(used.bots.clone());
        let screen = text(&model);
        let told = |end: &str| {
            screen.lines().any(|line| {
                let cell: String = line.chars().skip(2).take(19).collect();
                cell.starts_with("Marc") && cell.contains(&format!("{end} "))
            })
        };
        assert!(told("der") && told("ger"), "{width}x{height}\n{screen}");
    }
}

#[test]
fn the_feed_names_who_acts_at_any_size() {
    for (width, height) in [(80, 24), (120, 36), (160, 45)] {
        let screen = text(&model(width, height));
        assert!(screen.contains("↩ Ada replied to Marcus"), "{width}x{height}\n{screen}");
    }
}
