//! What a frame shows, for the keys and the mouse: drawing reads the model and answers this, and the model keeps it.

use super::forum::reader;
use super::{Model, stream};
use ratatui::layout::Rect;

use crate::tui::overlays;
use crate::tui::widgets::{Scroll, Window};

/// The lists of which a part is shown.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named after what stands on their lines
pub enum List {
    Bots,
    Stream,
    Profile,
    Mind,
    Budget,
    Recall,
    Why,
    Usage,
    Log,
    Threads,
    Stats,
    Explorer,
    Society,
    Ties,
    Flags,
    Events,
    LogTab,
}

/// What a frame shows.
#[derive(Debug, Default)]
pub struct Drawn {
    lists: Vec<(List, Window)>,
    /// The lines of the stream, which are of different heights.
    pub stream: Option<stream::Shown>,
    /// The part of the thread being read.
    pub thread: Option<reader::Shown>,
    /// The curves of the Stats tab, where they are shown.
    pub plots: [Rect; 2],
    /// Of each window over the tabs, in their order.
    pub overlays: Vec<overlays::Shown>,
}

impl Drawn {
    /// Adds what another part of the screen shows.
    pub fn add(&mut self, other: Self) {
        self.lists.extend(other.lists);
        self.stream = self.stream.take().or(other.stream);
    }

    /// Adds the part of a list that is shown, if one is.
    pub fn list(&mut self, list: List, shown: Option<Window>) {
        self.lists.extend(shown.map(|shown| (list, shown)));
    }
}

impl Model {
    /// This is on the screen now, and nothing else is.
    pub fn drew(&mut self, drawn: Drawn) {
        for (list, scroll) in self.lists() {
            match drawn.lists.iter().find(|(of, _)| *of == list) {
                Some((_, shown)) => scroll.drew(*shown),
                None => scroll.hid(),
            }
        }
        if let Some(shown) = drawn.thread {
            self.forum.reader.drew(shown);
        }
        self.stats.plots = drawn.plots;
        if let Some(shown) = drawn.stream {
            self.stream.drew(shown);
        }
        for (overlay, shown) in self.overlays.iter_mut().zip(drawn.overlays) {
            overlay.drew(shown);
        }
    }

    /// What each list is at.
    const fn lists(&mut self) -> [(List, &mut Scroll); 17] {
        let (inspector, lower) = (&mut self.inspector, &mut self.lower);
        [
            (List::Bots, &mut self.bots.scroll),
            (List::Stream, &mut self.stream.scroll),
            (List::Profile, &mut inspector.scroll),
            (List::Mind, &mut inspector.mind.scroll),
            (List::Budget, &mut inspector.budget.scroll),
            (List::Recall, &mut inspector.recall.scroll),
            (List::Why, &mut inspector.why.scroll),
            (List::Usage, &mut lower.used.scroll),
            (List::Log, &mut lower.log.scroll),
            (List::Threads, &mut self.forum.list),
            (List::Stats, &mut self.stats.list.scroll),
            (List::Explorer, &mut self.explorer.recall.scroll),
            (List::Society, &mut self.society.list.scroll),
            (List::Ties, &mut self.society.scroll),
            (List::Flags, &mut self.moderation.list.scroll),
            (List::Events, &mut self.events.list.scroll),
            (List::LogTab, &mut self.log.list.scroll),
        ]
    }
}
