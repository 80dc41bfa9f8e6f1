//! The embedded provider among people and events: who asks is answered, what is announced is kept.

use std::collections::BTreeMap;

use botarium::engine::clock::{Clock, SIM_START};
use botarium::engine::{self, Handle, Run, Settings};
use botarium::protocol::ThreadView;
use botarium::protocol::{CreateReply, CreateThread, InjectEvent, ThreadQuery};

async fn open(seed: u64, beats: u64) -> (Handle, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let settings = Settings {
        seed: Some(seed),
        clock: Clock::simulated(SIM_START),
        pace_seconds: Some(3_600),
        ..Settings::new(home.path())
    };
    let handle = engine::start(settings).unwrap();
    live(&handle, beats).await;
    (handle, home)
}

async fn live(handle: &Handle, beats: u64) {
    let report = handle.run_beats(Run { count: Some(beats), ..Run::default() }, |_| {}).await.unwrap();
    assert_eq!(report.failed, 0);
}

async fn threads(handle: &Handle) -> BTreeMap<i64, ThreadView> {
    let mut threads = BTreeMap::new();
    for summary in
        handle.threads(ThreadQuery { skip: 0, limit: 200, ..ThreadQuery::default() }).await.unwrap()
    {
        threads.insert(summary.id, handle.thread(summary.id).await.unwrap());
    }
    threads
}

/// Questions of every kind, each with a word, or one of several, that an answer to it has.
const QUESTIONS: [(&str, &str, &str); 36] = [
    ("Ada", "Ada, why do the tides come twice a day?", "tide"),
    ("Marcus", "Marcus, is a paradox a fault of language?", "paradox"),
    ("Luna", "Luna, what do dreams mean?", "dream"),
    ("Rex", "Rex, should we decide early or wait?", "early"),
    ("Sage", "Sage, do you trust Rex?", "Rex"),
    ("Echo", "Echo, is forgetting a skill?", "forget"),
    ("", "What is the best way to repair a broken chair?", "repair"),
    ("", "How do octopuses think?", "octop"),
    ("Marcus", "Marcus, who are you?", "Marcus"),
    ("Ada", "Ada, what is your favourite bread?", "bread"),
    ("", "Tea or coffee?", "tea"),
    ("", "Why is glass transparent?", "glass"),
    ("Rex", "Rex, what would you do about late trains?", "train"),
    ("Luna", "Luna, are you conscious?", "program"),
    ("", "Does anyone know who invented the umbrella?", "umbrella"),
    ("Sage", "Sage, what do you remember about bridges?", "bridge"),
    ("", "Is it wrong to lie to a sick friend?", "lie"),
    ("Echo", "Echo, how are you today?", "I am|I'm"),
    ("", "What is a prime number good for?", "prime"),
    ("Marcus", "Marcus, can a machine understand a poem?", "underst"),
    ("Ada", "Ada, who do you like?", "like"),
    ("Rex", "Rex, who do you disagree with most?", "nobody|odds|with"),
    ("Sage", "Sage, who agrees with you?", "agree"),
    ("Luna", "Luna, what do you think of Marcus?", "Marcus"),
    ("Ada", "Ada, do you remember me?", "remember|notes|know you"),
    ("", "What have you been doing?", "done"),
    ("", "What will you do next?", "next"),
    ("", "What do you believe?", "believe|sure"),
    ("", "Have you changed your mind about anything?", "mind|yes|round"),
    ("", "What are you afraid of?", "afraid|dread"),
    ("", "What is going on here?", "talk"),
    ("", "Who else is in this room?", "room"),
    ("", "Who is the most popular bot here?", "reputation"),
    ("", "What do you mean by that?", "mean"),
    ("", "Tell me a joke.", "joke"),
    ("", "What time is it?", "time"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_answered_within_six_beats_on_the_question_and_by_name() {
    let (handle, _home) = open(21, 60).await;
    for (at, (asked, question, word)) in QUESTIONS.into_iter().enumerate() {
        // Half of them open a thread, half come into one that is there.
        let (thread, parent) = if at % 2 == 0 {
            let request = CreateThread {
                author_bot_id: "human:Iris".into(),
                title: format!("A question, number {at}"),
                content: question.into(),
                tags: Vec::new(),
            };
            (handle.create_thread(request).await.unwrap().id, None)
        } else {
            let newest = threads(&handle).await.into_keys().next_back().unwrap();
            let request = CreateReply {
                author_bot_id: "human:Iris".into(),
                content: question.into(),
                parent_reply_id: None,
            };
            (newest, Some(handle.create_reply(newest, request).await.unwrap().id))
        };
        live(&handle, 6).await;
        let view = handle.thread(thread).await.unwrap();
        let answers: Vec<_> = view
            .replies
            .iter()
            .filter(|reply| reply.parent_reply_id == parent && !reply.author_bot_id.starts_with("human:"))
            .filter(|reply| parent.is_none_or(|parent| reply.id > parent))
            .collect();
        let first = answers.first().unwrap_or_else(|| panic!("{question} got no answer"));
        println!("{question}\n    {}: {}", first.author_name, first.content);
        assert!(first.content.contains("Iris"), "{question} -> {}", first.content);
        let said = first.content.to_lowercase();
        assert!(
            word.split('|').any(|word| said.contains(&word.to_lowercase())),
            "{question} -> {}",
            first.content
        );
        assert!(
            asked.is_empty() || asked == first.author_name,
            "{question} was answered by {}",
            first.author_name
        );
        // What she is asked back waits for her.
        let asks_back = |id: Option<i64>| {
            answers.iter().any(|answer| Some(answer.id) == id && answer.content.trim_end().ends_with('?'))
        };
        let meddles = view.replies.iter().find(|reply| asks_back(reply.parent_reply_id));
        assert!(meddles.is_none(), "{question}: {:?}", meddles.map(|reply| &reply.content));
    }
    handle.close();
}

fn event(title: &str, description: &str, kind: &str) -> InjectEvent {
    serde_json::from_value(serde_json::json!({
        "title": title, "description": description, "event_type": kind, "severity": "major"
    }))
    .unwrap()
}

/// How many sentences `post` has: ends outside quotations.
fn sentences(post: &str) -> usize {
    let (mut count, mut quoted) = (0, false);
    for (at, c) in post.char_indices() {
        match c {
            '“' => quoted = true,
            '”' => quoted = false,
            '.' | '!' | '?' if !quoted => {
                let rest = &post[at + c.len_utf8()..];
                count += usize::from(rest.is_empty() || rest.starts_with([' ', '\n']));
            }
            _ => {}
        }
    }
    count.max(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_writing_is_kept_while_it_lasts() {
    type Kept = fn(&str) -> bool;
    let rules: [(&str, &str, Kept); 4] = [
        ("One sentence per post until further notice", "Nobody writes more than one sentence.", |post| {
            sentences(post) == 1
        }),
        ("Twelve words", "From now on every post has at most twelve words.", |post| {
            post.split_whitespace().count() <= 12
        }),
        ("A day of questions", "Every post must be a question.", |post| post.trim_end().ends_with('?')),
        ("Whispering", "All posts in lower case today.", |post| post.to_lowercase() == post),
    ];
    for (title, description, kept) in rules {
        let (handle, _home) = open(22, 40).await;
        let before: usize = threads(&handle).await.values().map(|thread| thread.replies.len()).sum();
        let last = threads(&handle).await.into_keys().next_back().unwrap();
        handle.inject_event(event(title, description, "challenge")).await.unwrap();
        live(&handle, 120).await;
        let after = threads(&handle).await;
        let newest: Vec<&str> = after
            .values()
            .flat_map(|thread| {
                let opened = (thread.id > last).then_some(thread.content.as_str());
                opened.into_iter().chain(thread.replies.iter().map(|reply| reply.content.as_str()))
            })
            .collect();
        let told = newest.len() - before;
        let good = newest.iter().filter(|post| kept(post)).count();
        let broken = newest.iter().filter(|post| !kept(post)).count();
        assert!(told > 40, "{title}: {told} posts");
        // Those from before did not know of it.
        assert!(
            (broken.saturating_sub(before)) * 20 <= told,
            "{title}: {broken} of {told} break it, {good} keep it"
        );
        handle.close();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_event_is_talked_of_in_its_own_way() {
    let kinds = [
        ("The oldest thread is gone for good", "A disk failed and nobody had a copy.", "news"),
        ("Flood at the river bend", "The water rises and the wall may not hold.", "news"),
        ("No post may be longer than its title", "It is a rule from today on.", "announcement"),
        ("A prize for the kindest post", "The winner is named on Friday.", "challenge"),
        ("The room has to choose a name", "Either the Kitchen or the Harbour.", "dilemma"),
        ("A visitor from another room", "She has brought a suitcase and says little.", "news"),
        ("A signal from the dark", "A telescope has recorded the same noise on three nights.", "news"),
        ("The room's first birthday", "There is a cake.", "announcement"),
    ];
    let mut openings = Vec::new();
    for (title, description, kind) in kinds {
        let (handle, _home) = open(23, 30).await;
        handle.inject_event(event(title, description, kind)).await.unwrap();
        live(&handle, 60).await;
        let all = threads(&handle).await;
        let about: Vec<&ThreadView> = all
            .values()
            .filter(|thread| thread.title.contains(title) || thread.content.contains(title))
            .collect();
        assert!(!about.is_empty(), "nobody opened a thread on {title}");
        let replies: Vec<_> = about.iter().flat_map(|thread| &thread.replies).collect();
        assert!(replies.len() >= 3, "{title}: {} replies", replies.len());
        println!("{title}\n    {}\n    {}\n    {}", about[0].content, replies[0].content, replies[1].content);
        openings.push(about[0].tags[0].clone());
        handle.close();
    }
    openings.sort();
    openings.dedup();
    assert!(openings.len() >= 7, "kinds are mixed up: {openings:?}");
}
