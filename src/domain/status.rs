//! How a bot is, and which cap holds it: one rule for every list, header and gate.
//!
//! Order: offline (the engine is stopped), paused (by a person), failing (its provider), capped,
//! active. The default caps and the room's bind every provider but `scripted`; a cap of the bot's
//! own binds always. A cap of 0 means no calls at all.

use super::budget::Money;

/// A bot's caps as they apply.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Tokens a day.
    pub tokens: i64,
    /// Cost a day.
    pub cost: Money,
    /// Whether the token cap is the bot's own.
    pub own_tokens: bool,
    /// Whether the cost cap is the bot's own.
    pub own_cost: bool,
}

impl Caps {
    /// The bot's own caps where it has them, else the defaults.
    #[must_use]
    pub fn effective(
        own_tokens: Option<i64>,
        own_cost: Option<Money>,
        default_tokens: i64,
        default_cost: Money,
    ) -> Self {
        Self {
            tokens: own_tokens.unwrap_or(default_tokens),
            cost: own_cost.unwrap_or(default_cost),
            own_tokens: own_tokens.is_some(),
            own_cost: own_cost.is_some(),
        }
    }
}

/// The room's caps, where it has any.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomCaps {
    /// Tokens a day of all bots together.
    pub tokens: Option<i64>,
    /// Cost a day of all bots together.
    pub cost: Option<Money>,
}

/// What was used on a day, with what is reserved for calls under way.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// Tokens of every provider.
    pub tokens: i64,
    /// Of those, tokens the default caps count (every provider but `scripted`).
    pub bound_tokens: i64,
    /// Cost.
    pub cost: Money,
}

/// A cap that is used up.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Cap {
    /// The bot's token cap.
    Tokens {
        /// How many.
        limit: i64,
        /// Whether it is the bot's own.
        own: bool,
    },
    /// The bot's cost cap.
    Cost {
        /// How much.
        limit: Money,
        /// Whether it is the bot's own.
        own: bool,
    },
    /// The room's token cap.
    RoomTokens(i64),
    /// The room's cost cap.
    RoomCost(Money),
}

impl std::fmt::Display for Cap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = |own: bool| if own { "own" } else { "default" };
        match self {
            Self::Tokens { limit, own } => write!(f, "its {} cap of {limit} tokens a day", whose(*own)),
            Self::Cost { limit, own } => write!(f, "its {} cap of {limit} a day", whose(*own)),
            Self::RoomTokens(limit) => write!(f, "the room's cap of {limit} tokens a day"),
            Self::RoomCost(limit) => write!(f, "the room's cap of {limit} a day"),
        }
    }
}

/// The first cap that is used up, the bot's before the room's.
#[must_use]
pub fn cap_reached(
    caps: Caps,
    spent: Spending,
    scripted: bool,
    room_caps: RoomCaps,
    room: Spending,
) -> Option<Cap> {
    let tokens = if caps.own_tokens { spent.tokens } else { spent.bound_tokens };
    if (caps.own_tokens || !scripted) && tokens >= caps.tokens {
        return Some(Cap::Tokens { limit: caps.tokens, own: caps.own_tokens });
    }
    if (caps.own_cost || !scripted) && spent.cost >= caps.cost {
        return Some(Cap::Cost { limit: caps.cost, own: caps.own_cost });
    }
    if scripted {
        return None;
    }
    if let Some(limit) = room_caps.tokens
        && room.bound_tokens >= limit
    {
        return Some(Cap::RoomTokens(limit));
    }
    room_caps.cost.filter(|limit| room.cost >= *limit).map(Cap::RoomCost)
}

/// The cap that kept the bot from its last call, by the code its row keeps, as far as it still
/// binds: what is left of a cap can be too little for one more call.
#[must_use]
pub fn cap_of_gate(code: &str, caps: Caps, scripted: bool, room_caps: RoomCaps) -> Option<Cap> {
    match code {
        "token_cap" if caps.own_tokens || !scripted => {
            Some(Cap::Tokens { limit: caps.tokens, own: caps.own_tokens })
        }
        "cost_cap" if caps.own_cost || !scripted => Some(Cap::Cost { limit: caps.cost, own: caps.own_cost }),
        "room_token_cap" if !scripted => room_caps.tokens.map(Cap::RoomTokens),
        "room_cost_cap" if !scripted => room_caps.cost.map(Cap::RoomCost),
        _ => None,
    }
}

/// How a bot is, with the reason where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Wakes on its heartbeat.
    Active,
    /// Stopped by a person.
    Paused,
    /// A cap is used up.
    Capped(Cap),
    /// Its provider's last error.
    Failing(String),
    /// The engine is stopped.
    Offline,
}

/// How a bot is (see the module for the order).
#[must_use]
pub fn standing(offline: bool, paused: bool, failing: Option<&str>, cap: Option<Cap>) -> Standing {
    if offline {
        Standing::Offline
    } else if paused {
        Standing::Paused
    } else if let Some(error) = failing {
        Standing::Failing(error.to_owned())
    } else {
        cap.map_or(Standing::Active, Standing::Capped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOLLAR: Money = Money::from_nanos(1_000_000_000);

    fn defaults() -> Caps {
        Caps::effective(None, None, 100, DOLLAR)
    }

    fn spent(tokens: i64, bound_tokens: i64, cost: i64) -> Spending {
        Spending { tokens, bound_tokens, cost: Money::from_nanos(cost) }
    }

    fn alone(caps: Caps, spent: Spending, scripted: bool) -> Option<Cap> {
        cap_reached(caps, spent, scripted, RoomCaps::default(), Spending::default())
    }

    #[test]
    fn default_caps_bind_every_provider_but_scripted() {
        assert_eq!(
            alone(defaults(), spent(100, 100, 0), false),
            Some(Cap::Tokens { limit: 100, own: false })
        );
        assert_eq!(alone(defaults(), spent(99, 99, 0), false), None);
        assert_eq!(alone(defaults(), spent(5_000, 0, 0), true), None);
        // What it used of another provider earlier does not hold a scripted bot.
        assert_eq!(alone(defaults(), spent(5_000, 5_000, 9), true), None);
        // And what it used of scripted does not count against the default cap of another.
        assert_eq!(alone(defaults(), spent(5_000, 10, 0), false), None);
        let dear = spent(1, 1, 1_000_000_000);
        assert_eq!(alone(defaults(), dear, false), Some(Cap::Cost { limit: DOLLAR, own: false }));
    }

    #[test]
    fn own_caps_bind_always_and_zero_means_no_calls() {
        let own = Caps::effective(Some(50), None, 100, DOLLAR);
        assert_eq!(alone(own, spent(50, 0, 0), true), Some(Cap::Tokens { limit: 50, own: true }));
        assert_eq!(alone(own, spent(49, 0, 0), true), None);
        let none = Caps::effective(None, Some(Money::ZERO), 100, DOLLAR);
        assert_eq!(alone(none, Spending::default(), true), Some(Cap::Cost { limit: Money::ZERO, own: true }));
    }

    #[test]
    fn the_rooms_caps_bind_every_provider_but_scripted() {
        let room_caps = RoomCaps { tokens: Some(1_000), cost: Some(DOLLAR) };
        let reached =
            |room, scripted| cap_reached(defaults(), Spending::default(), scripted, room_caps, room);
        assert_eq!(reached(spent(5_000, 999, 0), false), None);
        assert_eq!(reached(spent(5_000, 1_000, 0), false), Some(Cap::RoomTokens(1_000)));
        assert_eq!(reached(spent(0, 0, 1_000_000_000), false), Some(Cap::RoomCost(DOLLAR)));
        assert_eq!(reached(spent(5_000, 5_000, 1_000_000_000), true), None);
    }

    #[test]
    fn a_gate_counts_as_far_as_its_cap_still_binds() {
        let room = RoomCaps { tokens: Some(9), cost: None };
        let gate = |code, scripted| cap_of_gate(code, defaults(), scripted, room);
        assert_eq!(gate("token_cap", false), Some(Cap::Tokens { limit: 100, own: false }));
        assert_eq!(gate("token_cap", true), None);
        assert_eq!(gate("room_token_cap", false), Some(Cap::RoomTokens(9)));
        assert_eq!(gate("room_cost_cap", false), None);
        assert_eq!(gate("paused", false), None);
    }

    #[test]
    fn the_order_is_offline_paused_failing_capped_active() {
        let cap = Some(Cap::RoomTokens(1));
        assert_eq!(standing(true, true, Some("x"), cap), Standing::Offline);
        assert_eq!(standing(false, true, Some("x"), cap), Standing::Paused);
        assert_eq!(standing(false, false, Some("x"), cap), Standing::Failing("x".into()));
        assert_eq!(standing(false, false, None, cap), Standing::Capped(Cap::RoomTokens(1)));
        assert_eq!(standing(false, false, None, None), Standing::Active);
    }
}
