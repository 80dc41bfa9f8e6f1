//! What bots, models and files say cannot act on the terminal: the bytes it gets are read.

use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::payloads::payloads;
use crate::terminal::Home;

/// Everything a terminal might act on, around words that are looked for on the screen.
const EVIL: &str = "mild\u{1b}]52;c;aGFjaw==\u{7}\u{1b}]0;hacked\u{7}\u{1b}]8;;http://hacked\u{1b}\\\u{1b}Phacked\u{1b}\\\u{1b}_hacked\u{1b}\\\
\u{1b}^hacked\u{1b}\\\u{1b}Xhacked\u{1b}\\\u{1b}[2J\u{1b}[31m\u{1b}[?1049l\u{1b}c\u{9b}2J\u{9d}0;hacked\u{9c}\u{90}q\u{9c}\u{202e}\u{2066}\u{200b}\u{feff}\u{0}\u{8}\u{7f}\
tone\u{1b}]52;c;unterminated";

/// As much of it as fits in a name and a trait.
const SHORT: &str = "mild\u{1b}[2J\u{9b}31m\u{7}\u{202e}tone";

/// As a double-quoted YAML scalar.
fn yaml(text: &str) -> String {
    let inner: String = text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    format!("\"{inner}\"")
}

/// The sequences the control room sends; whatever else a terminal might act on came from outside.
#[track_caller]
fn is_harmless(bytes: &[u8], whose: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{whose}: {e}"));
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() || is_invisible(c)) {
        let here = &rest[at..];
        let sequence = own(here).or_else(|| here.starts_with(['\n', '\r']).then_some(1));
        let near: String = here.chars().take(24).collect();
        rest = &here[sequence.unwrap_or_else(|| panic!("{whose} holds {near:?}"))..];
    }
    assert!(!text.contains("\u{1b}]52"), "{whose}: the clipboard");
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Length of one of our own sequences at the beginning.
fn own(text: &str) -> Option<usize> {
    for whole in [
        "\u{1b}]0;botarium\u{7}",
        "\u{1b}]11;?\u{1b}\\",
        "\u{1b}]11;?\u{7}",
        "\u{1b}]10;?\u{1b}\\",
        "\u{1b}]10;?\u{7}",
        "\u{1b}[>1u",
        "\u{1b}[<1u",
    ] {
        if text.starts_with(whole) {
            return Some(whole.len());
        }
    }
    if text.starts_with("\u{1b}]8") {
        return link(text);
    }
    let body = text.strip_prefix("\u{1b}[")?;
    let end = body.find(|c: char| !matches!(c, '0'..='9' | ';' | '?' | ':'))?;
    let (parameters, last) = (&body[..end], body[end..].chars().next()?);
    let known = match last {
        'm' | 'H' => !parameters.contains('?'),
        'h' | 'l' => matches!(
            parameters,
            "?1049" | "?7" | "?25" | "?2004" | "?2026" | "?1000" | "?1002" | "?1003" | "?1006" | "?1015"
        ),
        'c' => parameters.is_empty(),
        'J' => parameters == "2",
        _ => false,
    };
    known.then_some(2 + end + 1)
}

/// Length of the beginning or end of a link that leads to the address, all or some of which stands in it.
fn link(text: &str) -> Option<usize> {
    let body = text.strip_prefix("\u{1b}]8;;")?;
    let (address, rest) = body.split_once("\u{1b}\\")?;
    let whole = text.len() - rest.len();
    if address.is_empty() {
        return Some(whole);
    }
    let mut inside = rest.split_once("\u{1b}]8;;\u{1b}\\")?.0;
    let mut shown = String::new();
    while let Some(first) = inside.chars().next() {
        let sequence = own(inside);
        if sequence.is_none() {
            shown.push(first);
        }
        inside = &inside[sequence.unwrap_or(first.len_utf8())..];
    }
    let leads = address.starts_with("http") && address.bytes().all(|byte| byte.is_ascii_graphic());
    (leads && !shown.is_empty() && address.contains(&shown)).then_some(whole)
}

#[test]
fn a_link_that_shows_one_address_and_means_another_is_none_of_ours() {
    let link =
        |address: &str, shown: &str| format!("\u{1b}]8;;{address}\u{1b}\\\u{1b}[1m{shown}\u{1b}]8;;\u{1b}\\");
    is_harmless(link("http://a.example/b", "http://a.example/b").as_bytes(), "a link");
    for (address, shown) in
        [("http://a.example", "http://b.example"), ("http://a\u{9b}", "http://a"), ("file:///a", "file:///a")]
    {
        assert!(own(&link(address, shown)).is_none(), "{address:?}");
    }
}

/// A bot with something in every field.
fn bot() -> String {
    let (evil, short) = (yaml(EVIL), yaml(SHORT));
    format!(
        "bot:\n  id: evil_001\n  name: {short}\n  identity:\n    origin_story: {evil}\n  personality:\n    traits: [{short}]\n    \
         communication_style: {evil}\n    interests: [{evil}]\n    quirks: [{evil}]\n  model:\n    provider: lab\n    temperature: 0.5\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_outside_reaches_the_terminal() {
    let server = MockServer::start().await;
    let say = |content: String| {
        ResponseTemplate::new(200).set_body_json(json!({
            "id": "1", "model": EVIL, "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        }))
    };
    let thread = json!({"act": {"action": "create_thread", "title": EVIL, "content": EVIL, "tags": [EVIL]}});
    let facts = json!({"facts": [{"text": EVIL, "importance": 9}], "opinions": [{"topic": EVIL, "stance": EVIL, "confidence": 0.9}]});
    for (answer, times) in [(thread.to_string(), 1), (facts.to_string(), 1)] {
        let mock = Mock::given(method("POST")).and(path("/v1/chat/completions"));
        mock.respond_with(say(answer)).up_to_n_times(times).mount(&server).await;
    }
    // And then an answer that cannot be read at all.
    let mock = Mock::given(method("POST")).and(path("/v1/chat/completions"));
    mock.respond_with(say(EVIL.to_owned())).mount(&server).await;
    let home = Home::new();
    let lab = format!("{}/v1", server.uri());
    home.write(
        "botarium.yaml",
        format!("providers:\n  lab:\n    kind: openai\n    base_url: {lab}\n    model: m\n    price: {{input: 0, output: 0}}\n"),
    );
    home.write("bots/evil.yaml", bot());
    let cast = home.path().join("evil.cast");
    let shown = tokio::task::spawn_blocking(move || look_everywhere(&home, &cast));
    shown.await.unwrap();
}

fn look_everywhere(home: &Home, cast: &std::path::Path) {
    let terminal = home.open((200, 50), &["--record", cast.to_str().unwrap()]);
    // The first beat comes by itself, and would be in the way of one that is asked for: a thread and what it took
    // to remember. Then unreadable answers, with their repairs.
    terminal.see("mild").see("15 tok").press(&["space"]).see("paused");
    for _ in 0..2 {
        terminal.press(&["t"]).see("beat: ").until("the word to go", |screen| !screen.contains("beat: "));
    }
    for page in ["i", "m", "b", "r", "w"] {
        terminal.press(&[page]).gone("reading…").see("mild");
    }
    terminal.press(&["h"]).gone("reading…").press(&["h"]).gone("reading…");
    for pane in ["4", "6"] {
        terminal.press(&["tab"]).see("mild").press(&["1", pane]).see("mild");
    }
    terminal.press(&["1", "a"]).see("Interview mild").type_text("who?").press(&["ctrl+s"]).see(" tokens, ");
    terminal.press(&["q"]).gone(" tokens, ");
    for tab in ["Forum", "Stats", "Memory", "Society", "Moderation", "Events", "Log"] {
        terminal.press(&["]"]).see(&format!("[{tab}]")).gone("reading…");
        if tab == "Forum" {
            terminal.press(&["g", "enter"]).see("tone");
        }
    }
    terminal.emulator(|_, asked| {
        assert_eq!(asked.strange, Vec::<String>::new());
        assert_eq!(asked.copied, Vec::<String>::new());
    });
    let raw = terminal.quit();
    is_harmless(&raw, "the terminal");
    let frames = frames(cast);
    assert!(frames.contains("mild"));
    is_harmless(frames.as_bytes(), "the recording");
    let tail = home.run(&["tail", "-n", "50", "--no-follow"]);
    assert!(tail.contains("mild"), "{tail}");
    is_harmless(tail.as_bytes(), "tail");
    let actions: Vec<String> =
        home.export("activity").iter().map(|row| row["action_type"].to_string()).collect();
    for action in ["create_thread", "failed", "interview"] {
        assert!(actions.iter().any(|done| done.contains(action)), "{action} is not among {actions:?}");
    }
}

#[test]
fn a_copy_asked_for_is_the_only_one() {
    let home = Home::new();
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["y"]).see("copied");
    terminal.emulator(|_, asked| assert_eq!(asked.copied, ["YWRhXzAwMQ=="])); // ada_001
    terminal.quit();
}

#[test]
fn nothing_stored_without_a_gate_reaches_the_terminal_or_a_recording() {
    let home = Home::new();
    home.run(&["beat", "--count", "60"]);
    // As an earlier version may have stored it.
    let payloads = payloads();
    assert!(payloads.len() >= 90);
    let db = rusqlite::Connection::open(home.path().join("data/botarium.db")).unwrap();
    for (n, some) in (0_i64..).zip(payloads.chunks(8)) {
        let text = format!("mild{}tone", some.join("-"));
        db.execute(
            "UPDATE threads SET title = ?1, content = ?1, tags = json_array(?1) WHERE id = ?2 + 1",
            (&text, n),
        )
        .unwrap();
        db.execute("UPDATE replies SET content = ?1 WHERE id % 15 = ?2", (&text, n)).unwrap();
        db.execute(
            "UPDATE activities SET details = json_set(details, '$.title', ?1, '$.content', ?1, '$.reason', ?1) WHERE id % 15 = ?2",
            (&text, n),
        )
        .unwrap();
        db.execute("UPDATE memories SET text = ?1 WHERE id % 15 = ?2", (&text, n)).unwrap();
    }
    drop(db);
    let cast = home.path().join("all.cast");
    let terminal = home.open((200, 60), &["--record", cast.to_str().unwrap()]);
    terminal.see("mild").press(&["space"]).see("paused");
    for page in ["m", "b", "r", "w"] {
        terminal.press(&[page]).gone("reading…");
    }
    for tab in ["Forum", "Stats", "Memory", "Society", "Moderation", "Events", "Log"] {
        terminal.press(&["]"]).see(&format!("[{tab}]")).gone("reading…");
        if tab == "Forum" {
            terminal.press(&["g", "enter"]).gone("reading…").see("mild").press(&["j", "j", "j"]);
        }
    }
    let raw = terminal.quit();
    is_harmless(&raw, "the terminal");
    is_harmless(frames(&cast).as_bytes(), "the recording");
}

/// What a recording sends to the terminal that plays it.
fn frames(cast: &std::path::Path) -> String {
    let recorded = std::fs::read_to_string(cast).unwrap();
    let events = recorded.lines().skip(1).map(|line| {
        let event: (f64, String, String) = serde_json::from_str(line).unwrap();
        event
    });
    events.filter(|(_, kind, _)| kind == "o").map(|(_, _, data)| data).collect()
}
