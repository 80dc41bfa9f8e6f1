//! Caps and reservations: an upper bound of every call is written before it is made and settled
//! after it, so that calls side by side cannot overshoot a cap and a crash cannot lose a charge.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use crate::domain::activity::{self, Activity};
use crate::domain::{Money, Price, PriceOf, Stamp, Usage};
use crate::llm::{ProviderKind, Request};
use crate::store::beat::{self, BotRow, NewActivity};
use crate::store::books::{self, Charge, Reservation, Spent};
use crate::store::{Result, StoreError, acts};

/// Tokens a server adds around a prompt (chat template, tool preamble) at most.
const OVERHEAD: i64 = 256;
/// Bytes that make a token of a model of which no rate was seen yet.
const UNKNOWN_BYTES: i64 = 3;
/// Whose calls are those that no bot makes.
pub(crate) const ROOM: &str = "system";
/// Bytes that make a token of a model whose rate is not known, on the safe side of most texts.
const TOKEN_BYTES: i64 = 3;
/// Bytes that make a token of the embedded provider's.
const SCRIPTED_BYTES: i64 = 4;

/// Which cap is reached; the code is what the bot's row keeps.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cap {
    Tokens,
    Cost,
    RoomTokens,
    RoomCost,
}

impl Cap {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Tokens => "token_cap",
            Self::Cost => "cost_cap",
            Self::RoomTokens => "room_token_cap",
            Self::RoomCost => "room_cost_cap",
        }
    }

    /// One sentence for a person.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Tokens => "the daily token cap is reached; it resets at midnight",
            Self::Cost => "the daily cost cap is reached; it resets at midnight",
            Self::RoomTokens => "the room's daily token cap is reached; it resets at midnight",
            Self::RoomCost => "the room's daily cost cap is reached; it resets at midnight",
        }
    }
}

/// Who is asked, at which price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tariff {
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) kind: ProviderKind,
    pub(crate) price: Price,
    pub(crate) priced: bool,
    /// Whether the server is on this machine or a private network.
    pub(crate) local: bool,
}

impl Tariff {
    /// The price of `model` at `provider`: the configured one, else the list's; local models cost nothing.
    pub(crate) fn of(frame: &Frame, provider: &str, model: &str) -> Self {
        let setup = frame.provider(provider);
        let kind = setup.map_or(ProviderKind::Scripted, |setup| setup.kind);
        let listed = |kind: &str, model: &str, local: bool| match frame.prices.get(kind, model, local) {
            PriceOf::Local => (Price::FREE, true),
            PriceOf::Known(price) => (price, true),
            PriceOf::Unpriced => (Price::FREE, false),
        };
        let local = setup.is_some_and(|setup| setup.local);
        let (price, priced) = match (kind, setup.and_then(|setup| setup.price)) {
            (_, Some(price)) => (price, true),
            (ProviderKind::Scripted, None) => match &frame.pretend_model {
                Some(model) => listed("", model, false),
                None => (Price::FREE, true),
            },
            (kind, None) => listed(kind.as_str(), model, local),
        };
        Self { provider: provider.to_owned(), model: model.to_owned(), kind, price, priced, local }
    }

    /// Whether a call is known to cost nothing.
    pub(crate) fn is_free(&self) -> bool {
        self.priced && self.price == Price::FREE
    }

    /// Whether a call leaves the process, so that it is reserved and the default caps bind it.
    pub(crate) const fn is_bound(&self) -> bool {
        !matches!(self.kind, ProviderKind::Scripted)
    }
}

/// The caps of one bot with one provider; `None` does not bind.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Limits {
    own_tokens: Option<i64>,
    default_tokens: Option<i64>,
    cost: Option<Money>,
    room_tokens: Option<i64>,
    room_cost: Option<Money>,
}

impl Limits {
    fn of(frame: &Frame, bot: &BotRow, tariff: &Tariff) -> Self {
        let bound = tariff.is_bound();
        Self {
            own_tokens: bot.token_cap,
            default_tokens: default_tokens(frame, tariff).filter(|_| bot.token_cap.is_none()),
            cost: bot.cost_cap.or(bound.then_some(frame.daily_cost)),
            room_tokens: frame.room_daily_tokens.filter(|_| bound),
            room_cost: frame.room_daily_cost.filter(|_| bound),
        }
    }

    /// Whether nothing binds.
    fn are_none(&self) -> bool {
        *self
            == Self { own_tokens: None, default_tokens: None, cost: None, room_tokens: None, room_cost: None }
    }

    /// The first cap that `more` would go over (or that is used up already).
    fn exceeded(&self, spent: Spent, room: Spent, tokens: i64, cost: Money) -> Option<Cap> {
        let over = |used: i64, more: i64, cap: i64| used >= cap || used.saturating_add(more) > cap;
        let over_cost = |used: Money, cap: Money| {
            cap == Money::ZERO || used + cost > cap || (used >= cap && cost > Money::ZERO)
        };
        if self.own_tokens.is_some_and(|cap| over(spent.tokens, tokens, cap))
            || self.default_tokens.is_some_and(|cap| over(spent.bound_tokens, tokens, cap))
        {
            Some(Cap::Tokens)
        } else if self.cost.is_some_and(|cap| over_cost(spent.cost, cap)) {
            Some(Cap::Cost)
        } else if self.room_tokens.is_some_and(|cap| over(room.bound_tokens, tokens, cap)) {
            Some(Cap::RoomTokens)
        } else if self.room_cost.is_some_and(|cap| over_cost(room.cost, cap)) {
            Some(Cap::RoomCost)
        } else {
            None
        }
    }
}

/// The default token cap: what costs nothing has none, unless somebody set it.
fn default_tokens(frame: &Frame, tariff: &Tariff) -> Option<i64> {
    let counts = tariff.is_bound() && (frame.tokens_are_set || !tariff.is_free());
    counts.then_some(frame.daily_tokens)
}

/// Bytes of what is sent, the schema included.
pub(crate) fn bytes(request: &Request) -> i64 {
    let schema = request.schema.as_ref().map_or(0, |schema| schema.to_string().len());
    i64::try_from(request.system.len() + request.prompt.len() + schema).unwrap_or(i64::MAX / 4)
}

/// What a call may use at most.
pub(crate) fn upper_bound(c: &Connection, tariff: &Tariff, request: &Request) -> Result<(i64, i64)> {
    let bytes = bytes(request);
    if !tariff.is_bound() {
        // Of the embedded provider the answer's part is known before it is stored: see `stands_against`.
        return Ok((bytes / SCRIPTED_BYTES + 1, 0));
    }
    let input = match books::token_rate(c, &tariff.provider, &tariff.model)? {
        // The highest rate seen and a tenth more; never more than a token a byte.
        Some(rate) => (bytes.saturating_mul(rate) / 1_000_000 * 11 / 10 + 1).min(bytes),
        None => bytes / UNKNOWN_BYTES + 1,
    };
    Ok((input + OVERHEAD, i64::from(request.max_tokens)))
}

/// Tokens a beat is expected to write, with its extraction, before any were observed.
const EXPECTED_OUTPUT: i64 = 500;

/// What a beat is likely to use before any was observed: tokens and cost.
pub(crate) fn guess(frame: &Frame, tariff: &Tariff) -> (i64, Money) {
    let input = i64::try_from(frame.prompt_tokens).unwrap_or(i64::MAX / 4);
    let usage = Usage { input, output: EXPECTED_OUTPUT, ..Usage::default() };
    (usage.total(), tariff.price.cost(usage))
}

/// Whether a cap stands in the way of spending anything at all.
pub(crate) fn gate(
    c: &Connection,
    frame: &Frame,
    bot: &BotRow,
    tariff: &Tariff,
    day: &str,
) -> Result<Option<Cap>> {
    let limits = Limits::of(frame, bot, tariff);
    if limits.are_none() {
        return Ok(None);
    }
    let room = if limits.room_tokens.is_some() || limits.room_cost.is_some() {
        books::spent_by_room(c, day)?
    } else {
        Spent::default()
    };
    Ok(limits.exceeded(books::spent(c, &bot.id, day)?, room, 0, Money::ZERO))
}

/// The cap that forbids a call whose usage is known already, if any.
pub(crate) fn stands_against(
    c: &Connection,
    frame: &Frame,
    bot: &BotRow,
    tariff: &Tariff,
    usage: Usage,
    day: &str,
) -> Result<Option<Cap>> {
    let limits = Limits::of(frame, bot, tariff);
    if limits.are_none() {
        return Ok(None);
    }
    let (spent, room) = (books::spent(c, &bot.id, day)?, books::spent_by_room(c, day)?);
    Ok(limits.exceeded(spent, room, usage.total(), tariff.price.cost(usage)))
}

/// Reserves a call's upper bound, or says which cap forbids it. Calls that cost nothing in the
/// process are checked against a custom cap and not written.
pub(crate) fn admit(
    c: &Connection,
    frame: &Frame,
    bot: &BotRow,
    tariff: &Tariff,
    request: &Request,
    day: &str,
    at: Stamp,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let limits = Limits::of(frame, bot, tariff);
    reserve(c, limits, &bot.id, tariff, request, day, at)
}

/// As [`admit`], for a call that no bot makes: only the room's caps bind it, and it is charged to the room.
pub(crate) fn admit_for_room(
    c: &Connection,
    frame: &Frame,
    tariff: &Tariff,
    request: &Request,
    day: &str,
    at: Stamp,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let bound = tariff.is_bound();
    let limits = Limits {
        own_tokens: None,
        default_tokens: None,
        cost: None,
        room_tokens: frame.room_daily_tokens.filter(|_| bound),
        room_cost: frame.room_daily_cost.filter(|_| bound),
    };
    reserve(c, limits, ROOM, tariff, request, day, at)
}

fn reserve(
    c: &Connection,
    limits: Limits,
    actor: &str,
    tariff: &Tariff,
    request: &Request,
    day: &str,
    at: Stamp,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let (input, output) = upper_bound(c, tariff, request)?;
    let cost = tariff.price.upper_bound(input, output);
    if !limits.are_none() {
        let (spent, room) = (books::spent(c, actor, day)?, books::spent_by_room(c, day)?);
        if let Some(cap) = limits.exceeded(spent, room, input + output, cost) {
            return Ok(Err(cap));
        }
    }
    if !tariff.is_bound() {
        return Ok(Ok(None));
    }
    let reservation = Reservation {
        id: 0,
        bot: actor.to_owned(),
        day: day.to_owned(),
        provider: tariff.provider.clone(),
        model: tariff.model.clone(),
        input,
        output,
        cost,
        priced: tariff.priced,
    };
    Ok(Ok(Some(books::reserve(c, &reservation, at)?)))
}

/// One call, to be written into the books together with what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settlement {
    pub(crate) reservation: Option<i64>,
    pub(crate) tariff: Tariff,
    /// The room's day the call was made on.
    pub(crate) day: String,
    /// Bytes of the prompt, for the rate.
    pub(crate) bytes: i64,
    /// What the provider reported; `None` charges the reservation when `charged`.
    pub(crate) usage: Option<Usage>,
    /// Whether the call may have reached the model.
    pub(crate) charged: bool,
    /// Of a call that failed: bytes that came back. Then what is known is charged, rather than the
    /// most it could have been: what was sent, and as much as came back.
    pub(crate) received: Option<usize>,
}

impl Settlement {
    /// What a call that failed has used, as far as it is known; no more than was reserved.
    fn known(&self, c: &Connection, received: usize, reserved: &Reservation) -> Result<Usage> {
        let input = match books::token_rate(c, &self.tariff.provider, &self.tariff.model)? {
            Some(rate) => self.bytes.saturating_mul(rate) / 1_000_000 + 1,
            None => self.bytes / TOKEN_BYTES + 1,
        };
        let output = i64::try_from(received).unwrap_or(i64::MAX).div_euclid(TOKEN_BYTES);
        Ok(Usage {
            input: input.min(reserved.input),
            output: output.min(reserved.output),
            ..Usage::default()
        })
    }
}

/// Takes the reservation out and charges what was used; answers what it came to.
pub(crate) fn settle(c: &Connection, bot: &str, s: &Settlement) -> Result<(Usage, Money)> {
    let reserved = match s.reservation {
        Some(id) => books::reservation(c, id)?,
        None => None,
    };
    if let Some(id) = s.reservation {
        books::release(c, id)?;
    }
    let (usage, cost) = match (s.usage, reserved) {
        (Some(usage), _) => {
            if s.tariff.is_bound() && s.bytes > 0 && usage.input > 0 {
                let rate = usage.input.saturating_mul(1_000_000) / s.bytes + 1;
                books::note_token_rate(c, &s.tariff.provider, &s.tariff.model, rate)?;
            }
            (usage, s.tariff.price.cost(usage))
        }
        (None, Some(r)) if s.charged => match s.received {
            Some(received) => {
                let usage = s.known(c, received, &r)?;
                (usage, s.tariff.price.upper_bound(usage.input, usage.output))
            }
            None => (Usage { input: r.input, output: r.output, ..Usage::default() }, r.cost),
        },
        _ => return Ok((Usage::default(), Money::ZERO)),
    };
    books::charge(
        c,
        &Charge {
            bot,
            day: &s.day,
            provider: &s.tariff.provider,
            model: &s.tariff.model,
            usage,
            cost,
            priced: s.tariff.priced,
            bound: s.tariff.is_bound(),
        },
    )?;
    Ok((usage, cost))
}

/// Calls that were cut off are charged what was reserved for them, each bot's with an activity that tells of it; what
/// was never sent is let go. Answers how many were charged.
///
/// # Errors
/// Database errors.
pub(crate) fn recover(c: &Connection, at: Stamp, day: &str) -> Result<usize, StoreError> {
    books::release_unsent(c)?;
    let cut_off = books::reservations(c)?;
    let mut lost: BTreeMap<&str, Vec<&Reservation>> = BTreeMap::new();
    for reservation in &cut_off {
        lost.entry(&reservation.bot).or_default().push(reservation);
    }
    for (bot, reservations) in lost {
        charge_lost(c, bot, &reservations, at, day)?;
    }
    Ok(cut_off.len())
}

/// As [`recover`], for the reservations of one call that was given up.
///
/// # Errors
/// Database errors.
pub(crate) fn lose(c: &Connection, bot: &str, ids: &[i64], at: Stamp, day: &str) -> Result<(), StoreError> {
    let cut_off = books::reservations(c)?;
    let sent: Vec<&Reservation> = cut_off.iter().filter(|r| ids.contains(&r.id)).collect();
    charge_lost(c, bot, &sent, at, day)?;
    ids.iter().try_for_each(|id| books::release(c, *id))
}

fn charge_lost(
    c: &Connection,
    bot: &str,
    lost: &[&Reservation],
    at: Stamp,
    day: &str,
) -> Result<(), StoreError> {
    if lost.is_empty() {
        return Ok(());
    }
    let (mut tokens, mut cost) = (0, Money::ZERO);
    for r in lost {
        let usage = Usage { input: r.input, output: r.output, ..Usage::default() };
        let charge = Charge {
            bot: &r.bot,
            day: &r.day,
            provider: &r.provider,
            model: &r.model,
            usage,
            cost: r.cost,
            priced: r.priced,
            bound: true,
        };
        books::charge(c, &charge)?;
        books::release(c, r.id)?;
        tokens += r.input + r.output;
        cost += r.cost;
    }
    let calls = lost.len();
    let reason = format!(
        "the engine ended in the middle of {calls} {}; charged is what was reserved",
        if calls == 1 { "call" } else { "calls" }
    );
    let lost = Activity::CallsLost { calls: i64::try_from(calls).unwrap_or(i64::MAX), reason };
    let details = activity::details(&lost, lost.succeeded(), acts::reputation(c, bot)?, "").to_string();
    let id = beat::last_seq(c)? + 1;
    beat::insert_activity(
        c,
        &NewActivity {
            id,
            actor: bot,
            kind: lost.kind(),
            details: &details,
            tokens,
            cost,
            at,
            day,
            to_remember: false,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(tokens: i64) -> Limits {
        Limits {
            own_tokens: Some(tokens),
            default_tokens: None,
            cost: None,
            room_tokens: None,
            room_cost: None,
        }
    }

    #[test]
    fn zero_means_no_calls_at_all() {
        assert_eq!(limits(0).exceeded(Spent::default(), Spent::default(), 0, Money::ZERO), Some(Cap::Tokens));
        let free = Limits { own_tokens: None, cost: Some(Money::ZERO), ..limits(0) };
        assert_eq!(free.exceeded(Spent::default(), Spent::default(), 0, Money::ZERO), Some(Cap::Cost));
    }

    #[test]
    fn a_free_call_is_not_stopped_by_a_cost_cap_that_is_used_up() {
        let cap = Money::from_nanos(100);
        let limits = Limits { own_tokens: None, cost: Some(cap), ..limits(0) };
        let spent = Spent { cost: cap, ..Spent::default() };
        assert_eq!(limits.exceeded(spent, Spent::default(), 10, Money::ZERO), None);
        assert_eq!(limits.exceeded(spent, Spent::default(), 10, Money::from_nanos(1)), Some(Cap::Cost));
    }

    #[test]
    fn what_costs_nothing_has_no_token_cap_unless_set() {
        let frame = Frame::of_defaults();
        let tariff = |kind, price, priced| Tariff {
            provider: "p".into(),
            model: "m".into(),
            kind,
            price,
            priced,
            local: true,
        };
        let local = tariff(ProviderKind::Ollama, Price::FREE, true);
        let unpriced = tariff(ProviderKind::OpenAi, Price::FREE, false);
        let scripted = tariff(ProviderKind::Scripted, Price::FREE, true);
        assert_eq!(default_tokens(&frame, &local), None);
        assert_eq!(default_tokens(&frame, &unpriced), Some(100_000));
        assert_eq!(default_tokens(&frame, &scripted), None);
        let set = Frame { tokens_are_set: true, ..frame };
        assert_eq!(default_tokens(&set, &local), Some(100_000));
        assert_eq!(default_tokens(&set, &scripted), None);
    }

    proptest! {
        #[test]
        fn what_is_admitted_never_overshoots(cap in 1i64..10_000, calls in proptest::collection::vec(1i64..3_000, 1..40)) {
            let limits = limits(cap);
            let mut spent = Spent::default();
            for call in calls {
                if limits.exceeded(spent, Spent::default(), call, Money::ZERO).is_none() {
                    spent.tokens += call;
                }
                prop_assert!(spent.tokens <= cap);
            }
        }
    }
}
