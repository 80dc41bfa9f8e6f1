//! Days roll over at local midnight, whatever the clocks do that night.

use botarium::domain::Stamp;
use botarium::engine::clock::Clock;
use botarium::protocol::{Period, SetCaps, Status};
use jiff::tz::TimeZone;

use super::model::{Model, Reply};
use super::society::Society;

fn at(text: &str) -> Stamp {
    text.parse().unwrap()
}

/// A bot that can afford one call a day; `times` are moments in UTC with the local day they belong to.
async fn one_call_a_day(zone: &str, times: &[(&str, &str)]) {
    let zone = TimeZone::get(zone).unwrap();
    let clock = Clock::simulated_in(at(times[0].0), zone);
    let model = Model::start(|_| Reply::quiet().counted(900, 100)).await;
    let inner = clock.clone();
    let society = Society::begin(&model.address(), 1, |s| s.clock = inner).await;
    let mut day = "";
    let mut calls = 0;
    for (moment, local) in times {
        clock.advance(at(moment));
        // Enough for what was used before today's call, and not for another.
        let cap = if *local == day { 1_000 } else { 100_000 };
        let caps = SetCaps { daily_token_cap: Some(Some(cap)), daily_cost_cap_usd: None };
        society.handle.set_caps("b01", caps).await.unwrap();
        let fresh = *local != day;
        if fresh {
            // What was used yesterday does not hold it today.
            assert_eq!(society.handle.bot("b01").await.unwrap().status, Status::Active, "{moment}");
        }
        society.handle.trigger("b01").await.unwrap();
        calls += usize::from(fresh);
        assert_eq!(model.calls().len(), calls, "{moment} is on {local}");
        assert_eq!(society.texts("SELECT max(day) FROM usage_daily"), [*local], "{moment}");
        let report = society.handle.usage(Period::Daily).await.unwrap();
        assert_eq!((report.bots[0].date.as_str(), report.total_tokens), (*local, 1_000), "{moment}");
        day = local;
    }
    assert_eq!(society.number("SELECT count(*) FROM usage_daily") as usize, calls);
    society.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_short_day_in_berlin_has_23_hours() {
    one_call_a_day(
        "Europe/Berlin",
        &[
            ("2026-03-28T22:59:59Z", "2026-03-28"),
            ("2026-03-28T23:00:00Z", "2026-03-29"),
            ("2026-03-29T01:30:00Z", "2026-03-29"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_long_day_in_berlin_has_25_hours() {
    one_call_a_day(
        "Europe/Berlin",
        &[
            ("2026-10-24T21:59:59Z", "2026-10-24"),
            ("2026-10-24T22:00:00Z", "2026-10-25"),
            ("2026-10-25T00:30:00Z", "2026-10-25"),
            ("2026-10-25T01:30:00Z", "2026-10-25"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
        ],
    )
    .await;
}

/// In Asunción the clocks went from 23:59:59 to 01:00 on 2023-10-01: there was no midnight.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_midnight_begins_at_one() {
    one_call_a_day(
        "America/Asuncion",
        &[
            ("2023-10-01T03:59:59Z", "2023-09-30"),
            ("2023-10-01T04:00:00Z", "2023-10-01"),
            ("2023-10-02T02:59:59Z", "2023-10-01"),
            ("2023-10-02T03:00:00Z", "2023-10-02"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capped_bot_tells_the_local_moment_of_the_reset() {
    for (zone, now, told) in [
        ("Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-30 00:00 CEST"),
        ("Europe/Berlin", "2026-10-24T23:30:00Z", "2026-10-26 00:00 CET"),
        ("America/Asuncion", "2023-09-30T20:00:00Z", "2023-10-01 01:00 -03"),
    ] {
        let clock = Clock::simulated_in(at(now), TimeZone::get(zone).unwrap());
        let model = Model::start(|_| Reply::quiet()).await;
        let society = Society::begin(&model.address(), 1, |s| s.clock = clock).await;
        let caps = SetCaps { daily_token_cap: Some(Some(0)), daily_cost_cap_usd: None };
        society.handle.set_caps("b01", caps).await.unwrap();
        let reason = society.handle.bot("b01").await.unwrap().status_reason.unwrap();
        assert!(reason.contains(told), "{reason}");
    }
}

/// A call that begins before midnight and ends after it is charged to the day it began on.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_midnight_belongs_to_the_day_it_began() {
    let clock = Clock::simulated_in(at("2026-03-29T21:59:00Z"), TimeZone::get("Europe/Berlin").unwrap());
    let model = Model::start(|_| Reply::quiet().held()).await;
    let inner = clock.clone();
    let society = Society::begin(&model.address(), 1, |s| s.clock = inner).await;
    let handle = society.handle.clone();
    let beat = tokio::spawn(async move { handle.trigger("b01").await.unwrap() });
    model.arrived(1).await;
    clock.advance(at("2026-03-29T22:05:00Z"));
    model.let_go(1);
    beat.await.unwrap();
    assert_eq!(society.texts("SELECT day FROM usage_daily"), ["2026-03-29"]);
    assert_eq!(
        society.texts("SELECT day FROM actions_daily WHERE action_type = 'do_nothing'"),
        ["2026-03-29"]
    );
    society.assert_sound();
}
