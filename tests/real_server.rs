//! The adapters against a real model server, where one is given.
//!
//! Counted as not run unless asked for with `--ignored`: then `BOTARIUM_TEST_LLAMA` holds the address of a llama.cpp
//! server, and for Ollama `BOTARIUM_TEST_OLLAMA` that of one (see `tests/llama-server` and `tests/README.md`). The model may be tiny: what is proved is the wire, the schema and the
//! counting, not the conversation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use botarium::llm::{
    Again, FailureKind, Finish, Guard, GuardSettings, Outcome, ProviderKind, ProviderSpec, Purpose, Request,
    build,
};
use serde_json::{Value, json};

fn server() -> String {
    asked_for("BOTARIUM_TEST_LLAMA")
}

fn asked_for(variable: &str) -> String {
    let address = std::env::var(variable).unwrap_or_default();
    assert!(!address.is_empty(), "{variable} has to hold the address of a server: see tests/README.md");
    address
}

fn spec(kind: ProviderKind, address: &str) -> ProviderSpec {
    ProviderSpec {
        base_url: Some(address.to_owned()),
        api_key: Some("EMPTY".into()),
        model: Some("smollm2".to_owned()),
        first_token: Duration::from_secs(90),
        ..ProviderSpec::new(kind.as_str(), kind)
    }
}

fn request(prompt: &str, schema: Option<Value>) -> Request {
    Request {
        purpose: Purpose::Think,
        model: "smollm2".to_owned(),
        system: "You are a brief assistant.".to_owned(),
        prompt: prompt.to_owned(),
        shared: 0,
        again: Again::SOON,
        schema: schema.map(Arc::new),
        temperature: 0.2,
        max_tokens: 40,
        scene: None,
        seed: 7,
    }
}

/// One call, with the live text it came with.
async fn ask(spec: &ProviderSpec, request: &Request) -> (Outcome, Vec<String>) {
    asked(&guard(spec), request).await
}

fn guard(spec: &ProviderSpec) -> Guard {
    Guard::new(build(spec).expect("a usable spec"), GuardSettings::from(spec))
}

async fn asked(guard: &Guard, request: &Request) -> (Outcome, Vec<String>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let outcome =
        guard.complete(request, Arc::new(move |text| sink.lock().unwrap().push(text.to_owned()))).await;
    let seen = seen.lock().unwrap().clone();
    (outcome, seen)
}

async fn answers_in_a_stream_and_counts(kind: ProviderKind, address: &str) {
    let guard = guard(&spec(kind, address));
    // Text of a model of which nothing is known may be reasoning without its mark: it is shown when it is whole.
    let (first, deltas) = asked(&guard, &request("Say hello.", None)).await;
    assert_eq!(deltas.concat(), first.result.expect("an answer").text);
    let (outcome, deltas) = asked(&guard, &request("Say hello to Ada.", None)).await;
    let completion = outcome.result.unwrap_or_else(|error| panic!("{kind}: {error}"));
    println!("{kind}: {completion:?}");
    assert!(!completion.text.is_empty());
    assert_eq!(deltas.concat(), completion.text, "the live text is the answer");
    assert!(deltas.len() > 1, "it came in parts");
    let usage = completion.usage.expect("the server counts");
    assert!(usage.input > 5 && (1..=40).contains(&usage.output), "{usage:?}");
    assert!(usage.cached <= usage.input);
    assert_eq!(completion.model, "smollm2");
    assert!(matches!(completion.finish, Finish::Stop | Finish::Length));
    assert_eq!(outcome.attempts.len(), 1);
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn openai_streams_and_counts() {
    let address = server();
    answers_in_a_stream_and_counts(ProviderKind::OpenAi, &address).await;
    // The same address with its version written out.
    answers_in_a_stream_and_counts(ProviderKind::OpenAi, &format!("{address}/v1/")).await;
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn anthropic_streams_and_counts() {
    let address = server();
    answers_in_a_stream_and_counts(ProviderKind::Anthropic, &address).await;
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn anthropic_adds_up_what_the_cache_holds() {
    let address = server();
    let spec = spec(ProviderKind::Anthropic, &address);
    let mut request = request("Say yes.", None);
    request.system = "You keep a long list of rules. ".repeat(40);
    request.max_tokens = 4;
    let mut inputs = Vec::new();
    for _ in 0..3 {
        let (outcome, _) = ask(&spec, &request).await;
        let usage = outcome.result.expect("an answer").usage.expect("counted");
        println!("{usage:?}");
        inputs.push((usage.input, usage.cached));
    }
    assert!(inputs.iter().all(|(input, _)| *input == inputs[0].0), "the sum is what was read: {inputs:?}");
    assert!(inputs.iter().any(|(_, cached)| *cached > 100), "the cache was used: {inputs:?}");
}

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {"action": {"enum": ["reply", "vote", "do_nothing"]}, "count": {"type": "integer"}},
        "required": ["action", "count"],
        "additionalProperties": false,
    })
}

fn assert_holds_the_schema(outcome: Outcome) {
    let completion = outcome.result.expect("an answer");
    let value: Value = serde_json::from_str(&completion.text).unwrap_or_else(|_| panic!("{completion:?}"));
    assert!(
        ["reply", "vote", "do_nothing"].contains(&value["action"].as_str().unwrap_or_default()),
        "{value}"
    );
    assert!(value["count"].is_i64(), "{value}");
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn openai_holds_a_schema() {
    let address = server();
    let (outcome, _) = ask(&spec(ProviderKind::OpenAi, &address), &request("Choose.", Some(schema()))).await;
    assert_holds_the_schema(outcome);
}

/// The shape of a bot's act: a choice of closed objects under one key.
#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn openai_holds_a_choice_of_objects() {
    let address = server();
    let act = |name: &str, key: &str, kind: &str| {
        json!({"type": "object", "properties": {"action": {"type": "string", "const": name}, key: {"type": kind}},
            "required": ["action", key], "additionalProperties": false})
    };
    let schema = json!({
        "type": "object",
        "properties": {"act": {"anyOf": [act("vote", "value", "integer"), act("follow", "bot_id", "string")]}},
        "required": ["act"],
        "additionalProperties": false,
    });
    let (outcome, _) = ask(&spec(ProviderKind::OpenAi, &address), &request("Choose.", Some(schema))).await;
    let completion = outcome.result.expect("an answer");
    if completion.finish == Finish::Stop {
        let value: Value =
            serde_json::from_str(&completion.text).unwrap_or_else(|_| panic!("{completion:?}"));
        let act = &value["act"];
        assert!(act["value"].is_i64() || act["bot_id"].is_string(), "{value}");
    } else {
        assert!(completion.text.trim_start().starts_with('{'), "cut off, but on its way: {completion:?}");
    }
    println!("{completion:?}");
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_OLLAMA"]
async fn ollama_streams_counts_and_holds_a_schema() {
    let address = asked_for("BOTARIUM_TEST_OLLAMA");
    let model = std::env::var("BOTARIUM_TEST_OLLAMA_MODEL").unwrap_or_else(|_| "local/smollm2".to_owned());
    let spec = spec(ProviderKind::Ollama, &address);
    let provider = build(&spec).expect("usable");
    println!("models: {:?}", provider.models().await.expect("a list"));

    let plain = Request { model: model.clone(), ..request("Say hello to Ada.", None) };
    let (outcome, deltas) = ask(&spec, &plain).await;
    let completion = outcome.result.expect("an answer");
    println!("{completion:?}");
    assert_eq!(deltas.concat(), completion.text);
    assert!(deltas.len() > 1, "it came in parts");
    assert!(completion.usage.is_some_and(|usage| usage.input > 0 && usage.output > 0), "{completion:?}");

    let (outcome, _) = ask(&spec, &Request { model, ..request("Choose.", Some(schema())) }).await;
    assert_holds_the_schema(outcome);

    let missing = Request { model: "nobody/has-this".to_owned(), ..request("Hello.", None) };
    let error = ask(&spec, &missing).await.0.result.expect_err("no such model");
    println!("{error}");
    assert_eq!(error.kind, FailureKind::Refused);
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn a_schema_the_server_cannot_read_is_let_go() {
    let address = server();
    let schema = json!({"type": "nonsense"});
    let (outcome, _) = ask(&spec(ProviderKind::OpenAi, &address), &request("Choose.", Some(schema))).await;
    let completion = outcome.result.expect("an answer all the same");
    assert!(!completion.text.is_empty());
}

#[tokio::test]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn models_are_listed() {
    let address = server();
    for kind in [ProviderKind::OpenAi, ProviderKind::Anthropic] {
        let models = build(&spec(kind, &address)).expect("usable").models().await.expect("a list");
        assert_eq!(models, ["smollm2"]);
    }
}
