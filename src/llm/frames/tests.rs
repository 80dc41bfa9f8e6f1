use super::*;
use proptest::prelude::*;
use serde_json::json;

/// Everything in `bytes`, pushed in pieces that end at `cuts`.
fn frames(bytes: &[u8], cuts: &[usize]) -> (Vec<Frame>, String) {
    let mut frames = Frames::default();
    let mut from = 0;
    for cut in cuts.iter().copied().chain([bytes.len()]) {
        let cut = cut.clamp(from, bytes.len());
        frames.push(&bytes[from..cut]);
        from = cut;
    }
    frames.end();
    let mut all = Vec::new();
    while let Some(frame) = frames.next() {
        all.push(frame);
    }
    (all, frames.junk())
}

fn two() -> Vec<Frame> {
    vec![Frame::Message(json!({"a": "x{}"})), Frame::Message(json!({"b": [1, {"c": "\"]"}]}))]
}

/// The same two messages in every clothing.
fn clothings() -> Vec<Vec<u8>> {
    let (a, b) = (r#"{"a": "x{}"}"#, r#"{"b": [1, {"c": "\"]"}]}"#);
    let mut all: Vec<Vec<u8>> = [
        format!("data: {a}\n\ndata: {b}\n\n"),
        format!("data:{a}\n\ndata:{b}"),
        format!("data: {a}\ndata: {b}\n"),
        format!(": hello\nevent: x\nid: 3\nretry: 5\ndata: {a}\n\n: keep-alive\n\ndata: {b}\n\n"),
        format!("{a}\n{b}\n"),
        format!("{a}{b}"),
        format!("[{a},\n{b}]"),
        format!("[{a}\n,\n{b}\n]\n"),
        format!("{{\n  \"a\":\n  \"x{{}}\"\n}}\n{b}"),
        format!("data: {{\"a\":\ndata:  \"x{{}}\"}}\n\ndata: {b}\n\n"),
        format!("data: {a}\n\n{b}\n"),
        format!("{{\"a\": \"x{{}}\",}} {b}"),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    for plain in all.clone() {
        all.push([b"\xef\xbb\xbf".as_slice(), &plain].concat());
        let text = String::from_utf8(plain).expect("text");
        all.push(text.replace('\n', "\r\n").into_bytes());
        all.push(text.replace('\n', "\r").into_bytes());
    }
    all
}

#[test]
fn messages_are_told_by_their_look() {
    for bytes in clothings() {
        assert_eq!(frames(&bytes, &[]), (two(), String::new()), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn the_last_word_and_what_is_broken_are_told() {
    let (all, _) = frames(b"data: {\"a\": 1}\n\ndata: [DONE]\n\n", &[]);
    assert_eq!(all, [Frame::Message(json!({"a": 1})), Frame::Done]);
    let (all, _) = frames(b"data: {\"a\": \n\ndata: {\"b\": 1}\n\n", &[]);
    assert_eq!(all, [Frame::Broken("{\"a\":".to_owned()), Frame::Message(json!({"b": 1}))]);
    assert_eq!(frames(b"404 page not found\n", &[]), (vec![], "404 page not found\n".to_owned()));
    assert_eq!(frames(b"<html>\n<title>x</title>", &[]).1, "<html>\n<title>x</title>\n");
}

#[test]
fn an_event_that_is_called_an_error_is_one() {
    for (bytes, error) in [
        ("event: error\ndata: it fell over\n\n", json!("it fell over")),
        ("event: error\ndata: \"it fell over\"\n\n", json!("it fell over")),
        (
            "event: error\ndata: {\"message\": \"x\", \"type\": \"y\"}\n\n",
            json!({"message": "x", "type": "y"}),
        ),
        ("event: error\ndata: {\"error\": {\"message\": \"x\"}}\n\n", json!({"message": "x"})),
        ("error: {\"code\": 500, \"message\": \"x\"}\n\n", json!({"code": 500, "message": "x"})),
    ] {
        let after = format!("{bytes}event: x\ndata: {{\"a\": 1}}\n\n");
        let all = [Frame::Message(json!({"error": error})), Frame::Message(json!({"a": 1}))];
        assert_eq!(frames(after.as_bytes(), &[]), (all.to_vec(), String::new()), "{bytes}");
    }
    assert_eq!(frames(b"error: no such thing\n", &[]).1, "error: no such thing\n");
}

fn joined(bytes: &[u8]) -> String {
    let mut joiner = Joiner::default();
    let mut out = String::new();
    for frame in frames(bytes, &[]).0 {
        let Frame::Message(value) = frame else { panic!("{frame:?}") };
        out.push_str(&joiner.join(value["t"].as_str().expect("a text")));
    }
    out + &joiner.rest()
}

#[test]
fn halves_of_characters_find_each_other() {
    assert_eq!(joined(br#"{"t": "a\ud83e"}{"t": "\uded6b"}"#), "a🫖b");
    assert_eq!(joined(br#"{"t": "a\ud83e"}{"t": ""}{"t": "\uDED6"}"#), "a🫖");
    assert_eq!(joined(b"{\"t\": \"a\xf0\x9f\"}{\"t\": \"\xab\x96b\"}"), "a🫖b");
    assert_eq!(joined(b"{\"t\": \"\xf0\"}{\"t\": \"\x9f\"}{\"t\": \"\xab\"}{\"t\": \"\x96\"}"), "🫖");
    for lost in [br#"{"t": "a\ud83e"}{"t": "b"}"#.as_slice(), b"{\"t\": \"a\xf0\x9f\"}{\"t\": \"b\"}"] {
        assert_eq!(joined(lost), "a\u{fffd}b");
    }
    assert_eq!(joined(br#"{"t": "\uded6"}{"t": "\ud83e"}"#), "\u{fffd}\u{fffd}");
    // The model's own text may hold an escape: that is not this text's.
    assert_eq!(joined(br#"{"t": "\\ud83e \ud83e\uded6 \ud83e"}"#), "\\ud83e 🫖 \u{fffd}");
}

proptest! {
    #[test]
    fn cut_anywhere_it_is_the_same(bytes in prop::sample::select(clothings()), cuts in prop::collection::vec(0usize..120, 0..6)) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        prop_assert_eq!(frames(&bytes, &cuts), (two(), String::new()));
    }

    #[test]
    fn junk_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(data: )?[{}\\[\\]\"\\\\a-z,:\\n\\r]{0,80}") {
        let _ = frames(&bytes, &[7, 30]);
        let _ = frames(text.as_bytes(), &[3]);
    }
}
