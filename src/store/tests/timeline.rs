use super::super::timeline::{marks, timeline};
use super::{Room, lens, stamp};
use crate::domain::Money;

fn room(acts: &[(i64, &str, &str, i64)]) -> Room {
    let room = Room::new();
    room.bot("a", "Ada");
    for (id, kind, at, tokens) in acts {
        room.act(*id, "a", kind, stamp(at));
        room.put("UPDATE activities SET tokens_used = ?2, cost = ?2 * 10 WHERE id = ?1", (id, tokens));
    }
    room
}

#[test]
fn a_stretch_is_told_step_by_step() {
    let now = lens().now;
    let at = |seconds: i64| now.plus_seconds(seconds).to_string();
    let times = [at(-7_200), at(-3_000), at(-2_990), at(-10), at(-5)];
    let room = room(&[
        (1, "reply", &times[0], 1_000),
        (2, "reply", &times[1], 7),
        (3, "vote", &times[2], 5),
        (4, "failed", &times[3], 3),
        (5, "config_updated", &times[4], 0),
    ]);
    let hour = timeline(&room, &lens(), 60, 0, 60).unwrap();
    assert_eq!((hour.step_seconds, hour.points.len(), hour.to), (60, 60, now));
    let sums = |of: &crate::protocol::Timeline| {
        of.points.iter().fold((0, 0, 0, 0), |sum, p| {
            (sum.0 + p.beats, sum.1 + p.posts, sum.2 + p.failed, sum.3 + p.tokens)
        })
    };
    assert_eq!(sums(&hour), (3, 1, 1, 15));
    assert_eq!((hour.points[10].beats, hour.points[10].cost_usd), (2, Money::from_nanos(120)));
    assert_eq!(hour.points[59].failed, 1);
    let told: Vec<_> = hour.marks.iter().map(|mark| (mark.activity_id, mark.bot_name.as_str())).collect();
    assert_eq!(told, [(5, "Ada")]);
    // All since the beginning is as long as the room is old; a stretch further back ends there.
    let all = timeline(&room, &lens(), 0, 0, 120).unwrap();
    assert_eq!((all.began, all.points.len()), (Some(now.plus_seconds(-7_200)), 120));
    assert_eq!(sums(&all).3, 1_015);
    assert_eq!(sums(&timeline(&room, &lens(), 60, 60, 60).unwrap()), (1, 1, 0, 1_000));
    // What was changed is told without them, too.
    assert_eq!(marks(&room, &lens(), 1).unwrap(), hour.into());
}

#[test]
fn the_newest_marks_of_a_stretch_are_told_in_their_order() {
    let now = lens().now;
    let at = |seconds: i64| now.plus_seconds(seconds).to_string();
    let kinds = ["config_updated", "event_injected", "reply"];
    // One act a second for five minutes, the last of them now.
    let times: Vec<String> = (0..300).map(|n| at(n - 299)).collect();
    let acts: Vec<_> =
        (0..300_usize).map(|n| (i64::try_from(n).unwrap() + 1, kinds[n % 3], times[n].as_str(), 0)).collect();
    let room = room(&acts);
    let told = |minutes, ago| -> Vec<i64> {
        timeline(&room, &lens(), minutes, ago, 2).unwrap().marks.iter().map(|mark| mark.activity_id).collect()
    };
    let marked = |acts: std::ops::RangeInclusive<i64>| acts.filter(|id| id % 3 != 0).collect::<Vec<_>>();
    assert_eq!(told(1, 0), marked(240..=299), "what is now has not been");
    assert_eq!(told(1, 2), marked(120..=179));
    assert_eq!(told(4, 0), marked(210..=299), "the newest sixty");
}

#[test]
fn a_room_where_nothing_happened_has_an_empty_stretch() {
    let nothing = timeline(&Room::new(), &lens(), 0, 0, 120).unwrap();
    assert_eq!((nothing.began, nothing.step_seconds, nothing.points.len()), (None, 1, 60));
    assert!(nothing.points.iter().all(|point| point.beats == 0) && nothing.marks.is_empty());
    assert_eq!(marks(&Room::new(), &lens(), 30).unwrap(), nothing.into());
}
