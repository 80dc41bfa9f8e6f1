//! The hour and the day, as a prompt tells them.

use jiff::tz::TimeZone;

use super::{number, push};
use crate::domain::Stamp;
use crate::domain::era::MONTHS;

/// The room's hour, told so that a line reads the same on the next beat.
pub(super) struct Hours {
    offset: i64,
    today: i64,
}

const DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
impl Hours {
    pub(super) fn at(now: Stamp, zone: &TimeZone) -> Self {
        let offset = i64::from(zone.to_offset(now.timestamp()).seconds());
        let mut hours = Self { offset, today: 0 };
        hours.today = hours.local(now).0;
        hours
    }

    /// Days since 1970 and minutes since midnight.
    const fn local(&self, at: Stamp) -> (i64, i64) {
        let seconds = at.micros().div_euclid(1_000_000) + self.offset;
        (seconds.div_euclid(DAY), seconds.rem_euclid(DAY) / 60)
    }

    /// `14:05` today, `Mon 14:05` within the week, else `3 May`.
    pub(super) fn short(&self, at: Stamp, out: &mut String) {
        let (day, minutes) = self.local(at);
        if self.today - day > 6 || day > self.today {
            let (_, month, of_month) = civil(day);
            number(out, of_month);
            return push(out, &[" ", &MONTHS[month][..3]]);
        }
        if day != self.today {
            push(out, &[&weekday(day)[..3], " "]);
        }
        clock_time(minutes, out);
    }

    /// `Thursday, 1 January 2026, 14:05`.
    pub(super) fn long(&self, at: Stamp, out: &mut String) {
        let (day, minutes) = self.local(at);
        let (year, month, of_month) = civil(day);
        push(out, &[weekday(day), ", "]);
        number(out, of_month);
        push(out, &[" ", MONTHS[month], " "]);
        number(out, year);
        out.push_str(", ");
        clock_time(minutes, out);
    }
}

const fn weekday(day: i64) -> &'static str {
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)] // 0 to 6
    WEEKDAYS[day.rem_euclid(7) as usize]
}

fn clock_time(minutes: i64, out: &mut String) {
    for (part, sign) in [(minutes / 60, ":"), (minutes % 60, "")] {
        if part < 10 {
            out.push('0');
        }
        number(out, part);
        out.push_str(sign);
    }
}

/// Year, month from 0, day of the month.
fn civil(day: i64) -> (i64, usize, i64) {
    let date = Stamp::from_micros(day.saturating_mul(DAY * 1_000_000)).date_in(&TimeZone::UTC);
    let month = usize::try_from(date.month()).unwrap_or(1).clamp(1, 12) - 1;
    (i64::from(date.year()), month, i64::from(date.day()))
}
