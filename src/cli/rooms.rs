//! The rooms that were opened on this machine, and going from one to another.
//!
//! A room is left before the next is opened: the program ends as by quitting and begins anew with other arguments. So
//! logs, ports, clock and configuration are those of the new room, as if it had been opened first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use super::exit::Exit;
use super::{Globals, door, setup};
use crate::files::make_private;
use crate::store::EngineLock;
use crate::tui::rooms::{Look, Looked, Room, Rooms};

/// Rooms that are remembered.
const KEEP: usize = 30;
/// The variable that holds a token: it is for one port and goes to no other.
const TOKEN: &str = "BOTARIUM_TOKEN";

/// Notes that a room is open, and gives those that can be gone to from it.
pub fn from(globals: &Globals, here: Room) -> Rooms {
    let known = file().map_or_else(Vec::new, |file| note(&file, &here));
    let globals = globals.clone();
    let look: Look = Arc::new(move |room| {
        let globals = globals.clone();
        Box::pin(async move { look_at(&globals, &room).await })
    });
    Rooms { here, known: known.into_iter().filter(is_there).collect(), look }
}

/// Where they are remembered: no part of any home.
fn file() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    let directory = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Some(directory.join("botarium").join("rooms.json"))
}

/// Puts a room first among those remembered, and gives them all. Trouble with the file costs nothing but the list.
fn note(file: &Path, here: &Room) -> Vec<Room> {
    let read = || serde_json::from_slice::<Vec<String>>(&std::fs::read(file).ok()?).ok();
    let before = read().unwrap_or_default();
    let mut known = vec![here.clone()];
    known.extend(before.iter().map(|name| Room::named(name)).filter(|room| room != here));
    known.truncate(KEEP);
    let names: Vec<&str> = known.iter().map(Room::as_str).collect();
    if let Err(error) = write(file, &names) {
        tracing::debug!("the rooms are not remembered: {error}");
    }
    known
}

fn write(file: &Path, names: &[&str]) -> std::io::Result<()> {
    let aside = file.with_extension("tmp");
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
        make_private(directory);
    }
    std::fs::write(&aside, serde_json::to_vec_pretty(names)?)?;
    std::fs::rename(aside, file)
}

/// Homes that are gone are not offered; whether a port is there is seen when one goes to it.
fn is_there(room: &Room) -> bool {
    room.is_port() || Path::new(room.as_str()).is_dir()
}

/// Whether a room can be opened, before the one that is open is left for it.
async fn look_at(globals: &Globals, room: &Room) -> Looked {
    if room.is_port() {
        return port(room).await;
    }
    let typed = room.as_str();
    let root = match (typed.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(typed),
    };
    if !root.is_dir() {
        return Err(format!("there is no directory {}", root.display()));
    }
    let root = std::path::absolute(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    let globals = Globals { home: Some(root.clone()), ..alone(globals) };
    let config = setup::config(&globals).map_err(|error| format!("{error:#}"))?;
    setup::bots(&config).map_err(|error| format!("{error:#}"))?;
    if let Some(holder) = EngineLock::holder(&config.home.database()) {
        let pid = holder.pid;
        let Some(address) = &holder.listen else {
            return Err(format!("process {pid} runs the room there, and has no port to attach to"));
        };
        return port(&Room::named(&door::url_of(address))).await;
    }
    Room::home(&root).ok_or_else(|| format!("{}: its name is no text", root.display()))
}

/// Whether somebody answers at a port who lets one in without a token: this room's is not handed on.
async fn port(room: &Room) -> Looked {
    match door::remote(room.as_str(), None).await {
        Ok(_) => Ok(room.clone()),
        Err(error) => Err(format!("{room}: {error:#}; with a token: {TOKEN}=… botarium attach {room}")),
    }
}

/// What is told every command and is no matter of one home.
fn alone(globals: &Globals) -> Globals {
    Globals { color: globals.color, ..Globals::default() }
}

/// Begins anew in another room.
pub fn go(room: &Room, plain: bool) -> anyhow::Result<Exit> {
    let program = std::env::current_exe().context("the program does not know where it lies")?;
    let mut command = std::process::Command::new(program);
    if room.is_port() {
        command.args(["attach", room.as_str()]).env_remove(TOKEN);
    } else {
        command.args(["--home", room.as_str()]);
    }
    if plain {
        command.arg("--plain");
    }
    begin(command).with_context(|| format!("{room} was not opened"))
}

#[cfg(unix)]
fn begin(mut command: std::process::Command) -> anyhow::Result<Exit> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn begin(mut command: std::process::Command) -> anyhow::Result<Exit> {
    let status = command.status()?;
    anyhow::ensure!(status.success(), "it ended with {status}");
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_room_is_the_first_of_those_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state/rooms.json");
        let names = |known: Vec<Room>| known.iter().map(|room| room.as_str().to_owned()).collect::<Vec<_>>();
        note(&file, &Room::named("/a/"));
        note(&file, &Room::named("http://127.0.0.1:8000"));
        assert_eq!(names(note(&file, &Room::named("/a"))), ["/a", "http://127.0.0.1:8000"]);
        (0..KEEP + 3).for_each(|n| drop(note(&file, &Room::named(&format!("/{n}")))));
        assert_eq!(note(&file, &Room::named("/0")).len(), KEEP);
        // What cannot be read is as if nothing had been opened.
        std::fs::write(&file, "{").unwrap();
        assert_eq!(names(note(&file, &Room::named("/b"))), ["/b"]);
    }
}
