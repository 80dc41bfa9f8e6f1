//! How much of what is said in a room is new, and whether anybody answers.
//!
//!     cargo run --release --example voices                        fresh rooms of the six, seeds 1 to 5
//!     cargo run --release --example voices -- --seeds 3 --beats 2000
//!     cargo run --release --example voices -- --demo              the demo's fortnight
//!     cargo run --release --example voices -- HOME                a society of yours; it is only read
//!     cargo run --release --example voices -- --persons           twenty questions of a person, and the answers
//!     cargo run --release --example voices -- --events            what eight kinds of events change
//!
//! Sentences are compared without what a template would fill in: quotations, names, numbers, and the
//! words of the thread's title and of the room's tags. Of two sentences whose words then agree by more
//! than four fifths (Jaccard) the later one has been heard before. Sentences of fewer than four words
//! are not counted.

mod answers;
mod events;
mod persons;
mod posts;
mod sentences;
mod told;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use botarium::demo::society;
use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::logs::LogRing;
use clap::Parser;

use answers::Fate;
use posts::Room;
use told::Book;

/// Measure how much of what is said in a room is new
#[derive(Debug, Parser)]
struct Args {
    /// The home of a society to read; without one, fresh rooms are made
    home: Option<PathBuf>,
    /// The demo's fortnight instead
    #[arg(long, conflicts_with = "home")]
    demo: bool,
    /// Seeds of the fresh rooms: `3`, `1-5`
    #[arg(long, default_value = "1-5", value_parser = seeds)]
    seeds: std::ops::RangeInclusive<u64>,
    /// Beats that a fresh room lives
    #[arg(long, default_value_t = 600)]
    beats: u64,
    /// Posts in a row of the table
    #[arg(long, default_value_t = 100)]
    window: usize,
    /// Print so many of the sentences that most bots told
    #[arg(long, default_value_t = 0)]
    worst: usize,
    /// Print so many questions with what came of them
    #[arg(long, default_value_t = 0)]
    pairs: usize,
    /// Seed by which these are drawn
    #[arg(long, default_value_t = 1)]
    draw: u64,
    /// Put questions of twenty kinds to fresh rooms instead, as a person
    #[arg(long, conflicts_with_all = ["home", "demo", "events"])]
    persons: bool,
    /// Let eight kinds of events happen in fresh rooms instead
    #[arg(long, conflicts_with_all = ["home", "demo"])]
    events: bool,
}

fn seeds(text: &str) -> Result<std::ops::RangeInclusive<u64>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err(format!("{text} is not a seed or a range of seeds such as 1-5")),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.window == 0 {
        bail!("--window needs at least one post");
    }
    if let Some(home) = &args.home {
        let handle = engine::open_read_only(Settings::new(home))
            .with_context(|| format!("no society can be read in {}", home.display()))?;
        return tell(&home.display().to_string(), handle, &args).await;
    }
    let homes = tempfile::tempdir()?;
    if args.demo {
        let log = LogRing::new(|| society::CURTAIN);
        let handle = society::grow(homes.path(), society::CURTAIN, society::SEED, log).await?;
        return tell("the demo's fortnight", handle, &args).await;
    }
    for seed in args.seeds.clone() {
        if args.persons {
            persons::ask(&homes.path().join(seed.to_string()), seed).await?;
            continue;
        }
        if args.events {
            events::compare(homes.path(), seed).await?;
            continue;
        }
        let handle = fresh(&homes.path().join(seed.to_string()), seed, args.beats).await?;
        tell(&format!("seed {seed}, {} beats", args.beats), handle, &args).await?;
    }
    Ok(())
}

/// A room of the six that has lived for so many beats.
async fn fresh(home: &Path, seed: u64, beats: u64) -> anyhow::Result<Handle> {
    let handle = engine::start(Settings {
        seed: Some(seed),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        ..Settings::new(home)
    })?;
    live(&handle, beats).await?;
    Ok(handle)
}

/// Lives so many beats.
async fn live(handle: &Handle, beats: u64) -> anyhow::Result<()> {
    handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}).await?;
    Ok(())
}

async fn tell(title: &str, handle: Handle, args: &Args) -> anyhow::Result<()> {
    let room = Room::read(&handle).await?;
    handle.close();
    let book = Book::of(&room);
    println!("\n{title}: {} posts by {} authors", room.posts.len(), room.authors());
    println!("  {:<14} {:>9} {:>6} {:>22}", "posts", "sentences", "new", "posts without new ones");
    let posts = room.posts.len();
    let rows = (0..posts).step_by(args.window).map(|at| ("", at..(at + args.window).min(posts)));
    for (label, range) in rows.chain([("the last ", posts.saturating_sub(args.window)..posts)]) {
        let row = book.window(range.clone());
        let name = if label.is_empty() {
            format!("{}–{}", range.start, range.end)
        } else {
            format!("{label}{}", range.len())
        };
        println!(
            "  {name:<14} {:>9} {:>5.1}% {:>21.1}%",
            row.sentences,
            percent(row.new, row.sentences),
            percent(row.stale_posts, row.posts),
        );
    }
    let shared = book.told_by_many(1_000, 2);
    println!("  told by more than two bots within 1,000 posts: {} sentences", shared.len());
    for many in shared.iter().take(args.worst) {
        println!("    {:>2} bots  {}", many.bots, many.text);
    }
    let again = book.repeats(300, 200);
    let whole = book.sentences();
    println!(
        "  said again by the same bot within 300 of its posts: {} of {whole} ({:.1}%, word for word {}); by another within \
         200 of the room's: {} ({:.1}%)",
        again.own,
        percent(again.own, whole),
        again.own_word_for_word,
        again.others,
        percent(again.others, whole),
    );
    for (who, persons, beats) in [("bots", false, 10), ("persons", true, 6)] {
        let fates = answers::fates(&room, persons, beats);
        let of = |fate: Fate| fates.iter().filter(|asked| asked.fate >= fate).count();
        println!(
            "  questions of {who}: {}; within {beats} beats replied to {:.0}%, on the subject {:.0}%",
            fates.len(),
            percent(of(Fate::Replied), fates.len()),
            percent(of(Fate::Answered), fates.len()),
        );
        let pairs = if persons { fates.len().min(args.pairs) } else { args.pairs };
        for asked in answers::drawn(&fates, pairs, args.draw) {
            println!("{}", answers::shown(&room, asked));
        }
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // thousands
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}
