//! A room on the other side of a way that breaks, of a certificate nobody trusts, of a provider that went.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use botarium::domain::Stamp;
use botarium::link::{Link, Remote};
use botarium::tui::headless::Headless;
use botarium::tui::theme::ThemeName;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;

use super::patience::{Watchdog, until};
use super::room::{Room, Running};

/// A certificate that no authority signed, for 127.0.0.1.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBhjCCASygAwIBAgIUa7lutd/WRvJncrZaHAQSTp++FZ8wCgYIKoZIzj0EAwIw\n\
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjkxODE0NDJaGA8yMTI2MTEwNTE4MTQ0\n\
MlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH55\n\
c5pPwudS+ok81xyb1JHr57hx/4/hm+oWpmdpfm9nMULFhXVLqnscT8/O5vHZcQ+X\n\
gmC38795A5qQhhJH2EujZDBiMB0GA1UdDgQWBBTqWMdoxT9yNMVI0KNypreHWzHE\n\
GTAfBgNVHSMEGDAWgBTqWMdoxT9yNMVI0KNypreHWzHEGTAPBgNVHRMBAf8EBTAD\n\
AQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhAMoreAS3HxVw\n\
07arBaY5WeNLDZofkk71uO/IzFYqbDl4AiA0+1UO1Ae0Zpc7pVb2V3BQOIu+wVXy\n\
KWLFAs6qAkmP8A==\n\
-----END CERTIFICATE-----\n\
";
/// Its key, which keeps no secret.
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGksS2Cy7sGSumjhh\n\
8nDpMLIITck1tpEnRwoiC2wn07ahRANCAAR+eXOaT8LnUvqJPNccm9SR6+e4cf+P\n\
4ZvqFqZnaX5vZzFCxYV1S6p7HE/Pzubx2XEPl4Jgt/O/eQOakIYSR9hL\n\
-----END PRIVATE KEY-----\n\
";

/// Carries every byte both ways, but lets so many questions for activity fall.
struct Way {
    place: SocketAddr,
    falls: Arc<AtomicU32>,
}

impl Way {
    fn to(address: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap();
        let falls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&falls);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(&address) else { continue };
                let (from, to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || carry(from, to, Some(&counted)));
                std::thread::spawn(move || carry(far, near, None));
            }
        });
        Self { place, falls }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, falls: Option<&AtomicU32>) {
    let mut piece = [0; 16_384];
    while let Ok(len @ 1..) = from.read(&mut piece) {
        let asks = piece[..len].starts_with(b"GET /api/activity");
        let left = falls.map_or(0, |falls| falls.load(Ordering::SeqCst));
        if asks && left > 0 {
            falls.unwrap().store(left - 1, Ordering::SeqCst);
            break;
        }
        if to.write_all(&piece[..len]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both); // it may be gone already
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_tail_whose_questions_fail_goes_on_where_it_broke_off() {
    let room = Room::new();
    let engine = room.serve(&["--listen", "127.0.0.1:0", "--pace", "1"]);
    let address = engine.said.lines().find_map(|line| line.split("http://").nth(1)).unwrap().trim();
    let way = Way::to(address.to_owned());
    let url = format!("http://{}", way.place);
    let mut tail = room
        .command(&["tail", &url, "--json", "-n", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap()["id"].as_i64();
    let first = next().unwrap();
    way.falls.store(2, Ordering::SeqCst);
    let mut said = String::new();
    BufReader::new(tail.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("trying again"), "{said}");
    for id in first + 1..first + 12 {
        assert_eq!(next(), Some(id), "in order, without a gap");
    }
    assert_eq!(way.falls.load(Ordering::SeqCst), 0);
    tail.kill().unwrap();
    tail.wait().unwrap();
    engine.stop("TERM");
}

#[test]
fn a_certificate_nobody_trusts_is_told_as_that() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut server = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = stream;
            // Whoever does not trust it breaks off, and that is no failure here.
            while server.is_handshaking() && server.complete_io(&mut stream).is_ok() {}
        }
    });
    let room = Room::new();
    let said = room.run(&["tail", &format!("https://{place}")]).fails(1, &["SSL_CERT_FILE", "not trusted"]);
    assert!(!said.contains("nothing answers"), "{said}");
    room.run(&["tail", &format!("http://{place}")]).fails(1, &["https://"]);
}

#[test]
fn a_room_whose_bots_want_a_provider_that_went_is_not_called_well() {
    let room = Room::new();
    let config =
        "providers:\n  desk:\n    kind: openai\n    base_url: http://127.0.0.1:9\n    model: small\n";
    room.write("botarium.yaml", config);
    room.beat(7, 6);
    room.run(&["bot", "edit", "ada_001", "-k", "model.provider=desk"]).ok();
    assert!(room.run(&["check"]).ok().contains("used by ada_001"));
    std::fs::remove_file(room.path().join("botarium.yaml")).unwrap();
    let said = room.run(&["check"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("ada_001 wants provider desk, which is not set up"), "{}", said.out);
}

/// The acts of a society, oldest first.
fn acts(room: &Room) -> Vec<Value> {
    let told = room.run(&["export", "activity", "--format", "jsonl"]).ok();
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An engine with a port at this place, in which nobody wakes.
async fn still(room: &Room, place: &str) -> (Running, Link) {
    let engine = room.serve(&["--listen", place, "--pace", "604800"]);
    let link = Link::Remote(Remote::connect(&format!("http://{place}"), None).await.unwrap());
    link.pause_engine().await.unwrap();
    (engine, link)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_society_or_an_older_copy_at_an_address_is_begun_anew() {
    let (one, two) = (Room::new(), Room::new());
    let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for (room, seed, count) in [(&one, 7, 20), (&two, 8, 6)] {
        room.beat(seed, count);
        still(room, &place).await.0.stop("TERM");
    }
    one.run(&["backup", "early.db"]).ok();
    for shyness in ["31", "32", "33"] {
        one.run(&["bot", "edit", "ada_001", "-k", &format!("behavior.shyness={shyness}")]).ok();
    }
    let (mut engine, link) = still(&one, &place).await;
    let mut screen = Headless::open(link, (160, 45), ThemeName::Dark).await.unwrap();
    let mut tail = one
        .command(&["tail", &format!("http://{place}"), "--json", "-n", "1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _bound = Watchdog::over(tail.id());
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut said = BufReader::new(tail.stderr.take().unwrap()).lines();
    let mut reads = |acts: &[Value]| {
        for act in acts {
            let row: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            assert_eq!((&row["id"], &row["created_at"]), (&act["id"], &act["created_at"]));
        }
    };
    reads(&acts(&one));
    for room in [&one, &two] {
        engine.stop("KILL");
        if std::ptr::eq(room, &one) {
            room.run(&["restore", "early.db"]).ok();
        }
        (engine, _) = still(room, &place).await;
        let there = acts(room);
        assert!(said.any(|line| line.unwrap().contains("another society, or an older copy")));
        reads(&there);
        // The control room has nothing of what was there before.
        let newest = there.last().unwrap()["id"].as_i64();
        until("the control room to show the newest act", async || {
            screen.wake(Stamp::default()).await.unwrap();
            let model = screen.model();
            let shown = model.stream.newest_rows(1).next().map(|row| row.seq);
            let known = model.room.as_ref().map(|room| room.last_seq);
            (shown, known) == (newest, newest)
        })
        .await;
    }
    tail.kill().unwrap();
    tail.wait().unwrap();
    engine.stop("TERM");
}
