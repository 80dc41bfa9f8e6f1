//! The README's "More than one machine", word for word, with loopback addresses of a test's own.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Process};
use crate::model::Model;

/// The fenced blocks of the section, in order.
fn blocks() -> Vec<(String, String)> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, section) = readme.split_once("\n## More than one machine\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let parts: Vec<&str> = section.split("```").collect();
    let fenced = parts.iter().skip(1).step_by(2);
    fenced.map(|part| part.split_once('\n').unwrap()).map(|(word, text)| (word.into(), text.into())).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn the_commands_of_the_readme_do_what_it_says() {
    let [(_, server), (_, yaml), (_, room), (_, worker)] = &blocks()[..] else { panic!("four blocks") };
    let model = Model::start(Duration::from_millis(50), 4).await;
    let mut cluster = Cluster::start();
    cluster.down();
    let home = cluster.home.path().to_path_buf();
    fs::create_dir(home.join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_botarium"), home.join("bin/botarium")).unwrap();
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
    let run = |directory: &str, script: &str| {
        let directory = home.join(directory);
        fs::create_dir_all(&directory).unwrap();
        let script = script
            .replace("examples/cluster/nats.conf", &home.join("nats.conf").display().to_string())
            .replace("127.0.0.1:4222", &format!("127.0.0.1:{}", cluster.port))
            .replace("--provider ollama", "--provider toy");
        let log = fs::File::create(directory.join("log")).unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("set -e\nexec 2>&1\n{script}")).current_dir(&directory);
        command.env("PATH", &path).env("BOTARIUM_HOME", &directory).stdin(Stdio::null()).stdout(log);
        command
    };
    let _server = Process::start(&mut run("server", server));
    let toy = format!("providers:\n  toy: {{kind: openai, base_url: '{}', model: toy}}\n", model.address);
    fs::create_dir(home.join("worker")).unwrap();
    fs::write(home.join("worker/botarium.yaml"), toy).unwrap();
    let _worker = Process::start(&mut run("worker", worker));
    fs::create_dir(home.join("room")).unwrap();
    let yaml = yaml.replace("127.0.0.1:4222", &format!("127.0.0.1:{}", cluster.port));
    fs::write(home.join("room/botarium.yaml"), format!("{yaml}pace: 1\n")).unwrap();
    let read = |name: &str| fs::read_to_string(home.join(name).join("log")).unwrap_or_default();
    let until = Instant::now() + Duration::from_secs(30);
    while !read("worker").contains("the worker is there") {
        assert!(Instant::now() < until, "{} {}", read("server"), read("worker"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let _room = Process::start(&mut run("room", room));
    while model.told.answered.load(Ordering::SeqCst) < 3 {
        assert!(Instant::now() < until, "{} {}", read("room"), read("worker"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let said = read("room");
    assert!(said.contains("cellar answers and has any"), "{said}");
    assert!(said.contains("is there, 4 at once, models toy"), "{said}");
}
