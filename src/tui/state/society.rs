//! What the Society tab shows: the bots with most ties, and their ties.

use crate::protocol::{GraphEdge, GraphNode, RelationshipGraph};
use crate::tui::widgets::Scroll;

/// Bots drawn at most: more cannot be told apart.
pub const MOST: usize = 24;

/// What the tab shows.
#[derive(Debug, Default)]
pub struct Society {
    /// Who deals with whom; `None` until read.
    pub graph: Option<RelationshipGraph>,
    /// The bots with most ties, busiest first.
    pub nodes: Vec<GraphNode>,
    /// How many there are in all.
    pub total: usize,
    /// The selected one.
    pub scroll: Scroll,
    /// The selected bot of the room it has turned to.
    pub(in crate::tui) follows: Option<String>,
}

impl Society {
    pub(in crate::tui) fn take(&mut self, graph: &RelationshipGraph) {
        let chosen = self.selected().map(|node| node.id.clone()).or_else(|| self.follows.clone());
        let ties = |id: &str| -> i64 {
            graph.edges.iter().filter(|e| e.source == id || e.target == id).map(|e| e.interaction_count).sum()
        };
        let mut nodes: Vec<(i64, GraphNode)> =
            graph.nodes.iter().map(|node| (ties(&node.id), node.clone())).collect();
        nodes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        self.total = nodes.len();
        // Whoever is selected is there, however few ties it has.
        if let Some(at) = nodes.iter().position(|(_, node)| Some(&node.id) == chosen.as_ref())
            && at >= MOST
        {
            nodes.swap(MOST - 1, at);
        }
        nodes.truncate(MOST);
        self.nodes = nodes.into_iter().map(|(_, node)| node).collect();
        self.graph = Some(graph.clone());
        if let Some(at) = chosen.and_then(|id| self.nodes.iter().position(|node| node.id == id)) {
            self.scroll.selected = at;
        }
    }

    /// The selected bot.
    #[must_use]
    pub fn selected(&self) -> Option<&GraphNode> {
        self.nodes.get(self.scroll.selected)
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
