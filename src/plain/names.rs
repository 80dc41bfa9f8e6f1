//! Actions by their names.

use crate::tui::action::{ACTIONS, Act, ActionDef, Scope};
use crate::tui::state::Model;

/// What a name means.
#[derive(Debug)]
pub enum Found {
    /// This action, and what was said after its name.
    One(&'static ActionDef, String),
    /// More than one is called that.
    Several(Vec<&'static ActionDef>),
    /// None is.
    None,
}

fn plain(name: &str) -> String {
    let words = name.to_lowercase().replace(['_', '-'], " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The action a line begins with, or whose name it begins; those that count where one is go before others.
pub fn find(typed: &str, scopes: &[Scope]) -> Found {
    let words: Vec<&str> = typed.split_whitespace().collect();
    // The longest beginning that is a whole name.
    for length in (1..=words.len()).rev() {
        let name = plain(&words[..length].join(" "));
        let titled = called(&name, scopes);
        let by_id = ACTIONS.iter().find(|def| plain(def.id) == name);
        // What is called so where one is comes before what is called so elsewhere, by whatever name.
        let found = match (titled.as_slice(), by_id) {
            ([def], Some(_)) if scopes.contains(&def.scope) => titled,
            (_, Some(def)) => vec![def],
            (_, None) => titled,
        };
        if !found.is_empty() {
            return one(found, words[length..].join(" "));
        }
    }
    let begun = plain(typed);
    let begins = |def: &&ActionDef| {
        !begun.is_empty() && (plain(def.title).starts_with(&begun) || plain(def.id).starts_with(&begun))
    };
    let listed = || ACTIONS.iter().filter(|def| !def.scope.is_overlay());
    let mut found: Vec<_> = listed().filter(begins).collect();
    if found.is_empty() {
        // Any of its words, in any order.
        let holds = |def: &&ActionDef| {
            let name = plain(&format!("{} {} {}", def.title, def.brief, def.id));
            !begun.is_empty() && begun.split(' ').all(|word| name.split(' ').any(|known| known == word))
        };
        found = listed().filter(holds).collect();
    }
    // Where the same thing counts in several places, it is meant where one is.
    if found.iter().any(|def| scopes.contains(&def.scope)) {
        found.retain(|def| scopes.contains(&def.scope));
    }
    one(found, String::new())
}

/// Actions of this title, or else of this brief name: the innermost of those that count here, else all.
fn called(name: &str, scopes: &[Scope]) -> Vec<&'static ActionDef> {
    let titled = |def: &ActionDef| plain(def.title) == name;
    let in_brief = |def: &ActionDef| !def.brief.is_empty() && plain(def.brief) == name;
    let listed = || ACTIONS.iter().filter(|def| !def.scope.is_overlay());
    let here = |is: &dyn Fn(&ActionDef) -> bool| {
        scopes.iter().find_map(|scope| listed().find(|def| def.scope == *scope && is(def)))
    };
    match here(&titled).or_else(|| here(&in_brief)) {
        Some(def) => vec![def],
        None => listed().filter(|def| titled(def) || in_brief(def)).collect(),
    }
}

fn one(found: Vec<&'static ActionDef>, rest: String) -> Found {
    match found.as_slice() {
        [] => Found::None,
        [def] => Found::One(def, rest),
        _ => Found::Several(found),
    }
}

/// An action of a window by its name.
pub fn of_window(typed: &str, scope: Scope) -> Option<&'static ActionDef> {
    let name = plain(typed);
    let alias = match name.as_str() {
        "cancel" | "close" | "no" => Some(Act::Cancel),
        "send" | "done" | "yes" => {
            Some(if matches!(scope, Scope::Form | Scope::Text) { Act::Submit } else { Act::Accept })
        }
        "back" => Some(Act::PrevField),
        _ => None,
    };
    let here = || ACTIONS.iter().filter(|def| def.scope == scope);
    here()
        .find(|def| plain(def.id) == name || plain(def.title) == name)
        .or_else(|| here().find(|def| Some(def.act) == alias))
}

/// The actions that lead to where a scope's keys count.
pub const fn way_to(scope: Scope) -> &'static [Act] {
    match scope {
        Scope::Live => &[Act::TabLive],
        Scope::Bots => &[Act::TabLive, Act::Pane1],
        Scope::Stream => &[Act::TabLive, Act::Pane2],
        Scope::Mind => &[Act::InspectMind],
        Scope::Budget => &[Act::InspectBudget],
        Scope::Recall => &[Act::InspectMemory],
        Scope::Why => &[Act::InspectWhy],
        Scope::Forum => &[Act::TabForum],
        Scope::Stats => &[Act::TabStats],
        Scope::Memory => &[Act::TabMemory],
        Scope::Society => &[Act::TabSociety],
        Scope::Moderation => &[Act::TabModeration],
        Scope::Events => &[Act::TabEvents],
        Scope::Log => &[Act::TabLog],
        _ => &[],
    }
}

/// One action as a line.
pub fn line(def: &ActionDef) -> String {
    format!("{} ({}, {}): {}", def.title, plain(def.id), def.scope.title(), def.about)
}

/// The actions with a word in their name or what they do; without a word those that count here.
pub fn matching(word: &str, model: &Model) -> Vec<String> {
    let word = plain(word);
    let scopes = model.scopes();
    let listed = |def: &&ActionDef| {
        if word.is_empty() {
            return scopes.contains(&def.scope);
        }
        word == "all" || plain(&line(def)).contains(&word)
    };
    let told = |def: &ActionDef| {
        format!(
            "{} ({}, {}): {}",
            def.title,
            plain(def.id),
            def.scope.title(),
            def.about_for(model.role, model.walk.is_some())
        )
    };
    ACTIONS.iter().filter(|def| !def.scope.is_overlay()).filter(listed).map(told).collect()
}
