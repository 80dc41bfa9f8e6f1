//! A wire between a room and its server.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// A wire between the room and the server that can be slow, and cut.
pub struct Wire {
    pub port: u16,
    pub whole: watch::Sender<bool>,
}

impl Wire {
    /// One to the server on `port`, on which every byte takes so long either way.
    pub async fn to(port: u16, takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (whole, seen) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut seen = seen.clone();
                if !*seen.borrow() {
                    continue; // refused
                }
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.split(), far.split());
                    tokio::select! {
                        () = carry(near_in, far_out, takes) => {}
                        () = carry(far_in, near_out, takes) => {}
                        _ = seen.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { port: own, whole }
    }
}

/// Carries one direction until either end is gone.
async fn carry(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, takes: Duration) {
    let (put, mut take) = mpsc::channel::<(Instant, Vec<u8>)>(64);
    let read = async {
        let mut piece = vec![0; 65_536];
        while let Ok(count) = from.read(&mut piece).await
            && count > 0
            && put.send((Instant::now() + takes, piece[..count].to_vec())).await.is_ok()
        {}
    };
    let write = async {
        while let Some((at, piece)) = take.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}
