//! The budget page: which line is selected, and what a typed value means.

use crate::domain::pace::{INTERVAL_MAX, INTERVAL_MIN};
use crate::protocol::SetCaps;
use crate::tui::msg::Command;
use crate::tui::widgets::Scroll;

/// What can be changed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Tokens a day.
    Tokens,
    /// Dollars a day.
    Cost,
    /// Seconds between two beats.
    Pace,
}

impl Limit {
    /// Every line.
    pub const ALL: [Self; 3] = [Self::Tokens, Self::Cost, Self::Pace];

    /// What to type for it.
    #[must_use]
    pub const fn prompt(self) -> &'static str {
        match self {
            Self::Tokens => "Tokens a day (0 = no calls; empty = default)",
            Self::Cost => "Dollars a day (0 = no calls; empty = default)",
            Self::Pace => "Seconds between two beats, or 5m, 2h (empty = the room's pace)",
        }
    }

    /// The command that sets it from what was typed; empty means the default.
    ///
    /// # Errors
    /// A sentence saying what would be right.
    pub fn command(self, bot: &str, typed: &str) -> Result<Command, String> {
        let typed = typed.trim();
        Ok(match self {
            Self::Tokens => {
                let cap = match typed {
                    "" => None,
                    typed => Some(read_count(typed).ok_or("a whole number of tokens, such as 50000 or 50k")?),
                };
                Command::SetCaps(bot.into(), SetCaps { daily_token_cap: Some(cap), ..SetCaps::default() })
            }
            Self::Cost => {
                let cap = match typed.trim_start_matches('$') {
                    "" => None,
                    typed => Some(
                        typed
                            .parse()
                            .ok()
                            .filter(|d: &f64| d.is_finite() && *d >= 0.0)
                            .ok_or("dollars, such as 0.50")?,
                    ),
                };
                Command::SetCaps(bot.into(), SetCaps { daily_cost_cap_usd: Some(cap), ..SetCaps::default() })
            }
            Self::Pace => Command::SetBotPace(bot.into(), read_interval(typed)?),
        })
    }
}

fn read_count(typed: &str) -> Option<i64> {
    let (digits, scale) = match typed.strip_suffix(['k', 'K']) {
        Some(head) => (head, 1_000),
        None => match typed.strip_suffix(['m', 'M']) {
            Some(head) => (head, 1_000_000),
            None => (typed, 1),
        },
    };
    let digits: String = digits.chars().filter(|c| !matches!(c, '_' | ',' | ' ')).collect();
    digits.parse::<i64>().ok()?.checked_mul(scale).filter(|count| *count >= 0)
}

/// Reads `90`, `90s`, `5m`, `2h`, `1d`; empty is `None`.
///
/// # Errors
/// A sentence saying what would be right.
pub fn read_interval(typed: &str) -> Result<Option<u32>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let unit = |c: char| match c {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    };
    let (digits, scale) = match typed.chars().last().and_then(|c| unit(c).map(|scale| (c, scale))) {
        Some((c, scale)) => (&typed[..typed.len() - c.len_utf8()], scale),
        None => (typed, 1),
    };
    digits
        .trim()
        .parse::<u32>()
        .ok()
        .and_then(|n| n.checked_mul(scale))
        .filter(|seconds| (INTERVAL_MIN..=INTERVAL_MAX).contains(seconds))
        .map(Some)
        .ok_or_else(|| "from 1 second to 7 days, such as 90, 5m or 2h".into())
}

/// The page's state.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// The selected line.
    pub scroll: Scroll,
}

impl Budget {
    /// The selected line.
    #[must_use]
    pub fn line(&self) -> Limit {
        Limit::ALL[self.scroll.selected.min(Limit::ALL.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_generously() {
        assert_eq!(read_count("50k"), Some(50_000));
        assert_eq!(read_count("1_000"), Some(1_000));
        assert_eq!(read_count("-1"), None);
        assert_eq!(read_interval("5m"), Ok(Some(300)));
        assert_eq!(read_interval(""), Ok(None));
        assert!(
            read_interval("0").is_err() && read_interval("9d").is_err() && read_interval("soon").is_err()
        );
        let caps = SetCaps { daily_cost_cap_usd: Some(Some(0.5)), ..SetCaps::default() };
        assert_eq!(Limit::Cost.command("ada_001", "$0.5"), Ok(Command::SetCaps("ada_001".into(), caps)));
        let caps = SetCaps { daily_token_cap: Some(None), ..SetCaps::default() };
        assert_eq!(Limit::Tokens.command("ada_001", " "), Ok(Command::SetCaps("ada_001".into(), caps)));
        assert!(Limit::Cost.command("ada_001", "NaN").is_err());
    }
}
