use super::super::{books, bots, follows, lens, names, usage};
use super::{Room, lens, stamp};
use crate::domain::Money;
use crate::domain::status::{Bound, RoomCaps};
use crate::protocol::{EngineState, Period, Status};
use crate::store::StoreError;

fn status(room: &Room, id: &str) -> (Status, String) {
    let bot = bots::one(room, &lens(), id).unwrap();
    (bot.status, bot.status_reason.unwrap_or_default())
}

#[test]
fn a_bot_shows_its_row_its_status_and_its_flags() {
    let room = Room::new();
    room.bot("ada_001", "Ada");
    room.put(
        "UPDATE bots SET reputation = 3, upvotes = 5, downvotes = 2, followers = 1, following = 4, next_beat_at = 9, \
         pace_seconds = 60, yaml_pending = replace(config, 'Ada', 'Eve') WHERE id = 'ada_001'",
        [],
    );
    for kind in ["repetitive", "frequency"] {
        room.put(
            "INSERT INTO flags (bot_id, target_type, target_id, flag_type, flagged_by, reason, created_at) \
             VALUES ('ada_001', 'bot', 'ada_001', ?1, 'system', 'so', 1)",
            [kind],
        );
    }
    room.put("UPDATE flags SET resolved = 1 WHERE id = 1", []);
    let bot = bots::one(&room, &lens(), "ada_001").unwrap();
    assert_eq!((bot.reputation_score, bot.upvotes_received, bot.downvotes_received), (3, 5, 2));
    assert_eq!((bot.follower_count, bot.following_count, bot.unresolved_flags), (1, 4, 1));
    assert_eq!((bot.pace_seconds, bot.yaml_changed, bot.edited), (Some(60), true, false));
    assert_eq!((bot.status, bot.status_reason), (Status::Active, None));
    let config = bots::config(&room, &lens(), "ada_001").unwrap();
    assert_eq!(config.cost_caps.daily_token_cap, 1_000);
    assert!(!config.cost_caps.is_custom_token_cap);
    assert_eq!((&*config.personality_config.name, &*config.yaml_config.unwrap().name), ("Ada", "Eve"));
}

#[test]
fn an_edited_bot_is_known_by_its_values_not_by_spaces() {
    let room = Room::new();
    room.bot("ada_001", "Ada");
    room.put("UPDATE bots SET config = ' ' || config", []);
    assert!(!bots::one(&room, &lens(), "ada_001").unwrap().edited);
    room.put("UPDATE bots SET config = json_set(config, '$.behavior.shyness', 99)", []);
    assert!(bots::one(&room, &lens(), "ada_001").unwrap().edited);
}

#[test]
fn status_follows_the_books_of_today() {
    let room = Room::new();
    for (id, provider) in
        [("a", "default"), ("b", "scripted"), ("c", "default"), ("d", "default"), ("e", "default")]
    {
        room.bot_with(id, id, provider);
    }
    room.used("a", "2026-03-10", "ollama", 999, 0);
    room.used("b", "2026-03-10", "scripted", 50_000, 0);
    room.used("c", "2026-03-09", "ollama", 5_000, 0);
    assert_eq!(status(&room, "a").0, Status::Active);
    assert_eq!(status(&room, "b").0, Status::Active);
    assert_eq!(status(&room, "c").0, Status::Active);
    room.put(
        "INSERT INTO reservations (bot_id, day, provider, model, input, output, cost, priced, created_at) \
         VALUES ('a', '2026-03-10', 'ollama', 'm', 1, 0, 0, 1, 0)",
        [],
    );
    let (now, reason) = status(&room, "a");
    assert_eq!(now, Status::Capped);
    assert_eq!(
        reason,
        "its default cap of 1000 tokens a day leaves no room for another call (1000 used); it resets at 2026-03-11 00:00 UTC"
    );
    room.put("UPDATE bots SET cost_cap = 0 WHERE id = 'b'", []);
    assert_eq!(status(&room, "b").0, Status::Capped);
    room.put(
        "UPDATE bots SET failing = 'ollama refused the connection.', next_beat_at = ?1 WHERE id = 'd'",
        [stamp("2026-03-10T13:05:00Z").micros()],
    );
    assert_eq!(
        status(&room, "d"),
        (Status::Failing, "ollama refused the connection; next try at 2026-03-10 13:05 UTC".into())
    );
    room.put("UPDATE bots SET is_paused = 1 WHERE id IN ('d', 'e')", []);
    assert_eq!(status(&room, "d").0, Status::Paused);
    let counts = usage::counts(&room, &lens()).unwrap();
    assert_eq!((counts.bots, counts.paused, counts.capped, counts.failing), (5, 2, 2, 0));
    assert_eq!(counts.tokens, 50_999);
    let stopped = lens::Lens { engine: EngineState::Stopped, ..lens() };
    assert_eq!(bots::one(&room, &stopped, "d").unwrap().status, Status::Offline);
}

#[test]
fn what_the_default_caps_count_is_asked_of_the_kind_and_not_of_the_name() {
    let room = Room::new();
    room.bot("a", "A");
    room.bot("b", "B");
    // The embedded provider under another name, and another one under its name.
    room.charged("a", "2026-03-10", "calm", 1_000, 0, false);
    room.charged("b", "2026-03-10", "scripted", 1_000, 0, true);
    let spent = |bot| books::spent(&room, bot, "2026-03-10").unwrap();
    assert_eq!([spent("a").bound_tokens, spent("b").bound_tokens], [0, 1_000]);
    assert_eq!(books::spent_by_room(&room, "2026-03-10").unwrap().bound_tokens, 1_000);
    let lens = lens::Lens { bound: [("calm".to_owned(), Bound::OwnCaps)].into(), ..lens() };
    let status = |id| bots::one(&room, &lens, id).unwrap().status;
    assert_eq!((status("a"), status("b")), (Status::Active, Status::Capped));
    assert_eq!(usage::counts(&room, &lens).unwrap().capped, 1);
}

#[test]
fn a_bot_is_meant_by_its_name_where_no_other_bears_it() {
    let room = Room::new();
    for (id, name) in [
        ("ada_001", "Ada"),
        ("neil_001", "O'Neil"),
        ("luc_001", "Jean‑Luc"),
        ("sean_001", "Sean O’Casey"),
        ("mary-ann", "Mary"),
    ] {
        room.bot(id, name);
    }
    let meant = |named: &str| names::resolve_bot(&room, named).ok();
    for (named, id) in [
        ("ada_001", "ada_001"),
        ("ADA_001", "ada_001"),
        ("Ada", "ada_001"),
        (" @ada ", "ada_001"),
        ("Ada (ada_001)", "ada_001"),
        ("O’Neil", "neil_001"),
        ("@O‘neil", "neil_001"),
        ("Jean‑Luc", "luc_001"),
        ("Sean O'Casey", "sean_001"),
        ("mary\u{2010}ann", "mary-ann"),
        ("Mary\u{2011}Ann", "mary-ann"),
        ("@mary\u{2013}ann", "mary-ann"),
        ("Mary (mary\u{2212}ann)", "mary-ann"),
        ("Mary（mary-ann）", "mary-ann"),
    ] {
        assert_eq!(meant(named).as_deref(), Some(id), "{named}");
    }
    assert_eq!((meant("Nobody"), meant("")), (None, None));
    // The same to who reads it: not given again, and of two that have it already neither is meant.
    assert_eq!(names::named(&room, "O´Neil").unwrap().as_deref(), Some("neil_001"));
    room.bot("neil_002", "O’NEIL");
    assert_eq!((meant("O'Neil"), meant("neil_002").as_deref()), (None, Some("neil_002")));
    room.put("UPDATE bots SET departed_at = 1 WHERE id = 'neil_001'", []);
    assert_eq!(meant("O'Neil").as_deref(), Some("neil_002"));
}

#[test]
fn a_cap_that_is_too_small_for_a_call_shows_until_midnight() {
    let room = Room::new();
    room.bot("a", "A");
    room.put(
        "UPDATE bots SET gate = 'token_cap', last_beat_at = ?1",
        [stamp("2026-03-10T11:00:00Z").micros()],
    );
    assert_eq!(status(&room, "a").0, Status::Capped);
    assert_eq!(usage::counts(&room, &lens()).unwrap().capped, 1);
    room.put("UPDATE bots SET last_beat_at = ?1", [stamp("2026-03-09T23:59:00Z").micros()]);
    assert_eq!(status(&room, "a").0, Status::Active);
    let scripted = lens::Lens { provider: "scripted".into(), ..lens() };
    room.put("UPDATE bots SET last_beat_at = ?1", [stamp("2026-03-10T11:00:00Z").micros()]);
    assert_eq!(bots::one(&room, &scripted, "a").unwrap().status, Status::Active);
}

#[test]
fn the_rooms_caps_hold_everybody_who_costs() {
    let room = Room::new();
    room.bot("a", "A");
    room.bot_with("b", "B", "scripted");
    room.used("a", "2026-03-10", "ollama", 500, 0);
    let lens = lens::Lens { room: RoomCaps { tokens: Some(500), cost: None }, ..lens() };
    assert_eq!(bots::one(&room, &lens, "a").unwrap().status, Status::Capped);
    assert_eq!(bots::one(&room, &lens, "b").unwrap().status, Status::Active);
    assert_eq!(usage::counts(&room, &lens).unwrap().capped, 1);
}

#[test]
fn days_end_where_the_zone_says_also_when_clocks_change() {
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    // 2026-03-08 has 23 hours there.
    let before = lens::Lens { now: stamp("2026-03-08T04:59:00Z"), zone: zone.clone(), ..lens() };
    assert_eq!((before.day().as_str(), before.end_of_day()), ("2026-03-07", stamp("2026-03-08T05:00:00Z")));
    let short = lens::Lens { now: stamp("2026-03-08T05:00:00Z"), zone, ..lens() };
    assert_eq!((short.day().as_str(), short.end_of_day()), ("2026-03-08", stamp("2026-03-09T04:00:00Z")));
    // In Beirut the day of the change began at 01:00.
    let zone = jiff::tz::TimeZone::get("Asia/Beirut").unwrap();
    let odd = lens::Lens { now: stamp("2025-03-29T12:00:00Z"), zone, ..lens() };
    assert_eq!(odd.end_of_day(), stamp("2025-03-29T22:00:00Z"));
}

#[test]
fn pages_of_bots_neither_skip_nor_repeat() {
    let room = Room::new();
    for number in 0..25 {
        room.bot(&format!("b{number:02}"), "B");
    }
    room.put("UPDATE bots SET departed_at = 1 WHERE id = 'b07'", []);
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = bots::page(&room, &lens(), 0, 4, after.as_deref()).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.into_iter().map(|bot| bot.id));
    }
    assert_eq!(seen.len(), 24);
    assert!(seen.is_sorted_by(|a, b| a < b));
    assert_eq!(bots::page(&room, &lens(), 22, 10, None).unwrap().len(), 2);
    assert_eq!(bots::all(&room, &lens()).unwrap().len(), 24);
}

#[test]
fn unknown_bots_are_named() {
    let room = Room::new();
    let error = bots::one(&room, &lens(), "nobody").unwrap_err();
    let StoreError::Refused(fault) = error else { panic!("{error}") };
    assert_eq!((fault.kind.status(), fault.detail.as_str()), (404, "bot nobody does not exist"));
    assert!(bots::config(&room, &lens(), "nobody").is_err());
    assert!(bots::posts(&room, "nobody", 5).is_err());
    assert!(follows::followers(&room, "nobody").is_err());
    assert!(follows::follow_stats(&room, "nobody").is_err());
}

#[test]
fn posts_and_follows_are_listed() {
    let room = Room::new();
    room.bot("a", "A");
    room.bot("b", "B");
    room.thread(1, "a", "Tides", "Why twice a day?", 0, 1);
    room.reply(5, 1, "a", "Because of the moon.");
    room.thread(9, "a", "Hidden", "x", 0, 2);
    room.put("UPDATE threads SET deleted_at = 1 WHERE id = 9", []);
    let posts = bots::posts(&room, "a", 5).unwrap();
    let seen: Vec<_> =
        posts.iter().map(|p| (p.kind.as_str(), p.id, p.thread_id, p.content.as_str())).collect();
    assert_eq!(seen, [("reply", 5, 1, "Because of the moon."), ("thread", 1, 1, "Tides: Why twice a day?")]);
    assert_eq!(bots::posts(&room, "a", 1).unwrap().len(), 1);
    room.put("INSERT INTO follows VALUES ('a', 'b', 77)", []);
    let follow = &follows::followers(&room, "b").unwrap()[0];
    assert_eq!((follow.follower_id.as_str(), follow.created_at.micros()), ("a", 77));
    assert_eq!(follows::following(&room, "a").unwrap().len(), 1);
    assert!(follows::followers(&room, "a").unwrap().is_empty());
}

#[test]
fn usage_is_summed_per_period_and_keeps_those_who_left() {
    let room = Room::new();
    room.bot("a", "A");
    room.bot("b", "B");
    room.bot("gone", "Gone");
    room.put("UPDATE bots SET departed_at = 1 WHERE id = 'gone'", []);
    room.used("a", "2026-03-10", "ollama", 1_000, 5);
    room.used("a", "2026-03-04", "ollama", 10, 7);
    room.used("a", "2026-03-03", "ollama", 100, 11);
    room.used("gone", "2026-03-10", "ollama", 1, 0);
    room.put("UPDATE usage_daily SET priced = 0 WHERE bot_id = 'gone'", []);
    let day = usage::report(&room, &lens(), Period::Daily).unwrap();
    assert_eq!((day.total_tokens, day.total_cost_usd), (1_001, Money::from_nanos(5)));
    let ids: Vec<_> = day.bots.iter().map(|b| (b.bot_name.as_str(), b.total_tokens, b.unpriced)).collect();
    assert_eq!(ids, [("A", 1_000, false), ("B", 0, false), ("Gone", 1, true)]);
    assert!(day.bots[0].cap_exceeded && !day.bots[1].cap_exceeded);
    // A default cap does not bind the scripted provider, a bot's own does.
    assert!(day.bots[0].token_cap_binds && day.bots[1].token_cap_binds);
    room.put("UPDATE bots SET token_cap = 5 WHERE id = 'b'", []);
    let free =
        usage::report(&room, &lens::Lens { provider: "scripted".into(), ..lens() }, Period::Daily).unwrap();
    assert!(!free.bots[0].token_cap_binds && free.bots[1].token_cap_binds);
    let lens_of =
        |room| lens::Lens { bound: [("ollama".to_owned(), Bound::NotDefaultTokens)].into(), room, ..lens() };
    let local = usage::report(&room, &lens_of(RoomCaps::default()), Period::Daily).unwrap();
    assert!(!local.bots[0].token_cap_binds && local.bots[1].token_cap_binds && !local.bots[0].cap_exceeded);
    // The room's cap holds also what costs nothing, as the gate has it.
    let full = lens_of(RoomCaps { tokens: Some(1_000), cost: None });
    assert!(usage::report(&room, &full, Period::Daily).unwrap().bots[0].cap_exceeded);
    let week = usage::report(&room, &lens(), Period::Weekly).unwrap();
    assert_eq!((week.total_tokens, week.bots[0].date.as_str()), (1_011, "2026-03-04"));
    assert_eq!(usage::report(&room, &lens(), Period::Monthly).unwrap().total_tokens, 1_111);
}
