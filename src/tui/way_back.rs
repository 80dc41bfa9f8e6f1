//! By which command a change is taken back: what was there before is asked of the engine, not of the screen.

use serde_json::Value;

use super::msg::{Command, Outcome};
use crate::link::Link;
use crate::protocol::{EngineState, SetCaps, SetPace};

/// The way back of a command that is about to be run.
#[derive(Debug)]
pub enum Way {
    /// This command.
    By(Command),
    /// By removing what it makes.
    Remove,
}

/// What was there before, as the command that brings it back; nothing where there is none, or nobody can tell.
pub async fn before(link: &Link, command: &Command) -> Option<Way> {
    let back = match command {
        Command::CreateBot(_) | Command::AddBot(_) | Command::CreateThread(_) | Command::CreateReply(..) => {
            return Some(Way::Remove);
        }
        Command::SetPaused(id, paused) => {
            let was = link.bot(id).await.ok()?.is_paused;
            (was != *paused).then(|| Command::SetPaused(id.clone(), was))?
        }
        Command::SetBotPace(id, _) => Command::SetBotPace(id.clone(), link.bot(id).await.ok()?.pace_seconds),
        Command::SetCaps(id, caps) => caps_of(link, id, caps).await?,
        Command::ClearCaps(id) => caps_of(link, id, &both()).await?,
        Command::SetConfig(id, patch) => {
            let config = link.bot_config(id).await.ok()?.personality_config;
            Command::SetConfig(id.clone(), part(&serde_json::to_value(config).ok()?, patch)?)
        }
        Command::ResetBot(id) | Command::YamlChoice(id, _) => {
            let caps = caps_of(link, id, &both()).await?;
            let pace = Command::SetBotPace(id.clone(), link.bot(id).await.ok()?.pace_seconds);
            let mut config = serde_json::to_value(link.bot_config(id).await.ok()?.personality_config).ok()?;
            if let Value::Object(keys) = &mut config {
                keys.remove("id");
            }
            Command::Each(vec![Command::SetConfig(id.clone(), config), caps, pace])
        }
        Command::SetPace(_) => {
            let interval = link.pace().await.ok()?.interval_seconds;
            Command::SetPace(SetPace { preset: None, interval_seconds: Some(interval) })
        }
        Command::SetDefaultProvider { name: next, model, .. } => {
            let now = link.providers().await.ok()?.into_iter().find(|provider| provider.is_default)?;
            let model = model.as_ref().filter(|_| now.name == *next).map(|_| now.default_model);
            Command::SetDefaultProvider { name: now.name, model, confirm_cost: true }
        }
        Command::PauseEngine | Command::ResumeEngine => match link.room().await.ok()?.engine {
            EngineState::Paused => Command::PauseEngine,
            EngineState::Running => Command::ResumeEngine,
            EngineState::Stopped => return None,
        },
        _ => return None,
    };
    (back != *command).then_some(Way::By(back))
}

/// The way back once it is known what came of the command.
pub fn after(way: Option<Way>, outcome: &Outcome) -> Option<Command> {
    match (way?, outcome) {
        (Way::By(command), _) => Some(command),
        (Way::Remove, Outcome::Bot(bot)) => Some(Command::DeleteBot(bot.id.clone())),
        (Way::Remove, Outcome::Thread(thread)) => Some(Command::DeleteThread(thread.id)),
        (Way::Remove, Outcome::Reply(reply)) => Some(Command::DeleteReply(reply.id)),
        _ => None,
    }
}

/// Whether what `done` left is still there: who takes it back then takes back nothing of others.
pub async fn is_as_left(link: &Link, done: &Command, back: &Command) -> bool {
    match (done, back) {
        (Command::Each(all), Command::Each(backs)) if all.len() == backs.len() => {
            for (done, back) in all.iter().zip(backs) {
                if !Box::pin(is_as_left(link, done, back)).await {
                    return false;
                }
            }
            true
        }
        (Command::SetConfig(..) | Command::SetPaused(..) | Command::SetBotPace(..), _) => {
            // What would bring the present back is what was done, as long as nobody did anything else.
            match before(link, back).await {
                Some(Way::By(present)) => same(&present, done),
                _ => false,
            }
        }
        (Command::SetCaps(id, caps), _) => {
            caps_of(link, id, caps).await.is_some_and(|present| same(&present, done))
        }
        _ => true,
    }
}

/// Whether two commands set the same, whole numbers written with a point or without.
fn same(a: &Command, b: &Command) -> bool {
    match (a, b) {
        (Command::SetConfig(of, left), Command::SetConfig(to, right)) => of == to && alike(left, right),
        _ => a == b,
    }
}

fn alike(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|same| alike(value, same)))
        }
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| (one - other).abs() < 1e-9)
        }
        _ => left == right,
    }
}

const fn both() -> SetCaps {
    SetCaps { daily_token_cap: Some(None), daily_cost_cap_usd: Some(None) }
}

/// The caps of a bot's own as they are, those alone that `given` sets.
async fn caps_of(link: &Link, id: &str, given: &SetCaps) -> Option<Command> {
    let caps = link.bot_config(id).await.ok()?.cost_caps;
    let tokens = caps.is_custom_token_cap.then_some(caps.daily_token_cap);
    let cost = caps.is_custom_cost_cap.then(|| caps.daily_cost_cap_usd.dollars());
    let set = SetCaps {
        daily_token_cap: given.daily_token_cap.map(|_| tokens),
        daily_cost_cap_usd: given.daily_cost_cap_usd.map(|_| cost),
    };
    Some(Command::SetCaps(id.to_owned(), set))
}

/// Of `whole` the keys that `shape` has.
fn part(whole: &Value, shape: &Value) -> Option<Value> {
    let (Value::Object(of), Value::Object(keys)) = (whole, shape) else { return Some(whole.clone()) };
    let mut kept = serde_json::Map::new();
    for (key, inner) in keys {
        kept.insert(key.clone(), part(of.get(key)?, inner)?);
    }
    Some(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_configuration_only_what_was_changed_comes_back() {
        let whole = json!({"behavior": {"shyness": 75, "aggression": 5}, "model": {"provider": "default"}});
        let shape = json!({"behavior": {"shyness": 20}});
        assert_eq!(part(&whole, &shape), Some(json!({"behavior": {"shyness": 75}})));
        assert_eq!(part(&whole, &json!({"nothing": 1})), None);
        assert!(alike(&json!({"a": 1}), &json!({"a": 1.0})) && !alike(&json!({"a": 1}), &json!({"a": 2})));
    }
}
