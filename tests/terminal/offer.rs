//! A model answers on this machine: it is offered, timed, taken by a key, taken back, and not offered again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::terminal::Home;

/// A server as llama.cpp's, which has every bot open the same thread.
struct Llama {
    address: String,
    /// How often somebody looked what it is.
    looks: Arc<AtomicUsize>,
}

const MODELS: &str = r#"{"models":[{"name":"smollm2","model":"smollm2","type":"model"}],"object":"list",
    "data":[{"id":"smollm2","object":"model","created":1,"owned_by":"llamacpp","meta":{"n_ctx_train":8192}}]}"#;
const ACT: &str = r#"{\"act\":{\"action\":\"create_thread\",\"title\":\"Kettle notes\",\"content\":\"The kettle sings a little flat.\",\"tags\":[\"kitchen\"]}}"#;

impl Llama {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let looks = Arc::new(AtomicUsize::new(0));
        let looked = Arc::clone(&looks);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let looked = Arc::clone(&looked);
                std::thread::spawn(move || serve(stream, &looked));
            }
        });
        Self { address, looks }
    }
}

/// Answers one request.
fn serve(mut stream: TcpStream, looked: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let said = if first.contains("/chat/completions") {
        let system = String::from_utf8_lossy(&body);
        let text = if system.contains("the log of a lighthouse") || system.contains("Say: ready") {
            "one, two"
        } else {
            ACT
        };
        let part = |part: &str| format!("data: {part}\n\n");
        let choice = |delta: &str, end: &str| {
            part(&format!(r#"{{"choices":[{{"index":0,"delta":{delta},"finish_reason":{end}}}]}}"#))
        };
        let usage = r#"{"choices":[],"usage":{"prompt_tokens":300,"completion_tokens":24}}"#;
        let stream = [
            choice(&format!(r#"{{"content":"{text}"}}"#), "null"),
            choice("{}", "\"stop\""),
            part(usage),
            part("[DONE]"),
        ];
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{}",
            stream.concat()
        )
    } else {
        looked.fetch_add(usize::from(first.contains("/api/tags")), Ordering::SeqCst);
        let length = MODELS.len();
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{MODELS}"
        )
    };
    stream.write_all(said.as_bytes()).ok()
}

#[test]
fn a_model_on_this_machine_is_offered_once_and_taken_by_a_key() {
    let (home, llama) = (Home::new(), Llama::start());
    let near = format!(
        "providers:\n  llamacpp:\n    base_url: http://{}/v1\n  ollama:\n    base_url: http://127.0.0.1:1\n  \
         lmstudio:\n    base_url: http://127.0.0.1:1/v1\n",
        llama.address
    );
    home.write("botarium.yaml", near);
    let terminal = home.open((120, 36), &[]);
    terminal.see("llama.cpp answers on this machine").see("V tells how fast, Esc declines");
    terminal.press(&["V"]).see("smollm2 · llama.cpp").see("a beat").see("(4000 read").see("for 6 bots");
    terminal
        .press(&["enter"])
        .see("llamacpp speaks for the room with smollm2")
        .see("every bot wakes every 5 minutes");
    terminal.press(&["1", "t"]).see("Kettle notes");
    terminal.press(&["U"]).see("provider of the room: llamacpp with smollm2");
    terminal.press(&["enter"]).see("taken back");
    terminal.see("every 30s").press(&["v"]).see("● scripted").press(&["esc"]).gone("● scripted");
    terminal.quit();
    home.is_sound();
    // Whoever answered is not asked again; the window opens by its key.
    let looks = llama.looks.load(Ordering::SeqCst);
    let terminal = home.open((120, 36), &[]);
    terminal.see("Ada").press(&["?"]).see("Keys that work here").press(&["q"]).gone("Keys that work here");
    assert_eq!(llama.looks.load(Ordering::SeqCst), looks, "nobody looked unasked");
    terminal.press(&["V"]).see("smollm2 · llama.cpp").press(&["esc"]).gone("Voices from a model");
    terminal.quit();
}

#[test]
fn a_hint_is_declined_by_a_key() {
    let (home, llama) = (Home::new(), Llama::start());
    let address = format!("providers.llamacpp.base_url=http://{}/v1", llama.address);
    let args = ["--set", &address, "--set", "providers.ollama.base_url=http://127.0.0.1:1"];
    let terminal = home.open((80, 24), &args);
    terminal.see("Esc declines").press(&["esc"]).gone("Esc declines");
    terminal.quit();
    let looks = llama.looks.load(Ordering::SeqCst);
    let terminal = home.open((80, 24), &args);
    terminal.see("Ada").press(&["?"]).see("Keys that work here").press(&["q"]).gone("Keys that work here");
    assert_eq!(llama.looks.load(Ordering::SeqCst), looks);
    terminal.quit();
}
