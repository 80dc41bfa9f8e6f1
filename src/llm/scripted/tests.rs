//! What a post may join, show and go on with, tried on small scenes.

use std::sync::Arc;

use super::bank::{self, Kind};
use super::draw::Draw;
use super::issues::{self, What};
use super::stance::{read, taken};
use super::view::View;
use super::{choose, thread};
use crate::domain::said::Said;
use crate::domain::scene::{FeedReply, FeedThread, SceneEvent};
use crate::domain::talk::{ASKS, with_what_was_said};
use crate::domain::{Action, ActionKind, PersonalityConfig, Scene, Stamp};

fn bot(id: &str, behavior: &serde_json::Value) -> Arc<PersonalityConfig> {
    let config = serde_json::json!({
        "id": id, "name": "Kim", "behavior": behavior,
        "personality": {"traits": ["curious", "practical"], "communication_style": "plain"}
    });
    Arc::new(serde_json::from_value(config).unwrap())
}

fn scene(me: Arc<PersonalityConfig>, feed: Vec<FeedThread>) -> Scene {
    Scene {
        now: Stamp::from_micros(9_000_000),
        me,
        beat: 7,
        beats_since_thread: 9,
        reputation: 0,
        upvotes: 0,
        downvotes: 0,
        roster: Vec::new(),
        recent: Vec::new(),
        memories: Arc::default(),
        own_posts: Vec::new(),
        told: Said::new(300),
        heard: Said::new(600),
        events: Vec::new(),
        feed,
        allowed: ActionKind::ALL.to_vec(),
    }
}

/// A thread of Rex's with a reply by each of two others in turn.
fn talk(opening: &str, replies: &[&str]) -> FeedThread {
    let reply = |(at, content): (usize, &&str)| FeedReply {
        id: at as i64 + 1,
        parent_reply_id: None,
        parent_author: None,
        author: if at % 2 == 0 { "ada_001" } else { "sage_001" }.into(),
        author_name: if at % 2 == 0 { "Ada" } else { "Sage" }.into(),
        content: (*content).into(),
        created_at: Stamp::from_micros(at as i64 + 2),
        score: 0,
        my_vote: None,
        for_me: false,
    };
    FeedThread {
        id: 1,
        author: "rex_001".into(),
        author_name: "Rex".into(),
        title: "Memory".into(),
        content: opening.into(),
        tags: vec!["memory".to_owned()].into(),
        created_at: Stamp::from_micros(1),
        score: 0,
        reply_count: replies.len() as i64,
        my_vote: None,
        for_me: false,
        replies: replies.iter().enumerate().map(reply).collect(),
    }
}

#[test]
fn an_opening_shows_nothing_that_speaks_against_it() {
    let mut shown = 0;
    for id in 0..60 {
        let scene = scene(bot(&format!("kim_{id}"), &serde_json::json!({})), Vec::new());
        for seed in 0..12 {
            let view = View::of(&scene);
            let Some(Action::CreateThread { content, .. }) =
                thread::write(&view, &mut Draw::new(seed, view.me(), seed))
            else {
                continue;
            };
            let parts = read(&content);
            let mut lines = Vec::new();
            bank::recognise(&content, &mut lines);
            for line in lines.into_iter().filter(|line| line.kind == Kind::Say) {
                let at = issues::of_topic(line.topic).expect("every topic has an issue");
                // A thread that takes no side may be about anything.
                if let Some(side) = taken(&parts, at) {
                    assert_eq!(issues::issue(at).shown_by(line.seed), Some(side), "{content}");
                    shown += 1;
                }
            }
        }
    }
    assert!(shown > 20, "only {shown} exhibits");
}

#[test]
fn what_is_told_in_a_dispute_bears_on_it() {
    let at = issues::all().iter().position(|issue| issue.topic == "commons").unwrap();
    let issue = issues::issue(at);
    let opening = format!("I say that {}, because {}.", issue.sides[0].text, issue.turns[0][0].text);
    let answer = format!("No. {}, since {}.", issue.sides[1].text, issue.turns[1][1].text);
    let mut told = 0;
    for id in 0..80 {
        let feed = vec![talk(&opening, &[&answer, "Yes, so it is.", &answer, &opening])];
        let scene = scene(bot(&format!("kim_{id}"), &serde_json::json!({})), feed);
        let Action::Reply { content, .. } = choose::act(&View::of(&scene), id) else { continue };
        let mut lines = Vec::new();
        bank::recognise(&content, &mut lines);
        for line in lines.into_iter().filter(|line| line.kind == Kind::Say) {
            assert_eq!(Some(line.topic), issue.at, "of something else: {content}");
            assert!(issue.shown_by(line.seed).is_some(), "it bears on neither side: {content}");
            told += 1;
        }
    }
    assert!(told > 3, "only {told} told anything");
}

#[test]
fn what_is_over_is_left_at_that() {
    let issue = &issues::all()[3];
    let opening = format!("I say that {}.", issue.sides[0].text);
    let closings = [
        format!("To put it together: {}.", issue.mids[0].text),
        format!("Closed, as far as I am concerned: {}.", issue.mids[0].text),
        format!("So it is settled: we {}.", issue.tests[0].text),
        format!("I let the door fall to, softly – behind it {}.", issue.mids[0].text),
        format!("Closed — {}. So it is settled — we {}.", issue.mids[0].text, issue.tests[0].text),
        format!("So the first have it, three to two, and both may keep this, that {}.", issue.mids[0].text),
    ];
    for closing in closings {
        let feed = vec![talk(&opening, &["I doubt it.", "Why not?", &closing])];
        for id in 0..40 {
            let scene = scene(bot(&format!("kim_{id}"), &serde_json::json!({})), feed.clone());
            let act = choose::act(&View::of(&scene), id);
            assert!(!matches!(act, Action::Reply { .. }), "{closing}: {act:?}");
        }
    }
}

#[test]
fn who_is_asked_to_argues_for_the_other_side() {
    let mut argued = 0;
    for id in 0..40 {
        let me = bot(&format!("kim_{id}"), &serde_json::json!({}));
        let own = scene(Arc::clone(&me), Vec::new());
        let mut asked = own.clone();
        asked.events.push(SceneEvent {
            id: 1,
            title: "Argue the other side".into(),
            description: "Make the best case against what you hold.".into(),
            event_type: "challenge".into(),
            severity: "normal".into(),
        });
        let (own, asked) = (View::of(&own), View::of(&asked));
        let mut draw = Draw::new(id, asked.me(), id);
        let Some(Action::CreateThread { content, .. }) = thread::write(&asked, &mut draw) else { continue };
        let parts = read(&content);
        if let Some(issue) = parts.first().map(|part| part.issue)
            && let Some(side) = taken(&parts, issue)
        {
            assert_ne!(side, super::stance::of(&own, issue).side, "{content}");
            argued += 1;
        }
    }
    assert!(argued > 10, "only {argued} argued");
}

/// What a bot with these sliders replies to somebody who is on the other side of an issue, if it argues.
fn objection(id: &str, behavior: &serde_json::Value, at: usize, seed: u64) -> Option<String> {
    let issue = issues::issue(at);
    let me = bot(id, behavior);
    let empty = scene(Arc::clone(&me), Vec::new());
    let own = super::stance::of(&View::of(&empty), at).side;
    let other = own.other();
    let (view, reason) = (issue.sides[other as usize].text, issue.turns[2][other as usize].text);
    let scene = scene(me, vec![talk(&format!("I say that {view}, because {reason}."), &[])]);
    let Action::Reply { content, .. } = choose::act(&View::of(&scene), seed) else { return None };
    let parts = read(&content);
    let views = parts.iter().any(|part| matches!(part.what, What::Stand(_) | What::Reason(..)));
    (views && taken(&parts, at) != Some(other)).then_some(content)
}

/// The replies of bots with these sliders to somebody on the other side.
fn objections(behavior: &serde_json::Value) -> Vec<String> {
    let found: Vec<String> =
        (0..48).filter_map(|id| objection(&format!("kim_{id}"), behavior, 14, id)).collect();
    assert!(found.len() > 10, "only {} objected", found.len());
    found
}

/// The first ten replies of one bot with this slider, each on another issue.
fn ten(id: &str, slider: &str, value: u8) -> Vec<String> {
    let behavior = serde_json::json!({slider: value});
    let found: Vec<String> = (0..issues::all().len())
        .filter(|at| issues::issue(*at).at.is_some())
        .filter_map(|at| objection(id, &behavior, at, at as u64))
        .take(10)
        .collect();
    assert_eq!(found.len(), 10, "{id} with {slider} {value} says too little");
    found
}

#[test]
fn a_slider_that_is_moved_is_seen_within_ten_posts() {
    let (mut seen, mut brief) = (0, 0);
    for id in 0..12 {
        let id = format!("kim_{id}");
        let [hot, mild] = [95, 5].map(|value| share(&heads(&ten(&id, "aggression", value)), &SHARP));
        assert!(hot >= mild + 40, "{id}: {hot} and {mild} % begin sharply");
        let [shy, open] = [92, 8].map(|value| words(&ten(&id, "shyness", value)));
        brief += usize::from(shy < open);
        let [vivid, dry] = [95, 5].map(|value| pictured(&ten(&id, "creativity_level", value)));
        assert_eq!(dry, 0, "{id}: {dry} % have a picture");
        seen += usize::from(vivid > 0);
    }
    assert!(seen >= 11 && brief >= 10, "of 12 only {seen} show a picture and {brief} are shorter");
}

/// Words with which one begins who minds.
const SHARP: [&str; 19] = [
    "no,",
    "no.",
    "no!",
    "wrong",
    "nonsense",
    "rubbish",
    "hardly",
    "not a chance",
    "oh please",
    "ridiculous",
    "come off it",
    "spare me",
    "lazy",
    "fog",
    "enough",
    "still no",
    "nah",
    "nope",
    "not so",
];

/// How posts begin.
fn heads(posts: &[String]) -> Vec<String> {
    posts.iter().map(|post| post.split(' ').take(7).collect::<Vec<_>>().join(" ")).collect()
}

/// How many of `posts` have a picture, in per cent.
fn pictured(posts: &[String]) -> usize {
    let cases = issues::all().iter().flat_map(|issue| &issue.cases);
    let all: Vec<&str> = super::images::all().iter().chain(cases).map(|image| image.text).collect();
    share(posts, &all)
}

/// How many of `posts` contain one of `words`, in per cent.
fn share(posts: &[String], words: &[&str]) -> usize {
    let has = |post: &&String| words.iter().any(|word| post.to_lowercase().contains(word));
    100 * posts.iter().filter(has).count() / posts.len()
}

fn words(posts: &[String]) -> usize {
    posts.iter().map(|post| post.split_whitespace().count()).sum::<usize>() / posts.len()
}

#[test]
fn who_minds_is_short_and_sharp_and_who_does_not_is_neither() {
    let hot = objections(&serde_json::json!({"aggression": 95}));
    let mild = objections(&serde_json::json!({"aggression": 5}));
    assert!(words(&hot) * 5 <= words(&mild) * 4, "{} and {} words", words(&hot), words(&mild));
    let (hot_heads, mild_heads) = (heads(&hot), heads(&mild));
    assert!(share(&hot_heads, &SHARP) >= 80, "{} %: {hot_heads:#?}", share(&hot_heads, &SHARP));
    assert!(share(&mild_heads, &SHARP) <= 15, "{} %: {mild_heads:#?}", share(&mild_heads, &SHARP));
    let unsure = [
        "perhaps",
        "maybe",
        "possibly",
        "i think",
        "may be wrong",
        "if i may",
        "sorry",
        "not certain",
        "correct me",
        "like to be wrong",
    ];
    assert!(share(&hot, &unsure) <= 5, "{hot:#?}");
    assert!(share(&mild, &unsure) >= 30, "{mild:#?}");
}

#[test]
fn who_is_shy_says_little_and_excuses_it() {
    let shy = objections(&serde_json::json!({"shyness": 92, "aggression": 30}));
    let open = objections(&serde_json::json!({"shyness": 8, "aggression": 30}));
    assert!(words(&shy) * 5 <= words(&open) * 4, "{} and {} words", words(&shy), words(&open));
    assert!(share(&shy, &["!"]) <= 5, "{shy:#?}");
}

#[test]
fn who_is_creative_sees_pictures_and_who_is_not_gives_reasons() {
    let vivid = objections(&serde_json::json!({"creativity_level": 95}));
    let dry = objections(&serde_json::json!({"creativity_level": 5}));
    assert!(pictured(&vivid) >= 18, "{} %: {vivid:#?}", pictured(&vivid));
    assert_eq!(pictured(&dry), 0, "{dry:#?}");
}

#[test]
fn a_question_that_names_nothing_is_about_what_was_said_before_it() {
    let at = issues::all().iter().position(|issue| issue.topic == "commons").unwrap();
    let issue = issues::issue(at);
    for id in 0..12 {
        let scene = scene(bot(&format!("kim_{id}"), &serde_json::json!({})), Vec::new());
        let ask = |told: &str| super::interview::answer(&scene, &format!("Notes.\n{ASKS}{told}\n"), 7);
        let first = format!("Do you think that {}?", issue.sides[0].text);
        let answered = ask(&first);
        for more in ["And why?", "Why?", "Why is that?"] {
            let told = with_what_was_said(&[(first.clone(), answered.clone())], more, 2_000);
            let why = ask(&told);
            let of_it = read(&why).into_iter().filter(|part| part.issue == at);
            let reasons = of_it.filter(|part| matches!(part.what, What::Reason(..))).count();
            assert!(reasons > 0, "{first}\n{answered}\n{more}\n{why}");
            assert!(!why.contains("The person asks") && !why.contains("I do not know"), "{why}");
        }
        // What has no view in it has its reason in itself.
        let dearest = ask("Whom do you like best?");
        let why = ask(&with_what_was_said(&[("Whom do you like best?".into(), dearest)], "And why?", 2_000));
        assert!(why.contains("because") || why.contains(':'), "{why}");
        // A question that names something is not mistaken for more of what was.
        let tea = ask(&with_what_was_said(&[(first, answered)], "Tea or coffee?", 2_000));
        assert!(tea.to_lowercase().contains("tea"), "{tea}");
    }
}
