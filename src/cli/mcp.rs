//! `botarium mcp [URL]`: the Model Context Protocol on standard input and output.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::attach::TokenArg;
use super::exit::Exit;
use super::{Globals, door, replay, runtime, setup};
use crate::engine::fork::{self, Made, Plan};
use crate::engine::intervention::Intervention;
use crate::engine::{Run, compare};
use crate::files::shown;
use crate::link::{Link, Remote};
use crate::mcp::{self, Compare, Door, Fork, Held, place_of};
use crate::protocol::{Fault, Role};

/// Whose wishes the changes are, in the log and the stream.
const ASSISTANT: &str = "an assistant";
/// Most beats that a fork lives on at once.
const BEATS_MAX: u32 = 500;
/// Most changes at the moment of a fork.
const CHANGES_MAX: usize = 50;

/// Speak the Model Context Protocol (MCP) on standard input and output, for an assistant
#[derive(Debug, Args)]
#[command(after_help = "\
An assistant's configuration names this command; the assistant starts it and speaks to it. Without a URL it looks at \
and acts in the home on this machine, beside whoever runs it or without; bots wake only where an engine runs, or when \
the tool `wake` wakes one. With a viewer's token or --read-only nothing can be changed.

Examples:
  {\"mcpServers\": {\"botarium\": {\"command\": \"botarium\", \"args\": [\"--home\", \"/srv/garden\", \"mcp\"]}}}
  BOTARIUM_TOKEN=btr_… botarium mcp https://bots.example.org")]
pub struct McpArgs {
    /// Where the society's port is, such as http://127.0.0.1:8000 [default: the home on this machine]
    url: Option<String>,
    #[command(flatten)]
    token: TokenArg,
    /// Refuse every tool that acts
    #[arg(long)]
    read_only: bool,
}

pub fn run(globals: &Globals, args: &McpArgs) -> anyhow::Result<Exit> {
    let _logs = setup::quiet_logs(globals)?;
    runtime::block_on(async {
        let stop = runtime::stop_token();
        let door: Arc<dyn Door> = match &args.url {
            Some(url) => {
                let remote = door::remote(url, args.token.secret()).await?;
                Arc::new(AtPort { remote, read_only: args.read_only })
            }
            None => {
                setup::config(globals)?; // what is wrong with it is said at the start
                Arc::new(AtHome {
                    globals: globals.clone(),
                    read_only: args.read_only,
                    turn: Arc::default(),
                    stop: stop.clone(),
                })
            }
        };
        mcp::serve(door, tokio::io::stdin(), tokio::io::stdout(), stop)
            .await
            .context("the protocol ended")?;
        Ok(Exit::Ok)
    })
}

/// A society behind a port.
struct AtPort {
    remote: Remote,
    read_only: bool,
}

fn made_at_home(what: &str) -> Fault {
    Fault::conflict(format!(
        "{what} where the home is, and this is a port: run `botarium --home HOME mcp` on that machine (or `botarium \
         fork` and `botarium diff` there)"
    ))
}

#[async_trait]
impl Door for AtPort {
    async fn reading(&self) -> Result<Link, Fault> {
        Ok(Link::Remote(self.remote.clone()))
    }

    async fn acting(&self) -> Result<Held, Fault> {
        Ok(Held { link: Link::Remote(self.remote.clone()), closing: None })
    }

    fn may_act(&self) -> bool {
        !self.read_only && self.remote.role() == Role::Operator
    }

    async fn fork(&self, _: Fork) -> Result<Value, Fault> {
        Err(made_at_home("forks are made"))
    }

    async fn compare(&self, _: Compare) -> Result<Value, Fault> {
        Err(made_at_home("forks are compared"))
    }
}

/// A home on this machine. It is taken for one act at a time, so that a person can open it in between.
struct AtHome {
    globals: Globals,
    read_only: bool,
    turn: Arc<Mutex<()>>,
    /// Ends what takes long.
    stop: CancellationToken,
}

/// What went wrong, as a tool tells it.
fn told(error: anyhow::Error) -> Fault {
    match error.downcast::<Fault>() {
        Ok(fault) => fault,
        Err(error) => Fault::conflict(format!("{error:#}")),
    }
}

#[async_trait]
impl Door for AtHome {
    async fn reading(&self) -> Result<Link, Fault> {
        door::seeing(&self.globals).await.map_err(told)
    }

    async fn acting(&self) -> Result<Held, Fault> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let door = door::changing(&self.globals).await.map_err(told)?;
        let link = match &door.link {
            Link::Local(handle) => Link::Local(handle.acting_for(ASSISTANT)),
            remote @ Link::Remote(_) => remote.clone(), // there the token's name stands
        };
        let closing = async move {
            let closed = door.close().await.map_err(told);
            drop(turn);
            closed
        };
        Ok(Held { link, closing: Some(Box::pin(closing)) })
    }

    fn may_act(&self) -> bool {
        !self.read_only
    }

    async fn fork(&self, wish: Fork) -> Result<Value, Fault> {
        if wish.beats > BEATS_MAX || wish.changes.len() > CHANGES_MAX {
            return Err(Fault::bad_value(format!("at most {BEATS_MAX} beats and {CHANGES_MAX} changes")));
        }
        let _turn = self.turn.lock().await;
        let (beats, name) = (wish.beats, wish.name.clone());
        let (place, mut answer) = forked(&self.globals, &wish).await?;
        if beats > 0 {
            let globals = Globals { home: Some(place), ..self.globals.clone() };
            answer["lived"] = lived(&globals, beats, self.stop.clone()).await.map_err(told)?;
        }
        answer["next"] = format!("call compare with fork {name}").into();
        Ok(answer)
    }

    async fn compare(&self, wish: Compare) -> Result<Value, Fault> {
        let config = setup::config(&self.globals).map_err(told)?;
        let database = |name: &str| {
            let database = place_of(&config.home.root, name)?.join("data").join("botarium.db");
            if database.is_file() { Ok(database) } else { Err(Fault::not_found("fork", name)) }
        };
        let b = database(&wish.fork)?;
        let a = wish.with.as_deref().map_or_else(|| Ok(config.home.database()), database)?;
        let compared = tokio::task::spawn_blocking(move || compare::compare(&a, &b)).await;
        let difference = compared.map_err(|error| told(error.into()))?.map_err(Fault::from)?;
        serde_json::to_value(&difference).map_err(|error| Fault::internal(error.to_string()))
    }
}

/// Makes the fork, and says where it is and what became of it.
async fn forked(globals: &Globals, wish: &Fork) -> Result<(PathBuf, Value), Fault> {
    let config = setup::config(globals).map_err(told)?;
    let place = place_of(&config.home.root, &wish.name)?;
    if place.exists() {
        return Err(Fault::conflict(format!("there is a fork {} already; choose another name", wish.name)));
    }
    let changes = Intervention::of_list(wish.changes.clone()).map_err(Fault::bad_value)?;
    let at = wish
        .at
        .as_deref()
        .map(|at| replay::entry_at(&config.home.database(), at))
        .transpose()
        .map_err(told)?;
    let source = config.home.database();
    let follows = wish.follow.then(|| setup::providers(&config)).transpose().map_err(told)?;
    let plan = Plan { source, home: place.clone(), through: at, changes, follows };
    let Made { replayed, followed } = fork::make(plan).await?;
    let answer = json!({
        "fork": wish.name, "home": shown(&place), "parted_after_activity": replayed.activities, "followed": followed,
    });
    Ok((place, answer))
}

/// Lets a fork live for some beats, and says what they came to.
async fn lived(globals: &Globals, beats: u32, stop: CancellationToken) -> anyhow::Result<Value> {
    let config = setup::config(globals)?;
    let (ring, _) = setup::quiet_logs(globals)?;
    let handle = door::engine(globals, &config, ring).await?;
    let run = Run { count: Some(u64::from(beats)), stop, ..Run::default() };
    let report = handle.run_beats(run, |_| {}).await;
    door::close(handle).await?;
    Ok(serde_json::to_value(report?)?)
}
