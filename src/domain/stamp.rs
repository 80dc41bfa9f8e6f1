//! A point in time, in microseconds since the Unix epoch, UTC.
//!
//! The store keeps the integer, the wire shows RFC 3339 with six decimals
//! (`2026-02-06T12:00:00.123456Z`). Nothing here asks what time it is: that is
//! the clock's work (`engine::clock`).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00Z.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(i64);

impl Stamp {
    /// Wraps microseconds since the epoch, held inside the years jiff can show.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        // 9999-01-01 and -9999 are the edges of the calendar; a damaged row must not panic.
        const EDGE: i64 = 253_370_764_800_000_000;
        if micros > EDGE {
            Self(EDGE)
        } else if micros < -EDGE {
            Self(-EDGE)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This moment moved by `seconds` (negative moves back).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This moment moved by `micros`.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// Whole seconds from `earlier` to this moment; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// The jiff timestamp of this moment.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The civil date of this moment in `zone`.
    #[must_use]
    pub fn date_in(self, zone: &TimeZone) -> Date {
        zone.to_datetime(self.timestamp()).date()
    }

    /// The first moment of `date` in `zone` (a day may start at 01:00 where clocks change at midnight).
    #[must_use]
    pub fn start_of_day(date: Date, zone: &TimeZone) -> Self {
        date.to_zoned(zone.clone())
            .and_then(|zoned| zoned.start_of_day())
            .map_or(Self::default(), |zoned| Self::from(zoned.timestamp()))
    }
}

impl From<jiff::Timestamp> for Stamp {
    fn from(value: jiff::Timestamp) -> Self {
        Self::from_micros(value.as_microsecond())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.timestamp())
    }
}

impl FromStr for Stamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(Self::from)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for Stamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Stamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_six_decimals_and_reads_them_back() {
        let stamp = Stamp::from_micros(1_770_379_200_123_456);
        assert_eq!(stamp.to_string(), "2026-02-06T12:00:00.123456Z");
        assert_eq!(stamp.to_string().parse::<Stamp>().unwrap(), stamp);
        let whole = Stamp::from_micros(1_770_379_200_000_000);
        assert_eq!(whole.to_string(), "2026-02-06T12:00:00.000000Z");
    }

    #[test]
    fn a_damaged_number_does_not_panic() {
        assert!(Stamp::from_micros(i64::MAX).to_string().starts_with("9999"));
        let _ = Stamp::from_micros(i64::MIN).to_string();
    }

    #[test]
    fn days_follow_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let late: Stamp = "2026-03-28T23:30:00Z".parse().unwrap();
        assert_eq!(late.date_in(&zone).to_string(), "2026-03-29");
    }
}
