use super::*;
use proptest::prelude::*;
use serde_json::json;

fn refusal(status: u16, body: &str) -> Refusal {
    Refusal::read(status, &HeaderMap::new(), body)
}

#[test]
fn the_words_are_found_in_every_body() {
    for (body, message) in [
        (r#"{"error": {"message": "no", "code": 400}}"#, "no"),
        (r#"[{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}]"#, "no"),
        (r#"{"error": "no"}"#, "no"),
        (r#"{"message": "no"}"#, "no"),
        (r#"{"msg": "no", "code": 7}"#, "no"),
        (r#"{"success": false, "errors": [{"code": 7000, "message": "no"}], "result": null}"#, "no"),
        (r#"{"detail": "no"}"#, "no"),
        (
            r#"{"detail": [{"loc": ["body", "x"], "msg": "no"}, {"loc": ["body", "y", 0], "msg": "nor this"}]}"#,
            "x: no; y: nor this",
        ),
        (r#"{"object": "error", "message": {"detail": [{"loc": ["body", "x"], "msg": "no"}]}}"#, "x: no"),
        ("\u{feff}{\"error\": \"no\",}", "no"),
        ("no", "no"),
        ("<html><title>no</title></html>", "no"),
    ] {
        assert_eq!(refusal(400, body).detail.message, message, "{body}");
    }
    assert!(
        refusal(422, r#"{"detail": [{"loc": ["body", "stream_options"], "msg": "no"}]}"#)
            .names("stream_options")
    );
}

#[test]
fn statuses_that_lie_are_seen_through() {
    for (status, body, kind) in [
        (
            400,
            r#"[{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}]"#,
            FailureKind::Auth,
        ),
        (400, r#"{"error": {"message": "maximum context length is 8192 tokens"}}"#, FailureKind::TooLong),
        (
            500,
            r#"{"error": {"message": "the request exceeds the available context size"}}"#,
            FailureKind::TooLong,
        ),
        (413, "too large", FailureKind::TooLong),
        (
            413,
            r#"{"error": {"message": "Request too large: tokens per minute (TPM): Limit 6000, Requested 7000", "type": "tokens", "code": "rate_limit_exceeded"}}"#,
            FailureKind::RateLimited,
        ),
        (
            413,
            "<html>\n<head><title>413 Request Entity Too Large</title></head></html>",
            FailureKind::Refused,
        ),
        (413, r#"{"message": "request entity too large"}"#, FailureKind::Refused),
        (413, r#"{"error": {"message": "context length of 8192 exceeded"}}"#, FailureKind::TooLong),
        (404, "404 page not found", FailureKind::Refused),
        (500, r#"{"error": {"message": "context deadline exceeded"}}"#, FailureKind::Server),
        (429, r#"{"error": {"message": "You exceeded your current quota"}}"#, FailureKind::Quota),
    ] {
        assert_eq!(refusal(status, body).kind(), kind, "{body}");
    }
}

#[test]
fn errors_inside_a_success_are_told_from_answers() {
    for (body, status) in [
        (json!({"error": "Unexpected endpoint or method. (POST /chat/completions)"}), 404),
        (json!({"error": {"message": "x", "code": 429}}), 429),
        (json!({"error": {"message": "Provider disconnected", "code": "server_error"}}), 500),
        (json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}), 529),
        (json!({"object": "error", "message": "x", "code": 400}), 400),
        (json!({"errors": [{"message": "No route for that URI"}]}), 404),
        (json!({"detail": "Not Found"}), 404),
        (json!([{"error": {"message": "x", "code": 503}}]), 503),
        (json!({"choices": [{"message": {"content": ""}, "error": {"code": 429, "message": "x"}}]}), 429),
        (
            json!({"choices": [{"finish_reason": "error", "delta": {}, "error": {"code": 502, "message": "x"}}]}),
            502,
        ),
        (
            json!({"base_resp": {"status_code": 1004, "status_msg": "login fail: no secret key"}, "choices": null}),
            401,
        ),
        (
            json!({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}, "object": "chat.completion"}),
            402,
        ),
        (json!({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}), 429),
        (json!({"error_code": 110, "error_msg": "Access token invalid"}), 401),
        (json!({"error_type": "overloaded", "error_message": "busy"}), 529),
        (json!({"Response": {"Error": {"Code": "AuthFailure.Id", "Message": "x"}, "RequestId": "1"}}), 401),
    ] {
        assert_eq!(Refusal::inside(&body).map(|refusal| refusal.status), Some(status), "{body}");
    }
    for answer in [
        json!({"choices": [], "error": null}),
        json!({"choices": [], "error": ""}),
        json!({"message": {"content": "x"}, "done": true}),
        json!({"type": "message_start", "message": {}}),
        json!({"usage": {}}),
        json!({"choices": [{"message": {"content": "x"}, "error": null}], "error": {}}),
        json!({"choices": [], "error": {"code": 0, "message": ""}}),
        json!({"choices": [], "error": {"code": "0", "message": null, "details": [{}]}}),
        json!({"choices": [], "error": 0}),
        json!({"choices": [], "error": false, "errors": [""]}),
        json!({"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}, "error_code": 0}),
    ] {
        assert!(Refusal::inside(&answer).is_none(), "{answer}");
    }
}

#[test]
fn an_error_inside_a_success_brings_its_own_words() {
    for (body, words) in [
        (json!({"choices": [{"error": {"code": 502, "message": "it fell over"}}]}), "it fell over"),
        (json!({"base_resp": {"status_code": 1008, "status_msg": "no balance"}}), "no balance"),
        (json!({"error_code": 110, "error_msg": "no token"}), "no token"),
        (json!({"error_type": "overloaded", "error_message": "busy"}), "busy"),
        (json!({"Response": {"Error": {"Code": "AuthFailure.Id", "Message": "no id"}}}), "no id"),
        (json!({"error": {}, "message": "not allowed"}), "not allowed"),
    ] {
        let refusal = Refusal::inside(&body).unwrap();
        assert_eq!(refusal.detail.message, words, "{body}");
    }
}

#[test]
fn the_size_of_the_context_is_found() {
    for (body, size) in [
        (
            r#"{"error": {"message": "request (5312 tokens) exceeds the available context size (4096 tokens), try increasing it", "n_ctx": 4096}}"#,
            Some(4096),
        ),
        (
            r#"{"error": {"message": "request (5312 tokens) exceeds the available context size (4096 tokens)"}}"#,
            Some(4096),
        ),
        (
            r#"{"error": {"message": "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion)."}}"#,
            Some(8192),
        ),
        (
            r#"{"type": "error", "error": {"message": "prompt is too long: 212000 tokens > 200000 maximum"}}"#,
            Some(200_000),
        ),
        (
            r#"{"error": {"message": "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000"}}"#,
            Some(200_000),
        ),
        (
            r#"{"error": {"message": "The prompt exceeds the context window of 131,072 tokens"}}"#,
            Some(131_072),
        ),
        (
            r#"{"error": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5312 `inputs` tokens", "error_type": "validation"}"#,
            Some(4096),
        ),
        (
            r#"{"code": "invalid", "error": "This model's maximum prompt length is 131072 but 140000 came"}"#,
            Some(131_072),
        ),
        (r#"{"error": {"message": "Range of input length should be [1, 30720]"}}"#, Some(30_720)),
        (r#"{"message": "too many tokens: the prompt cannot exceed 4081 - received 5312"}"#, Some(4081)),
        (r#"{"detail": "Prompt length 5312 is greater than max_seq_len 4096"}"#, Some(4096)),
        (r#"{"error": {"message": "the context length is exceeded"}}"#, None),
        (r#"{"error": {"message": "context length", "n_ctx": 7}}"#, None),
    ] {
        let refusal = refusal(400, body);
        assert_eq!((refusal.kind(), refusal.context()), (FailureKind::TooLong, size), "{body}");
    }
}

#[test]
fn a_date_to_wait_for_counts_without_the_date_of_the_answer() {
    assert_eq!(retry_after("Sat, 21 Nov 2099 07:01:30 GMT", None), Some(LONGEST_REST));
    assert_eq!(retry_after("Sat, 21 Nov 2015 07:01:30 GMT", None), Some(Duration::ZERO));
    assert_eq!(retry_after("Sat, 21 Nov 2015 07:01:30 GMT", Some("soon")), Some(Duration::ZERO));
    assert_eq!(retry_after("soon", None), None);
}

proptest! {
    #[test]
    fn junk_never_panics(body in "[\\PC\\n{}\\[\\]\"<>0-9a-z]{0,200}", status in 300u16..600) {
        let refusal = refusal(status, &body);
        let _ = (refusal.kind(), refusal.context(), refusal.names("x"));
    }
}
