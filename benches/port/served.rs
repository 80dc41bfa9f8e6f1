//! The serving side: a society whose events go out through the port, or through a bare loop.

use std::collections::HashMap;
use std::io::{BufRead as _, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use botarium::engine::{self, Handle, Run, Settings, Subscription};
use botarium::port::{self, PortOptions};
use botarium::protocol::Notice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::{now, resident};

/// The answer to the viewers' one key.
const ACCEPTED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// A society with an open door.
pub struct Served<'a> {
    runtime: &'a Runtime,
    handle: Handle,
    address: SocketAddr,
    stop: CancellationToken,
    _home: tempfile::TempDir,
}

impl<'a> Served<'a> {
    /// Serves through the port, or through a bare loop.
    pub fn start(runtime: &'a Runtime, bare: bool) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let handle =
            engine::start(Settings { seed: Some(7), ..Settings::new(home.path()) }).expect("a society");
        let stop = CancellationToken::new();
        let address = runtime.block_on(async {
            let listen = "127.0.0.1:0".parse().expect("an address");
            if bare {
                let listener = TcpListener::bind::<SocketAddr>(listen).await.expect("a port");
                let address = listener.local_addr().expect("an address");
                tokio::spawn(bare_loop(listener, handle.subscribe(), stop.clone()));
                return address;
            }
            let options = PortOptions { max_connections: 5_000, ..PortOptions::on(listen) };
            port::serve(handle.clone(), options, stop.clone()).await.expect("an open port").address()
        });
        Self { runtime, handle, address, stop, _home: home }
    }

    /// Milliseconds from commit to receipt for every viewer and beat, and the beats a second that were made.
    pub fn measure(&self, viewers: usize, beats: usize, pace: Duration) -> (Vec<f64>, f64) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().to_str().expect("a path");
        let mut child = viewer_process(&["viewers", &self.address.to_string(), &viewers.to_string(), path]);
        let committed = Arc::new(Mutex::new(HashMap::new()));
        watch(self.handle.subscribe(), Arc::clone(&committed));
        let rate = self.runtime.block_on(self.beat(beats, pace));
        std::thread::sleep(Duration::from_millis(500)); // the last frames are on their way
        leave(&mut child);
        let committed = std::mem::take(&mut *committed.lock().expect("no thread panics with it"));
        let mut bytes = Vec::new();
        file.as_file().read_to_end(&mut bytes).expect("the records");
        let times: Vec<f64> = bytes
            .chunks_exact(16)
            .filter_map(|record| {
                let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
                let sent: u64 = *committed.get(&number(&record[..8]))?;
                #[allow(clippy::cast_precision_loss)] // figures for people
                Some(number(&record[8..]).saturating_sub(sent) as f64 / 1e6)
            })
            .collect();
        assert_eq!(times.len(), committed.len() * viewers, "every viewer gets every event");
        (times, rate)
    }

    /// Wakes the bots in turn; answers with the beats a second.
    async fn beat(&self, beats: usize, pace: Duration) -> f64 {
        let bots: Vec<String> =
            self.handle.bots().await.expect("bots").into_iter().map(|bot| bot.id).collect();
        let began = Instant::now();
        let mut ticks = tokio::time::interval(pace);
        for count in 0..beats {
            ticks.tick().await;
            self.handle.trigger(&bots[count % bots.len()]).await.expect("a beat");
        }
        #[allow(clippy::cast_precision_loss)] // figures for people
        let rate = beats as f64 / began.elapsed().as_secs_f64();
        rate
    }

    /// Beats a second, and MiB before and after, beside viewers that never read.
    pub fn flat_out(&self, stuck: usize, beats: u64) -> (f64, f64, f64) {
        let mut stuck = viewer_process(&["stuck", &self.address.to_string(), &stuck.to_string()]);
        let run = |count| {
            let run = Run { count: Some(count), ..Run::default() };
            self.runtime.block_on(self.handle.run_beats(run, |_| {})).expect("beats run").elapsed
        };
        run(300); // warms up
        let before = resident();
        let took = run(beats);
        let after = resident();
        leave(&mut stuck);
        #[allow(clippy::cast_precision_loss)] // figures for people
        (beats as f64 / took.as_secs_f64(), before, after)
    }

    /// Closes everything.
    pub fn stop(self) {
        self.stop.cancel();
        self.handle.close();
    }
}

/// Notes when each beat was committed, on a thread that does nothing else.
fn watch(mut events: Subscription, committed: Arc<Mutex<HashMap<u64, u64>>>) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            while let Some(event) = events.recv().await {
                let at = now();
                if matches!(event.notice, Notice::HeartbeatComplete { .. }) {
                    let seq = u64::try_from(event.seq).unwrap_or(0);
                    committed.lock().expect("no thread panics with it").insert(seq, at);
                }
            }
        });
    });
}

/// This program again, as viewers; it is there when everybody is connected.
fn viewer_process(arguments: &[&str]) -> Child {
    let this = std::env::current_exe().expect("this program");
    let mut child = Command::new(this)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("viewers");
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().expect("its output"));
    out.read_line(&mut line).expect("a word");
    assert_eq!(line, "ready\n");
    child
}

fn leave(child: &mut Child) {
    drop(child.stdin.take());
    assert!(child.wait().is_ok_and(|status| status.success()), "the viewers failed");
}

/// The least there can be: each event is encoded once and written to one socket after the other.
async fn bare_loop(listener: TcpListener, mut events: Subscription, stop: CancellationToken) {
    let mut sockets: Vec<TcpStream> = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => {
                let (mut socket, _) = accepted.expect("a viewer");
                socket.set_nodelay(true).expect("an option");
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    socket.read_buf(&mut request).await.expect("a request");
                }
                socket.write_all(ACCEPTED).await.expect("an answer");
                sockets.push(socket);
            }
            event = events.recv() => {
                let Some(event) = event else { return };
                if !matches!(event.notice, Notice::HeartbeatComplete { .. }) {
                    continue;
                }
                let text = serde_json::to_vec(&*event).expect("JSON");
                let mut frame = vec![0x81, 126];
                frame.extend(u16::try_from(text.len()).expect("a short event").to_be_bytes());
                frame.extend(text);
                for socket in &mut sockets {
                    socket.write_all(&frame).await.expect("a viewer that reads");
                }
            }
        }
    }
}
