//! Performs effects through the link, off the screen's task; answers come back as messages.
//!
//! It knows the link and the messages, nothing of what is shown.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::msg::{Command, Data, Load, Msg, Outcome};
use super::state::search::{Hit, To};
use super::way_back;
use crate::domain::text::folded;
use crate::domain::{Activity, ActivityKind};
use crate::files::{OutError, OutFile};
use crate::link::{Connection, Link, Role};
use crate::protocol::{
    ActivityQuery, ActivityView, DefaultProvider, Exchange, ExportFormat, ExportKind, ExportOptions, Fault,
    FaultKind, MemoryQuery, ThreadQuery,
};
use crate::tui::state::compare::Story;

/// Where answers go, with the number of what was shown when they were asked for: what was read of another moment is of no
/// use any more.
#[derive(Clone)]
pub struct AnswerSender {
    to: UnboundedSender<(u64, Msg)>,
    /// The number of what is shown.
    pub shown: u64,
}

impl AnswerSender {
    /// Answers and where they arrive, in their order.
    #[must_use]
    pub fn new() -> (Self, UnboundedReceiver<(u64, Msg)>) {
        let (to, answers) = unbounded_channel();
        (Self { to, shown: 0 }, answers)
    }

    /// Sends an answer.
    pub fn send(&self, msg: Msg) {
        let _ = self.to.send((self.shown, msg)); // nobody listens once the screen is closed
    }
}

/// Reads something in the background; by what it answers that can be stopped.
pub fn load(link: &Link, load: Load, answers: &AnswerSender) -> AbortHandle {
    let (link, answers) = (link.clone(), answers.clone());
    let read = tokio::spawn(async move {
        let data = read(&link, &load).await;
        answers.send(Msg::Loaded(load, data));
    });
    read.abort_handle()
}

/// Changes something in the background.
pub fn run(link: &Link, command: Command, answers: &AnswerSender) {
    let (link, answers) = (link.clone(), answers.clone());
    tokio::spawn(async move { perform(&link, command, &answers).await });
}

/// Changes something and tells what came of it, and by what it is taken back.
pub async fn perform(link: &Link, command: Command, answers: &AnswerSender) {
    let tell = |msg: Msg| answers.send(msg);
    match &command {
        Command::Each(commands) => {
            // What was there before any of them: one may change what another is told to have changed.
            let mut ways = Vec::with_capacity(commands.len());
            for one in commands {
                ways.push(way_back::before(link, one).await);
            }
            let mut back = Vec::new();
            for (one, way) in commands.iter().zip(ways) {
                let outcome = change(link, one, answers).await;
                back.extend(outcome.as_ref().ok().and_then(|outcome| way_back::after(way, outcome)));
                tell(Msg::Ran(one.clone(), outcome));
            }
            tell(Msg::Ran(command.clone(), Ok(Outcome::Done)));
            if !back.is_empty() {
                tell(Msg::CanTakeBack(command, Command::Each(back)));
            }
        }
        Command::TakeBack(done, back) => {
            let outcome = match way_back::is_as_left(link, done, back).await {
                true => {
                    Box::pin(perform(link, Command::clone(back), answers)).await;
                    Ok(Outcome::Done)
                }
                false => Err(Fault::conflict("it was changed again since")),
            };
            tell(Msg::Ran(command.clone(), outcome));
        }
        _ => {
            let way = way_back::before(link, &command).await;
            let outcome = change(link, &command, answers).await;
            let back = outcome.as_ref().ok().and_then(|outcome| way_back::after(way, outcome));
            tell(Msg::Ran(command.clone(), outcome));
            if let Some(back) = back {
                tell(Msg::CanTakeBack(command, back));
            }
        }
    }
}

/// Reads something and waits for it.
pub async fn read(link: &Link, load: &Load) -> Result<Data, Fault> {
    Ok(match load.clone() {
        Load::Room => Data::Room(Box::new(link.room().await?)),
        Load::Bots(after) => {
            let page = u32::try_from(super::state::bots::PAGE).unwrap_or(200);
            Data::Bots(link.bots_page(0, page, after).await?)
        }
        Load::Bot(id) => Data::Bot(Box::new(link.bot(&id).await?)),
        Load::Config(id) => Data::Config(Box::new(link.bot_config(&id).await?)),
        Load::Posts(id) => Data::Posts(link.bot_posts(&id, 10).await?),
        Load::Follows(id) => {
            Data::Follows { followers: link.followers(&id).await?, following: link.following(&id).await? }
        }
        Load::Activity(query) | Load::Acts(query) => Data::Activity(link.activity(query).await?),
        Load::Why(id) => Data::Why(Box::new(link.why(id).await?)),
        Load::Models(acts) => Data::Models(models(link, acts).await?),
        Load::Story(id) => Data::Story(Box::new(story(link, id).await?)),
        Load::Warm(id, query) => Data::Warm(Box::new(link.warm_memory(&id, query).await?)),
        Load::Cold(id, limit, offset) => Data::Cold(link.cold_memory(&id, limit, offset).await?),
        Load::Archive(id, query) => Data::Archive(link.archive(&id, query).await?),
        Load::Usage(period) => Data::Usage(link.usage(period).await?),
        Load::UsageSeries(days, bot) => Data::UsageSeries(link.usage_series(days, bot).await?),
        Load::Timeline(minutes, ago, points) => Data::Timeline(link.timeline(minutes, ago, points).await?),
        Load::Marks(days) => Data::Marks(match link.marks(days).await {
            // An earlier server tells it beside the steps only.
            Err(fault) if fault.kind == FaultKind::NotFound => link.timeline(0, 0, 1).await?.into(),
            told => told?,
        }),
        Load::Reputation => Data::Reputation(link.reputation().await?),
        Load::ReputationHistory(days) => Data::ReputationHistory(link.reputation_history(days).await?),
        Load::Analytics(days) => Data::Analytics(link.analytics(days).await?),
        Load::Graph => Data::Graph(link.relationship_graph().await?),
        Load::Actions(days) => Data::Actions(link.actions(days).await?),
        Load::Forecast => Data::Forecast(link.forecast().await?),
        Load::Flags(resolved, limit) => Data::Flags(link.flags(resolved, limit).await?),
        Load::Events(active) => Data::Events(link.events(active).await?),
        Load::Templates => Data::Templates(link.event_templates().await?),
        Load::Providers => Data::Providers(link.providers().await?),
        Load::Near => Data::Near(link.look_near().await?),
        // The log is for operators; a viewer's panes stay empty instead of complaining.
        Load::Log(_) if link.role() == Role::Viewer => Data::Log(Vec::new()),
        Load::Log(limit) => Data::Log(link.log(limit).await?),
        Load::Threads(query) => Data::Threads(link.threads(query).await?),
        Load::Search(words) => Data::Found(found(link, &words).await?),
        Load::Titles => {
            let query = ThreadQuery { limit: 200, ..ThreadQuery::default() };
            Data::Threads(link.threads(query).await?)
        }
        Load::Thread(id) => Data::Thread(Box::new(link.thread(id).await?)),
    })
}

/// The models of acts. An act that is gone meanwhile, or was no model's, has none.
async fn models(link: &Link, acts: Vec<i64>) -> Result<Vec<(i64, String)>, Fault> {
    let mut models = Vec::with_capacity(acts.len());
    for act in acts {
        match link.why(act).await {
            Ok(why) => models.push((act, why.model)),
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(models)
}

/// Posts found at most.
const POSTS: u32 = 30;
/// Bots whose memories are searched: each is a question of its own.
const MINDS: u32 = 24;
/// Memories of one kind of one bot found at most.
const MEMORIES: u32 = 3;

/// Acts whose thoughts are searched, the newest: each is a question of its own, which costs more where the engine is far.
const THOUGHTS: (u32, u32) = (60, 12);

/// What was thought for the newest acts, where it holds these words in small letters.
async fn thoughts(link: &Link, lower: &str) -> Result<Vec<Hit>, Fault> {
    let limit = if link.connection() == Connection::Local { THOUGHTS.0 } else { THOUGHTS.1 };
    let mut hits = Vec::new();
    let acts = link.activity(ActivityQuery { limit, ..ActivityQuery::default() }).await?;
    let thought = |act: &&ActivityView| ActivityKind::of(&act.action_type).is_some_and(ActivityKind::is_act);
    for act in acts.iter().filter(thought) {
        let why = match link.why(act.id).await {
            Ok(why) => why,
            Err(fault) if fault.kind == FaultKind::NotFound => continue,
            Err(fault) => return Err(fault),
        };
        let holds = |exchange: &&Exchange| folded(&exchange.answer).contains(lower);
        hits.extend(why.exchanges.iter().find(holds).map(|exchange| Hit {
            kind: "thought",
            said: format!("{}: {}", act.bot_name, exchange.answer),
            to: To::Thought(act.id),
        }));
    }
    Ok(hits)
}

/// What the engine finds for these words: posts, events, thoughts, memories.
async fn found(link: &Link, words: &str) -> Result<Vec<Hit>, Fault> {
    let mut hits = Vec::new();
    let query = ThreadQuery { q: words.into(), limit: POSTS, ..ThreadQuery::default() };
    for thread in link.threads(query).await? {
        let said = format!("#{} {}", thread.id, thread.title);
        hits.push(Hit { kind: "thread", said, to: To::Thread(thread.id) });
    }
    let lower = folded(words);
    for event in link.events(None).await? {
        if folded(&event.title).contains(&lower) || folded(&event.description).contains(&lower) {
            hits.push(Hit { kind: "event", said: event.title, to: To::Event(event.id) });
        }
    }
    hits.extend(thoughts(link, &lower).await?);
    let query = MemoryQuery { limit: MEMORIES, q: Some(words.into()), ..MemoryQuery::default() };
    for bot in link.bots_page(0, MINDS, None).await? {
        let warm = link.warm_memory(&bot.id, query.clone()).await?;
        for (_, items) in crate::tui::state::recall::warm_items(&warm) {
            hits.extend(items.into_iter().map(|item| Hit {
                kind: "memory",
                said: format!("{}: {}", bot.name, item.told()),
                to: To::Memory(bot.id.clone()),
            }));
        }
    }
    Ok(hits)
}

/// Acts of a bot read for a comparison at most, in pages.
const OWN_PAGES: usize = 2;
/// Acts of the whole room read for it at most, in pages.
const ROOM_PAGES: usize = 6;
/// Acts in a page.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;

/// The newest acts, page by page, until `enough`; whether these are all there are.
async fn pages(
    link: &Link,
    bot: Option<&str>,
    most: usize,
    enough: impl Fn(&ActivityView) -> bool,
) -> Result<(Vec<ActivityView>, bool), Fault> {
    let mut rows: Vec<ActivityView> = Vec::new();
    for _ in 0..most {
        let (after, bot_id) = (rows.last().map(|row| row.id), bot.map(str::to_owned));
        let query = ActivityQuery { limit: PAGE, after, bot_id, ..ActivityQuery::default() };
        let page = link.activity(query).await?;
        let all = page.len() < PAGE as usize;
        rows.extend(page);
        if all || rows.last().is_some_and(&enough) {
            return Ok((rows, all));
        }
    }
    Ok((rows, false))
}

/// What a bot did and what was done to it, as far back as two pages of its acts reach.
async fn story(link: &Link, bot: String) -> Result<Story, Fault> {
    let (acts, _) = pages(link, Some(&bot), OWN_PAGES, |_| false).await?;
    let oldest = acts.last().map(|act| act.created_at);
    let before = |act: &ActivityView| oldest.is_some_and(|oldest| act.created_at < oldest);
    let (room, all) = pages(link, None, ROOM_PAGES, before).await?;
    let since = if all { None } else { room.last().map(|act| act.created_at) };
    let met = |act: &ActivityView| match Activity::read(&act.action_type, &act.details) {
        Some(Activity::EventInjected { .. }) => true,
        done => done.as_ref().and_then(Activity::other) == Some(bot.as_str()),
    };
    let others = room.into_iter().filter(|act| act.bot_id != bot && met(act)).collect();
    Ok(Story { bot, acts, others, since })
}

/// Changes something and waits for it.
async fn change(link: &Link, command: &Command, answers: &AnswerSender) -> Result<Outcome, Fault> {
    let config = |view| Outcome::Config(Box::new(view));
    let bot = |view| Outcome::Bot(Box::new(view));
    Ok(match command.clone() {
        Command::CreateBot(new) => bot(link.create_bot(new).await?),
        Command::AddBot(new) => bot(link.add_bot(*new).await?),
        Command::DeleteBot(id) => done(link.delete_bot(&id).await?),
        Command::SetConfig(id, patch) => config(link.set_config(&id, patch).await?),
        Command::SetCaps(id, caps) => Outcome::Caps(link.set_caps(&id, caps).await?),
        Command::ClearCaps(id) => Outcome::Caps(link.clear_caps(&id).await?),
        Command::ResetBot(id) => config(link.reset_bot(&id).await?),
        Command::YamlChoice(id, choice) => config(link.yaml_choice(&id, choice).await?),
        Command::SetBotPace(id, seconds) => bot(link.set_bot_pace(&id, seconds).await?),
        Command::SetPace(pace) => Outcome::Pace(link.set_pace(pace).await?),
        Command::SetPaused(id, paused) => bot(link.set_paused(&id, paused).await?),
        Command::CreateThread(new) => Outcome::Thread(Box::new(link.create_thread(new).await?)),
        Command::CreateReply(thread, new) => Outcome::Reply(Box::new(link.create_reply(thread, new).await?)),
        Command::VoteThread(id, vote) => Outcome::Vote(link.vote_thread(id, vote).await?),
        Command::VoteReply(id, vote) => Outcome::Vote(link.vote_reply(id, vote).await?),
        Command::DeleteThread(id) => done(link.delete_thread(id).await?),
        Command::DeleteReply(id) => done(link.delete_reply(id).await?),
        Command::ResolveFlag(id) => Outcome::Flag(link.resolve_flag(id).await?),
        Command::InjectEvent(event) => Outcome::Event(link.inject_event(event).await?),
        Command::DeactivateEvent(id) => Outcome::Event(link.deactivate_event(id).await?),
        Command::Interview(id, question) => Outcome::Interview(link.interview(&id, question).await?),
        Command::EditMemory(id, edit) => done(link.edit_memory(id, edit).await?),
        Command::ForgetMemory(id) => done(link.forget_memory(id).await?),
        Command::SetDefaultProvider { name, model, confirm_cost } => {
            let choice = DefaultProvider { name, model, confirm_cost };
            Outcome::Providers(link.set_default_provider(choice).await?)
        }
        Command::TestProvider { name, model, timed } => {
            Outcome::Test(link.test_provider(&name, model, timed).await?)
        }
        Command::Trigger(id) => Outcome::Beat(Box::new(link.trigger(&id).await?)),
        Command::TriggerAll => done(link.trigger_all().await?),
        Command::Remember(bot, memory) => done(link.remember(&bot, memory).await?),
        Command::Each(_) | Command::TakeBack(..) => Outcome::Done, // their parts are performed one by one
        Command::PauseEngine => Outcome::Engine(link.pause_engine().await?.engine),
        Command::ResumeEngine => Outcome::Engine(link.resume_engine().await?.engine),
        Command::StepEngine => Outcome::Engine(link.step_engine().await?.engine),
        Command::SaveChart { path, svg, csv } => save_chart(path, svg, csv).await?,
        Command::SaveText { path, text } => save_text(path, text).await?,
        Command::Export { kind, format, days, path } => {
            export(link, (kind, format, days), &path, answers).await?
        }
    })
}

fn done<T>(_: T) -> Outcome {
    Outcome::Done
}

/// Writes a chart and its numbers. Neither takes the place of a file that is there.
async fn save_chart(path: PathBuf, svg: String, csv: String) -> Result<Outcome, Fault> {
    let write = move || -> Result<(), OutError> {
        let named = |ending: &str| {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        let (picture, table) = (named(".svg"), named(".csv"));
        // Both are begun before either has its name.
        let mut files = [
            (OutFile::create(&picture, false)?, &picture, svg),
            (OutFile::create(&table, false)?, &table, csv),
        ];
        for (file, path, text) in &mut files {
            file.write_all(text.as_bytes()).map_err(|why| OutError::Io { path: path.to_path_buf(), why })?;
        }
        files.into_iter().try_for_each(|(file, ..)| file.finish().map(|_| ()))
    };
    let written =
        tokio::task::spawn_blocking(write).await.map_err(|_| Fault::internal("the chart was cut off"))?;
    written.map_err(|error| Fault::bad_value(error.to_string()))?;
    Ok(Outcome::Done)
}

/// Writes a text. It does not take the place of a file that is there.
async fn save_text(path: PathBuf, text: String) -> Result<Outcome, Fault> {
    let write = move || -> Result<(), OutError> {
        let mut file = OutFile::create(&path, false)?;
        file.write_all(text.as_bytes()).map_err(|why| OutError::Io { path: path.clone(), why })?;
        file.finish().map(|_| ())
    };
    let written =
        tokio::task::spawn_blocking(write).await.map_err(|_| Fault::internal("the text was cut off"))?;
    written.map_err(|error| Fault::bad_value(error.to_string()))?;
    Ok(Outcome::Done)
}

/// Bytes between two words about an export's progress.
const PROGRESS: u64 = 1 << 20;

async fn export(
    link: &Link,
    (kind, format, days): (ExportKind, ExportFormat, Option<u32>),
    path: &Path,
    answers: &AnswerSender,
) -> Result<Outcome, Fault> {
    let path = path.to_owned();
    let cut_off = |_| Fault::internal("the export was cut off");
    let cannot = |error: OutError| Fault::bad_value(error.to_string());
    // A new file only: from the screen an export never writes over something a person has.
    let opened = tokio::task::spawn_blocking({
        let path = path.clone();
        move || OutFile::create(&path, false)
    });
    let file = BufWriter::new(opened.await.map_err(cut_off)?.map_err(cannot)?);
    let file = Arc::new(Mutex::new(Some(file)));
    let written = Arc::new(AtomicU64::new(0));
    let (count, answers) = (Arc::clone(&written), answers.clone());
    let (out, mut told) = (Arc::clone(&file), 0);
    let sink = move |bytes: &[u8]| {
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        out.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?.write_all(bytes)?;
        let now = count.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
        if now - told >= PROGRESS {
            told = now;
            answers.send(Msg::Exporting(now));
        }
        Ok(())
    };
    let rows = link.export(kind, ExportOptions::by_id(format, days), sink).await?;
    let file = file.lock().unwrap_or_else(PoisonError::into_inner).take();
    let file = file.ok_or_else(|| Fault::internal("the export was cut off"))?;
    let finished = tokio::task::spawn_blocking(move || {
        let failed = |why| OutError::Io { path: path.clone(), why };
        file.into_inner().map_err(|error| failed(error.into_error()))?.finish()
    });
    finished.await.map_err(cut_off)?.map_err(cannot)?;
    Ok(Outcome::Exported { rows, bytes: written.load(Ordering::Relaxed) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_chart_and_its_numbers_are_written_together_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("chart");
        save_chart(path.clone(), "<svg/>".into(), "time".into()).await.unwrap();
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!((read("chart.svg"), read("chart.csv")), ("<svg/>".into(), "time".into()));
        let fault = save_chart(path, "2".into(), "2".into()).await.unwrap_err();
        assert!(fault.detail.contains("chart.svg is there already"), "{}", fault.detail);
        assert_eq!(read("chart.csv"), "time");
        std::fs::write(dir.path().join("other.csv"), "kept").unwrap();
        let other = dir.path().join("other");
        assert!(save_chart(other, "3".into(), "3".into()).await.is_err());
        assert_eq!(read("other.csv"), "kept");
        assert!(!dir.path().join("other.svg").exists());
        let nowhere = dir.path().join("nowhere/chart");
        assert!(save_chart(nowhere, String::new(), String::new()).await.is_err());
    }
}
