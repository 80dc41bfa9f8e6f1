//! Streams that do not end well, on a raw connection.

use std::time::Duration;

use botarium::llm::{FailureKind, ProviderKind, ProviderSpec, build};

use super::server::{Then, chunked, raw};
use super::{KINDS, provider, request, sink, spec, stream};

/// The stream up to and with the first piece of text.
fn beginning(kind: ProviderKind) -> String {
    let whole = stream(kind);
    let text = whole.find("Hel").expect("the first piece");
    let separator = if kind == ProviderKind::Ollama { "\n" } else { "\n\n" };
    let end = whole[text..].find(separator).expect("its end") + text + separator.len();
    whole[..end].to_owned()
}

#[tokio::test]
async fn a_stream_dropped_in_the_middle_is_charged_and_may_be_retried() {
    for kind in KINDS {
        let address = raw(chunked(kind, &beginning(kind)), Then::Close).await;
        let (deltas, seen) = sink();
        let error = provider(kind, &address).complete(&request(), deltas).await.expect_err("broken");
        assert_eq!(error.kind, FailureKind::Server, "{kind}: {error}");
        assert!(error.kind.is_retryable() && error.maybe_charged);
        assert_eq!(error.usage, None, "what was counted before the end is not the whole");
        assert_eq!(error.received, 3, "what came back is known");
        assert_eq!(*seen.lock().unwrap(), "", "words of a model nothing is known of may be reasoning");
    }
}

#[tokio::test]
async fn a_stream_that_ends_politely_but_early_is_broken_too() {
    for kind in KINDS {
        let mut bytes = chunked(kind, &beginning(kind));
        bytes.extend_from_slice(b"0\r\n\r\n");
        let address = raw(bytes, Then::Close).await;
        let error =
            provider(kind, &address).complete(&request(), super::nowhere()).await.expect_err("broken");
        assert_eq!(error.kind, FailureKind::Server, "{kind}: {error}");
        assert!(error.message.contains("broke off") && error.maybe_charged, "{error}");
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_a_server_failure() {
    for kind in KINDS {
        let address = raw(Vec::new(), Then::Close).await;
        let error =
            provider(kind, &address).complete(&request(), super::nowhere()).await.expect_err("broken");
        assert_eq!((error.kind, error.maybe_charged), (FailureKind::Server, true), "{kind}: {error}");
    }
}

#[tokio::test]
async fn a_stream_that_stalls_times_out() {
    let silence = Duration::from_millis(60);
    // Long enough for the beginning to arrive on a busy machine.
    let stall = Duration::from_millis(800);
    let mut cases = Vec::new();
    for kind in KINDS {
        cases.push((kind, Vec::new(), silence, "no first token"));
        cases.push((kind, chunked(kind, "\n"), silence, "no first token"));
        cases.push((kind, chunked(kind, &beginning(kind)), stall, "stopped in the middle"));
    }
    let cases = cases.into_iter().map(async |(kind, bytes, first_token, words)| {
        let address = raw(bytes, Then::Stall).await;
        let provider = build(&ProviderSpec { first_token, ..spec(kind, &address) }).expect("usable");
        let error = provider.complete(&request(), super::nowhere()).await.expect_err("stalled");
        assert_eq!((error.kind, error.maybe_charged), (FailureKind::Timeout, true), "{kind}: {error}");
        assert!(error.message.contains(words), "{kind}: {error}");
    });
    futures_util::future::join_all(cases).await;
}

#[tokio::test]
async fn nobody_listening_names_the_way_out() {
    // A port that was free a moment ago.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    for kind in KINDS {
        let error =
            provider(kind, &address).complete(&request(), super::nowhere()).await.expect_err("refused");
        assert_eq!((error.kind, error.maybe_charged), (FailureKind::Connect, false), "{kind}: {error}");
        assert!(error.message.contains(&address), "{error}");
        let advice = if kind == ProviderKind::Ollama {
            "start Ollama or pick another provider"
        } else {
            "pick another provider"
        };
        assert!(error.message.contains(advice), "{error}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_replaced() {
    for kind in KINDS {
        let mut bytes = Vec::new();
        for byte in chunked(kind, &stream(kind).replace("Hel", "H~l")) {
            bytes.push(if byte == b'~' { 0xff } else { byte });
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        let address = raw(bytes, Then::Close).await;
        let completion =
            provider(kind, &address).complete(&request(), super::nowhere()).await.expect("an answer");
        assert_eq!(completion.text, "H\u{fffd}llo");
    }
}
