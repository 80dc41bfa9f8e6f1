//! What answers on this machine: the three engines by their own answers, and what else may listen there.

use std::time::{Duration, Instant};

use botarium::llm::near::{self, Engine, Near};
use botarium::llm::{ProviderKind, ProviderSpec};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::server::{Then, always, error, raw};

fn spec(name: &str, kind: ProviderKind, address: &str) -> ProviderSpec {
    ProviderSpec { base_url: Some(address.into()), ..ProviderSpec::new(name, kind) }
}

/// A server with an answer for each path, and 404 for every other.
async fn serving(answers: &[(&str, Value)]) -> MockServer {
    let server = MockServer::start().await;
    for (at, answer) in answers {
        let answer = ResponseTemplate::new(200).set_body_json(answer);
        Mock::given(path(*at)).respond_with(answer).mount(&server).await;
    }
    server
}

fn tags() -> Value {
    json!({"models": [{
        "name": "llama3.2:latest", "model": "llama3.2:latest", "modified_at": "2026-11-04T14:56:49.27Z",
        "size": 2_019_393_189_u64, "digest": "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
        "details": {"format": "gguf", "family": "llama", "families": ["llama"], "parameter_size": "3.2B",
                    "quantization_level": "Q4_K_M"},
    }]})
}

fn library() -> Value {
    json!({"object": "list", "data": [
        {"id": "llama3.2:latest", "object": "model", "created": 1_762_268_209, "owned_by": "library"},
    ]})
}

/// As llama.cpp answers at both places.
fn llama() -> Value {
    json!({
        "models": [{"name": "smollm2", "model": "smollm2", "modified_at": "", "size": "", "digest": "", "type": "model",
                    "capabilities": ["completion"], "details": {"format": "gguf", "family": "", "families": [""]}}],
        "object": "list",
        "data": [{"id": "smollm2", "object": "model", "created": 1_762_268_209, "owned_by": "llamacpp",
                  "meta": {"vocab_type": 2, "n_vocab": 49152, "n_ctx_train": 8192, "n_embd": 576}}],
    })
}

fn studio() -> Value {
    json!({"object": "list", "data": [
        {"id": "gemma-3-4b", "object": "model", "owned_by": "organization_owner"},
        {"id": "text-embedding-nomic-embed-text-v1.5", "object": "model", "owned_by": "organization_owner"},
    ]})
}

#[tokio::test]
async fn the_three_are_found_with_their_models() {
    let ollama = serving(&[("/api/tags", tags()), ("/v1/models", library())]).await;
    let llama = serving(&[("/api/tags", llama()), ("/v1/models", llama())]).await;
    let unexpected = json!({"error": "Unexpected endpoint or method. (GET /api/tags). Returning 200 anyway"});
    let studio = serving(&[("/api/tags", unexpected), ("/v1/models", studio())]).await;
    let specs = [
        spec("ollama", ProviderKind::Ollama, &ollama.uri()),
        spec("llamacpp", ProviderKind::OpenAi, &format!("{}/v1", llama.uri())),
        spec("lmstudio", ProviderKind::OpenAi, &format!("{}/v1", studio.uri())),
        ProviderSpec::new("scripted", ProviderKind::Scripted),
        ProviderSpec::new("openai", ProviderKind::OpenAi),
    ];
    let found = near::look(&specs).await;
    assert_eq!(found.len(), 3, "{found:?}");
    for (address, engine, provider, model) in [
        (ollama.uri(), Engine::Ollama, "ollama", "llama3.2:latest"),
        (llama.uri(), Engine::LlamaCpp, "llamacpp", "smollm2"),
        (studio.uri(), Engine::LmStudio, "lmstudio", "gemma-3-4b"),
    ] {
        let told = Near {
            address,
            engine: Some(engine),
            provider: Some(provider.into()),
            models: vec![model.into()],
            trouble: None,
        };
        assert!(found.contains(&told), "{told:?} is not among {found:?}");
    }
}

#[tokio::test]
async fn it_is_the_answer_that_tells_and_not_the_port() {
    // Ollama at the address where an OpenAI-compatible server was expected, and the other way round.
    let ollama = serving(&[("/api/tags", tags()), ("/v1/models", library())]).await;
    let llama = serving(&[("/api/tags", llama()), ("/v1/models", llama())]).await;
    let specs = [
        spec("llamacpp", ProviderKind::OpenAi, &format!("{}/v1", ollama.uri())),
        spec("ollama", ProviderKind::Ollama, &llama.uri()),
    ];
    for near in near::look(&specs).await {
        let (engine, kind) = if near.address == ollama.uri() {
            (Engine::Ollama, "kind ollama")
        } else {
            (Engine::LlamaCpp, "kind openai")
        };
        assert_eq!((near.engine, near.provider.as_deref()), (Some(engine), None));
        assert!(near.trouble.as_ref().is_some_and(|said| said.contains(kind)), "{near:?}");
    }
    // Two providers of one address are looked at once, and the one that speaks with it is named.
    let both = [
        spec("one", ProviderKind::OpenAi, &format!("{}/v1", ollama.uri())),
        spec("two", ProviderKind::Ollama, &ollama.uri()),
    ];
    let found = near::look(&both).await;
    assert_eq!((found.len(), found[0].provider.as_deref()), (1, Some("two")), "{found:?}");
}

async fn one(address: &str) -> Near {
    let found = near::look(&[spec("llamacpp", ProviderKind::OpenAi, &format!("{address}/v1"))]).await;
    let [near] = found.as_slice() else { panic!("{found:?}") };
    near.clone()
}

#[tokio::test]
async fn whatever_else_listens_there_is_no_engine() {
    let page = ResponseTemplate::new(200).set_body_raw("<html><h1>It works!</h1></html>", "text/html");
    let far = MockServer::start().await;
    let away =
        ResponseTemplate::new(302).insert_header("location", format!("{}/v1/models", far.uri()).as_str());
    let long = "x".repeat(4 << 20);
    let megabytes = json!({"object": "list", "data": [{"id": "m", "owned_by": long}]});
    for (server, what) in [
        (always(page).await, "a web page"),
        (always(away).await, "elsewhere"),
        (always(ResponseTemplate::new(200).set_body_json(megabytes)).await, "megabytes"),
        (always(error(401, r#"{"error": "no key"}"#)).await, "a refusal"),
        (
            always(ResponseTemplate::new(200).set_body_json(json!({"models": "none", "data": 7}))).await,
            "other JSON",
        ),
        (always(ResponseTemplate::new(200)).await, "nothing"),
    ] {
        let near = one(&server.uri()).await;
        assert_eq!((near.engine, near.provider, near.models.len()), (None, None, 0), "{what}");
        assert_eq!(near.trouble.as_deref(), Some("what answers there is no engine for models"), "{what}");
    }
    assert_eq!(far.received_requests().await.unwrap().len(), 0, "nobody was followed elsewhere");
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let near = one(&format!("http://{nowhere}")).await;
    assert_eq!(near.trouble.as_deref(), Some("nothing answers there"));
}

#[tokio::test]
async fn one_that_hangs_keeps_nobody_waiting_for_long() {
    let head =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"obj".to_vec();
    for bytes in [Vec::new(), head] {
        let silent = raw(bytes, Then::Stall).await;
        let began = Instant::now();
        let near = one(&silent).await;
        assert_eq!(near.trouble.as_deref(), Some("what listens there did not answer in time"));
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn no_key_goes_to_whoever_listens_and_names_pass_the_gate() {
    let hostile = json!({"object": "list", "data": [
        {"id": "\u{1b}]52;c;ZWNobyBoaQ==\u{7}", "owned_by": "llamacpp"},
        {"id": "fine", "owned_by": "llamacpp"},
        {"id": "right\u{202e}left", "owned_by": "llamacpp"},
    ]});
    let server = serving(&[("/v1/models", hostile)]).await;
    let address = server.uri().replace("http://", "http://me:secret@");
    let keyed = ProviderSpec {
        api_key: Some("sk-verysecret".into()),
        ..spec("llamacpp", ProviderKind::OpenAi, &format!("{address}/v1?key=other"))
    };
    let found = near::look(&[keyed]).await;
    assert_eq!(found[0].models, ["fine"]);
    assert_eq!(found[0].address, server.uri());
    for request in server.received_requests().await.unwrap() {
        assert!(
            request.headers.get("authorization").is_none() && request.url.query().is_none(),
            "{request:?}"
        );
    }
}
