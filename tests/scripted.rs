//! The embedded provider in a society that really runs: what the six do in a thousand beats.

use std::collections::BTreeMap;

use botarium::domain::similarity::terms;
use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::protocol::{ActivityQuery, CreateBot, MemoryQuery, ThreadQuery};
use botarium::protocol::{ActivityView, ReplyView, ThreadView};

const SIX: [&str; 6] = ["ada_001", "echo_001", "luna_001", "marcus_001", "rex_001", "sage_001"];

/// A room after some beats, as a reader finds it.
struct Room {
    handle: Handle,
    deeds: Vec<ActivityView>,
    threads: BTreeMap<i64, ThreadView>,
    _home: tempfile::TempDir,
}

fn open(seed: u64) -> (Handle, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let settings = Settings {
        seed: Some(seed),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        ..Settings::new(home.path())
    };
    (engine::start(settings).unwrap(), home)
}

impl Room {
    async fn after(seed: u64, beats: u64) -> Self {
        let (handle, home) = open(seed);
        Self::live(handle, home, beats).await
    }

    async fn live(handle: Handle, home: tempfile::TempDir, beats: u64) -> Self {
        let report = handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}).await.unwrap();
        assert_eq!((report.beats, report.failed), (beats, 0));
        let mut deeds: Vec<ActivityView> = Vec::new();
        loop {
            let after_seq = Some(deeds.last().map_or(0, |deed| deed.id));
            let page = ActivityQuery { limit: 200, after_seq, ..ActivityQuery::default() };
            let page = handle.activity(page).await.unwrap();
            if page.is_empty() {
                break;
            }
            deeds.extend(page);
        }
        let mut threads = BTreeMap::new();
        loop {
            let skip = u32::try_from(threads.len()).unwrap();
            let page =
                handle.threads(ThreadQuery { skip, limit: 200, ..ThreadQuery::default() }).await.unwrap();
            if page.is_empty() {
                break;
            }
            for summary in page {
                threads.insert(summary.id, handle.thread(summary.id).await.unwrap());
            }
        }
        Self { handle, deeds, threads, _home: home }
    }

    fn count(&self, bot: &str, action: &str) -> usize {
        self.deeds.iter().filter(|deed| deed.bot_id == bot && deed.action_type == action).count()
    }

    /// Every post of `bot`, oldest first within its thread.
    fn posts(&self, bot: &str) -> Vec<&str> {
        let opened = self.threads.values().filter(|t| t.author_bot_id == bot).map(|t| t.content.as_str());
        opened
            .chain(self.replies().filter(|(_, r)| r.author_bot_id == bot).map(|(_, r)| r.content.as_str()))
            .collect()
    }

    fn replies(&self) -> impl Iterator<Item = (&ThreadView, &ReplyView)> {
        self.threads.values().flat_map(|thread| thread.replies.iter().map(move |reply| (thread, reply)))
    }

    /// The most alike two posts of `bot` are.
    fn likeness(&self, bot: &str) -> (f64, &str, &str) {
        let posts = self.posts(bot);
        let sets: Vec<_> = posts.iter().map(|post| terms(post)).collect();
        let mut worst = (0.0, "", "");
        for (at, one) in sets.iter().enumerate() {
            for (back, other) in sets[..at].iter().enumerate() {
                let alike = one.jaccard(other);
                if alike > worst.0 {
                    worst = (alike, posts[at], posts[back]);
                }
            }
        }
        worst
    }
}

/// What `reply` answers: the author's id, the author's name, the text.
fn answered<'a>(thread: &'a ThreadView, reply: &ReplyView) -> (&'a str, &'a str, &'a str) {
    reply.parent_reply_id.map_or((&thread.author_bot_id, &thread.author_name, &thread.content), |parent| {
        let parent =
            thread.replies.iter().find(|other| other.id == parent).expect("the parent is in the thread");
        (&parent.author_bot_id, &parent.author_name, &parent.content)
    })
}

/// Whether `text` takes up six words in a row of what it answers.
fn repeats(text: &str, from: &str) -> bool {
    let words = |text: &str| {
        let split = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
        split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>()
    };
    let (text, from) = (words(text), words(from));
    from.windows(6).any(|six| text.windows(6).any(|other| other == six))
}

fn quotes(text: &str, from: &str) -> bool {
    let from = from.to_lowercase();
    text.split('“')
        .skip(1)
        .filter_map(|rest| rest.split('”').next())
        .any(|quote| from.contains(&quote.to_lowercase()))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bot_repeats_itself_in_a_thousand_beats() {
    for seed in [1, 2] {
        let room = Room::after(seed, 1_000).await;
        for bot in SIX {
            let (alike, one, other) = room.likeness(bot);
            assert!(alike <= 0.6, "seed {seed}, {bot}, {alike:.2}\n{one}\n---\n{other}");
        }
        room.handle.close();
    }
}

/// Whether `reply` answers the opening or what was written just before it, so that everybody sees whom it answers.
fn is_plain(thread: &ThreadView, reply: &ReplyView) -> bool {
    let before = thread.replies.iter().filter(|other| other.id < reply.id).map(|other| other.id).max();
    reply.parent_reply_id.is_none() || reply.parent_reply_id == before
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_turn_to_the_one_they_answer_by_name_where_it_is_needed() {
    let room = Room::after(3, 1_000).await;
    let (mut all, mut taken_up) = (0, 0);
    // Of those that are plain and those that are not: how many there are, name whom they answer, and begin so.
    let mut counts = [[0_usize; 3]; 2];
    let mut plainly_named: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (thread, reply) in room.replies() {
        let (author, name, text) = answered(thread, reply);
        assert_ne!(author, reply.author_bot_id, "{} answers itself", reply.author_bot_id);
        all += 1;
        // A view that somebody put is taken up in other words.
        let shares = terms(&reply.content).overlap(&terms(text)) >= 2;
        taken_up += usize::from(quotes(&reply.content, text) || shares || repeats(&reply.content, text));
        if author == "system" {
            continue;
        }
        let names = reply.content.find(name);
        let plain = is_plain(thread, reply);
        let [count, named, first] = &mut counts[usize::from(plain)];
        *count += 1;
        *named += usize::from(names.is_some());
        *first += usize::from(names.is_some_and(|at| at < 20));
        if plain {
            let [count, named] = plainly_named.entry(&reply.author_bot_id).or_default();
            *count += 1;
            *named += usize::from(names.is_some());
        }
    }
    let [[unclear, told, _], [plain, named, first]] = counts;
    assert!(told * 100 >= unclear * 80, "{told} of {unclear} that answer an older post name its author");
    assert!(named * 100 <= plain * 40, "{named} of {plain} name somebody of whom that is plain");
    assert!(first * 100 <= plain * 25, "{first} of {plain} begin with a name");
    let shares = plainly_named.values().map(|[count, named]| named * 100 / count);
    let (least, most) = (shares.clone().min().unwrap(), shares.max().unwrap());
    assert!(most >= 2 * least, "all name as often: {plainly_named:?}");
    assert!(all > 300, "{all} replies");
    assert!(taken_up * 100 >= all * 20, "{taken_up} of {all} take up what was said");
    for thread in room.threads.values().filter(|thread| thread.author_bot_id != "system") {
        assert!(thread.title.chars().count() <= 80, "{}", thread.title);
        let words = thread.content.split_whitespace().count();
        assert!((30..=190).contains(&words), "{words} words: {}", thread.content);
    }
    room.handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_they_do_follows_from_what_they_are() {
    let room = Room::after(4, 1_000).await;
    let threads = |bot| room.count(bot, "create_thread");
    let quiet = |bot| room.count(bot, "do_nothing");
    for other in SIX.into_iter().filter(|bot| *bot != "rex_001") {
        assert!(threads("rex_001") > 2 * threads(other), "{other} opens too many threads");
    }
    let opened = SIX.map(threads);
    // One of them opens some seven in a thousand beats: of two by two it can be told.
    assert!(
        threads("marcus_001") + threads("sage_001") > threads("luna_001") + threads("echo_001"),
        "{opened:?}"
    );
    for other in SIX.into_iter().filter(|bot| *bot != "echo_001") {
        assert!(quiet("echo_001") > 2 * quiet(other), "{other} is too quiet");
    }
    for between in ["luna_001", "sage_001"] {
        assert!(
            quiet(between) > quiet("rex_001") && quiet(between) > quiet("ada_001"),
            "{between} is hardly quiet"
        );
    }
    let downs = |bot: &str| {
        room.deeds
            .iter()
            .filter(|deed| deed.bot_id == bot && deed.details["value"] == serde_json::json!(-1))
            .count()
    };
    assert!(downs("marcus_001") > downs("luna_001") && downs("rex_001") > downs("echo_001"));
    for bot in SIX {
        assert!(room.count(bot, "reply") > 20, "{bot} hardly replies");
        assert!(room.count(bot, "web_search") > 0, "{bot} looks nothing up");
    }
    room.handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn they_remember_each_other_and_the_distant_past() {
    let room = Room::after(5, 1_000).await;
    let mut cold = 0;
    for bot in SIX {
        let warm =
            room.handle.warm_memory(bot, MemoryQuery { limit: 50, ..MemoryQuery::default() }).await.unwrap();
        assert!(warm.relationships.iter().any(|other| !other.history.is_empty()), "{bot} knows nobody");
        // What it holds and what it heard are whole sentences, made for the purpose.
        assert!(warm.opinions.len() > 5, "{bot} holds little");
        for opinion in &warm.opinions {
            let stance = &opinion.stance;
            let made = ["hold that ", " has brought me round: "].iter().any(|words| stance.contains(words));
            assert!(made && stance.ends_with('.') && !stance.contains(['“', '?', '!']), "{bot}: {stance}");
        }
        let mut sure: Vec<_> = warm.opinions.iter().map(|opinion| opinion.confidence.to_bits()).collect();
        sure.sort_unstable();
        sure.dedup();
        assert!(sure.len() > 3, "{bot} is as sure of everything");
        let heard = warm.facts_learned.iter().filter(|fact| fact.source == "observation");
        for fact in heard.map(|fact| &fact.fact) {
            let forms = [
                " holds that ",
                " told us: ",
                " I have read here: ",
                " promised to look up ",
                " bet that ",
                " proposed that we ",
                " has changed sides on ",
            ];
            assert!(forms.iter().any(|form| fact.contains(form)), "{bot}: {fact}");
        }
        cold += room.handle.cold_memory(bot, 50, 0).await.unwrap().len();
    }
    assert!(cold > 0, "nothing was ever compressed");
    let mut recalled = 0;
    for deed in room.deeds.iter().rev().take(120) {
        if SIX.contains(&deed.bot_id.as_str()) && deed.action_type == "reply" {
            let why = room.handle.why(deed.id).await.unwrap();
            recalled += usize::from(why.memories.iter().any(|memory| memory.kind == "cold"));
        }
    }
    assert!(recalled > 0, "no cold summary came up again");
    room.handle.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_decides_every_word() {
    let told = |room: &Room| {
        room.deeds.iter().map(|deed| format!("{}{}", deed.bot_id, deed.details)).collect::<Vec<_>>()
    };
    let (one, same, other) =
        (Room::after(6, 120).await, Room::after(6, 120).await, Room::after(7, 120).await);
    assert_eq!(told(&one), told(&same));
    assert_ne!(told(&one), told(&other));
    for room in [one, same, other] {
        room.handle.close();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_traits_are_enough() {
    let (handle, home) = open(8);
    let request: CreateBot = serde_json::from_value(serde_json::json!({
        "name": "Zorblatt", "personality": {"traits": ["grumpy", "obsessed with trains"]}
    }))
    .unwrap();
    let bot = handle.create_bot(request).await.unwrap();
    let room = Room::live(handle, home, 400).await;
    let posts = room.posts(&bot.id);
    assert!(posts.len() > 15, "{} posts", posts.len());
    let (alike, one, other) = room.likeness(&bot.id);
    assert!(alike <= 0.6, "{alike}\n{one}\n---\n{other}");
    assert!(room.replies().any(|(_, reply)| reply.content.contains("Zorblatt")), "nobody speaks to it");
    room.handle.close();
}

/// A stretch of talk and the table of what everybody does, for reading:
/// `TALK_SEED=1 TALK_BEATS=60 cargo test --test scripted talk -- --nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn talk_can_be_read() {
    let number = |name: &str, or| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let room = Room::after(number("TALK_SEED", 1), number("TALK_BEATS", 60)).await;
    let from = usize::try_from(number("TALK_FROM", 0)).unwrap();
    let mut shown = 0;
    for deed in room.deeds.iter().skip(from) {
        let details = &deed.details;
        match deed.action_type.as_str() {
            "create_thread" => {
                let thread = &room.threads[&details["thread_id"].as_i64().unwrap()];
                println!(
                    "\n■ {} ✚ {} {:?}\n    {}",
                    deed.bot_name, thread.title, thread.tags, thread.content
                );
            }
            "reply" => {
                let thread = &room.threads[&details["thread_id"].as_i64().unwrap()];
                let reply = thread
                    .replies
                    .iter()
                    .find(|reply| Some(reply.id) == details["reply_id"].as_i64())
                    .unwrap();
                let (_, whom, _) = answered(thread, reply);
                println!("\n■ {} ↩ {whom} in “{}”\n    {}", deed.bot_name, thread.title, reply.content);
            }
            other => println!("\n· {} {other}: {details}", deed.bot_name),
        }
        shown += 1;
    }
    println!("\n{:<12} thread reply vote quiet search follow  alike", "");
    for bot in SIX {
        let [threads, replies, votes, quiet, searches, follows] =
            ["create_thread", "reply", "vote", "do_nothing", "web_search", "follow"]
                .map(|kind| room.count(bot, kind));
        let (alike, one, other) = room.likeness(bot);
        if alike > 0.55 {
            println!("{alike:.2}\n    {one}\n    {other}");
        }
        println!(
            "{bot:<12} {threads:>6} {replies:>5} {votes:>4} {quiet:>5} {searches:>6} {follows:>6}  {alike:.2}"
        );
    }
    assert!(shown > 0);
    room.handle.close();
}
