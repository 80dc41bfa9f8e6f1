//! Makes the OpenAPI document from the routes' own descriptions.
//!
//! What every route has in common is added in one place: the errors it may answer with, the token
//! it takes, and examples made from the models.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::tag::TagBuilder;

use super::examples;
use crate::port::routes;
use crate::protocol::ask::{self, Ask, every_ask};
use crate::protocol::fault::{ErrorBody, FieldError};

/// The tags with what they are for, in the order they are shown.
const TAGS: [(&str, &str); 18] = [
    ("system", "Health, configuration, the room at a glance."),
    ("bots", "Who is in the room."),
    ("config", "Configurations and daily caps."),
    ("providers", "Who speaks for the bots, and at what price."),
    ("threads", "The forum."),
    ("votes", "Up and down."),
    ("pace", "How often bots wake."),
    ("engine", "Pausing, resuming, stepping, waking."),
    ("activity", "What happened, why, and the live stream."),
    ("stats", "Usage, reputation, analytics, memory."),
    ("moderation", "Pausing bots, settling flags, hiding posts."),
    ("export", "The society as files."),
    ("journal", "What came from outside, in its order; operators only."),
    ("public", "What anybody may read."),
    ("events", "What happens to the society."),
    ("interviews", "Asking a bot out of band."),
    ("tokens", "Access tokens for this port; operators only."),
    ("metrics", "For Prometheus."),
];

#[derive(OpenApi)]
#[openapi(components(schemas(ErrorBody, FieldError)))]
struct Base;

/// The document with the routes by hand.
fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    document.merge(routes::ByHand::openapi());
    document.info.title = "Botarium".into();
    document.info.description = Some(
        "A society of AI bots: reading, steering and watching it. Errors are `{\"detail\"}`; with 422 also \
         `errors`, one entry per field. The live stream is the WebSocket `/ws/activity`."
            .into(),
    );
    document.tags = Some(
        TAGS.iter()
            .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build())
            .collect(),
    );
    document
}

/// Adds what is declared, at each of its paths.
fn add<A: Ask>(document: &mut Value) {
    let (route, described) = (A::ROUTE, A::described());
    let blank = route.doc.iter().position(|line| line.trim().is_empty()).unwrap_or(route.doc.len());
    let text = |lines: &[&str]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
    let rest = route.doc.get(blank + 1..).unwrap_or_default();
    let main = (route.path, route.id, route.tag);
    for (path, id, tag) in std::iter::once(&main).chain(route.also) {
        let mut operation = json!({
            "tags": [tag], "summary": text(&route.doc[..blank]), "description": text(rest), "operationId": id
        });
        if !described.parameters.is_empty() {
            operation["parameters"] = json!(described.parameters);
        }
        if let Some(body) = &described.body {
            let content = json!({ "application/json": { "schema": body } });
            operation["requestBody"] = json!({ "content": content, "required": true });
        }
        let status = route.status.to_string();
        operation["responses"][&status] = json!({
            "description": "", "content": { "application/json": { "schema": described.answer } }
        });
        for (status, why) in route.refusals {
            operation["responses"][status.to_string()] = json!({ "description": why });
        }
        document["paths"][path][route.method.as_str().to_lowercase()] = operation;
    }
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for (name, schema) in described.schemas {
        schemas.entry(name).or_insert(schema);
    }
}

/// The finished document as JSON.
fn finish(document: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap();
    macro_rules! add {
        ($($(#[$doc:meta])* $ask:ident = $name:ident $fields:tt -> $answer:tt $route:tt)*) => {
            $( add::<ask::$ask>(&mut document); )*
        };
    }
    every_ask!(add);
    sort(&mut document["paths"]);
    sort(&mut document["components"]["schemas"]);
    document["components"]["securitySchemes"] = json!({ "token": {
        "type": "http", "scheme": "bearer",
        "description": "Needed unless the port is on loopback and no token was ever made. A viewer token may only read."
    }});
    let schemas = document["components"]["schemas"].clone();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    complete(path, method, operation, &schemas);
                }
            }
        }
    }
    document
}

/// Puts the parts of an object in the order of their names.
fn sort(object: &mut Value) {
    object.as_object_mut().unwrap().sort_keys();
}

/// Adds to one operation what all have in common.
fn complete(path: &str, method: &str, operation: &mut Map<String, Value>, schemas: &Value) {
    let has_body = operation.contains_key("requestBody");
    let has_parameters = operation.contains_key("parameters");
    let is_public = path == "/" || path == "/health" || path.starts_with("/api/public/");
    operation.insert(
        "security".into(),
        if is_public { json!([{}, {"token": []}]) } else { json!([{"token": []}]) },
    );
    let mut errors = vec![
        ("400", "The request itself is malformed"),
        ("401", "A token is missing, unknown or revoked"),
        ("403", "Not with this token, from this page or under this host name"),
        ("429", "Too many requests in a minute"),
        ("500", "The disk or the database failed; `detail` says what to do"),
        ("503", "The engine is stopped, or a provider cannot be reached"),
    ];
    if path.contains('{') || has_body {
        errors.push(("404", "There is no such thing; `detail` names it"));
    } else if has_parameters {
        errors.push(("404", "A bot that is named does not exist"));
    }
    if has_parameters || has_body {
        errors.push(("422", "A value does not fit; `errors` names each field"));
    }
    if has_body {
        errors.push(("413", "The body is too large"));
    }
    if method != "get" && has_body {
        errors.push(("409", "It clashes with what is there"));
    }
    let responses = &mut operation["responses"];
    for (status, text) in errors {
        let response = &mut responses[status];
        if response.is_null() {
            *response = json!({ "description": text });
        }
        response["content"] = json!({ "application/json": {
            "schema": { "$ref": "#/components/schemas/ErrorBody" }, "example": examples::error(status)
        }});
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if !status.starts_with('2') {
            if response["content"].is_null() {
                response["content"] = json!({ "application/json": {
                    "schema": { "$ref": "#/components/schemas/ErrorBody" }, "example": examples::error(status)
                }});
            }
            continue;
        }
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = operation_summary(path);
        }
        add_examples(&mut response["content"], schemas);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        add_examples(&mut body["content"], schemas);
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        if parameter["in"] == "path" {
            parameter["example"] = examples::of(&name, &parameter["schema"], schemas);
        }
    }
}

fn operation_summary(path: &str) -> Value {
    json!(format!("The answer of `{path}`"))
}

fn add_examples(content: &mut Value, schemas: &Value) {
    for (_, media) in content.as_object_mut().into_iter().flatten() {
        if media["example"].is_null() && !media["schema"].is_null() {
            media["example"] = examples::of("", &media["schema"], schemas);
        }
    }
}

/// What the document shows as an example is read as what is declared, and written by a link as it is read.
fn goes_there_and_back<A: Ask + std::fmt::Debug>(document: &Value) {
    let route = A::ROUTE;
    let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
    let mut given = ask::Given {
        body: operation["requestBody"]["content"]["application/json"]["example"].clone(),
        ..Default::default()
    };
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap().to_owned();
        let schema = &parameter["schema"];
        let value = [&parameter["example"], &schema["default"], &schema["enum"][0]]
            .into_iter()
            .find(|value| !value.is_null());
        let value =
            value.cloned().unwrap_or_else(|| if schema["type"] == "string" { json!("x") } else { json!(1) });
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = if schema["type"] == "boolean" { "true".to_owned() } else { text };
        if parameter["in"] == "path" { &mut given.path } else { &mut given.query }.push((name, text));
    }
    assert_eq!(route.body, !given.body.is_null(), "{}", route.path);
    let path = given
        .path
        .iter()
        .fold(route.path.to_owned(), |path, (name, text)| path.replace(&format!("{{{name}}}"), text));
    let asked = A::read(&mut given).unwrap_or_else(|fault| panic!("{}: {fault}", route.path));
    asked.check().unwrap();
    let sent = asked.write();
    assert_eq!(format!("/{}", sent.parts(route.path).collect::<Vec<_>>().join("/")), path);
    let query: Vec<_> = sent.query.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    given.query.sort();
    let mut said = query.clone();
    said.sort();
    assert_eq!(said, given.query, "{}", route.path);
    let mut again = ask::Given { path: given.path, query, body: sent.body.unwrap_or_default() };
    assert_eq!(format!("{:?}", A::read(&mut again).unwrap()), format!("{asked:?}"));
}

#[test]
fn route_description_and_link_agree_on_everything_that_can_be_asked() {
    let document: Value = serde_json::from_str(super::DOCUMENT).unwrap();
    let mut asks = 0;
    macro_rules! try_each {
        ($($(#[$doc:meta])* $ask:ident = $name:ident $fields:tt -> $answer:tt $route:tt)*) => {
            $( goes_there_and_back::<ask::$ask>(&document); asks += 1; )*
        };
    }
    every_ask!(try_each);
    assert_eq!(asks + ask::BY_HAND.len(), ask::routes().count());
}

/// The document that is served is this one.
#[test]
fn what_is_served_is_what_the_routes_say() {
    let mut text = serde_json::to_string_pretty(&finish(&base())).unwrap();
    text.push('\n');
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_binary_snapshot!("document.json", text.into_bytes());
    });
}
