//! What is particular to Ollama.

use botarium::domain::Usage;
use botarium::llm::{FailureKind, Finish, ProviderKind, Request};
use serde_json::{Value, json};

use super::server::{always, bodies, error, in_turn, streamed};
use super::{ask, lines, provider, request, sink, stream, with_schema};

const KIND: ProviderKind = ProviderKind::Ollama;

#[tokio::test]
async fn an_answer_streams_line_by_line_and_is_counted() {
    let server = always(streamed(KIND, &stream(KIND))).await;
    let (deltas, seen) = sink();
    let request = with_schema();
    let completion = provider(KIND, &server.uri()).complete(&request, deltas).await.expect("an answer");
    assert_eq!((completion.text.as_str(), seen.lock().unwrap().as_str()), ("Hello", "Hello"));
    assert_eq!(completion.usage, Some(Usage { input: 20, output: 2, cached: 0, cache_write: 0 }));
    assert_eq!((completion.finish, completion.model.as_str()), (Finish::Stop, "tiny-1"));

    let sent = &server.received_requests().await.expect("recorded")[0];
    assert_eq!(sent.url.path(), "/api/chat");
    let expected = json!({
        "model": "tiny",
        "messages": [{"role": "system", "content": "You are Ada."},
            {"role": "user", "content": "Say something as JSON."}],
        "stream": true,
        "options": {"num_predict": 50, "temperature": 0.7},
        "format": *request.schema.expect("one"),
    });
    assert_eq!(sent.body_json::<Value>().expect("JSON"), expected);
}

#[tokio::test]
async fn a_missing_model_says_how_to_get_it() {
    let server = always(error(404, r#"{"error": "model 'tiny' not found"}"#)).await;
    let failed = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("no model");
    assert_eq!(failed.kind, FailureKind::Refused);
    assert!(failed.message.contains("`ollama pull tiny`"), "{failed}");
    // Some other 404 is not about the model.
    let server = always(error(404, "404 page missing")).await;
    let failed = ask(&provider(KIND, &server.uri()), &request()).await.expect_err("no address");
    assert!(!failed.message.contains("ollama pull"), "{failed}");
}

#[tokio::test]
async fn a_schema_an_old_server_refuses_becomes_plain_json_then_text() {
    let no = || error(400, r#"{"error": "invalid format: expected \"json\" or a JSON schema"}"#);
    let server = in_turn(vec![no(), no(), streamed(KIND, &stream(KIND))]).await;
    let provider = provider(KIND, &server.uri());
    ask(&provider, &with_schema()).await.expect("an answer in the end");
    ask(&provider, &with_schema()).await.expect("an answer at once");
    let formats: Vec<Value> = bodies(&server).await.iter().map(|body| body["format"].clone()).collect();
    assert!(formats[0].is_object());
    assert_eq!(formats[1..], [json!("json"), json!(null), json!(null)]);
}

#[tokio::test]
async fn counts_that_are_missing_are_unknown() {
    let text = json!({"message": {"content": "Hi"}, "done": false});
    for last in [
        json!({"message": {"content": ""}, "done": true}),
        json!({"done": true, "eval_count": 4}),
        json!({"done": true, "prompt_eval_count": 0, "eval_count": 0}),
    ] {
        let server = always(streamed(KIND, &lines(&[text.clone(), last]))).await;
        let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
        assert_eq!((completion.text.as_str(), completion.usage), ("Hi", None));
    }
}

#[tokio::test]
async fn thinking_is_no_part_of_the_answer() {
    let pieces = [
        json!({"message": {"thinking": "Hmm.", "content": ""}, "done": false}),
        json!({"message": {"content": "Yes"}, "done": true, "done_reason": "length", "prompt_eval_count": 1, "eval_count": 2}),
    ];
    // The last line may lack its end.
    let server = always(streamed(KIND, lines(&pieces).trim_end())).await;
    let completion = ask(&provider(KIND, &server.uri()), &request()).await.expect("an answer");
    assert_eq!((completion.text.as_str(), completion.finish), ("Yes", Finish::Length));
}

#[tokio::test]
async fn a_long_prompt_asks_for_room_and_keeps_it() {
    let server = always(streamed(KIND, &stream(KIND))).await;
    let provider = provider(KIND, &server.uri());
    let long = Request { prompt: "word ".repeat(4_000), ..request() };
    for request in [&request(), &long, &request()] {
        ask(&provider, request).await.expect("an answer");
    }
    let rooms: Vec<Value> =
        bodies(&server).await.iter().map(|body| body["options"]["num_ctx"].clone()).collect();
    assert_eq!(rooms, [json!(null), json!(8192), json!(8192)], "a smaller one would load the model again");
}

#[tokio::test]
async fn models_are_listed() {
    let server = always(error(200, r#"{"models": [{"name": "llama3.2:latest"}, {"model": "other"}]}"#)).await;
    assert_eq!(provider(KIND, &server.uri()).models().await.expect("a list"), ["llama3.2:latest", "other"]);
    assert_eq!(server.received_requests().await.expect("recorded")[0].url.path(), "/api/tags");
}
