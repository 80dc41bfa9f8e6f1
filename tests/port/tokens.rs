//! Tokens made and revoked through the port of a running engine.

use botarium::link::{Link, Remote};
use botarium::protocol::{ActivityQuery, FaultKind, Role};
use reqwest::Method;
use serde_json::json;

use crate::contract::{is_time, shape};
use crate::live::{closed, connect};
use crate::room::{Room, read};

#[tokio::test]
async fn the_first_token_is_an_operators_and_closes_the_door() {
    let room = Room::quiet().await;
    assert_eq!(room.get("/api/tokens").await.ok(200), json!([]));
    let mut stranger = connect(&room, "").await;
    let viewer = json!({"name": "wall", "role": "viewer"});
    let detail = room.send(Method::POST, "/api/tokens", viewer.clone()).await.refused(409);
    assert!(detail.contains("--role operator"), "{detail}");
    for bad in
        [json!({"name": "desk"}), json!({"role": "operator"}), json!({"name": " ", "role": "operator"})]
    {
        room.send(Method::POST, "/api/tokens", bad).await.refused(422);
    }
    let desk = json!({"name": "desk", "role": "operator"});
    let answer = room.send(Method::POST, "/api/tokens", desk).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    let made = answer.ok(201);
    shape(&made, &json!({"id": 1, "name": "desk", "role": "operator", "created_at": "", "token": ""}));
    is_time(&made["created_at"]);
    let text = made["token"].as_str().unwrap();

    // From here on nobody without one is let in, nor stays.
    assert_eq!(closed(&mut stranger).await, 1008);
    room.get("/api/bots").await.refused(401);
    room.send(Method::POST, "/api/tokens", viewer.clone()).await.refused(401);
    let with = |method, path: &str, token: &str| room.request(method, path).bearer_auth(token);
    let wall = read(with(Method::POST, "/api/tokens", text).json(&viewer)).await.ok(201);
    let listed = read(with(Method::GET, "/api/tokens", text)).await;
    assert!(!listed.body.to_string().contains("btr_"));
    assert_eq!(listed.ok(200).as_array().unwrap().len(), 2);

    let wall_text = wall["token"].as_str().unwrap();
    read(with(Method::GET, "/api/bots", wall_text)).await.ok(200);
    read(with(Method::GET, "/api/tokens", wall_text)).await.refused(403);
    read(with(Method::POST, "/api/tokens", wall_text).json(&viewer)).await.refused(403);
    read(with(Method::DELETE, "/api/tokens/1", wall_text)).await.refused(403);
    let mut live = connect(&room, &format!("?token={wall_text}")).await;
    let mut desk_live = connect(&room, &format!("?token={text}")).await;
    let revoked = read(with(Method::DELETE, &format!("/api/tokens/{}", wall["id"]), text)).await.ok(200);
    is_time(&revoked["revoked_at"]);
    assert_eq!(closed(&mut live).await, 1008);
    read(with(Method::GET, "/api/bots", wall_text)).await.refused(401);
    read(with(Method::DELETE, "/api/tokens/99", text)).await.refused(404);
    room.engine.trigger("ada_001").await.unwrap();
    assert_eq!(crate::live::next(&mut desk_live).await["type"], "heartbeat_complete");
    room.close().await;
}

#[tokio::test]
async fn both_doors_make_tokens_alike() {
    let room = Room::quiet().await;
    let open = Link::Remote(Remote::connect(&room.url(""), None).await.unwrap());
    let (desk, text) = open.new_token("desk", Role::Operator).await.unwrap();
    assert_eq!(open.tokens().await.unwrap_err().kind, FaultKind::Unauthorized);
    let link = Link::Remote(Remote::connect(&room.url(""), Some(text)).await.unwrap());
    assert_eq!(link.tokens().await.unwrap(), Link::Local(room.engine.clone()).tokens().await.unwrap());
    let (wall, _) = link.new_token("wall", Role::Viewer).await.unwrap();
    assert!(link.revoke_token(wall.id).await.unwrap().revoked_at.is_some());
    assert_eq!(desk.role, "operator");
    room.close().await;
}

#[tokio::test]
async fn a_change_tells_who_made_it_and_what_was_before() {
    let room = Room::quiet().await;
    let open = Link::Remote(Remote::connect(&room.url(""), None).await.unwrap());
    let (_, text) = open.new_token("desk", Role::Operator).await.unwrap();
    let desk = Link::Remote(Remote::connect(&room.url(""), Some(text)).await.unwrap());
    let before = desk.bot_config("ada_001").await.unwrap().personality_config.behavior.shyness;
    desk.set_config("ada_001", json!({"behavior": {"shyness": 91}})).await.unwrap();
    desk.set_paused("ada_001", true).await.unwrap();
    Link::Local(room.engine.clone()).set_bot_pace("ada_001", Some(90)).await.unwrap();
    let query = ActivityQuery { action_type: Some("config_updated".into()), limit: 3, ..Default::default() };
    let told = desk.activity(query).await.unwrap();
    let changes: Vec<_> =
        told.iter().rev().map(|row| (&row.details["by"], &row.details["changes"])).collect();
    let one = |field: &str, old: serde_json::Value, new: serde_json::Value| json!([{"field": field, "old": old, "new": new}]);
    assert_eq!(changes[0], (&json!("desk"), &one("behavior.shyness", json!(before), json!(91))));
    assert_eq!(changes[1], (&json!("desk"), &one("paused", json!(false), json!(true))));
    assert_eq!(changes[2], (&json!(null), &json!(null)), "nobody said who acts there");
    room.close().await;
}
