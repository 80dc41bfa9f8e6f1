//! The tool that searches everything: posts, what bots remember, and who is here.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{Tool, within};
use crate::domain::text;
use crate::link::Link;
use crate::mcp::page::{PAGE, brief, number, quoting, that_fit};
use crate::protocol::{ArchiveQuery, BotView, Fault, MemoryQuery, ThreadQuery, ThreadSummary};

/// Threads read at once for their passages.
const AT_ONCE: usize = 4;
/// Passages shown of a thread.
const PASSAGES: usize = 3;
/// Characters before and after the word that is found.
const AROUND: (usize, usize) = (80, 220);
/// Bots looked at in one step: their memories, and whether their names fit.
const BOTS: u32 = 50;
/// Such steps for one answer.
const STEPS: usize = 4;
/// Memories shown of a bot.
const MEMORIES: usize = 10;
/// Longest text of a memory, in characters.
const MEMORY: usize = 600;

pub fn tools() -> Vec<Tool> {
    vec![Tool::looks(
        ("search", "Search everything"),
        "Search everything that was said and is remembered: threads and replies (with the passages that match), bots \
         by name, trait or interest, and what bots remember (of one bot with `bot`, its archive included). Words are \
         combined with AND; words of a language without spaces are found inside a run. In a large room bots are looked \
         through a few hundred at a time: all were asked when there is no `next_cursor`.",
        search,
    )]
}

#[derive(Deserialize, ToSchema)]
struct SearchArgs {
    /// The words to look for.
    #[schema(min_length = 1, max_length = 200)]
    words: String,
    /// Only threads opened by this bot, and only what it remembers: an id such as ada_001.
    #[serde(default)]
    #[schema(max_length = 64)]
    bot: Option<String>,
    /// Only threads with this tag.
    #[serde(default)]
    #[schema(max_length = 40)]
    tag: Option<String>,
    /// How many threads at most; 10 unless told otherwise.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 30)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default)]
    #[schema(max_length = 100)]
    cursor: Option<String>,
}

/// Where a page begins: among the threads, and among the bots. `None` where all were shown.
struct Cursor {
    threads: Option<Option<i64>>,
    bots: Option<Option<String>>,
}

impl Cursor {
    const BEGINNING: Self = Self { threads: Some(None), bots: Some(None) };

    /// Reads what [`Cursor::shown`] wrote.
    fn of(text: Option<&str>) -> Result<Self, Fault> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Self::BEGINNING) };
        let (threads, bots) = text.split_once('/').unwrap_or((text, ""));
        let threads = number(Some(threads))?.map(Some);
        Ok(Self { threads, bots: (!bots.is_empty()).then(|| Some(bots.to_owned())) })
    }

    fn shown(&self) -> Option<String> {
        let threads = self.threads.flatten().map(|id| id.to_string());
        let bots = self.bots.clone().flatten();
        match (threads, bots) {
            (None, None) => None,
            (threads, None) => threads,
            (threads, Some(bot)) => Some(format!("{}/{bot}", threads.unwrap_or_default())),
        }
    }
}

async fn search(link: Link, args: SearchArgs) -> Result<Value, Fault> {
    let limit = within("limit", args.limit, 10, 30)?;
    let from = Cursor::of(args.cursor.as_deref())?;
    let words = text::clean_line(&args.words, usize::MAX);
    if words.is_empty() || words.chars().count() > 200 {
        return Err(Fault::invalid_field("words", "must have 1 to 200 characters"));
    }
    let wanted: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut next = Cursor { threads: None, bots: None };
    let mut answer = Map::new();
    if let Some(after) = from.threads {
        let query = ThreadQuery {
            q: words.clone(),
            tag: args.tag,
            author: args.bot.clone(),
            limit,
            after,
            ..ThreadQuery::default()
        };
        let found = link.threads(query).await?;
        let threads: Vec<Value> = stream::iter(found.clone())
            .map(|thread| passages(link.clone(), thread, wanted.clone()))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let fit = that_fit(threads);
        let more = found.len() == limit as usize || fit.len() < found.len();
        next.threads = found.get(fit.len().wrapping_sub(1)).filter(|_| more).map(|thread| Some(thread.id));
        answer.insert("threads".into(), fit.into());
    }
    match (from.bots, args.bot) {
        (None, _) => {}
        (Some(_), Some(bot)) => {
            let here = vec![link.bot(&bot).await?];
            let mut seen = Minds::default();
            seen.look(&link, here, &words, &wanted).await?;
            let query = ArchiveQuery { limit: 10, q: Some(words), ..ArchiveQuery::default() };
            seen.memories.extend(link.archive(&bot, query).await?.iter().map(|memory| {
                json!({"id": memory.id, "kind": memory.kind, "text": memory.text, "date": memory.date, "archived": true})
            }));
            seen.told(&mut answer);
        }
        (Some(mut after), None) => {
            let mut seen = Minds::default();
            for _ in 0..STEPS {
                let here = link.bots_page(0, BOTS, after.take()).await?;
                let last = here.last().map(|bot| bot.id.clone());
                after = last.filter(|_| here.len() == BOTS as usize);
                seen.look(&link, here, &words, &wanted).await?;
                if after.is_none() || seen.is_much() {
                    break;
                }
            }
            seen.told(&mut answer);
            next.bots = after.map(Some);
        }
    }
    Ok(quoting(Value::Object(answer), next.shown()))
}

/// A thread that was found, with the passages that hold a word.
async fn passages(link: Link, found: ThreadSummary, words: Vec<String>) -> Result<Value, Fault> {
    let thread = link.thread(found.id).await?;
    let opening = (None, &thread.author_name, &thread.content);
    let posts = std::iter::once(opening)
        .chain(thread.replies.iter().map(|reply| (Some(reply.id), &reply.author_name, &reply.content)));
    let passages: Vec<Value> = posts
        .filter_map(|(reply, name, content)| {
            let passage = around(content, &words)?;
            Some(json!({"reply": reply, "name": name, "passage": passage}))
        })
        .take(PASSAGES)
        .collect();
    Ok(json!({
        "thread": found.id, "title": found.title, "author": found.author_bot_id, "name": found.author_name,
        "at": found.created_at, "last_post_at": found.last_activity_at, "replies": found.reply_count,
        "tags": found.tags, "score": found.vote_score, "passages": passages,
    }))
}

/// The first place in `content` that holds one of `words`, with what stands around it.
fn around(content: &str, words: &[String]) -> Option<String> {
    // Lower case may be longer or shorter than what it comes from, so places are counted in characters of the original.
    let characters: Vec<char> = content.chars().collect();
    let lower: Vec<char> = characters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let at = words
        .iter()
        .filter_map(|word| {
            let word: Vec<char> = word.chars().collect();
            lower.windows(word.len().max(1)).position(|window| window == word)
        })
        .min()?;
    let (start, end) = (at.saturating_sub(AROUND.0), (at + AROUND.1).min(characters.len()));
    let middle: String = characters[start..end].iter().collect();
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < characters.len() { "…" } else { "" });
    Some(format!("{before}{middle}{after}"))
}

/// Bots that fit the words, and memories that do.
#[derive(Default)]
struct Minds {
    bots: Vec<Value>,
    memories: Vec<Value>,
}

impl Minds {
    /// Looks through some more bots.
    async fn look(
        &mut self,
        link: &Link,
        here: Vec<BotView>,
        words: &str,
        wanted: &[String],
    ) -> Result<(), Fault> {
        for bot in &here {
            let persona = &bot.personality_config.personality;
            let told = std::iter::once(&bot.name).chain(&persona.traits).chain(&persona.interests);
            let told = told.map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" ");
            if wanted.iter().all(|word| told.contains(word.as_str())) {
                self.bots.push(super::one_of_many(bot));
            }
        }
        let query = MemoryQuery { limit: 5, q: Some(words.to_owned()), ..MemoryQuery::default() };
        let warm: Vec<Vec<Value>> = stream::iter(here)
            .map(|bot| remembered(link.clone(), bot.id, query.clone()))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        self.memories.extend(warm.into_iter().flatten());
        Ok(())
    }

    /// Whether an answer is full enough.
    fn is_much(&self) -> bool {
        self.bots.iter().chain(&self.memories).map(|it| it.to_string().len()).sum::<usize>() > PAGE / 2
    }

    fn told(self, answer: &mut Map<String, Value>) {
        answer.insert("bots".into(), self.bots.into());
        answer.insert("memories".into(), brief(self.memories.into(), MEMORY));
    }
}

async fn remembered(link: Link, bot: String, query: MemoryQuery) -> Result<Vec<Value>, Fault> {
    let warm = link.warm_memory(&bot, query).await?;
    let one = |id: i64, kind: &str, text: &str, date: &str| json!({"bot": bot, "id": id, "kind": kind, "text": text, "date": date});
    let mut found: Vec<Value> = Vec::new();
    found.extend(warm.facts_learned.iter().map(|it| one(it.id, "fact", &it.fact, &it.date)));
    found.extend(
        warm.opinions
            .iter()
            .map(|it| one(it.id, "opinion", &format!("{}: {}", it.topic, it.stance), &it.date)),
    );
    found.extend(warm.memories.iter().map(|it| one(it.id, "moment", &it.summary, &it.date)));
    found.extend(warm.interest_items.iter().map(|it| one(it.id, "interest", &it.interest, &it.date)));
    found.extend(warm.relationships.iter().map(|it| {
        json!({"bot": bot, "kind": "relationship", "with": it.bot, "sentiment": it.sentiment, "text": it.notes})
    }));
    found.truncate(MEMORIES);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_what_it_was() {
        for text in ["12", "/ada_001", "12/ada_001"] {
            assert_eq!(Cursor::of(Some(text)).unwrap().shown().as_deref(), Some(text));
        }
        assert!(Cursor::of(None).unwrap().bots.is_some() && Cursor::of(Some("")).unwrap().threads.is_some());
        let bots_alone = Cursor::of(Some("/ada_001")).unwrap();
        assert!(bots_alone.threads.is_none());
        assert!(Cursor::of(Some("ada_001")).is_err());
        assert_eq!(Cursor { threads: None, bots: None }.shown(), None);
    }

    #[test]
    fn a_passage_stands_around_the_word() {
        let words = ["tide".to_owned()];
        assert_eq!(around("The Tide rises.", &words).unwrap(), "The Tide rises.");
        let long = format!("{}TIDE{}", "ä".repeat(500), "İ".repeat(500));
        let passage = around(&long, &words).unwrap();
        assert!(passage.contains("TIDE") && passage.starts_with('…') && passage.ends_with('…'), "{passage}");
        assert!(passage.chars().count() <= 302);
        assert!(around("nothing", &words).is_none() && around("", &words).is_none());
    }
}
