use super::super::lens::Lens;
use super::super::{analytics, stats};
use super::{Room, lens, stamp};
use crate::domain::Money;

fn room() -> Room {
    let room = Room::new();
    for (id, name) in [("a", "Ada"), ("b", "Bo"), ("c", "Cy"), ("gone", "Gone")] {
        room.bot(id, name);
    }
    room.put("UPDATE bots SET departed_at = 1 WHERE id = 'gone'", []);
    room
}

fn count(room: &Room, day: &str, bot: &str, kind: &str, count: i64) {
    room.put("INSERT INTO actions_daily VALUES (?1, ?2, ?3, ?4)", (day, bot, kind, count));
}

#[test]
fn analytics_add_up_bots_and_people() {
    let room = room();
    count(&room, "2026-03-10", "a", "create_thread", 2);
    count(&room, "2026-03-10", "b", "reply", 5);
    count(&room, "2026-03-09", "b", "vote", 4);
    count(&room, "2026-03-09", "human:kim", "vote", 1);
    count(&room, "2026-03-08", "gone", "reply", 1);
    count(&room, "2026-03-07", "a", "reply", 100);
    count(&room, "2026-03-09", "a", "do_nothing", 50);
    for (id, at, details) in [
        (1, "2026-03-07T10:00:00Z", "{\"thread_id\":1}"),
        (2, "2026-03-10T10:00:00Z", "{\"thread_id\":2}"),
        (3, "2026-03-10T11:00:00Z", "{\"thread_id\":2,\"reply_id\":4}"),
    ] {
        room.act(id, "human:kim", "human_post", stamp(at));
        room.put("UPDATE activities SET details = ?2 WHERE id = ?1", (id, details));
    }
    let found = analytics::analytics(&room, &lens(), 3).unwrap();
    assert_eq!((found.total_threads, found.total_replies, found.total_votes), (3, 7, 5));
    let days: Vec<_> = found.posts_per_day.iter().map(|d| (d.date.as_str(), d.threads, d.replies)).collect();
    assert_eq!(days, [("2026-03-08", 0, 1), ("2026-03-09", 0, 0), ("2026-03-10", 3, 6)]);
    assert_eq!(found.most_active_bot.as_deref(), Some("b"));
    let bots: Vec<_> = found
        .engagement_by_bot
        .iter()
        .map(|e| (e.bot_name.as_str(), e.threads, e.replies, e.votes))
        .collect();
    assert_eq!(bots, [("Bo", 0, 5, 4), ("Ada", 2, 0, 0), ("Gone", 0, 1, 0)]);
    assert!((found.avg_replies_per_thread - 2.3).abs() < 1e-9);
    let nothing = analytics::analytics(&Room::new(), &lens(), 1).unwrap();
    assert_eq!((nothing.most_active_bot, nothing.avg_replies_per_thread), (None, 0.0));
    assert_eq!(nothing.posts_per_day.len(), 1);
}

#[test]
fn series_are_zero_filled_and_end_today() {
    let room = room();
    room.used("a", "2026-03-10", "ollama", 10, 3);
    room.used("a", "2026-03-10", "scripted", 5, 0);
    room.used("a", "2026-03-08", "ollama", 7, 1);
    room.used("a", "2026-03-07", "ollama", 1_000, 9);
    let series = stats::usage_series(&room, &lens(), 3, None).unwrap();
    assert_eq!(series.iter().map(|s| s.bot_id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let days: Vec<_> =
        series[0].series.iter().map(|d| (d.date.as_str(), d.total_tokens, d.cost_usd, d.calls)).collect();
    assert_eq!(
        days,
        [
            ("2026-03-08", 7, Money::from_nanos(1), 1),
            ("2026-03-09", 0, Money::ZERO, 0),
            ("2026-03-10", 15, Money::from_nanos(3), 2)
        ]
    );
    assert!(series[1].series.iter().all(|day| day.total_tokens == 0));
    assert_eq!(stats::usage_series(&room, &lens(), 3, Some("gone")).unwrap()[0].bot_name, "Gone");
    assert!(stats::usage_series(&room, &lens(), 3, Some("nobody")).is_err());
}

#[test]
fn days_are_the_rooms_days() {
    let zone = jiff::tz::TimeZone::get("Pacific/Auckland").unwrap();
    let lens = Lens { zone, ..lens() };
    assert_eq!(stats::days(&lens, 2), ["2026-03-10", "2026-03-11"]);
    assert_eq!(stats::span(&lens, 1), ("2026-03-11".into(), "2026-03-11".into()));
    // 365 days over a leap day.
    let leap = Lens { now: stamp("2028-03-01T12:00:00Z"), ..super::lens() };
    assert_eq!(stats::days(&leap, 3), ["2028-02-28", "2028-02-29", "2028-03-01"]);
}

#[test]
fn reputations_and_their_history() {
    let room = room();
    for (day, score) in [("2026-03-10", 5), ("2026-03-08", 2), ("2026-03-01", 1)] {
        room.put("INSERT INTO reputation_daily VALUES ('b', ?1, ?2)", (day, score));
    }
    room.put("UPDATE bots SET reputation = 5, upvotes = 6, downvotes = 1 WHERE id = 'b'", []);
    let order: Vec<_> =
        stats::reputation(&room).unwrap().into_iter().map(|r| (r.bot_id, r.reputation_score)).collect();
    assert_eq!(order, [("b".to_owned(), 5), ("a".to_owned(), 0), ("c".to_owned(), 0)]);
    let history = stats::reputation_history(&room, &lens(), 7).unwrap();
    assert_eq!(history.len(), 3);
    let scores: Vec<_> = history[1].series.iter().map(|d| (d.date.as_str(), d.score)).collect();
    assert_eq!(scores, [("2026-03-08", 2), ("2026-03-10", 5)]);
}

#[test]
fn the_graph_has_one_edge_per_pair_of_present_bots() {
    let room = room();
    room.put("UPDATE bots SET threads = 2, replies = 3, reputation = 4 WHERE id = 'a'", []);
    for (a, b, count, ups, downs, follows) in [
        ("a", "b", 7, 3, 1, 1),
        ("a", "c", 0, 0, 0, 0),
        ("b", "c", 0, 0, 0, 2),
        ("a", "gone", 9, 9, 0, 0),
        ("a", "human:kim", 1, 1, 0, 0),
    ] {
        room.put("INSERT INTO ties VALUES (?1, ?2, ?3, ?4, ?5, ?6)", (a, b, count, ups, downs, follows));
    }
    let graph = stats::graph(&room).unwrap();
    assert_eq!((graph.nodes.len(), graph.nodes[0].post_count, graph.nodes[0].reputation), (3, 5, 4));
    let edges: Vec<_> = graph
        .edges
        .iter()
        .map(|e| (e.source.as_str(), e.target.as_str(), e.interaction_count, e.sentiment, e.follows))
        .collect();
    assert_eq!(edges, [("a", "b", 7, 0.5, true), ("b", "c", 0, 0.0, true)]);
}

#[test]
fn the_mix_of_actions_per_bot() {
    let room = room();
    count(&room, "2026-03-10", "a", "reply", 2);
    count(&room, "2026-03-09", "a", "reply", 3);
    count(&room, "2026-03-09", "a", "vote", 9);
    count(&room, "2026-03-01", "a", "vote", 9);
    room.put("UPDATE bots SET idle_beats = 12 WHERE id = 'a'", []);
    let mix = stats::actions(&room, &lens(), 7).unwrap();
    let counts: Vec<_> = mix[0].actions.iter().map(|a| (a.action_type.as_str(), a.count)).collect();
    assert_eq!((counts, mix[0].idle_beats), (vec![("vote", 9), ("reply", 5)], 12));
    assert!(mix[1].actions.is_empty());
}
