//! `botarium worker`: answers the model calls of rooms on other machines.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use super::exit::{Exit, Usage};
use super::{Globals, runtime, setup};
use crate::config;
use crate::domain::Secret;
use crate::llm::{self, Guard, GuardSettings, NatsServer, ProviderKind};
use crate::logs::LogTo;
use crate::worker::{self, Options};

/// Takes model calls of rooms from a NATS server, asks this machine's own provider, and answers.
#[derive(Debug, Args)]
#[command(after_help = "\
The provider is this machine's own: the one of its botarium.yaml, or --provider. Its key stays here.

In the environment NATS_PASSWORD or NATS_TOKEN holds the password or token; NATS_URL, NATS_USER and NATS_CA stand for \
the flags.

Examples:
  botarium worker --nats nats://10.0.0.1:4222 --pool main --provider ollama
  NATS_PASSWORD=... botarium worker --nats tls://queue.lan --user worker --ca ca.pem --concurrency 4")]
pub struct WorkerArgs {
    /// Where the NATS server is
    #[arg(long, value_name = "URL", env = "NATS_URL", hide_env_values = true)]
    nats: String,
    /// The pool whose calls it takes
    #[arg(long, value_name = "NAME", default_value = worker::POOL)]
    pool: String,
    /// Calls at once [default: the provider's concurrency]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: Option<u16>,
    /// What it calls itself, to rooms [default: the machine's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// As whom to speak to the server; the password is in NATS_PASSWORD or --key-file
    #[arg(long, value_name = "NAME", env = "NATS_USER", hide_env_values = true)]
    user: Option<String>,
    /// A file with the password or token, readable by you alone
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A certificate authority to trust besides the system's
    #[arg(long, value_name = "FILE", env = "NATS_CA", hide_env_values = true)]
    ca: Option<PathBuf>,
    /// Seconds that calls under way may take to end when it is stopped
    #[arg(long, value_name = "SECONDS", default_value = "20")]
    grace: u32,
}

impl WorkerArgs {
    fn server(&self, connect: Duration) -> anyhow::Result<NatsServer> {
        if !worker::is_nats(&self.nats) {
            return Err(Usage(
                "--nats must be an address such as nats://10.0.0.1:4222 or tls://queue.lan".into(),
            )
            .into());
        }
        if self.nats.contains('@') {
            let message = "--nats must not hold a password, which others could see; use --user with NATS_PASSWORD, or NATS_TOKEN";
            return Err(Usage(message.into()).into());
        }
        let variable = if self.user.is_some() { "NATS_PASSWORD" } else { "NATS_TOKEN" };
        let key = match &self.key_file {
            Some(path) => Some(config::key_file(path).map_err(|why| anyhow!("--key-file {why}"))?),
            None => std::env::var(variable).ok().filter(|key| !key.trim().is_empty()).map(Secret::new),
        };
        if self.user.is_some() && key.is_none() {
            let message = "--user needs a password: set NATS_PASSWORD, or name a file with --key-file";
            return Err(Usage(message.into()).into());
        }
        Ok(NatsServer { url: self.nats.clone(), user: self.user.clone(), key, ca: self.ca.clone(), connect })
    }
}

pub fn run(globals: &Globals, args: &WorkerArgs) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let (_ring, _logs) = setup::logs(&config.log.level, LogTo::Stderr)?;
    if !worker::is_pool(&args.pool) {
        return Err(Usage(format!("--pool {}", worker::not_a_pool())).into());
    }
    let Some(provider) = config.provider_named("default") else {
        return Err(anyhow!("provider {} is not set up", config.provider));
    };
    let spec = setup::provider(provider)?.spec;
    if matches!(spec.kind, ProviderKind::Scripted | ProviderKind::Nats) {
        let message = format!(
            "a worker needs a provider with a model of its own, and this one is {}: choose it with --provider, such as --provider \
             ollama, or in botarium.yaml",
            spec.name
        );
        return Err(Usage(message).into());
    }
    let built = llm::build(&spec).map_err(|error| anyhow!(error.message))?;
    let concurrency = args.concurrency.map_or(spec.concurrency, usize::from);
    // What can be tried again is tried again by the room, which pays for it.
    let settings = GuardSettings { concurrency, attempts: 1, ..GuardSettings::from(&spec) };
    let options = Options {
        server: args.server(Duration::from_secs(5))?,
        pool: args.pool.clone(),
        name: args.name.clone().unwrap_or_else(machine),
        concurrency,
        grace: Duration::from_secs(u64::from(args.grace)),
    };
    runtime::block_on(async {
        let stop = runtime::stop_token();
        worker::run(options, Guard::new(built, settings), stop)
            .await
            .map_err(|error| anyhow!(error.message))?;
        Ok(Exit::Ok)
    })
}

/// The machine's name, or that it has none.
fn machine() -> String {
    #[cfg(unix)]
    if let Ok(name) = rustix::system::uname().nodename().to_str()
        && !name.is_empty()
    {
        return name.to_owned();
    }
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "a worker".to_owned())
}
