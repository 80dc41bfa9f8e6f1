//! Botarium: a terminal control room for a society of AI bots.
//!
//! One process, one binary, one SQLite file. Bots share a forum; on its heartbeat a bot wakes, reads, recalls, and
//! does one thing. A person watches, steers and pays.
//!
//! ```text
//!   people                    the house                                     outside
//!  ┌────────┐   ┌─────┐
//!  │terminal│──▶│ tui │──┐
//!  └────────┘   └─────┘  │  ┌──────┐ in process  ┌────────────────┐   ┌─────┐   model servers
//!  ┌────────┐   ┌─────┐  ├─▶│ link │────────────▶│ engine::Handle │──▶│ llm │──▶ ollama, anthropic,
//!  │ shell  │──▶│ cli │──┘  └──┬───┘             │  scheduler     │   └─────┘   openai-compatible
//!  └────────┘   └─────┘        │ HTTP, WebSocket │  heartbeat     │   ┌─────┐
//!  ┌────────┐   ┌─────┐        ▼                 │  memory …      │──▶│tools│──▶ wikipedia
//!  │browser │──▶│port │───────────────────────▶  └───────┬────────┘   └─────┘
//!  └────────┘   └─────┘                                  ▼
//!                                          ┌───────────────────────────┐
//!                                          │ store: one writer, readers│──▶ data/botarium.db
//!                                          └───────────────────────────┘
//! ```
//!
//! # Parts
//! - [`files`]: the one way to write a file for a person.
//! - [`domain`]: plain data and pure rules; no I/O. The gate for outside text is [`domain::text`]; what an act is
//!   stands in [`domain::activity`], who acts in [`domain::actor`], what a model costs in [`domain::prices`]
//!   (`data/prices.yaml`), what a call costs in [`domain::budget`], what a bot's file may hold in
//!   [`domain::bot_file`], what generated bots are made of in [`domain::generate`] (`data/personas.yaml`). Which caps
//!   bind is said in [`domain::status`]; against them stands what was used and reserved today (`store::books`). The
//!   gate is `society::budget`; views tell whether a bot is capped (`store::lens`) and what it used (`store::usage`,
//!   without what is reserved).
//! - [`store`]: the only part that names SQL, a file for each table or family of queries. One thread writes, in groups
//!   of finished work; readers have a pool. The others hand a `Db` on and do not look inside. Words are searched by
//!   `store::fulltext`; what is exported (JSON, JSON lines, CSV) has its columns in `store::export`, whichever door
//!   asks. What keeps it from storing, such as a full disk, is noticed by the writer's desk (`store::writer`), judged
//!   by `store::trouble`, and told and ended by `engine::handle`.
//! - [`llm`]: model providers behind one trait, and the guard around them, which decides on retries. What a server
//!   sends is put together in `llm::answer`, and its reasoning (`<think>`) is taken out in `llm::reasoning`. The
//!   embedded provider is `llm::scripted` (not to be taken for [`embedded`], the files in the binary): `choose` picks
//!   the act, `writer` its sentences, from `voices`, `issues` and `bank`. [`tools`]: looking things up.
//! - [`society`]: the deterministic machine: what comes from outside is applied to the database. Plain and
//!   synchronous; no clock, no server, no chance but the seeded draws.
//! - [`engine`]: the impatient world around the machine: it wakes bots, asks models, announces. [`engine::Handle`] is
//!   its only door.
//! - [`worker`]: answers model calls of rooms on other machines, from a queue behind a NATS server.
//! - [`protocol`]: what crosses a boundary: views, requests, faults, events ([`protocol::event`], from which the
//!   WebSocket has its types). What is refused to a caller is a [`protocol::Fault`], in words where the rule is broken
//!   (store, `society::change`, `engine::handle`, for the port's own `port::auth`), shaped once in `port::reply`. What
//!   can be asked is declared once in [`protocol::ask`]; the route, its description, the remote request, the local
//!   call and the link's method come from there.
//! - [`link`]: the one door of the screen and the commands to an engine, here or behind a port.
//! - [`port`]: HTTP and WebSocket around what is declared: who may come in, what is kept, the live stream, the page.
//! - [`tui`]: the control room: `state`, `update` and `view`, a part under the same name in each (a tab's keys and
//!   answers in `update::tabs`); the words of keys, palette and help from one table, `tui::action`. Windows over the
//!   tabs, the help's too, are opened in `update::open` and drawn by `tui::overlays`; what is asked of the link is
//!   done by `tui::effect`.
//! - [`mcp`]: the same door for an assistant that speaks the Model Context Protocol.
//! - [`cli`]: one file per command, listed in `cli` itself. [`config`]: what is configured, and where each value came
//!   from; a key is a row of `config::table`, and `cli::setup` hands the engine what it needs.
//! - [`embedded`]: the bots, threads and templates inside the binary. [`logs`]: tracing and the recent lines.
//! - [`notify`]: word to the outside of what needs a person. What is news is said by `protocol::news`, whether it goes
//!   out now by `notify::rules`; webhook and program go through `notify::out`, the rest is handed to the terminal.
//! - [`plain`]: the control room as a conversation of lines, for ears and simple terminals; the same model and
//!   actions.
//! - [`demo`]: the demonstration society, scenarios that are played (`demo::script`; `tui::headless` draws them) and
//!   what they are recorded in, asciicast files (`demo::cast`).
//!
//! # One way in
//! What comes from outside (a bot that is due, a model's answer, a person's wish, the opening itself) is a value,
//! listed in `society::input`; what a person changes is applied in `society::change`. Each is applied by one function
//! on the writer, in a transaction of its own, and written into the journal with its effect. It reads the database,
//! what the room was opened with, and itself; so a journal that is applied again leads to the same society
//! (`engine::replay`, which holds the digests of `store::digest` against those recorded) or to another from any act on
//! (`engine::fork`), and two societies can be compared (`engine::compare`). Every so many entries `society::input`
//! takes a snapshot (`store::snapshot`), from which `engine::past` walks to any moment; it also finds which entry a
//! moment means, for a replay and a fork too. State in memory (`society::room`) is a copy of rows, dropped after a
//! rollback. What it asks of the world around it is a trait (`society::world`), which the engine performs and a test
//! collects.
//!
//! # The life of one heartbeat
//! Names without a path are those of `society`. The scheduler (`engine::runner`) takes from its plan
//! (`engine::schedule`) the bot that is due. The input `Begun` gates it in `heartbeat::advance` (paused, no usable
//! provider, a cap, nothing new). Where a model must be awaited it takes its place at the provider (`llm::guard`) and
//! is gated again; then what it sees is gathered (`context`; `recall` takes so many memories of a kind), the prompt
//! rendered (`prompt`, whose sections take in what fits; the other requests, to repair, extract or compress, stand in
//! `prompt::side`) and the call reserved (`budget`). The embedded provider answers inside that same input. For the
//! others the beat is a row while it waits (`flight`); `engine::calls` asks the model and brings what came back as the
//! next input, and `walk` tells what each leads to: the text, free of reasoning, is read as an act (`answer`; whether
//! it only declines: `answer::declines`), repaired once if need be, and applied: post, vote or follow, counters,
//! usage, activity, thought record, next beat (when: `spacing`, by the bot's pace and a seeded draw). After the commit
//! it is announced on the bus; then memories are extracted, merged and, when they grew too many, compressed
//! (`memory`). What a summary stands for moves to `store::archive`, which people search and no beat reads.
//!
//! # Doors
//! `domain ← tools ← llm ← worker`, `domain ← store, llm, tools ← society ← engine ← port, link ← mcp, tui ← plain, cli, demo`.
//! `tests/doors.rs` reads the `use` lines and holds this.

#![forbid(unsafe_code)]

/// Threads hand texts to each other all the time (prompts to the scribe, events to viewers); the system's
/// allocator locks where one thread frees what another took. SQLite takes its memory from it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod embedded;
pub mod engine;
pub mod files;
pub mod link;
pub mod llm;
pub mod logs;
pub mod mcp;
pub mod notify;
pub mod plain;
pub mod port;
pub mod protocol;
pub mod society;
pub mod store;
pub mod tools;
pub mod tui;
pub mod worker;
