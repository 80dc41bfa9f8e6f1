//! Tokens and money: usage, prices, caps. Money is integer nano-dollars throughout.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Default daily token cap per bot.
pub const DEFAULT_TOKEN_CAP: i64 = 100_000;
/// Default daily cost cap per bot: one dollar.
pub const DEFAULT_COST_CAP: Money = Money::from_nanos(1_000_000_000);

/// An amount in nano-dollars (10⁻⁹ USD). On the wire it is a number of dollars.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Wraps nano-dollars.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nano-dollars.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// From dollars, rounded to the nearest nano-dollar; `None` when it is no finite amount that fits.
    #[must_use]
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let nanos = (dollars * 1e9).round();
        #[allow(clippy::cast_possible_truncation)] // bounded in the same breath
        (nanos.is_finite() && nanos.abs() < 9e18).then_some(Self(nanos as i64))
    }

    /// Dollars, for showing.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // shown with at most nine digits
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl fmt::Display for Money {
    /// `$0.031`: three decimals, more when the amount is smaller, so that a cost is never shown as nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = self.dollars();
        if self.0 == 0 {
            f.write_str("$0.00")
        } else if dollars.abs() >= 1.0 {
            write!(f, "${dollars:.2}")
        } else if dollars.abs() >= 0.001 {
            write!(f, "${dollars:.3}")
        } else {
            write!(f, "${dollars:.6}")
        }
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.dollars())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dollars = f64::deserialize(deserializer)?;
        Self::from_dollars(dollars)
            .ok_or_else(|| serde::de::Error::custom("an amount of dollars that is finite"))
    }
}

impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some("US dollars"))
            .build()
            .into()
    }
}

impl ToSchema for Money {}

/// Tokens of one call, as the provider reports them.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// All tokens read, including cached ones.
    pub input: i64,
    /// Tokens written.
    pub output: i64,
    /// Of `input`, those read from the provider's prompt cache.
    #[serde(default)]
    pub cached: i64,
    /// Of `input`, those written to the provider's prompt cache.
    #[serde(default)]
    pub cache_write: i64,
}

impl Usage {
    /// Input and output together: what token caps count.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.input.saturating_add(self.output)
    }
}

impl Add for Usage {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cached: self.cached.saturating_add(other.cached),
            cache_write: self.cache_write.saturating_add(other.cache_write),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Price of a model, in nano-dollars per million tokens.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Per million tokens read.
    pub input: i64,
    /// Per million tokens written.
    pub output: i64,
    /// Per million tokens read from the prompt cache.
    pub cached: i64,
    /// Per million tokens written to the prompt cache.
    pub cache_write: i64,
}

impl Price {
    /// A model that runs here costs nothing.
    pub const FREE: Self = Self { input: 0, output: 0, cached: 0, cache_write: 0 };

    /// What `usage` costs, rounded up to the next nano-dollar.
    #[must_use]
    pub fn cost(&self, usage: Usage) -> Money {
        let plain = (usage.input - usage.cached - usage.cache_write).max(0);
        let total = i128::from(plain) * i128::from(self.input)
            + i128::from(usage.cached) * i128::from(self.cached)
            + i128::from(usage.cache_write) * i128::from(self.cache_write)
            + i128::from(usage.output) * i128::from(self.output);
        let nanos = (total + 999_999) / 1_000_000;
        Money(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// The most a call can cost: every input token at the dearest input price.
    #[must_use]
    pub fn upper_bound(&self, input: i64, output: i64) -> Money {
        let dearest = Self { input: self.input.max(self.cached).max(self.cache_write), ..*self };
        dearest.cost(Usage { input, output, ..Usage::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_rounds_up_and_never_overflows() {
        let price = Price {
            input: 1_000_000_000,
            output: 5_000_000_000,
            cached: 100_000_000,
            cache_write: 1_250_000_000,
        };
        let usage = Usage { input: 1_000, output: 100, cached: 400, cache_write: 0 };
        // 600 × $1 + 400 × $0.1 + 100 × $5 per million
        assert_eq!(price.cost(usage).nanos(), 600_000 + 40_000 + 500_000);
        let one = Price { input: 1, ..Price::FREE };
        assert_eq!(one.cost(Usage { input: 1, ..Usage::default() }).nanos(), 1);
        let huge = Usage { input: i64::MAX, output: i64::MAX, ..Usage::default() };
        assert_eq!(price.cost(huge).nanos(), i64::MAX);
    }

    #[test]
    fn a_small_cost_is_not_shown_as_nothing() {
        assert_eq!(Money::from_nanos(31_000_000).to_string(), "$0.031");
        assert_eq!(Money::from_nanos(12_000).to_string(), "$0.000012");
        assert_eq!(Money::ZERO.to_string(), "$0.00");
    }
}
