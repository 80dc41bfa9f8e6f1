//! The hub of the live stream: one task encodes each event once; all viewers share the bytes.
//!
//! The hub and the viewers have a thread to themselves: they wake each other without crossing to another
//! one, and requests and beats keep the rest.
//!
//! It listens to the bus for as long as the port is open and never waits for a viewer: frames go
//! into one ring, and who falls out of it is told so. When the bus itself was too fast for it, it
//! reads what it missed from the store, so that the ring never lacks an activity.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::extract::ws::Utf8Bytes;
use tokio::runtime::Handle as Runtime;
use tokio::sync::broadcast;
use tokio_util::task::TaskTracker;

use super::state::Port;
use crate::domain::Stamp;
use crate::engine::{Handle, Subscription};
use crate::protocol::{ActivityQuery, ActivityView, Event, Notice};

/// Frames held for the slowest viewer, all viewers together: at twenty beats a second those of fifty seconds.
const RING: usize = 1_024;
/// Rows read at once from the store.
pub(super) const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// The kinds of frame; a viewer's wishes are a set of bits in this order.
pub(super) const KINDS: [&str; Notice::KINDS.len()] = Notice::KINDS;
/// What those get that ask for nothing.
pub(super) const OLD_KINDS: u16 = 0b111;

/// The bit of a kind.
pub(super) fn bit(kind: &str) -> Option<u16> {
    KINDS.iter().position(|known| *known == kind).map(|at| 1 << at)
}

/// One encoded event.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Activity id; for others the newest one there was.
    pub(super) seq: i64,
    /// Whether it is an activity, which has this id for itself and can be replayed.
    pub(super) is_activity: bool,
    /// Bit of its kind.
    pub(super) kind: u16,
    /// Whom it is about.
    pub(super) bot: Option<Arc<str>>,
    /// What is sent.
    pub(super) text: Utf8Bytes,
}

impl Frame {
    fn new(event: &Event) -> Option<Self> {
        Some(Self {
            seq: event.seq,
            is_activity: event.notice.activity().is_some(),
            kind: 1 << event.notice.place(),
            bot: event.notice.bot_id().map(Arc::from),
            text: encode(event)?,
        })
    }

    /// Tells one viewer what it missed.
    pub(super) fn resync(from_seq: i64, to_seq: i64, timestamp: Stamp) -> Option<Self> {
        Self::new(&Event { seq: to_seq, timestamp, notice: Notice::Resync { from_seq, to_seq } })
    }

    /// An activity from the store, as it was announced when it happened.
    pub(super) fn of_row(row: ActivityView) -> Option<Self> {
        let (seq, timestamp) = (row.id, row.created_at);
        Self::new(&Event { seq, timestamp, notice: Notice::of_activity(row) })
    }
}

fn encode(event: &Event) -> Option<Utf8Bytes> {
    serde_json::to_string(event)
        .inspect_err(|error| tracing::error!(%error, "an event could not be encoded"))
        .ok()
        .map(Utf8Bytes::from)
}

/// The ring and who reads from it.
pub(super) struct Hub {
    ring: broadcast::Sender<Frame>,
    /// Every activity up to here is in the store, and later ones will come through the ring.
    heard: AtomicI64,
    /// How many viewers want each kind.
    wanted: [AtomicUsize; KINDS.len()],
    viewers: AtomicUsize,
    /// Viewers' tasks.
    pub(super) tasks: TaskTracker,
    /// The thread they run on.
    pub(super) thread: Runtime,
}

impl Hub {
    pub(super) fn new(thread: Runtime) -> Self {
        Self {
            thread,
            ring: broadcast::channel(RING).0,
            heard: AtomicI64::new(0),
            wanted: Default::default(),
            viewers: AtomicUsize::new(0),
            tasks: TaskTracker::new(),
        }
    }

    /// How many viewers are connected.
    pub(super) fn viewers(&self) -> usize {
        self.viewers.load(Ordering::Relaxed)
    }

    /// The newest activity that was streamed.
    pub(super) fn heard(&self) -> i64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Begins to receive. Answers with the ring and the last activity that will not come through it:
    /// what is missing up to there is in the store.
    fn listen(&self) -> (broadcast::Receiver<Frame>, i64) {
        let frames = self.ring.subscribe();
        (frames, self.heard.load(Ordering::SeqCst))
    }

    fn is_wanted(&self, kind: u16) -> bool {
        self.wanted[kind.trailing_zeros() as usize].load(Ordering::SeqCst) > 0
    }

    fn put(&self, frame: Frame) {
        let _ = self.ring.send(frame); // nobody may be there
    }
}

/// A viewer's place at the ring.
pub(super) struct Viewing {
    hub: Arc<Hub>,
    engine: Handle,
    kinds: u16,
    /// The frames to come.
    pub(super) frames: broadcast::Receiver<Frame>,
    /// The last activity that will not come through the ring.
    pub(super) heard: i64,
}

impl Viewing {
    pub(super) fn new(hub: &Arc<Hub>, engine: &Handle, kinds: u16) -> Self {
        for (at, wanted) in hub.wanted.iter().enumerate() {
            wanted.fetch_add(usize::from(kinds >> at & 1), Ordering::SeqCst);
        }
        let (frames, heard) = hub.listen();
        let viewers = hub.viewers.fetch_add(1, Ordering::Relaxed) + 1;
        engine.set_viewers(i64::try_from(viewers).unwrap_or(i64::MAX));
        Self { hub: Arc::clone(hub), engine: engine.clone(), kinds, frames, heard }
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        for (at, wanted) in self.hub.wanted.iter().enumerate() {
            wanted.fetch_sub(usize::from(self.kinds >> at & 1), Ordering::SeqCst);
        }
        let viewers = self.hub.viewers.fetch_sub(1, Ordering::Relaxed) - 1;
        self.engine.set_viewers(i64::try_from(viewers).unwrap_or(i64::MAX));
    }
}

/// Starts the viewers' thread, and on it the hub, which listens to `bus`. `port` makes the state that all share.
pub(super) fn open(bus: Subscription, port: impl FnOnce(Runtime) -> Port) -> std::io::Result<Port> {
    let thread = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let port = port(thread.handle().clone());
    let shared = port.clone();
    std::thread::Builder::new().name("viewers".into()).spawn(move || {
        thread.block_on(async {
            run(&shared, bus).await;
            shared.viewers_gone().await;
        });
    })?;
    Ok(port)
}

/// Encodes what happens until the port closes. The caller subscribed before anybody could view.
async fn run(port: &Port, mut bus: Subscription) {
    let (hub, engine, stop) = (Arc::clone(port.hub()), port.engine().clone(), port.shutdown().clone());
    hub.heard.store(engine.last_seq(), Ordering::SeqCst);
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            event = bus.recv() => event,
        };
        let Some(event) = event else { return };
        let heard = hub.heard.load(Ordering::SeqCst);
        let is_activity = event.notice.activity().is_some();
        let missed_to = if is_activity { event.seq - 1 } else { event.seq };
        if missed_to > heard {
            fill(&hub, &engine, heard, missed_to).await;
        }
        if is_activity {
            if event.seq <= hub.heard.load(Ordering::SeqCst) {
                continue;
            }
            // Before the look at who wants it: who comes after that look finds it in the store.
            hub.heard.store(event.seq, Ordering::SeqCst);
        }
        // What this task missed was filled in; a viewer has its own word for what it missed.
        if matches!(event.notice, Notice::Resync { .. }) {
            continue;
        }
        if hub.is_wanted(1 << event.notice.place())
            && let Some(frame) = Frame::new(&event)
        {
            hub.put(frame);
        }
    }
}

/// Puts the activities after `from` up to `to` into the ring, read from the store.
async fn fill(hub: &Hub, engine: &Handle, mut from: i64, to: i64) {
    while from < to {
        let query = ActivityQuery { after_seq: Some(from), limit: PAGE, ..ActivityQuery::default() };
        let rows = match engine.activity(query).await {
            Ok(rows) if !rows.is_empty() => rows,
            Ok(_) => break,
            Err(fault) => {
                tracing::error!(%fault, "the live stream could not read what it missed");
                break;
            }
        };
        for row in rows.into_iter().take_while(|row| row.id <= to) {
            from = row.id;
            hub.heard.store(row.id, Ordering::SeqCst);
            if let Some(frame) = Frame::of_row(row)
                && hub.is_wanted(frame.kind)
            {
                hub.put(frame);
            }
        }
        if from >= to {
            return;
        }
    }
    hub.heard.fetch_max(to, Ordering::SeqCst);
}
