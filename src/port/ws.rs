//! `GET /ws/activity`: the live stream of one viewer.
//!
//! A viewer never holds anybody up: frames wait for it in the shared ring, and when it falls out of
//! that it is told what it missed, or sent away.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use serde::Deserialize;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite;
use utoipa::IntoParams;

use super::auth::Caller;
use super::extract::Params;
use super::hub::{self, Frame, Viewing};
use super::places::{ConnectionPlace, Hold};
use super::reply::Refusal;
use super::state::Port;
use crate::domain::Actor;
use crate::engine::Handle;
use crate::protocol::{ActivityQuery, Fault, ROOM_LOG};

/// A viewer that lets this many pings go by in silence has gone.
const PINGS: u32 = 3;
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// A viewer that falls behind twice within this time stays behind.
const RELAPSE: Duration = Duration::from_secs(60);
/// Longest frame taken from a viewer, in bytes.
const FRAME_MAX: usize = 64 * 1024;
/// Frames sent before looking at anything else.
const BATCH: usize = 64;
/// Bytes that wait to be written before they are.
const WAITING: usize = 128 * 1024;
/// Bytes that wait for a viewer at most; an event that does not fit ends its connection.
const WAITING_MAX: usize = 2 * 1024 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LiveParams {
    /// Replays every activity after this id before going live.
    #[param(minimum = 0)]
    since: Option<i64>,
    /// Kinds of event, comma-separated; the three old ones when left out.
    types: Option<String>,
    /// Only what is about this actor, and what is about nobody.
    bot_id: Option<String>,
    /// An access token, where one is needed and no header can be set.
    #[serde(rename = "token")]
    #[expect(dead_code, reason = "read by the gate; here for the description")]
    token: Option<String>,
}

/// What one viewer wants.
#[derive(Debug)]
struct Wish {
    kinds: u16,
    bot: Option<String>,
    since: Option<i64>,
    /// Whether it knows `resync`: it asked for something that is newer than the old contract.
    knows_resync: bool,
}

impl Wish {
    fn wants(&self, frame: &Frame) -> bool {
        self.kinds & frame.kind != 0
            && match (&self.bot, &frame.bot) {
                (Some(wanted), Some(bot)) => **wanted == **bot,
                _ => true,
            }
    }
}

impl LiveParams {
    fn wish(self) -> Result<Wish, Fault> {
        if self.since.is_some_and(i64::is_negative) {
            return Err(Fault::invalid_field("since", "must be 0 or more"));
        }
        let mut kinds = 0;
        for kind in
            self.types.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|k| !k.is_empty())
        {
            kinds |= hub::bit(kind).ok_or_else(|| {
                Fault::invalid_field("types", format!("{kind:?} is none of {}", hub::KINDS.join(", ")))
            })?;
        }
        Ok(Wish {
            knows_resync: kinds != 0 || self.since.is_some(),
            kinds: if kinds == 0 { hub::OLD_KINDS } else { kinds },
            bot: self.bot_id.filter(|id| !id.is_empty()),
            since: self.since,
        })
    }
}

/// The live stream
///
/// A WebSocket. Text frames, one JSON object each, tagged by `type`. Without `types` a viewer gets
/// `heartbeat_complete`, `config_updated` and `pace_changed`. A viewer that reads too slowly is sent `resync`
/// with the ids it missed, or is closed with 1013.
#[utoipa::path(get, path = "/ws/activity", tag = "activity", params(LiveParams),
    responses((status = 101, description = "The connection is a WebSocket now"),
        (status = 426, description = "The request does not ask for a WebSocket")))]
pub(super) async fn live(
    State(port): State<Port>,
    Extension(place): Extension<ConnectionPlace>,
    Extension(caller): Extension<Caller>,
    Extension(hold): Extension<Hold>,
    Params(params): Params<LiveParams>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Response> {
    let refuse = |fault: Fault| Refusal(fault).into_response();
    let wish = params.wish().map_err(refuse)?;
    if let Some(bot) = wish.bot.as_deref().and_then(|id| Actor::of(id).bot()) {
        port.engine().bot(bot).await.map_err(refuse)?;
    }
    // Whatever is missing of it: the way out is to ask for a WebSocket.
    let upgrade = upgrade.map_err(|rejection| {
        let refusal = super::reply::refuse(StatusCode::UPGRADE_REQUIRED, rejection.body_text());
        ([(header::UPGRADE, "websocket")], refusal).into_response()
    })?;
    let seat = (place.seat(), hold);
    let tasks = port.hub().tasks.token();
    let upgrade = upgrade
        .read_buffer_size(4 * 1024)
        .max_frame_size(FRAME_MAX)
        .max_message_size(FRAME_MAX)
        .write_buffer_size(WAITING)
        .max_write_buffer_size(WAITING_MAX);
    // Its place is taken before it is told that it has one: who does something then hears of it.
    let viewing = Viewing::new(port.hub(), port.engine(), wish.kinds);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let thread = port.hub().thread.clone();
        thread.spawn(async move {
            let who = caller.name.clone().map_or_else(String::new, |name| format!(" with the token {name}"));
            tracing::info!(target: ROOM_LOG, "a viewer came{who}");
            let mut viewer = Viewer { socket, wish, caller, sent: 0, fed: 0, lagged_at: None, port };
            if let Err(end) = viewer.run(viewing).await {
                viewer.leave(end).await;
            }
            tracing::info!(target: ROOM_LOG, "a viewer left{who}");
            drop((seat, tasks));
        });
    }))
}

/// Why a viewer leaves.
#[derive(Debug)]
enum End {
    /// It closed, or its connection broke: there is nobody to tell.
    Gone,
    /// It is told this.
    Close(u16, &'static str),
}

const STOPS: End = End::Close(close_code::AWAY, "the server stops");

/// Comes to an end when the viewer has to go: the port closes, or its token is in force no longer.
async fn dismissed(port: Port, caller: Caller) -> End {
    let mut tokens = port.engine().token_changes();
    tokens.mark_changed(); // one may have been revoked since the gate was passed
    let mistrusted = async {
        // The changes end with the engine, and so do the frames.
        while tokens.changed().await.is_ok() {
            if !caller.is_welcome(&port).await.unwrap_or(false) {
                return;
            }
        }
        std::future::pending().await
    };
    tokio::select! {
        () = port.shutdown().cancelled() => STOPS,
        () = mistrusted => End::Close(close_code::POLICY, "this needs a token that is in force"),
    }
}

struct Viewer {
    socket: WebSocket,
    wish: Wish,
    caller: Caller,
    /// The newest activity it has, or was told of.
    sent: i64,
    /// Bytes handed over since everything was written.
    fed: usize,
    lagged_at: Option<Instant>,
    port: Port,
}

impl Viewer {
    async fn run(&mut self, mut viewing: Viewing) -> Result<(), End> {
        self.sent = viewing.heard;
        if let Some(since) = self.wish.since {
            let engine = self.port.engine().clone();
            self.replay(&engine, since, viewing.heard).await?;
        }
        let every = self.port.ping();
        let mut ping = tokio::time::interval_at(Instant::now() + every, every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut spoke = Instant::now();
        let mut dismissed = std::pin::pin!(dismissed(self.port.clone(), self.caller.clone()));
        loop {
            tokio::select! {
                biased; // most often it is a frame that comes
                frame = viewing.frames.recv() => self.pass_on(frame, &mut viewing).await?,
                end = &mut dismissed => return Err(end),
                message = self.socket.recv() => {
                    let wants_answer = matches!(message, Some(Ok(Message::Ping(_))));
                    heed(message)?;
                    spoke = Instant::now();
                    if wants_answer {
                        // Nothing more is read from a viewer that does not take its answers.
                        self.flush().await?;
                    }
                }
                _ = ping.tick() => {
                    if spoke.elapsed() >= every * PINGS {
                        return Err(End::Close(close_code::AWAY, "nothing was heard from this viewer for too long"));
                    }
                    self.send(Message::Ping(axum::body::Bytes::new())).await?;
                }
            }
        }
    }

    /// Sends what was missed since `since`, up to `heard`, after which the ring has everything.
    async fn replay(&mut self, engine: &Handle, since: i64, heard: i64) -> Result<(), End> {
        // A replay may have run ahead of the ring: who comes back with its end must not hear it again. What lies
        // beyond the newest activity is of another society, and nothing of this one was heard.
        let known = if since <= engine.last_seq() { since } else { 0 };
        let (mut from, mut read) = (since, heard.max(known));
        while from < heard {
            let query = ActivityQuery {
                after_seq: Some(from),
                limit: hub::PAGE,
                bot_id: self.wish.bot.clone(),
                ..ActivityQuery::default()
            };
            let rows = engine.activity(query).await.map_err(|fault| {
                tracing::warn!(%fault, "a viewer's replay failed");
                End::Close(close_code::ERROR, "what was missed could not be read")
            })?;
            let full = rows.len() == hub::PAGE as usize;
            for row in rows {
                from = row.id;
                read = read.max(from);
                if let Some(frame) = Frame::of_row(row).filter(|frame| self.wish.wants(frame)) {
                    self.feed(Message::Text(frame.text)).await?;
                }
            }
            self.flush().await?;
            if !full {
                break;
            }
        }
        self.sent = read;
        Ok(())
    }

    /// Sends a frame and those that wait behind it.
    async fn pass_on(&mut self, first: Result<Frame, RecvError>, viewing: &mut Viewing) -> Result<(), End> {
        let mut next = Some(first);
        let mut left = BATCH;
        // Whatever is taken out of the ring is passed on: the look at the next one comes last.
        while let Some(frame) = next {
            match frame {
                Ok(frame) => self.pass(frame).await?,
                Err(RecvError::Lagged(_)) => self.lagged()?,
                Err(RecvError::Closed) => return Err(STOPS),
            }
            left -= 1;
            next = if left == 0 { None } else { waiting(viewing) };
        }
        self.flush().await
    }

    async fn pass(&mut self, frame: Frame) -> Result<(), End> {
        let complete_to = if frame.is_activity { frame.seq - 1 } else { frame.seq };
        if self.is_behind() && complete_to > self.sent {
            let missed = Frame::resync(self.sent + 1, complete_to, self.port.engine().clock().now());
            self.sent = complete_to;
            if let Some(missed) = missed {
                self.feed(Message::Text(missed.text)).await?;
            }
        }
        if frame.is_activity {
            if frame.seq <= self.sent {
                return Ok(()); // replayed already
            }
            self.sent = frame.seq;
        }
        if self.wish.wants(&frame) { self.feed(Message::Text(frame.text)).await } else { Ok(()) }
    }

    /// Whether it fell out of the ring and has not been told yet what it missed.
    fn is_behind(&self) -> bool {
        self.lagged_at.is_some_and(|at| at.elapsed() < RELAPSE)
    }

    fn lagged(&mut self) -> Result<(), End> {
        if !self.wish.knows_resync || self.is_behind() {
            return Err(End::Close(close_code::AGAIN, "too slow: come back with ?since="));
        }
        self.lagged_at = Some(Instant::now());
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        self.feed(message).await?;
        self.flush().await
    }

    async fn feed(&mut self, message: Message) -> Result<(), End> {
        self.fed += match &message {
            Message::Text(text) => text.len(),
            _ => 0,
        };
        if self.fed > WAITING {
            self.flush().await?;
        }
        let fed = tokio::time::timeout(self.port.patience(), self.socket.feed(message)).await;
        fed.map_err(|_| End::Close(close_code::AGAIN, "too slow"))?.map_err(|_| End::Gone)
    }

    async fn flush(&mut self) -> Result<(), End> {
        self.fed = 0;
        let shutdown = self.port.shutdown();
        tokio::select! {
            biased; // most often there is room at once
            flushed = tokio::time::timeout(self.port.patience(), self.socket.flush()) => {
                flushed.map_err(|_| End::Close(close_code::AGAIN, "too slow"))?.map_err(|_| End::Gone)
            }
            () = shutdown.cancelled() => Err(STOPS),
        }
    }

    /// Says goodbye, and waits a little for the answer.
    async fn leave(&mut self, end: End) {
        let End::Close(code, reason) = end else { return };
        let goodbye = async {
            let close = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            if self.socket.send(Message::Close(Some(close))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // Who is slow needs time to come to the goodbye; when the port closes there is none.
        let time = if code == close_code::AGAIN { self.port.patience() } else { GOODBYE };
        let shutdown = self.port.shutdown().clone();
        tokio::select! {
            _ = tokio::time::timeout(time, goodbye) => {}
            () = async {
                shutdown.cancelled().await;
                tokio::time::sleep(GOODBYE).await;
            } => {}
        }
    }
}

/// The next frame if one waits already.
fn waiting(viewing: &mut Viewing) -> Option<Result<Frame, RecvError>> {
    match viewing.frames.try_recv() {
        Ok(frame) => Some(Ok(frame)),
        Err(TryRecvError::Lagged(count)) => Some(Err(RecvError::Lagged(count))),
        Err(TryRecvError::Empty | TryRecvError::Closed) => None,
    }
}

/// What a viewer says is not listened to, but it must be well formed.
fn heed(message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
    match message {
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(match error.into_inner().downcast_ref::<tungstenite::Error>() {
            Some(tungstenite::Error::Capacity(_)) => {
                End::Close(close_code::SIZE, "a frame may have at most 64 KiB")
            }
            Some(tungstenite::Error::Utf8(_)) => End::Close(close_code::INVALID, "text must be UTF-8"),
            Some(tungstenite::Error::Protocol(_)) => {
                End::Close(close_code::PROTOCOL, "this is no WebSocket frame")
            }
            _ => End::Gone,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(types: Option<&str>, since: Option<i64>) -> Result<Wish, Fault> {
        LiveParams { since, types: types.map(Into::into), bot_id: None, token: None }.wish()
    }

    #[test]
    fn who_asks_for_nothing_gets_the_old_kinds() {
        let old = wish(None, None).unwrap();
        assert_eq!((old.kinds, old.knows_resync), (hub::OLD_KINDS, false));
        let new = wish(Some("thought_delta, usage"), None).unwrap();
        assert_eq!(new.kinds, hub::bit("thought_delta").unwrap() | hub::bit("usage").unwrap());
        assert!(wish(None, Some(3)).unwrap().knows_resync);
        assert!(wish(Some("gossip"), None).unwrap_err().detail.contains("heartbeat_complete"));
        assert!(wish(None, Some(-1)).is_err());
    }

    #[test]
    fn every_kind_of_notice_has_a_bit() {
        let state = crate::protocol::Notice::EngineState { engine: crate::protocol::EngineState::Running };
        assert_eq!(hub::bit(state.kind()), Some(1 << state.place()));
        assert_eq!(hub::bit("resync"), Some(1 << (hub::KINDS.len() - 1)));
        assert_eq!(hub::bit("pace_changed").unwrap() & hub::OLD_KINDS, 4);
    }
}
