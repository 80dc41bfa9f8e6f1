//! Bots that live on a real model server, where one is given (see `tests/llama-server`).

use std::time::Duration;

use botarium::engine::{ProviderSetup, Run};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::ActivityQuery;

use super::society::{PRICE, Society, bot};

/// Beats lived with each protocol, unless `BOTARIUM_TEST_LLAMA_BEATS` says otherwise (a busy
/// machine without a graphics card writes a few tokens a second).
const BEATS: u64 = 20;

async fn live(kind: ProviderKind) {
    let address = std::env::var("BOTARIUM_TEST_LLAMA").unwrap_or_default();
    assert!(
        !address.is_empty(),
        "BOTARIUM_TEST_LLAMA has to hold the address of a server: see tests/README.md"
    );
    let beats = std::env::var("BOTARIUM_TEST_LLAMA_BEATS").ok().and_then(|n| n.parse().ok()).unwrap_or(BEATS);
    let counter = Counter::start(address).await;
    let through = counter.address.clone();
    let society = Society::begin(&through, 0, |s| {
        s.providers.retain(|setup| setup.spec.name != "model");
        let spec = ProviderSpec {
            base_url: Some(through.clone()),
            api_key: Some("EMPTY".into()),
            model: Some("smollm2".into()),
            first_token: Duration::from_secs(120),
            total: Duration::from_secs(240),
            concurrency: 2,
            ..ProviderSpec::new("model", kind)
        };
        s.providers.push(ProviderSetup { spec, price: Some(PRICE) });
        s.prompt_tokens = 500;
        s.memory_provider = Some("scripted".into()); // by rule: the two cores have enough to do
        s.budget.daily_tokens = 1_000_000;
    })
    .await;
    // One of them may only stay quiet: its answers are short.
    for (id, tools) in [("b01", vec!["forum".to_owned()]), ("b02", Vec::new())] {
        let mut bot = bot(id);
        bot.permissions.tools = tools;
        bot.model.max_tokens = 100;
        bot.model.temperature = 0.4;
        society.handle.add_bot(bot).await.unwrap();
    }
    // Each step is a beat by itself; a room in which nobody posts anything new may be idle, so wake them.
    let mut failed = 0;
    for beat in 0..beats {
        let done = society.handle.trigger(if beat % 4 == 0 { "b01" } else { "b02" }).await.unwrap();
        failed += u64::from(done.action == "failed");
    }
    assert_eq!(society.number("SELECT sum(beat) FROM bots"), beats as i64);

    let told = counter.told();
    // Memories are extracted by the embedded provider, whose tokens no server counts.
    let (input, output) = (
        society.number("SELECT sum(input) FROM usage_daily WHERE provider = 'model'"),
        society.number("SELECT sum(output) FROM usage_daily WHERE provider = 'model'"),
    );
    assert_eq!((input, output), told, "the books are what the server counted");
    assert_eq!(society.number("SELECT count(*) FROM reservations"), 0);
    let rate = society.number("SELECT per_byte FROM token_rates");
    assert!(rate > 0 && rate < 1_000_000, "{rate}");

    let view = society.handle.providers().await.unwrap().into_iter().find(|p| p.name == "model").unwrap();
    let counts: Vec<_> = view.ladder.iter().map(|l| (l.rung.as_str(), l.count)).collect();
    println!(
        "{kind}: {failed} of {beats} beats failed, ladder {counts:?}, {input} tokens read, {output} written"
    );
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<i64>(), beats as i64, "every beat is on a rung");
    let query = ActivityQuery { limit: 200, ..ActivityQuery::default() };
    for row in society.handle.activity(query).await.unwrap().iter().take(12) {
        println!(
            "  {} {} {}",
            row.bot_id,
            row.action_type,
            row.details.to_string().chars().take(160).collect::<String>()
        );
    }
    if kind == ProviderKind::OpenAi {
        // The server holds the schema: only what is cut off by max_tokens can be no JSON.
        let why = thoughts(&society).await;
        for (text, finish_is_length) in &why {
            let value = serde_json::from_str::<serde_json::Value>(text);
            assert!(*finish_is_length || value.is_ok_and(|v| v["act"]["action"].is_string()), "{text}");
        }
    }
    society.assert_sound();
    let more = society.handle.run_beats(Run { count: Some(0), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!(more.beats, 0);
}

/// The answers to think and repair requests, with whether they were as long as they may be.
async fn thoughts(society: &Society) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for id in society.texts("SELECT activity_id || '' FROM thoughts") {
        let why = society.handle.why(id.parse().unwrap()).await.unwrap();
        for exchange in why.exchanges.iter().filter(|e| e.purpose == "think" || e.purpose == "repair") {
            all.push((exchange.answer.clone(), exchange.usage.output >= 100));
        }
    }
    all
}

use counting::Counter;

pub mod counting {
    //! A proxy in front of the server that adds up what the server says it counted.

    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::extract::State;
    use axum::http::{HeaderMap, Method, Uri, header};
    use axum::response::Response;
    use serde_json::Value;

    /// See the module.
    pub struct Counter {
        pub address: String,
        inner: Arc<Inner>,
    }

    struct Inner {
        to: String,
        /// Input and output tokens that the server reported.
        books: Mutex<(i64, i64)>,
        calls: AtomicUsize,
        away: AtomicBool,
    }

    impl Counter {
        pub async fn start(to: String) -> Self {
            let inner = Arc::new(Inner {
                to,
                books: Mutex::default(),
                calls: AtomicUsize::new(0),
                away: AtomicBool::new(false),
            });
            let app = Router::new().fallback(pass).with_state(Arc::clone(&inner));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, app).await });
            Self { address, inner }
        }

        /// Tokens read and written.
        pub fn told(&self) -> (i64, i64) {
            *self.inner.books.lock().unwrap()
        }

        /// Calls that arrived.
        pub fn calls(&self) -> usize {
            self.inner.calls.load(Ordering::SeqCst)
        }

        /// Whether the server is away: it answers nothing but 503.
        pub fn away(&self, away: bool) {
            self.inner.away.store(away, Ordering::SeqCst);
        }
    }

    async fn pass(
        State(inner): State<Arc<Inner>>,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Response {
        if inner.away.load(Ordering::SeqCst) {
            return Response::builder().status(503).body(Body::from("away")).unwrap();
        }
        if method == Method::POST {
            inner.calls.fetch_add(1, Ordering::SeqCst);
        }
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.request(method, format!("{}{uri}", inner.to)).body(body);
        for name in ["content-type", "authorization", "x-api-key", "anthropic-version"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let mime = answer.headers()[header::CONTENT_TYPE].clone();
        let bytes = answer.bytes().await.unwrap();
        let (input, output) = counted(&String::from_utf8_lossy(&bytes));
        {
            let mut books = inner.books.lock().unwrap();
            books.0 += input;
            books.1 += output;
        }
        Response::builder().status(status).header(header::CONTENT_TYPE, mime).body(Body::from(bytes)).unwrap()
    }

    /// The highest of each count in the events of one answer.
    fn counted(body: &str) -> (i64, i64) {
        let (mut input, mut output) = (0, 0);
        let events = body.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
        for event in events.filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            for usage in [&event["usage"], &event["message"]["usage"]] {
                let count = |key: &str| usage[key].as_i64().unwrap_or(0);
                let read = count("prompt_tokens")
                    + count("input_tokens")
                    + count("cache_read_input_tokens")
                    + count("cache_creation_input_tokens");
                input = input.max(read);
                output = output.max(count("completion_tokens") + count("output_tokens"));
            }
        }
        (input, output)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn bots_live_on_a_real_server_through_openai() {
    live(ProviderKind::OpenAi).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn bots_live_on_a_real_server_through_anthropic() {
    live(ProviderKind::Anthropic).await;
}
