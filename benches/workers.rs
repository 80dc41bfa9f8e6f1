//! How much workers behind a NATS server carry: calls a second with one, two and four of them, what they add to a
//! model's own time, and two hundred calls at once in one room. Prints tables. Unix only; needs `nats-server`.
//!
//!     cargo bench --bench workers -- [--botarium PATH] [--rooms]
//!
//! Workers and rooms are processes of the program at PATH, or of the one that is built with this; what asks before the
//! rooms is in this process. With `--rooms` only they are measured.

#[cfg(unix)]
#[path = "../tests/nats/asking.rs"]
#[allow(dead_code)] // the tests ask more
mod asking;
#[cfg(unix)]
#[path = "../tests/nats/cluster.rs"]
#[allow(dead_code)] // the tests break more
mod cluster;
#[cfg(unix)]
#[path = "../tests/nats/model.rs"]
#[allow(dead_code)]
mod model;

#[cfg(unix)]
mod measure {
    use std::fs;
    use std::process::Stdio;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::{Duration, Instant};

    use botarium::llm::{Guard, Rank};
    use tokio::task::JoinSet;

    use super::asking::{Books, request};
    use super::cluster::{Cluster, PROGRAM, Process, are_there, botarium};
    use super::model::Model;

    /// What the model takes for an answer.
    const TAKES: Duration = Duration::from_millis(200);
    /// Bytes of a prompt.
    const PROMPT: usize = 8_000;

    /// Makes `calls` calls, `at_once` at a time; what each took beside the model's own time, and all of them.
    async fn run(guard: &Arc<Guard>, calls: usize, at_once: usize) -> (Vec<Duration>, Duration) {
        let (mut added, mut asked) = (Vec::with_capacity(calls), JoinSet::new());
        let began = Instant::now();
        let mut left = calls;
        loop {
            while left > 0 && asked.len() < at_once {
                left -= 1;
                let guard = Arc::clone(guard);
                asked.spawn(async move {
                    let place = guard.place(Rank::Beat, |_| {}).await;
                    let (request, mut books) = (request(&"x".repeat(PROMPT)), Books::default());
                    let began = Instant::now();
                    let outcome =
                        guard.complete_at(&place, &request, Arc::new(|_| {}), false, &mut books).await;
                    let answer = outcome.result.expect("an answer");
                    began.elapsed().saturating_sub(answer.latency)
                });
            }
            match asked.join_next().await {
                Some(took) => added.push(took.expect("a call")),
                None => break,
            }
        }
        added.sort_unstable();
        (added, began.elapsed())
    }

    fn at(added: &[Duration], share: usize) -> f64 {
        added[(added.len() * share / 100).min(added.len() - 1)].as_secs_f64() * 1_000.0
    }

    async fn throughput() {
        println!(
            "| workers | calls | calls a second | against one | beside the model, p50 | p99 | longest |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|");
        let mut alone = None;
        for count in [1_usize, 2, 4] {
            let cluster = Cluster::start();
            let model = Model::start(TAKES, 20).await;
            let _workers: Vec<_> = (0..count).map(|_| cluster.worker(&model, 1)).collect();
            let guard = cluster.guard();
            are_there(&guard, count).await;
            // From the very first call on.
            let (added, took) = run(&guard, 100 * count, count).await;
            let rate = added.len() as f64 / took.as_secs_f64();
            let one = *alone.get_or_insert(rate);
            println!(
                "| {count} | {} | {rate:.2} | {:.2} × | {:.1} ms | {:.1} ms | {:.1} ms |",
                added.len(),
                rate / one,
                at(&added, 50),
                at(&added, 99),
                at(&added, 100)
            );
        }
    }

    /// Many at once through one guard.
    async fn many() {
        let cluster = Cluster::start();
        let model = Model::start(Duration::from_secs(1), 5).await;
        let _workers: Vec<_> = (0..4).map(|_| cluster.worker(&model, 50)).collect();
        let guard = cluster.guard();
        are_there(&guard, 4).await;
        let (added, took) = run(&guard, 2_000, 200).await;
        println!(
            "\n2,000 calls of 1 s, 200 at a time, 4 workers with 50 each: at most {} at the model, {:.0} calls a second of 200 that \
             there can be; beside the model p50 {:.1} ms, p99 {:.1} ms",
            model.told.most.load(Ordering::SeqCst),
            2_000.0 / took.as_secs_f64(),
            at(&added, 50),
            at(&added, 99)
        );
    }

    /// A room whose bots all think at once, with a model that takes so long.
    async fn room(takes: Duration) {
        let cluster = Cluster::start();
        let model = Model::start(takes, 5).await;
        let _workers: Vec<_> = (0..4).map(|_| cluster.worker(&model, 50)).collect();
        let home = cluster.home.path().join("room");
        fs::create_dir_all(home.join("bots")).expect("a home");
        for n in 0..400 {
            let bot =
                format!("bot:\n  id: crowd_{n:03}\n  name: Number {n}\n  personality: {{traits: [calm]}}\n");
            fs::write(home.join(format!("bots/crowd_{n:03}.yaml")), bot).expect("a bot");
        }
        let yaml = format!(
            "provider: cellar\nmax_bot_count: 400\nbudget: {{daily_tokens: 1000000000}}\nproviders:\n  cellar: {{kind: nats, base_url: \
             '{}', user: room, api_key_env: ROOM_PASSWORD, concurrency: 250, price: {{input: 0, output: 0}}}}\n",
            cluster.url()
        );
        fs::write(home.join("botarium.yaml"), yaml).expect("a configuration");
        let log = fs::File::create(home.join("log")).expect("a log");
        let mut command = botarium(&home);
        command.args(["--serve", "--pace", "1"]).env("ROOM_PASSWORD", "room-secret");
        let room = Process::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log));
        let answered = || model.told.answered.load(Ordering::SeqCst);
        let until = Instant::now() + Duration::from_secs(60);
        while answered() < 100 {
            assert!(Instant::now() < until, "{}", fs::read_to_string(home.join("log")).unwrap_or_default());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (before, began) = (answered(), Instant::now());
        tokio::time::sleep(Duration::from_secs(30)).await;
        let rate = (answered() - before) as f64 / began.elapsed().as_secs_f64();
        println!(
            "\nA room of 400 bots that would think every second, 250 calls at once allowed, 4 workers with 50 each, {} ms a call: at most \
             {} at the model, {rate:.1} calls a second",
            takes.as_millis(),
            model.told.most.load(Ordering::SeqCst)
        );
        drop(room);
    }

    pub fn main() {
        let (mut words, mut rooms) = (std::env::args().skip(1), false);
        while let Some(word) = words.next() {
            if word == "--botarium" {
                let path = std::path::PathBuf::from(words.next().expect("--botarium PATH"));
                PROGRAM.set(path.canonicalize().expect("a program is there")).expect("given once");
            }
            rooms |= word == "--rooms";
        }
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            if !rooms {
                throughput().await;
                many().await;
            }
            room(Duration::from_secs(4)).await;
            room(Duration::from_millis(20)).await;
        });
    }
}

fn main() {
    #[cfg(unix)]
    measure::main();
}
