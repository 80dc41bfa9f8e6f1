//! A control room at the end of a bad line: 200 ms there and back, lost packets, a connection that breaks off.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use botarium::engine::Run;
use botarium::link::{Connection, Link, Remote};
use botarium::tui::headless::Headless;
use botarium::tui::keymap::Key;
use botarium::tui::theme::ThemeName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::remote::{next_seq, until};
use crate::room::{Room, lived};

/// One way.
const WAY: Duration = Duration::from_millis(100);
/// What a lost packet costs: it is sent again after this.
const AGAIN: Duration = Duration::from_millis(300);
/// One packet of so many is lost.
const LOST: usize = 20;
/// Beats of six bots in an hour at the pace `normal`.
const BEATS: u64 = 6;

/// What went over the line.
#[derive(Default)]
struct Line {
    bytes: AtomicUsize,
    requests: AtomicUsize,
    packets: AtomicUsize,
    breaks: Notify,
}

impl Line {
    fn sent(&self) -> (usize, usize) {
        (self.bytes.load(Ordering::SeqCst), self.requests.load(Ordering::SeqCst))
    }

    /// Whatever is open over it breaks off.
    fn break_off(&self) {
        self.breaks.notify_waiters();
    }

    /// A line to `to`.
    async fn to(to: SocketAddr) -> (Arc<Self>, SocketAddr) {
        let line = Arc::new(Self::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counted = Arc::clone(&line);
        tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let line = Arc::clone(&counted);
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(to).await else { return };
                    let (near_in, near_out) = near.into_split();
                    let (far_in, far_out) = far.into_split();
                    tokio::select! {
                        () = line.carry(near_in, far_out) => {}
                        () = line.carry(far_in, near_out) => {}
                        () = line.breaks.notified() => {}
                    }
                });
            }
        });
        (line, address)
    }

    /// One direction: each packet is late by the way, a lost one by more; none overtakes another.
    async fn carry(&self, mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf) {
        let (sender, mut packets) = tokio::sync::mpsc::unbounded_channel();
        let reads = async {
            let mut packet = vec![0; 16 * 1_024];
            while let Ok(size @ 1..) = from.read(&mut packet).await {
                let nth = self.packets.fetch_add(1, Ordering::SeqCst);
                let late = if nth % LOST == LOST - 1 { WAY + AGAIN } else { WAY };
                self.bytes.fetch_add(size, Ordering::SeqCst);
                if ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "]
                    .iter()
                    .any(|verb| packet.starts_with(verb.as_bytes()))
                {
                    self.requests.fetch_add(1, Ordering::SeqCst);
                }
                if sender.send((tokio::time::Instant::now() + late, packet[..size].to_vec())).is_err() {
                    return;
                }
            }
        };
        let writes = async {
            while let Some((due, packet)) = packets.recv().await {
                tokio::time::sleep_until(due).await;
                if to.write_all(&packet).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = reads => {}
            () = writes => {}
        }
    }
}

/// Keys that move about in what is there are answered before anything comes over the line, *why* with one question.
/// An hour at the pace `normal` takes less than a mebibyte.
#[tokio::test(flavor = "multi_thread")]
async fn a_control_room_is_of_use_over_a_line_of_200_milliseconds_with_losses() {
    let key = |word: &str| word.parse::<Key>().unwrap();
    let room = Room::after(300).await;
    let (line, address) = Line::to(room.address).await;
    let link = Link::Remote(Remote::connect(&format!("http://{address}"), None).await.unwrap());
    let mut screen = Headless::open(link, (160, 45), ThemeName::Dark).await.unwrap();
    screen.keep_up_with(room.engine.subscribe());
    let now = room.engine.clock().now();
    screen.tick(now).await.unwrap();
    screen.frame().unwrap();
    let (opened, requests) = line.sent();
    println!("opened with {opened} bytes and {requests} requests");

    // Down the stream and back, before anything that this asks for has come.
    screen.key(key("2")).await.unwrap();
    let mut shown = BTreeSet::new();
    for _ in 0..10 {
        screen.early(key("j"));
        screen.frame().unwrap();
        shown.insert(screen.lines().join("\n"));
    }
    assert_eq!(shown.len(), 10, "every key is seen at once");
    screen.key(key("k")).await.unwrap();
    let (_, asked) = line.sent();
    println!("ten lines down the stream and one back took {} requests", asked - requests);
    // What the cursor passed is not asked about, only where it rests.
    assert!(asked - requests <= 3, "{} requests", asked - requests);
    screen.key(key("w")).await.unwrap();
    screen.frame().unwrap();
    assert!(screen.lines().join("\n").contains("why"), "{:#?}", screen.lines());
    assert!(line.sent().1 - asked <= 2, "{} requests", line.sent().1 - asked);
    screen.key(key("esc")).await.unwrap();

    // Ten lines, with a rest on each: what each was done for, and nothing of those that were seen before.
    screen.key(key("2")).await.unwrap();
    screen.key(key("g")).await.unwrap();
    let mut moves = Vec::new();
    for way in ["j", "k"] {
        let before = line.sent();
        for _ in 0..10 {
            screen.key(key(way)).await.unwrap();
            screen.frame().unwrap();
        }
        let (bytes, asked) = (line.sent().0 - before.0, line.sent().1 - before.1);
        println!("ten moves of the selection with {way:?} took {bytes} bytes and {asked} requests");
        moves.push((bytes, asked));
    }
    assert!(moves[0].1 <= 10 && moves[0].0 < 400 << 10, "{moves:?}");
    assert!(moves[1].1 <= 1, "{moves:?}");

    // An hour: six beats, and a look at the clock each second.
    let before = line.sent();
    for nth in 0..3_600 {
        if nth % (3_600 / BEATS) == 0 {
            let run = Run { count: Some(1), ..Run::default() };
            room.engine.run_beats(run, |_| {}).await.unwrap();
            screen.listen().await.unwrap();
        }
        screen.tick(now.plus_seconds(i64::try_from(nth).unwrap())).await.unwrap();
    }
    let (bytes, asked) = (line.sent().0 - before.0, line.sent().1 - before.1);
    println!("moving about took {} bytes; an hour {bytes} bytes and {asked} requests", before.0 - opened);
    assert!(opened + bytes < 1 << 20, "{} bytes with what it opened with", opened + bytes);
}

/// Where the line breaks off while bots live on, it is taken up again, and nothing is missed or heard twice; what a
/// person does meanwhile ends with an answer or an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_off_loses_no_event() {
    let room = Room::after(20).await;
    let (line, address) = Line::to(room.address).await;
    let link = Link::Remote(Remote::connect(&format!("http://{address}"), None).await.unwrap());
    let mut events = link.subscribe();
    until(&link, |connection| *connection == Connection::Connected).await;
    let mut heard = link.last_seq();
    for beats in [1, 30] {
        let asked = tokio::spawn({
            let link = link.clone();
            async move { link.bots().await }
        });
        line.break_off();
        until(&link, |connection| *connection != Connection::Connected).await;
        lived(&room.engine, beats).await;
        let last = room.engine.last_seq();
        assert!(last > heard);
        while heard < last {
            heard += 1;
            assert_eq!(next_seq(&mut events).await, heard);
        }
        until(&link, |connection| *connection == Connection::Connected).await;
        let _ = asked.await.unwrap();
    }
    room.engine.trigger("ada_001").await.unwrap();
    assert_eq!(next_seq(&mut events).await, heard + 1);
    room.close().await;
}
