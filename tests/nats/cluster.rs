//! A NATS server and workers as processes, and rooms that know them.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use botarium::llm::{Guard, GuardSettings, ProviderKind, ProviderSpec, build};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::model::Model;

/// A process that ends with its value.
pub struct Process(Child);

impl Process {
    /// Starts it in a group of its own, which ends with it.
    pub fn start(command: &mut Command) -> Self {
        let started = command.process_group(0).spawn();
        Self(
            started
                .unwrap_or_else(|error| panic!("{command:?}: {error}; tests/README.md says what is needed")),
        )
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// Waits for its end; whether it ended well.
    pub fn ended(&mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL); // it may have ended
        let _ = self.0.wait();
    }
}

/// A server with the shipped configuration.
pub struct Cluster {
    pub home: tempfile::TempDir,
    pub port: u16,
    server: Option<Process>,
    workers: AtomicUsize,
    /// It speaks TLS, with `ca.pem` in its home.
    pub secure: bool,
    /// It lets in who has the token, and knows no users.
    pub token: bool,
}

impl Cluster {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let home = tempfile::tempdir().unwrap();
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/cluster/nats.conf");
        let text = fs::read_to_string(shipped).unwrap();
        let text = text.replace("127.0.0.1:4222", &format!("127.0.0.1:{port}"));
        let text = text.replace("./jetstream", &home.path().join("jetstream").display().to_string());
        fs::write(home.path().join("nats.conf"), text).unwrap();
        let mut cluster =
            Self { home, port, server: None, workers: AtomicUsize::new(0), secure: false, token: false };
        cluster.up();
        cluster
    }

    /// Starts the server, again after it was stopped.
    pub fn up(&mut self) {
        let log =
            fs::File::options().create(true).append(true).open(self.home.path().join("nats.log")).unwrap();
        let mut command = Command::new("nats-server");
        command
            .arg("-c")
            .arg(self.home.path().join("nats.conf"))
            .env("ROOM_PASSWORD", "room-secret")
            .env("WORKER_PASSWORD", "worker-secret")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.server = Some(Process::start(&mut command));
        let until = std::time::Instant::now() + Duration::from_secs(120);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(std::time::Instant::now() < until, "the server does not come");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the server.
    pub fn down(&mut self) {
        self.server = None;
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.secure { "tls" } else { "nats" }, self.port)
    }

    /// How the room reaches it.
    pub fn spec(&self) -> ProviderSpec {
        let (user, key) =
            if self.token { (None, "token-secret") } else { (Some("room".into()), "room-secret") };
        ProviderSpec {
            base_url: Some(self.url()),
            user,
            api_key: Some(key.into()),
            ..ProviderSpec::new("cellar", ProviderKind::Nats)
        }
    }

    pub fn guard(&self) -> Arc<Guard> {
        let spec = self.spec();
        let settings = GuardSettings { concurrency: 1_000, ..GuardSettings::from(&spec) };
        Arc::new(Guard::new(build(&spec).unwrap(), settings))
    }

    /// A worker's home and what it is started with.
    pub fn worker(&self, model: &Model, concurrency: usize) -> Process {
        let nth = self.workers.fetch_add(1, Ordering::SeqCst);
        let home = self.home.path().join(format!("worker{nth}"));
        fs::create_dir(&home).unwrap();
        let yaml = format!(
            "provider: toy\nproviders:\n  toy: {{kind: openai, base_url: '{}', model: toy}}\n",
            model.address
        );
        fs::write(home.join("botarium.yaml"), yaml).unwrap();
        let log = fs::File::create(self.log(nth)).unwrap();
        let mut command = botarium(&home);
        if self.token {
            command.env("NATS_TOKEN", "token-secret");
        } else {
            command.env("NATS_USER", "worker").env("NATS_PASSWORD", "worker-secret");
        }
        if self.secure {
            command.env("NATS_CA", self.home.path().join("ca.pem"));
        }
        command
            .args(["--log-level", "debug", "worker", "--nats", &self.url()])
            .args([
                "--name",
                &format!("worker{nth}"),
                "--concurrency",
                &concurrency.to_string(),
                "--grace",
                "2",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        Process::start(&mut command)
    }

    /// What all workers logged.
    pub fn logs(&self) -> String {
        let count = self.workers.load(Ordering::SeqCst);
        (0..count).map(|nth| fs::read_to_string(self.log(nth)).unwrap()).collect()
    }

    /// Where the nth worker logs.
    pub fn log(&self, nth: usize) -> PathBuf {
        self.home.path().join(format!("worker{nth}.log"))
    }
}

/// The program: the one that was built with this, unless `BOTARIUM_TEST_PROGRAM` or somebody else names another.
pub static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The program, at home in `home`.
pub fn botarium(home: &Path) -> Command {
    let built = || {
        let named = std::env::var_os("BOTARIUM_TEST_PROGRAM").map(PathBuf::from);
        named.unwrap_or_else(|| env!("CARGO_BIN_EXE_botarium").into())
    };
    let mut command = Command::new(PROGRAM.get_or_init(built));
    command.arg("--home").arg(home).current_dir(home);
    // They are the test's, and no settings.
    command.env_remove("BOTARIUM_TEST_ROUNDS").env_remove("BOTARIUM_TEST_PROGRAM");
    command
}

/// Waits until so many workers are in the pool.
pub async fn are_there(guard: &Guard, count: usize) {
    let until = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let pool = guard.pool().await.unwrap();
        let present = pool.members.iter().filter(|member| member.concurrency > 0).count();
        if pool.trouble.is_none() && present >= count {
            return;
        }
        assert!(std::time::Instant::now() < until, "{present} of {count} workers: {:?}", pool.trouble);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
