//! A recording shown on the terminal one sits at, at the pace at which it was played.

use std::future::ready;
use std::io::Write;
use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::{Event, EventStream};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use futures_util::{Stream, StreamExt as _};
use serde_json::Value;

use crate::tui::keymap::Key;

/// Longest pause, in seconds: nobody likes to look at nothing.
const PAUSE_MAX: f64 = 3.0;

/// The keys that end it.
const ENDS: [&str; 3] = ["q", "esc", "ctrl+c"];

/// Shows an asciicast v3 of a screen of this size on the terminal, until it is over or `q` ends it. What is typed
/// meanwhile is neither seen in the picture nor left to the shell.
///
/// # Errors
/// The terminal is smaller, or cannot be written.
pub async fn show(cast: &[u8], size: (u16, u16)) -> anyhow::Result<()> {
    /// Keys as they are typed, given back in the end.
    struct Raw;
    impl Drop for Raw {
        fn drop(&mut self) {
            let _ = disable_raw_mode(); // a terminal that is gone needs nothing
        }
    }
    // Where there are no keys to read it is seen to its end.
    let _raw = enable_raw_mode().map(|()| Raw);
    let typed = EventStream::new().map(Result::ok).take_while(|event| ready(event.is_some()));
    play(cast, size, &mut std::io::stdout(), typed.filter_map(ready)).await
}

/// The terminal is given back as it was, also when it is cut off.
async fn play(
    cast: &[u8],
    (width, height): (u16, u16),
    out: &mut impl Write,
    mut typed: impl Stream<Item = Event> + Unpin,
) -> anyhow::Result<()> {
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
        if is_ended(Duration::from_secs_f64(seconds.clamp(0.0, PAUSE_MAX)), &mut typed).await {
            return Ok(());
        }
        if code == "o"
            && let Some(said) = data.as_str()
        {
            curtain.0.write_all(said.as_bytes())?;
            curtain.0.flush()?;
        }
    }
    is_ended(Duration::from_secs(1), &mut typed).await; // the last picture is looked at
    Ok(())
}

/// Waits; answers whether a key ended it meanwhile.
async fn is_ended(pause: Duration, typed: &mut (impl Stream<Item = Event> + Unpin)) -> bool {
    let ends = |event: Event| {
        let Event::Key(key) = event else { return false };
        key.is_press() && ENDS.contains(&Key::from(key).to_string().as_str())
    };
    let over = tokio::time::sleep(pause);
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => return false,
            Some(event) = typed.next() => if ends(event) { return true },
        }
    }
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
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn what_was_recorded_is_shown_and_the_terminal_given_back() {
        let cast =
            b"{\"version\":3,\"term\":{\"cols\":2,\"rows\":1}}\n[0.0, \"o\", \"hi\"]\n[0.0, \"i\", \"x\"]\n";
        let mut out = Vec::new();
        tokio::time::pause();
        play(cast, (0, 0), &mut out, stream::iter(typed("xQ "))).await.unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\x1b[?1049h\x1b[2Jhi\x1b[0m\x1b[?25h\x1b[?1049l");
    }

    #[tokio::test]
    async fn q_ends_it_and_the_terminal_is_given_back() {
        let cast = b"{}\n[0.0, \"o\", \"hi\"]\n[2.0, \"o\", \"never\"]\n";
        let mut out = Vec::new();
        tokio::time::pause();
        let later = stream::once(Box::pin(tokio::time::sleep(Duration::from_secs(1))));
        let keys = later.flat_map(|()| stream::iter(typed("jq")));
        play(cast, (0, 0), &mut out, keys).await.unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\x1b[?1049h\x1b[2Jhi\x1b[0m\x1b[?25h\x1b[?1049l");
    }

    fn typed(keys: &str) -> Vec<Event> {
        keys.chars().map(|key| Event::Key(Key::char(key).event())).collect()
    }
}
