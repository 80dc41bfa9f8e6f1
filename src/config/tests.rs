use std::fs;

use tempfile::TempDir;

use super::*;

/// A home with this `botarium.yaml`, an environment and flags.
fn load_from(dir: &TempDir, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let owned = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
    };
    let args = LoadArgs {
        home: Some(dir.path().to_owned()),
        cwd: dir.path().to_owned(),
        env: owned(env).into_iter().collect(),
        flags: owned(flags),
    };
    Config::load(args).map_err(|error| error.problems.iter().map(ToString::to_string).collect())
}

fn load(file: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("botarium.yaml"), file).unwrap();
    load_from(&dir, env, flags)
}

fn refused(file: &str) -> Vec<String> {
    load(file, &[], &[]).map(|_| ()).unwrap_err()
}

fn entry(config: &Config, key: &str) -> (String, String) {
    let entries = config.entries();
    let entry = entries.iter().find(|entry| entry.key == key).unwrap_or_else(|| panic!("{key}"));
    (entry.value.clone(), entry.origin.to_string())
}

#[test]
fn the_defaults_are_the_specifications() {
    let config = Config::default();
    assert_eq!(config.provider, "scripted");
    assert_eq!((config.seed, config.pace), (None, None));
    assert_eq!(config.budget.daily_tokens, 100_000);
    assert_eq!(config.budget.daily_cost_usd, Money::from_dollars(1.0).unwrap());
    assert_eq!((config.budget.room_daily_tokens, config.budget.room_daily_cost_usd), (None, None));
    assert_eq!((config.max_bot_count, config.thoughts.keep), (12, 20_000));
    assert_eq!(config.durability, Durability::Full);
    assert_eq!(config.port.listen, None);
    assert!(config.port.public && config.ui.mouse && !config.ui.ascii);
    assert_eq!(
        config.providers.keys().collect::<Vec<_>>(),
        ["anthropic", "llamacpp", "lmstudio", "ollama", "openai", "scripted"]
    );
    assert_eq!(config.providers["ollama"].base_url, "http://127.0.0.1:11434");
    assert_eq!(config.providers["ollama"].concurrency, 2);
    assert!(config.providers["openai"].api_key.is_none());
    for (name, address) in
        [("llamacpp", "http://127.0.0.1:8080/v1"), ("lmstudio", "http://127.0.0.1:1234/v1")]
    {
        let near = &config.providers[name];
        assert_eq!((near.kind.as_str(), near.base_url.as_str(), near.concurrency), ("openai", address, 1));
        assert_eq!((near.first_token_timeout_seconds, near.api_key_env.as_deref()), (600, None));
    }
    assert!(config.entries().iter().all(|entry| entry.origin == Origin::Default && !entry.doc.is_empty()));
}

#[test]
fn each_layer_goes_over_the_one_before() {
    let file = "pace: slow\nbudget:\n  daily_tokens: 5\n  daily_cost_usd: 0.25\nlog: {level: debug}\n";
    let env = [("BOTARIUM_PACE", "fast"), ("BOTARIUM_BUDGET__DAILY_TOKENS", "7"), ("PATH", "/bin")];
    let config = load(file, &env, &[("pace", "45")]).unwrap();
    assert_eq!(config.pace, Some(45));
    assert_eq!(config.budget.daily_tokens, 7);
    assert_eq!(config.budget.daily_cost_usd, Money::from_dollars(0.25).unwrap());
    assert_eq!(entry(&config, "pace"), ("45".into(), "flag --pace".into()));
    let variable = "env BOTARIUM_BUDGET__DAILY_TOKENS";
    assert_eq!(entry(&config, "budget.daily_tokens"), ("7".into(), variable.into()));
    assert_eq!(entry(&config, "budget.daily_cost_usd"), ("0.25".into(), "botarium.yaml:4".into()));
    assert_eq!(entry(&config, "log.level"), ("debug".into(), "botarium.yaml:5".into()));
    assert_eq!(entry(&config, "durability"), ("full".into(), "default".into()));
}

#[test]
fn flags_have_short_names_and_any_key_can_be_set() {
    let flags = [("listen", "8000"), ("ascii", "true"), ("set thoughts.keep", "5"), ("--seed", "42")];
    let config = load("", &[], &flags).unwrap();
    assert_eq!(config.port.listen, Some(DEFAULT_LISTEN));
    assert!(config.ui.ascii);
    assert_eq!((config.thoughts.keep, config.seed), (5, Some(42)));
    assert_eq!(config.origin("port.listen").to_string(), "flag --listen");
    assert_eq!(config.origin("thoughts.keep").to_string(), "flag --set thoughts.keep");
    let refused = load("", &[], &[("pace", "brisk")]).map(|_| ()).unwrap_err();
    assert_eq!(
        refused,
        ["flag --pace: pace must be slow, normal, fast, turbo or a number of seconds, not the text `brisk`"]
    );
    // What was typed is named, whether there is such a flag or not.
    for (name, value) in [("set nosuch", "1"), ("set pace", "brisk"), ("set seed", "x")] {
        let refused = load("", &[], &[(name, value)]).map(|_| ()).unwrap_err();
        assert!(refused[0].starts_with(&format!("flag --{name}: ")), "{refused:?}");
    }
}

#[test]
fn words_from_the_environment_are_read_by_kind() {
    let env = [
        ("BOTARIUM_UI__MOUSE", "off"),
        ("BOTARIUM_PORT__ALLOWED_HOSTS", "a.example.org, b.example.org"),
        ("BOTARIUM_PORT__LISTEN", "[::1]:9000"),
        ("BOTARIUM_SEED", ""),
        ("BOTARIUM_PROVIDERS__LMSTUDIO__KIND", "openai"),
        ("BOTARIUM_PROVIDERS__LMSTUDIO__BASE_URL", "http://127.0.0.1:1234/v1/"),
        ("BOTARIUM_PROVIDERS__LMSTUDIO__MODEL", "7"),
        ("BOTARIUM_HOME", "/nowhere"),
    ];
    let config = load("seed: 9\n", &env, &[]).unwrap();
    assert!(!config.ui.mouse);
    assert_eq!(config.port.allowed_hosts, ["a.example.org", "b.example.org"]);
    assert_eq!(config.port.listen.unwrap().to_string(), "[::1]:9000");
    assert_eq!(config.seed, None, "an empty variable unsets");
    let own = &config.providers["lmstudio"];
    assert_eq!(
        (own.kind.as_str(), own.base_url.as_str(), own.model.as_str()),
        ("openai", "http://127.0.0.1:1234/v1", "7")
    );
    assert_eq!(own.api_key_env, None, "no key goes where it does not belong");
}

#[test]
fn every_problem_names_its_place() {
    let file = "\
pace: brisk
budgets: {daily_tokens: 1}
budget:
  daily_tokns: 3
  daily_cost_usd: -1
  daily_cost_usd: 2
timezone: Europe/Berln
port:
  listen: everywhere
  max_connections: 0
ui: dark
search:
  base_url: wikipedia
colors: 16
providers:
  Local: {}
";
    let found = refused(file);
    let expected = [
        "botarium.yaml:2:1: budgets is unknown; did you mean `budget`?",
        "botarium.yaml:4:3: budget.daily_tokns is unknown; did you mean `daily_tokens`?",
        "botarium.yaml:6:3: budget.daily_cost_usd is given twice; first in line 5",
        "botarium.yaml:11:5: ui must be a group of keys, not a text",
        "botarium.yaml:14:1: colors is unknown; there is `ui.colors`",
        "botarium.yaml:16:3: providers.Local is no name for a provider; use lower-case letters, digits, `_`, `-` and `:`",
        "botarium.yaml:1:1: pace must be slow, normal, fast, turbo or a number of seconds, not the text `brisk`",
        "botarium.yaml:5:3: budget.daily_cost_usd must be a number from 0 to 1000000, not -1",
        "botarium.yaml:7:1: timezone must be system, UTC or the name of a time zone such as Europe/Berlin, not the \
         text `Europe/Berln`; did you mean `Europe/Berlin`?",
        "botarium.yaml:9:3: port.listen must be an address and port such as 127.0.0.1:8000, not the text `everywhere`",
        "botarium.yaml:10:3: port.max_connections must be a whole number from 1 to 100000, not 0",
        "botarium.yaml:13:3: search.base_url must begin with http:// or https://, not the text `wikipedia`",
    ];
    assert_eq!(found, expected);
    let unknown = load("", &[("BOTARIUM_BUDGET__DAILY_TOKNS", "1")], &[]).map(|_| ()).unwrap_err();
    assert_eq!(
        unknown,
        [
            "env BOTARIUM_BUDGET__DAILY_TOKNS: budget.daily_tokns is unknown; did you mean `BOTARIUM_BUDGET__DAILY_TOKENS`?"
        ]
    );
}

#[test]
fn a_file_that_is_no_yaml_or_no_text_is_located() {
    assert_eq!(
        refused("pace: fast\n\tseed: 1\n"),
        ["botarium.yaml:2:1: a tab cannot indent YAML; use two spaces"]
    );
    assert_eq!(refused("- pace\n"), ["botarium.yaml:1:1: must be a group of keys, not a list"]);
    assert_eq!(
        refused(&"#".repeat(300_000)),
        ["botarium.yaml: the file is too large; at most 262144 bytes are read"]
    );
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("botarium.yaml"), b"seed: 1\nui: \xFF\n").unwrap();
    let found = load_from(&dir, &[], &[]).map(|_| ()).unwrap_err();
    assert_eq!(found, ["botarium.yaml:2:5: the byte 0xFF is not UTF-8; save the file as UTF-8"]);
    assert!(load("# only a comment\n", &[], &[]).is_ok());
    let none = tempfile::tempdir().unwrap();
    assert!(load_from(&none, &[], &[]).is_ok(), "no file at all");
}

#[test]
fn providers_of_ones_own() {
    let file = "\
provider: lab
memory: {provider: lab, model: tiny}
providers:
  lab:
    kind: openai
    base_url: https://llm.example.org/v1
    model: big
    concurrency: 9
    price: {input: 0.5, output: 2}
  ollama:
    model: qwen3
";
    let config = load(file, &[], &[]).unwrap();
    let lab = config.provider_named("default").unwrap();
    assert_eq!((lab.name.as_str(), lab.concurrency, lab.total_timeout_seconds), ("lab", 9, 180));
    let price = lab.price().unwrap();
    assert_eq!((price.input, price.output, price.cached), (500_000_000, 2_000_000_000, 500_000_000));
    assert_eq!(config.providers["ollama"].model, "qwen3");
    assert_eq!(config.providers["ollama"].price(), None);
    assert_eq!(config.provider_named("mock").unwrap().name, "scripted");
    assert!(config.provider_named("nobody").is_none());
    assert_eq!(entry(&config, "providers.lab.price.input"), ("0.5".into(), "botarium.yaml:9".into()));
    assert_eq!(load("provider: mock\n", &[], &[]).unwrap().provider, "scripted");
}

#[test]
fn providers_that_cannot_work_are_refused() {
    assert_eq!(
        refused("provider: olama\n"),
        ["botarium.yaml:1:1: provider names a provider that is not set up: `olama`; did you mean `ollama`?"]
    );
    assert_eq!(
        refused("providers:\n  lab: {model: x}\n"),
        [
            "botarium.yaml:2:9: providers.lab.kind is missing; it is scripted, ollama, anthropic, openai (anything \
         OpenAI-compatible) or nats (workers)"
        ]
    );
    assert_eq!(
        refused("providers:\n  lab: {kind: openai}\n"),
        [
            "botarium.yaml:2:9: providers.lab.base_url is missing; a provider of your own needs an address and a model",
            "botarium.yaml:2:9: providers.lab.model is missing; a provider of your own needs an address and a model",
        ]
    );
    assert_eq!(
        refused("providers:\n  ollama: {kind: openai}\n"),
        [
            "botarium.yaml:2:12: providers.ollama.kind is ollama; give a provider of another kind a name of its own"
        ]
    );
    assert_eq!(
        refused("providers:\n  openai: {price: {input: 1}}\n"),
        ["botarium.yaml:2:20: providers.openai.price.output is missing; a price needs input and output"]
    );
    assert_eq!(
        refused("providers:\n  openai: {kind: opnai}\n"),
        [
            "botarium.yaml:2:12: providers.openai.kind must be scripted, ollama, anthropic, openai, nats or mock, not the text \
         `opnai`; did you mean `openai`?"
        ]
    );
}

#[test]
fn keys_come_from_the_environment_and_are_never_shown() {
    let env = [("ANTHROPIC_API_KEY", "sk-ant-verysecret"), ("OPENAI_API_KEY", "  ")];
    let config = load("", &env, &[]).unwrap();
    assert_eq!(config.providers["anthropic"].api_key.as_ref().unwrap().expose(), "sk-ant-verysecret");
    assert!(config.providers["openai"].api_key.is_none(), "blank is unset");
    let origin = "env ANTHROPIC_API_KEY";
    assert_eq!(entry(&config, "providers.anthropic.api_key"), (format!("set ({origin})"), origin.into()));
    assert_eq!(entry(&config, "providers.openai.api_key").0, "not set (env OPENAI_API_KEY)");
    let everything = format!("{config:?} {:?}", config.entries());
    assert!(!everything.contains("verysecret"));
}

#[test]
fn a_key_in_the_wrong_place_is_refused_without_being_repeated() {
    for file in [
        "providers:\n  openai: {api_key: sk-verysecret}\n",
        "providers:\n  openai: {api_key_env: sk-verysecret}\n",
        "providers:\n  openai: {base_url: 'https://me:verysecret@example.org'}\n",
        "api_key: sk-verysecret\n",
    ] {
        let found = refused(file);
        assert!(found.len() == 1 && !found[0].contains("verysecret"), "{found:?}");
        assert!(found[0].contains("api_key"), "{found:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_file_must_be_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lab.key");
    fs::write(&file, "sk-fromfile\n").unwrap();
    let yaml = "providers:\n  anthropic:\n    api_key_file: lab.key\n";
    fs::write(dir.path().join("botarium.yaml"), yaml).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let found = load_from(&dir, &[], &[]).map(|_| ()).unwrap_err();
    let shown = file.display();
    assert_eq!(
        found,
        [format!(
            "botarium.yaml:3:5: providers.anthropic.api_key_file can be read by others (mode 640); run  chmod 600 {shown}"
        )]
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let config = load_from(&dir, &[], &[]).unwrap();
    assert_eq!(config.providers["anthropic"].api_key.as_ref().unwrap().expose(), "sk-fromfile");
    assert_eq!(entry(&config, "providers.anthropic.api_key").0, format!("set ({shown})"));
    let config = load_from(&dir, &[("ANTHROPIC_API_KEY", "sk-env")], &[]).unwrap();
    assert_eq!(config.providers["anthropic"].api_key.as_ref().unwrap().expose(), "sk-env");
    fs::write(&file, "two words\n").unwrap();
    let found = load_from(&dir, &[], &[]).map(|_| ()).unwrap_err();
    assert!(found[0].contains("must hold the key and nothing else") && !found[0].contains("two words"));
    fs::remove_file(&file).unwrap();
    assert!(load_from(&dir, &[], &[]).map(|_| ()).unwrap_err()[0].contains("cannot be read"));
}

#[test]
fn ollama_host_is_understood_as_ollama_writes_it() {
    for (host, url) in [
        ("127.0.0.1:11500", "http://127.0.0.1:11500"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("gpu.example.org", "http://gpu.example.org:11434"),
        ("https://gpu.example.org/", "https://gpu.example.org:443"),
        ("http://[::1]:9", "http://[::1]:9"),
        (":7000", "http://127.0.0.1:7000"),
        ("http://gpu:80/ollama", "http://gpu:80/ollama"),
    ] {
        let config = load("", &[("OLLAMA_HOST", host)], &[]).unwrap();
        assert_eq!(config.providers["ollama"].base_url, url, "{host}");
        assert_eq!(config.origin("providers.ollama.base_url").to_string(), "env OLLAMA_HOST");
    }
}

#[test]
fn keys_can_be_bound() {
    let file = "ui:\n  keys:\n    quit: [q, ctrl-c]\n    help: '?'\n    zoom: []\n    first: 1\n";
    let keys = load(file, &[], &[]).unwrap().ui.keys;
    assert_eq!(keys["quit"], ["q", "ctrl-c"]);
    assert_eq!(
        (keys["help"].as_slice(), keys["zoom"].len(), keys["first"].as_slice()),
        (&["?".to_owned()][..], 0, &["1".to_owned()][..])
    );
    assert_eq!(
        refused("ui: {keys: {quit: {a: b}}}\n"),
        ["botarium.yaml:1:6: ui.keys for quit must be a list such as `[one, two]`, not a group of keys"]
    );
}

#[test]
fn choices_may_be_digits() {
    assert_eq!(load("ui: {colors: 256}\n", &[], &[]).unwrap().ui.colors, Colors::Ansi256);
    assert_eq!(load("", &[("BOTARIUM_UI__COLORS", "16")], &[]).unwrap().ui.colors, Colors::Ansi16);
    assert_eq!(
        refused("ui: {colors: 17}\n"),
        ["botarium.yaml:1:6: ui.colors must be auto, truecolor, 256, 16 or none, not 17; did you mean `16`?"]
    );
}

#[test]
fn the_zone_is_the_one_named() {
    let config = load("timezone: Asia/Tokyo\n", &[], &[]).unwrap();
    assert_eq!(config.zone().iana_name(), Some("Asia/Tokyo"));
    assert_eq!(load("timezone: UTC\n", &[], &[]).unwrap().zone(), TimeZone::UTC);
}

/// Every key is in the example, with the default that is in force without it. To renew the file
/// after a change of the table, run this test with `BLESS=1`.
#[test]
fn the_example_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/botarium.yaml");
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, example()).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), example());
    let config = load(&example(), &[], &[]).unwrap();
    let values = |config: &Config| -> BTreeMap<String, String> {
        let shown = |value: String| match value.as_str() {
            "[]" | "{}" => String::new(),
            _ => value,
        };
        config.entries().into_iter().map(|entry| (entry.key, shown(entry.value))).collect()
    };
    assert_eq!(values(&config), values(&Config::default()));
    for entry in Config::default().entries() {
        let last = entry.key.rsplit('.').next().unwrap();
        assert!(last == "api_key" || example().contains(&format!("{last}:")), "{}", entry.key);
    }
    assert!(example().lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn the_home_is_found_in_order() {
    let cwd = tempfile::tempdir().unwrap();
    let env = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let xdg = env(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/me")]);
    let resolve = |flag: Option<&str>, env: &BTreeMap<String, String>| {
        Home::resolve(flag.map(std::path::Path::new), cwd.path(), env).unwrap()
    };
    let home = resolve(None, &xdg);
    assert_eq!((home.root.to_str(), home.reason), (Some("/data/botarium"), HomeReason::DataDirectory));
    assert_eq!(
        resolve(None, &env(&[("HOME", "/home/me")])).root.to_str(),
        Some("/home/me/.local/share/botarium")
    );
    let relative = env(&[("XDG_DATA_HOME", "data"), ("HOME", "/home/me")]);
    assert_eq!(resolve(None, &relative).root.to_str(), Some("/home/me/.local/share/botarium"));
    fs::create_dir(cwd.path().join("bots")).unwrap();
    assert_eq!(resolve(None, &xdg).reason, HomeReason::Bots);
    fs::write(cwd.path().join("botarium.yaml"), "").unwrap();
    let home = resolve(None, &xdg);
    assert_eq!((home.root.as_path(), home.reason), (cwd.path(), HomeReason::ConfigFile));
    let named = env(&[("BOTARIUM_HOME", "/srv/room")]);
    assert_eq!(resolve(None, &named).reason, HomeReason::Environment);
    let home = resolve(Some("room"), &named);
    assert_eq!((home.root, home.reason), (cwd.path().join("room"), HomeReason::Flag));
    assert_eq!(resolve(Some("."), &named).root.as_os_str(), cwd.path());
    assert_eq!(resolve(Some("./room/"), &named).root.as_os_str(), cwd.path().join("room"));
    let home = resolve(Some("/r"), &named);
    assert_eq!(home.database().to_str(), Some("/r/data/botarium.db"));
    assert_eq!(home.to_string(), "/r (named by --home)");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn no_file_makes_it_panic(lines in proptest::collection::vec(
        "(pace|seed|ui|  theme|providers|  lab|    kind|    price|budget|  daily_tokens|-|\t)?(:| )?( |\\[|\\{|'|&a|\\*a|~)?\
         [a-z0-9.\\]\\}]{0,6}", 0..10,
    )) {
        if let Err(found) = load(&lines.join("\n"), &[], &[]) {
            assert!(!found.is_empty());
            assert!(found.iter().all(|sentence| crate::domain::text::is_clean(sentence)), "{found:?}");
        }
    }

    #[test]
    fn no_variable_makes_it_panic(name in "[A-Z_.]{0,12}", word in ".{0,20}") {
        let name = format!("BOTARIUM_{name}");
        if let Err(found) = load("", &[(name.as_str(), word.as_str())], &[]) {
            assert!(found.iter().all(|sentence| crate::domain::text::is_clean(sentence)), "{found:?}");
        }
    }
}
