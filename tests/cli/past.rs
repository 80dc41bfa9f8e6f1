//! The past: a journal applied again, a fork, the difference of two time lines.

use std::path::Path;

use super::room::{Done, Room, botarium, done};

/// A command in another home.
fn at(home: &Path, args: &[&str]) -> Done {
    done(botarium().arg("--home").arg(home).args(args).current_dir(home))
}

#[test]
fn a_society_is_had_again_table_by_table() {
    let room = Room::new();
    room.beat(7, 60);
    room.run(&["bot", "edit", "ada_001", "-k", "behavior.shyness=90"]).ok();
    room.run(&["beat", "--clock", "sim", "--count", "20"]).ok();
    let told = room.run(&["replay", "--verify"]).ok();
    assert!(told.contains("every table is as it was"), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&room.run(&["replay", "--verify", "--json"]).ok()).unwrap();
    assert_eq!(json["different"], serde_json::json!([]));
    // What came from outside can be had as it came; nothing of it is secret.
    let entries = room.run(&["export", "journal", "--format", "jsonl"]).ok();
    let first: serde_json::Value = serde_json::from_str(entries.lines().next().unwrap()).unwrap();
    assert!(first["number"] == 1 && first["input"]["opened"].is_object(), "{first}");
    assert!(first["input"]["opened"]["room"]["secret"].is_null() && entries.lines().count() > 80);
    // Somebody who changes the past behind the journal's back is found out.
    let c = rusqlite::Connection::open(room.path().join("data/botarium.db")).unwrap();
    c.execute("UPDATE votes SET value = -value WHERE id = 1", []).unwrap();
    room.run(&["replay", "--verify"]).fails(1, &["votes"]);
}

#[test]
fn a_fork_with_nothing_changed_exports_what_the_original_exports() {
    let room = Room::new();
    room.beat(7, 100);
    let fork = room.path().join("same");
    room.run(&["fork", "--at", "70", "-o", "same", "--follow"]).ok();
    for kind in ["threads", "replies", "votes", "follows", "activity", "memories", "usage"] {
        let there = at(&fork, &["export", kind]).ok();
        assert_eq!(there, room.run(&["export", kind]).ok(), "{kind}");
    }
    let told = room.run(&["diff", ".", "same"]).ok();
    assert!(told.contains("one society until activity 70") && told.contains("no act differs"), "{told}");
    let check = at(&fork, &["check"]).ok();
    assert!(
        check.contains("it parted from another society") && check.contains("after activity 70"),
        "{check}"
    );
    at(&fork, &["beat", "--clock", "sim", "--count", "5"]).ok();
    room.run(&["fork", "--at", "70", "-o", "same"]).fails(2, &["same", "already"]);
}

#[test]
fn what_one_slider_changes_is_named() {
    let room = Room::new();
    room.beat(7, 100);
    room.write(
        "changes.yaml",
        "- set_config: {bot: rex_001, patch: {behavior: {aggression: 99, shyness: 0}}}\n",
    );
    room.run(&["fork", "--at", "40", "-o", "other", "--do", "changes.yaml", "--follow"]).ok();
    let told = room.run(&["diff", ".", "other"]).ok();
    assert!(
        told.contains("+ ")
            && told.contains("rex_001 config_updated aggression 60 → 99, shyness 10 → 0, by the fork"),
        "{told}"
    );
    assert!(told.contains("the first act that differs: activity"), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&room.run(&["diff", ".", "other", "--json"]).ok()).unwrap();
    assert_eq!(json["kin"], "lineage");
    assert!(json["first"]["acts"][0]["id"].as_i64().unwrap() > 40);
    // Two of one seed can be compared as well, two that have nothing in common cannot.
    let (twin, stranger) = (Room::new(), Room::new());
    twin.beat(7, 100);
    stranger.beat(8, 10);
    let with = |other: &Room| room.run(&["diff", ".", other.path().to_str().unwrap()]);
    assert!(with(&twin).ok().contains("two societies of one seed"));
    with(&stranger).fails(2, &["no common lineage"]);
}

#[test]
fn what_cannot_be_is_said_and_leaves_nothing_behind() {
    let room = Room::new();
    room.run(&["replay"]).fails(3, &["there is no society"]);
    room.beat(7, 20);
    room.run(&["fork", "--at", "9999", "-o", "new"]).fails(2, &["no activity 9999"]);
    room.write("bad.yaml", "- pause_bot: {bot: nobody}\n");
    room.run(&["fork", "-o", "new", "--do", "bad.yaml"]).fails(1, &["command 1", "nobody"]);
    assert!(!room.path().join("new").exists());
    room.write("worse.yaml", "- make_peace: {}\n");
    room.run(&["fork", "-o", "new", "--do", "worse.yaml"]).fails(2, &["worse.yaml", "make_peace"]);
}
