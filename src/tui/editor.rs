//! A text written in the person's own editor: a file of their own, read back when the editor has ended.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Longest file read back, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// Writes a text in `$VISUAL`, `$EDITOR` or `vi`, and answers it as it was left.
///
/// # Errors
/// A sentence: the editor cannot be run, or the file cannot be written or read.
pub fn write(text: &str) -> Result<String, String> {
    let named = ["VISUAL", "EDITOR"].iter().find_map(|key| std::env::var(key).ok());
    with(&named.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "vi".into()), text)
}

fn with(editor: &str, text: &str) -> Result<String, String> {
    let file = Kept::new(text).map_err(|error| format!("no file can be made for your editor: {error}"))?;
    // A shell splits the words of it, as git and others have it.
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&file.0).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => {
            return Err(format!("your editor ({editor}) ended with {status}; the text is as it was"));
        }
        Err(error) => return Err(format!("your editor ({editor}) cannot be run: {error}")),
    }
    let wrong = |error: std::io::Error| format!("what your editor wrote cannot be read: {error}");
    if fs::metadata(&file.0).map_err(wrong)?.len() > BYTES_MAX {
        return Err("what your editor wrote is longer than any post; the text is as it was".into());
    }
    let written = fs::read(&file.0).map_err(wrong)?;
    Ok(String::from_utf8_lossy(&written).trim_end_matches('\n').to_owned())
}

/// A file that nobody else reads, removed in the end.
struct Kept(PathBuf);

impl Kept {
    fn new(text: &str) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
        let path = std::env::temp_dir().join(format!("botarium-{}-{now}.txt", std::process::id()));
        options.open(&path)?.write_all(text.as_bytes())?;
        Ok(Self(path))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0); // the editor may have moved it
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_the_editor_leaves_is_what_is_said() {
        assert_eq!(with("sed -i s/tide/sea/", "the tide\nrose").unwrap(), "the sea\nrose");
        assert!(with("false", "kept").unwrap_err().contains("the text is as it was"));
        assert!(with("/no/such/editor", "kept").is_err());
    }
}
