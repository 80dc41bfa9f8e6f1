//! A home in a temporary directory and the binary in it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use serde_json::Value;

use super::patience::Watchdog;

/// A home that is removed in the end.
pub struct Room {
    dir: tempfile::TempDir,
}

/// How a command ended.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: code(output.status),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Done {
    /// The output of a command that worked.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// The output of a command that worked, read as JSON.
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// The complaint of a command that failed: what people see, and nothing of the machinery.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> String {
        let Self { code: found, out, err } = self;
        assert_eq!(found, code, "{out}{err}");
        assert!(err.starts_with("error: "), "{err}");
        for word in words {
            assert!(err.contains(word), "`{word}` is not in: {err}");
        }
        for word in ["panicked", "backtrace", "Error {", "unwrap", "src/"] {
            assert!(!err.contains(word), "`{word}` in: {err}");
        }
        err
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

/// The binary, without anything of the environment that would change what it does.
pub fn botarium() -> Command {
    clean(Path::new(env!("CARGO_BIN_EXE_botarium")))
}

fn clean(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("BOTARIUM_") || name.ends_with("_API_KEY") || name == "OLLAMA_HOST" {
            command.env_remove(name);
        }
    }
    command.env_remove("XDG_DATA_HOME").env("TZ", "UTC").env("RUST_BACKTRACE", "1").stdin(Stdio::null());
    command
}

/// What becomes of a command.
pub fn done(command: &mut Command) -> Done {
    ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// What becomes of a process.
pub fn ended(child: Child) -> Done {
    let _bound = Watchdog::over(child.id());
    child.wait_with_output().unwrap().into()
}

/// The program as another one starts it, whose words come first.
#[cfg(target_os = "linux")]
pub fn under(words: &[&str], program: &Command) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(program.get_program()).args(program.get_args()).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(directory) = program.get_current_dir() {
        command.current_dir(directory);
    }
    command
}

impl Room {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("data/botarium.db")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = botarium();
        command.arg("--home").arg(self.path()).args(args).current_dir(self.path());
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        done(&mut self.command(args))
    }

    /// Beats with the scripted provider in simulated time.
    pub fn beat(&self, seed: u64, count: u64) -> Value {
        let (seed, count) = (seed.to_string(), count.to_string());
        self.run(&["beat", "--json", "--clock", "sim", "--seed", &seed, "--count", &count]).json()
    }

    /// A headless engine, running; its standard error so far has been read.
    pub fn serve(&self, args: &[&str]) -> Running {
        Running::start(self.command(&["--serve"]).args(args))
    }

    /// The same, started by another program, such as env(1).
    #[cfg(target_os = "linux")]
    pub fn serve_under(&self, words: &[&str], args: &[&str]) -> Running {
        Running::start(&mut under(words, self.command(&["--serve"]).args(args)))
    }
}

/// A process in the background; killed when it is dropped.
pub struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
    pub said: String,
}

impl Running {
    /// Waits until its engine runs.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let _bound = Watchdog::over(child.id());
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("the engine runs") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended early: {said}");
        }
        Self { child, lines, said }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and tells how it did.
    pub fn stop(self, signal: &str) -> (i32, String) {
        send(signal, self.pid());
        self.wait()
    }

    /// Waits until it ends by itself, and tells how it did.
    pub fn wait(mut self) -> (i32, String) {
        let _bound = Watchdog::over(self.pid());
        let status = self.child.wait().unwrap();
        let mut said = std::mem::take(&mut self.said);
        self.lines.read_to_string(&mut said).unwrap();
        (code(status), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal, such as `TERM`.
pub fn send(signal: &str, pid: u32) {
    let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status().unwrap();
    assert!(status.success());
}

/// A way to run the binary without the rights of root, which no directory keeps out. `None` where
/// that cannot be had.
#[cfg(unix)]
pub struct Nobody {
    dir: tempfile::TempDir,
    root: bool,
}

#[cfg(unix)]
impl Nobody {
    pub fn new() -> Self {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let dir = tempfile::tempdir().unwrap();
        let root = std::fs::metadata(dir.path()).unwrap().uid() == 0;
        if root {
            std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
            std::fs::copy(env!("CARGO_BIN_EXE_botarium"), dir.path().join("botarium")).unwrap();
        }
        Self { dir, root }
    }

    /// A directory of nobody's.
    pub fn home(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        self.own(&path);
        path
    }

    pub fn own(&self, path: &Path) {
        if self.root {
            std::os::unix::fs::chown(path, Some(65_534), Some(65_534)).unwrap();
        }
    }

    pub fn run(&self, home: &Path, args: &[&str]) -> Done {
        use std::os::unix::process::CommandExt as _;
        let mut command = if self.root { clean(&self.dir.path().join("botarium")) } else { botarium() };
        if self.root {
            command.uid(65_534).gid(65_534);
        }
        done(command.arg("--home").arg(home).args(args).current_dir("/"))
    }
}
