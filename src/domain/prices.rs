//! What models cost: the list in `data/prices.yaml` and how a model's name finds its line.
//!
//! It knows names and numbers; who is charged, and when, is decided in `society::budget`.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::budget::Price;

const EMBEDDED: &str = include_str!("../../data/prices.yaml");

/// Digits a dollar amount may have after the point: nano-dollars.
const DECIMALS: usize = 9;

/// A price list with its date and source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    as_of: String,
    source: String,
    models: BTreeMap<String, Price>,
}

/// The price list of a room. The one inside the binary is read when it is first asked for something.
#[derive(Clone, Debug, Default)]
pub enum PriceList {
    /// The one inside the binary.
    #[default]
    Embedded,
    /// Another.
    Of(Arc<Prices>),
}

impl Deref for PriceList {
    type Target = Prices;
    fn deref(&self) -> &Prices {
        match self {
            Self::Embedded => Prices::embedded(),
            Self::Of(prices) => prices,
        }
    }
}

impl PartialEq for PriceList {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Serialize for PriceList {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

impl<'de> Deserialize<'de> for PriceList {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self::Of(Arc::new(Prices::deserialize(from)?)))
    }
}

/// What is known about the price of a model.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PriceOf {
    /// Runs on this machine or network and costs nothing.
    Local,
    /// Listed.
    Known(Price),
    /// Not listed: shown as unpriced, never as free.
    Unpriced,
}

/// Why a price list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricesError {
    /// It is no YAML of the expected shape.
    #[error("the price list cannot be read: {0}")]
    Shape(String),
    /// An amount is negative, no number, too large, or finer than a nano-dollar.
    #[error("the price list gives {model} the {field} price `{text}`; expected dollars such as 0.125")]
    Amount {
        /// The model's name.
        model: String,
        /// `in`, `out`, `cached` or `cache_write`.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// Two names differ only in case or in dots and dashes.
    #[error("the price list names {0} twice")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    as_of: String,
    source: String,
    #[serde(rename = "unit")]
    _unit: Unit,
    models: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
enum Unit {
    #[serde(rename = "USD per million tokens")]
    UsdPerMillion,
}

/// Amounts stay text until they are integers, so that no binary fraction comes between.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    #[serde(rename = "in")]
    input: String,
    #[serde(rename = "out")]
    output: String,
    cached: Option<String>,
    cache_write: Option<String>,
}

impl Prices {
    /// The list inside the binary, read on first use.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static PRICES: LazyLock<Prices> = LazyLock::new(|| {
            // Fixed at compile time and parsed by a test below.
            Prices::parse(EMBEDDED).expect("the embedded price list is valid")
        });
        &PRICES
    }

    /// Reads a list in the form of `data/prices.yaml`.
    ///
    /// # Errors
    /// When the shape is another, an amount is none, or a name stands there twice.
    pub fn parse(yaml: &str) -> Result<Self, PricesError> {
        let file: File = serde_yaml::from_str(yaml).map_err(|e| PricesError::Shape(e.to_string()))?;
        let mut models = BTreeMap::new();
        for (model, line) in file.models {
            let price = line.price(&model)?;
            if models.insert(canonical(&model), price).is_some() {
                return Err(PricesError::Twice(model));
            }
        }
        Ok(Self { as_of: file.as_of, source: file.source, models })
    }

    /// The month of the list, such as `2026-11`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Where the numbers come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many models are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.models.len()
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// What `model` costs when reached through a provider of this kind (`scripted`, `ollama`, `anthropic`,
    /// `openai`). `local` says that its address is on this machine or a private network, which makes an
    /// OpenAI-compatible server free.
    ///
    /// A dated name finds the undated line, and `vendor/name` finds `name`, unless the longer name is listed.
    /// Models that Ollama only passes on to its hosted service (`…-cloud`) are not local.
    #[must_use]
    pub fn get(&self, kind: &str, model: &str, local: bool) -> PriceOf {
        match kind {
            "scripted" | "mock" => PriceOf::Local,
            "ollama" if model.ends_with("-cloud") || model.ends_with(":cloud") => PriceOf::Unpriced,
            "ollama" => PriceOf::Local,
            "openai" if local => PriceOf::Local,
            _ => self.find(model).map_or(PriceOf::Unpriced, PriceOf::Known),
        }
    }

    fn find(&self, model: &str) -> Option<Price> {
        let name = canonical(model);
        let mut rest = name.as_str();
        loop {
            let found = self.models.get(rest).or_else(|| self.models.get(undated(rest)?));
            match (found, rest.split_once('/')) {
                (Some(price), _) => return Some(*price),
                (None, Some((_, shorter))) => rest = shorter,
                (None, None) => return None,
            }
        }
    }
}

impl PriceOf {
    /// The price to charge by, if there is one: nothing for a local model, `None` for an unpriced one.
    #[must_use]
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::Local => Some(Price::FREE),
            Self::Known(price) => Some(price),
            Self::Unpriced => None,
        }
    }
}

impl Listed {
    fn price(&self, model: &str) -> Result<Price, PricesError> {
        let amount = |field, text: &str| {
            nanos(text).ok_or_else(|| PricesError::Amount { model: model.into(), field, text: text.into() })
        };
        let input = amount("in", &self.input)?;
        let or_input = |field, text: &Option<String>| text.as_deref().map_or(Ok(input), |t| amount(field, t));
        Ok(Price {
            input,
            output: amount("out", &self.output)?,
            cached: or_input("cached", &self.cached)?,
            cache_write: or_input("cache_write", &self.cache_write)?,
        })
    }
}

/// Lower case, and dots as dashes: gateways write `claude-sonnet-4.5` for `claude-sonnet-4-5`.
fn canonical(model: &str) -> String {
    model.trim().to_lowercase().replace('.', "-")
}

/// The name without a date or `latest` at its end; `None` when it has neither.
fn undated(name: &str) -> Option<&str> {
    if let Some(base) = name.strip_suffix("-latest") {
        return Some(base);
    }
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let (base, last) = name.rsplit_once(['-', '@'])?;
    if digits(last, 8) && last.starts_with("20") {
        return Some(base);
    }
    let (base, month) = base.rsplit_once('-')?;
    let (base, year) = base.rsplit_once(['-', '@'])?;
    (digits(last, 2) && digits(month, 2) && digits(year, 4) && year.starts_with("20")).then_some(base)
}

/// A decimal number of dollars as nano-dollars, without a detour through binary fractions.
fn nanos(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || fraction.len() > DECIMALS {
        return None;
    }
    let fraction = format!("{fraction:0<DECIMALS$}").parse::<i64>().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: &str, model: &str) -> Price {
        match Prices::embedded().get(kind, model, false) {
            PriceOf::Known(price) => price,
            other => panic!("{model}: {other:?}"),
        }
    }

    #[test]
    fn the_embedded_list_is_valid_and_dated() {
        let prices = Prices::embedded();
        assert_eq!(prices.as_of(), "2026-11");
        assert!(prices.source().starts_with("litellm 1."), "{}", prices.source());
        assert!(prices.len() > 60);
        for (model, price) in &prices.models {
            assert!(price.input > 0 && price.output > 0, "{model} would be free");
            assert!(price.cached <= price.input && price.cache_write >= price.input, "{model}: {price:?}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        let haiku = known("anthropic", "claude-haiku-4-5");
        let expected = Price {
            input: 1_000_000_000,
            output: 5_000_000_000,
            cached: 100_000_000,
            cache_write: 1_250_000_000,
        };
        assert_eq!(haiku, expected);
        assert_eq!(known("openai", "gpt-5-nano").cached, 5_000_000);
        assert_eq!(known("openai", "deepseek-v4-flash").cached, 6_000_000);
        assert_eq!(nanos("0.000000001"), Some(1));
        assert_eq!(nanos("15.625"), Some(15_625_000_000));
        assert_eq!(nanos("3"), Some(3_000_000_000));
        for bad in ["", ".", "-1", "1.", ".5", "1e3", "0.0000000001", "99999999999", "1,5", "NaN", "+1"] {
            assert_eq!(nanos(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_the_list_leaves_out_costs_as_much_as_input() {
        let model = known("openai", "gpt-4-turbo");
        assert_eq!((model.cached, model.cache_write), (model.input, model.input));
    }

    #[test]
    fn dates_and_vendors_find_the_plain_name() {
        let haiku = known("anthropic", "claude-haiku-4-5");
        for name in [
            "claude-haiku-4-5-20251001",
            "claude-haiku-4-5@20251001",
            "anthropic/claude-haiku-4-5",
            "openrouter/anthropic/claude-haiku-4.5",
            "Anthropic/Claude-Haiku-4-5-latest",
            " claude-haiku-4-5 ",
        ] {
            assert_eq!(known("openai", name), haiku, "{name}");
        }
        assert_eq!(known("openai", "gpt-4o-2024-11-20"), known("openai", "gpt-4o"));
        assert_eq!(known("openai", "gpt-4o-2024-05-13").input, 5_000_000_000, "listed under its date");
        assert_eq!(known("openai", "gpt-5.4-mini-2026-03-17"), known("openai", "gpt-5.4-mini"));
    }

    #[test]
    fn a_name_that_only_resembles_a_listed_one_is_unpriced() {
        for name in
            ["gpt-5-maxi", "claude-haiku-4-5-extra", "gpt-4o-2024-5-13", "", "/", "gpt-5/", "20251001"]
        {
            assert_eq!(Prices::embedded().get("openai", name, false), PriceOf::Unpriced, "{name}");
        }
        assert_eq!(PriceOf::Unpriced.price(), None);
    }

    #[test]
    fn what_runs_here_costs_nothing() {
        let prices = Prices::embedded();
        assert_eq!(prices.get("scripted", "scripted", false), PriceOf::Local);
        assert_eq!(prices.get("ollama", "llama3.2:3b", true), PriceOf::Local);
        assert_eq!(prices.get("openai", "gpt-5", true), PriceOf::Local, "somebody's server here");
        assert_eq!(
            prices.get("anthropic", "claude-haiku-4-5", true),
            prices.get("anthropic", "claude-haiku-4-5", false)
        );
        assert_eq!(prices.get("ollama", "gpt-oss:120b-cloud", true), PriceOf::Unpriced);
        assert_eq!(PriceOf::Local.price(), Some(Price::FREE));
    }

    #[test]
    fn a_faulty_list_is_refused_by_name() {
        let list = |line: &str| {
            Prices::parse(&format!(
                "as_of: 2026-11\nsource: s\nunit: USD per million tokens\nmodels:\n{line}"
            ))
        };
        let error = list("  m: { in: -1.0, out: 2.0 }").unwrap_err();
        assert_eq!(
            error,
            PricesError::Amount { model: "m".into(), field: "in", text: "-1.0".into() },
            "{error}"
        );
        assert!(matches!(list("  m: { in: 1.0 }"), Err(PricesError::Shape(_))));
        assert!(matches!(list("  m: { in: 1.0, out: 2.0, outt: 1 }"), Err(PricesError::Shape(_))));
        let twice = list("  m-1: { in: 1.0, out: 2.0 }\n  m.1: { in: 1.0, out: 2.0 }");
        assert_eq!(twice.unwrap_err(), PricesError::Twice("m.1".into()));
        assert!(matches!(Prices::parse("unit: EUR"), Err(PricesError::Shape(_))));
    }
}
