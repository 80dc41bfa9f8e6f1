//! Where a society lives: the directory with its bots, database and logs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The home directory of a society.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The directory. It need not exist yet.
    pub root: PathBuf,
    /// Why it is this one.
    pub reason: HomeReason,
}

/// What made a directory the home.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum HomeReason {
    /// `--home` named it.
    Flag,
    /// `BOTARIUM_HOME` named it.
    Environment,
    /// The working directory holds `botarium.yaml`.
    ConfigFile,
    /// The working directory holds `bots/`.
    Bots,
    /// Nothing else did: the user's data directory.
    DataDirectory,
}

impl HomeReason {
    /// The reason in a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "named by --home",
            Self::Environment => "named by BOTARIUM_HOME",
            Self::ConfigFile => "the working directory holds botarium.yaml",
            Self::Bots => "the working directory holds bots/",
            Self::DataDirectory => "the user's data directory",
        }
    }
}

/// The configuration files of a directory, sorted.
fn configs_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| matches!(name.to_ascii_lowercase().as_str(), "botarium.yaml" | "botarium.yml"))
        .collect();
    names.sort_unstable();
    names
}

/// `path` seen from `cwd`, without the `.` a person may have typed.
fn below(cwd: &Path, path: &Path) -> PathBuf {
    cwd.join(path).components().collect()
}

impl Home {
    /// Chooses the home: `flag`, else `BOTARIUM_HOME`, else `cwd` if it holds `botarium.yaml` or
    /// `bots/`, else the XDG data directory.
    ///
    /// # Errors
    /// When nothing names a data directory (no `HOME`).
    pub fn resolve(flag: Option<&Path>, cwd: &Path, env: &BTreeMap<String, String>) -> Result<Self, String> {
        let given = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(root) = flag {
            return Ok(Self { root: below(cwd, root), reason: HomeReason::Flag });
        }
        if let Some(root) = given("BOTARIUM_HOME") {
            return Ok(Self { root: below(cwd, &root), reason: HomeReason::Environment });
        }
        if !configs_in(cwd).is_empty() {
            return Ok(Self { root: cwd.to_owned(), reason: HomeReason::ConfigFile });
        }
        if cwd.join("bots").is_dir() {
            return Ok(Self { root: cwd.to_owned(), reason: HomeReason::Bots });
        }
        let data = given("XDG_DATA_HOME")
            .filter(|path| path.is_absolute()) // as the XDG specification demands
            .or_else(|| given("HOME").map(|home| home.join(".local/share")))
            .or_else(|| etcetera::choose_base_strategy().ok().map(|strategy| strategy.data_dir()))
            .ok_or("no data directory: HOME is not set; name a directory with --home")?;
        Ok(Self { root: data.join("botarium"), reason: HomeReason::DataDirectory })
    }

    /// The names in the home that a person may have given to `botarium.yaml`: also `.yml`, in whatever case.
    #[must_use]
    pub fn configs(&self) -> Vec<String> {
        configs_in(&self.root)
    }

    /// `bots/`
    #[must_use]
    pub fn bots(&self) -> PathBuf {
        self.root.join("bots")
    }

    /// `data/`
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// `data/botarium.db`
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data().join("botarium.db")
    }

    /// `logs/`
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.root.display(), self.reason.as_str())
    }
}
