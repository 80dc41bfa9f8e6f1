//! A living room with workers, and everything that can break broken in turn: nothing may be lost, nothing done twice,
//! and the books hold what the workers reported, and beside it what may have been charged, and nothing else.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;

use crate::books::{Books, reports};
use crate::cluster::{Cluster, Process, botarium};
use crate::model::Model;
use crate::wire::Wire;

fn room(home: &Path) -> Process {
    let log = fs::File::options().create(true).append(true).open(home.join("log")).unwrap();
    let mut command = botarium(home);
    command.args(["--serve", "--listen", "127.0.0.1:0", "--pace", "1"]).env("ROOM_PASSWORD", "room-secret");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    Process::start(&mut command)
}

/// Waits until something holds, and says what did not.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn rounds_of_everything_that_can_break() {
    let rounds = std::env::var("BOTARIUM_TEST_ROUNDS").ok().and_then(|count| count.parse().ok()).unwrap_or(5);
    let mut cluster = Cluster::start();
    let wire = Wire::to(cluster.port, Duration::ZERO).await;
    let model = Model::start(Duration::from_millis(300), 6).await;
    let answered = || model.told.answered.load(Ordering::SeqCst);
    let mut workers = vec![cluster.worker(&model, 2), cluster.worker(&model, 2)];
    let home = cluster.home.path().join("room");
    fs::create_dir(&home).unwrap();
    let yaml = format!(
        "provider: cellar\nmax_bot_count: 12\nbudget: {{daily_tokens: 1000000000}}\nproviders:\n  cellar: {{kind: nats, base_url: \
         'nats://127.0.0.1:{}', user: room, api_key_env: ROOM_PASSWORD, price: {{input: 0, output: 0}}}}\n",
        wire.port
    );
    fs::write(home.join("botarium.yaml"), yaml).unwrap();
    let mut living = room(&home);
    until("the first answers", || answered() >= 6).await;
    let db = |sql: &str| -> i64 {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = Connection::open_with_flags(home.join("data/botarium.db"), flags).unwrap();
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for round in 0..rounds {
        let before = answered();
        let began = Instant::now();
        let begun = model.told.begun.load(Ordering::SeqCst);
        model.was_asked(begun + 1).await; // in the middle of a call
        let what = match round % 5 {
            0 => {
                workers.remove(0); // killed
                workers.push(cluster.worker(&model, 2));
                "a worker killed"
            }
            1 => {
                cluster.down();
                cluster.up();
                "the server killed and started"
            }
            2 => {
                workers[0].signal(Signal::STOP);
                tokio::time::sleep(Duration::from_secs(7)).await;
                workers[0].signal(Signal::CONT);
                "a worker frozen for 7 s"
            }
            3 => {
                wire.whole.send_replace(false);
                tokio::time::sleep(Duration::from_secs(2)).await;
                wire.whole.send_replace(true);
                "the room cut off for 2 s"
            }
            _ => {
                living.signal(Signal::KILL);
                living.ended();
                living = room(&home);
                "the room killed and started"
            }
        };
        until(what, || answered() >= before + 6).await;
        println!("round {round}: {what}; six answers after {:.1} s", began.elapsed().as_secs_f64());
    }
    // In peace every bot acts again.
    let last = db("SELECT ifnull(max(id), 0) FROM activities");
    let bots = db("SELECT count(*) FROM bots WHERE departed_at IS NULL");
    let acted = format!(
        "SELECT count(DISTINCT bot_id) FROM activities WHERE id > {last} AND action_type = 'create_thread' AND bot_id <> 'system'"
    );
    until("every bot acts", || db(&acted) >= bots).await;
    living.signal(Signal::TERM);
    assert!(living.ended());
    assert_eq!(db("SELECT count(*) FROM reservations"), 0, "no reservation hangs");
    assert_eq!(db("SELECT count(*) FROM in_flight"), 0, "no beat hangs");
    let posts = db("SELECT count(*) FROM threads WHERE title LIKE 'Number %'");
    assert_eq!(
        db("SELECT count(DISTINCT title) FROM threads WHERE title LIKE 'Number %'"),
        posts,
        "nothing twice"
    );
    // Its past holds together, and comes out of the journal as it was.
    for words in [&["check"][..], &["replay", "--verify"]] {
        let out = botarium(&home).args(words).env("ROOM_PASSWORD", "room-secret").output().unwrap();
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stdout));
    }
    let books = Books::of(&home);
    let logs = cluster.logs();
    let said = fs::read_to_string(home.join("log")).unwrap();
    assert!(!logs.contains("-secret") && !said.contains("-secret"), "a password is in a log");
    let reports = reports(&logs);
    println!("{rounds} rounds: {posts} posts, {books}; {} begun by workers", reports.begun);
    books.are_what_was_reported(&reports, &model.told.answers.lock().unwrap(), rounds);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn in_peace_the_books_are_what_the_workers_report() {
    let cluster = Cluster::start();
    let model = Model::start(Duration::from_millis(30), 3).await;
    let _workers = [cluster.worker(&model, 4), cluster.worker(&model, 4)];
    let home = cluster.home.path().join("room");
    fs::create_dir(&home).unwrap();
    let yaml = format!(
        "provider: cellar\nbudget: {{daily_tokens: 1000000000}}\nproviders:\n  cellar: {{kind: nats, base_url: '{}', user: room, \
         api_key_env: ROOM_PASSWORD, price: {{input: 0, output: 0}}}}\n",
        cluster.url()
    );
    fs::write(home.join("botarium.yaml"), yaml).unwrap();
    let mut ran = None;
    until("a run without a failure", || {
        let mut command = botarium(&home);
        command.args(["beat", "--count", "24"]).env("ROOM_PASSWORD", "room-secret");
        let out = command.output().unwrap();
        let said = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
        ran = Some(said.clone());
        said.contains(" beats in ") && !said.contains(" failed")
    })
    .await;
    let books = Books::of(&home);
    let (told, reports) = (&model.told, reports(&cluster.logs()));
    books.are_what_was_reported(&reports, &told.answers.lock().unwrap(), 0);
    assert_eq!((books.lost, books.reported.len()), (0, reports.begun), "{ran:?}");
    let sum = told.input.load(Ordering::SeqCst) + told.output.load(Ordering::SeqCst);
    assert_eq!(books.tokens, i64::try_from(sum).unwrap(), "{ran:?}");
}
