//! `botarium token …`: access tokens for the port.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::exit::Exit;
use super::out::{Cell, Ink, Out};
use super::{Globals, door, runtime, setup};
use crate::link::Link;
use crate::protocol::{Role, TokenView};

/// Manage access tokens for the port
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token; it is shown this once and stored only as a hash
    #[command(
        after_help = "Examples:\n  botarium token new desk --role operator\n  botarium token new phone >phone.token"
    )]
    New {
        /// What it is for, such as dashboard
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = RoleArg::Viewer)]
        role: RoleArg,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the tokens, without their texts
    #[command(after_help = "Examples:\n  botarium token list")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke tokens; they stop working at once
    #[command(after_help = "Examples:\n  botarium token revoke 2")]
    Revoke {
        /// Tokens, by number
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
}

/// What a token may do.
#[derive(Copy, Clone, Debug, ValueEnum)]
enum RoleArg {
    /// Look and listen
    Viewer,
    /// Everything
    Operator,
}

pub fn run(globals: &Globals, args: TokenArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let (ring, _logs) = setup::quiet_logs(globals)?;
    runtime::block_on(async {
        if let TokenCommand::List { json } = args.command {
            let tokens = door::read_only(globals, &config, ring).await?.tokens().await?;
            return list(&tokens, json, out);
        }
        let door = match args.command {
            TokenCommand::Revoke { .. } => door::changing_existing(globals).await?,
            _ => door::changing(globals).await?,
        };
        let result = change(&door.link, &args.command, out).await;
        door.close().await?;
        result
    })
}

async fn change(link: &Link, command: &TokenCommand, out: &Out) -> anyhow::Result<Exit> {
    match command {
        TokenCommand::New { name, role, json } => {
            let role = match role {
                RoleArg::Viewer => Role::Viewer,
                RoleArg::Operator => Role::Operator,
            };
            let (view, secret) = link.new_token(name, role).await?;
            // The one place where a token is shown; nobody can ask for it again.
            if *json {
                out.json(
                    &json!({"id": view.id, "name": view.name, "role": view.role, "token": secret.expose()}),
                )?;
            } else {
                out.line(secret.expose())?;
                out.note(&format!(
                    "token {} ({}, {}); keep it: it is not shown again",
                    view.id, view.name, view.role
                ));
            }
        }
        TokenCommand::List { .. } => {}
        TokenCommand::Revoke { ids } => {
            for id in ids {
                let view = link.revoke_token(*id).await?;
                out.line(&format!("token {} ({}) is revoked", view.id, view.name))?;
            }
        }
    }
    Ok(Exit::Ok)
}

fn list(tokens: &[TokenView], json: bool, out: &Out) -> anyhow::Result<Exit> {
    if json {
        out.json(&tokens)?;
        return Ok(Exit::Ok);
    }
    let row = |token: &TokenView| {
        let state = match token.revoked_at {
            Some(at) => Cell::left(format!("revoked {at}")).ink(Ink::Dim),
            None => Cell::left("in force").ink(Ink::Good),
        };
        vec![
            Cell::right(token.id.to_string()),
            Cell::left(&token.name).ink(Ink::Bold),
            Cell::left(&token.role),
            Cell::left(token.created_at.to_string()),
            state,
        ]
    };
    out.table(&["ID", "NAME", "ROLE", "MADE", "STATE"], &tokens.iter().map(row).collect::<Vec<_>>())?;
    Ok(Exit::Ok)
}
