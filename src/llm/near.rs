//! Which engines for models answer on this machine. Nobody is asked unless a person wants to know.
//!
//! Only addresses of the machine itself are looked at, whatever a proxy is set to; nothing there is followed
//! elsewhere, waited for longer than [`TIME`], or read beyond [`BYTES`]. It is told by what a server answers which
//! engine it is, and not by its port alone.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Client, Url};
use serde_json::Value;

use super::answer::text_at;
use super::wire::{self, above, is_loopback};
use super::{ProviderKind, ProviderSpec};
use crate::domain::text::clean_line;

/// How long one address is waited for.
const TIME: Duration = Duration::from_secs(2);
/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_millis(500);
/// The most bytes read of an answer.
const BYTES: usize = 256 * 1024;
/// The most models told of an engine.
const MODELS: usize = 50;
/// The longest name of a model, in characters.
const NAME: usize = 200;
/// Words in the names of models that make no text to be read.
const MUTE: [&str; 4] = ["embed", "rerank", "whisper", "clip"];

/// Programs that let models answer.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Ollama.
    Ollama,
    /// The server of llama.cpp.
    LlamaCpp,
    /// LM Studio.
    LmStudio,
    /// Another one that speaks as OpenAI does.
    Compatible,
}

impl Engine {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::LlamaCpp => "llama.cpp",
            Self::LmStudio => "LM Studio",
            Self::Compatible => "an OpenAI-compatible server",
        }
    }

    /// The protocol to speak with it. Ollama knows OpenAI's as well, but there the size of a context cannot be
    /// asked for, and it drops the beginning of longer prompts.
    const fn kind(self) -> ProviderKind {
        match self {
            Self::Ollama => ProviderKind::Ollama,
            _ => ProviderKind::OpenAi,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was found at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The address, as `http://127.0.0.1:11434`.
    pub address: String,
    /// What answers; `None` where that is no engine for models, or nothing.
    pub engine: Option<Engine>,
    /// The provider that speaks with it.
    pub provider: Option<String>,
    /// The models it has that write.
    pub models: Vec<String>,
    /// Why it cannot be taken, and what to do.
    pub trouble: Option<String>,
}

/// Looks at the addresses of those providers that are on this machine itself, all at once.
pub async fn look<'a>(specs: impl IntoIterator<Item = &'a ProviderSpec>) -> Vec<Near> {
    let mut places: BTreeMap<String, (Url, Vec<&ProviderSpec>)> = BTreeMap::new();
    for spec in specs {
        if let Some(url) = place(spec) {
            places.entry(url.to_string()).or_insert_with(|| (url, Vec::new())).1.push(spec);
        }
    }
    let Ok(client) = client() else { return Vec::new() };
    let client = &client;
    join_all(places.into_values().map(|(url, specs)| async move { one(client, &url, &specs).await })).await
}

/// The address of a provider without the version, where that is one of this machine.
fn place(spec: &ProviderSpec) -> Option<Url> {
    if !matches!(spec.kind, ProviderKind::Ollama | ProviderKind::OpenAi) || spec.servers() != 1 {
        return None;
    }
    let mut url = Url::parse(spec.address()).ok().filter(|url| url.scheme() == "http" && is_loopback(url))?;
    let path = above(spec.kind, url.path()).to_owned();
    let path = path.strip_suffix("/v1").unwrap_or(&path);
    url.set_path(&format!("{}/", path.trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    // What belongs to a name and a password is told to nobody who may be somebody else.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

fn client() -> reqwest::Result<Client> {
    let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    wire::plain_client()
        .connect_timeout(CONNECT)
        .timeout(TIME)
        .no_proxy()
        .tls_certs_only([])
        // Whoever says otherwise: that name is this machine.
        .resolve_to_addrs("localhost", &here.map(|ip| SocketAddr::new(ip, 0)))
        .build()
}

async fn one(client: &Client, url: &Url, specs: &[&ProviderSpec]) -> Near {
    let ask = |path: &str| {
        let url = url.join(path);
        async move {
            match url {
                Ok(url) => fetch(client, url).await,
                Err(_) => Heard::Other,
            }
        }
    };
    let (tags, list) = tokio::join!(ask("api/tags"), ask("v1/models"));
    let mut near = Near {
        address: url.as_str().trim_end_matches('/').to_owned(),
        engine: None,
        provider: None,
        models: Vec::new(),
        trouble: None,
    };
    let Some((engine, models)) = recognized(tags.json(), list.json()) else {
        let said = match (&tags, &list) {
            (Heard::Nobody, Heard::Nobody) => "nothing answers there",
            (Heard::Slow, _) | (_, Heard::Slow) => "what listens there did not answer in time",
            _ => "what answers there is no engine for models",
        };
        near.trouble = Some(said.to_owned());
        return near;
    };
    near.engine = Some(engine);
    near.models = models;
    match specs.iter().find(|spec| spec.kind == engine.kind()) {
        Some(spec) if !near.models.is_empty() => near.provider = Some(spec.name.clone()),
        Some(_) => {
            near.trouble = Some(format!("{engine} answers, and has no model that writes: give it one"))
        }
        None => {
            near.trouble = Some(format!(
                "{engine} answers there, which no provider of kind {} has as its base_url: set one up in botarium.yaml",
                engine.kind()
            ));
        }
    }
    near
}

/// What came back.
enum Heard {
    Json(Value),
    /// Something that is none of this.
    Other,
    /// Nothing in time.
    Slow,
    /// Nobody listens.
    Nobody,
}

impl Heard {
    const fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }
}

async fn fetch(client: &Client, url: Url) -> Heard {
    let failed = |error: reqwest::Error| match error {
        error if error.is_timeout() => Heard::Slow,
        error if error.is_connect() => Heard::Nobody,
        _ => Heard::Other,
    };
    let mut answer = match client.get(url).send().await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(_) => return Heard::Other,
        Err(error) => return failed(error),
    };
    let mut read = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(part)) if read.len() + part.len() <= BYTES => read.extend_from_slice(&part),
            Ok(Some(_)) => return Heard::Other,
            Ok(None) => return serde_json::from_slice(&read).map_or(Heard::Other, Heard::Json),
            Err(error) => return failed(error),
        }
    }
}

/// Which engine answers like this, and with which models: `tags` to `/api/tags`, `list` to `/v1/models`.
fn recognized(tags: Option<&Value>, list: Option<&Value>) -> Option<(Engine, Vec<String>)> {
    let entries = |value: Option<&Value>, key: &str| value?.get(key)?.as_array().cloned();
    let listed =
        entries(list, "data").filter(|_| list.is_some_and(|list| text_at(list, "object") == Some("list")));
    let owner = listed.iter().flatten().find_map(|entry| text_at(entry, "owned_by"));
    let engine = match owner {
        Some("llamacpp") => Engine::LlamaCpp,
        Some(owner) if owner.starts_with("organization") => Engine::LmStudio,
        _ => {
            // llama.cpp answers there as well, with the other list beside it.
            let own = entries(tags, "models").filter(|_| tags.is_some_and(|tags| tags.get("data").is_none()));
            if let Some(own) = own {
                return Some((Engine::Ollama, names(&own, "name")));
            }
            Engine::Compatible
        }
    };
    Some((engine, names(&listed?, "id")))
}

/// The models that write and are on this machine, by names that can be asked for as they are shown.
fn names(entries: &[Value], key: &str) -> Vec<String> {
    let here = |entry: &&Value| entry.get("remote_host").is_none() && entry.get("remote_model").is_none();
    let writes = |entry: &&Value| {
        let family = entry.get("details").and_then(|details| text_at(details, "family"));
        !family.is_some_and(|family| family.contains("bert"))
    };
    let mut names = Vec::new();
    for name in entries.iter().filter(here).filter(writes).filter_map(|entry| text_at(entry, key)) {
        let lower = name.to_ascii_lowercase();
        let shown = clean_line(name, NAME) == name && !name.is_empty();
        if shown && !MUTE.iter().any(|word| lower.contains(word)) && !names.iter().any(|had| had == name) {
            names.push(name.to_owned());
        }
        if names.len() == MODELS {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(name: &str, kind: ProviderKind, address: &str) -> ProviderSpec {
        ProviderSpec { base_url: Some(address.into()), ..ProviderSpec::new(name, kind) }
    }

    #[test]
    fn only_addresses_of_this_machine_are_places_to_look_at() {
        let at = |kind, address| place(&spec("p", kind, address)).map(|url| url.to_string());
        for (kind, address, looked) in [
            (ProviderKind::Ollama, "http://127.0.0.1:11434", "http://127.0.0.1:11434/"),
            (ProviderKind::OpenAi, "http://localhost:8080/v1", "http://localhost:8080/"),
            (ProviderKind::OpenAi, "http://[::1]:1234/v1/chat/completions", "http://[::1]:1234/"),
            (ProviderKind::OpenAi, "http://me:secret@127.0.0.1:1/llm/v1?key=x", "http://127.0.0.1:1/llm/"),
        ] {
            assert_eq!(at(kind, address).as_deref(), Some(looked), "{address}");
        }
        for (kind, address) in [
            (ProviderKind::OpenAi, "http://192.168.0.7:8080/v1"),
            (ProviderKind::OpenAi, "http://box.local:8080/v1"),
            (ProviderKind::OpenAi, "http://localhost.example.org/v1"),
            (ProviderKind::OpenAi, "https://127.0.0.1/v1"),
            (ProviderKind::OpenAi, "http://127.0.0.1:1,http://127.0.0.1:2"),
            (ProviderKind::Anthropic, "http://127.0.0.1:8080"),
            (ProviderKind::Nats, "nats://127.0.0.1:4222"),
            (ProviderKind::Ollama, "http://0.0.0.0:11434"),
        ] {
            assert_eq!(at(kind, address), None, "{address}");
        }
    }

    #[test]
    fn engines_are_told_by_what_they_answer() {
        let tags = json!({"models": [
            {"name": "llama3.2:latest", "model": "llama3.2:latest", "size": 2_019_393_189_u64, "digest": "a80c",
             "details": {"format": "gguf", "family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"}},
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "bge-m3:latest", "details": {"family": "bert"}},
            {"name": "gpt-oss:120b-cloud", "remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"},
        ]});
        let library = json!({"object": "list", "data": [
            {"id": "llama3.2:latest", "object": "model", "created": 1, "owned_by": "library"},
        ]});
        let llama = json!({
            "models": [{"name": "smollm2", "model": "smollm2", "type": "model"}],
            "object": "list",
            "data": [{"id": "smollm2", "object": "model", "created": 1, "owned_by": "llamacpp", "meta": {"n_ctx_train": 8192}}],
        });
        let studio = json!({"object": "list", "data": [
            {"id": "qwen3-8b", "object": "model", "owned_by": "organization_owner"},
            {"id": "text-embedding-nomic-embed-text-v1.5", "object": "model", "owned_by": "organization_owner"},
        ]});
        let refused = json!({"error": "Unexpected endpoint or method. (GET /api/tags)"});
        let other = json!({"object": "list", "data": [{"id": "toy"}]});
        let found = |engine, names: &[&str]| Some((engine, names.iter().map(|&name| name.into()).collect()));
        for (tags, list, told) in [
            (Some(&tags), Some(&library), found(Engine::Ollama, &["llama3.2:latest"])),
            (Some(&tags), None, found(Engine::Ollama, &["llama3.2:latest"])),
            (Some(&llama), Some(&llama), found(Engine::LlamaCpp, &["smollm2"])),
            (None, Some(&llama), found(Engine::LlamaCpp, &["smollm2"])),
            (Some(&refused), Some(&studio), found(Engine::LmStudio, &["qwen3-8b"])),
            (None, Some(&other), found(Engine::Compatible, &["toy"])),
            (
                Some(&json!({"models": []})),
                Some(&json!({"object": "list", "data": null})),
                found(Engine::Ollama, &[]),
            ),
            (Some(&refused), Some(&refused), None),
            (Some(&json!({"models": 7})), Some(&json!([1, 2])), None),
            (None, None, None),
        ] {
            assert_eq!(recognized(tags, list), told, "{tags:?} {list:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_shown_as_it_is_asked_for_is_none() {
        let told = |ids: &[&str]| names(&ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(), "id");
        assert_eq!(told(&["a", "a", "b\u{202e}c", "\u{1b}[31mred", "", "d\ne"]), ["a"]);
        let many: Vec<String> = (0..200).map(|nth| format!("m{nth}")).collect();
        assert_eq!(told(&many.iter().map(String::as_str).collect::<Vec<_>>()).len(), MODELS);
        assert!(told(&["x".repeat(NAME + 1).as_str()]).is_empty());
    }
}
