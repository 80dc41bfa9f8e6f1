//! The ways out that are no terminal: a webhook and a program, each with a queue of its own.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;

use super::{Word, hmac};
use crate::config::NotifyConfig;
use crate::domain::Secret;

/// Words that wait for one way at most; what is more is dropped with a line in the log.
const QUEUE: usize = 64;
/// Times a word is posted before it is given up.
const TRIES: u32 = 5;
/// Before the second try; twice as long before each further one.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the other side may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a program may take.
const RUN: Duration = Duration::from_secs(10);

/// What became of a word on one way.
pub type Outcome = Result<String, String>;

/// The ways out of a configuration.
#[derive(Debug, Default)]
pub struct Outlet {
    ways: Vec<(&'static str, Sender<Word>)>,
}

impl Outlet {
    /// Opens the ways that are configured, until `stop`.
    #[must_use]
    pub fn open(config: &NotifyConfig, secret: Option<Secret>, stop: &CancellationToken) -> Self {
        let mut outlet = Self::default();
        if let Some(post) = Post::new(config, secret, PAUSE) {
            let (sender, words) = channel(QUEUE);
            outlet.ways.push(("the webhook", sender));
            tokio::spawn(posting(post, words, stop.clone()));
        }
        if !config.command.is_empty() {
            let (sender, words) = channel(QUEUE);
            outlet.ways.push(("the program", sender));
            tokio::spawn(running(config.command.clone(), words, stop.clone()));
        }
        outlet
    }

    /// Sends a word on every way; whoever is too slow for it goes without.
    pub fn send(&self, word: &Word) {
        for (way, sender) in &self.ways {
            if sender.try_send(word.clone()).is_err() {
                tracing::warn!("notify: {way} is too slow, a word was dropped");
            }
        }
    }

    /// Sends one word on every way and waits for what becomes of it.
    pub async fn try_each(
        config: &NotifyConfig,
        secret: Option<Secret>,
        word: &Word,
    ) -> Vec<(&'static str, Outcome)> {
        let mut tried = Vec::new();
        if let Some(post) = Post::new(config, secret, PAUSE) {
            tried.push(("webhook", post.deliver(word).await));
        }
        if !config.command.is_empty() {
            tried.push(("command", run(config.command.clone(), word.clone()).await));
        }
        tried
    }
}

async fn posting(post: Post, mut words: Receiver<Word>, stop: CancellationToken) {
    while let Some(word) = next(&mut words, &stop).await {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            outcome = post.deliver(&word) => {
                if let Err(why) = outcome {
                    tracing::warn!("notify: the webhook did not take a word: {why}");
                }
            }
        }
    }
}

async fn running(command: Vec<String>, mut words: Receiver<Word>, stop: CancellationToken) {
    while let Some(word) = next(&mut words, &stop).await {
        if let Err(why) = run(command.clone(), word).await {
            tracing::warn!("notify: the program failed: {why}");
        }
    }
}

async fn next(words: &mut Receiver<Word>, stop: &CancellationToken) -> Option<Word> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        word = words.recv() => word,
    }
}

/// Where words are posted.
struct Post {
    url: String,
    secret: Option<Secret>,
    client: Client,
    pause: Duration,
}

impl Post {
    fn new(config: &NotifyConfig, secret: Option<Secret>, pause: Duration) -> Option<Self> {
        if config.webhook.is_empty() {
            return None;
        }
        // Whoever came first has chosen; all choose the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            Client::builder().timeout(ANSWER).no_gzip().redirect(reqwest::redirect::Policy::none()).build();
        let client =
            client.inspect_err(|error| tracing::error!("notify: no webhook can be called: {error}")).ok()?;
        Some(Self { url: config.webhook.clone(), secret, client, pause })
    }

    /// Posts a word until it is taken, refused for good, or tried often enough.
    async fn deliver(&self, word: &Word) -> Outcome {
        let body = serde_json::to_vec(word).map_err(|error| error.to_string())?;
        let mut pause = self.pause;
        let mut last = String::new();
        for attempt in 1..=TRIES {
            let mut request = self
                .client
                .post(&self.url)
                .header("content-type", "application/json")
                .header("x-botarium-attempt", attempt.to_string());
            if let Some(secret) = &self.secret {
                let code = hmac::sign(secret.expose().as_bytes(), &body);
                request = request.header("x-botarium-signature", format!("sha256={code}"));
            }
            match request.body(body.clone()).send().await {
                Ok(answer) if answer.status().is_success() => {
                    return Ok(format!("taken with {}", answer.status().as_u16()));
                }
                Ok(answer) => {
                    let status = answer.status();
                    last = format!("it answered {}", status.as_u16());
                    let again = status.is_server_error()
                        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
                    if !again {
                        return Err(last);
                    }
                }
                Err(error) => last = error.without_url().to_string(),
            }
            if attempt < TRIES {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        Err(format!("{last}; tried {TRIES} times"))
    }
}

/// Runs the program for a word.
async fn run(command: Vec<String>, word: Word) -> Outcome {
    let ran = tokio::task::spawn_blocking(move || run_blocking(&command, &word)).await;
    ran.unwrap_or_else(|_| Err("it was cut off".into()))
}

fn run_blocking(command: &[String], word: &Word) -> Outcome {
    let Some((program, arguments)) = command.split_first() else { return Err("no program is named".into()) };
    let mut child = Command::new(program)
        .args(arguments)
        .env("BOTARIUM_KIND", &word.kind)
        .env("BOTARIUM_TEXT", &word.text)
        .env("BOTARIUM_AT", &word.at)
        .env("BOTARIUM_ROOM", &word.room)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        let json = serde_json::to_vec(word).unwrap_or_default();
        let _ = input.write_all(&json); // whoever does not read it needs none of it
    }
    let until = Instant::now() + RUN;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok("it ran".into()),
            Ok(Some(status)) => return Err(format!("{program} ended with {status}")),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _ = child.kill(); // it may have ended just now
                let _ = child.wait();
                return Err(format!("{program} took longer than {} s", RUN.as_secs()));
            }
            Err(error) => return Err(format!("{program}: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use wiremock::matchers::{header_exists, method};
    use wiremock::{Mock, MockServer, Request, ResponseTemplate};

    use super::*;

    fn config(webhook: String) -> NotifyConfig {
        NotifyConfig { webhook, ..NotifyConfig::default() }
    }

    fn word() -> Word {
        Word {
            kind: "capped".into(),
            text: "Rex is capped".into(),
            at: "2026-11-29T12:00:00Z".into(),
            room: "here".into(),
        }
    }

    #[tokio::test]
    async fn a_word_is_signed_and_posted_again_while_the_other_side_is_busy() {
        let server = MockServer::start().await;
        let answers = Mutex::new(vec![200_u16, 429, 503]);
        Mock::given(method("POST"))
            .and(header_exists("x-botarium-signature"))
            .respond_with(move |_: &Request| {
                ResponseTemplate::new(answers.lock().unwrap().pop().unwrap_or(200))
            })
            .expect(3)
            .mount(&server)
            .await;
        let post =
            Post::new(&config(server.uri()), Some(Secret::new("key")), Duration::from_millis(1)).unwrap();
        assert_eq!(post.deliver(&word()).await, Ok("taken with 200".into()));
        for request in server.received_requests().await.unwrap() {
            let code = request.headers["x-botarium-signature"].to_str().unwrap();
            assert_eq!(code, format!("sha256={}", hmac::sign(b"key", &request.body)));
            let said: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!(said["text"], "Rex is capped");
        }
    }

    #[tokio::test]
    async fn what_is_refused_for_good_is_not_posted_again() {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(404)).expect(1).mount(&server).await;
        let post = Post::new(&config(server.uri()), None, Duration::from_millis(1)).unwrap();
        assert_eq!(post.deliver(&word()).await, Err("it answered 404".into()));
    }

    #[tokio::test]
    async fn who_takes_nothing_slows_nobody() {
        let stop = CancellationToken::new();
        let (sender, _held) = channel(QUEUE);
        let outlet = Outlet { ways: vec![("the webhook", sender)] };
        for _ in 0..QUEUE * 3 {
            outlet.send(&word()); // returns at once, whether there is room or not
        }
        stop.cancel();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_finds_the_word_and_may_fail() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("said");
        let script =
            format!("printf '%s %s ' \"$BOTARIUM_KIND\" \"$BOTARIUM_TEXT\" >{0}; cat >>{0}", file.display());
        let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
        assert_eq!(run(command, word()).await, Ok("it ran".into()));
        let said = std::fs::read_to_string(&file).unwrap();
        assert!(said.starts_with("capped Rex is capped {\"kind\":\"capped\""), "{said}");
        assert!(run(vec!["false".into()], word()).await.is_err());
        assert!(run(vec!["/no/such/program".into()], word()).await.is_err());
    }
}
