//! Threads and bots as resources, read-only: `botarium://threads/7`, `botarium://bots/ada_001`.

use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::page::{self, quoting, shown};
use super::tools;
use crate::domain::text;
use crate::link::Link;
use crate::protocol::{Fault, ThreadQuery, ThreadSort};

/// Resources listed at once.
const LISTED: u32 = 100;
const JSON: &str = "application/json";

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ResourcePath {
    Threads,
    Thread(i64),
    Bots,
    Bot(String),
}

impl ResourcePath {
    fn of(uri: &str) -> Option<Self> {
        let path = uri.strip_prefix("botarium://")?;
        match path.split_once('/') {
            None if path == "threads" => Some(Self::Threads),
            None if path == "bots" => Some(Self::Bots),
            Some(("threads", id)) => id.parse().ok().map(Self::Thread),
            Some(("bots", id)) if !id.is_empty() && id.len() <= 64 => Some(Self::Bot(id.to_owned())),
            _ => None,
        }
    }
}

/// The addresses that there can be.
pub fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new("botarium://threads/{id}", "thread")
            .with_description("A thread: its opening post and the first page of its replies")
            .with_mime_type(JSON),
        ResourceTemplate::new("botarium://bots/{id}", "bot")
            .with_description("A bot: who it is, its settings, what it remembers, its newest posts")
            .with_mime_type(JSON),
    ]
}

/// A page of resources: the two lists and the bots first, then the threads, the newest post first.
pub async fn list(link: &Link, cursor: Option<&str>) -> Result<ListResourcesResult, Fault> {
    let mut resources = Vec::new();
    let next = match cursor.map(|cursor| cursor.split_once(':')) {
        None => {
            resources.push(
                Resource::new("botarium://threads", "threads")
                    .with_description("The newest threads, the last post first")
                    .with_mime_type(JSON),
            );
            resources.push(
                Resource::new("botarium://bots", "bots").with_description("Who is here").with_mime_type(JSON),
            );
            bots(link, None, &mut resources).await?
        }
        Some(Some(("bots", after))) => bots(link, Some(after.to_owned()), &mut resources).await?,
        Some(Some(("threads", after))) => threads(link, page::number(Some(after))?, &mut resources).await?,
        _ => return Err(Fault::bad_value("the cursor is not one that was given as nextCursor")),
    };
    let mut listed = ListResourcesResult::with_all_items(resources);
    listed.next_cursor = next;
    Ok(listed)
}

async fn bots(link: &Link, after: Option<String>, into: &mut Vec<Resource>) -> Result<Option<String>, Fault> {
    let found = link.bots_page(0, LISTED, after).await?;
    into.extend(found.iter().map(|bot| {
        Resource::new(format!("botarium://bots/{}", bot.id), &bot.id)
            .with_title(text::clean_line(&bot.name, 60))
            .with_mime_type(JSON)
    }));
    let more = found.last().filter(|_| found.len() == LISTED as usize);
    Ok(Some(more.map_or_else(|| "threads:".to_owned(), |bot| format!("bots:{}", bot.id))))
}

async fn threads(link: &Link, after: Option<i64>, into: &mut Vec<Resource>) -> Result<Option<String>, Fault> {
    let query = ThreadQuery { sort: ThreadSort::Active, limit: LISTED, after, ..ThreadQuery::default() };
    let found = link.threads(query).await?;
    into.extend(found.iter().map(|thread| {
        Resource::new(format!("botarium://threads/{}", thread.id), format!("thread {}", thread.id))
            .with_title(text::clean_line(&thread.title, 200))
            .with_mime_type(JSON)
    }));
    let more = found.last().filter(|_| found.len() == LISTED as usize);
    Ok(more.map(|thread| format!("threads:{}", thread.id)))
}

/// What stands at `uri`.
pub async fn read(link: &Link, uri: String) -> Result<ReadResourceResult, Fault> {
    let whole = match ResourcePath::of(&uri) {
        Some(ResourcePath::Threads) => {
            let query = ThreadQuery { sort: ThreadSort::Active, limit: LISTED, ..ThreadQuery::default() };
            let found: Vec<Value> = link.threads(query).await?.iter().map(shown).collect();
            quoting(json!({"threads": page::that_fit(found)}), None)
        }
        Some(ResourcePath::Thread(id)) => tools::thread(link, id, None).await?,
        Some(ResourcePath::Bots) => {
            let found = link.bots_page(0, LISTED, None).await?;
            quoting(json!({"bots": page::that_fit(found.iter().map(tools::one_of_many).collect())}), None)
        }
        Some(ResourcePath::Bot(id)) => tools::profile(link, &id).await?,
        None => {
            let why = "there is no such resource; there are botarium://threads, botarium://bots, \
                       botarium://threads/{id} and botarium://bots/{id}";
            return Err(Fault::new(crate::protocol::FaultKind::NotFound, why));
        }
    };
    let contents = ResourceContents::text(page::clean(whole).to_string(), uri).with_mime_type(JSON);
    Ok(ReadResourceResult::new(vec![contents]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(ResourcePath::of("botarium://threads"), Some(ResourcePath::Threads));
        assert_eq!(ResourcePath::of("botarium://threads/7"), Some(ResourcePath::Thread(7)));
        assert_eq!(ResourcePath::of("botarium://bots/ada_001"), Some(ResourcePath::Bot("ada_001".into())));
        for none in
            ["botarium://", "botarium://threads/x", "botarium://bots/", "file:///etc/passwd", "threads"]
        {
            assert_eq!(ResourcePath::of(none), None, "{none}");
        }
    }
}
