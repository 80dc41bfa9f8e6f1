//! Answers as servers really send them: any label, any line end, parts, halves of characters, counts
//! anywhere, reasoning in every place. What is meant is read, and charged as it was counted.

use botarium::domain::Usage;
use botarium::llm::{Completion, FailureKind, Finish, ProviderKind, ProviderSpec, Reasoning, build};
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::server::{Then, always, bodies, error, in_turn, raw, streamed};
use super::{KINDS, ask, provider, request, sink, spec, sse, stream, stream_type, with_schema};

const KIND: ProviderKind = ProviderKind::OpenAi;
const ACT: &str = r#"{"act": {"action": "do_nothing", "reason": "tea 🫖"}}"#;
const COUNTED: Usage = Usage { input: 900, output: 40, cached: 0, cache_write: 0 };

/// The answer of a server that sends exactly these bytes, and what was shown of it live.
async fn told(kind: ProviderKind, head: &str, body: &[u8]) -> (Completion, String) {
    let mut bytes = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    let address = raw(bytes, Then::Close).await;
    let (deltas, seen) = sink();
    let completion = provider(kind, &address).complete(&with_schema(), deltas).await;
    let seen = seen.lock().unwrap().clone();
    (completion.unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(body))), seen)
}

fn chunk(delta: &Value, finish: Option<&str>) -> Value {
    json!({"model": "tiny-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

fn counted() -> Value {
    json!({"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": 40}})
}

/// A stream of these deltas that ends as it should.
fn deltas(all: &[Value]) -> String {
    let mut events: Vec<Value> = all.iter().map(|delta| chunk(delta, None)).collect();
    events.push(chunk(&json!({}), Some("stop")));
    events.push(counted());
    sse(&events) + "data: [DONE]\n\n"
}

fn whole() -> Value {
    json!({"model": "tiny-1", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ACT}}],
        "usage": {"prompt_tokens": 900.0, "completion_tokens": 40.0}})
}

#[tokio::test]
async fn a_label_is_not_believed() {
    let stream = deltas(&[json!({"content": ACT})]);
    for head in [
        "",
        "content-type: text/event-stream\r\n",
        "content-type: Text/Event-Stream; charset=UTF-8\r\n",
        "content-type: text/plain; charset=utf-8\r\n",
        "content-type: application/json\r\n",
        "content-type: application/x-ndjson\r\n",
        "content-type: nonsense\r\n",
    ] {
        let pretty = format!("{:#}", whole());
        for body in [
            &stream,
            &whole().to_string(),
            &pretty,
            &format!("data: {}\n\n", whole()),
            &format!("[{}]", whole()),
        ] {
            for body in [
                body.clone(),
                format!("\u{feff}{body}"),
                body.replace('\n', "\r\n"),
                body.replace('\n', "\r"),
            ] {
                let (completion, seen) = told(KIND, head, body.as_bytes()).await;
                assert_eq!((completion.text.as_str(), seen.as_str()), (ACT, ACT), "{head}{body}");
                assert_eq!(
                    (completion.usage, completion.finish),
                    (Some(COUNTED), Finish::Stop),
                    "{head}{body}"
                );
            }
        }
    }
}

#[tokio::test]
async fn every_protocol_is_read_behind_any_label() {
    for kind in KINDS {
        let body = stream(kind);
        for head in ["", "content-type: text/html\r\n"] {
            for body in [
                body.clone(),
                format!("\u{feff}{body}"),
                body.replace('\n', "\r\n"),
                body.replace("\n\n", "\n"),
            ] {
                let (completion, _) = told(kind, head, body.as_bytes()).await;
                assert_eq!(
                    (completion.text.as_str(), completion.finish),
                    ("Hello", Finish::Stop),
                    "{kind} {body}"
                );
                assert_eq!(completion.usage.map(|usage| usage.output), Some(2), "{kind} {body}");
            }
        }
    }
}

#[tokio::test]
async fn parts_and_halves_come_together() {
    let (head, tail) = ACT.split_once('🫖').expect("there");
    let part = |text: &str| json!({"content": [{"type": "text", "text": text}]});
    let escaped = format!(
        "data: {}\n\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"\\ud83e\"}}}}]}}\n\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"\\uded6\"}}}}]}}\n\n{}",
        chunk(&json!({"content": head}), None),
        deltas(&[json!({"content": tail})])
    );
    for body in [
        deltas(&[
            json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
            part(head),
            part("🫖"),
            part(tail),
        ]),
        deltas(&[json!({"content": [{"type": "output_text", "text": {"value": ACT}}]})]),
        deltas(&[json!({"content": {"type": "text", "text": ACT}})]),
        escaped,
    ] {
        let (completion, _) = told(KIND, "", body.as_bytes()).await;
        assert_eq!(completion.text, ACT, "{body}");
    }
    // The bytes of one character in two messages.
    let mut bytes = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{}", json!(head)).into_bytes();
    bytes.pop();
    bytes.extend_from_slice(
        b"\xf0\x9f\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"\xab\x96\"}}]}\n\n",
    );
    bytes.extend_from_slice(deltas(&[json!({"content": tail})]).as_bytes());
    assert_eq!(told(KIND, "", &bytes).await.0.text, ACT);
}

#[tokio::test]
async fn reasoning_is_nowhere_in_the_answer_or_in_what_is_shown() {
    let draft =
        r#"Perhaps {"act": {"action": "vote", "thread_id": 3, "value": -1, "reason": "a draft"}}, but no."#;
    let mut bodies = Vec::new();
    for (open, close) in [
        ("<think>\n", "\n</think>\n\n"),
        ("", "\n</think>\n\n"),
        ("[THINK]", "[/THINK]"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ] {
        let text = format!("{open}{draft}{close}{ACT}");
        let pieces: Vec<Value> = text
            .chars()
            .collect::<Vec<_>>()
            .chunks(5)
            .map(|piece| json!({"content": piece.iter().collect::<String>()}))
            .collect();
        bodies.push(deltas(&pieces));
        bodies.push(deltas(&[json!({"content": text})]));
    }
    for field in ["reasoning_content", "reasoning", "thinking"] {
        bodies.push(deltas(&[json!({field: draft, "content": null}), json!({"content": ACT})]));
    }
    bodies.push(deltas(&[
        json!({"reasoning_details": [{"type": "reasoning.text", "text": draft}]}),
        json!({"content": ACT}),
    ]));
    for body in bodies {
        let (completion, seen) = told(KIND, "", body.as_bytes()).await;
        assert_eq!((completion.text.as_str(), completion.reasoned), (ACT, true), "{body}");
        assert!(!seen.contains("draft") && seen.contains("do_nothing"), "{seen}");
    }
}

#[tokio::test]
async fn an_answer_in_the_place_of_reasoning_counts_only_when_it_is_all_of_it() {
    let (completion, _) =
        told(KIND, "", deltas(&[json!({"content": null, "reasoning_content": ACT})]).as_bytes()).await;
    assert_eq!(completion.text, ACT);
    let thought = format!("Perhaps {ACT}? No.");
    let (completion, _) = told(KIND, "", deltas(&[json!({"reasoning_content": thought})]).as_bytes()).await;
    assert_eq!((completion.text.as_str(), completion.reasoned), ("", true));
    let cut =
        sse(&[chunk(&json!({"reasoning_content": ACT}), None), chunk(&json!({}), Some("length")), counted()]);
    let (completion, _) = told(KIND, "", cut.as_bytes()).await;
    assert_eq!((completion.text.as_str(), completion.finish), ("", Finish::Length));
}

#[tokio::test]
async fn why_it_ended_is_told_in_one_way() {
    for (kind, body, finish) in [
        (KIND, sse(&[chunk(&json!({}), Some("content_filter"))]), Finish::Filtered),
        (KIND, sse(&[chunk(&json!({"refusal": "No."}), None), chunk(&json!({}), Some("stop"))]), Finish::Refused),
        (KIND, sse(&[chunk(&json!({"content": null, "tool_calls": [{"function": {"name": "x"}}]}), None), chunk(&json!({}), Some("stop"))]), Finish::ToolCall),
        (ProviderKind::Anthropic, json!({"content": [], "stop_reason": "refusal", "usage": {}}).to_string(), Finish::Refused),
        (ProviderKind::Anthropic, json!({"content": [{"type": "tool_use", "name": "x"}], "stop_reason": "tool_use"}).to_string(), Finish::ToolCall),
        (ProviderKind::Ollama, json!({"message": {"content": "", "tool_calls": [{"function": {"name": "x"}}]}, "done": true, "done_reason": "stop"}).to_string(), Finish::ToolCall),
        (ProviderKind::Ollama, json!({"message": {"content": "", "thinking": "hm"}, "done": true, "done_reason": "length"}).to_string(), Finish::Length),
    ] {
        let (completion, _) = told(kind, "", body.as_bytes()).await;
        assert_eq!(completion.finish, finish, "{body}");
        let trouble = completion.trouble(50, "toy").unwrap_or_default();
        assert!(!trouble.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn a_server_that_gives_up_is_asked_again() {
    let body =
        sse(&[chunk(&json!({"content": "{\"act"}), None), chunk(&json!({"content": ""}), Some("error"))]);
    let server = always(streamed(KIND, &body)).await;
    let failure = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("it failed");
    assert_eq!((failure.kind, failure.received), (FailureKind::Server, 5));
    assert!(failure.kind.is_retryable() && failure.maybe_charged, "{failure}");
}

#[tokio::test]
async fn a_wrong_address_says_so_whatever_its_status() {
    for (kind, status, body) in [
        (KIND, 200, r#"{"error": "Unexpected endpoint or method. (POST /chat/completions)"}"#),
        (KIND, 404, "404 page not found"),
        (KIND, 404, r#"{"detail": "Not Found"}"#),
        (KIND, 405, ""),
        (ProviderKind::Ollama, 404, "404 page not found"),
    ] {
        let server = always(error(status, body)).await;
        let failure = ask(&provider(kind, &server.uri()), &request()).await.expect_err("nobody there");
        assert_eq!((failure.kind, failure.maybe_charged), (FailureKind::Refused, false), "{failure}");
        assert!(failure.message.contains("check base_url"), "{failure}");
        assert!(!failure.message.contains("pull"), "{failure}");
    }
}

#[tokio::test]
async fn the_address_of_one_call_is_taken_for_the_base() {
    for (kind, path, called) in [
        (ProviderKind::Ollama, "/v1", "/api/chat"),
        (ProviderKind::Ollama, "/api", "/api/chat"),
        (ProviderKind::Ollama, "/api/chat", "/api/chat"),
        (ProviderKind::Ollama, "/proxy/v1/", "/proxy/api/chat"),
        (KIND, "/v1/chat/completions", "/v1/chat/completions"),
        (ProviderKind::Anthropic, "/v1/messages", "/v1/messages"),
    ] {
        let server = always(streamed(kind, &stream(kind))).await;
        ask(&provider(kind, &format!("{}{path}", server.uri())), &request()).await.expect("an answer");
        let requests = server.received_requests().await.expect("recorded");
        assert_eq!(requests[0].url.path(), called, "{kind} {path}");
    }
}

#[tokio::test]
async fn a_form_refused_with_404_is_let_go() {
    let refused = error(
        404,
        r#"{"error": {"message": "No endpoints found that can handle the requested parameters.", "code": 404}}"#,
    );
    let server =
        in_turn(vec![refused.clone(), refused.clone(), refused, streamed(KIND, &stream(KIND))]).await;
    ask(&provider(KIND, &server.uri()), &with_schema()).await.expect("an answer without a form");
    let sent = bodies(&server).await;
    assert!(sent[0]["response_format"].is_object() && sent[3]["response_format"].is_null());
}

#[tokio::test]
async fn a_context_too_small_tells_its_size() {
    let body = r#"{"error": {"message": "request (5312 tokens) exceeds the available context size (4096 tokens), try increasing it", "n_ctx": 4096}}"#;
    let server = always(error(400, body)).await;
    let failure = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("too long");
    assert_eq!((failure.kind, failure.context), (FailureKind::TooLong, Some(4096)));
    assert!(failure.message.contains("prompt.total_tokens") && !failure.kind.is_retryable(), "{failure}");
}

#[tokio::test]
async fn reasoning_is_asked_for_in_each_protocols_words_and_given_up_when_refused() {
    let think = |body: &Value| match body {
        body if body["reasoning_effort"].is_string() => body["reasoning_effort"].clone(),
        body if !body["think"].is_null() => body["think"].clone(),
        body => body["thinking"]["type"].clone(),
    };
    for (kind, effort, word) in [
        (KIND, Reasoning::Off, json!("none")),
        (KIND, Reasoning::High, json!("high")),
        (ProviderKind::Ollama, Reasoning::Off, json!(false)),
        (ProviderKind::Ollama, Reasoning::Low, json!("low")),
        (ProviderKind::Anthropic, Reasoning::Off, json!("disabled")),
    ] {
        let refused =
            error(400, r#"{"error": {"message": "reasoning_effort, think, thinking: not supported"}}"#);
        let server =
            in_turn(vec![refused.clone(), refused.clone(), refused, streamed(kind, &stream(kind))]).await;
        let spec = ProviderSpec { reasoning: Some(effort), ..spec(kind, &server.uri()) };
        let _ = ask(&build(&spec).expect("usable"), &request()).await;
        assert_eq!(think(&bodies(&server).await[0]), word, "{kind}");
    }
}

#[tokio::test]
async fn parameters_of_ones_own_are_sent_as_given_beside_the_others() {
    let server = always(streamed(ProviderKind::Ollama, &stream(ProviderKind::Ollama))).await;
    let extra = json!({"keep_alive": "1h", "options": {"num_gpu": 1}});
    let extra = extra.as_object().expect("a group").clone();
    let spec = ProviderSpec { extra, ..spec(ProviderKind::Ollama, &server.uri()) };
    ask(&build(&spec).expect("usable"), &request()).await.expect("an answer");
    let body = &bodies(&server).await[0];
    assert_eq!(body["keep_alive"], "1h");
    assert_eq!((&body["options"]["num_gpu"], &body["options"]["num_predict"]), (&json!(1), &json!(50)));
}

#[tokio::test]
async fn counts_beyond_belief_are_not_reported() {
    for kind in KINDS {
        for most in [json!(i64::MAX), json!(6_000_000_000_000_000_000_i64), json!(1e30)] {
            let body = match kind {
                KIND => {
                    json!({"choices": [{"message": {"content": ACT}, "finish_reason": "stop"}], "usage": {"prompt_tokens": most, "completion_tokens": most}})
                }
                ProviderKind::Anthropic => {
                    json!({"content": [{"type": "text", "text": ACT}], "stop_reason": "end_turn", "usage": {"input_tokens": most, "output_tokens": most}})
                }
                _ => {
                    json!({"message": {"content": ACT}, "done": true, "prompt_eval_count": most, "eval_count": most})
                }
            };
            let (completion, _) = told(kind, "", body.to_string().as_bytes()).await;
            assert_eq!((completion.text.as_str(), completion.usage), (ACT, None), "{kind} {most}");
        }
    }
}

#[tokio::test]
async fn a_time_out_names_its_setting() {
    let address = raw(Vec::new(), Then::Stall).await;
    let spec = ProviderSpec { first_token: std::time::Duration::from_millis(50), ..spec(KIND, &address) };
    let failure = ask(&build(&spec).expect("usable"), &request()).await.expect_err("nothing came");
    assert_eq!(failure.kind, FailureKind::Timeout);
    for word in ["local", "providers.openai.first_token_timeout_seconds"] {
        assert!(failure.message.contains(word), "{failure}");
    }
}

/// Everything an answer of `bytes` comes to.
fn outcome(kind: ProviderKind, bytes: &[u8]) -> Result<(String, Finish, Option<Usage>), FailureKind> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let server = always(ResponseTemplate::new(200).set_body_raw(bytes.to_vec(), stream_type(kind))).await;
        match ask(&provider(kind, &server.uri()), &request()).await {
            Ok(completion) => Ok((completion.text, completion.finish, completion.usage)),
            Err(failure) => Err(failure.kind),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn junk_is_an_error_or_an_answer_and_never_a_panic(
        kind in prop::sample::select(KINDS.to_vec()),
        junk in prop::collection::vec(any::<u8>(), 0..60),
        at in 0usize..400,
    ) {
        let mut bytes = stream(kind).into_bytes();
        let at = at.min(bytes.len());
        bytes.splice(at..at, junk);
        let _ = outcome(kind, &bytes);
        bytes.truncate(at);
        let _ = outcome(kind, &bytes);
    }
}
