//! The home: is it there, may it be written, is there room, who may read it.

use std::path::Path;

use super::Findings;
use crate::config::Config;

/// Below this a society cannot run on, in bytes.
const TIGHT: u64 = 20 * 1024 * 1024;
/// Below this it is worth a look.
const LITTLE: u64 = 1024 * 1024 * 1024;

pub(super) fn look(config: &Config, findings: &mut Findings) {
    let root = &config.home.root;
    let Some(there) = nearest(root) else {
        findings.error("home", format!("{} leads nowhere", root.display()), "name another home with --home");
        return;
    };
    if there == root.as_path() {
        writable(root, findings, format!("{} can be written", config.home));
        let data = config.home.data();
        if data.is_dir() {
            writable(&data, findings, format!("{} can be written", data.display()));
        }
        others(root, findings);
    } else {
        let what = format!("{} will be made at the first start", root.display());
        writable(there, findings, what);
    }
    room(there, findings);
}

/// The path itself, or the nearest directory above it that is there.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.exists())
}

/// Tries it: rights alone say too little (read-only disks, quotas, other users' directories).
fn writable(directory: &Path, findings: &mut Findings, fine: String) {
    let probe = directory.join(format!(".botarium-check-{}", std::process::id()));
    match std::fs::File::create_new(&probe) {
        Ok(_) => {
            let _ = std::fs::remove_file(&probe);
            findings.fine("home", fine);
        }
        Err(error) => findings.error(
            "home",
            format!("{} cannot be written: {error}", directory.display()),
            "check its rights and the disk, or choose another home with --home",
        ),
    }
}

fn room(path: &Path, findings: &mut Findings) {
    match fs4::available_space(path) {
        Ok(free) => {
            let what = format!("{} MiB of disk are free", free / (1024 * 1024));
            if free < TIGHT {
                findings.error("disk", what, "free some space; a society grows by a few MiB per 1,000 beats");
            } else if free < LITTLE {
                findings.warning("disk", what, "free some space before a long run");
            } else {
                findings.fine("disk", what);
            }
        }
        Err(error) => findings.warning("disk", format!("free space is unknown: {error}"), ""),
    }
}

#[cfg(unix)]
fn others(root: &Path, findings: &mut Findings) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(meta) = std::fs::metadata(root) else { return };
    if meta.permissions().mode() & 0o002 != 0 {
        findings.warning(
            "home",
            format!("everybody on this machine may write in {}", root.display()),
            format!("chmod o-w {}", root.display()),
        );
    }
}

#[cfg(not(unix))]
fn others(_: &Path, _: &mut Findings) {}
