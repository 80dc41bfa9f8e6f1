//! How this control room stands with its engine, as the header shows it.

/// The state of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// In the same process.
    Local,
    /// Connected to another process.
    Connected,
    /// Lost; tries again.
    Reconnecting {
        /// Until the next try.
        next_try_seconds: u64,
        /// How many tries there were.
        attempt: u32,
    },
    /// Without live events: asks now and then.
    Polling,
    /// Gone for good.
    Closed {
        /// Why.
        reason: String,
    },
}

/// What this control room may do.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Operator,
    /// Look and listen.
    Viewer,
}
