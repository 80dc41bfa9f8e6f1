//! Tag `providers`: who speaks for the bots, at what price, and what the day will cost.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Routes, handlers};
use crate::port::extract::{At, Body};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{Forecast, ProviderTest, ProviderView};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(providers))
        .routes(handlers!(set_default))
        .routes(handlers!(test))
        .routes(handlers!(forecast))
}

/// The providers
///
/// With their state, models, prices and how often answers were read at each rung of the ladder.
#[utoipa::path(get, path = "/api/providers", tag = "providers", responses((status = 200, body = [ProviderView])))]
async fn providers(State(port): State<Port>) -> Answer<Vec<ProviderView>> {
    Ok(Json(port.engine().providers().await?))
}

/// The room's provider.
#[derive(Deserialize, ToSchema)]
struct DefaultProvider {
    /// A configured provider's name.
    name: String,
    /// Whether the cost was understood; needed for a provider that costs money.
    #[serde(default)]
    confirm_cost: bool,
}

/// Chooses the room's provider
///
/// A provider that costs money is refused with the expected daily cost until `confirm_cost` is true.
#[utoipa::path(put, path = "/api/providers/default", tag = "providers", request_body = DefaultProvider,
    responses((status = 200, body = [ProviderView]), (status = 409, description = "It costs money: confirm it"),
        (status = 404, description = "There is no such provider")))]
async fn set_default(
    State(port): State<Port>,
    Body(new): Body<DefaultProvider>,
) -> Answer<Vec<ProviderView>> {
    Ok(Json(port.engine().set_default_provider(&new.name, new.confirm_cost).await?))
}

/// Tries a provider
///
/// Makes one tiny call and asks for the models it offers.
#[utoipa::path(post, path = "/api/providers/{name}/test", tag = "providers",
    params(("name" = String, Path, description = "A configured provider's name")),
    responses((status = 200, body = ProviderTest)))]
async fn test(State(port): State<Port>, At(name): At<String>) -> Answer<ProviderTest> {
    Ok(Json(port.engine().test_provider(&name).await?))
}

/// What today will cost
///
/// Expected tokens and cost by the end of the day at this pace, per bot and for the room.
#[utoipa::path(get, path = "/api/forecast", tag = "providers", responses((status = 200, body = Forecast)))]
async fn forecast(State(port): State<Port>) -> Answer<Forecast> {
    Ok(Json(port.engine().forecast().await?))
}
