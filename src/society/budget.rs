//! Caps and reservations: an upper bound of every call is written before it is made and settled
//! after it, so that calls side by side cannot overshoot a cap and a crash cannot lose a charge.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use crate::domain::activity::{self, Activity};
use crate::domain::status::{Bound, Cap, Caps, Limits, RoomCaps, Spending};
use crate::domain::{Actor, Money, Price, PriceOf, Stamp, Usage};
use crate::llm::{ProviderKind, Request};
use crate::store::activities::{self, NewActivity};
use crate::store::books::{self, Charge, Reservation};
use crate::store::bot_row::BotRow;
use crate::store::{Db, Result, StoreError, votes};

/// Tokens a server adds around a prompt (chat template, tool preamble) at most.
const OVERHEAD: i64 = 256;
/// Bytes that make a token of a model of which no rate was seen yet.
const UNKNOWN_BYTES: i64 = 3;
/// Bytes that make a token of a model whose rate is not known, on the safe side of most texts.
const TOKEN_BYTES: i64 = 3;
/// Bytes that make a token of the embedded provider's.
const SCRIPTED_BYTES: i64 = 4;

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

    /// Which caps bind its calls, where the default token cap was set by somebody or not.
    pub(crate) fn bound(&self, tokens_are_set: bool) -> Bound {
        match (self.is_bound(), tokens_are_set || !self.is_free()) {
            (false, _) => Bound::OwnCaps,
            (true, false) => Bound::NotDefaultTokens,
            (true, true) => Bound::AllCaps,
        }
    }
}

/// Who is charged for a call, with the caps that bind it.
pub(crate) struct Payer<'a> {
    id: &'a str,
    limits: Limits,
}

impl<'a> Payer<'a> {
    /// A bot, for its own calls at this price.
    pub(crate) fn bot(frame: &Frame, bot: &'a BotRow, tariff: &Tariff) -> Self {
        let caps = Caps::effective(bot.token_cap, bot.cost_cap, frame.daily_tokens, frame.daily_cost);
        let limits = Limits::of(caps, room_caps(frame), tariff.bound(frame.tokens_are_set));
        Self { id: &bot.id, limits }
    }

    /// The room, for calls that no bot makes: only its own caps bind them.
    pub(crate) fn room(frame: &Frame, tariff: &Tariff) -> Self {
        Self {
            id: Actor::ROOM_ID,
            limits: Limits::of_room(room_caps(frame), tariff.bound(frame.tokens_are_set)),
        }
    }
}

fn room_caps(frame: &Frame) -> RoomCaps {
    RoomCaps { tokens: frame.room_daily_tokens, cost: frame.room_daily_cost }
}

/// Bytes of what is sent, the schema included.
pub(crate) fn bytes(request: &Request) -> i64 {
    let schema = request.schema.as_ref().map_or(0, |schema| schema.to_string().len());
    i64::try_from(request.system.len() + request.prompt.len() + schema).unwrap_or(i64::MAX / 4)
}

/// What a call may use at most.
pub(crate) fn upper_bound(c: &Db, tariff: &Tariff, request: &Request) -> Result<(i64, i64)> {
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
pub(crate) fn cap_in_the_way(c: &Db, payer: &Payer<'_>, day: &str) -> Result<Option<Cap>> {
    let limits = &payer.limits;
    if limits.are_none() {
        return Ok(None);
    }
    let room = if limits.bind_the_room() { books::spent_by_room(c, day)? } else { Spending::default() };
    Ok(limits.exceeded(books::spent(c, payer.id, day)?, room, 0, Money::ZERO))
}

/// The cap that forbids a call whose usage is known already, if any.
pub(crate) fn stands_against(
    c: &Db,
    payer: &Payer<'_>,
    tariff: &Tariff,
    usage: Usage,
    day: &str,
) -> Result<Option<Cap>> {
    let limits = &payer.limits;
    if limits.are_none() {
        return Ok(None);
    }
    let (spent, room) = (books::spent(c, payer.id, day)?, books::spent_by_room(c, day)?);
    Ok(limits.exceeded(spent, room, usage.total(), tariff.price.cost(usage)))
}

/// Reserves a call's upper bound, or says which cap forbids it. Calls that cost nothing in the
/// process are checked against a custom cap and not written.
pub(crate) fn reserve(
    c: &Db,
    payer: &Payer<'_>,
    tariff: &Tariff,
    request: &Request,
    day: &str,
    at: Stamp,
) -> Result<std::result::Result<Option<i64>, Cap>> {
    let limits = &payer.limits;
    let (input, output) = upper_bound(c, tariff, request)?;
    let cost = tariff.price.upper_bound(input, output);
    if !limits.are_none() {
        let (spent, room) = (books::spent(c, payer.id, day)?, books::spent_by_room(c, day)?);
        if let Some(cap) = limits.exceeded(spent, room, input + output, cost) {
            return Ok(Err(cap));
        }
    }
    if !tariff.is_bound() {
        return Ok(Ok(None));
    }
    let reservation = Reservation {
        id: 0,
        bot: payer.id.to_owned(),
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
    fn known(&self, c: &Db, received: usize, reserved: &Reservation) -> Result<Usage> {
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
pub(crate) fn settle(c: &Db, bot: &str, s: &Settlement) -> Result<(Usage, Money)> {
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
pub(crate) fn recover(c: &Db, at: Stamp, day: &str) -> Result<usize, StoreError> {
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
pub(crate) fn lose(c: &Db, bot: &str, ids: &[i64], at: Stamp, day: &str) -> Result<(), StoreError> {
    let cut_off = books::reservations(c)?;
    let sent: Vec<&Reservation> = cut_off.iter().filter(|r| ids.contains(&r.id)).collect();
    charge_lost(c, bot, &sent, at, day)?;
    ids.iter().try_for_each(|id| books::release(c, *id))
}

fn charge_lost(c: &Db, bot: &str, lost: &[&Reservation], at: Stamp, day: &str) -> Result<(), StoreError> {
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
    let details = activity::details(&lost, lost.succeeded(), votes::reputation(c, bot)?, "").to_string();
    let id = activities::last_seq(c)? + 1;
    activities::insert(
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

    #[test]
    fn what_costs_nothing_has_no_token_cap_unless_set() {
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
        let bound = |tariff: &Tariff, set| tariff.bound(set);
        assert_eq!(bound(&local, false), Bound::NotDefaultTokens);
        assert_eq!(bound(&unpriced, false), Bound::AllCaps);
        assert_eq!(bound(&scripted, false), Bound::OwnCaps);
        assert_eq!(bound(&local, true), Bound::AllCaps);
        assert_eq!(bound(&scripted, true), Bound::OwnCaps);
    }

    proptest! {
        #[test]
        fn what_is_admitted_never_overshoots(cap in 1i64..10_000, calls in proptest::collection::vec(1i64..3_000, 1..40)) {
            let own = Caps::effective(Some(cap), None, cap, Money::ZERO);
            let limits = Limits::of(own, RoomCaps::default(), Bound::OwnCaps);
            let mut spent = Spending::default();
            for call in calls {
                if limits.exceeded(spent, Spending::default(), call, Money::ZERO).is_none() {
                    spent.tokens += call;
                }
                prop_assert!(spent.tokens <= cap);
            }
        }
    }
}
