//! What the Society tab shows: the bots with most ties, and their ties.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::text::folded;
use crate::protocol::{GraphEdge, GraphNode, RelationshipGraph};
use crate::tui::msg::{Effect, Load};
use crate::tui::widgets::listing::ListLine;
use crate::tui::widgets::{Listing, Scroll, figure, ring};

/// Bots drawn at most: more cannot be told apart.
pub const MOST: usize = 24;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Society {
    /// Who deals with whom; `None` until read.
    pub graph: Option<RelationshipGraph>,
    /// The bots, those with most ties first unless ordered otherwise.
    pub list: Listing<GraphNode>,
    /// The selected bot of the room it has turned to.
    pub(in crate::tui) follows: Option<String>,
    /// Whether the ties have the focus, not the bots.
    pub on_ties: bool,
    /// The selected tie.
    pub scroll: Scroll,
}

impl ListLine for GraphNode {
    const COLUMNS: &'static [&'static str] = &["ties", "reputation", "posts", "name"];

    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn holds(&self, words: &str) -> bool {
        folded(&self.name).contains(words)
    }

    fn begins(&self, words: &str) -> bool {
        folded(&self.name).starts_with(words)
    }

    fn compare(&self, other: &Self, column: usize) -> Ordering {
        match column {
            1 => other.reputation.cmp(&self.reputation),
            2 => other.post_count.cmp(&self.post_count),
            _ => self.name.cmp(&other.name),
        }
    }
}

impl Society {
    /// Turns to the selected bot, where it is shown.
    pub(in crate::tui) fn follow(&mut self, chosen: Option<&str>) {
        if self.follows.as_deref() == chosen {
            return;
        }
        self.follows = chosen.map(str::to_owned);
        if let Some(at) = chosen.and_then(|id| self.place(id)) {
            self.list.scroll.selected = at;
            self.scroll = Scroll::default();
        }
    }

    /// The tab came into view: what it reads.
    pub(in crate::tui) fn came(&self) -> Vec<Effect> {
        vec![Effect::Load(Load::Graph)]
    }

    pub(in crate::tui) fn take(&mut self, graph: &RelationshipGraph) {
        let chosen = self.selected().map(|node| node.id.clone()).or_else(|| self.follows.clone());
        let mut ties: HashMap<&str, i64> = HashMap::new();
        for edge in &graph.edges {
            for id in [&edge.source, &edge.target] {
                *ties.entry(id).or_default() += edge.interaction_count;
            }
        }
        let of = |node: &GraphNode| ties.get(node.id.as_str()).copied().unwrap_or(0);
        let mut nodes: Vec<(i64, GraphNode)> =
            graph.nodes.iter().map(|node| (of(node), node.clone())).collect();
        nodes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        self.list.set(nodes.into_iter().map(|(_, node)| node).collect());
        self.graph = Some(graph.clone());
        if let Some(at) = chosen.and_then(|id| self.place(&id)) {
            self.list.scroll.selected = at;
        }
    }

    /// The line of a bot.
    pub(in crate::tui) fn place(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|node| node.id == id)
    }

    /// The bots that are drawn: those with most ties, and whoever is selected, however few it has.
    #[must_use]
    pub fn drawn(&self) -> Vec<&GraphNode> {
        let mut drawn: Vec<&GraphNode> = self.list.rows().take(MOST).collect();
        if let Some(chosen) = self.selected()
            && !drawn.iter().any(|node| node.id == chosen.id)
            && let Some(last) = drawn.last_mut()
        {
            *last = chosen;
        }
        drawn
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.list.rows().count()
    }

    /// The selected bot.
    #[must_use]
    pub fn selected(&self) -> Option<&GraphNode> {
        self.list.selected()
    }

    /// The ties as a picture, and as a table; `None` where there are none.
    #[must_use]
    pub fn written(&self) -> Option<(String, String)> {
        let graph = self.graph.as_ref().filter(|graph| !graph.edges.is_empty())?;
        let drawn = self.drawn();
        let there = |id: &str| drawn.iter().position(|node| node.id == id);
        let ties = graph.edges.iter().filter_map(|edge| {
            let ends = (there(&edge.source)?, there(&edge.target)?);
            Some(ring::Tie { ends, dealings: edge.interaction_count, sentiment: edge.sentiment })
        });
        let names: Vec<&str> = drawn.iter().map(|node| node.name.as_str()).collect();
        let picture = ring::draw("Who deals with whom", &names, &ties.collect::<Vec<_>>());
        let head = ["from", "to", "dealings", "sentiment", "follows"].map(str::to_owned).to_vec();
        let line = |edge: &GraphEdge| {
            let dealings = edge.interaction_count.to_string();
            let sentiment = format!("{:.3}", edge.sentiment);
            vec![edge.source.clone(), edge.target.clone(), dealings, sentiment, edge.follows.to_string()]
        };
        let table = figure::table(std::iter::once(head).chain(graph.edges.iter().map(line)));
        Some((picture, table))
    }

    /// The bot at the other end of the selected tie.
    #[must_use]
    pub fn other(&self) -> Option<String> {
        let id = &self.selected()?.id;
        let ties = self.ties(id);
        let edge = ties.get(self.scroll.selected.min(ties.len().saturating_sub(1)))?;
        Some(if edge.source == *id { &edge.target } else { &edge.source }.clone())
    }

    /// The ties of a bot, closest first.
    #[must_use]
    pub fn ties(&self, id: &str) -> Vec<&GraphEdge> {
        let mut ties: Vec<&GraphEdge> = self
            .graph
            .iter()
            .flat_map(|graph| &graph.edges)
            .filter(|edge| edge.source == id || edge.target == id)
            .collect();
        ties.sort_by(|a, b| b.interaction_count.cmp(&a.interaction_count).then(a.target.cmp(&b.target)));
        ties
    }
}
