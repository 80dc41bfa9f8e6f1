//! How a row becomes a value: each column is named once, and no number stands for one.
//!
//! [`columns!`] is for rows that become a struct, a tuple's `try_into` for a few columns at once.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use serde::de::DeserializeOwned;

use crate::domain::text::cut_words;
use crate::domain::{MemoryKind, Money, Stamp};

/// Declares the columns of a query, and the function that reads a row of them into a struct.
///
/// A field is a column of its name; with `= "sql"` it is that expression, with `=> f` it is what `f` makes of it. What
/// stands behind `with` comes from no column.
macro_rules! columns {
    (
        $(#[$doc:meta])*
        $vis:vis $list:ident, $read:ident -> $row:ident {
            $($field:ident $(= $sql:literal)? $(=> $decode:expr)?),+ $(,)?
        } $(with { $($other:ident: $value:expr),+ $(,)? })?
    ) => {
        $(#[$doc])*
        $vis const $list: &str = columns!(@list $($field $(= $sql)?),+);
        $vis fn $read(row: &rusqlite::Row<'_>) -> rusqlite::Result<$row> {
            let mut place = 0;
            Ok($row {
                $($field: { place += 1; columns!(@decode row.get(place - 1)? $(, $decode)?) },)+
                $($($other: $value,)+)?
            })
        }
    };
    (@list $first:ident $(= $sql:literal)? $(, $field:ident $(= $more:literal)?)*) => {
        concat!(columns!(@column $first $(= $sql)?) $(, ", ", columns!(@column $field $(= $more)?))*)
    };
    (@column $field:ident) => { stringify!($field) };
    (@column $field:ident = $sql:literal) => { $sql };
    (@decode $value:expr) => { $value };
    (@decode $value:expr, $decode:expr) => { $decode($value) };
}

pub(super) use columns;

impl FromSql for Stamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self::from_micros)
    }
}

impl ToSql for Stamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.micros().into())
    }
}

impl FromSql for Money {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self::from_nanos)
    }
}

impl ToSql for Money {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.nanos().into())
    }
}

/// A list or a struct that is stored as JSON; what is damaged shows as none.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(serde_json::from_str(value.as_str()?).unwrap_or_default()))
    }
}

/// A text of which at most so many characters are wanted.
pub(super) struct Cut<const CHARS: usize>(pub(super) std::sync::Arc<str>);

impl<const CHARS: usize> FromSql for Cut<CHARS> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(cut_words(value.as_str()?, CHARS).into()))
    }
}

impl FromSql for MemoryKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = u8::column_result(value)?;
        Ok(Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Moment))
    }
}

impl ToSql for MemoryKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}
