//! A home for a test, and the binary at work in it.

use std::path::{Path, PathBuf};

use super::{Asked, Terminal};

/// A home that is removed in the end.
pub struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        // Begun as a terminal begins it, even where these tests were not: the end of the terminal concerns it.
        let mut command = std::process::Command::new("env");
        command.arg("--default-signal=HUP").arg(env!("CARGO_BIN_EXE_botarium"));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.path()).env("TZ", "UTC");
        command.arg("--home").arg(self.path()).args(args).current_dir(self.path());
        command
    }

    /// Runs a command beside the control room and gives what it printed.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}: {out}{err}");
        out.into_owned()
    }

    /// Runs a command that has to fail and gives what it said.
    #[track_caller]
    pub fn fails(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!output.status.success(), "{args:?}: {said}");
        said
    }

    /// Exported rows.
    #[track_caller]
    pub fn export(&self, kind: &str) -> Vec<serde_json::Value> {
        let lines = self.run(&["export", kind, "--format", "jsonl"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// That the database is whole; how bad an ending was cannot be seen from outside otherwise.
    #[track_caller]
    pub fn is_sound(&self) {
        let said = self.run(&["check"]);
        assert!(!said.contains("error"), "{said}");
    }

    /// The control room at this size.
    pub fn open(&self, size: (u16, u16), args: &[&str]) -> Terminal {
        self.open_with(size, args, &[])
    }

    /// The same with something in its environment.
    pub fn open_with(&self, size: (u16, u16), args: &[&str], env: &[(&str, &str)]) -> Terminal {
        self.start(size, args, env, Asked::default())
    }

    /// The same in a terminal that leaves every question open.
    pub fn open_mute(&self, size: (u16, u16)) -> Terminal {
        self.start(size, &[], &[], Asked { mute: true, ..Asked::default() })
    }

    fn start(&self, size: (u16, u16), args: &[&str], env: &[(&str, &str)], asked: Asked) -> Terminal {
        let mut command = self.command(args);
        command.env("TERM", "xterm-256color").env("COLORTERM", "truecolor").env("USER", "vera");
        command.envs(env.iter().copied());
        Terminal::start(command, size, asked)
    }
}
