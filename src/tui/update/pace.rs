//! Choosing the room's pace, with what each would cost a day.

use crate::domain::Money;
use crate::domain::pace::{Preset, human_interval};
use crate::protocol::{Forecast, PaceView, ProviderView};
use crate::tui::msg::{Effect, Load};
use crate::tui::overlays::{Choice, Item, Overlay, Then};
use crate::tui::state::Model;
use crate::tui::widgets::text;

/// Of a beat's tokens those that are written rather than read: one in so many.
const WRITTEN: f64 = 10.0;

/// What a day at this interval would cost. Tokens as of today's beats; cost as of today or at the price of
/// the room's provider, whichever is more: what a free provider did today says nothing of a priced one.
fn daily(forecast: &Forecast, provider: Option<&ProviderView>, seconds: u32) -> (i64, Money) {
    let beats = 86_400 / i64::from(seconds.max(1));
    let price = provider.and_then(|p| Some((p.price_in?, p.price_out?)));
    // A dollar for a million tokens is a thousand nano-dollars for one.
    let listed = price.map_or(0.0, |(of_in, of_out)| 1_000.0 * (of_in + (of_out - of_in) / WRITTEN));
    let (mut tokens, mut nanos) = (0_i64, 0_i64);
    for bot in &forecast.bots {
        let of_bot = bot.tokens_per_beat.saturating_mul(beats);
        tokens = tokens.saturating_add(of_bot);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // an estimate
        let cost = {
            let seen = bot.cost_so_far_usd.nanos() as f64 / bot.tokens_so_far.max(1) as f64;
            (of_bot as f64 * seen.max(listed)) as i64
        };
        nanos = nanos.saturating_add(cost);
    }
    (tokens, Money::from_nanos(nanos))
}

/// Opens the list of paces.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let list = Choice::new("How often do bots wake?", items(model), Then::Pace);
    model.overlays.push(Overlay::Choice(list));
    vec![Effect::Load(Load::Forecast)]
}

/// The paces, as far as the room and what beats take are known.
fn items(model: &Model) -> Vec<Item> {
    let now = model.room.as_ref().map(|room| room.pace.clone());
    let mut items: Vec<Item> = Preset::NAMED
        .into_iter()
        .filter_map(|preset| Some((preset, preset.seconds()?)))
        .map(|(preset, seconds)| Item {
            title: preset.as_str().into(),
            note: note(model, model.lower.forecast.as_ref(), seconds),
            about: about(now.as_ref(), preset, seconds),
            current: now.as_ref().is_some_and(|pace| pace.preset == preset.as_str()),
        })
        .collect();
    let custom = now.as_ref().filter(|pace| pace.preset == Preset::Custom.as_str());
    items.push(Item {
        title: "custom…".into(),
        note: custom.map_or_else(String::new, |pace| match pace.kept() {
            Some(kept) => format!("{}, {kept}", pace.interval_human),
            None => pace.interval_human.clone(),
        }),
        about: "Any interval from one second to a week.".into(),
        current: custom.is_some(),
    });
    items
}

/// What a pace means; of the one in force also how it is really kept.
fn about(now: Option<&PaceView>, preset: Preset, seconds: u32) -> String {
    let kept = now
        .filter(|pace| pace.preset == preset.as_str())
        .and_then(PaceView::kept)
        .map_or_else(String::new, |kept| format!(" Bots wait for each other: {kept}."));
    format!(
        "Every bot wakes every {}.{kept} The estimate is from today's beats; caps may end it earlier.",
        human_interval(seconds)
    )
}

/// An open list is drawn up anew.
pub fn refresh(model: &mut Model) {
    let items = items(model);
    if let Some(Overlay::Choice(choice)) = model.overlays.last_mut()
        && choice.then == Then::Pace
    {
        choice.refill(items);
    }
}

/// `4 hours · about 120k tok a day, $0.31`.
fn note(model: &Model, forecast: Option<&Forecast>, seconds: u32) -> String {
    let every = human_interval(seconds);
    let provider = model.providers.iter().find(|provider| provider.is_default);
    match forecast.map(|forecast| daily(forecast, provider, seconds)) {
        Some((tokens, cost)) if tokens > 0 => {
            let unpriced = provider.is_some_and(|provider| provider.pricing == "unpriced");
            let cost = if unpriced { "cost unknown".into() } else { model.money(cost) };
            format!("{every} · about {} tok a day, {cost}", text::tokens(tokens))
        }
        _ => every,
    }
}
