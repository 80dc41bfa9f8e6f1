//! Several servers behind one provider.

use std::sync::Arc;
use std::time::Duration;

use botarium::llm::{Guard, GuardSettings, Member, Provider, ProviderKind, ProviderSpec, build};
use wiremock::{MockServer, ResponseTemplate};

use super::server::{always, bodies, error};
use super::{nowhere, request, spec};

const ANSWER: &str = r#"{"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}"#;

fn answers() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(ANSWER, "application/json")
}

fn shared(servers: &[&MockServer]) -> ProviderSpec {
    let addresses: Vec<String> = servers.iter().map(|server| server.uri()).collect();
    spec(ProviderKind::OpenAi, &addresses.join(","))
}

async fn members(provider: &Arc<dyn Provider>) -> Vec<Member> {
    provider.pool().await.unwrap().members
}

/// A request of the bot with this number.
fn of(bot: usize) -> botarium::llm::Request {
    botarium::llm::Request { system: format!("You are number {bot}."), ..request() }
}

#[tokio::test]
async fn calls_side_by_side_are_shared_and_a_bot_stays_where_it_is_known() {
    let slow = || answers().set_delay(Duration::from_millis(100));
    let servers = [always(slow()).await, always(slow()).await, always(slow()).await];
    let provider = build(&shared(&servers.each_ref())).unwrap();
    let ask = |bot: usize| {
        let provider = Arc::clone(&provider);
        async move { provider.complete(&of(bot), nowhere()).await.unwrap() }
    };
    futures_util::future::join_all((0..6).map(ask)).await;
    let shares: Vec<u64> = members(&provider).await.iter().map(|member| member.answered).collect();
    assert_eq!(shares, [2, 2, 2]);
    let home = |asked: &[Vec<serde_json::Value>], bot: usize| {
        let name = format!("You are number {bot}.");
        asked
            .iter()
            .map(|bodies| bodies.iter().filter(|body| body.to_string().contains(&name)).count())
            .collect::<Vec<_>>()
    };
    for _ in 0..3 {
        ask(4).await;
    }
    let mut asked = Vec::new();
    for server in &servers {
        asked.push(bodies(server).await);
    }
    assert!(home(&asked, 4).contains(&4), "{:?}", home(&asked, 4));
    for member in members(&provider).await {
        assert!(member.tokens_a_second.unwrap() > 1.0);
        assert!(member.heard.is_some() && member.resting.is_none());
        assert_eq!(member.in_flight, 0);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_costs_no_call_and_is_left_alone() {
    let there = always(answers()).await;
    let gone = "http://127.0.0.1:9/v1";
    let spec = spec(ProviderKind::OpenAi, &format!("{gone},{}", there.uri()));
    let provider = build(&spec).unwrap();
    for bot in 0..5 {
        provider.complete(&of(bot), nowhere()).await.unwrap();
    }
    let members = members(&provider).await;
    assert_eq!(members[0].name, gone);
    assert_eq!((members[0].answered, members[1].answered), (0, 5));
    assert!(members[0].failed >= 1 && members[0].resting.is_some());
    assert_eq!(bodies(&there).await.len(), 5);
}

#[tokio::test]
async fn a_retry_goes_to_another_server_and_the_first_is_tried_again() {
    let (broken, well) =
        (always(error(500, r#"{"error": {"message": "out of memory"}}"#)).await, always(answers()).await);
    let spec = shared(&[&broken, &well]);
    let settings = GuardSettings { pause: Duration::from_millis(1), ..GuardSettings::from(&spec) };
    assert_eq!(settings.concurrency, 2 * spec.concurrency, "each server has places of its own");
    let guard = Guard::new(build(&spec).unwrap(), settings);
    let outcome = guard.complete(&of(1), nowhere()).await;
    assert!(outcome.result.is_ok());
    assert_eq!((bodies(&broken).await.len(), bodies(&well).await.len()), (1, 1));
    // After its rest it is asked once more, and now it is well.
    broken.reset().await;
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answers()).mount(&broken).await;
    let mut bot = 2;
    loop {
        assert!(guard.complete(&of(bot), nowhere()).await.result.is_ok());
        let members = guard.pool().await.unwrap().members;
        if members[0].answered > 0 {
            assert_eq!(members[0].resting, None);
            break;
        }
        bot += 1;
        assert!(bot < 2_000, "it is never asked again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_models_of_all_are_listed_and_an_error_only_when_nobody_answers() {
    let list = |names: &str| {
        ResponseTemplate::new(200).set_body_raw(format!(r#"{{"data": [{names}]}}"#), "application/json")
    };
    let (a, b) = (
        always(list(r#"{"id": "x"}, {"id": "y"}"#)).await,
        always(list(r#"{"id": "y"}, {"id": "z"}"#)).await,
    );
    assert_eq!(build(&shared(&[&a, &b])).unwrap().models().await.unwrap(), ["x", "y", "z"]);
    let half = spec(ProviderKind::OpenAi, &format!("http://127.0.0.1:9,{}", a.uri()));
    assert_eq!(build(&half).unwrap().models().await.unwrap(), ["x", "y"]);
    let none = spec(ProviderKind::OpenAi, "http://127.0.0.1:9,http://127.0.0.1:1");
    assert!(build(&none).unwrap().models().await.is_err());
}
