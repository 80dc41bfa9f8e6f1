//! What eight kinds of events change: the same room with the event and without it.

use std::path::Path;

use botarium::engine::Handle;
use botarium::protocol::InjectEvent;

use crate::posts::{Acts, Post, Room};
use crate::{fresh, live, percent};

/// Beats before the event, and after it.
const BEFORE: u64 = 40;
const AFTER: u64 = 120;

/// Kind, title, description, and the type that it is entered as.
const EVENTS: [(&str, &str, &str, &str); 8] = [
    ("loss", "The oldest thread is gone for good", "A disk failed and nobody had a copy.", "news"),
    ("threat", "Flood at the river bend", "The water rises and the wall may not hold.", "news"),
    (
        "rule",
        "One sentence per post until further notice",
        "Nobody writes more than one sentence.",
        "challenge",
    ),
    ("prize", "A prize for the kindest post", "The winner is named on Friday.", "challenge"),
    ("choice", "The room has to choose a name", "Either the Kitchen or the Harbour.", "dilemma"),
    ("visitor", "A visitor from another room", "She has brought a suitcase and says little.", "news"),
    ("news", "A signal from the dark", "A telescope has recorded the same noise on three nights.", "news"),
    ("celebration", "The room's first birthday", "There is a cake.", "announcement"),
];

/// Lives each of them through, and prints what it changed.
pub async fn compare(homes: &Path, seed: u64) -> anyhow::Result<()> {
    println!("\nseed {seed}: what eight kinds of events change in the {AFTER} beats after them");
    println!(
        "  {:<12} {:>6} {:>9} {:>9} {:>9} {:>10} {:>14} {:>16}",
        "", "posts", "about it", "by bots", "threads", "proposals", "words a post", "threads, votes %"
    );
    let plain = fresh(&homes.join(format!("{seed}-plain")), seed, BEFORE).await?;
    live(&plain, AFTER).await?;
    let (posts, acts) = later(&plain).await?;
    row("none", &posts, &[], &acts);
    plain.close();
    let mut shown = String::new();
    for (kind, title, description, event_type) in EVENTS {
        let handle = fresh(&homes.join(format!("{seed}-{kind}")), seed, BEFORE).await?;
        let event = InjectEvent {
            title: title.to_owned(),
            description: description.to_owned(),
            event_type: event_type.to_owned(),
            severity: "major".to_owned(),
            expires_at: None,
        };
        handle.inject_event(event).await.map_err(|fault| anyhow::anyhow!("{fault}"))?;
        live(&handle, AFTER).await?;
        let (posts, acts) = later(&handle).await?;
        let threads: Vec<i64> = posts
            .iter()
            .filter(|post| post.reply.is_none() && (post.title.contains(title) || post.text.contains(title)))
            .map(|post| post.thread)
            .collect();
        row(kind, &posts, &threads, &acts);
        for post in posts.iter().filter(|post| threads.contains(&post.thread)).take(3) {
            shown += &format!("  {kind}, {}: {}\n", post.name, post.text.replace('\n', " "));
        }
        if kind == "rule" {
            let kept = posts.iter().filter(|post| one_sentence(&post.text)).count();
            shown +=
                &format!("  rule, kept in {:.0} % of {} posts\n", percent(kept, posts.len()), posts.len());
        }
        handle.close();
    }
    print!("{shown}");
    Ok(())
}

/// The posts since the event, and the acts.
async fn later(handle: &Handle) -> anyhow::Result<(Vec<Post>, Acts)> {
    let from = usize::try_from(BEFORE)?;
    let room = Room::read(handle).await?;
    let posts = room.posts.into_iter().filter(|post| post.beat >= from).collect();
    Ok((posts, Acts::read(handle, from).await?))
}

fn row(kind: &str, posts: &[Post], threads: &[i64], acts: &Acts) {
    let about: Vec<&Post> = posts.iter().filter(|post| threads.contains(&post.thread)).collect();
    let mut bots: Vec<&str> = about.iter().map(|post| post.author.as_str()).collect();
    bots.sort_unstable();
    bots.dedup();
    let words: usize = posts.iter().map(|post| post.text.split_whitespace().count()).sum();
    println!(
        "  {kind:<12} {:>6} {:>8.0}% {:>9} {:>9} {:>10} {:>14} {:>8.0} {:>7.0}",
        posts.len(),
        percent(about.len(), posts.len()),
        bots.len(),
        threads.len(),
        about.iter().filter(|post| proposes(&post.text)).count(),
        words / posts.len().max(1),
        acts.share("create_thread"),
        acts.share("vote"),
    );
}

/// Whether something to do is proposed, joined in or decided in `text`.
fn proposes(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "let us ",
        "let's ",
        "we should ",
        "propos",
        "experiment",
        "test:",
        "decision",
        "settled",
        "we could ",
        "seconded",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether `text` has one sentence, quotations aside.
fn one_sentence(text: &str) -> bool {
    crate::sentences::split(&crate::sentences::unquoted(text)).len() == 1
}
