//! Which model chose an act, for the lines of the stream that have room for it.
//!
//! A row of the stream does not say it: it stands in the record behind the act. So it is read for the lines that were
//! drawn without it, a few at a tick, and never twice.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Models known at most; those of the oldest acts are let go.
const KEEP: usize = 2_000;

/// The models of acts.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// By act. Without a name where it was asked for and is not read yet, or no model was asked.
    known: BTreeMap<i64, String>,
    /// Acts drawn last that had room for it, newest first.
    drawn: RefCell<Vec<i64>>,
}

impl Models {
    /// The model of an act that is drawn with room for it, where it is known.
    #[must_use]
    pub fn shown(&self, act: i64) -> Option<&str> {
        let known = self.known.get(&act);
        if known.is_none() {
            self.drawn.borrow_mut().push(act);
        }
        known.map(String::as_str).filter(|model| !model.is_empty())
    }

    /// A frame begins: what was drawn before counts no longer.
    pub fn begin_frame(&self) {
        self.drawn.borrow_mut().clear();
    }

    /// The acts to be asked about, at most so many; they are not asked about again.
    pub fn ask(&mut self, most: usize) -> Vec<i64> {
        let mut asked = std::mem::take(self.drawn.get_mut());
        asked.retain(|act| !self.known.contains_key(act));
        asked.truncate(most);
        self.known.extend(asked.iter().map(|act| (*act, String::new())));
        asked
    }

    /// What was read.
    pub fn note(&mut self, act: i64, model: &str) {
        self.known.insert(act, crate::domain::text::clean_line(model, 60));
        while self.known.len() > KEEP {
            self.known.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_drawn_act_is_asked_about_once_and_a_few_at_a_time() {
        let mut models = Models::default();
        let draw = |models: &Models| {
            models.begin_frame();
            [9, 8, 7].into_iter().filter_map(|act| models.shown(act).map(str::to_owned)).collect::<Vec<_>>()
        };
        assert!(draw(&models).is_empty() && draw(&models).is_empty());
        assert_eq!(models.ask(2), [9, 8]);
        assert!(draw(&models).is_empty());
        models.note(9, "llama3.2");
        assert_eq!((draw(&models), models.ask(2)), (vec!["llama3.2".to_owned()], vec![7]));
        draw(&models);
        assert!(models.ask(2).is_empty());
    }

    #[test]
    fn of_many_acts_the_newest_are_known() {
        let mut models = Models::default();
        (1..=KEEP as i64 + 5).for_each(|act| models.note(act, "m"));
        assert_eq!((models.known.len(), models.shown(5)), (KEEP, None));
        assert_eq!(models.shown(KEEP as i64 + 5), Some("m"));
    }
}
