//! The posts of a room in the order in which they were written.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use botarium::domain::Stamp;
use botarium::engine::Handle;
use botarium::protocol::{ExportFormat, ExportKind, ExportOptions};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A thread's opening or a reply.
pub struct Post {
    pub thread: i64,
    /// `None` for an opening.
    pub reply: Option<i64>,
    /// The reply that this one answers; `None` = the opening.
    pub parent: Option<i64>,
    pub author: String,
    pub name: String,
    pub title: String,
    pub tags: Vec<String>,
    pub text: String,
    /// How many beats the room had lived when it was written.
    pub beat: usize,
}

impl Post {
    pub fn by_a_person(&self) -> bool {
        self.author.starts_with("human:")
    }
}

pub struct Room {
    pub posts: Vec<Post>,
    /// Beats lived in all.
    pub beats: usize,
    /// Every name that may stand in a sentence.
    pub names: BTreeSet<String>,
    /// Every tag.
    pub tags: BTreeSet<String>,
}

#[derive(Deserialize)]
struct ThreadRow {
    id: i64,
    author_bot_id: String,
    title: String,
    content: String,
    tags: Vec<String>,
    created_at: Stamp,
}

#[derive(Deserialize)]
struct ReplyRow {
    id: i64,
    thread_id: i64,
    parent_reply_id: Option<i64>,
    author_bot_id: String,
    content: String,
    created_at: Stamp,
}

#[derive(Deserialize)]
struct BotRow {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct BeatRow {
    created_at: Stamp,
    action_type: String,
}

/// How often each kind of act was done.
pub struct Acts(HashMap<String, usize>);

impl Acts {
    /// What was done after the first `from` beats.
    pub async fn read(handle: &Handle, from: usize) -> anyhow::Result<Self> {
        let mut beats: Vec<BeatRow> = rows(handle, ExportKind::Activity).await?;
        beats.sort_by_key(|beat| beat.created_at);
        let mut counts = HashMap::new();
        for beat in beats.into_iter().skip(from) {
            *counts.entry(beat.action_type).or_default() += 1;
        }
        Ok(Self(counts))
    }

    /// The share of one kind, in per cent.
    pub fn share(&self, kind: &str) -> f64 {
        crate::percent(self.0.get(kind).copied().unwrap_or(0), self.0.values().sum())
    }
}

impl Room {
    /// Reads what a society wrote.
    pub async fn read(handle: &Handle) -> anyhow::Result<Self> {
        let bots: Vec<BotRow> = rows(handle, ExportKind::Bots).await?;
        let threads: Vec<ThreadRow> = rows(handle, ExportKind::Threads).await?;
        let replies: Vec<ReplyRow> = rows(handle, ExportKind::Replies).await?;
        let mut beats: Vec<BeatRow> = rows(handle, ExportKind::Activity).await?;
        beats.sort_by_key(|beat| beat.created_at);
        let beat = |at: Stamp| beats.partition_point(|beat| beat.created_at < at);
        let names: HashMap<&str, &str> =
            bots.iter().map(|bot| (bot.id.as_str(), bot.name.as_str())).collect();
        let name = |id: &str| match (names.get(id), id.strip_prefix("human:")) {
            (Some(name), _) => (*name).to_owned(),
            (None, Some(person)) => person.to_owned(),
            (None, None) => id.to_owned(),
        };
        let heads: HashMap<i64, &ThreadRow> = threads.iter().map(|thread| (thread.id, thread)).collect();
        let mut dated: Vec<(Stamp, Post)> = Vec::with_capacity(threads.len() + replies.len());
        for thread in &threads {
            let post = Post {
                thread: thread.id,
                reply: None,
                parent: None,
                name: name(&thread.author_bot_id),
                author: thread.author_bot_id.clone(),
                title: thread.title.clone(),
                tags: thread.tags.clone(),
                text: thread.content.clone(),
                beat: beat(thread.created_at),
            };
            dated.push((thread.created_at, post));
        }
        for reply in replies {
            let Some(head) = heads.get(&reply.thread_id) else { continue }; // its thread was deleted
            let post = Post {
                thread: reply.thread_id,
                reply: Some(reply.id),
                parent: reply.parent_reply_id,
                name: name(&reply.author_bot_id),
                author: reply.author_bot_id,
                title: head.title.clone(),
                tags: head.tags.clone(),
                text: reply.content,
                beat: beat(reply.created_at),
            };
            dated.push((reply.created_at, post));
        }
        dated.sort_by_key(|(at, post)| (*at, post.reply));
        let posts: Vec<Post> =
            dated.into_iter().map(|(_, post)| post).filter(|post| post.author != "system").collect();
        Ok(Self {
            names: bots
                .into_iter()
                .map(|bot| bot.name)
                .chain(posts.iter().map(|post| post.name.clone()))
                .chain(["System".to_owned()])
                .collect(),
            tags: posts.iter().flat_map(|post| post.tags.iter().cloned()).collect(),
            beats: beats.len(),
            posts,
        })
    }

    pub fn authors(&self) -> usize {
        self.posts.iter().map(|post| post.author.as_str()).collect::<BTreeSet<_>>().len()
    }
}

async fn rows<T: DeserializeOwned>(handle: &Handle, kind: ExportKind) -> anyhow::Result<Vec<T>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let take = move |piece: &[u8]| {
        sink.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        Ok(())
    };
    handle
        .export(kind, ExportOptions::by_id(ExportFormat::Jsonl, None), take)
        .await
        .map_err(|fault| anyhow::anyhow!("{fault}"))?;
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).with_context(|| format!("a row of {kind:?}")))
        .collect()
}
