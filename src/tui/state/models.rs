//! Which model chose an act, for the lines of the stream that have room for it.
//!
//! A row of the stream does not say it: it stands in the record behind the act. So it is read for the lines that were
//! drawn without it, a few at a tick, and never twice.

use std::collections::BTreeMap;

/// Models known at most; those of the oldest acts are let go.
const KEEP: usize = 2_000;

/// The models of acts.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// By act. Without a name where it was asked for and is not read yet, or no model was asked.
    known: BTreeMap<i64, String>,
    /// Acts that are shown with room for it and without it, newest first.
    lacking: Vec<i64>,
}

impl Models {
    /// The model of an act, where it is known.
    #[must_use]
    pub fn of(&self, act: i64) -> Option<&str> {
        self.known.get(&act).map(String::as_str).filter(|model| !model.is_empty())
    }

    /// Whether the model of an act was never asked for.
    #[must_use]
    pub fn is_unasked(&self, act: i64) -> bool {
        !self.known.contains_key(&act)
    }

    /// These acts are shown with room for it, and without it; those before count no longer.
    pub fn lacks(&mut self, acts: Vec<i64>) {
        self.lacking = acts;
    }

    /// The acts to be asked about, at most so many; they are not asked about again.
    pub fn ask(&mut self, most: usize) -> Vec<i64> {
        let mut asked = std::mem::take(&mut self.lacking);
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
        let draw = |models: &mut Models| {
            models.lacks([9, 8, 7].into_iter().filter(|act| models.is_unasked(*act)).collect());
            [9, 8, 7].into_iter().filter_map(|act| models.of(act).map(str::to_owned)).collect::<Vec<_>>()
        };
        assert!(draw(&mut models).is_empty() && draw(&mut models).is_empty());
        assert_eq!(models.ask(2), [9, 8]);
        assert!(draw(&mut models).is_empty());
        models.note(9, "llama3.2");
        assert_eq!((draw(&mut models), models.ask(2)), (vec!["llama3.2".to_owned()], vec![7]));
        draw(&mut models);
        assert!(models.ask(2).is_empty());
    }

    #[test]
    fn of_many_acts_the_newest_are_known() {
        let mut models = Models::default();
        (1..=KEEP as i64 + 5).for_each(|act| models.note(act, "m"));
        assert_eq!((models.known.len(), models.of(5)), (KEEP, None));
        assert_eq!(models.of(KEEP as i64 + 5), Some("m"));
    }
}
