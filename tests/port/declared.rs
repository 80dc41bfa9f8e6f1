//! Every route, as it is declared: who may ask, how long its answer may be kept, and that no other is served.

use std::collections::BTreeSet;

use botarium::protocol::Role;
use botarium::protocol::ask::{self, Keeping, Needs};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use crate::room::{Room, read};

/// A path with its parameters filled in, with the body and the query that the document shows.
pub fn sample(document: &Value, method: &str, path: &str) -> (String, String) {
    let operation = &document["paths"][path][method.to_lowercase()];
    let mut filled = path.replace("{kind}", "threads").replace("{name}", "scripted");
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let example = if parameter["schema"]["type"] == "string" { "ada_001" } else { "1" };
        filled = filled.replace(&format!("{{{name}}}"), example);
        if parameter["in"] == "query" && parameter["required"] == true {
            filled += &format!("?{name}=rex_001");
        }
    }
    let body = &operation["requestBody"]["content"]["application/json"]["example"];
    (filled, if body.is_null() { String::new() } else { body.to_string() })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_it_says_and_is_described() {
    let room = Room::after(30).await;
    let document = room.get("/openapi.json").await.body;
    let (_, operator) = room.engine.new_token("desk", Role::Operator).await.unwrap();
    let (_, viewer) = room.engine.new_token("wall", Role::Viewer).await.unwrap();
    let mut served = BTreeSet::new();
    for route in ask::routes() {
        assert!(!route.changes() || route.needs == Needs::Operator, "{}", route.path);
        assert!(!route.changes() || route.keeping != Keeping::UntilCommit, "{}", route.path);
        assert!(route.doc.len() > 2 || ask::BY_HAND.contains(route), "{} says what it does", route.path);
        for path in route.paths() {
            served.insert((route.method.as_str().to_lowercase(), path.to_owned()));
            let (at, body) = sample(&document, route.method.as_str(), path);
            let method: Method = route.method.as_str().parse().unwrap();
            let request = || {
                let request = room.request(method.clone(), &at).body(body.clone());
                request.header(header::CONTENT_TYPE, "application/json")
            };
            let name = format!("{method} {at}");
            let stranger = read(request()).await.status;
            assert_eq!(
                stranger == StatusCode::UNAUTHORIZED,
                route.needs != Needs::Nobody,
                "{name}: {stranger}"
            );
            let looks_on = read(request().bearer_auth(viewer.expose())).await;
            let refused = looks_on.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, route.needs == Needs::Operator, "{name}: {}", looks_on.body);
            if !route.changes() {
                let steers = read(request().bearer_auth(operator.expose())).await;
                let right = if path == "/ws/activity" { 426 } else { route.status };
                assert_eq!(steers.status.as_u16(), right, "{name}: {}", steers.body);
                let no_store =
                    steers.headers.get(header::CACHE_CONTROL).is_some_and(|value| value == "no-store");
                assert_eq!(no_store, route.keeping == Keeping::Secret, "{name}");
            }
        }
    }
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
        })
        .collect();
    assert_eq!(served, described);
    room.close().await;
}
