use std::net::TcpListener;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{header_regex, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::tools::MAX_EXTRACT;

const QUICK: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(5),
    pause: Duration::from_secs(1),
    default_pause: Duration::ZERO,
    body: 64 * 1024,
};

fn tool(server: &MockServer) -> Wikipedia {
    Wikipedia::with_limits(&server.uri(), QUICK).unwrap()
}

async fn answering(response: ResponseTemplate) -> (MockServer, Wikipedia) {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(response).mount(&server).await;
    let tool = tool(&server);
    (server, tool)
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn tides() -> Value {
    json!({"batchcomplete": true, "query": {"pages": [
        {"pageid": 3, "ns": 0, "title": "Tidal bore", "index": 3, "extract": "A bore is a wave.",
         "fullurl": "https://en.wikipedia.org/wiki/Tidal_bore"},
        {"pageid": 1, "ns": 0, "title": "Tide", "index": 1,
         "extract": "Tides rise\u{202e} and\nfall.\u{1b}[31m", "fullurl": "https://en.wikipedia.org/wiki/Tide"},
        {"pageid": 2, "ns": 0, "title": "Tide (disambiguation)", "index": 2, "extract": "Tide may refer to:",
         "fullurl": "https://en.wikipedia.org/wiki/Tide_(disambiguation)", "pageprops": {"disambiguation": ""}},
    ]}})
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap_or_default().len()
}

#[tokio::test]
async fn finds_pages_in_order_of_rank_and_gates_their_text() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/w/api.php"))
        .and(query_param("action", "query"))
        .and(query_param("gsrsearch", "intitle why do tides rise"))
        .and(query_param("maxlag", "5"))
        .and(header_regex("user-agent", r"^botarium/\d+\.\d+\.\d+ \([A-Za-z ]+\)$"))
        .respond_with(ok(&tides()))
        .expect(1)
        .mount(&server)
        .await;
    let found = tool(&server).search("intitle:\"why do\" -tides /rise?").await.unwrap();
    let titles: Vec<_> = found.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["Tide", "Tidal bore"]);
    assert_eq!(found[0].extract, text::clean_line(&found[0].extract, 600));
    assert!(!found[0].extract.contains(['\u{1b}', '\u{202e}', '\n']), "{:?}", found[0].extract);
    assert_eq!(
        (found[1].url.as_str(), found[1].source.as_str()),
        ("https://en.wikipedia.org/wiki/Tidal_bore", "wikipedia")
    );
}

#[tokio::test]
async fn nothing_found_is_no_error() {
    for body in [json!({"batchcomplete": true}), json!({"query": {}}), json!({"query": {"pages": []}})] {
        let (_server, tool) = answering(ok(&body)).await;
        assert_eq!(tool.search("xyzzy").await, Ok(vec![]), "{body}");
    }
}

#[tokio::test]
async fn a_query_without_words_is_not_sent() {
    let (server, tool) = answering(ok(&tides())).await;
    assert_eq!(tool.search(" -- ?! \u{200b}").await, Err(ToolError::EmptyQuery));
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn an_error_of_the_api_is_told() {
    let body =
        json!({"error": {"code": "search-error", "info": "The backend\u{1b}[2J is ill", "docref": "See …"}});
    let (server, tool) = answering(ok(&body)).await;
    let error = tool.search("tides").await.unwrap_err();
    let ToolError::Refused { code, message, .. } = &error else { panic!("{error:?}") };
    assert_eq!(code, "search-error");
    assert!(message.contains("is ill") && !message.contains('\u{1b}'), "{message:?}");
    assert_eq!(requests(&server).await, 1, "asking again would not help");
}

#[tokio::test]
async fn a_lagging_server_is_asked_once_more() {
    let server = MockServer::start().await;
    let lag = json!({"error": {"code": "maxlag", "info": "Waiting for db1: 0.4 seconds lagged", "lag": 0.4}});
    let lagging = ok(&lag).insert_header("Retry-After", "0");
    Mock::given(method("GET")).respond_with(lagging).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(ok(&tides())).mount(&server).await;
    assert_eq!(tool(&server).search("tides").await.unwrap().len(), 2);
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn a_server_that_stays_busy_is_left_alone() {
    for code in ["maxlag", "ratelimited"] {
        let (server, tool) = answering(ok(&json!({"error": {"code": code, "info": "…"}}))).await;
        let error = tool.search("tides").await.unwrap_err();
        assert!(matches!(error, ToolError::Busy { retry_after: None, .. }), "{error:?}");
        assert_eq!(requests(&server).await, 2, "{code}");
    }
    let lag = json!({"error": {"code": "maxlag", "info": "…", "lag": 7.2}});
    let (server, tool) = answering(ok(&lag)).await;
    let error = tool.search("tides").await.unwrap_err();
    assert!(matches!(error, ToolError::Busy { retry_after: Some(8), .. }), "{error:?}");
    assert_eq!(requests(&server).await, 1, "eight seconds are more than it may wait here");
}

#[tokio::test]
async fn too_many_requests_waits_as_told() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("Retry-After", "0");
    Mock::given(method("GET")).respond_with(busy).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(ok(&tides())).mount(&server).await;
    assert_eq!(tool(&server).search("tides").await.unwrap().len(), 2);

    for status in [429, 503] {
        let busy = ResponseTemplate::new(status).insert_header("Retry-After", "3600");
        let (server, tool) = answering(busy).await;
        let error = tool.search("tides").await.unwrap_err();
        assert!(matches!(error, ToolError::Busy { retry_after: Some(3600), .. }), "{error:?}");
        assert_eq!(requests(&server).await, 1, "an hour is not waited for");
    }
}

#[tokio::test]
async fn a_date_to_come_back_counts_from_the_servers_clock() {
    let busy = ResponseTemplate::new(429)
        .insert_header("Date", "Sat, 21 Nov 2026 10:00:00 GMT")
        .insert_header("Retry-After", "Sat, 21 Nov 2026 10:01:30 GMT");
    let (_server, tool) = answering(busy).await;
    let error = tool.search("tides").await.unwrap_err();
    assert!(matches!(error, ToolError::Busy { retry_after: Some(90), .. }), "{error:?}");
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "\n<!DOCTYPE html><html><h1>Wikimedia Error</h1></html>";
    for (status, expected) in [(200, "a web page"), (500, "500"), (403, "403"), (404, "404")] {
        let html = ResponseTemplate::new(status).set_body_raw(page, "text/html");
        let (server, tool) = answering(html).await;
        let message = tool.search("tides").await.unwrap_err().to_string();
        assert!(message.contains(expected) && !message.contains('<'), "{message}");
        assert_eq!(requests(&server).await, 1, "{status}");
    }
}

#[tokio::test]
async fn json_that_is_cut_or_strange_is_named() {
    let cut = tides().to_string()[..60].to_owned();
    for (body, expected) in [(cut.as_str(), "too early"), ("", "too early"), ("[]", "shape"), ("{]", "shape")]
    {
        let (_server, tool) = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        let error = tool.search("tides").await.unwrap_err();
        assert!(matches!(&error, ToolError::Protocol { reason, .. } if reason.contains(expected)), "{error}");
    }
}

#[tokio::test]
async fn a_flood_is_not_swallowed() {
    let (_server, tool) = answering(ResponseTemplate::new(200).set_body_string("x".repeat(200_000))).await;
    let error = tool.search("tides").await.unwrap_err();
    assert!(matches!(&error, ToolError::Protocol { reason, .. } if reason.contains("64 KiB")), "{error}");
}

#[tokio::test]
async fn redirects_are_followed_at_home_and_nowhere_else() {
    let server = MockServer::start().await;
    let moved = ResponseTemplate::new(301).insert_header("Location", "/new/api.php");
    Mock::given(path("/w/api.php")).respond_with(moved).mount(&server).await;
    Mock::given(path("/new/api.php")).respond_with(ok(&tides())).mount(&server).await;
    assert_eq!(tool(&server).search("tides").await.unwrap().len(), 2);

    let elsewhere = MockServer::start().await;
    let away = ResponseTemplate::new(302).insert_header("Location", elsewhere.uri().as_str());
    let (_server, tool) = answering(away).await;
    let error = tool.search("tides").await.unwrap_err();
    assert!(matches!(&error, ToolError::Protocol { reason, .. } if reason.contains("redirects")), "{error}");
    assert_eq!(requests(&elsewhere).await, 0);

    let (server, tool) = answering(ResponseTemplate::new(302).insert_header("Location", "/w/api.php")).await;
    assert!(tool.search("tides").await.is_err());
    assert!(requests(&server).await <= 4, "a loop ends");
}

#[tokio::test]
async fn silence_ends_in_a_time_out_and_absence_in_a_hint() {
    let late = ok(&tides()).set_delay(Duration::from_secs(60));
    let (server, _) = answering(late).await;
    let limits = Limits { total: Duration::from_millis(50), ..QUICK };
    let tool = Wikipedia::with_limits(&server.uri(), limits).unwrap();
    assert!(matches!(tool.search("tides").await, Err(ToolError::Timeout { .. })));

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let tool = Wikipedia::with_limits(&format!("http://127.0.0.1:{port}/"), QUICK).unwrap();
    let error = tool.search("tides").await.unwrap_err();
    assert!(matches!(error, ToolError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("offline"), "{error}");
}

#[tokio::test]
async fn long_introductions_end_with_a_sentence() {
    let long = "Water rises and falls twice a day on most coasts. ".repeat(40);
    let body =
        json!({"query": {"pages": [{"title": "Tide", "extract": long, "fullurl": "javascript:alert(1)"}]}});
    let (_server, tool) = answering(ok(&body)).await;
    let found = tool.search("tides").await.unwrap();
    assert!(found[0].extract.ends_with("coasts."), "{}", found[0].extract);
    assert!(found[0].extract.chars().count() <= MAX_EXTRACT);
    assert_eq!(found[0].url, "");
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        assert!(stream.read(&mut head).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"query\":").await.unwrap();
    });
    let error = Wikipedia::with_limits(&base, QUICK).unwrap().search("tides").await.unwrap_err();
    assert!(matches!(&error, ToolError::Protocol { reason, .. } if reason.contains("broke off")), "{error}");
    server.await.unwrap();
}

#[tokio::test]
async fn bots_that_search_at_once_take_turns() {
    let delay = Duration::from_millis(40);
    let (_server, tool) = answering(ok(&tides()).set_delay(delay)).await;
    let begin = std::time::Instant::now();
    let found = tokio::join!(tool.search("tides"), tool.search("moon"), tool.search("sea"));
    assert!(found.0.is_ok() && found.1.is_ok() && found.2.is_ok());
    assert!(begin.elapsed() >= delay * 3, "{:?}", begin.elapsed());
}

#[test]
fn only_the_address_of_a_server_will_do() {
    assert_eq!(Wikipedia::new(ENGLISH).unwrap().base.as_str(), "https://en.wikipedia.org/w/api.php");
    assert_eq!(Wikipedia::new("https://wiki.example/api.php").unwrap().base.path(), "/api.php");
    for base in ["", "wikipedia", "file:///etc/passwd", "ftp://example.org/", "http://"] {
        assert!(matches!(Wikipedia::new(base), Err(ToolError::Setup(_))), "{base}");
    }
}

#[test]
fn search_operators_are_only_words() {
    assert_eq!(
        plain_words("insource:/x.*/ -cats +dogs \"a b\" ~c (d|e) f:g"),
        "insource x. cats dogs a b c d e f g"
    );
    assert_eq!(plain_words("rock'n'roll well-being 東京 naïve"), "rock'n'roll well-being 東京 naïve");
    assert_eq!(
        plain_words(&"word ".repeat(200)).chars().count().min(301),
        plain_words(&"word ".repeat(200)).chars().count()
    );
}
