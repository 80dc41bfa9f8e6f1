//! What is particular to the Messages API.

use botarium::domain::Usage;
use botarium::llm::{FailureKind, Finish, ProviderKind, ProviderSpec, Request, build};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::server::{always, bodies, error, in_turn, streamed};
use super::{KEY, ask, error_body, provider, request, sink, spec, sse, stream, with_schema};

const KIND: ProviderKind = ProviderKind::Anthropic;

fn fine() -> ResponseTemplate {
    streamed(KIND, &stream(KIND))
}

fn refused(message: &str) -> ResponseTemplate {
    error(400, &error_body(KIND, "invalid_request_error", message))
}

#[tokio::test]
async fn an_answer_streams_and_every_token_read_is_counted() {
    let server = always(fine()).await;
    let (deltas, seen) = sink();
    let completion = provider(KIND, &server.uri()).complete(&request(), deltas).await.expect("an answer");
    assert_eq!((completion.text.as_str(), seen.lock().unwrap().as_str()), ("Hello", "Hello"));
    // 12 plain, 5 read from the cache, 3 written to it.
    assert_eq!(completion.usage, Some(Usage { input: 20, output: 2, cached: 5, cache_write: 3 }));
    assert_eq!(completion.finish, Finish::Stop);
    assert_eq!(completion.model, "tiny-1");

    let sent = &server.received_requests().await.expect("recorded")[0];
    assert_eq!(sent.url.path(), "/v1/messages");
    assert_eq!(sent.headers["x-api-key"], KEY);
    assert_eq!(sent.headers["anthropic-version"], "2023-06-01");
    let expected = json!({
        "model": "tiny", "max_tokens": 50, "stream": true, "temperature": 0.7,
        "system": [{"type": "text", "text": "You are Ada.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "Say something as JSON."}],
    });
    assert_eq!(sent.body_json::<Value>().expect("JSON"), expected);
}

#[tokio::test]
async fn usage_may_come_at_either_end() {
    let block = [
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}}),
        json!({"type": "message_stop"}),
    ];
    let start = |usage: Value| json!({"type": "message_start", "message": {"usage": usage}});
    let end = |usage: Value| json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": usage});
    let all = json!({"input_tokens": 1, "cache_read_input_tokens": 939, "output_tokens": 4});
    let cases = [
        (
            start(json!({"input_tokens": 1, "cache_read_input_tokens": 939, "output_tokens": 0})),
            end(json!({"output_tokens": 4})),
        ),
        (start(json!({"input_tokens": 0, "output_tokens": 0})), end(all.clone())),
        (start(json!(null)), end(all)),
    ];
    for (first, last) in cases {
        let events = [first, block[0].clone(), last, block[1].clone()];
        let server = always(streamed(KIND, &sse(&events))).await;
        let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
        assert_eq!(completion.usage, Some(Usage { input: 940, output: 4, cached: 939, cache_write: 0 }));
        assert_eq!(completion.finish, Finish::Length);
    }
    let bare = [
        json!({"type": "message_start", "message": {}}),
        block[0].clone(),
        end(json!(null)),
        block[1].clone(),
    ];
    let server = always(streamed(KIND, &sse(&bare))).await;
    let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
    assert_eq!((completion.text.as_str(), completion.usage), ("Hi", None), "missing is unknown, not nothing");
}

#[tokio::test]
async fn the_schema_is_sent_as_far_as_it_can_be_enforced() {
    let server = always(fine()).await;
    let schema = json!({
        "type": "object", "title": "Act",
        "properties": {
            "title": {"type": "string", "maxLength": 200, "description": "short"},
            "value": {"type": "integer", "enum": [1, -1], "minimum": -1},
            "to": {"oneOf": [{"type": "object", "properties": {"id": {"type": "integer", "minimum": 1}}}, {"type": "null"}]},
            "tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "pattern": "^[a-z]+$"}},
        },
        "required": ["title"],
    });
    let request = Request { schema: Some(std::sync::Arc::new(schema)), ..request() };
    ask(&provider(KIND, &server.uri()), &request).await.expect("an answer");
    let expected = json!({"format": {"type": "json_schema", "schema": {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "short"},
            "value": {"type": "integer", "enum": [1, -1]},
            "to": {"anyOf": [{"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": false}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["title"],
        "additionalProperties": false,
    }}});
    assert_eq!(bodies(&server).await[0]["output_config"], expected);
}

#[tokio::test]
async fn what_a_model_refuses_is_left_out_from_then_on() {
    let server = in_turn(vec![
        refused("output_config.format: this model does not support structured outputs"),
        refused("`temperature` is deprecated for this model."),
        refused("system.0.cache_control: Extra inputs are not permitted"),
        fine(),
    ])
    .await;
    let provider = provider(KIND, &server.uri());
    ask(&provider, &with_schema()).await.expect("an answer in the end");
    ask(&provider, &with_schema()).await.expect("an answer at once");
    let bodies = bodies(&server).await;
    assert_eq!(bodies.len(), 5);
    assert!(bodies[0].get("output_config").is_some() && bodies[0].get("temperature").is_some());
    for learnt in &bodies[3..] {
        assert!(learnt.get("output_config").is_none() && learnt.get("temperature").is_none());
        assert_eq!(learnt["system"], json!([{"type": "text", "text": "You are Ada."}]));
        assert_eq!(learnt["max_tokens"], 50);
    }
}

#[tokio::test]
async fn the_temperature_stays_on_their_scale() {
    let server = always(fine()).await;
    let hot = Request { temperature: 1.7, system: String::new(), ..request() };
    ask(&provider(KIND, &server.uri()), &hot).await.expect("an answer");
    let body = &bodies(&server).await[0];
    assert_eq!(body["temperature"], 1.0);
    assert!(body.get("system").is_none(), "an empty block is refused by the API");
}

#[tokio::test]
async fn an_error_after_the_first_words_ends_the_answer() {
    let events = [
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}),
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}}),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    ];
    let server = always(streamed(KIND, &sse(&events))).await;
    let failed = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("an error");
    assert_eq!((failed.kind, failed.usage, failed.maybe_charged), (FailureKind::Server, None, true));
}

#[tokio::test]
async fn thinking_is_no_part_of_the_answer_and_a_whole_answer_is_read() {
    let whole = json!({"type": "message", "model": "tiny-1", "stop_reason": "refusal",
        "content": [{"type": "thinking", "thinking": "Hmm."}, {"type": "text", "text": "No"}],
        "usage": {"input_tokens": 3, "output_tokens": 1}});
    let server = always(error(200, &whole.to_string())).await;
    let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
    assert_eq!((completion.text.as_str(), completion.finish), ("No", Finish::Refused));
    assert_eq!(completion.usage.map(|usage| usage.total()), Some(4));
}

#[tokio::test]
async fn models_are_listed_and_the_version_may_be_in_the_address() {
    let server =
        always(error(200, r#"{"data": [{"type": "model", "id": "claude-x"}], "has_more": false}"#)).await;
    for base in [server.uri(), format!("{}/v1/", server.uri())] {
        assert_eq!(provider(KIND, &base).models().await.expect("a list"), ["claude-x"]);
    }
    for sent in server.received_requests().await.expect("recorded") {
        assert_eq!((sent.url.path(), sent.url.query()), ("/v1/models", Some("limit=1000")));
    }
}

#[test]
fn a_missing_key_is_named() {
    for key in [None, Some("".into()), Some("  \n".into())] {
        let spec = ProviderSpec { api_key: key, ..ProviderSpec::new("anthropic", KIND) };
        let error = build(&spec).err().expect("no key");
        assert_eq!(error.kind, FailureKind::NotConfigured);
        assert!(error.message.contains("ANTHROPIC_API_KEY"), "{error}");
    }
    let odd = ProviderSpec { api_key: Some("sk-line\nbreak".into()), ..spec(KIND, "http://127.0.0.1:1") };
    let error = build(&odd).err().expect("no header can carry it");
    assert_eq!(error.kind, FailureKind::NotConfigured);
    assert!(!error.message.contains("sk-line"), "{error}");
}

#[tokio::test]
async fn what_is_shared_and_what_is_own_are_cached_apart_where_they_are_read_again() {
    let server = always(fine()).await;
    let provider = provider(KIND, &server.uri());
    let soon = Request { shared: 4, ..request() };
    ask(&provider, &soon).await.expect("an answer");
    // Somebody else comes within a minute, the same bot in an hour: its own part would be forgotten by then.
    let again = botarium::llm::Again { shared: 60, own: 3_600 };
    ask(&provider, &Request { again, ..soon.clone() }).await.expect("an answer");
    ask(&provider, &Request { again: botarium::llm::Again::NEVER, ..soon }).await.expect("an answer");
    let bodies = bodies(&server).await;
    let marked = |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    let plain = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(bodies[0]["system"], json!([marked("You "), marked("are Ada.")]));
    assert_eq!(bodies[1]["system"], json!([marked("You "), plain("are Ada.")]));
    assert_eq!(bodies[2]["system"], json!([plain("You "), plain("are Ada.")]));
}
