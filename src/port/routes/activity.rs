//! Tag `activity`: what happened, and why.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Routes, handlers};
use crate::port::extract::{At, Bounded, Params, Skip};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{ActivityQuery, ActivityView, WhyView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(activity)).routes(handlers!(why))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// How many to pass over.
    #[serde(default)]
    #[param(inline, required = false)]
    skip: Skip,
    /// How many at most.
    #[serde(default)]
    #[param(inline, required = false)]
    limit: Bounded<1, 200, 20>,
    /// Only this actor's.
    bot_id: Option<String>,
    /// Only of this type.
    action_type: Option<String>,
    /// Oldest first, everything after this sequence number: what a viewer that was away has missed.
    after_seq: Option<i64>,
    /// Newest first, only rows before this id: the cheap way to page.
    after: Option<i64>,
}

/// The stream of what happened
///
/// Newest first; with `after_seq` oldest first.
#[utoipa::path(get, path = "/api/activity", tag = "activity", params(ListParams),
    responses((status = 200, body = [ActivityView])))]
async fn activity(State(port): State<Port>, Params(q): Params<ListParams>) -> Answer<Vec<ActivityView>> {
    let mut query = ActivityQuery {
        skip: q.skip.0,
        limit: q.limit.0,
        bot_id: q.bot_id.filter(|id| !id.is_empty()),
        action_type: q.action_type.filter(|kind| !kind.is_empty()),
        after_seq: q.after_seq,
        after: q.after,
    };
    if query.skip > 0 && query.bot_id.is_none() && query.action_type.is_none() {
        pass_over(&mut query, port.engine().last_seq());
    }
    Ok(Json(port.engine().activity(query).await?))
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

/// Why it happened
///
/// The prompt's sections with their tokens, the memories recalled with their scores, every exchange with the
/// model, repairs, latency and cost.
#[utoipa::path(get, path = "/api/activity/{id}/why", tag = "activity",
    params(("id" = i64, Path, description = "Activity id")), responses((status = 200, body = WhyView)))]
async fn why(State(port): State<Port>, At(id): At<i64>) -> Answer<WhyView> {
    Ok(Json(port.engine().why(id).await?))
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
