//! The thread being read: which of its posts is selected, and what part is seen.
//!
//! A post can be taller than the screen, so the reader keeps a line beside the selected post. What
//! is seen is known when it is drawn, because only then are width and height known.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::tree::{TreePost, posts};
use crate::protocol::ThreadView;
use crate::tui::action::Act;

/// Lines moved at once inside a post that is taller than the screen.
const STEP: usize = 3;

/// A post, as something to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its thread.
    pub thread: i64,
    /// The reply; `None` is the opening post.
    pub reply: Option<i64>,
    /// Actor id of the author.
    pub author: String,
    /// Shown name of the author.
    pub name: String,
    /// What it says; of a thread in the list, its title.
    pub said: String,
}

/// The thread being read.
#[derive(Debug, Default)]
pub struct Reader {
    /// The thread that was asked for.
    pub wanted: Option<i64>,
    /// What was read.
    pub view: Option<ThreadView>,
    /// Its posts in the order of drawing, the opening one first.
    pub entries: Vec<TreePost>,
    /// The selected post.
    pub at: usize,
    /// Whether the thread asked for is no more.
    pub missing: bool,
    /// The reply to be selected once it is read.
    goto: Option<i64>,
    /// Actor id of somebody to whom the newest answer is selected where nothing else is meant.
    pub(in crate::tui) for_whom: Option<String>,
    /// The first line to be seen.
    top: usize,
    shown: Shown,
}

/// The part of a thread that a frame shows.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Where its lines stand.
    area: Rect,
    /// The first line seen.
    pub top: usize,
    /// First line of each post where a line has that many cells, and the end.
    starts: Arc<Vec<usize>>,
}

impl Shown {
    /// All lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first line of a post.
    #[must_use]
    pub fn start(&self, at: usize) -> usize {
        self.starts.get(at).copied().unwrap_or(0)
    }

    /// The post a line belongs to.
    #[must_use]
    pub fn at_line(&self, line: usize) -> usize {
        let after = self.starts.partition_point(|start| *start <= line);
        after.saturating_sub(1).min(self.starts.len().saturating_sub(2))
    }

    fn height(&self) -> usize {
        usize::from(self.area.height).max(1)
    }

    /// `top`, moved as little as it takes to see a post.
    fn seen(&self, top: usize, at: usize) -> usize {
        let (start, end, height) = (self.start(at), self.start(at + 1), self.height());
        // The empty line below a post need not be seen.
        let end = end.saturating_sub(1).max(start);
        let (first, last) = (start.min(end.saturating_sub(height)), start.max(end.saturating_sub(height)));
        top.clamp(first, last).min(self.len().saturating_sub(height))
    }
}

impl Reader {
    /// Turns to a thread, and to one of its replies if one is meant.
    pub fn turn_to(&mut self, thread: i64, reply: Option<i64>) {
        self.goto = reply;
        self.missing = false;
        if self.wanted != Some(thread) {
            self.wanted = Some(thread);
            self.at = 0;
            self.top = 0;
        } else if let Some(at) = reply.and_then(|id| self.entries.iter().position(|e| e.reply == Some(id))) {
            self.at = at;
        }
    }

    /// No thread is read any more.
    pub fn empty(&mut self) {
        *self = Self { for_whom: self.for_whom.take(), ..Self::default() };
    }

    /// The thread is gone.
    pub fn gone(&mut self) {
        let wanted = self.wanted;
        self.empty();
        (self.wanted, self.missing) = (wanted, true);
    }

    /// Puts in what was read, keeping the selection on the same post.
    pub fn load(&mut self, view: ThreadView) {
        let same = self.view.as_ref().is_some_and(|old| old.id == view.id);
        let kept = self.entries.get(self.at).map(|entry| entry.reply).filter(|_| same);
        self.entries = posts(&view);
        self.view = Some(view);
        self.missing = false;
        self.shown.starts = Arc::default();
        let wish = self.goto.take().map(Some).or(kept);
        let place = wish.and_then(|reply| self.entries.iter().position(|entry| entry.reply == reply));
        let newest =
            |whom: &String| self.entries.iter().filter(|entry| entry.to == *whom).max_by_key(|e| e.reply);
        let answer = self.for_whom.as_ref().and_then(newest).map_or(Some(None), |entry| Some(entry.reply));
        let answer = answer.and_then(|reply| self.entries.iter().position(|entry| entry.reply == reply));
        let else_at = if same { self.at } else { answer.unwrap_or(0) };
        self.at = place.unwrap_or(else_at).min(self.entries.len().saturating_sub(1));
    }

    /// Whether a reply belongs to the thread.
    #[must_use]
    pub fn holds(&self, reply: i64) -> bool {
        self.entries.iter().any(|entry| entry.reply == Some(reply))
    }

    /// The selected post.
    #[must_use]
    pub fn selected(&self) -> Option<Post> {
        // Until the thread that was turned to is read, the one before is shown; nothing is done to it.
        let view = self.view.as_ref().filter(|view| self.wanted == Some(view.id))?;
        let entry = self.entries.get(self.at)?;
        Some(Post {
            thread: view.id,
            reply: entry.reply,
            author: entry.author.clone(),
            name: entry.name.clone(),
            said: entry.said.clone(),
        })
    }

    /// What is seen of it there: the posts are measured, unless they were for the frame before.
    #[must_use]
    pub fn show(&self, area: Rect) -> Shown {
        let starts = if self.shown.area.width == area.width && !self.shown.starts.is_empty() {
            self.shown.starts.clone()
        } else {
            let mut starts = Vec::with_capacity(self.entries.len() + 1);
            let mut line = 0;
            for entry in &self.entries {
                starts.push(line);
                line += entry.lines(area.width).len() + 2;
            }
            starts.push(line);
            Arc::new(starts)
        };
        let shown = Shown { area, top: 0, starts };
        Shown { top: shown.seen(self.top, self.at), ..shown }
    }

    /// This is on the screen now.
    pub fn drew(&mut self, shown: Shown) {
        self.top = shown.top;
        self.shown = shown;
    }

    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Moves for a moving action; whether it was one.
    pub fn act(&mut self, act: Act) -> bool {
        let last = self.entries.len().saturating_sub(1);
        let (shown, top, height) = (&self.shown, self.top, self.shown.height());
        let page = height.saturating_sub(2).max(1);
        let end = shown.start(self.at + 1).saturating_sub(1);
        match act {
            Act::Down if end > top + height => self.top = top + STEP,
            Act::Down => self.at = (self.at + 1).min(last),
            Act::Up if shown.start(self.at) < top => self.top = top.saturating_sub(STEP),
            Act::Up => self.at = self.at.saturating_sub(1),
            Act::PageDown => {
                let before = self.at;
                self.at = shown.at_line(top + height + page - 1).max(self.at);
                if end <= top + height && self.at == before {
                    self.at = (before + 1).min(last);
                }
                self.top = top + page;
            }
            Act::PageUp => {
                self.at = shown.at_line(top.saturating_sub(page)).min(self.at);
                self.top = top.saturating_sub(page);
            }
            Act::Top => {
                (self.at, self.top) = (0, 0);
            }
            Act::Bottom => {
                (self.at, self.top) = (last, shown.len());
            }
            _ => return false,
        }
        true
    }

    /// Selects the post shown at a row of the screen.
    pub fn click(&mut self, y: u16) {
        let Shown { area, .. } = self.shown;
        if (area.top()..area.bottom()).contains(&y) {
            self.at = self.shown.at_line(self.top + usize::from(y - area.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::reply;
    use super::*;
    use crate::domain::Stamp;
    use crate::protocol::ReplyView;

    fn reader(replies: Vec<ReplyView>) -> Reader {
        let mut reader = Reader::default();
        reader.turn_to(1, None);
        reader.load(ThreadView {
            id: 1,
            author_bot_id: "ada_001".into(),
            title: "t".into(),
            content: "opening".into(),
            tags: vec![],
            created_at: Stamp::default(),
            vote_score: 0,
            replies,
            author_name: "Ada".into(),
            pinned: false,
        });
        reader
    }

    /// Draws it with lines of 40 cells; answers what is seen.
    fn draw(reader: &mut Reader, height: u16) -> Shown {
        let shown = reader.show(Rect::new(0, 0, 40, height));
        reader.drew(shown.clone());
        shown
    }

    #[test]
    fn walking_down_shows_every_line_once_and_up_again() {
        let mut reader = reader((1..60).map(|id| reply(id, (id % 3 == 0).then_some(id - 1))).collect());
        let mut seen = vec![false; 20_000];
        for _ in 0..2_000 {
            let shown = draw(&mut reader, 8);
            (shown.top..(shown.top + 8).min(shown.len())).for_each(|line| seen[line] = true);
            reader.act(Act::Down);
        }
        assert_eq!(reader.at, 59);
        // The empty line below each post may be passed over, nothing else.
        let shown = draw(&mut reader, 8);
        (1..=60).for_each(|at| seen[shown.start(at) - 1] = true);
        assert!(seen[..shown.len()].iter().all(|seen| *seen));
        for _ in 0..2_000 {
            reader.act(Act::Up);
            draw(&mut reader, 8);
        }
        assert_eq!((reader.at, reader.top), (0, 0));
    }

    #[test]
    fn pages_reach_the_end_and_the_beginning() {
        let mut reader = reader((1..60).map(|id| reply(id, None)).collect());
        for act in [Act::PageDown, Act::PageUp] {
            for _ in 0..300 {
                draw(&mut reader, 10);
                reader.act(act);
            }
            assert_eq!(reader.at, if act == Act::PageDown { 59 } else { 0 });
        }
    }

    #[test]
    fn news_leave_the_selection_on_its_post() {
        let mut reader = reader(vec![reply(1, None), reply(2, None)]);
        reader.at = 2;
        let mut view = reader.view.clone().unwrap();
        view.replies.push(reply(3, Some(1)));
        reader.load(view);
        assert_eq!(reader.selected().unwrap().reply, Some(2));
        reader.turn_to(1, Some(3));
        assert_eq!(reader.selected().unwrap().reply, Some(3));
    }
}
