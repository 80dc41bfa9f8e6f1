//! Six bots on one real model server, one call at a time, every call counted by a proxy; and everything that
//! may come in between.

use std::path::Path;
use std::time::Duration;

use botarium::engine::clock::Clock;
use botarium::engine::{self, EngineTask, Handle, ProviderSetup, Settings};
use botarium::link::Link;
use botarium::llm::{ProviderKind, ProviderSpec};
use botarium::protocol::{BotView, CreateThread, Fault, FaultKind, Interview, Period, SetCaps, Work};
use botarium::tui::headless::Headless;
use botarium::tui::theme::ThemeName;
use rusqlite::Connection;
use serde_json::json;

use super::killed::{Killed, botarium};
use super::real::counting::Counter;
use super::society::{PRICE, bot};

/// Beats of the whole run, unless `BOTARIUM_TEST_LLAMA_BEATS` says otherwise.
const BEATS: i64 = 40;

fn open(home: &Path, address: &str) -> Handle {
    let mut settings = Settings {
        bots: Vec::new(),
        clock: Clock::system(jiff::tz::TimeZone::UTC),
        pace_seconds: Some(20),
        max_bot_count: 0,
        prompt_tokens: 500,
        default_provider: "model".into(),
        ..Settings::new(home)
    };
    settings.budget.daily_tokens = 1_000_000;
    let spec = ProviderSpec {
        base_url: Some(address.to_owned()),
        model: Some("smollm2".into()),
        first_token: Duration::from_secs(240),
        total: Duration::from_secs(240),
        concurrency: 1,
        ..ProviderSpec::new("model", ProviderKind::OpenAi)
    };
    settings.providers.push(ProviderSetup { spec, price: Some(PRICE) });
    engine::start(settings).unwrap()
}

/// A bot that waited when something was decided about it, and how often it had asked until then.
#[derive(Debug)]
struct Waited {
    bot: String,
    asked: i64,
}

struct Run {
    home: tempfile::TempDir,
    db: Connection,
}

impl Run {
    fn number(&self, sql: &str) -> i64 {
        self.db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn beats(&self) -> i64 {
        self.number("SELECT sum(beat) FROM bots")
    }

    /// Does something about a bot that waits for its place, before anybody's turn comes; and how often the bot had
    /// asked the model until then. It is none of the `others`.
    async fn while_it_waits<T>(
        &self,
        rooms: (&Handle, &Counter),
        others: &[&str],
        deed: impl AsyncFn(String) -> Result<T, Fault>,
    ) -> Waited {
        let (handle, counter) = rooms;
        let mut looks = 0;
        loop {
            // Where nothing is new, nobody waits.
            if looks % 100 == 0 {
                self.asks_the_room(handle).await;
            }
            looks += 1;
            let calls = counter.calls();
            let bots = handle.bots().await.unwrap();
            let waits = |bot: &&BotView| {
                bot.doing.as_ref().is_some_and(|doing| doing.what == Work::Waiting)
                    && !others.contains(&bot.id.as_str())
            };
            if let Some(bot) = bots.iter().find(waits) {
                let asked = self.asked(&bot.id);
                deed(bot.id.clone()).await.unwrap();
                if counter.calls() == calls {
                    return Waited { bot: bot.id.clone(), asked };
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How often a bot asked the model, by the books.
    fn asked(&self, bot: &str) -> i64 {
        let sql =
            "SELECT ifnull(sum(calls), 0) FROM usage_daily WHERE provider <> 'scripted' AND bot_id = ?1";
        self.db.query_row(sql, [bot], |row| row.get(0)).unwrap()
    }

    /// So many beats more. A person asks the room now and then: so small a model falls silent, and where nothing is
    /// new nobody asks it.
    async fn lives(&self, handle: &Handle, more: i64) {
        let end = self.beats() + more;
        while self.beats() < end {
            self.asks_the_room(handle).await;
            let some = self.beats() + 4;
            while self.beats() < end.min(some) {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }

    async fn asks_the_room(&self, handle: &Handle) {
        let beat = self.beats();
        let thread = CreateThread {
            author_bot_id: "human:Mira".into(),
            title: format!("Which tide was it at beat {beat}?"),
            content: format!("After {beat} beats: when does the water turn, and who saw it?"),
            tags: Vec::new(),
        };
        handle.create_thread(thread).await.unwrap();
    }

    /// Books, activities, report, header and forecast against each other.
    async fn agree(&self, handle: &Handle, when: &str) {
        // It lives on between the questions: they are of one moment when nothing was booked meanwhile.
        let booked = "SELECT ifnull(sum(input + output), 0) FROM usage_daily";
        let (acts, figures) = loop {
            let before = self.number(booked);
            let acts = self.number("SELECT sum(tokens_used) FROM activities");
            let usage = handle.usage(Period::Daily).await.unwrap().total_tokens;
            let room = handle.room().await.unwrap().tokens_today;
            let forecast = handle.forecast().await.unwrap().tokens_so_far;
            if self.number(booked) == before {
                break (acts, [before, usage, room, forecast]);
            }
        };
        assert_eq!(figures, [acts; 4], "{when}: books, usage, header and forecast");
        println!("{when}: {} beats, {acts} tokens, {} reserved", self.beats(), self.reserved());
    }

    fn reserved(&self) -> i64 {
        self.number("SELECT count(*) FROM reservations")
    }

    /// What the server counted is in the books to the token; what else is charged was sent and not reported.
    fn as_counted(&self, counter: &Counter, home: &Path) {
        let handle = engine::open_read_only(Settings { bots: Vec::new(), ..Settings::new(home) }).unwrap();
        let mut statement =
            self.db.prepare("SELECT id, tokens_used FROM activities WHERE tokens_used > 0").unwrap();
        let rows: Vec<(i64, i64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let (mut reported, mut assumed, mut waited) = (0, 0, Vec::new());
        for (id, tokens) in rows {
            let why =
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(handle.why(id)));
            match why {
                Ok(why) if !why.exchanges.is_empty() => {
                    for exchange in why.exchanges.iter().filter(|e| e.provider != "scripted") {
                        let sum = if exchange.reported { &mut reported } else { &mut assumed };
                        *sum += exchange.usage.total();
                        waited.push(exchange.waited_ms);
                    }
                }
                _ => assumed += tokens,
            }
        }
        let (input, output) = counter.told();
        println!("the server counted {input} + {output}; {assumed} more were sent and not reported");
        println!("waited for a place, in ms: {waited:?}");
        assert_eq!(reported, input + output, "as the server counted");
        let books = "SELECT ifnull(sum(input + output), 0) FROM usage_daily WHERE provider <> 'scripted'";
        assert_eq!(self.number(books), reported + assumed);
    }

    async fn stop(&self, task: EngineTask) {
        task.stop(Duration::from_secs(240)).await;
        assert_eq!(self.reserved(), 0, "a clean stop leaves nothing");
    }
}

/// What the control room shows, as text.
async fn show(handle: &Handle, when: &str) {
    let mut room = Headless::open(Link::Local(handle.clone()), (120, 36), ThemeName::Dark).await.unwrap();
    room.tick(botarium::domain::Stamp::from_micros(jiff::Timestamp::now().as_microsecond())).await.unwrap();
    room.frame().unwrap();
    println!("  {when}:");
    for line in room.lines() {
        println!("  |{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "asks a real server: BOTARIUM_TEST_LLAMA"]
async fn everything_that_can_come_in_between_leaves_the_books_as_the_server_counted() {
    let address = std::env::var("BOTARIUM_TEST_LLAMA").unwrap_or_default();
    assert!(
        !address.is_empty(),
        "BOTARIUM_TEST_LLAMA has to hold the address of a server: see tests/README.md"
    );
    let beats = std::env::var("BOTARIUM_TEST_LLAMA_BEATS").ok().and_then(|n| n.parse().ok()).unwrap_or(BEATS);
    let counter = Counter::start(address).await;
    let home = tempfile::tempdir().unwrap();
    let handle = open(home.path(), &counter.address);
    for n in 1..=6 {
        let mut bot = bot(&format!("b{n:02}"));
        bot.model.max_tokens = 100;
        handle.add_bot(bot).await.unwrap();
    }
    let db = Connection::open(home.path().join("data/botarium.db")).unwrap();
    let run = Run { home, db };
    let task = handle.spawn();
    run.lives(&handle, beats / 5).await;
    show(&handle, "as it lives").await;

    // A pause: what is under way ends, nothing else is sent.
    handle.pause_engine().await.unwrap();
    while handle.bots().await.unwrap().iter().any(|bot| bot.doing.is_some()) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let sent = counter.calls();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(counter.calls(), sent, "nothing is sent under a pause");
    run.agree(&handle, "paused").await;
    handle.resume_engine().await.unwrap();

    // A cap, another provider, a removal and an interview, while those they are about wait for their place.
    let none = SetCaps { daily_token_cap: Some(Some(0)), daily_cost_cap_usd: None };
    let rooms = (&handle, &counter);
    let capped =
        run.while_it_waits(rooms, &[], async |bot: String| handle.set_caps(&bot, none.clone()).await).await;
    let patch: serde_json::Value = json!({"model": {"provider": "scripted"}});
    let elsewhere =
        async |bot: String| handle.set_config(&bot, serde_json::from_value(patch.clone()).unwrap()).await;
    let moved = run.while_it_waits(rooms, &[&capped.bot], elsewhere).await;
    let removed = run
        .while_it_waits(rooms, &[&capped.bot, &moved.bot], async |bot: String| handle.delete_bot(&bot).await)
        .await;
    println!("capped {capped:?}, moved {moved:?}, removed {removed:?}");
    let decided = [&capped.bot, &moved.bot, &removed.bot];
    let bots = handle.bots().await.unwrap();
    let asks = bots.into_iter().map(|bot| bot.id).find(|bot| !decided.contains(&bot)).unwrap();
    let asked = std::time::Instant::now();
    let question = Interview { question: "What do you like?".into(), remember: false };
    match handle.interview(&asks, question).await {
        Ok(answer) => println!("interview after {:?}: {} tokens", asked.elapsed(), answer.tokens_used),
        // So small a model does not always come to an end; what it said until then is in the books.
        Err(fault) => {
            assert!(fault.detail.contains("cut off"), "{fault}");
            println!("interview after {:?}: {fault}", asked.elapsed());
        }
    }
    show(&handle, "capped, moved, asked").await;
    run.lives(&handle, beats / 5).await;
    run.agree(&handle, "going on").await;

    // The server is away for a while.
    counter.away(true);
    run.asks_the_room(&handle).await;
    let away = std::time::Instant::now();
    let failing = "SELECT count(*) FROM bots WHERE failing IS NOT NULL";
    while run.number(failing) == 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(60).saturating_sub(away.elapsed())).await;
    show(&handle, "the server is away").await;
    counter.away(false);
    run.lives(&handle, beats / 5).await;
    // Every provider answer clears it; a person's wake is one.
    let woken = loop {
        match handle.trigger(&asks).await {
            Ok(woken) => break woken,
            Err(fault) => {
                assert_eq!(fault.kind, FaultKind::Conflict, "it may be on a beat of its own: {fault}")
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    show(&handle, "it is back").await;
    assert_eq!(run.number(failing), 0, "{woken:?}");
    run.agree(&handle, "after the outage").await;

    // A clean stop, with bots waiting.
    run.stop(task).await;
    drop(handle);
    let handle = open(run.home.path(), &counter.address);
    let task = handle.spawn();
    run.lives(&handle, beats / 5).await;
    run.agree(&handle, "after a stop and a start").await;
    run.stop(task).await;
    drop(handle);
    run.as_counted(&counter, run.home.path());

    // Killed in the middle of a call.
    let calls = counter.calls();
    let mut command = botarium(run.home.path(), &counter.address);
    command.args([
        "--set",
        "providers.far.model=smollm2",
        "--serve",
        "--listen",
        "127.0.0.1:0",
        "--pace",
        "1",
    ]);
    command.stderr(std::process::Stdio::inherit());
    let mut child = Killed(command.spawn().unwrap());
    while counter.calls() == calls {
        assert!(child.0.try_wait().unwrap().is_none(), "it ended by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    let handle = open(run.home.path(), &counter.address);
    assert_eq!(run.reserved(), 0);
    run.agree(&handle, "after a kill").await;
    let task = handle.spawn();
    run.lives(&handle, beats / 5).await;
    run.stop(task).await;
    run.as_counted(&counter, run.home.path());
    for waited in [&capped, &moved, &removed] {
        assert_eq!(run.asked(&waited.bot), waited.asked, "{waited:?}: nothing was sent when its place came");
    }
    println!("{} beats, {} calls", run.beats(), counter.calls());
}
