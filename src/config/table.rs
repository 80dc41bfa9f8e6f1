//! The one table of keys: from it come reading, errors, `botarium config` and the example file.

use std::net::SocketAddr;

use super::kind::{Key, Kind};
use super::{Colors, Config, Desktop, Durability, ProviderConfig, SearchBackend};

/// What `ui.theme` can be.
pub const THEMES: &[&str] = &["auto", "dark", "light", "high-contrast", "ember", "paper", "blue-orange"];

/// A name and where it is in the configuration.
macro_rules! key {
    ($name:literal, $default:literal, $kind:expr, $doc:literal) => {
        Key { name: $name, kind: $kind, default: $default, doc: $doc }
    };
}

/// A count with its bounds.
macro_rules! count {
    ($min:literal..=$max:literal, $($field:ident).+) => {
        Kind::Count { min: $min, max: $max, slot: |config| &mut config.$($field).+ }
    };
}

/// Every key outside `providers`, in the order of the example file.
#[rustfmt::skip]
pub(super) const KEYS: &[Key<Config>] = &[
    key!("seed", "", Kind::Seed(|c| &mut c.seed),
        "Seed of every draw the scripted provider and the room make. Unset: a new one for each room."),
    key!("timezone", "system", Kind::Zone(|c| &mut c.timezone),
        "Where the day begins, for budgets and statistics: system, UTC or a name such as Europe/Berlin."),
    key!("provider", "scripted", Kind::Text(|c| &mut c.provider),
        "The room's provider: scripted (needs nothing), ollama, llamacpp, lmstudio, anthropic, openai or one named under \
         providers."),
    key!("pace", "", Kind::Pace(|c| &mut c.pace),
        "How often a bot wakes: slow (4 h), normal (1 h), fast (15 min), turbo (5 min) or a number of seconds. \
         Unset: 30 seconds with the scripted provider, slow with every other."),
    key!("max_bot_count", "12", count!(0..=10_000_000, max_bot_count),
        "How many bots there may be when a custom one is created; 0 means no limit."),
    key!("durability", "full",
        Kind::Choice { words: &["full", "normal"], set: |c, at| c.durability = Durability::ALL[at] },
        "full: what was announced survives a power loss. normal: it survives a crash, and simulations run faster."),
    key!("prices_file", "", Kind::Path(|c| &mut c.prices_file),
        "A price list to use instead of the built-in one, relative to the home directory."),
    key!("budget.daily_tokens", "100000", Kind::Tokens(|c| &mut c.budget.daily_tokens),
        "Tokens a bot may use in a day; 0 means no calls."),
    key!("budget.daily_cost_usd", "1", Kind::Dollars(|c| &mut c.budget.daily_cost_usd),
        "Dollars a bot may cost in a day; 0 means no calls that cost anything."),
    key!("budget.room_daily_tokens", "", Kind::TokensOrUnset(|c| &mut c.budget.room_daily_tokens),
        "Tokens all bots together may use in a day. Unset: no such cap."),
    key!("budget.room_daily_cost_usd", "", Kind::DollarsOrUnset(|c| &mut c.budget.room_daily_cost_usd),
        "Dollars all bots together may cost in a day. Unset: no such cap."),
    key!("memory.provider", "default", Kind::Text(|c| &mut c.memory.provider),
        "Who extracts and compresses memories: default (the bot's own provider) or a provider's name."),
    key!("memory.model", "", Kind::Word(|c| &mut c.memory.model),
        "A cheap model for it. Unset: the provider's model."),
    key!("memory.summaries", "8", count!(1..=50, memory.summaries),
        "Recent summaries a bot recalls from. When it has more, the older half is summed up in an era."),
    key!("memory.eras", "8", count!(1..=50, memory.eras),
        "Eras a bot recalls from. When it has more, the older half is summed up in one."),
    key!("thoughts.keep", "20000", count!(0..=100_000_000, thoughts.keep),
        "Of how many activities, the newest, thought records (requests and raw answers) are kept."),
    key!("journal.keep", "1 GiB", Kind::SizeOrAll(|c| &mut c.journal.keep),
        "How much of the journal is kept, by which the past can be had again: all, or a size such as 500 MiB. What is older is \
         let go; the past then begins at a snapshot."),
    key!("prompt.total_tokens", "3600", count!(500..=1_000_000, prompt.total_tokens),
        "The longest prompt, at four characters a token. The sections below share it; what one leaves goes to those that had to leave something out."),
    key!("prompt.identity_tokens", "330", count!(0..=1_000_000, prompt.identity_tokens),
        "Who the bot is."),
    key!("prompt.guidance_tokens", "270", count!(0..=1_000_000, prompt.guidance_tokens),
        "What its traits ask of it."),
    key!("prompt.reputation_tokens", "40", count!(0..=1_000_000, prompt.reputation_tokens),
        "Its standing."),
    key!("prompt.roster_tokens", "130", count!(0..=1_000_000, prompt.roster_tokens),
        "The bots it knows."),
    key!("prompt.recent_tokens", "80", count!(0..=1_000_000, prompt.recent_tokens),
        "What it did in the last 48 hours."),
    key!("prompt.memories_tokens", "650", count!(0..=1_000_000, prompt.memories_tokens),
        "What it remembers of the matter."),
    key!("prompt.own_posts_tokens", "250", count!(0..=1_000_000, prompt.own_posts_tokens),
        "Its last posts, so that it does not repeat itself."),
    key!("prompt.events_tokens", "150", count!(0..=1_000_000, prompt.events_tokens),
        "Events in force."),
    key!("prompt.feed_tokens", "1150", count!(0..=1_000_000, prompt.feed_tokens),
        "The threads it sees."),
    key!("search.backend", "auto",
        Kind::Choice { words: &["auto", "wikipedia", "offline"], set: |c, at| c.search.backend = SearchBackend::ALL[at] },
        "Where web_search looks: wikipedia, offline (a small built-in lexicon), or auto (offline with the scripted \
         provider, wikipedia with every other)."),
    key!("search.base_url", "https://en.wikipedia.org", Kind::Url(|c| &mut c.search.base_url),
        "The Wikipedia (or MediaWiki) asked."),
    key!("search.cache_hours", "24", count!(0..=8_760, search.cache_hours),
        "How long an answer is used again for the same query."),
    key!("log.level", "info",
        Kind::Choice { words: &["off", "error", "warn", "info", "debug", "trace"], set: |c, at| c.log.level = LEVELS[at].into() },
        "How much is logged: off, error, warn, info, debug or trace."),
    key!("log.keep_days", "14", count!(1..=3_650, log.keep_days),
        "Days after which a log file is removed."),
    key!("port.listen", "", Kind::Listen(|c| &mut c.port.listen),
        "Address and port of the JSON and WebSocket port, such as 127.0.0.1:8000. Unset: closed."),
    key!("port.allowed_origins", "", Kind::List(|c| &mut c.port.allowed_origins),
        "Origins whose browser pages may call the port, besides pages on loopback, such as https://dash.example.org."),
    key!("port.allowed_hosts", "", Kind::List(|c| &mut c.port.allowed_hosts),
        "Host names the port answers to, besides loopback names."),
    key!("port.public", "true", Kind::Flag(|c| &mut c.port.public),
        "Whether /api/public, /health and / need no token."),
    key!("port.rate_limit", "1200", count!(0..=1_000_000, port.rate_limit),
        "Changing or refused requests a minute from one caller; 0 means no limit."),
    key!("port.max_connections", "256", count!(1..=100_000, port.max_connections),
        "Connections at once, viewers included."),
    key!("ui.theme", "auto",
        Kind::Choice { words: THEMES, set: |c, at| THEMES[at].clone_into(&mut c.ui.theme) },
        "The theme: auto (follows the terminal's background), dark, light, high-contrast, ember (dark and warm), paper (light \
         and warm) or blue-orange (dark, for eyes that do not tell red from green)."),
    key!("ui.ascii", "false", Kind::Flag(|c| &mut c.ui.ascii),
        "Draw with plain ASCII characters only."),
    key!("ui.mouse", "true", Kind::Flag(|c| &mut c.ui.mouse),
        "Use the mouse; hold Shift to select text while it is on."),
    key!("ui.links", "true", Kind::Flag(|c| &mut c.ui.links),
        "Addresses, and threads of a room that is attached to, are links in terminals that know them (OSC 8)."),
    key!("ui.colors", "auto",
        Kind::Choice { words: &["auto", "truecolor", "256", "16", "none"], set: |c, at| c.ui.colors = Colors::ALL[at] },
        "How many colours: auto, truecolor, 256, 16 or none (NO_COLOR is honoured by auto)."),
    key!("ui.keys", "", Kind::Bindings(|c| &mut c.ui.keys),
        "Keys by action, one or a list, such as  quit: [q, ctrl-c]  (the help, ?, names every action)."),
    key!("notify.kinds", "[answer, failing, capped, flag, file, stopped]", Kind::List(|c| &mut c.notify.kinds),
        "Of what word is sent: answer (a bot answered a person), failing, capped, flag, file (a bot's file changed), stopped, event, run (botarium beat has ended). \
         Nothing is sent until one of the ways below is chosen; botarium notify --test tries them."),
    key!("notify.bell", "false", Kind::Flag(|c| &mut c.notify.bell),
        "Ring the terminal's bell."),
    key!("notify.desktop", "off",
        Kind::Choice { words: &["off", "osc9", "osc777"], set: |c, at| c.notify.desktop = Desktop::ALL[at] },
        "Ask the terminal for a desktop notification: off, osc9 (iTerm2, kitty, WezTerm) or osc777 (foot, urxvt, Ghostty)."),
    key!("notify.title", "false", Kind::Flag(|c| &mut c.notify.title),
        "Say in the window's title how much needs you."),
    key!("notify.command", "", Kind::List(|c| &mut c.notify.command),
        "A program with its arguments; it finds the word in BOTARIUM_KIND, BOTARIUM_TEXT and, as JSON, on standard input."),
    key!("notify.webhook", "", Kind::Webhook(|c| &mut c.notify.webhook),
        "Where the word is posted as JSON; tried again while the other side is busy."),
    key!("notify.webhook_secret_env", "", Kind::Variable(|c| &mut c.notify.webhook_secret_env),
        "The environment variable with the secret that signs it (HMAC-SHA256, X-Botarium-Signature)."),
    key!("notify.quiet", "", Kind::Hours(|c| &mut c.notify.quiet),
        "When nothing is sent, in the room's time zone, such as 22:00-07:00."),
    key!("notify.per_minute", "6", count!(1..=600, notify.per_minute),
        "Words a minute at most; the next one says how many were left out."),
];

/// The levels of `log.level`, in the order of its words.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The keys of one provider. Defaults that depend on the kind are in [`provider_default`].
#[rustfmt::skip]
pub(super) const PROVIDER_KEYS: &[Key<ProviderConfig>] = &[
    key!("kind", "",
        Kind::Choice { words: &KINDS, set: |p, at| p.kind = if at < 5 { KINDS[at] } else { KINDS[0] }.into() },
        "The protocol: scripted, ollama, anthropic, openai (anything OpenAI-compatible) or nats (workers on other machines)."),
    key!("base_url", "", Kind::Servers(|p| &mut p.base_url),
        "Where the server is. Several addresses, such as [http://a:8080/v1, http://b:8080/v1], share the calls."),
    key!("model", "", Kind::Text(|p| &mut p.model),
        "The model for bots that name none."),
    key!("api_key_env", "", Kind::Variable(|p| &mut p.api_key_env),
        "The environment variable that holds the key."),
    key!("api_key_file", "", Kind::Path(|p| &mut p.api_key_file),
        "A file that holds the key, readable by you alone (chmod 600); the environment goes first."),
    key!("connect_timeout_seconds", "10", count!(1..=600, connect_timeout_seconds),
        "How long a connection may take to stand."),
    key!("first_token_timeout_seconds", "60", count!(1..=3_600, first_token_timeout_seconds),
        "How long until the first token, and between two parts of an answer. 600 with a local server, which may \
         have to load its model and read the whole prompt first."),
    key!("total_timeout_seconds", "180", count!(1..=86_400, total_timeout_seconds),
        "How long one attempt may take while no text flows; 1200 with a local server."),
    key!("concurrency", "4", count!(1..=1_000, concurrency),
        "Calls under way at once, at each of several addresses."),
    key!("reasoning", "", Kind::OneOf { words: &EFFORTS, slot: |p| &mut p.reasoning },
        "How much a reasoning model may reason before it answers: off, low, medium or high, as far as the server \
         lets itself be told. Unset: as the server likes. Reasoning counts against a bot's max_tokens."),
    key!("extra", "", Kind::Group(|p| &mut p.extra),
        "Parameters that are sent with every question as they stand here, such as {top_p: 0.9}."),
    key!("price.input", "", Kind::DollarsOrUnset(|p| &mut p.price_input),
        "Dollars per million tokens read, where the price list has none."),
    key!("price.output", "", Kind::DollarsOrUnset(|p| &mut p.price_output),
        "Dollars per million tokens written."),
    key!("price.cached", "", Kind::DollarsOrUnset(|p| &mut p.price_cached),
        "Dollars per million tokens read from the provider's cache. Unset: as read."),
    key!("pool", "", Kind::Word(|p| &mut p.pool),
        "Of kind nats: the pool whose workers are asked. Unset: main."),
    key!("user", "", Kind::Word(|p| &mut p.user),
        "Of kind nats: the user; the key is then its password. Unset: the key is a token."),
    key!("ca_file", "", Kind::Path(|p| &mut p.ca_file),
        "Of kind nats: a certificate authority to trust besides the system's."),
];

/// The keys that only a provider of kind `nats` has.
pub(super) const NATS_KEYS: [&str; 3] = ["pool", "user", "ca_file"];

/// The words of `reasoning`.
const EFFORTS: [&str; 4] = ["off", "low", "medium", "high"];

/// The words of `kind`; `mock` reads as `scripted`.
pub(super) const KINDS: [&str; 6] = ["scripted", "ollama", "anthropic", "openai", "nats", "mock"];

/// The providers that are always there.
pub(super) const BUILT_IN: [&str; 6] = ["scripted", "ollama", "anthropic", "openai", "llamacpp", "lmstudio"];

/// The kind that a built-in provider has unless another is given; nothing for one of one's own.
pub(super) fn built_in_kind(name: &str) -> &'static str {
    match name {
        "llamacpp" | "lmstudio" => "openai",
        _ => BUILT_IN.into_iter().find(|known| *known == name).unwrap_or_default(),
    }
}

/// Whether a provider is on this machine unless another address is given.
pub(super) fn is_at_home(name: &str) -> bool {
    matches!(name, "ollama" | "llamacpp" | "lmstudio")
}

/// The default of a provider's key. A provider of one's own has no address, model or key by
/// default, so that no key is ever sent to a server it does not belong to.
/// `local` is whether its address is on this machine or a private network: such a server may have to
/// load its model first, and nobody is charged while it is waited for.
pub(super) fn provider_default(
    name: &str,
    kind: &str,
    local: bool,
    key: &Key<ProviderConfig>,
) -> &'static str {
    let own = !BUILT_IN.contains(&name);
    match (name, key.name) {
        ("llamacpp" | "lmstudio", "kind") => return built_in_kind(name),
        ("llamacpp", "base_url") => return "http://127.0.0.1:8080/v1",
        ("lmstudio", "base_url") => return "http://127.0.0.1:1234/v1",
        ("llamacpp" | "lmstudio", "model") => return "local",
        ("llamacpp" | "lmstudio", "api_key_env") => return "",
        ("llamacpp" | "lmstudio", "concurrency") => return "1",
        _ => {}
    }
    match (kind, key.name) {
        ("nats", "model") => "any",
        ("nats", "connect_timeout_seconds") => "5",
        ("nats", "total_timeout_seconds") => "600",
        ("nats", "concurrency") => "64",
        (_, "base_url" | "model" | "api_key_env") if own && kind != "scripted" => "",
        ("scripted", "kind" | "model") => "scripted",
        ("ollama", "kind") => "ollama",
        ("ollama", "base_url") => "http://127.0.0.1:11434",
        ("ollama", "model") => "llama3.2",
        ("ollama", "connect_timeout_seconds") => "5",
        (_, "first_token_timeout_seconds") if local => "600",
        (_, "total_timeout_seconds") if local => "1200",
        ("ollama", "concurrency") => "2",
        ("anthropic", "kind") => "anthropic",
        ("anthropic", "base_url") => "https://api.anthropic.com",
        ("anthropic", "model") => "claude-haiku-4-5",
        ("anthropic", "api_key_env") => "ANTHROPIC_API_KEY",
        ("openai", "kind") => "openai",
        ("openai", "base_url") => "https://api.openai.com/v1",
        ("openai", "model") => "gpt-4.1-mini",
        ("openai", "api_key_env") => "OPENAI_API_KEY",
        _ => key.default,
    }
}

/// Where the port listens when `--listen` names no address.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8000);

/// What a dotted path names.
#[derive(Copy, Clone)]
pub(super) enum KeyPath<'a> {
    Room(&'static Key<Config>),
    Provider(&'a str, &'static Key<ProviderConfig>),
}

/// The key at `path`.
pub(super) fn find(path: &str) -> Option<KeyPath<'_>> {
    if let Some(rest) = path.strip_prefix("providers.") {
        let (name, key) = rest.split_once('.')?;
        return PROVIDER_KEYS.iter().find(|known| known.name == key).map(|key| KeyPath::Provider(name, key));
    }
    KEYS.iter().find(|key| key.name == path).map(KeyPath::Room)
}

/// Whether keys stand below `path`.
pub(super) fn is_group(path: &str) -> bool {
    match path.strip_prefix("providers") {
        Some("") => true,
        Some(rest) => {
            let rest = rest.strip_prefix('.').unwrap_or_default();
            !rest.is_empty() && (!rest.contains('.') || rest.ends_with(".price"))
        }
        None => KEYS.iter().any(|key| key.name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))),
    }
}

/// Every path that may stand beside `path`: its siblings, groups included.
pub(super) fn siblings(path: &str) -> Vec<String> {
    let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let mut names: Vec<String> = if parent.starts_with("providers.") {
        let own = parent.splitn(3, '.').nth(2).map_or(String::new(), |group| format!("{group}."));
        PROVIDER_KEYS.iter().filter_map(|key| key.name.strip_prefix(own.as_str())).map(first_part).collect()
    } else {
        let own = if parent.is_empty() { String::new() } else { format!("{parent}.") };
        let mut names: Vec<_> =
            KEYS.iter().filter_map(|key| key.name.strip_prefix(own.as_str())).map(first_part).collect();
        if parent.is_empty() {
            names.push("providers".into());
        }
        names
    };
    names.dedup();
    names
}

fn first_part(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_owned()
}
