//! Reading the stream.

use super::Handle;
use crate::protocol::{ActivityQuery, ActivityView, Fault, WhyView};
use crate::store::activities;

impl Handle {
    /// The stream, newest first; with `after_seq` oldest first from there.
    ///
    /// # Errors
    /// Database errors.
    pub async fn activity(&self, mut q: ActivityQuery) -> Result<Vec<ActivityView>, Fault> {
        if q.skip > 0 && q.bot_id.is_none() && q.action_type.is_none() {
            pass_over(&mut q, self.last_seq());
        }
        self.read(move |c| activities::page(c, &q)).await
    }

    /// The reason behind an act.
    ///
    /// # Errors
    /// 404.
    pub async fn why(&self, activity_id: i64) -> Result<WhyView, Fault> {
        match &self.past {
            Some((society, through)) if activity_id <= *through => {
                Ok(society.read(move |c| activities::why(c, activity_id)).await?)
            }
            _ => self.read(move |c| activities::why(c, activity_id)).await,
        }
    }
}

/// Turns `skip` into a place. The numbers of activities have no gaps and no row is ever deleted, so a deep
/// page need not count its way there.
fn pass_over(query: &mut ActivityQuery, newest: i64) {
    let skip = i64::from(std::mem::take(&mut query.skip));
    match &mut query.after_seq {
        Some(seq) => *seq = seq.saturating_add(skip),
        None => {
            let place = query.after.map_or(newest, |after| after.saturating_sub(1).min(newest));
            query.after = Some(place.saturating_sub(skip).saturating_add(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(skip: u32, after_seq: Option<i64>, after: Option<i64>) -> (Option<i64>, Option<i64>) {
        let mut query = ActivityQuery { skip, after_seq, after, ..ActivityQuery::default() };
        pass_over(&mut query, 100);
        assert_eq!(query.skip, 0);
        (query.after_seq, query.after)
    }

    #[test]
    fn passing_over_is_a_sum() {
        assert_eq!(passed(10, None, None), (None, Some(91)));
        assert_eq!(passed(10, None, Some(50)), (None, Some(40)));
        assert_eq!(passed(10, None, Some(5_000)), (None, Some(91)));
        assert_eq!(passed(10, Some(20), None), (Some(30), None));
        assert_eq!(passed(4_000_000, None, None).1.filter(|after| *after > 1), None, "nothing is left");
    }
}
