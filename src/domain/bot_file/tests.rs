mod written;

use serde_json::json;

use super::*;
use crate::domain::personality::{Behavior, Engagement, Identity, ModelConfig, Permissions};

const GOOD: &str = "\
bot:
  id: ada_001
  name: Ada
  identity:
    is_aware_ai: true
    origin_story: |
      Woke up in a library.

      Stayed.
  personality:
    traits: [curious, enthusiastic]
    communication_style: warm and quick
    interests: [tides, looms]
    quirks:
      - asks three questions in a row
  behavior:
    creativity_level: high
    engagement_style: reactive
    leadership_tendency: 25
  model:
    provider: mock
    temperature: 1
    max_tokens: 500
  permissions:
    tools: [forum]
    rate_limit: 10
";

/// `GOOD` with one line replaced by others.
fn with(line: &str, replacement: &str) -> String {
    assert!(GOOD.contains(line), "{line}");
    GOOD.replacen(line, replacement, 1)
}

fn problems(text: &str) -> Vec<String> {
    parse(text).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_file_is_read() {
    let bot = parse(GOOD).unwrap();
    assert_eq!((bot.id.as_str(), bot.name.as_str()), ("ada_001", "Ada"));
    assert_eq!(bot.identity.origin_story, "Woke up in a library.\n\nStayed.");
    assert_eq!(bot.personality.traits, ["curious", "enthusiastic"]);
    assert_eq!(bot.behavior.creativity_level, 75);
    assert_eq!(bot.behavior.engagement_style, Engagement::Reactive);
    assert_eq!(bot.behavior.aggression, 20, "a default");
    assert_eq!(bot.model.provider, "mock", "as it was written");
    assert_eq!(bot.permissions, Permissions { tools: vec!["forum".into()], rate_limit: Some(10.into()) });
    let bare =
        GOOD.lines().skip(1).map(|line| format!("{}\n", &line[line.len().min(2)..])).collect::<String>();
    assert_eq!(parse(&bare).unwrap(), bot, "without the top-level key");
    assert_eq!(parse_bytes(format!("\u{FEFF}{GOOD}").as_bytes()).unwrap(), bot);
    assert_eq!(parse(&GOOD.replace('\n', "\r\n")).unwrap(), bot);
}

#[test]
fn the_smallest_bot_has_the_defaults() {
    let bot = parse("id: x\nname: X\npersonality: {traits: [dry]}\nidentity:\n").unwrap();
    assert_eq!(bot.behavior, Behavior::default());
    assert_eq!(bot.model, ModelConfig::default());
    assert_eq!(bot.identity, Identity::default());
}

#[test]
fn the_shipped_bots_are_good_files() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/bots");
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let bot = parse_bytes(&std::fs::read(&path).unwrap());
        let bot = bot.unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
        assert_eq!(path.file_stem().unwrap().to_str(), Some(bot.id.as_str()));
        assert_eq!(parse(&to_yaml(&bot)), Ok(bot));
    }
}

/// One kind of mistake in each row: the file, and everything that is said about it.
#[test]
fn every_mistake_has_its_sentence() {
    let long = "x".repeat(31);
    let traits = ["a"; 11].join(", ");
    let table: Vec<(String, Vec<&str>)> = vec![
        (
            String::new(),
            vec![
                "line 1, column 1: the file is empty; a bot needs `id`, `name` and `personality.traits` under `bot:`",
            ],
        ),
        (
            "# nothing here\n".into(),
            vec![
                "line 1, column 1: the file is empty; a bot needs `id`, `name` and `personality.traits` under `bot:`",
            ],
        ),
        (
            "bot:\n".into(),
            vec!["line 1, column 1: bot is empty; a bot needs `id`, `name` and `personality.traits`"],
        ),
        (
            "- ada\n- marcus\n".into(),
            vec!["line 1, column 1: a bot file holds keys and values under `bot:`, not a list"],
        ),
        (
            "just words".into(),
            vec!["line 1, column 1: a bot file holds keys and values under `bot:`, not a text"],
        ),
        (
            format!("{GOOD}---\n{GOOD}"),
            vec!["line 27, column 1: a second document begins here; one file holds one document"],
        ),
        (with("  name: Ada\n", ""), vec!["line 2, column 3: name is missing"]),
        (with("  id: ada_001\n", ""), vec!["line 2, column 3: id is missing; an id looks like `ada_001`"]),
        (
            with("    traits: [curious, enthusiastic]\n", ""),
            vec!["line 10, column 3: personality.traits is missing; give one to ten words such as `curious`"],
        ),
        (
            with("id: ada_001", "id: Ada One"),
            vec![
                "line 2, column 7: id must be 1 to 64 lower-case letters, digits, `_` or `-`, not `Ada One`; try `ada_one`",
            ],
        ),
        (
            with("id: ada_001", "id: 17"),
            vec!["line 2, column 7: id must be a text, not 17; put it in quotes"],
        ),
        (
            with("name: Ada", "name: yes: no"),
            vec!["line 3, column 12: a colon too many; put a text that holds `: ` in quotes"],
        ),
        (with("name: Ada", "name: ''"), vec!["line 3, column 9: name is empty; give a text"]),
        (with("name: Ada", "name:"), vec!["line 3, column 3: name is empty; give a text"]),
        (
            with("name: Ada", &format!("name: {long}")),
            vec!["line 3, column 9: name has 31 characters; at most 30"],
        ),
        (
            with("name: Ada", "name: Ada\n  name: Eve"),
            vec!["line 4, column 3: name is given twice; first in line 3"],
        ),
        (
            with("    leadership_tendency: 25", "    leadership: 25"),
            vec!["line 19, column 5: behavior.leadership is unknown; did you mean `leadership_tendency`?"],
        ),
        (
            with("    leadership_tendency: 25", "    zeal: 25"),
            vec![
                "line 19, column 5: behavior.zeal is unknown; known here are creativity_level, engagement_style, \
             leadership_tendency, skepticism, aggression, shyness",
            ],
        ),
        (
            with("    leadership_tendency: 25", "    temperature: 1"),
            vec!["line 19, column 5: behavior.temperature does not belong here; it stands under `model`"],
        ),
        (
            with("  behavior:", "  behaviour:"),
            vec!["line 16, column 3: behaviour is unknown; did you mean `behavior`?"],
        ),
        (
            with(
                "  permissions:\n    tools: [forum]\n    rate_limit: 10\n",
                "permissions:\n  tools: [forum]\n",
            ),
            vec!["line 24, column 1: permissions belongs under `bot`; indent it"],
        ),
        (
            format!("{GOOD}extra: 1\n"),
            vec!["line 27, column 1: extra is unknown; only `bot` stands at the top"],
        ),
        (
            with("leadership_tendency: 25", "leadership_tendency: 101"),
            vec![
                "line 19, column 26: behavior.leadership_tendency must be a whole number from 0 to 100, not 101",
            ],
        ),
        (
            with("leadership_tendency: 25", "leadership_tendency: -1"),
            vec![
                "line 19, column 26: behavior.leadership_tendency must be a whole number from 0 to 100, not -1",
            ],
        ),
        (
            with("leadership_tendency: 25", "leadership_tendency: 25.5"),
            vec![
                "line 19, column 26: behavior.leadership_tendency must be a whole number from 0 to 100, not 25.5",
            ],
        ),
        (
            with("leadership_tendency: 25", "leadership_tendency: '25'"),
            vec![
                "line 19, column 26: behavior.leadership_tendency must be a whole number from 0 to 100, not the text \
             `25`; leave out the quotes",
            ],
        ),
        (
            with("creativity_level: high", "creativity_level: hgih"),
            vec![
                "line 17, column 23: behavior.creativity_level must be a whole number from 0 to 100, not the text `hgih`; \
             did you mean `high`?",
            ],
        ),
        (
            with("engagement_style: reactive", "engagement_style: reactiv"),
            vec![
                "line 18, column 23: behavior.engagement_style must be active, reactive or observer, not the text \
             `reactiv`; did you mean `reactive`?",
            ],
        ),
        (
            with("temperature: 1", "temperature: 3.5"),
            vec!["line 22, column 18: model.temperature must be a number from 0 to 2, not 3.5"],
        ),
        (
            with("temperature: 1", "temperature: .nan"),
            vec!["line 22, column 18: model.temperature must be a number from 0 to 2, not NaN"],
        ),
        (
            with("temperature: 1", "temperature: -.inf"),
            vec!["line 22, column 18: model.temperature must be a number from 0 to 2, not -inf"],
        ),
        (
            with("temperature: 1", "temperature: warm"),
            vec!["line 22, column 18: model.temperature must be a number from 0 to 2, not the text `warm`"],
        ),
        (
            with("max_tokens: 500", "max_tokens: 99"),
            vec!["line 23, column 17: model.max_tokens must be a whole number from 100 to 4096, not 99"],
        ),
        (
            with("provider: mock", "provider: my provider"),
            vec![
                "line 21, column 15: model.provider must be `default` or the name of a provider, not the text `my provider`",
            ],
        ),
        (
            with("is_aware_ai: true", "is_aware_ai: yes"),
            vec!["line 5, column 18: identity.is_aware_ai must be true or false, not the text `yes`"],
        ),
        (
            with("tools: [forum]", "tools: [forum, websearch]"),
            vec![
                "line 25, column 12: permissions.tools may hold forum and web_search, not `websearch`; did you mean \
             `web_search`?",
            ],
        ),
        (
            with("[curious, enthusiastic]", "curious"),
            vec![
                "line 11, column 13: personality.traits must be a list such as `[one, two]`, not the text `curious`",
            ],
        ),
        (
            with("[curious, enthusiastic]", "[]"),
            vec!["line 11, column 13: personality.traits must have 1 to 10 entries"],
        ),
        (
            with("[curious, enthusiastic]", &format!("[{traits}]")),
            vec!["line 11, column 13: personality.traits has 11 entries; at most 10"],
        ),
        (
            with("[curious, enthusiastic]", "[curious, 7]"),
            vec!["line 11, column 13: personality.traits entry 2 must be a text, not 7; put it in quotes"],
        ),
        (
            with("[tides, looms]", "[tides, '']"),
            vec!["line 13, column 16: personality.interests entry 2 is empty; give a text"],
        ),
        (
            with("  identity:\n    is_aware_ai: true", "  identity: aware\n  x:\n    is_aware_ai: true"),
            vec![
                "line 4, column 13: identity must be a group of keys, not the text `aware`",
                "line 5, column 3: x is unknown; known here are id, name, identity, personality, behavior, model, permissions",
            ],
        ),
        (
            with("  name: Ada", "\tname: Ada"),
            vec!["line 3, column 1: a tab cannot indent YAML; use two spaces"],
        ),
        (
            with("    interests:", "   interests:"),
            vec!["line 13, column 4: this line is not indented like its neighbours"],
        ),
        (with("name: Ada", "name: 'Ada"), vec!["a quote is not closed"]),
        (with("[tides, looms]", "[tides, looms"), vec!["bracket"]),
        (
            with("name: Ada", "name: *ada"),
            vec!["line 3, column 9: an alias (`*name`) to an anchor (`&name`) that is not defined above it"],
        ),
        (
            with("name: Ada", "name: !!python/object:os.system Ada"),
            vec!["line 3, column 9: the tag !!python/object:os.system has no meaning here; leave it out"],
        ),
    ];
    let mut wrong = String::new();
    for (file, expected) in &table {
        let found = problems(file);
        let same = |(found, expected): (&String, &&str)| {
            found == expected || (!expected.starts_with("line") && found.contains(expected))
        };
        if found.len() != expected.len() || !found.iter().zip(expected).all(same) {
            wrong += &format!("said:     {}\nexpected: {}\n", found.join(" / "), expected.join(" / "));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn all_problems_are_told_together_in_the_order_of_the_file() {
    let file = "bot:\n  id: A\n  behavior:\n    shyness: 200\n    skeptic: 1\n  model: {temperature: 9}\n";
    assert_eq!(
        problems(file),
        [
            "line 2, column 3: name is missing",
            "line 2, column 3: personality.traits is missing; give one to ten words such as `curious`",
            "line 2, column 7: id must be 1 to 64 lower-case letters, digits, `_` or `-`, not `A`; try `a`",
            "line 4, column 14: behavior.shyness must be a whole number from 0 to 100, not 200",
            "line 5, column 5: behavior.skeptic is unknown; did you mean `skepticism`?",
            "line 6, column 24: model.temperature must be a number from 0 to 2, not 9",
        ]
    );
    let problem = &parse(file).unwrap_err()[3];
    assert_eq!((problem.line, problem.column, problem.key.as_str()), (Some(4), Some(14), "behavior.shyness"));
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    let sentence = |bytes: &[u8]| parse_bytes(bytes).unwrap_err()[0].to_string();
    assert_eq!(
        sentence(b"name: \xE9"),
        "line 1, column 7: the byte 0xE9 is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(sentence(b"\xFE\xFF\0i"), "line 1, column 1: the file is saved as UTF-16; save it as UTF-8");
    assert_eq!(sentence(&vec![b'#'; 300_000]), "the file is too large; at most 262144 bytes are read");
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    assert!(sentence(bomb.as_bytes()).ends_with("more than 10000 values, aliases included"));
}

#[test]
fn texts_pass_the_gate() {
    let bot = parse(&with("name: Ada", r#"name: "A\e[31md\u202Ea""#)).unwrap();
    assert_eq!(bot.name, "A␛da");
    let refused = parse(&with("engagement_style: reactive", r#"engagement_style: "x\e]0;y\a""#)).unwrap_err();
    assert!(!refused[0].to_string().contains('\x1b'));
    let refused = parse(&with("    leadership_tendency: 25", r#"    "ev\e[2Jil": 25"#)).unwrap_err();
    assert!(refused[0].to_string().contains("behavior.ev␛il is unknown"));
}

#[test]
fn values_out_of_range_are_found_in_a_config_too() {
    let mut bot = parse(GOOD).unwrap();
    assert_eq!(check(&bot), []);
    bot.model.temperature = f64::NAN;
    bot.behavior.shyness = 130;
    bot.personality.traits.clear();
    let found: Vec<_> = check(&bot).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "personality.traits must have 1 to 10 entries",
            "behavior.shyness must be a whole number from 0 to 100, not 130",
            "model.temperature must be a number from 0 to 2, not nothing",
        ]
    );
    let short = PersonalityConfig { name: "Al".into(), ..parse(GOOD).unwrap() };
    assert_eq!(check(&short), []);
    assert_eq!(check_custom(&short)[0].to_string(), "name must have 3 to 30 characters, not 2");
}

#[test]
fn a_patch_sets_what_it_gives_and_leaves_the_rest() {
    let bot = parse(GOOD).unwrap();
    let patch = json!({
        "personality": {"traits": ["calm"], "communication_style": "slow\u{202E}"},
        "behavior": {"shyness": 80.0, "creativity_level": "low"},
        "model": null,
        "permissions": {"rate_limit": null},
    });
    let merged = merge(&bot, &patch).unwrap();
    assert_eq!(merged.personality.traits, ["calm"]);
    assert_eq!(merged.personality.communication_style, "slow");
    assert_eq!(merged.personality.interests, bot.personality.interests);
    assert_eq!((merged.behavior.shyness, merged.behavior.creativity_level), (80, 25));
    assert_eq!(merged.behavior.leadership_tendency, 25);
    assert_eq!(merged.model, bot.model);
    assert_eq!(merged.permissions.rate_limit, None);
    assert_eq!(merge(&bot, &json!({})).unwrap(), bot);
    assert_eq!(merge(&bot, &json!({"id": "ada_001", "name": "Ada"})).unwrap(), bot);
}

#[test]
fn a_patch_is_refused_whole_with_every_reason() {
    let bot = parse(GOOD).unwrap();
    let refused =
        |patch| -> Vec<_> { merge(&bot, &patch).unwrap_err().iter().map(ToString::to_string).collect() };
    assert_eq!(
        refused(
            json!({"behavior": {"shynes": 1, "aggression": 101}, "modle": {}, "personality": {"traits": []}})
        ),
        [
            "behavior.shynes is unknown; did you mean `shyness`?",
            "behavior.aggression must be a whole number from 0 to 100, not 101",
            "modle is unknown; did you mean `model`?",
            "personality.traits must have 1 to 10 entries",
        ]
    );
    assert_eq!(
        refused(json!({"name": "Eve"})),
        ["name cannot be changed; it belongs to everything the bot wrote"]
    );
    assert_eq!(refused(json!([1])), ["bot must be a group of keys, not a list"]);
    assert_eq!(
        refused(json!({"behavior": {"shyness": "50"}})),
        ["behavior.shyness must be a whole number from 0 to 100, not the text `50`; leave out the quotes"]
    );
    assert_eq!(
        refused(json!({"model": {"temperature": null}})),
        ["model.temperature must be a number from 0 to 2, not nothing"]
    );
}

#[test]
fn names_become_slugs() {
    for (name, expected) in [
        ("Ada", "ada"),
        ("Zoë O'Hara", "zoe_ohara"),
        ("  Größe  Ö 2 ", "groesse_oe_2"),
        ("漢字", "bot"),
        ("___", "bot"),
        ("a--b..c", "a_b_c"),
    ] {
        assert_eq!(slug(name), expected, "{name}");
    }
    assert!(slug(&"long ".repeat(60)).len() <= ID_MAX - 8);
}
