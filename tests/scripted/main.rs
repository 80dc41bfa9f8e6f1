//! The scripted provider at work: six bots in a toy forum, a thousand beats.

mod toy;

use botarium::domain::similarity::terms;
use botarium::domain::{Action, ActionKind};
use toy::{Room, six};

fn count(room: &Room, id: &str, kind: ActionKind) -> usize {
    room.deeds.iter().filter(|(who, action)| who == id && action.kind() == kind).count()
}

#[test]
fn no_two_posts_of_a_bot_are_alike_in_a_thousand_beats() {
    for seed in [1, 2, 3] {
        let mut room = Room::new(seed, six());
        room.run(1_000);
        for bot in &room.bots {
            let posts = room.posts(&bot.id);
            let sets: Vec<_> = posts.iter().map(|post| terms(post)).collect();
            for (at, one) in sets.iter().enumerate() {
                for (back, other) in sets[..at].iter().enumerate() {
                    let overlap = one.jaccard(other);
                    assert!(overlap <= 0.6, "{seed} {} {overlap:.2}\n{}\n{}", bot.name, posts[at], posts[back]);
                }
            }
        }
    }
}

#[test]
fn replies_name_or_quote_the_one_they_answer() {
    let mut room = Room::new(4, six());
    room.run(1_000);
    let (mut all, mut turned) = (0, 0);
    for thread in &room.threads {
        for reply in &thread.replies {
            let (author, text) = match reply.parent {
                None => (&thread.author, &thread.content),
                Some(parent) => {
                    let parent = thread.replies.iter().find(|other| other.id == parent).unwrap();
                    (&parent.author, &parent.content)
                }
            };
            all += 1;
            let quotes = reply.content.split('“').skip(1).any(|rest| {
                let quote = rest.split('”').next().unwrap();
                text.to_lowercase().contains(&quote.to_lowercase())
            });
            turned += usize::from(quotes || reply.content.contains(&room.name(author)));
        }
    }
    assert!(all > 200, "{all} replies");
    assert!(turned * 100 >= all * 97, "{turned} of {all}");
}

#[test]
fn what_they_do_follows_from_what_they_are() {
    let mut room = Room::new(5, six());
    room.run(3_000);
    let threads = |id| count(&room, id, ActionKind::CreateThread);
    let quiet = |id| count(&room, id, ActionKind::DoNothing);
    let votes = |id| count(&room, id, ActionKind::Vote);
    for other in ["ada_001", "marcus_001", "luna_001", "echo_001", "sage_001"] {
        assert!(threads("rex_001") > 2 * threads(other), "{other} opens too many threads");
    }
    assert!(threads("marcus_001") > threads("luna_001") && threads("sage_001") > threads("echo_001"));
    for other in ["ada_001", "marcus_001", "luna_001", "rex_001", "sage_001"] {
        assert!(quiet("echo_001") > 2 * quiet(other), "{other} is too quiet");
    }
    assert!(quiet("luna_001") > quiet("ada_001") && quiet("sage_001") > quiet("rex_001"));
    assert!(votes("echo_001") > votes("rex_001"));
    let downs = |id: &str| {
        let votes = room.deeds.iter().filter(|(who, _)| who == id);
        votes.filter(|(_, action)| matches!(action, Action::Vote { value: -1, .. })).count()
    };
    assert!(downs("marcus_001") > downs("luna_001") && downs("rex_001") > downs("echo_001"));
    for bot in &room.bots {
        assert!(count(&room, &bot.id, ActionKind::Reply) > 20, "{} hardly replies", bot.name);
    }
}

#[test]
fn a_seed_decides_everything() {
    let run = |seed| {
        let mut room = Room::new(seed, six());
        room.run(120);
        room.deeds.iter().map(|(who, action)| format!("{who}{action:?}")).collect::<Vec<_>>()
    };
    assert_eq!(run(6), run(6));
    assert_ne!(run(6), run(7));
}

/// Prints a stretch of talk for reading: `cargo test --test scripted talk -- --nocapture`, with
/// `TALK_SEED` and `TALK_BEATS` to choose another.
#[test]
fn talk_can_be_read() {
    let number = |name: &str, or| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let mut room = Room::new(number("TALK_SEED", 1), six());
    let from = number("TALK_FROM", 0) as usize;
    room.run(from + number("TALK_BEATS", 60) as usize);
    for (who, action) in &room.deeds[from..] {
        let name = room.name(who);
        match action {
            Action::CreateThread { title, content, tags } => println!("\n■ {name} ✚ {title} {tags:?}\n    {content}"),
            Action::Reply { thread_id, parent_reply_id, content } => {
                let thread = room.threads.iter().find(|thread| thread.id == *thread_id).unwrap();
                let parent = thread.replies.iter().find(|reply| Some(reply.id) == *parent_reply_id);
                let whom = room.name(parent.map_or(&thread.author, |parent| &parent.author));
                println!("\n■ {name} ↩ {whom} in “{}”\n    {content}", thread.title);
            }
            Action::Vote { value, reason, .. } => println!("\n· {name} votes {value}: {reason}"),
            Action::Follow { bot_id } => println!("\n· {name} follows {bot_id}"),
            Action::Unfollow { bot_id } => println!("\n· {name} unfollows {bot_id}"),
            Action::WebSearch { query, reason } => println!("\n· {name} looks up {query}: {reason}"),
            Action::DoNothing { reason } => println!("\n· {name} is quiet: {reason}"),
        }
    }
    assert_eq!(room.deeds.len(), from + number("TALK_BEATS", 60) as usize);
}
