//! What is written about more than one machine, word for word, with loopback addresses of a test's own: the README's
//! section, the commands beside the shipped configuration, and the compose file's, without its containers.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_yaml::Value;

use crate::cluster::{Cluster, Process, botarium};
use crate::model::Model;

/// A file of the repository.
fn shipped(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The fenced blocks of a text, in order.
fn blocks(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split("```").collect();
    parts.iter().skip(1).step_by(2).map(|part| part.split_once('\n').unwrap().1.to_owned()).collect()
}

/// Where what is written is followed: a directory for each who does.
struct Place {
    cluster: Cluster,
    model: Model,
    path: String,
    /// A port that is free.
    listen: u16,
    until: Instant,
}

impl Place {
    async fn new() -> Self {
        let model = Model::start(Duration::from_millis(50), 4).await;
        let mut cluster = Cluster::start();
        cluster.down();
        let bin = cluster.home.path().join("bin");
        fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_botarium"), bin.join("botarium")).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { cluster, model, path, listen, until: Instant::now() + Duration::from_secs(60) }
    }

    /// Whether all that was written can be reached here.
    fn here(&self, text: &str) -> String {
        let conf = self.cluster.home.path().join("nats.conf").display().to_string();
        text.replace("examples/cluster/nats.conf", &conf)
            .replace("127.0.0.1:4222", &format!("127.0.0.1:{}", self.cluster.port))
            .replace("127.0.0.1:8000", &format!("127.0.0.1:{}", self.listen))
    }

    /// Runs a block in somebody's directory.
    fn run(&self, who: &str, script: &str) -> Process {
        let directory = self.cluster.home.path().join(who);
        fs::create_dir_all(&directory).unwrap();
        let script = self.here(script).replace("--provider ollama", "--provider toy");
        let log = fs::File::create(directory.join("log")).unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("set -e\nexec 2>&1\n{script}")).current_dir(&directory);
        command.env("PATH", &self.path).env("BOTARIUM_HOME", &directory).stdin(Stdio::null()).stdout(log);
        Process::start(&mut command)
    }

    /// Runs a worker's block, with a model of its own.
    fn worker(&self, who: &str, script: &str) -> Process {
        let model = &self.model.address;
        self.write(
            who,
            &format!(
                "providers:\n  toy: {{kind: openai, base_url: '{model}', model: toy, concurrency: 4}}\n"
            ),
        );
        self.run(who, script)
    }

    /// Writes somebody's configuration.
    fn write(&self, who: &str, yaml: &str) {
        let directory = self.cluster.home.path().join(who);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("botarium.yaml"), self.here(yaml)).unwrap();
    }

    /// What somebody said so far.
    fn said(&self, who: &str) -> String {
        fs::read_to_string(self.cluster.home.path().join(who).join("log")).unwrap_or_default()
    }

    /// Waits until somebody has said something.
    async fn says(&self, who: &str, words: &str) {
        while !self.said(who).contains(words) {
            assert!(Instant::now() < self.until, "{who}, instead of `{words}`: {}", self.said(who));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the model was asked and answered so often.
    async fn answers(&self, times: u64) {
        while self.model.told.answered.load(Ordering::SeqCst) < times {
            assert!(Instant::now() < self.until, "{}", self.said("room"));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_commands_of_the_readme_do_what_it_says() {
    let readme = shipped("README.md");
    let (_, section) = readme.split_once("\n## More than one machine\n").unwrap();
    let blocks = blocks(section.split("\n## ").next().unwrap());
    let [server, yaml, room, worker] = &blocks[..] else { panic!("four blocks") };
    let place = Place::new().await;
    let _server = place.run("server", server);
    let _worker = place.worker("worker", worker);
    place.says("worker", "the worker is there").await;
    place.write("room", &format!("{yaml}pace: 1\n"));
    let _room = place.run("room", room);
    place.answers(3).await;
    let said = place.said("room");
    assert!(said.contains("cellar answers and has any"), "{said}");
    assert!(said.contains("is there, 4 at once, models toy"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_commands_beside_the_configuration_make_a_room_with_two_workers() {
    let blocks = blocks(&shipped("examples/cluster/README.md"));
    let [server, cellar, attic, yaml, room, screen] = &blocks[..] else { panic!("six blocks") };
    let place = Place::new().await;
    let _server = place.run("server", server);
    let _workers = [place.worker("cellar", cellar), place.worker("attic", attic)];
    place.says("cellar", "the worker is there").await;
    place.says("attic", "the worker is there").await;
    place.write("room", &format!("{yaml}pace: 1\n"));
    let _room = place.run("room", room);
    place.answers(8).await;
    place.says("room", "cellar is there, 4 at once, models toy").await;
    place.says("room", "attic is there, 4 at once, models toy").await;
    // The control room needs a terminal; a line of what happens comes the same way.
    let mut seen = place.run("screen", &screen.replace("attach", "tail -n 1 --no-follow"));
    assert!(seen.ended(), "{}", place.said("screen"));
    assert!(place.said("screen").contains("opened #"), "{}", place.said("screen"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_compose_file_gives_each_what_it_needs() {
    let compose: Value = serde_yaml::from_str(&shipped("examples/cluster/compose.yaml")).unwrap();
    // The server listens for the other containers by one change of the shipped configuration.
    let start = compose["services"]["nats"]["entrypoint"][2].as_str().unwrap();
    assert!(start.contains("s/127.0.0.1:4222/0.0.0.0:4222/") && start.contains("nats-server -c"), "{start}");
    assert!(shipped("examples/cluster/nats.conf").contains("listen: \"127.0.0.1:4222\""));
    let mut place = Place::new().await;
    place.cluster.up();
    let filled = |text: &str| {
        text.replace("nats://nats:4222", &place.cluster.url()).replace("${WORKER_PASSWORD}", "worker-secret")
    };
    let started = |service: &str, words: Vec<String>| {
        let home = place.cluster.home.path().join(service);
        fs::create_dir_all(&home).unwrap();
        let mut command = botarium(&home);
        command.args(words);
        for (name, value) in compose["services"][service]["environment"].as_mapping().unwrap() {
            // What is named alone is handed on.
            command.env(name.as_str().unwrap(), filled(value.as_str().unwrap_or("room-secret")));
        }
        if service != "room" {
            // Its model is one of the services; here another takes its place.
            let model = &compose["services"][service]["environment"]["BOTARIUM_PROVIDERS__OLLAMA__BASE_URL"];
            let host = model.as_str().unwrap().strip_prefix("http://").unwrap().split(':').next().unwrap();
            assert_eq!(compose["services"][host]["image"], "ollama/ollama", "{host}");
            command.env("BOTARIUM_PROVIDER", "toy").env("BOTARIUM_PROVIDERS__TOY__KIND", "openai");
            command.env("BOTARIUM_PROVIDERS__TOY__MODEL", "toy");
            command.env("BOTARIUM_PROVIDERS__TOY__BASE_URL", &place.model.address);
        }
        let log = fs::File::create(home.join("log")).unwrap();
        Process::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log))
    };
    let words = compose["x-worker"]["command"].as_sequence().unwrap();
    let words: Vec<String> = words.iter().map(|word| filled(word.as_str().unwrap())).collect();
    let _workers = [started("worker1", words.clone()), started("worker2", words)];
    place.says("worker1", "the worker is there").await;
    place.says("worker2", "the worker is there").await;
    let _room = started("room", ["--serve", "--pace", "1"].map(str::to_owned).to_vec());
    place.answers(8).await;
}
