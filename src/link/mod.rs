//! The only door of the control room and the commands to an engine: the one in this process, or
//! one behind a port. Its methods are made from what is declared in `protocol::ask`.
//!
//! It knows no SQL and no screen. Whoever holds a [`Link`] cannot tell which of the two it is,
//! except by [`Link::connection`].

pub mod past;
pub mod remote;

use crate::domain::{PersonalityConfig, Secret};
use crate::engine::Handle;
pub use crate::engine::Subscription;
pub use crate::protocol::Role;
use crate::protocol::ask::{Answers, Ask, Param, every_ask};
use crate::protocol::*;
pub use past::Past;
pub use remote::Remote;

/// A way to an engine. Cheap to clone.
#[derive(Clone)]
pub enum Link {
    /// In this process.
    Local(Handle),
    /// Behind a port.
    Remote(Remote),
}

/// How the way to the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The engine is in this process.
    Local,
    /// Events arrive.
    Connected,
    /// Lost; it will be tried again.
    Reconnecting {
        /// Seconds until the next try.
        next_try_seconds: u64,
        /// How often it was tried.
        attempt: u32,
    },
    /// Events cannot be had; what changed is asked for now and then.
    Polling,
    /// Given up.
    Closed {
        /// Why, in one sentence.
        reason: String,
    },
}

/// One method per command and query that is declared.
macro_rules! methods {
    ($(
        #[doc = $first:literal]
        $(#[doc = $doc:literal])*
        $ask:ident = $name:ident {
            $(
                $(#[doc = $about:literal])*
                $place:ident $field:ident: $kind:ty
                $(= $default:tt $(in $least:literal..=$most:literal)?)?
                $(as $shown:ty)?
            ),* $(,)?
        } -> $answer:tt $route:tt
    )*) => {
        impl Link {
            $(
                #[doc = $first]
                $(#[doc = $doc])*
                ///
                /// # Errors
                /// A [`Fault`] that names the way out.
                pub async fn $name(
                    &self,
                    $($field: arg!(type $place $kind)),*
                ) -> Result<<ask::$ask as Ask>::Answer, Fault> {
                    self.ask(ask::$ask { $($field: arg!($place $field)),* }).await
                }
            )*
        }
    };
}

/// How a field comes in a call.
macro_rules! arg {
    (type path $kind:ty) => { <$kind as Param>::Given<'_> };
    (type query $kind:ty) => { <$kind as Param>::Given<'_> };
    (type $place:ident $kind:ty) => { impl Into<$kind> };
    (path $field:ident) => { Param::take($field) };
    (query $field:ident) => { Param::take($field) };
    ($place:ident $field:ident) => { $field.into() };
}

every_ask!(methods);

/// What is asked in more than one step, or answered in a stream.
impl Link {
    /// Asks, whichever engine it is.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn ask<A: Ask>(&self, asked: A) -> Result<A::Answer, Fault>
    where
        Handle: Answers<A>,
    {
        match self {
            Self::Local(engine) => engine.answer(asked).await,
            Self::Remote(engine) => engine.ask(&asked).await,
        }
    }

    /// Every bot by id.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn bots(&self) -> Result<Vec<BotView>, Fault> {
        match self {
            Self::Local(engine) => engine.bots().await,
            Self::Remote(engine) => engine.bots(&[]).await,
        }
    }

    /// Bots by id, after the id given.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn bots_page(
        &self,
        skip: u32,
        limit: u32,
        after: Option<String>,
    ) -> Result<Vec<BotView>, Fault> {
        match self {
            Self::Local(engine) => engine.bots_page(skip, limit, after).await,
            Self::Remote(engine) => {
                let page = [("skip", skip.to_string()), ("limit", limit.to_string())];
                let after = after.map(|after| ("after", after));
                engine.bots(&page.into_iter().chain(after).collect::<Vec<_>>()).await
            }
        }
    }

    /// Adds a custom bot with a whole configuration.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn add_bot(&self, config: PersonalityConfig) -> Result<BotView, Fault> {
        self.bring_bot(config).await
    }

    /// Sets the given parts of a configuration, and reads all of it.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn set_config(&self, id: &str, patch: ConfigPatch) -> Result<BotConfigView, Fault> {
        self.change_config(id, patch).await?;
        self.bot_config(id).await
    }

    /// Resets both caps to the defaults, and reads them.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn clear_caps(&self, id: &str) -> Result<CostCaps, Fault> {
        self.reset_caps(id).await?;
        Ok(self.bot_config(id).await?.cost_caps)
    }

    /// Pauses a bot or lets it go on, and reads how it is.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn set_paused(&self, id: &str, paused: bool) -> Result<BotView, Fault> {
        if paused {
            self.pause_bot(id).await?
        } else {
            self.unpause_bot(id).await?
        };
        self.bot(id).await
    }

    /// Makes an access token; its text is shown this once.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out.
    pub async fn new_token(&self, name: &str, role: Role) -> Result<(TokenView, Secret), Fault> {
        let made = self.make_token(CreateToken { name: name.to_owned(), role }).await?;
        Ok((made.view, Secret::new(made.token)))
    }

    /// Writes every row of `kind` to `sink` in pieces, and answers how many rows there were.
    ///
    /// # Errors
    /// A [`Fault`] that names the way out; what `sink` returned.
    pub async fn export(
        &self,
        kind: ExportKind,
        options: ExportOptions,
        sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Result<u64, Fault> {
        match self {
            Self::Local(engine) => engine.export(kind, options, sink).await,
            Self::Remote(engine) => engine.export(kind, options, sink).await,
        }
    }

    /// Listens to what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        match self {
            Self::Local(engine) => engine.subscribe(),
            Self::Remote(engine) => engine.subscribe(),
        }
    }

    /// Newest activity id known here.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        match self {
            Self::Local(engine) => engine.last_seq(),
            Self::Remote(engine) => engine.last_seq(),
        }
    }

    /// How the way to the engine is.
    #[must_use]
    pub fn connection(&self) -> Connection {
        match self {
            Self::Local(_) => Connection::Local,
            Self::Remote(engine) => engine.connection(),
        }
    }

    /// What this side may do.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Local(engine) if engine.is_past() => Role::Viewer,
            Self::Local(_) => Role::Operator,
            Self::Remote(engine) => engine.role(),
        }
    }

    /// Where the engine is, for the header.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Local(_) => "here".into(),
            Self::Remote(engine) => engine.label(),
        }
    }
}
