//! What a list of bots is ordered by, and the figures of a period it is ordered with.

use std::cmp::Ordering;

use super::ListedBot;
use crate::domain::{Money, caching};
use crate::protocol::{BotUsage, Period};

/// A column of the list.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// By id, which begins with the name.
    #[default]
    Name,
    /// What the calls of the period cost.
    Cost,
    /// Tokens read and written in the period.
    Tokens,
    /// How much of what was read came from a cache.
    Cached,
    /// Threads and replies of the period.
    Posts,
    /// Net votes.
    Reputation,
    /// Open flags.
    Flags,
    /// Who wakes next.
    Next,
}

impl Column {
    /// Every column, in the order in which they are gone through.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Cost,
        Self::Tokens,
        Self::Cached,
        Self::Posts,
        Self::Reputation,
        Self::Flags,
        Self::Next,
    ];

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Cached => "cached",
            Self::Posts => "posts",
            Self::Reputation => "rep",
            Self::Flags => "flags",
            Self::Next => "next",
        }
    }

    /// Cells of it in a table; the name has what is left.
    #[must_use]
    pub const fn cells(self) -> u16 {
        match self {
            Self::Name => 0,
            Self::Cost => 10,
            Self::Tokens | Self::Cached => 8,
            Self::Posts | Self::Flags => 7,
            Self::Reputation => 6,
            Self::Next => 12,
        }
    }

    /// Whether it holds figures of the period.
    #[must_use]
    pub const fn is_of_period(self) -> bool {
        matches!(self, Self::Cost | Self::Tokens | Self::Cached | Self::Posts)
    }

    /// Whether the largest comes first when it is chosen.
    #[must_use]
    pub const fn falls(self) -> bool {
        !matches!(self, Self::Name | Self::Next)
    }
}

/// The word of a period where there is little room.
#[must_use]
pub const fn word(period: Period) -> &'static str {
    match period {
        Period::Daily => "today",
        Period::Weekly => "week",
        Period::Monthly => "month",
    }
}

/// The period after this one, round and round.
#[must_use]
pub const fn next_period(period: Period) -> Period {
    match period {
        Period::Daily => Period::Weekly,
        Period::Weekly => Period::Monthly,
        Period::Monthly => Period::Daily,
    }
}

/// How a list is ordered.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub column: Column,
    /// Whether the largest comes first.
    pub falling: bool,
    /// Of which period the figures are.
    pub period: Period,
}

impl Order {
    /// The order by a column, the way it is wanted first.
    #[must_use]
    pub const fn by(self, column: Column) -> Self {
        Self { column, falling: column.falls(), period: self.period }
    }

    /// The order when the heading of a column is chosen: the other way round where it is the column already.
    #[must_use]
    pub fn chosen(self, column: Column) -> Self {
        if self.column == column { Self { falling: !self.falling, ..self } } else { self.by(column) }
    }

    /// The order after this one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Column::ALL.iter().position(|column| *column == self.column).unwrap_or(0);
        self.by(Column::ALL[(at + 1) % Column::ALL.len()])
    }

    /// Whether it stands the other way round than it is wanted first.
    #[must_use]
    pub const fn is_turned(self) -> bool {
        self.falling != self.column.falls()
    }

    /// By cost; asked again, that of the next longer period.
    #[must_use]
    pub fn by_cost(self) -> Self {
        let again = self.column == Column::Cost && self.falling;
        let period = if again { next_period(self.period) } else { Period::Daily };
        Self { period, ..self.by(Column::Cost) }
    }

    /// Whether the bots stand as they always do.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.column == Column::Name && !self.falling
    }

    /// Which of two bots comes first. Who has no figures used nothing.
    #[must_use]
    pub fn compare(self, a: (&ListedBot, Figures), b: (&ListedBot, Figures)) -> Ordering {
        let by = match self.column {
            Column::Name => a.0.id.cmp(&b.0.id),
            Column::Cost => a.1.cost.cmp(&b.1.cost).then(a.1.tokens.cmp(&b.1.tokens)),
            Column::Tokens => a.1.tokens.cmp(&b.1.tokens),
            Column::Cached => a.1.cached.cmp(&b.1.cached),
            Column::Posts => a.1.posts.cmp(&b.1.posts),
            Column::Reputation => a.0.reputation.cmp(&b.0.reputation),
            Column::Flags => a.0.flags.cmp(&b.0.flags),
            Column::Next => {
                let wakes =
                    |row: &ListedBot| row.next_beat_at.unwrap_or(crate::domain::Stamp::from_micros(i64::MAX));
                wakes(a.0).cmp(&wakes(b.0))
            }
        };
        let by = if self.falling { by.reverse() } else { by };
        by.then_with(|| a.0.id.cmp(&b.0.id))
    }
}

/// What a bot used and posted in a period.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// What its calls cost.
    pub cost: Money,
    /// Whether some of them went to models without a known price.
    pub unpriced: bool,
    /// Tokens read and written.
    pub tokens: i64,
    /// Percent of what it read that came from a cache; `None` where it read nothing.
    pub cached: Option<u8>,
    /// Threads and replies.
    pub posts: i64,
}

impl From<&BotUsage> for Figures {
    fn from(usage: &BotUsage) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 100
        let percent = (caching::share(usage.input_tokens, usage.cached_tokens) * 100.0).round() as u8;
        Self {
            cost: usage.estimated_cost_usd,
            unpriced: usage.unpriced,
            tokens: usage.total_tokens,
            cached: (usage.input_tokens > 0).then_some(percent),
            posts: usage.posts,
        }
    }
}
