//! Time zones by their names.
//!
//! `jiff` lists every zone of the machine before it gives one out, which takes a command a sixth of its time. Here the
//! file of the one that is meant is read.

use std::path::Path;

use jiff::tz::TimeZone;

/// Where the zones are.
const ZONES: &str = "/usr/share/zoneinfo";
/// Which of them is the system's: a link to its file.
const SYSTEM: &str = "/etc/localtime";

/// The zone of this name, if there is one.
#[must_use]
pub fn named(name: &str) -> Option<TimeZone> {
    read(name).or_else(|| TimeZone::get(name).ok())
}

/// The system's zone.
pub(super) fn system() -> TimeZone {
    let chosen = if std::env::var_os("TZ").is_some() { None } else { std::fs::read_link(SYSTEM).ok() };
    let name = chosen.as_deref().and_then(Path::to_str).and_then(|to| Some(to.rsplit_once("zoneinfo/")?.1));
    name.and_then(read).unwrap_or_else(TimeZone::system)
}

/// The zone in the file of this name; `None` where that is not for certain the one that `jiff` would find.
fn read(name: &str) -> Option<TimeZone> {
    let plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_uppercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    // Elsewhere names in the wrong case find a file as well.
    let here = cfg!(target_os = "linux") && std::env::var_os("TZDIR").is_none();
    if !here || name.eq_ignore_ascii_case("UTC") || name == "Etc/Unknown" || !name.split('/').all(plain) {
        return None;
    }
    TimeZone::tzif(name, &std::fs::read(Path::new(ZONES).join(name)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_is_read_is_the_one_that_is_listed() {
        for name in ["Europe/Berlin", "America/New_York", "Etc/GMT+5", "Asia/Ho_Chi_Minh"] {
            let (Some(zone), Ok(listed)) = (read(name), TimeZone::get(name)) else { continue };
            assert_eq!((zone.iana_name(), &zone), (Some(name), &listed));
        }
        assert_eq!(system().iana_name(), TimeZone::system().iana_name());
    }

    #[test]
    fn what_is_no_name_is_no_file() {
        for name in [
            "",
            "UTC",
            "utc",
            "Etc/Unknown",
            "../zoneinfo/Europe/Berlin",
            "/etc/localtime",
            "posix/UTC",
            "Europe",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
        assert_eq!(named("UTC"), Some(TimeZone::UTC));
        assert_eq!(named("Nowhere/Town"), None);
        assert_eq!(
            named("europe/berlin").map(|zone| zone.iana_name().map(str::to_owned)).is_some(),
            TimeZone::get("Europe/Berlin").is_ok()
        );
    }
}
