//! A society in a temporary home with an open port, and a client.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use botarium::engine::{self, Clock, EngineTask, Handle, Settings};
use botarium::port::{self, OpenPort, PortOptions};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A running society with its port.
pub struct Room {
    pub engine: Handle,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    task: Option<EngineTask>,
    port: Option<OpenPort>,
    shutdown: CancellationToken,
    home: Option<TempDir>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// The options of tests: a free port, no rate limit.
pub fn options() -> PortOptions {
    let free = "127.0.0.1:0".parse().unwrap();
    PortOptions { max_connections: 2_000, read_timeout: Duration::from_secs(5), ..PortOptions::on(free) }
}

/// Settings with a seed and a clock that stands still until a beat moves it.
pub fn settings(home: &Path) -> Settings {
    let start = "2026-03-01T12:00:00Z".parse().unwrap();
    Settings { seed: Some(7), clock: Clock::simulated(start), ..Settings::new(home) }
}

impl Room {
    /// An engine that makes no beats by itself.
    pub async fn quiet() -> Self {
        Self::with(options()).await
    }

    /// A society that has lived through `beats` beats already.
    pub async fn after(beats: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let handle = engine::start(settings(home.path())).unwrap();
        lived(&handle, beats).await;
        Self::open(handle, None, options(), Some(home)).await
    }

    /// With these options.
    pub async fn with(options: PortOptions) -> Self {
        let home = tempfile::tempdir().unwrap();
        let handle = engine::start(settings(home.path())).unwrap();
        Self::open(handle, None, options, Some(home)).await
    }

    /// Opens a port to an engine.
    pub async fn open(
        engine: Handle,
        task: Option<EngineTask>,
        options: PortOptions,
        home: Option<TempDir>,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let port = port::serve(engine.clone(), options, shutdown.clone()).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { engine, address: port.address(), http, task, port: Some(port), shutdown, home }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        read(self.request(method, path).json(&body)).await
    }

    /// Closes the port, then the engine; answers with the home.
    pub async fn close(mut self) -> Option<TempDir> {
        self.shutdown.cancel();
        if let Some(port) = self.port.take() {
            port.closed().await;
        }
        match self.task.take() {
            Some(task) => task.stop(Duration::from_secs(2)).await,
            None => self.engine.close(),
        }
        self.home.take()
    }
}

/// Lets a society live through some beats.
pub async fn lived(handle: &Handle, beats: u64) {
    let run = engine::Run { count: Some(beats), ..engine::Run::default() };
    handle.run_beats(run, |_| {}).await.unwrap();
}

pub async fn read(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { status, headers, body }
}

impl Answer {
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// A refusal in the contract's shape; answers with its `detail`.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let detail = self.body["detail"].as_str().unwrap_or_else(|| panic!("no detail: {}", self.body));
        assert!(!detail.is_empty());
        detail.to_owned()
    }
}
