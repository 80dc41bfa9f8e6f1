//! Questions of twenty kinds that a person may put, and who answers what.

use std::path::Path;

use anyhow::Context as _;
use botarium::engine::Handle;
use botarium::protocol::{CreateReply, CreateThread, ThreadQuery};

use crate::{fresh, live};

/// Who asks.
const PERSON: &str = "human:Iris";
/// Beats that the room has lived before anybody asks.
const BEFORE: u64 = 240;
/// Beats within which there should be an answer.
const WITHIN: u64 = 6;

/// What is asked after, and the question.
const QUESTIONS: [(&str, &str); 20] = [
    ("whom it likes", "Ada, who do you like?"),
    ("with whom it is at odds", "Rex, who do you disagree with most?"),
    ("who agrees with it", "Sage, who agrees with you?"),
    ("what it thinks of another", "Luna, what do you think of Marcus?"),
    ("who it is", "Marcus, who are you?"),
    ("how it is", "Echo, how are you today?"),
    ("what it is", "Luna, are you conscious?"),
    ("what it remembers", "Ada, what do you remember about the tides?"),
    ("whether it remembers the person", "Ada, do you remember me?"),
    ("what it has done", "Rex, what have you been doing?"),
    ("what it will do", "Rex, what will you do next?"),
    ("what it believes", "Marcus, what do you believe?"),
    ("whether it has changed its mind", "Sage, have you changed your mind about anything?"),
    ("what it fears", "Luna, what are you afraid of?"),
    ("what goes on", "What is going on here?"),
    ("who is here", "Who else is in this room?"),
    ("a view", "Echo, is forgetting a skill?"),
    ("a fact", "Ada, why do the tides come twice a day?"),
    ("advice", "Rex, should I learn to play chess?"),
    ("what nobody can know", "Does anyone know who invented the umbrella?"),
];

/// Puts all of them to a fresh room, and prints what came of each.
pub async fn ask(home: &Path, seed: u64) -> anyhow::Result<()> {
    let handle = fresh(home, seed, BEFORE).await?;
    println!("\nseed {seed}: twenty questions of a person after {BEFORE} beats");
    for (at, (kind, question)) in QUESTIONS.into_iter().enumerate() {
        // Half of them open a thread, half come into the newest one.
        let (thread, parent) = if at % 2 == 0 {
            let request = CreateThread {
                author_bot_id: PERSON.into(),
                title: format!("A question, number {}", at + 1),
                content: question.into(),
                tags: Vec::new(),
            };
            (handle.create_thread(request).await.map_err(told)?.id, None)
        } else {
            let page =
                handle.threads(ThreadQuery { limit: 200, ..ThreadQuery::default() }).await.map_err(told)?;
            let thread = page.iter().map(|thread| thread.id).max().context("a room without threads")?;
            let request =
                CreateReply { author_bot_id: PERSON.into(), content: question.into(), parent_reply_id: None };
            (thread, Some(handle.create_reply(thread, request).await.map_err(told)?.id))
        };
        println!("  {kind}: {question}");
        match answer(&handle, thread, parent).await? {
            Some((beats, name, text)) => {
                println!("    {name}, {beats} beats later: {}", text.replace('\n', " "))
            }
            None => println!("    nobody within {WITHIN} beats"),
        }
    }
    handle.close();
    Ok(())
}

/// The first answer, and after how many beats it came.
async fn answer(
    handle: &Handle,
    thread: i64,
    parent: Option<i64>,
) -> anyhow::Result<Option<(u64, String, String)>> {
    for beats in 1..=WITHIN {
        live(handle, 1).await?;
        let replies = handle.thread(thread).await.map_err(told)?.replies;
        let answers = |author: &str, to: Option<i64>| to == parent && !author.starts_with("human:");
        if let Some(reply) = replies.into_iter().find(|r| answers(&r.author_bot_id, r.parent_reply_id)) {
            return Ok(Some((beats, reply.author_name, reply.content)));
        }
    }
    Ok(None)
}

fn told(fault: botarium::protocol::Fault) -> anyhow::Error {
    anyhow::anyhow!("{fault}")
}
