//! Moments as people type them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, SpanRelativeTo, Timestamp};

use super::Stamp;

/// Reads a moment: RFC 3339, a date or a date and time (UTC), or a distance from `now` such as
/// `+36h`, `2d` or `3 days`.
///
/// # Errors
/// Says what would be right.
pub fn at(text: &str, now: Stamp) -> Result<Stamp, String> {
    at_in(text, now, &TimeZone::UTC)
}

/// As [`at`], with dates and times of this zone where they name none.
///
/// # Errors
/// Says what would be right.
pub fn at_in(text: &str, now: Stamp, zone: &TimeZone) -> Result<Stamp, String> {
    let text = text.trim();
    let wrong = || {
        format!("`{text}` is no moment; write 2026-01-02T15:00:00Z, 2026-01-02, or a distance such as +36h")
    };
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.into());
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(Into::into));
    if let Ok(civil) = civil {
        return civil.to_zoned(zone.clone()).map(|zoned| zoned.timestamp().into()).map_err(|_| wrong());
    }
    let span: jiff::Span = text.trim_start_matches('+').parse().map_err(|_| wrong())?;
    let distance: SignedDuration =
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if distance.is_negative() || distance.is_zero() {
        return Err(wrong());
    }
    let micros = i64::try_from(distance.as_micros()).map_err(|_| wrong())?;
    Ok(now.plus_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let now: Stamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2026-01-02T15:00:00Z", "2026-01-02T15:00:00.000000Z"),
            ("2026-01-02T15:00:00+02:00", "2026-01-02T13:00:00.000000Z"),
            ("2026-01-02T15:00", "2026-01-02T15:00:00.000000Z"),
            ("2026-01-02", "2026-01-02T00:00:00.000000Z"),
            ("+36h", "2026-01-02T12:00:00.000000Z"),
            ("2d", "2026-01-03T00:00:00.000000Z"),
            ("1 week", "2026-01-08T00:00:00.000000Z"),
        ] {
            assert_eq!(at(text, now).map(|s| s.to_string()).unwrap_or_default(), expected, "{text}");
        }
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        for (text, expected) in [
            ("2026-01-02T15:00", "2026-01-02T06:00:00.000000Z"),
            ("2026-01-02", "2026-01-01T15:00:00.000000Z"),
            ("2026-01-02T15:00:00Z", "2026-01-02T15:00:00.000000Z"),
        ] {
            assert_eq!(
                at_in(text, now, &tokyo).map(|s| s.to_string()).unwrap_or_default(),
                expected,
                "{text}"
            );
        }
        for text in ["", "tomorrow", "-2h", "0s", "2026-13-01"] {
            assert!(at(text, now).is_err(), "{text}");
        }
    }
}
