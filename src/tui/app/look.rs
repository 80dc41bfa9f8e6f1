//! The look to begin with: by the configuration, what was chosen before, and what the environment says.

use crate::config::UiConfig;
use crate::tui::saved::Saved;
use crate::tui::theme::{Colors, Theme, ThemeName};

/// The look to begin with, and whether a person chose it.
pub(super) fn begin(ui: &UiConfig, saved: &Saved) -> (Theme, bool) {
    use crate::config::Colors as Wanted;
    let env = |key: &str| std::env::var(key).ok();
    let colors = match ui.colors {
        Wanted::Auto => Colors::of_terminal(env),
        Wanted::TrueColor => Colors::True,
        Wanted::Ansi256 => Colors::Ansi256,
        Wanted::Ansi16 => Colors::Ansi16,
        Wanted::None => Colors::None,
    };
    let chosen = ThemeName::parse(&ui.theme).or_else(|| saved.theme());
    let light = saved.light.or_else(|| light_by_env(env("COLORFGBG").as_deref())).unwrap_or(false);
    let guess = if light { ThemeName::Light } else { ThemeName::Dark };
    (Theme::new(chosen.unwrap_or(guess), colors, ui.ascii || is_plain(env)), chosen.is_some())
}

/// The account of whoever sits here, by the environment or else by the system's list; nothing where neither says.
#[must_use]
pub fn account() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].iter().filter_map(|key| std::env::var(key).ok());
    named.map(|name| name.trim().to_owned()).find(|name| !name.is_empty()).or_else(listed).unwrap_or_default()
}

#[cfg(unix)]
fn listed() -> Option<String> {
    let list = std::fs::read("/etc/passwd").ok()?;
    name_in(&String::from_utf8_lossy(&list), rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn listed() -> Option<String> {
    None
}

/// The name of an account by its number, in a list with fields between colons.
#[cfg(unix)]
fn name_in(list: &str, number: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(number)).then(|| name.to_owned())
    })
}

/// Whether the terminal shows ASCII alone, by the locale or by what it is. An environment that says nothing
/// says nothing against Unicode.
pub fn is_plain(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|key| env(key).filter(|value| !value.is_empty()));
    let coded = locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    !coded || is_simple(env("TERM").as_deref())
}

/// Whether a terminal of this name (`TERM`) knows the oldest sequences alone.
pub(super) fn is_simple(term: Option<&str>) -> bool {
    matches!(term, Some("linux" | "dumb" | "vt100" | "vt220"))
}

/// What `COLORFGBG` (`foreground;background`) says of the background.
fn light_by_env(value: Option<&str>) -> Option<bool> {
    let background: u8 = value?.rsplit(';').next()?.parse().ok()?;
    Some(matches!(background, 7 | 9..=15))
}

#[cfg(test)]
mod tests {
    use super::{is_plain, light_by_env};

    #[cfg(unix)]
    #[test]
    fn an_account_is_called_as_the_system_lists_it() {
        let list = "root:x:0:0:root:/root:/bin/sh\n\n:x:7::\nbroken\nvera:x:1000:1000::/home/vera:/bin/sh\n";
        let name = |number| super::name_in(list, number);
        assert_eq!((name(0).as_deref(), name(1000).as_deref()), (Some("root"), Some("vera")));
        assert_eq!((name(7), name(100)), (None, None));
    }

    #[test]
    fn ascii_by_itself_where_there_is_nothing_else() {
        let of = |pairs: &[(&str, &str)]| {
            is_plain(|key| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).into()))
        };
        assert!(of(&[("LANG", "C")]) && of(&[("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")]));
        assert!(of(&[("TERM", "linux"), ("LANG", "en_US.UTF-8")]) && of(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!of(&[("LANG", "C.UTF-8")]) && !of(&[("LC_ALL", "en_US.utf8"), ("LANG", "C")]) && !of(&[]));
        assert!(!of(&[("TERM", "xterm-256color"), ("LC_ALL", "")]));
    }

    #[test]
    fn the_background_by_environment() {
        assert_eq!(light_by_env(Some("0;15")), Some(true));
        assert_eq!(light_by_env(Some("15;0")), Some(false));
        assert_eq!(light_by_env(Some("12;default;0")), Some(false));
        assert_eq!(light_by_env(None), None);
    }
}
