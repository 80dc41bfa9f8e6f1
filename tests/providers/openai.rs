//! What is particular to OpenAI-compatible servers.

use botarium::domain::Usage;
use botarium::llm::{FailureKind, Finish, ProviderKind, ProviderSpec, Request, build};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::server::{always, bodies, error, in_turn, streamed};
use super::{KEY, ask, provider, request, sink, spec, sse, stream, with_schema};

const KIND: ProviderKind = ProviderKind::OpenAi;

fn fine() -> ResponseTemplate {
    streamed(KIND, &stream(KIND))
}

fn refused(param: &str, message: &str) -> ResponseTemplate {
    let body =
        json!({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": null}});
    error(400, &body.to_string())
}

#[tokio::test]
async fn an_answer_streams_and_is_counted() {
    let server = always(fine()).await;
    let (deltas, seen) = sink();
    let completion = provider(KIND, &server.uri()).complete(&request(), deltas).await.expect("an answer");
    assert_eq!(completion.text, "Hello");
    assert_eq!(*seen.lock().unwrap(), "Hello");
    assert_eq!(completion.usage, Some(Usage { input: 20, output: 2, cached: 5, cache_write: 0 }));
    assert_eq!(completion.finish, Finish::Stop);
    assert_eq!(completion.model, "tiny-1");

    let sent = &server.received_requests().await.expect("recorded")[0];
    assert_eq!(sent.url.path(), "/v1/chat/completions");
    assert_eq!(sent.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(sent.headers["user-agent"], concat!("botarium/", env!("CARGO_PKG_VERSION")));
    let body: Value = sent.body_json().expect("JSON");
    let expected = json!({
        "model": "tiny",
        "messages": [{"role": "system", "content": "You are Ada."},
            {"role": "user", "content": "Say something as JSON."}],
        "stream": true, "max_tokens": 50, "stream_options": {"include_usage": true}, "temperature": 0.7,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn the_version_is_added_only_where_there_is_no_path() {
    let server = always(fine()).await;
    for (base, path) in [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/api/v1/", "/api/v1/chat/completions"),
        ("/openai", "/openai/chat/completions"),
    ] {
        ask(&provider(KIND, &format!("{}{base}", server.uri())), &request()).await.expect("an answer");
        let requests = server.received_requests().await.expect("recorded");
        assert_eq!(requests.last().expect("one").url.path(), path);
    }
}

#[tokio::test]
async fn without_a_key_none_is_sent_and_a_foreign_name_is_kept() {
    let server = always(fine()).await;
    let spec = ProviderSpec { base_url: Some(server.uri()), ..ProviderSpec::new("openai:lmstudio", KIND) };
    let provider = build(&spec).expect("a local server needs no key");
    assert_eq!((provider.name(), provider.default_model()), ("openai:lmstudio", "gpt-4.1-mini"));
    ask(&provider, &request()).await.expect("an answer");
    assert!(!server.received_requests().await.expect("recorded")[0].headers.contains_key("authorization"));
}

#[test]
fn openai_itself_needs_a_key_and_says_so() {
    let mut spec = ProviderSpec::new("openai", KIND);
    for address in [None, Some("https://api.openai.com/v1"), Some("https://api.openai.com")] {
        spec.base_url = address.map(Into::into);
        let error = build(&spec).err().expect("no key");
        assert_eq!(error.kind, FailureKind::NotConfigured);
        assert!(error.message.contains("OPENAI_API_KEY"), "{error}");
    }
    spec.base_url = Some("http://127.0.0.1:8080/v1".into());
    assert!(build(&spec).is_ok(), "a server of one's own may do without");
}

#[tokio::test]
async fn the_schema_comes_down_the_ladder_and_stays_there() {
    let no = |message: &str| refused("response_format", message);
    let server =
        in_turn(vec![no("strict is too strict"), no("no json_schema"), no("nor json_object"), fine()]).await;
    let provider = provider(KIND, &server.uri());
    ask(&provider, &with_schema()).await.expect("an answer in the end");
    ask(&provider, &with_schema()).await.expect("an answer at once");
    let forms: Vec<Value> = bodies(&server)
        .await
        .iter()
        .map(|body| body.pointer("/response_format/type").cloned().into())
        .collect();
    assert_eq!(
        forms,
        [json!("json_schema"), json!("json_schema"), json!("json_object"), json!(null), json!(null)]
    );
    let strict: Vec<Value> = bodies(&server).await[..2]
        .iter()
        .map(|body| body["response_format"]["json_schema"]["strict"].clone())
        .collect();
    assert_eq!(strict, [true, false]);
    // Another model has its own memory.
    ask(&provider, &Request { model: "other".to_owned(), ..with_schema() }).await.expect("an answer");
    assert_eq!(bodies(&server).await.last().expect("one")["response_format"]["type"], "json_schema");
}

#[tokio::test]
async fn servers_word_a_refused_schema_in_their_own_ways() {
    let words = [
        r#"{"error": {"message": "This response_format type is unavailable now", "type": "invalid_request_error", "param": null, "code": "invalid_request_error"}}"#,
        r#"{"error": "'response_format.type' must be 'json_schema' or 'text'"}"#,
        r#"{"error": {"message": "Invalid schema for response_format 'answer'", "param": "response_format", "code": null}}"#,
        r#"{"object": "error", "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'response_format')}]", "code": 400}"#,
        r#"{"detail": [{"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}]}"#,
        r#"{"error": {"code": 400, "message": "JSON schema error at #: unrecognized type nonsense", "type": "invalid_request_error"}}"#,
    ];
    for body in words {
        let server = in_turn(vec![error(400, body), fine()]).await;
        ask(&provider(KIND, &server.uri()), &with_schema())
            .await
            .unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(bodies(&server).await[1]["response_format"]["json_schema"]["strict"], false);
    }
}

#[tokio::test]
async fn a_schema_nobody_asked_for_is_not_blamed() {
    let server = always(refused("response_format", "no response_format")).await;
    let failed = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("refused");
    assert_eq!(failed.kind, FailureKind::Refused);
    assert_eq!(bodies(&server).await.len(), 1);
}

#[tokio::test]
async fn parameters_refused_by_name_are_dropped_or_renamed_once() {
    let server = in_turn(vec![
        refused("max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
        refused("temperature", "Unsupported value: 'temperature' does not support 0.7 with this model."),
        error(422, r#"{"detail": "stream_options: Extra inputs are not permitted"}"#),
        fine(),
    ])
    .await;
    let provider = provider(KIND, &server.uri());
    ask(&provider, &request()).await.expect("an answer in the end");
    ask(&provider, &request()).await.expect("an answer at once");
    let bodies = bodies(&server).await;
    assert_eq!(bodies.len(), 5, "three lessons, then each call goes through");
    assert!(bodies[0]["max_tokens"].is_u64() && bodies[0]["temperature"].is_f64());
    for learnt in &bodies[3..] {
        assert_eq!(learnt["max_completion_tokens"], 50, "renamed, never dropped");
        assert!(
            ["max_tokens", "temperature", "stream_options"].iter().all(|gone| learnt.get(gone).is_none())
        );
    }
}

#[tokio::test]
async fn a_stream_that_is_refused_is_done_without() {
    let whole = json!({"model": "tiny-1", "choices": [{"message": {"role": "assistant", "content": "Hello"},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}});
    let server =
        in_turn(vec![refused("stream", "Unsupported value: 'stream'"), error(200, &whole.to_string())]).await;
    let (deltas, seen) = sink();
    let completion = provider(KIND, &server.uri()).complete(&request(), deltas).await.expect("an answer");
    assert_eq!((completion.text.as_str(), seen.lock().unwrap().as_str()), ("Hello", "Hello"));
    assert_eq!(completion.usage.map(|usage| usage.total()), Some(4));
    assert_eq!(bodies(&server).await[1]["stream"], false);
}

#[tokio::test]
async fn a_limit_that_is_too_large_is_not_renamed() {
    let message = "max_tokens is too large: 5000. This model supports at most 4096 completion tokens.";
    let server = always(refused("max_tokens", message)).await;
    let failed = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("refused");
    assert_eq!(failed.kind, FailureKind::Refused);
    assert_eq!(bodies(&server).await.len(), 1);
}

#[tokio::test]
async fn what_did_not_help_is_not_remembered_and_has_an_end() {
    let server = always(refused("temperature", "temperature is wrong, whatever it is")).await;
    let provider = provider(KIND, &server.uri());
    for call in 1..=2 {
        ask(&provider, &request()).await.expect_err("refused");
        let sent = bodies(&server).await;
        assert_eq!(sent.len(), call * 2, "with it and without it");
        assert!(sent[(call - 1) * 2].get("temperature").is_some(), "tried again the next time");
    }
}

#[tokio::test]
async fn usage_that_is_missing_is_unknown() {
    let piece = |value: Value| sse(&[json!({"choices": [value]})]);
    let text = piece(json!({"delta": {"content": "Hi"}}));
    let end = piece(json!({"delta": {}, "finish_reason": "stop"}));
    for tail in [
        "data: [DONE]\n\n",
        "",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n",
    ] {
        let server = always(streamed(KIND, &format!(": a comment\n\n{text}{end}{tail}"))).await;
        let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
        assert_eq!((completion.text.as_str(), completion.usage), ("Hi", None));
        assert_eq!(completion.model, "tiny", "as asked for, where the server does not say");
    }
}

#[tokio::test]
async fn reasoning_is_no_part_of_the_answer() {
    let events = [
        json!({"choices": [{"delta": {"reasoning_content": "Hmm."}}]}),
        json!({"choices": [{"delta": {"reasoning": "Well."}}]}),
        json!({"choices": [{"delta": {"content": "Yes"}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "length"}]}),
    ];
    let server = always(streamed(KIND, &sse(&events))).await;
    let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
    assert_eq!((completion.text.as_str(), completion.finish), ("Yes", Finish::Length));
}

#[tokio::test]
async fn json_object_mode_says_the_word() {
    let no = |message: &str| refused("response_format", message);
    let server = in_turn(vec![no("strict"), no("json_schema"), fine()]).await;
    let quiet = Request { prompt: "Speak.".to_owned(), ..with_schema() };
    ask(&provider(KIND, &server.uri()), &quiet).await.expect("an answer");
    let sent = bodies(&server).await;
    assert_eq!(sent[1]["messages"][0]["content"], "You are Ada.");
    assert!(sent[2]["messages"][0]["content"].as_str().expect("text").contains("JSON"));
}

#[tokio::test]
async fn models_are_listed() {
    let server = always(error(200, r#"{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}"#)).await;
    assert_eq!(provider(KIND, &server.uri()).models().await.expect("a list"), ["a", "b"]);
    assert_eq!(server.received_requests().await.expect("recorded")[0].url.path(), "/v1/models");
}

#[test]
fn what_is_missing_is_named() {
    let error = build(&ProviderSpec::new("openai", KIND)).err().expect("no key, no address");
    assert_eq!(error.kind, FailureKind::NotConfigured);
    assert!(error.message.contains("OPENAI_API_KEY"), "{error}");
    for address in ["localhost:8080", "ftp://x", "", "http://"] {
        let error = build(&spec(KIND, address)).err().expect("no address");
        assert_eq!(error.kind, FailureKind::NotConfigured);
        assert!(error.message.contains("base_url"), "{error}");
    }
}
