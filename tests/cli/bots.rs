//! Managing bots, and everything a bot file can get wrong.

use super::room::Room;

const GOOD: &str = "bot:\n  id: tess_001\n  name: Tess\n  personality:\n    traits: [bold, kind]\n";

/// What is wrong, the file, where, and words of the complaint.
const BAD: &[(&str, &str, &str, &str)] = &[
    ("empty", "", "1:1", "empty"),
    ("only a comment", "# nothing\n", "1:1", "empty"),
    ("no mapping", "- a\n- b\n", "1:1", ""),
    ("a tab", "bot:\n\tid: x\n", "2:", ""),
    ("an open quote", "bot:\n  id: \"x\n  name: X\n", "", ""),
    ("an open list", "bot:\n  id: x\n  name: X\n  personality:\n    traits: [a, b\n", "", ""),
    (
        "an unknown section",
        "bot:\n  id: x\n  name: X\n  personalty:\n    traits: [a]\n",
        "4:3",
        "personality",
    ),
    ("an unknown key", "bot:\n  id: x\n  name: X\n  personality:\n    trait: [a]\n", "5:5", "traits"),
    ("no id", "bot:\n  name: X\n  personality: {traits: [a]}\n", "2:3", "id"),
    ("no name", "bot:\n  id: x\n  personality: {traits: [a]}\n", "2:3", "name"),
    ("no traits", "bot:\n  id: x\n  name: X\n", "2:3", "traits"),
    ("traits that are none", "bot:\n  id: x\n  name: X\n  personality: {traits: []}\n", "4:", "traits"),
    (
        "too many traits",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a, b, c, d, e, f, g, h, i, j, k]}\n",
        "4:",
        "traits",
    ),
    ("a bad id", "bot:\n  id: X Y\n  name: X\n  personality: {traits: [a]}\n", "2:7", "id"),
    (
        "a long name",
        "bot:\n  id: x\n  name: Abcdefghijklmnopqrstuvwxyzabcdefg\n  personality: {traits: [a]}\n",
        "3:9",
        "name",
    ),
    (
        "a level too high",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  behavior:\n    shyness: 101\n",
        "6:14",
        "0 to 100",
    ),
    (
        "a level below",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  behavior:\n    shyness: -1\n",
        "6:14",
        "0 to 100",
    ),
    (
        "a word for a level",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  behavior:\n    shyness: meduim\n",
        "6:14",
        "medium",
    ),
    (
        "an unknown style",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  behavior:\n    engagement_style: activ\n",
        "6:23",
        "active",
    ),
    (
        "too hot",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  model:\n    temperature: 3\n",
        "6:18",
        "temperature",
    ),
    (
        "too short",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  model:\n    max_tokens: 5\n",
        "6:17",
        "max_tokens",
    ),
    (
        "an unknown tool",
        "bot:\n  id: x\n  name: X\n  personality: {traits: [a]}\n  permissions:\n    tools: [forun]\n",
        "6:",
        "forum",
    ),
    ("a key twice", "bot:\n  id: x\n  id: y\n  name: X\n  personality: {traits: [a]}\n", "3:3", "twice"),
    ("a list for a name", "bot:\n  id: x\n  name: [a]\n  personality: {traits: [a]}\n", "3:", "name"),
];

#[test]
fn every_bad_file_is_named_with_its_place() {
    let room = Room::new();
    for (what, text, place, words) in BAD {
        let file = room.write("bad.yaml", text);
        let done = room.run(&["bot", "validate", "bad.yaml"]);
        assert_eq!(done.code, 4, "{what}: {}{}", done.out, done.err);
        let place = format!("bad.yaml:{place}");
        let named = done.out.lines().any(|line| line.starts_with(&place) && line.contains(words));
        assert!(named, "{what}, expected at {place}: {}", done.out);
        std::fs::remove_file(file).unwrap();
    }
    room.write("bytes.yaml", b"bot:\n  id: \xff\xfe\n");
    assert_eq!(room.run(&["bot", "validate", "bytes.yaml", "missing.yaml"]).code, 4);
}

#[test]
fn a_bad_file_is_said_and_the_others_live() {
    let room = Room::new();
    // Where no file can be used there is nobody to live.
    room.write("bots/bad.yaml", BAD[0].1);
    room.run(&["beat", "--count", "1"]).fails(4, &["bots/bad.yaml"]);
    assert!(!room.database().exists(), "nothing was begun");

    room.write("bots/tess.yaml", GOOD);
    room.write("bots/vic.yml", GOOD.replace("tess_001", "vic_001").replace("Tess", "Vic"));
    std::fs::remove_file(room.path().join("bots/bad.yaml")).unwrap();
    room.run(&["beat", "--count", "2"]).ok();
    for (what, text, _, words) in BAD {
        room.write("bots/bad.yaml", text);
        let done = room.run(&["beat", "--count", "1"]);
        assert!(done.err.contains("bots/bad.yaml") && done.err.contains(words), "{what}: {}", done.err);
        done.ok();
    }
    let checked = room.run(&["check"]);
    assert!(checked.code == 1 && checked.out.contains("bots/bad.yaml"), "{}", checked.out);
    // A second file of the same bot, or of the same name, is the bad one.
    for text in [GOOD.to_owned(), GOOD.replace("tess_001", "other_001").replace("Tess", "TESS")] {
        room.write("bots/z.yaml", text);
        let done = room.run(&["beat", "--count", "1"]);
        assert!(done.err.contains("bots/z.yaml") && done.err.contains("bots/tess.yaml"), "{}", done.err);
        done.ok();
    }
    // Whose file is damaged stays; whose file is gone leaves.
    std::fs::remove_file(room.path().join("bots/z.yaml")).unwrap();
    room.write("bots/vic.yml", "bot: [\n");
    room.run(&["beat", "--count", "1"]).ok();
    assert!(room.run(&["bot", "list"]).ok().contains("vic_001"));
    std::fs::remove_file(room.path().join("bots/vic.yml")).unwrap();
    std::fs::remove_file(room.path().join("bots/bad.yaml")).unwrap();
    room.run(&["beat", "--count", "1"]).ok();
    assert!(!room.run(&["bot", "list"]).ok().contains("vic_001"));
}

#[test]
fn bots_are_added_shown_edited_paused_reset_and_removed() {
    let room = Room::new();
    room.beat(7, 6);
    let tess = room.write("tess.yaml", GOOD);
    assert!(room.run(&["bot", "validate", "tess.yaml"]).ok().contains("ok"));
    room.run(&["bot", "add", tess.to_str().unwrap()]).ok();
    room.run(&["bot", "add", tess.to_str().unwrap()]).fails(1, &["tess_001"]);
    let list = room.run(&["bot", "list"]).ok();
    assert_eq!(list.lines().count(), 8, "{list}");
    assert!(list.contains("tess_001") && list.contains("custom"), "{list}");

    let yaml = room.run(&["bot", "show", "tess_001", "--yaml"]).ok();
    room.write("again.yaml", &yaml);
    assert!(room.run(&["bot", "validate", "again.yaml"]).ok().contains("Tess"));

    let edit =
        &["bot", "edit", "tess_001", "-k", "behavior.shyness=66", "--token-cap", "500", "--bot-pace", "fast"];
    assert!(room.run(edit).ok().contains("behavior.shyness: 30 → 66"));
    let shown = room.run(&["bot", "show", "tess_001", "--json"]).json();
    assert_eq!(shown["config"]["personality_config"]["behavior"]["shyness"], 66);
    assert_eq!(shown["config"]["cost_caps"]["daily_token_cap"], 500);
    assert_eq!(shown["bot"]["pace_seconds"], 900);
    room.run(&["bot", "edit", "tess_001", "-k", "behavior.shyness=200"])
        .fails(1, &["behavior.shyness", "100"]);
    room.run(&["bot", "edit", "tess_001", "-k", "shyness=2"]).fails(2, &["SECTION.KEY"]);

    // Nothing is stored before everything that was given is read.
    let half: [(&[&str], &str); 5] = [
        (&["--bot-pace", "nonsense"], "must be slow, normal, fast, turbo"),
        (&["--bot-pace", "0"], "1 to 604800"),
        (&["--token-cap", "-5"], "0 or more"),
        (&["--cost-cap", "nan"], "0 or more"),
        (&["-k", "personality.traits=[bold, kind"], "YAML cannot read the value"),
    ];
    for (flags, why) in half {
        let edit = [&["bot", "edit", "tess_001", "-k", "behavior.shyness=11"], flags].concat();
        room.run(&edit).fails(2, &[why]);
    }
    room.run(&["bot", "edit", "tess_001", "-k", "personality.communication_style=plain # short"])
        .fails(2, &["# begins a comment", "quotes"]);
    let shown = room.run(&["bot", "show", "tess_001", "--json"]).json();
    assert_eq!(shown["config"]["personality_config"]["behavior"]["shyness"], 66);

    room.run(&["bot", "edit", "ada_001", "-k", "behavior.shyness=90"]).ok();
    room.run(&["bot", "pause", "ada_001", "luna_001"]).ok();
    assert!(room.run(&["bot", "list"]).ok().contains("paused"));
    room.run(&["bot", "resume", "luna_001"]).ok();
    room.run(&["bot", "reset", "ada_001"]).ok();
    let ada = room.run(&["bot", "show", "ada_001", "--json"]).json();
    assert_eq!(
        (&ada["config"]["personality_config"]["behavior"]["shyness"], &ada["bot"]["is_paused"]),
        (&20.into(), &true.into())
    );

    room.run(&["bot", "remove", "ada_001"]).fails(1, &["ada_001"]);
    room.run(&["bot", "remove", "tess_001"]).ok();
    room.run(&["bot", "show", "tess_001"]).fails(1, &["tess_001"]);
    room.run(&["bot", "pause", "nobody_1"]).fails(1, &["nobody_1"]);
}

#[test]
fn a_changed_file_waits_for_a_decision() {
    let room = Room::new();
    room.write("bots/tess.yaml", GOOD);
    room.beat(7, 1);
    room.write("bots/tess.yaml", GOOD.replace("bold", "shy"));
    room.beat(7, 1);
    assert!(room.run(&["bot", "list"]).ok().contains("changed"));
    assert!(room.run(&["bot", "show", "tess_001", "--yaml"]).ok().contains("bold"));
    room.run(&["bot", "yaml", "tess_001", "take"]).ok();
    assert!(room.run(&["bot", "show", "tess_001", "--yaml"]).ok().contains("shy"));
    assert!(!room.run(&["bot", "list"]).ok().contains("changed"));
}

#[test]
fn personas_are_made_by_seed_into_files_or_the_society() {
    let room = Room::new();
    room.run(&["bot", "generate", "8", "--seed", "5", "-o", "a"]).ok();
    room.run(&["bot", "generate", "8", "--seed", "5", "-o", "b"]).ok();
    let read = |dir: &str| {
        let mut files: Vec<_> =
            std::fs::read_dir(room.path().join(dir)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(read("a").len(), 8);
    assert_eq!(read("a"), read("b"));
    room.run(&["bot", "generate", "8", "--seed", "5", "-o", "a"]).fails(1, &["already"]);
    let files: Vec<String> = std::fs::read_dir(room.path().join("a"))
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    let args: Vec<&str> = ["bot", "validate"].into_iter().chain(files.iter().map(String::as_str)).collect();
    room.run(&args).ok();

    room.beat(7, 1);
    room.run(&["bot", "generate", "40", "--seed", "5"]).ok();
    assert_eq!(room.run(&["bot", "list"]).ok().lines().count(), 1 + 6 + 40);
    let report = room.run(&["beat", "--json", "--clock", "sim", "--seed", "7"]).json();
    assert_eq!(report["beats"], 46, "without a count every bot wakes once");
}
