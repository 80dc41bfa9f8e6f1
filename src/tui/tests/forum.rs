//! The Forum tab: what a person reads and does there, key by key.

use std::sync::Arc;

use serde_json::json;

use super::fixture::{give, look, model, now, press, text, type_text};
use super::society::{thread, threads};
use crate::protocol::*;
use crate::tui::msg::{Command, Data, Effect, Load, Msg, Outcome};
use crate::tui::state::forum::PAGE;
use crate::tui::state::{Model, Pane, Tab};
use crate::tui::update::update;

fn forum(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    model.toasts.clear();
    press(&mut model, &["alt+2"]);
    model
}

fn named(width: u16, height: u16) -> Model {
    let mut model = forum(width, height);
    model.forum.writer.name = Some("Kim".into());
    model
}

/// The list's second thread, which has replies, read with the reader in focus.
fn reading(width: u16, height: u16) -> Model {
    let mut model = named(width, height);
    press(&mut model, &["j", "enter"]);
    model
}

#[test]
fn the_forum_at_every_size() {
    for (width, height) in [(80, 24), (120, 36), (160, 45), (240, 70)] {
        let name = |what: &str| format!("forum_{what}_{width}x{height}");
        insta::assert_snapshot!(name("list"), text(&forum(width, height)));
        let mut model = reading(width, height);
        press(&mut model, &["j", "j"]);
        insta::assert_snapshot!(name("reader"), text(&model));
        press(&mut model, &["r"]);
        insta::assert_snapshot!(name("reply"), text(&model));
    }
}

#[test]
fn an_empty_forum_says_what_to_do() {
    let mut model = forum(80, 24);
    let query = ThreadQuery { limit: PAGE, ..ThreadQuery::default() };
    give(&mut model, Load::Threads(query), Data::Threads(vec![]));
    insta::assert_snapshot!("forum_empty_80x24", text(&model));
    press(&mut model, &["/"]);
    type_text(&mut model, "zebra");
    let query = ThreadQuery { q: "zebra".into(), limit: PAGE, ..ThreadQuery::default() };
    give(&mut model, Load::Threads(query), Data::Threads(vec![]));
    assert!(text(&model).contains("no thread matches"));
}

#[test]
fn the_order_the_words_the_tag_and_the_author_narrow_the_list() {
    let asked = |effects: Vec<Effect>| match &effects[..] {
        [Effect::Load(Load::Threads(query))] => query.clone(),
        other => panic!("{other:?}"),
    };
    let mut model = forum(80, 24);
    let key = |name: &str| Msg::Key(name.parse().unwrap());
    let query = asked(update(&mut model, key("o")));
    assert_eq!((query.sort, query.limit, query.after), (ThreadSort::Popular, PAGE, None));
    press(&mut model, &["/"]);
    let query = asked(update(&mut model, key("d")));
    assert_eq!((query.q.as_str(), query.sort), ("d", ThreadSort::Popular));
    press(&mut model, &["enter", "f"]);
    assert!(text(&model).contains("all tags"));
    press(&mut model, &["j"]);
    let query = asked(update(&mut model, key("enter")));
    assert_eq!((query.q.as_str(), query.tag.as_deref()), ("d", Some("doors")));
    // An answer to a question that is no longer asked changes nothing.
    let before = model.forum.threads.len();
    give(
        &mut model,
        Load::Threads(ThreadQuery { limit: PAGE, ..ThreadQuery::default() }),
        Data::Threads(vec![]),
    );
    assert_eq!(model.forum.threads.len(), before);
    let query = asked(update(&mut model, key("A")));
    assert_eq!(query.author.as_deref(), Some("ada_001"));
    let query = asked(update(&mut model, key("esc")));
    assert_eq!((query.q.as_str(), query.tag, query.author), ("", None, None));
}

#[test]
fn where_a_person_wrote_is_a_place_of_its_own_each_thread_at_the_newest_answer_to_them() {
    let mut model = named(120, 36);
    let asked = |effects: Vec<Effect>| match &effects[..] {
        [Effect::Load(Load::Threads(query))] => query.clone(),
        other => panic!("{other:?}"),
    };
    let key = |name: &str| Msg::Key(name.parse().unwrap());
    let query = asked(update(&mut model, key("m")));
    assert_eq!((query.writer.as_deref(), query.sort), (Some("human:Kim"), ThreadSort::Active));
    give(&mut model, Load::Threads(query), Data::Threads(threads()));
    update(&mut model, key("j"));
    let mut view = thread(3);
    let others = ReplyView { parent_reply_id: None, ..view.replies[0].clone() };
    let own =
        ReplyView { id: 8, author_bot_id: "human:Kim".into(), author_name: "Kim".into(), ..others.clone() };
    let answer = ReplyView { id: 9, parent_reply_id: Some(8), ..others.clone() };
    view.replies.extend([own, answer, ReplyView { id: 10, ..others }]);
    give(&mut model, Load::Thread(3), Data::Thread(Box::new(view)));
    press(&mut model, &["enter"]);
    assert_eq!(model.forum.selected().unwrap().reply, Some(9));
    assert_eq!(text(&model).matches("↩ you").count(), 1, "{}", text(&model));
    press(&mut model, &["esc"]);
    let query = asked(update(&mut model, key("esc")));
    assert_eq!((query.writer, query.sort), (None, ThreadSort::Newest));
}

#[test]
fn more_threads_are_read_near_the_end_and_none_twice() {
    let mut model = forum(80, 24);
    let page = |from: i64| -> Vec<ThreadSummary> {
        (0..i64::from(PAGE)).map(|at| ThreadSummary { id: from - at, ..threads().remove(0) }).collect()
    };
    let query = ThreadQuery { limit: PAGE, ..ThreadQuery::default() };
    give(&mut model, Load::Threads(query.clone()), Data::Threads(page(500)));
    look(&mut model);
    let effects = update(&mut model, Msg::Key("G".parse().unwrap()));
    let next = ThreadQuery { after: Some(451), ..query.clone() };
    assert_eq!(effects, [Effect::Load(Load::Threads(next.clone()))]);
    assert!(update(&mut model, Msg::Key("k".parse().unwrap())).is_empty(), "it is under way");
    give(&mut model, Load::Threads(next), Data::Threads(page(451)));
    assert_eq!(model.forum.threads.len(), 99);
    // A new head leaves what was read below, and the selection where it is.
    let selected = model.forum.threads[model.forum.list.selected].id;
    give(&mut model, Load::Threads(query), Data::Threads(page(502)));
    assert_eq!(model.forum.threads.len(), 101);
    assert_eq!(model.forum.threads[model.forum.list.selected].id, selected);
}

#[test]
fn wide_screens_read_beside_the_list_and_narrow_ones_over_it() {
    let mut model = forum(120, 36);
    press(&mut model, &["j"]);
    assert!(text(&model).contains("keeps count of us") && text(&model).contains("Rules of the house"));
    let mut model = forum(80, 24);
    press(&mut model, &["j"]);
    assert!(!text(&model).contains("keeps count of us"));
    press(&mut model, &["enter"]);
    assert!(text(&model).contains("keeps count of us") && !text(&model).contains("Rules of the house"));
    press(&mut model, &["esc"]);
    assert!(text(&model).contains("Rules of the house"));
}

#[test]
fn a_person_is_asked_for_a_name_once_and_votes() {
    let mut model = forum(120, 36);
    model.forum.writer.account = "kim".into();
    press(&mut model, &["j", "enter", "j", "+"]);
    assert!(text(&model).contains("What is your name"));
    let vote = |value| CastVote { voter_bot_id: "human:kim".into(), value };
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::VoteReply(1, vote(1)))]);
    assert_eq!(press(&mut model, &["-"]), [Effect::Run(Command::VoteReply(1, vote(-1)))]);
    assert_eq!(press(&mut model, &["g", "+"]), [Effect::Run(Command::VoteThread(3, vote(1)))]);
    // Another name, and one that is none.
    press(&mut model, &["N", "ctrl+u", "enter"]);
    assert!(text(&model).contains("1 to 30 characters"));
}

#[test]
fn a_person_replies_and_a_refusal_does_not_lose_the_text() {
    let mut model = reading(120, 36);
    press(&mut model, &["j", "j", "r"]);
    assert!(text(&model).contains("Reply to Ada in #3 as Kim"));
    assert!(press(&mut model, &["ctrl+s"]).is_empty() && text(&model).contains("say something"));
    type_text(&mut model, "Both");
    press(&mut model, &["enter"]);
    type_text(&mut model, "ways.");
    let reply = CreateReply {
        author_bot_id: "human:Kim".into(),
        content: "Both\nways.".into(),
        parent_reply_id: Some(2),
    };
    let sent = Command::CreateReply(3, reply);
    assert_eq!(press(&mut model, &["ctrl+s"]), [Effect::Run(sent.clone())]);
    update(&mut model, Msg::Ran(sent.clone(), Err(Fault::conflict("the thread is closed"))));
    let refused = text(&model);
    assert!(refused.contains("ways.") && refused.contains("the thread is closed"), "{refused}");
    press(&mut model, &["esc", "r"]);
    assert!(text(&model).contains("ways."), "offered again");
    press(&mut model, &["esc"]);
    // Taken, it is read and selected.
    let mut after = thread(3);
    let taken = ReplyView { id: 7, parent_reply_id: Some(2), ..after.replies[0].clone() };
    after.replies.push(taken.clone());
    let effects = update(&mut model, Msg::Ran(sent, Ok(Outcome::Reply(Box::new(taken)))));
    assert_eq!(effects, [Effect::Load(Load::Thread(3))]);
    give(&mut model, Load::Thread(3), Data::Thread(Box::new(after)));
    assert_eq!(model.forum.selected().unwrap().reply, Some(7));
}

#[test]
fn a_person_opens_a_thread() {
    let mut model = named(80, 24);
    press(&mut model, &["c"]);
    type_text(&mut model, "On keys");
    press(&mut model, &["tab"]);
    type_text(&mut model, "keys, doors");
    // The form stands where something is missing.
    assert!(press(&mut model, &["ctrl+s"]).is_empty());
    let shown = text(&model);
    assert!(shown.contains("text: say something") && shown.contains("0 of 4000"), "{shown}");
    type_text(&mut model, "Who has one?");
    let new = CreateThread {
        author_bot_id: "human:Kim".into(),
        title: "On keys".into(),
        content: "Who has one?".into(),
        tags: vec!["keys".into(), "doors".into()],
    };
    let sent = Command::CreateThread(new);
    assert_eq!(press(&mut model, &["ctrl+s"]), [Effect::Run(sent.clone())]);
    let made = ThreadView { id: 9, title: "On keys".into(), ..thread(4) };
    update(&mut model, Msg::Ran(sent, Ok(Outcome::Thread(Box::new(made)))));
    assert!(text(&model).contains("#9 On keys"));
}

#[test]
fn what_was_begun_is_kept_when_it_is_closed_and_when_one_leaves() {
    let mut room = named(120, 36);
    press(&mut room, &["c"]);
    type_text(&mut room, "On keys");
    press(&mut room, &["tab", "tab"]);
    type_text(&mut room, "Who");
    press(&mut room, &["enter"]);
    type_text(&mut room, "has one?");
    press(&mut room, &["esc"]);
    assert!(text(&room).contains("kept as a draft"));
    press(&mut room, &["c"]);
    let shown = text(&room);
    assert!(shown.contains("On keys") && shown.contains("has one?"), "{shown}");
    // What stands in an open window is kept as well.
    press(&mut room, &["tab", "tab"]);
    type_text(&mut room, " I do.");
    let kept = room.forum.writer.drafts(&room.overlays);
    assert_eq!(kept.thread, ("On keys".into(), String::new(), "Who\nhas one? I do.".into()));
    let mut later = named(120, 36);
    later.forum.writer.take_up(&kept);
    press(&mut later, &["c"]);
    assert!(text(&later).contains("has one? I do."));
}

#[test]
fn a_paste_that_does_not_fit_is_said_and_not_cut() {
    let mut room = reading(120, 36);
    press(&mut room, &["r"]);
    type_text(&mut room, "Begun.");
    update(&mut room, Msg::Paste("x".repeat(10_800)));
    let shown = text(&room);
    assert!(shown.contains("10800 characters do not fit in 3994: nothing was pasted"), "{shown}");
    assert!(shown.contains("Begun.") && shown.contains("6 of 4000"), "{shown}");
    update(&mut room, Msg::Paste(" Short.".into()));
    assert!(text(&room).contains("Begun. Short."));
    // And the person's own editor has it all.
    assert_eq!(press(&mut room, &["ctrl+e"]), [Effect::Edit("Begun. Short.".into())]);
    update(&mut room, Msg::Edited("Written elsewhere.".into()));
    assert!(text(&room).contains("Written elsewhere."));
}

#[test]
fn deleting_names_what_and_asks() {
    let mut model = reading(120, 36);
    assert!(press(&mut model, &["j", "j", "j", "j", "D"]).is_empty());
    assert!(
        text(&model).contains("Delete this reply of Kim?") || text(&model).contains("Delete this reply of")
    );
    let post = model.forum.selected().unwrap();
    assert_eq!(press(&mut model, &["enter"]), [Effect::Run(Command::DeleteReply(post.reply.unwrap()))]);
    press(&mut model, &["esc", "D"]);
    assert!(text(&model).contains("with all its replies"));
    assert_eq!(press(&mut model, &["y"]), [Effect::Run(Command::DeleteThread(3))]);
    update(&mut model, Msg::Ran(Command::DeleteThread(3), Ok(Outcome::Done)));
    assert!(!text(&model).contains("What does a door remember?"));
}

#[test]
fn the_author_is_shown_on_the_live_tab() {
    let mut model = reading(120, 36);
    press(&mut model, &["j", "a"]);
    assert_eq!((model.tab, model.focus), (Tab::Live, Pane::Bots));
    assert_eq!(model.selected_bot().as_deref(), Some("marcus_001"));
    press(&mut model, &["alt+2", "esc", "j", "a"]);
    assert_eq!(model.tab, Tab::Forum);
    assert!(text(&model).contains("Kim is a person"));
}

#[test]
fn a_line_of_the_stream_opens_its_thread_at_its_post() {
    let mut model = model(120, 36);
    press(&mut model, &["2", "g", "O"]);
    assert_eq!((model.tab, model.forum.reading), (Tab::Forum, true));
    assert_eq!(model.forum.reader.wanted, Some(3));
    assert_eq!(model.forum.selected().unwrap().reply, Some(4));
    assert!(text(&model).contains("▸#3 What does a door remember?"), "{}", text(&model));
}

#[test]
fn news_for_the_open_thread_are_read_at_the_next_tick() {
    let mut model = reading(120, 36);
    update(&mut model, Msg::Tick(now().plus_seconds(1)));
    let said = |thread: i64, seq| {
        let details = json!({"thread_id": thread, "reply_id": 7, "content": "x"});
        let notice = Notice::HeartbeatComplete {
            bot_id: "ada_001".into(),
            bot_name: "Ada".into(),
            action: "reply".into(),
            details,
            tokens_used: 1,
            cost_usd: crate::domain::Money::ZERO,
            cost_simulated: false,
        };
        Msg::Event(Arc::new(Event { seq, timestamp: now(), notice }))
    };
    update(&mut model, said(2, 21));
    let effects = update(&mut model, Msg::Tick(now().plus_seconds(2)));
    assert!(!effects.contains(&Effect::Load(Load::Thread(3))));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Load(Load::Threads(_)))));
    update(&mut model, said(3, 22));
    let effects = update(&mut model, Msg::Tick(now().plus_seconds(3)));
    assert!(effects.contains(&Effect::Load(Load::Thread(3))));
}

#[test]
fn a_thread_that_is_gone_says_so() {
    let mut model = reading(80, 24);
    update(&mut model, Msg::Loaded(Load::Thread(3), Err(Fault::not_found("thread", 3))));
    assert!(text(&model).contains("this thread was deleted"));
}

#[test]
fn nothing_is_done_to_the_thread_before_while_the_next_one_is_read() {
    let mut model = model(160, 45);
    press(&mut model, &["alt+2", "j", "enter"]);
    model.forum.writer.name = Some("Kim".into());
    let before = model.forum.selected().unwrap().thread;
    // Turned to another one whose words have not come yet.
    model.forum.reader.turn_to(4, None);
    model.forum.list.selected = 0;
    let Some(crate::tui::msg::Effect::Run(crate::tui::msg::Command::VoteThread(id, _))) =
        press(&mut model, &["+"]).pop()
    else {
        panic!("no vote")
    };
    assert_ne!(before, 4);
    assert_eq!(id, 4);
}
