//! A society in a temporary home, and its database as seen from outside.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botarium::domain::personality::{ModelConfig, Persona, PersonalityConfig};
use botarium::domain::{Behavior, Price};
use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, ProviderSetup, Settings};
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::store::check::{self, Level};
use botarium::store::{Db, Durability};
use rusqlite::Connection;
use tempfile::TempDir;

/// A price that makes tokens easy to count: a dollar per million read, two per million written.
pub const PRICE: Price =
    Price { input: 1_000_000_000, output: 2_000_000_000, cached: 1_000_000_000, cache_write: 1_000_000_000 };

/// A running engine and its home.
pub struct Society {
    pub home: Arc<TempDir>,
    pub handle: Handle,
    settings: Settings,
    touched: Arc<AtomicBool>,
}

/// Settings with no bots, simulated time and a slow pace.
pub fn settings() -> (TempDir, Settings) {
    let home = tempfile::tempdir().unwrap();
    let settings = Settings {
        bots: Vec::new(),
        clock: Clock::simulated(SIM_START),
        seed: Some(7),
        pace_seconds: Some(3_600),
        max_bot_count: 0,
        durability: Durability::Normal,
        ..Settings::new(home.path())
    };
    (home, settings)
}

/// A provider named `model` at `address`, with short patience and no pauses to speak of.
pub fn provider(kind: ProviderKind, address: &str) -> ProviderSpec {
    ProviderSpec {
        base_url: Some(address.to_owned()),
        api_key: Some("sk-very-secret-0123456789".into()),
        model: Some("tiny".into()),
        connect: Duration::from_secs(5),
        first_token: Duration::from_secs(20),
        total: Duration::from_secs(30),
        concurrency: 64,
        ..ProviderSpec::new("model", kind)
    }
}

/// A bot that speaks in short answers.
pub fn bot(id: &str) -> PersonalityConfig {
    let number = id.trim_start_matches(|c: char| !c.is_ascii_digit());
    let name = if id.starts_with('b') { format!("Bot{number}") } else { format!("Bot {id}") };
    PersonalityConfig {
        id: id.into(),
        name,
        identity: Default::default(),
        personality: Persona { traits: vec!["plain".into()], ..Persona::default() },
        behavior: Behavior::default(),
        model: ModelConfig { max_tokens: 200, ..ModelConfig::default() },
        permissions: Default::default(),
    }
}

impl Society {
    /// Starts a society of `bots` bots (`b01`, `b02`, …) whose room provider is at `address`.
    pub async fn begin(address: &str, bots: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let (home, mut settings) = settings();
        let spec = provider(ProviderKind::OpenAi, address);
        settings.providers.push(ProviderSetup { spec, price: Some(PRICE) });
        settings.default_provider = "model".into();
        change(&mut settings);
        let society = Self::start(home, settings);
        let crowd: Vec<_> = (1..=bots).map(|n| bot(&format!("b{n:02}"))).collect();
        society.handle.add_crowd(crowd).await.unwrap();
        society
    }

    pub fn start(home: impl Into<Arc<TempDir>>, settings: Settings) -> Self {
        let handle = engine::start(settings.clone()).unwrap();
        Self { home: home.into(), handle, settings, touched: Arc::default() }
    }

    /// A connection for changing the database behind the engine's back: of this its journal knows nothing.
    pub fn tampered(&self) -> Connection {
        self.touched.store(true, Ordering::Release);
        self.db()
    }

    /// Ends the engine and starts it anew in the same home.
    pub fn again(self, change: impl FnOnce(&mut Settings)) -> Self {
        let (home, mut settings) = (Arc::clone(&self.home), self.settings.clone());
        let touched = Arc::clone(&self.touched);
        drop(self);
        change(&mut settings);
        let mut again = Self::start(home, settings);
        again.touched = touched;
        again
    }

    pub fn database(&self) -> PathBuf {
        self.home.path().join("data/botarium.db")
    }

    /// A connection of its own, beside the engine's.
    pub fn db(&self) -> Connection {
        Connection::open(self.database()).unwrap()
    }

    /// One whole number from the database.
    pub fn number(&self, sql: &str) -> i64 {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// One text per row.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let db = self.db();
        let mut statement = db.prepare(sql).unwrap();
        statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Every number that is kept twice must agree.
    pub fn assert_sound(&self) {
        let findings = check::check(&Db::open(&self.database()).unwrap(), self.handle.clock().now()).unwrap();
        let bad: Vec<_> = findings.iter().filter(|f| f.level != Level::Fine).collect();
        assert!(bad.is_empty(), "{bad:#?}");
    }
}

impl Drop for Society {
    /// Every journal of these tests has to lead to the same society again.
    fn drop(&mut self) {
        self.handle.close();
        if Arc::strong_count(&self.home) == 1
            && !self.touched.load(Ordering::Acquire)
            && !std::thread::panicking()
        {
            super::replica::assert_same(&self.database());
        }
    }
}
