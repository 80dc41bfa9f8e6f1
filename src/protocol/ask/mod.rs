//! What can be asked of a room, each declared once: what it is called, what it carries, what it answers, and where
//! it is served.
//!
//! A declaration is a line of the lists beside this file (`bots.rs`, `forum.rs`, …). From it come the type itself, the
//! route and its entry in the OpenAPI document, the request of a link to a port, the call in process, and the link's
//! method. What is by hand (streams, the WebSocket, pages, figures) has its [`Route`] in [`BY_HAND`].

mod bots;
mod config;
mod forum;
mod memory;
mod param;
mod public;
mod room;
mod society;
mod stats;
mod wire;

pub(crate) use bots::bots;
pub(crate) use config::config;
pub(crate) use forum::forum;
pub(crate) use memory::memory;
pub(crate) use param::word;
pub use param::{
    ActivityQuery, ArchiveQuery, Category, MemoryQuery, PAGE_MAX, Param, Period, Query, ThreadQuery,
    ThreadSort,
};
pub(crate) use public::public;
pub(crate) use room::room;
pub(crate) use society::society;
pub(crate) use stats::stats;
#[cfg(test)]
pub use wire::Described;
pub(crate) use wire::located;
pub use wire::{Given, Sent};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Fault;

/// One thing that can be asked, with all it carries.
pub trait Ask: Sized + Send + 'static {
    /// What is answered, on the wire and in process.
    type Answer: Serialize + DeserializeOwned + Send;
    /// Where and how it is served.
    const ROUTE: Route;

    /// Reads it out of a request.
    ///
    /// # Errors
    /// Something is missing, or no value for it.
    fn read(given: &mut Given) -> Result<Self, Fault>;

    /// Writes it into a request.
    fn write(&self) -> Sent;

    /// Refuses numbers that are out of range.
    ///
    /// # Errors
    /// 422 with the range.
    fn check(&self) -> Result<(), Fault>;

    /// What the OpenAPI document says of it.
    #[cfg(test)]
    fn described() -> Described;
}

/// Who answers one of them.
pub trait Answers<A: Ask> {
    /// The answer.
    fn answer(&self, asked: A) -> impl Future<Output = Result<A::Answer, Fault>> + Send;
}

/// How a request changes things, or that it does not.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// It reads.
    Get,
    /// It does something.
    Post,
    /// It sets something.
    Put,
    /// It takes something away.
    Delete,
}

impl Method {
    /// As in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may ask.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody, where the port's public part is open.
    Nobody,
    /// Who may look.
    Viewer,
    /// Who may do everything.
    Operator,
}

/// How long an answer may be kept and given to others.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Until something is committed, and no longer than a second: all it tells is in the database.
    UntilCommit,
    /// Not by the port.
    Fresh,
    /// By nobody on its way, which the answer says.
    Secret,
}

/// How long the answer is waited for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as a database takes.
    Soon,
    /// As long as a model takes.
    Model,
}

/// Where and how something is served.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The first line says what it does, those after an empty one more of it.
    pub doc: &'static [&'static str],
    /// GET, POST, PUT or DELETE.
    pub method: Method,
    /// The path, its parameters in braces.
    pub path: &'static str,
    /// Its name in the OpenAPI document.
    pub id: &'static str,
    /// The chapter of the document.
    pub tag: &'static str,
    /// The status of a good answer.
    pub status: u16,
    /// Who may ask.
    pub needs: Needs,
    /// How long the answer may be kept.
    pub keeping: Keeping,
    /// How long it is waited for.
    pub patience: Patience,
    /// Whether it has a body.
    pub body: bool,
    /// Further paths that lead to the same, each with its name and chapter.
    pub also: &'static [(&'static str, &'static str, &'static str)],
    /// Refusals that mean something of its own, with what they mean.
    pub refusals: &'static [(u16, &'static str)],
}

impl Route {
    /// Every path that leads there.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.path).chain(self.also.iter().map(|(path, ..)| *path))
    }

    /// Whether asking changes something.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.method != Method::Get
    }
}

/// Makes of a list of declarations their types and [`Ask`]s, and the list of their routes.
macro_rules! declare {
    ($(
        $(#[doc = $doc:literal])*
        $ask:ident = $name:ident {
            $(
                $(#[doc = $about:literal])*
                $place:ident $field:ident: $kind:ty
                $(= $default:tt $(in $least:literal..=$most:literal)?)?
                $(as $shown:ty)?
            ),* $(,)?
        } -> $answer:tt {
            $method:ident $path:literal $id:ident in $tag:ident:
            $status:literal $needs:ident $keeping:ident $patience:ident
            $(also $alias:literal $alias_id:ident in $alias_tag:ident)*
            $(or $refused:literal $why:literal)*
        }
    )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug)]
            pub struct $ask {
                $( $(#[doc = $about])* pub $field: $kind, )*
            }

            impl $crate::protocol::ask::Ask for $ask {
                type Answer = $crate::protocol::ask::answer!($answer);
                const ROUTE: $crate::protocol::ask::Route = $crate::protocol::ask::Route {
                    doc: &[$($doc),*],
                    method: $crate::protocol::ask::Method::$method,
                    path: $path,
                    id: stringify!($id),
                    tag: stringify!($tag),
                    status: $status,
                    needs: $crate::protocol::ask::Needs::$needs,
                    keeping: $crate::protocol::ask::Keeping::$keeping,
                    patience: $crate::protocol::ask::Patience::$patience,
                    body: false $(|| $crate::protocol::ask::field!(is_body $place))*,
                    also: &[$(($alias, stringify!($alias_id), stringify!($alias_tag))),*],
                    refusals: &[$(($refused, $why)),*],
                };

                fn read(
                    _given: &mut $crate::protocol::ask::Given,
                ) -> Result<Self, $crate::protocol::Fault> {
                    Ok(Self {
                        $( $field: $crate::protocol::ask::field!(
                            read _given $place $field: $kind $(= $default $(in $least $most)?)?
                        ), )*
                    })
                }

                fn write(&self) -> $crate::protocol::ask::Sent {
                    #[allow(unused_mut)]
                    let mut sent = $crate::protocol::ask::Sent::default();
                    $( $crate::protocol::ask::field!(write sent $place $field self.$field); )*
                    sent
                }

                fn check(&self) -> Result<(), $crate::protocol::Fault> {
                    $( $crate::protocol::ask::field!(check $place $field self.$field $($($least $most)?)?); )*
                    Ok(())
                }

                #[cfg(test)]
                fn described() -> $crate::protocol::ask::Described {
                    #[allow(unused_mut)]
                    let mut described = $crate::protocol::ask::Described::default();
                    $crate::protocol::ask::answer!(describe described $answer);
                    $( $crate::protocol::ask::field!(
                        describe described $place $field: $kind $(= $default $(in $least $most)?)? $(as $shown)?,
                        [$($about),*]
                    ); )*
                    described
                }
            }
        )*

        /// The routes of this list.
        pub(super) const ROUTES: &[$crate::protocol::ask::Route] =
            &[$(<$ask as $crate::protocol::ask::Ask>::ROUTE),*];
    };
}
use declare;

/// What an answer is: `Of`, `[Of]` for a list, `{Of}` for values by name.
macro_rules! answer {
    ([$of:ty]) => { Vec<$of> };
    ({$of:ty}) => { std::collections::BTreeMap<String, $of> };
    ($of:ident) => { $of };
    (describe $described:ident [$of:ty]) => { $described.answers::<$of>("array") };
    (describe $described:ident {$of:ty}) => { $described.answers::<$of>("map") };
    (describe $described:ident $of:ident) => { $described.answers::<$of>("one") };
}
use answer;

/// What is done with one field: it stands in the `path`, is of the `query`, is `all` of the query, or is the `body`.
macro_rules! field {
    (is_body body) => { true };
    (is_body $place:ident) => { false };

    (read $given:ident path $field:ident: $kind:ty) => { $given.path::<$kind>(stringify!($field))? };
    (read $given:ident all $field:ident: $kind:ty) => { <$kind as $crate::protocol::ask::Query>::read($given)? };
    (read $given:ident body $field:ident: $kind:ty) => { $given.body::<$kind>()? };
    (read $given:ident query $field:ident: $kind:ty = $default:tt in $least:literal $most:literal) => {
        $given.whole(stringify!($field), $default, $least, $most)?
    };
    (read $given:ident query $field:ident: $kind:ty = $default:tt) => {
        $given.optional::<$kind>(stringify!($field))?.unwrap_or($default.into())
    };
    (read $given:ident query $field:ident: $kind:ty) => { $given.query::<$kind>(stringify!($field))? };

    (write $sent:ident path $field:ident $value:expr) => { $sent.path(stringify!($field), &$value) };
    (write $sent:ident all $field:ident $value:expr) => {
        $crate::protocol::ask::Query::write(&$value, &mut $sent)
    };
    (write $sent:ident body $field:ident $value:expr) => { $sent.body(&$value) };
    (write $sent:ident query $field:ident $value:expr) => { $sent.query(stringify!($field), &$value) };

    (check query $field:ident $self:ident.$member:ident $least:literal $most:literal) => {
        $crate::protocol::ask::param::within(stringify!($field), $self.$member, $least, $most)?
    };
    (check all $field:ident $self:ident.$member:ident) => { $crate::protocol::ask::Query::check(&$self.$member)? };
    (check $place:ident $field:ident $self:ident.$member:ident) => {};

    (describe $described:ident path $field:ident: $kind:ty, [$($about:literal),*]) => {
        $described.parameter::<$kind>("path", stringify!($field), true, &[$($about),*])
    };
    (describe $described:ident all $field:ident: $kind:ty, [$($about:literal),*]) => {
        <$kind as $crate::protocol::ask::Query>::describe(&mut $described)
    };
    (describe $described:ident body $field:ident: $kind:ty, [$($about:literal),*]) => {
        $described.body::<$kind>()
    };
    (describe $described:ident body $field:ident: $kind:ty as $shown:ty, [$($about:literal),*]) => {
        $described.body::<$shown>()
    };
    (describe $described:ident query $field:ident: $kind:ty = $default:tt in $least:literal $most:literal,
        [$($about:literal),*]) => {
        $described.whole(stringify!($field), $default, $least, $most, &[$($about),*])
    };
    (describe $described:ident query $field:ident: $kind:ty = $default:tt, [$($about:literal),*]) => {
        $described.parameter::<$kind>("query", stringify!($field), false, &[$($about),*])
    };
    (describe $described:ident query $field:ident: $kind:ty, [$($about:literal),*]) => {
        $described.parameter::<$kind>(
            "query", stringify!($field), <$kind as $crate::protocol::ask::Param>::missing().is_none(), &[$($about),*]
        )
    };
}
use field;

/// Hands every declaration to a macro, list by list.
macro_rules! every_ask {
    ($then:ident) => {
        $crate::protocol::ask::room! { $then }
        $crate::protocol::ask::bots! { $then }
        $crate::protocol::ask::config! { $then }
        $crate::protocol::ask::forum! { $then }
        $crate::protocol::ask::stats! { $then }
        $crate::protocol::ask::memory! { $then }
        $crate::protocol::ask::society! { $then }
        $crate::protocol::ask::public! { $then }
    };
}
pub(crate) use every_ask;

pub use bots::*;
pub use config::*;
pub use forum::*;
pub use memory::*;
pub use public::*;
pub use room::*;
pub use society::*;
pub use stats::*;

/// A route by hand that reads.
const fn by_hand(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    needs: Needs,
    keeping: Keeping,
) -> Route {
    Route {
        doc: &[],
        method: Method::Get,
        path,
        id,
        tag,
        status: 200,
        needs,
        keeping,
        patience: Patience::Soon,
        body: false,
        also: &[],
        refusals: &[],
    }
}

/// What is served by hand: lists and files that are streamed, the WebSocket, pages, figures.
pub const BY_HAND: &[Route] = &[
    by_hand("/api/bots", "bots", "bots", Needs::Viewer, Keeping::Fresh),
    by_hand("/api/session", "session", "system", Needs::Viewer, Keeping::Fresh),
    by_hand("/api/export/{kind}", "export", "export", Needs::Viewer, Keeping::Fresh),
    by_hand("/ws/activity", "live", "activity", Needs::Viewer, Keeping::Fresh),
    by_hand("/metrics", "metrics", "metrics", Needs::Viewer, Keeping::Fresh),
    by_hand("/", "page", "public", Needs::Nobody, Keeping::Secret),
];

/// Every route of the port that is in its OpenAPI document.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    const LISTS: [&[Route]; 9] = [
        room::ROUTES,
        bots::ROUTES,
        config::ROUTES,
        forum::ROUTES,
        stats::ROUTES,
        memory::ROUTES,
        society::ROUTES,
        public::ROUTES,
        BY_HAND,
    ];
    LISTS.into_iter().flatten()
}
