//! How a bot is, and which cap holds it: one rule for every list, header and gate.
//!
//! Order: offline (the engine is stopped), paused (by a person), failing (its provider), capped,
//! active. Which caps bind depends on the provider ([`Bound`]); a cap of the bot's own binds always. A cap of 0 means
//! no calls at all.

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
    /// Of those, tokens the default caps count (every kind of provider but the embedded one).
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

impl Cap {
    /// What a bot's row keeps of it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tokens { .. } => "token_cap",
            Self::Cost { .. } => "cost_cap",
            Self::RoomTokens(_) => "room_token_cap",
            Self::RoomCost(_) => "room_cost_cap",
        }
    }

    /// One sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Tokens { .. } => "the daily token cap is reached; it resets at midnight",
            Self::Cost { .. } => "the daily cost cap is reached; it resets at midnight",
            Self::RoomTokens(_) => "the room's daily token cap is reached; it resets at midnight",
            Self::RoomCost(_) => "the room's daily cost cap is reached; it resets at midnight",
        }
    }

    /// Why it holds a bot, in one sentence for a person: which cap, what of it the bot or the room has used, and when
    /// it begins anew.
    #[must_use]
    pub fn holds(self, bot: Spending, room: Spending, reset: &str) -> String {
        let used = match self {
            Self::Tokens { own: true, .. } => bot.tokens.to_string(),
            Self::Tokens { own: false, .. } => bot.bound_tokens.to_string(),
            Self::Cost { .. } => bot.cost.to_string(),
            Self::RoomTokens(_) => room.bound_tokens.to_string(),
            Self::RoomCost(_) => room.cost.to_string(),
        };
        format!("{self} leaves no room for another call ({used} used); it resets at {reset}")
    }
}

impl std::fmt::Display for Cap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whose = |own: bool| if own { "own" } else { "default" };
        let plural = |limit: i64| if limit == 1 { "" } else { "s" };
        match self {
            Self::Tokens { limit, own } => {
                write!(f, "its {} cap of {limit} token{} a day", whose(*own), plural(*limit))
            }
            Self::Cost { limit, own } => write!(f, "its {} cap of {limit} a day", whose(*own)),
            Self::RoomTokens(limit) => {
                write!(f, "the room's cap of {limit} token{} a day", plural(*limit))
            }
            Self::RoomCost(limit) => write!(f, "the room's cap of {limit} a day"),
        }
    }
}

/// Which caps bind the calls to a provider; its kind and what it costs decide.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The bot's own alone: it answers in the process.
    OwnCaps,
    /// All but the default token cap: it costs nothing, and nobody has set that cap.
    NotDefaultTokens,
    /// All.
    AllCaps,
}

/// The caps that bind a bot's calls to a provider.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tokens a day, and whether the cap is the bot's own.
    tokens: Option<(i64, bool)>,
    /// Cost a day, and whether the cap is the bot's own.
    cost: Option<(Money, bool)>,
    room: RoomCaps,
}

impl Limits {
    /// Of a bot's caps and the room's those that bind.
    #[must_use]
    pub fn of(caps: Caps, room: RoomCaps, bound: Bound) -> Self {
        let tokens = caps.own_tokens || bound == Bound::AllCaps;
        let cost = caps.own_cost || bound != Bound::OwnCaps;
        Self {
            tokens: tokens.then_some((caps.tokens, caps.own_tokens)),
            cost: cost.then_some((caps.cost, caps.own_cost)),
            ..Self::of_room(room, bound)
        }
    }

    /// Those that bind a call that no bot makes.
    #[must_use]
    pub fn of_room(room: RoomCaps, bound: Bound) -> Self {
        let room = if bound == Bound::OwnCaps { RoomCaps::default() } else { room };
        Self { tokens: None, cost: None, room }
    }

    /// Whether nothing binds.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.tokens.is_none() && self.cost.is_none() && self.room == RoomCaps::default()
    }

    /// Whether a token cap of the bot binds.
    #[must_use]
    pub const fn bind_tokens(&self) -> bool {
        self.tokens.is_some()
    }

    /// Whether a cap of the room binds.
    #[must_use]
    pub const fn bind_the_room(&self) -> bool {
        self.room.tokens.is_some() || self.room.cost.is_some()
    }

    /// The caps as numbers; one that does not bind is out of reach. `None` where no cap of the bot binds.
    #[must_use]
    pub fn as_caps(&self) -> Option<Caps> {
        let (tokens, own_tokens) = self.tokens.unwrap_or((i64::MAX, false));
        let (cost, own_cost) = self.cost.unwrap_or((Money::from_nanos(i64::MAX), false));
        let binds = self.tokens.is_some() || self.cost.is_some();
        binds.then_some(Caps { tokens, cost, own_tokens, own_cost })
    }

    /// The first cap, the bot's before the room's, that is used up, or that `tokens` and `cost` more would go over.
    #[must_use]
    pub fn exceeded(&self, spent: Spending, room: Spending, tokens: i64, cost: Money) -> Option<Cap> {
        let over = |used: i64, cap: i64| used >= cap || used.saturating_add(tokens) > cap;
        // What costs nothing goes on when a cost cap is used up to the last.
        let over_cost = |used: Money, cap: Money| {
            cap == Money::ZERO || used + cost > cap || (used >= cap && cost > Money::ZERO)
        };
        let tokens_of = |spent: Spending, own: bool| if own { spent.tokens } else { spent.bound_tokens };
        let tokens_over = self.tokens.filter(|(cap, own)| over(tokens_of(spent, *own), *cap));
        let cost_over = self.cost.filter(|(cap, _)| over_cost(spent.cost, *cap));
        tokens_over
            .map(|(limit, own)| Cap::Tokens { limit, own })
            .or_else(|| cost_over.map(|(limit, own)| Cap::Cost { limit, own }))
            .or_else(|| self.room.tokens.filter(|cap| over(room.bound_tokens, *cap)).map(Cap::RoomTokens))
            .or_else(|| self.room.cost.filter(|cap| over_cost(room.cost, *cap)).map(Cap::RoomCost))
    }

    /// The cap that kept the bot from its last call, by the code its row keeps, as far as it still
    /// binds: what is left of a cap can be too little for one more call.
    #[must_use]
    pub fn of_code(&self, code: &str) -> Option<Cap> {
        let all = [
            self.tokens.map(|(limit, own)| Cap::Tokens { limit, own }),
            self.cost.map(|(limit, own)| Cap::Cost { limit, own }),
            self.room.tokens.map(Cap::RoomTokens),
            self.room.cost.map(Cap::RoomCost),
        ];
        all.into_iter().flatten().find(|cap| cap.code() == code)
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

    fn bound(scripted: bool) -> Bound {
        if scripted { Bound::OwnCaps } else { Bound::AllCaps }
    }

    fn reached(limits: Limits, spent: Spending, room: Spending) -> Option<Cap> {
        limits.exceeded(spent, room, 0, Money::from_nanos(1))
    }

    fn alone(caps: Caps, spent: Spending, scripted: bool) -> Option<Cap> {
        reached(Limits::of(caps, RoomCaps::default(), bound(scripted)), spent, Spending::default())
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
        let reached = |room, scripted| {
            reached(Limits::of(defaults(), room_caps, bound(scripted)), Spending::default(), room)
        };
        assert_eq!(reached(spent(5_000, 999, 0), false), None);
        assert_eq!(reached(spent(5_000, 1_000, 0), false), Some(Cap::RoomTokens(1_000)));
        assert_eq!(reached(spent(0, 0, 1_000_000_000), false), Some(Cap::RoomCost(DOLLAR)));
        assert_eq!(reached(spent(5_000, 5_000, 1_000_000_000), true), None);
    }

    #[test]
    fn a_gate_counts_as_far_as_its_cap_still_binds() {
        let room = RoomCaps { tokens: Some(9), cost: None };
        let gate = |code, scripted| Limits::of(defaults(), room, bound(scripted)).of_code(code);
        assert_eq!(gate("token_cap", false), Some(Cap::Tokens { limit: 100, own: false }));
        assert_eq!(gate("token_cap", true), None);
        assert_eq!(gate("room_token_cap", false), Some(Cap::RoomTokens(9)));
        assert_eq!(gate("room_cost_cap", false), None);
        assert_eq!(gate("paused", false), None);
    }

    #[test]
    fn what_costs_nothing_is_bound_by_all_but_the_default_token_cap() {
        let room = RoomCaps { tokens: Some(1_000), cost: None };
        let free = Limits::of(defaults(), room, Bound::NotDefaultTokens);
        assert_eq!(free.exceeded(spent(5_000, 5_000, 0), spent(0, 999, 0), 0, Money::ZERO), None);
        let all = Some(Cap::RoomTokens(1_000));
        assert_eq!(
            free.exceeded(spent(0, 0, 0), spent(0, 1_000, 0), 0, Money::ZERO),
            all,
            "as the gate has it"
        );
        assert!(!free.bind_tokens() && free.as_caps().is_some_and(|caps| caps.tokens == i64::MAX));
        let own = Limits::of(Caps::effective(Some(50), None, 100, DOLLAR), room, Bound::NotDefaultTokens);
        assert!(own.bind_tokens());
        assert_eq!(
            own.exceeded(spent(50, 0, 0), Spending::default(), 0, Money::ZERO).map(Cap::code),
            Some("token_cap")
        );
        assert!(Limits::of(defaults(), room, Bound::OwnCaps).are_none());
    }

    #[test]
    fn zero_means_no_calls_at_all() {
        let none = |caps| Limits::of(caps, RoomCaps::default(), Bound::NotDefaultTokens);
        let told = |limits: Limits| limits.exceeded(Spending::default(), Spending::default(), 0, Money::ZERO);
        assert_eq!(told(none(Caps::effective(Some(0), None, 100, DOLLAR))).map(Cap::code), Some("token_cap"));
        assert_eq!(
            told(none(Caps::effective(None, Some(Money::ZERO), 100, DOLLAR))).map(Cap::code),
            Some("cost_cap")
        );
    }

    #[test]
    fn a_free_call_is_not_stopped_by_a_cost_cap_that_is_used_up() {
        let limits = Limits::of(defaults(), RoomCaps::default(), Bound::NotDefaultTokens);
        let spent = spent(0, 0, DOLLAR.nanos());
        assert_eq!(limits.exceeded(spent, Spending::default(), 10, Money::ZERO), None);
        let one = Money::from_nanos(1);
        assert_eq!(limits.exceeded(spent, Spending::default(), 10, one).map(Cap::code), Some("cost_cap"));
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
