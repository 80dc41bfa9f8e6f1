//! How commands get at a society: reading beside whoever runs it, changing as its only engine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Context as _;

use super::exit::Usage;
use super::setup::BotsRead;
use super::{Globals, setup};
use crate::config::Config;
use crate::domain::Secret;
use crate::domain::moment;
use crate::engine::clock::SIM_START;
use crate::engine::{self, Handle};
use crate::files::make_private;
use crate::link::{Link, Remote};
use crate::logs::LogRing;
use crate::protocol::{Fault, FaultKind};
use crate::store::{EngineLock, Holder, Store, StoreError, roster};

/// A society that may be changed. [`Door::close`] it, so that everything is on the disk.
pub struct Door {
    /// The way to it.
    pub link: Link,
    own: Option<Handle>,
}

impl Door {
    /// Finishes what is queued and gives the database up.
    pub async fn close(self) -> anyhow::Result<()> {
        match self.own {
            Some(handle) => close(handle).await,
            None => Ok(()),
        }
    }
}

/// Closes an engine of this process's own.
pub async fn close(handle: Handle) -> anyhow::Result<()> {
    tokio::task::spawn_blocking(move || handle.close()).await.context("the store did not close")
}

/// Starts an engine of this process's own; nothing runs yet.
///
/// # Errors
/// The configuration, all bot files, the database, or another engine that holds it.
pub async fn engine(globals: &Globals, config: &Config, log: LogRing) -> anyhow::Result<Handle> {
    begin(globals, config, log, setup::bots(config)?.some_live()?).await
}

/// The same for a control room, which opens also where no bot file can be used: a person sees there what is wrong.
///
/// # Errors
/// The configuration, the database, or another engine that holds it.
pub async fn room(globals: &Globals, config: &Config, log: LogRing) -> anyhow::Result<Handle> {
    begin(globals, config, log, setup::bots(config)?).await
}

async fn begin(
    globals: &Globals,
    config: &Config,
    log: LogRing,
    bots: setup::BotsRead,
) -> anyhow::Result<Handle> {
    let what = if bots.none_live() {
        "no bot file can be used; mend them and open the room again, or make a bot here"
    } else {
        "a bot file cannot be used, the others live"
    };
    // One file is one error, however much is wrong in it.
    for problems in &bots.problems {
        match problems.as_slice() {
            [] => {}
            [only] => tracing::error!("{what}: {only}"),
            [first, more @ ..] => {
                tracing::error!("{what}: {first} (and {} more in that file: botarium check)", more.len());
            }
        }
    }
    let settings = setup::settings(globals, config, bots, log)?;
    goes_on(globals, config)?;
    // An earlier version left them open to whom the system's default let in.
    [config.home.data(), config.home.logs()].iter().for_each(|path| make_private(path));
    let started = tokio::task::spawn_blocking(move || engine::start(settings)).await;
    Ok(started.context("the engine did not start")??.acting_for(&account()))
}

/// Who sits here, for the log: what is changed at this terminal is their wish.
fn account() -> String {
    let account = crate::tui::account();
    if account.is_empty() { "somebody on this machine".into() } else { account }
}

/// `--start` is where simulated time begins in a new room; in one that has lived it would leave out what lies
/// between.
fn goes_on(globals: &Globals, config: &Config) -> anyhow::Result<()> {
    let Some(start) = globals.start.as_deref() else { return Ok(()) };
    let Ok(store) = Store::open_read_only(&config.home.database()) else { return Ok(()) };
    let Some(latest) = store.read_blocking(roster::latest)? else { return Ok(()) };
    if moment::at(start, SIM_START).map_err(Usage)? > latest {
        return Err(Usage(format!(
            "--start is for a new room; this one goes on from {latest}: leave it out"
        ))
        .into());
    }
    Ok(())
}

/// Opens a society for reading, beside a running engine or without one. Bot files are not needed
/// for it, so a broken one does not stand in the way.
///
/// # Errors
/// The configuration, or a database that is missing or cannot be read.
pub async fn read_only(globals: &Globals, config: &Config, log: LogRing) -> anyhow::Result<Handle> {
    let settings = setup::settings(globals, config, BotsRead::default(), log)?;
    let opened = tokio::task::spawn_blocking(move || engine::open_read_only(settings)).await;
    Ok(opened.context("the database was not opened")??)
}

/// The way to read a society.
///
/// # Errors
/// As for [`read_only`].
pub async fn reading(globals: &Globals) -> anyhow::Result<Link> {
    let config = setup::config(globals)?;
    let (ring, _) = setup::quiet_logs(globals)?;
    Ok(Link::Local(read_only(globals, &config, ring).await?))
}

/// The way to change a society: an engine of this process's own, or the one that holds the
/// database, through its port.
///
/// # Errors
/// As for [`engine()`]; a running engine without a port.
pub async fn changing(globals: &Globals) -> anyhow::Result<Door> {
    let config = setup::config(globals)?;
    let (ring, _) = setup::quiet_logs(globals)?;
    if let Some(remote) = running(&config).await? {
        return Ok(Door { link: Link::Remote(remote), own: None });
    }
    let handle = engine(globals, &config, ring).await?;
    Ok(Door { link: Link::Local(handle.clone()), own: Some(handle) })
}

/// As [`changing`], for what is about something that was made there before: it makes no society.
///
/// # Errors
/// As for [`changing`]; there is no society.
pub async fn changing_existing(globals: &Globals) -> anyhow::Result<Door> {
    let database = setup::config(globals)?.home.database();
    if !database.try_exists().unwrap_or(true) {
        return Err(StoreError::Missing(database).into());
    }
    changing(globals).await
}

/// The engine that holds the database, through its port; nothing where none does.
///
/// # Errors
/// It has no port, or its port wants another token.
async fn running(config: &Config) -> anyhow::Result<Option<Remote>> {
    let Some(holder) = EngineLock::holder(&config.home.database()) else { return Ok(None) };
    let Some(address) = &holder.listen else { return Err(StoreError::Locked(holder).into()) };
    let remote = Remote::connect(&url_of(address), token_from_environment()).await.map_err(|fault| {
        if fault.kind == FaultKind::Unauthorized { wants_token(&holder, &fault) } else { fault }
    })?;
    Ok(Some(remote))
}

/// The way to see a society as it is now: through the port of the engine that runs it where that lets whoever asks in,
/// else beside it, from the database.
///
/// # Errors
/// As for [`read_only`].
pub async fn seeing(globals: &Globals) -> anyhow::Result<Link> {
    let config = setup::config(globals)?;
    match running(&config).await {
        Ok(Some(remote)) => Ok(Link::Remote(remote)),
        Ok(None) | Err(_) => {
            let (ring, _) = setup::quiet_logs(globals)?;
            Ok(Link::Local(read_only(globals, &config, ring).await?))
        }
    }
}

/// The engine's port wants a token: how to give it one, and how to do without.
fn wants_token(holder: &Holder, fault: &Fault) -> Fault {
    let detail = format!(
        "the engine that runs here (process {}) wants an operator's token at its port: set BOTARIUM_TOKEN, or \
         stop the engine first ({})",
        holder.pid, fault.detail
    );
    Fault { detail, ..fault.clone() }
}

/// The way to an engine behind the port at `url`.
///
/// # Errors
/// [`Usage`] for what is no address; nobody answers there, or the token is refused.
pub async fn remote(url: &str, token: Option<Secret>) -> anyhow::Result<Remote> {
    Remote::check_address(url).map_err(|fault| Usage(fault.detail))?;
    Ok(Remote::connect(url, token).await?)
}

/// The token of a port, from the environment.
fn token_from_environment() -> Option<Secret> {
    std::env::var("BOTARIUM_TOKEN").ok().map(Secret::new).filter(|token| !token.is_empty())
}

/// Where a port that listens at `address` is reached from this machine.
pub fn url_of(address: &str) -> String {
    match address.parse::<SocketAddr>() {
        Ok(socket) if socket.ip().is_unspecified() => {
            let loopback: IpAddr =
                if socket.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            format!("http://{}", SocketAddr::new(loopback, socket.port()))
        }
        _ => format!("http://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_reached_from_here() {
        assert_eq!(url_of("127.0.0.1:8000"), "http://127.0.0.1:8000");
        assert_eq!(url_of("0.0.0.0:8000"), "http://127.0.0.1:8000");
        assert_eq!(url_of("[::]:8000"), "http://[::1]:8000");
    }
}
