//! Tag `config`: a bot's configuration and caps.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Routes, handlers};
use crate::domain::{Money, PersonalityConfig};
use crate::port::extract::{At, Body};
use crate::port::reply::{Answer, Json};
use crate::port::state::Port;
use crate::protocol::{BotConfigView, ConfigPatch, CostCaps, Fault, SetCaps, YamlChoice};

pub(super) fn routes(into: Routes) -> Routes {
    into.routes(handlers!(bot_config, set_config))
        .routes(handlers!(set_caps, clear_caps))
        .routes(handlers!(reset))
        .routes(handlers!(yaml_choice))
}

/// A bot's configuration
///
/// The live configuration, the effective caps and, for bots from a file, what the file says.
#[utoipa::path(get, path = "/api/bots/{id}/config", tag = "config",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = BotConfigView)))]
async fn bot_config(State(port): State<Port>, At(id): At<String>) -> Answer<BotConfigView> {
    Ok(Json(port.engine().bot_config(&id).await?))
}

/// Sections and keys to set; what is left out keeps its value.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is merged as JSON")]
struct ConfigSections {
    /// traits, communication_style, interests, quirks.
    #[schema(value_type = Option<Object>)]
    personality: Option<()>,
    /// The sliders and the engagement style.
    #[schema(value_type = Option<Object>)]
    behavior: Option<()>,
    /// provider, model, temperature, max_tokens.
    #[schema(value_type = Option<Object>)]
    model: Option<()>,
    /// is_aware_ai, self_reflective, origin_story.
    #[schema(value_type = Option<Object>)]
    identity: Option<()>,
    /// tools.
    #[schema(value_type = Option<Object>)]
    permissions: Option<()>,
}

/// A configuration that was changed.
#[derive(Serialize, ToSchema)]
struct Configured {
    /// Always true.
    success: bool,
    /// Whose.
    bot_id: String,
    /// As it is now.
    personality_config: PersonalityConfig,
}

/// Changes a bot's configuration
///
/// Keys given are set, keys left out keep their value. Nothing is stored when one value is wrong. Takes
/// effect on the bot's next beat.
#[utoipa::path(put, path = "/api/bots/{id}/config", tag = "config", request_body = ConfigSections,
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = Configured)))]
async fn set_config(
    State(port): State<Port>,
    At(id): At<String>,
    Body(patch): Body<ConfigPatch>,
) -> Answer<Configured> {
    if !patch.is_object() {
        return Err(Fault::invalid_field("body", "must be an object of sections").into());
    }
    let view = port.engine().set_config(&id, patch).await?;
    Ok(Json(Configured { success: true, bot_id: view.bot_id, personality_config: view.personality_config }))
}

/// Sets a bot's daily caps
///
/// A cap left out keeps its value, `null` returns it to the default, 0 means no calls at all.
#[utoipa::path(put, path = "/api/bots/{id}/cost-cap", tag = "config", request_body = SetCaps,
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = CostCaps)))]
async fn set_caps(
    State(port): State<Port>,
    At(id): At<String>,
    Body(caps): Body<SetCaps>,
) -> Answer<CostCaps> {
    if caps.daily_token_cap.flatten().is_some_and(i64::is_negative) {
        return Err(Fault::invalid_field("daily_token_cap", "must be 0 or more").into());
    }
    if caps.daily_cost_cap_usd.flatten().is_some_and(|cap| !(0.0..=1e9).contains(&cap)) {
        return Err(Fault::invalid_field("daily_cost_cap_usd", "must be from 0 to 1,000,000,000").into());
    }
    Ok(Json(port.engine().set_caps(&id, caps).await?))
}

/// The caps after a return to the defaults.
#[derive(Serialize, ToSchema)]
struct ClearedCaps {
    /// Always true.
    success: bool,
    /// Tokens a day.
    daily_token_cap: i64,
    /// Dollars a day.
    daily_cost_cap_usd: Money,
    /// Always false.
    is_custom: bool,
}

/// Returns a bot's caps to the defaults
///
/// Both of them.
#[utoipa::path(delete, path = "/api/bots/{id}/cost-cap", tag = "config",
    params(("id" = String, Path, description = "Bot id")), responses((status = 200, body = ClearedCaps)))]
async fn clear_caps(State(port): State<Port>, At(id): At<String>) -> Answer<ClearedCaps> {
    let caps = port.engine().clear_caps(&id).await?;
    Ok(Json(ClearedCaps {
        success: true,
        daily_token_cap: caps.daily_token_cap,
        daily_cost_cap_usd: caps.daily_cost_cap_usd,
        is_custom: false,
    }))
}

/// Returns a bot to its YAML
///
/// Edits are dropped.
#[utoipa::path(post, path = "/api/bots/{id}/reset", tag = "config",
    params(("id" = String, Path, description = "Bot id")),
    responses((status = 200, body = BotConfigView), (status = 409, description = "A custom bot has no file")))]
async fn reset(State(port): State<Port>, At(id): At<String>) -> Answer<BotConfigView> {
    Ok(Json(port.engine().reset_bot(&id).await?))
}

/// What to do with a file that changed.
#[derive(Deserialize, ToSchema)]
struct Choice {
    /// keep the live configuration, or take the file's.
    choice: YamlChoice,
}

/// Decides what to do when a bot's file has changed
///
/// `keep` the live configuration, or `take` the file's.
#[utoipa::path(post, path = "/api/bots/{id}/yaml", tag = "config", request_body = Choice,
    params(("id" = String, Path, description = "Bot id")),
    responses((status = 200, body = BotConfigView), (status = 409, description = "A custom bot has no file")))]
async fn yaml_choice(
    State(port): State<Port>,
    At(id): At<String>,
    Body(Choice { choice }): Body<Choice>,
) -> Answer<BotConfigView> {
    Ok(Json(port.engine().yaml_choice(&id, choice).await?))
}
