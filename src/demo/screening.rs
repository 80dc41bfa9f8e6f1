//! A recording shown on the terminal one sits at, at the pace at which it was played.

use std::io::Write;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

/// Longest pause, in seconds: nobody likes to look at nothing.
const PAUSE_MAX: f64 = 3.0;

/// Shows an asciicast v3 of a screen of this size. The terminal is given back as it was, also when it is cut off.
///
/// # Errors
/// The terminal is smaller, or cannot be written.
pub async fn show(cast: &[u8], (width, height): (u16, u16), out: &mut impl Write) -> anyhow::Result<()> {
    if let Ok((columns, rows)) = crossterm::terminal::size()
        && (columns < width || rows < height)
    {
        anyhow::bail!(
            "the scenario needs {width}x{height}, and this terminal has {columns}x{rows}: make it larger, or give \
             --size {columns}x{rows}"
        );
    }
    let curtain = Curtain::raise(out)?;
    for line in cast.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()) {
        let (seconds, code, data): (f64, String, Value) =
            serde_json::from_slice(line).context("the recording cannot be read")?;
        tokio::time::sleep(Duration::from_secs_f64(seconds.clamp(0.0, PAUSE_MAX))).await;
        if code == "o"
            && let Some(said) = data.as_str()
        {
            curtain.0.write_all(said.as_bytes())?;
            curtain.0.flush()?;
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await; // the last picture is looked at
    Ok(())
}

/// The second screen of the terminal, given back in the end.
struct Curtain<'a, W: Write>(&'a mut W);

impl<'a, W: Write> Curtain<'a, W> {
    fn raise(out: &'a mut W) -> std::io::Result<Self> {
        out.write_all(b"\x1b[?1049h\x1b[2J")?;
        Ok(Self(out))
    }
}

impl<W: Write> Drop for Curtain<'_, W> {
    fn drop(&mut self) {
        let _ = self.0.write_all(b"\x1b[0m\x1b[?25h\x1b[?1049l"); // a terminal that is gone needs nothing
        let _ = self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_recorded_is_shown_and_the_terminal_given_back() {
        let cast =
            b"{\"version\":3,\"term\":{\"cols\":2,\"rows\":1}}\n[0.0, \"o\", \"hi\"]\n[0.0, \"i\", \"x\"]\n";
        let mut out = Vec::new();
        tokio::time::pause();
        show(cast, (0, 0), &mut out).await.unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\x1b[?1049h\x1b[2Jhi\x1b[0m\x1b[?25h\x1b[?1049l");
    }
}
