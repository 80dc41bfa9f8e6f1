//! What stands in a path or a query, and the queries that several routes and panes share.

use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::{Value, json};
use utoipa::ToSchema;

#[cfg(test)]
use super::Described;
use super::wire::in_words;
use super::{Given, Sent};
use crate::protocol::Fault;

/// Most rows of a page.
pub const PAGE_MAX: u32 = 200;

/// A value in a path or a query.
pub trait Param: Sized {
    /// As it is handed over in a call.
    type Given<'a>
    where
        Self: 'a;

    /// For a call.
    fn lend(&self) -> Self::Given<'_>;
    /// From a call.
    fn take(given: Self::Given<'_>) -> Self;
    /// From the text of a request.
    ///
    /// # Errors
    /// Says what it should be.
    fn read(text: &str) -> Result<Self, String>;
    /// For a request; `None` leaves it out.
    fn write(&self) -> Option<String>;
    /// Whether an empty text is as good as none.
    const EMPTY_IS_NONE: bool = false;
    /// What it is when it was left out, unless it has to be there.
    fn missing() -> Option<Self> {
        None
    }
    /// Its schema.
    #[cfg(test)]
    fn schema() -> Value;
}

impl Param for String {
    type Given<'a> = &'a str;
    const EMPTY_IS_NONE: bool = true;

    fn lend(&self) -> &str {
        self
    }
    fn take(given: &str) -> Self {
        given.to_owned()
    }
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn write(&self) -> Option<String> {
        Some(self.clone())
    }
    #[cfg(test)]
    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

/// Values that are handed over as they are.
macro_rules! plain {
    ($($kind:ty: $read:expr, $write:expr, $missing:expr, $schema:expr;)*) => { $(
        impl Param for $kind {
            type Given<'a> = Self;

            fn lend(&self) -> Self {
                *self
            }
            fn take(given: Self) -> Self {
                given
            }
            fn read(text: &str) -> Result<Self, String> {
                $read(text)
            }
            fn write(&self) -> Option<String> {
                Some($write(*self))
            }
            fn missing() -> Option<Self> {
                $missing
            }
            #[cfg(test)]
            fn schema() -> Value {
                $schema
            }
        }
    )* };
}

plain! {
    i64: |text: &str| text.parse().map_err(|_| format!("must be a whole number, not {text:?}")), |value: i64| value.to_string(),
        None, json!({ "type": "integer", "format": "int64" });
    u32: |text: &str| text.parse().map_err(|_| format!("must be a whole number, not {text:?}")), |value: u32| value.to_string(),
        None, json!({ "type": "integer", "format": "int32", "minimum": 0 });
    bool: truth, |value: bool| value.to_string(), Some(false), json!({ "type": "boolean", "default": false });
    Period: word, written, Some(Self::default()), schema_of::<Self>();
    ThreadSort: word, written, Some(Self::default()), schema_of::<Self>();
    Category: word, written, None, schema_of::<Self>();
}

/// A truth value as other servers take it: `true`, `1`, `yes` or `on`, in any case of letters.
fn truth(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Ok(true),
        "false" | "0" | "no" | "off" | "f" | "n" => Ok(false),
        _ => Err(format!("must be true or false, not {text:?}")),
    }
}

/// One of some words, in any case of letters.
pub(crate) fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    let read = |text: &str| {
        let text: StrDeserializer<'_, Error> = text.into_deserializer();
        T::deserialize(text)
    };
    read(&text.to_lowercase())
        .or_else(|_| read(text))
        .map_err(|error| in_words(&error.to_string()).into_owned())
}

fn written<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(), // words are texts
    }
}

#[cfg(test)]
fn schema_of<T: utoipa::PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

impl<T: Param + Clone> Param for Option<T> {
    type Given<'a>
        = Self
    where
        T: 'a;

    fn lend(&self) -> Self {
        self.clone()
    }
    fn take(given: Self) -> Self {
        given
    }
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() && T::EMPTY_IS_NONE { Ok(None) } else { T::read(text).map(Some) }
    }
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(T::write)
    }
    fn missing() -> Option<Self> {
        Some(None)
    }
    #[cfg(test)]
    fn schema() -> Value {
        let mut schema = T::schema();
        schema.as_object_mut().unwrap().remove("default");
        schema
    }
}

/// Refuses a number that is not from `least` to `most`.
pub(super) fn within(field: &str, value: u32, least: u32, most: u32) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Fault::invalid_field(field, format!("must be a whole number from {least} to {most}, not {value}")))
}

/// All of a query, handed over as one.
pub trait Query: Sized {
    /// Reads it out of a request.
    ///
    /// # Errors
    /// Something is no value for it.
    fn read(given: &mut Given) -> Result<Self, Fault>;
    /// Writes it into a request.
    fn write(&self, sent: &mut Sent);
    /// Refuses numbers that are out of range.
    ///
    /// # Errors
    /// 422 with the range.
    fn check(&self) -> Result<(), Fault>;
    /// What the OpenAPI document says of it.
    #[cfg(test)]
    fn describe(described: &mut Described);
}

/// Structs that are all of a query.
macro_rules! queries {
    ($(
        $(#[doc = $doc:literal])*
        $query:ident {
            $(
                $(#[doc = $about:literal])*
                $field:ident: $kind:ty $(= $default:tt $(in $least:literal..=$most:literal)?)?
            ),* $(,)?
        }
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $query {
            $( $(#[doc = $about])* pub $field: $kind, )*
        }

        impl Query for $query {
            fn read(given: &mut Given) -> Result<Self, Fault> {
                Ok(Self {
                    $( $field: super::field!(read given query $field: $kind $(= $default $(in $least $most)?)?), )*
                })
            }

            fn write(&self, sent: &mut Sent) {
                $( super::field!(write sent query $field self.$field); )*
            }

            fn check(&self) -> Result<(), Fault> {
                $( super::field!(check query $field self.$field $($($least $most)?)?); )*
                Ok(())
            }

            #[cfg(test)]
            fn describe(described: &mut Described) {
                $( super::field!(
                    describe described query $field: $kind $(= $default $(in $least $most)?)?, [$($about),*]
                ); )*
            }
        }
    )* };
}

queries! {
    /// Which threads.
    ThreadQuery {
        /// Words to find in titles, posts and replies; the last one may be a beginning.
        q: String = "",
        /// Only with this tag.
        tag: Option<String>,
        /// Only by this actor.
        author: Option<String>,
        /// Only where this actor wrote: the opening post or a reply.
        writer: Option<String>,
        /// The order.
        sort: ThreadSort,
        /// How many to pass over.
        skip: u32 = 0 in 0..=2147483647,
        /// How many at most.
        limit: u32 = 20 in 1..=200,
        /// Only threads that come after this id in the order: the cheap way to page.
        after: Option<i64>,
    }
    /// Which activities.
    ActivityQuery {
        /// How many to pass over.
        skip: u32 = 0 in 0..=2147483647,
        /// How many at most.
        limit: u32 = 20 in 1..=200,
        /// Only this actor's.
        bot_id: Option<String>,
        /// Only of this type.
        action_type: Option<String>,
        /// Oldest first, everything after this sequence number: what a viewer that was away has missed.
        after_seq: Option<i64>,
        /// Newest first, only rows before this id: the cheap way to page.
        after: Option<i64>,
    }
    /// Which memories.
    MemoryQuery {
        /// How many at most, per category.
        limit: u32 = 50 in 1..=200,
        /// How many of the newest to pass over, per category.
        offset: u32 = 0 in 0..=2147483647,
        /// Only this category.
        category: Option<Category>,
        /// Only what contains these words.
        q: Option<String>,
    }
    /// What of a bot's archive.
    ArchiveQuery {
        /// How many at most.
        limit: u32 = 50 in 1..=200,
        /// The id that the page before ended with.
        after: Option<i64>,
        /// Only what contains these words.
        q: Option<String>,
    }
}

/// Order of a thread search.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThreadSort {
    /// Newest first.
    #[default]
    Newest,
    /// Highest score first.
    Popular,
    /// Last post first.
    Active,
}

/// Period of a usage report.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// Today.
    #[default]
    Daily,
    /// The last 7 days.
    Weekly,
    /// The last 30 days.
    Monthly,
}

/// One kind of warm memory.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// What it learned.
    Facts,
    /// How it stands with others.
    Relationships,
    /// What it cares about.
    Interests,
    /// What it thinks.
    Opinions,
    /// Moments.
    Memories,
}
