//! What every failure becomes: its kind, whether it may have been charged, and what a person reads.

use std::time::Duration;

use botarium::llm::{FailureKind, ProviderError, ProviderKind, ProviderSpec};
use wiremock::ResponseTemplate;

use super::server::{always, error, streamed};
use super::{KEY, KINDS, ask, error_body, provider, request};

/// Asks a server that always answers like this.
async fn failure(kind: ProviderKind, answer: ResponseTemplate) -> ProviderError {
    let server = always(answer).await;
    let result = ask(&provider(kind, &server.uri()), &request()).await;
    let error = result.expect_err("a failure");
    assert!(error.message.starts_with(kind.as_str()), "names the provider: {error}");
    assert!(error.message.chars().count() < 420, "short enough to read: {error}");
    assert!(!format!("{error} {error:?}").contains(KEY), "no key in a message: {error:?}");
    error
}

#[tokio::test]
async fn each_status_has_its_kind() {
    use FailureKind::{Auth, Quota, RateLimited, Refused, Server, TooLong};
    // status, the server's word for it, its message, what it becomes, whether it may be charged
    let table = [
        (400, "invalid_request_error", "messages: too few", Refused, false),
        (401, "authentication_error", "invalid x-api-key", Auth, false),
        (402, "billing_error", "pay first", Quota, false),
        (403, "permission_error", "not for you", Auth, false),
        (404, "not_found_error", "no such thing here", Refused, false),
        (408, "timeout", "too slow", RateLimited, true),
        (413, "request_too_large", "too large", TooLong, false),
        (422, "invalid_request_error", "bad value", Refused, false),
        (429, "rate_limit_error", "slow down", RateLimited, false),
        (429, "insufficient_quota", "You exceeded your current quota", Quota, false),
        (400, "invalid_request_error", "Your credit balance is too low", Quota, false),
        (500, "api_error", "internal", Server, true),
        (502, "api_error", "bad gateway", Server, true),
        (503, "api_error", "busy", Server, false),
        (529, "overloaded_error", "Overloaded", Server, false),
    ];
    for kind in KINDS {
        for (status, word, message, expected, charged) in table {
            let error = failure(kind, error(status, &error_body(kind, word, message))).await;
            assert_eq!(error.kind, expected, "{kind} {status}: {error}");
            assert_eq!(error.maybe_charged, charged, "{kind} {status}: {error}");
            assert_eq!(error.usage, None);
            assert!(error.message.contains(message), "quotes the server: {error}");
            assert!(error.message.contains(&status.to_string()), "names the status: {error}");
        }
    }
}

#[tokio::test]
async fn a_refused_key_says_which_one_to_check() {
    let body = |kind| error_body(kind, "authentication_error", "invalid");
    let error = failure(ProviderKind::Anthropic, error(401, &body(ProviderKind::Anthropic))).await;
    assert!(error.message.contains("ANTHROPIC_API_KEY"), "{error}");
    let error = failure(ProviderKind::OpenAi, super::server::error(401, &body(ProviderKind::OpenAi))).await;
    assert!(error.message.contains("OPENAI_API_KEY"), "{error}");
    // Whatever it is called: the variable that is configured, or else the settings that name one.
    for (key_variable, place) in
        [(Some("MINE".to_owned()), "MINE"), (None, "api_key_env or api_key_file of providers.house")]
    {
        for kind in KINDS {
            let server = always(super::server::error(401, &body(kind))).await;
            let spec = ProviderSpec {
                name: "house".into(),
                key_variable: key_variable.clone(),
                ..super::spec(kind, &server.uri())
            };
            let provider = botarium::llm::build(&spec).expect("usable");
            let error = ask(&provider, &request()).await.expect_err("the key is refused");
            assert!(error.message.contains(place), "{error}");
        }
    }
}

#[tokio::test]
async fn a_key_that_a_server_echoes_is_hidden() {
    for kind in KINDS {
        let echoes =
            [format!("Incorrect API key provided: {KEY}."), format!("bad sk-very-\u{200b}{}", &KEY[8..])];
        for message in echoes {
            let error = failure(kind, error(401, &error_body(kind, "authentication_error", &message))).await;
            assert!(error.message.contains("***") || !error.message.contains("secret"), "{error}");
        }
        let plain = ResponseTemplate::new(500).set_body_string(format!("crashed with {KEY} in hand"));
        assert!(failure(kind, plain).await.message.contains("***"));
        let inside = streamed(kind, &format!("<<{KEY}>>\n\n"));
        failure(kind, inside).await;
    }
}

#[tokio::test]
async fn the_key_in_an_address_stays_there() {
    let mut spec = super::spec(ProviderKind::OpenAi, "http://ada:hunter2@127.0.0.1:1/v1?token=hunter2");
    spec.connect = Duration::from_secs(2);
    let provider = botarium::llm::build(&spec).expect("usable");
    let error = ask(&provider, &request()).await.expect_err("nobody listens on port 1");
    assert_eq!(error.kind, FailureKind::Connect);
    assert!(error.message.contains("127.0.0.1:1"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    assert!(!format!("{spec:?}").contains(KEY));
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_and_as_a_date() {
    for kind in KINDS {
        for status in [429, 503, 529] {
            let body = error_body(kind, "rate_limit_error", "slow down");
            let seconds = error(status, &body).insert_header("retry-after", "7");
            assert_eq!(failure(kind, seconds).await.retry_after, Some(Duration::from_secs(7)));
            // A date counts from the server's own clock.
            let date = error(status, &body)
                .insert_header("date", "Sat, 21 Nov 2026 07:00:00 GMT")
                .insert_header("retry-after", "Sat, 21 Nov 2026 07:01:30 GMT");
            assert_eq!(failure(kind, date).await.retry_after, Some(Duration::from_secs(90)));
            let past = error(status, &body)
                .insert_header("date", "Sat, 21 Nov 2026 07:00:00 GMT")
                .insert_header("retry-after", "Sat, 21 Nov 2026 06:00:00 GMT");
            assert_eq!(failure(kind, past).await.retry_after, Some(Duration::ZERO));
            for nonsense in ["soon", "-3", "NaN", "1e400", ""] {
                let answer = error(status, &body).insert_header("retry-after", nonsense);
                assert_eq!(failure(kind, answer).await.retry_after, None, "{nonsense}");
            }
        }
    }
}

#[tokio::test]
async fn a_web_page_is_called_one() {
    let page =
        "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>\u{1b}[31m…</body></html>";
    for kind in KINDS {
        let answer = ResponseTemplate::new(502).set_body_raw(page.as_bytes().to_vec(), "text/html");
        let error = failure(kind, answer).await;
        assert_eq!(error.kind, FailureKind::Server);
        assert!(error.message.contains("502 Bad Gateway") && !error.message.contains('<'), "{error}");

        let answer = ResponseTemplate::new(200).set_body_raw(page.as_bytes().to_vec(), "text/html");
        let error = failure(kind, answer).await;
        assert_eq!(error.kind, FailureKind::Protocol);
        assert!(error.message.contains("web page") && error.message.contains("base_url"), "{error}");
    }
}

#[tokio::test]
async fn a_long_error_is_cut_and_cleaned() {
    for kind in KINDS {
        let message = format!("\u{1b}]0;owned\u{7}{}\u{202e}", "very ".repeat(5_000));
        let error = failure(kind, error(500, &error_body(kind, "api_error", &message))).await;
        assert!(!error.message.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", error.message);
        assert!(error.message.contains('…'));
    }
}

#[tokio::test]
async fn an_empty_answer_is_no_answer() {
    for kind in KINDS {
        for answer in [ResponseTemplate::new(200), streamed(kind, ""), ResponseTemplate::new(204)] {
            let error = failure(kind, answer).await;
            assert_eq!(error.kind, FailureKind::Protocol, "{error}");
            assert!(error.message.contains("empty") && error.maybe_charged, "{error}");
        }
        let error = failure(kind, ResponseTemplate::new(500)).await;
        assert_eq!(error.kind, FailureKind::Server);
    }
}

#[tokio::test]
async fn truncated_json_is_not_the_protocol() {
    for kind in KINDS {
        let whole = super::stream(kind);
        let half = match kind {
            ProviderKind::Ollama => whole[..whole.find("Hel").expect("there")].to_owned(),
            _ => format!("{}\n\n", &whole[..whole.find("Hel").expect("there")]),
        };
        let error = failure(kind, streamed(kind, &half)).await;
        assert_eq!(error.kind, FailureKind::Protocol, "{kind}: {error}");
        assert!(error.maybe_charged);
        let body = r#"{"choices": [{"message": {"conte"#.as_bytes().to_vec();
        let error = failure(kind, ResponseTemplate::new(200).set_body_raw(body, "application/json")).await;
        assert_eq!(error.kind, FailureKind::Protocol, "{kind}: {error}");
    }
}

#[tokio::test]
async fn an_error_inside_a_success_is_an_error() {
    use FailureKind::{Auth, RateLimited, Server};
    for (word, expected) in
        [("overloaded_error", Server), ("rate_limit_error", RateLimited), ("authentication_error", Auth)]
    {
        for kind in [ProviderKind::OpenAi, ProviderKind::Anthropic] {
            let body = error_body(kind, word, "so sorry");
            let error = failure(kind, streamed(kind, &format!("data: {body}\n\n"))).await;
            assert_eq!(error.kind, expected, "{kind}: {error}");
            assert!(error.message.contains("so sorry"), "{error}");
            // A refused key was seen to before any model was asked.
            assert_eq!(error.maybe_charged, expected != Auth, "{error}");
            let error = failure(kind, super::server::error(200, &body)).await;
            assert_eq!(error.kind, expected, "{kind}: {error}");
        }
    }
    let kind = ProviderKind::Ollama;
    let error =
        failure(kind, streamed(kind, &format!("{}\n", error_body(kind, "", "the runner died")))).await;
    assert_eq!(error.kind, Server);
    assert!(error.message.contains("the runner died"));
}

#[tokio::test]
async fn five_megabytes_are_refused() {
    for kind in KINDS {
        // As one piece without an end, and as a body that would be JSON.
        let endless = streamed(kind, &format!("data: {}", "x".repeat(5 << 20)));
        let error = failure(kind, endless).await;
        assert_eq!(error.kind, FailureKind::Protocol);
        assert!(error.message.contains("more than 4 MB") && error.maybe_charged, "{error}");
        let json = format!("{{\"choices\": \"{}\"}}", "x".repeat(5 << 20));
        let error = failure(kind, super::server::error(200, &json)).await;
        assert!(error.message.contains("more than 4 MB"), "{error}");
        // An error of that size is read as far as it is needed.
        let error = failure(kind, super::server::error(500, &json)).await;
        assert_eq!(error.kind, FailureKind::Server);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_a_key() {
    for kind in KINDS {
        let other = always(streamed(kind, &super::stream(kind))).await;
        for status in [301, 302, 307, 308] {
            let to = format!("{}/elsewhere?key=hunter2", other.uri());
            let error =
                failure(kind, ResponseTemplate::new(status).insert_header("location", to.as_str())).await;
            assert_eq!(error.kind, FailureKind::Refused);
            assert!(error.message.contains("base_url") && error.message.contains(&other.uri()), "{error}");
            assert!(!error.message.contains("hunter2"), "{error}");
        }
        assert!(other.received_requests().await.expect("recorded").is_empty());
    }
}

#[tokio::test]
async fn lists_of_models_fail_the_same_way() {
    for kind in KINDS {
        let server = always(error(401, &error_body(kind, "authentication_error", "no"))).await;
        let error = provider(kind, &server.uri()).models().await.expect_err("refused");
        assert_eq!((error.kind, error.maybe_charged), (FailureKind::Auth, false));
        let server = always(super::server::error(200, "{}")).await;
        let error = provider(kind, &server.uri()).models().await.expect_err("no list");
        assert_eq!((error.kind, error.maybe_charged), (FailureKind::Protocol, false));
    }
}
