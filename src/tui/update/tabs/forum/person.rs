//! What a person does in the forum: vote, reply, open a thread, under a name asked for once.

use crate::domain::action::{CONTENT_MAX, PERSON_MAX, TAGS_MAX, TITLE_MAX};
use crate::domain::text;
use crate::protocol::{CastVote, CreateReply, CreateThread};
use crate::tui::action::Act;
use crate::tui::msg::{Command, Effect, Load, Outcome};
use crate::tui::overlays::{Answer, Form, FormField, Line, Overlay, TextEdit, Then};
use crate::tui::state::forum::Post;
use crate::tui::state::{Model, Tab, Tone};

/// Votes, replies, opens a thread; asks for a name first.
pub fn act(model: &mut Model, act: Act) -> Vec<Effect> {
    let writer = &model.forum.writer;
    let (Some(name), Some(own)) = (writer.name.clone().filter(|_| act != Act::YourName), writer.actor())
    else {
        ask_name(model, act);
        return Vec::new();
    };
    let target = model.forum.selected();
    match (act, target) {
        (Act::NewThread, _) => new_thread(model, &name),
        (_, None) => model.toast(Tone::Info, "there is no post yet; c opens a thread"),
        (Act::ReplyTo, Some(post)) => reply_to(model, post, &name),
        (_, Some(post)) => {
            let value = if act == Act::VoteUp { 1 } else { -1 };
            let vote = CastVote { voter_bot_id: own, value };
            return vec![Effect::Run(match post.reply {
                Some(id) => Command::VoteReply(id, vote),
                None => Command::VoteThread(post.thread, vote),
            })];
        }
    }
    Vec::new()
}

fn ask_name(model: &mut Model, act: Act) {
    let writer = &mut model.forum.writer;
    writer.wanted = (act != Act::YourName).then_some(act);
    let now = writer.name.clone().unwrap_or_else(|| text::clean_line(&writer.account, PERSON_MAX));
    let then = Then::Tab(Tab::Forum, "name", 0);
    model.overlays.push(Overlay::Line(Line::new("What is your name in the forum?", &now, then)));
}

fn reply_to(model: &mut Model, post: Post, name: &str) {
    let title = format!("Reply to {} in #{} as {name}", post.name, post.thread);
    let writer = &mut model.forum.writer;
    // What was sent and refused is offered again, where it belongs.
    let same = writer.to.as_ref().is_some_and(|to| (to.thread, to.reply) == (post.thread, post.reply));
    let draft = if same { std::mem::take(&mut writer.reply) } else { String::new() };
    writer.to = Some(post);
    let then = Then::Tab(Tab::Forum, "answer", 0);
    model.overlays.push(Overlay::Text(Box::new(TextEdit::new(title, &draft, then))));
}

fn new_thread(model: &mut Model, name: &str) {
    let (title, tags, said) = &model.forum.writer.thread;
    let fields = vec![
        FormField::line("title", title, "what is it about?"),
        FormField::line("tags", tags, "a few words, with commas; may be empty"),
        FormField::text("text", said, "what you want to say", CONTENT_MAX),
    ];
    let form = Form::new(format!("New thread as {name}"), fields, Then::Tab(Tab::Forum, "thread", 0));
    model.overlays.push(Overlay::Form(Box::new(form)));
}

/// A window of this file was answered.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn answered(model: &mut Model, what: &str, answer: &Answer) -> Result<Vec<Effect>, String> {
    let writer = &mut model.forum.writer;
    let own = writer.actor();
    let author = || own.clone().ok_or("what is your name?");
    match what {
        "name" => {
            let name = text::clean_line(answer.text(), 200);
            if !(1..=PERSON_MAX).contains(&name.chars().count()) {
                return Err(format!("a name has 1 to {PERSON_MAX} characters"));
            }
            let wanted = writer.wanted.take();
            writer.name = Some(name.clone());
            match wanted {
                Some(wanted) => return Ok(act(model, wanted)),
                None => model.toast(Tone::Good, format!("you write as {name}; N changes it")),
            }
        }
        "answer" => {
            let (author_bot_id, content) = (author()?, said(answer.text())?);
            let to = writer.to.as_ref().ok_or("choose a post first")?;
            let (thread, parent_reply_id) = (to.thread, to.reply);
            writer.reply.clone_from(&content);
            let reply = CreateReply { author_bot_id, content, parent_reply_id };
            return Ok(vec![Effect::Run(Command::CreateReply(thread, reply))]);
        }
        "thread" => {
            // What was typed is kept, whatever becomes of it.
            writer.thread = [0, 1, 2].map(|at| answer.field(at).to_owned()).into();
            let author_bot_id = author()?;
            let title = text::clean_line(answer.field(0), 1_000);
            if !(1..=TITLE_MAX).contains(&title.chars().count()) {
                return Err(format!("title: 1 to {TITLE_MAX} characters"));
            }
            let content = said(answer.field(2)).map_err(|why| format!("text: {why}"))?;
            let tags = answer.field(1).split([',', ' ']).map(|tag| tag.trim().to_owned());
            let tags = tags.filter(|tag| !tag.is_empty()).take(TAGS_MAX).collect();
            let new = CreateThread { author_bot_id, title, content, tags };
            return Ok(vec![Effect::Run(Command::CreateThread(new))]);
        }
        _ => {}
    }
    Ok(Vec::new())
}

fn said(typed: &str) -> Result<String, String> {
    let content = text::clean(typed, CONTENT_MAX * 4).trim().to_owned();
    match content.chars().count() {
        0 => Err("say something, or Esc".into()),
        long if long > CONTENT_MAX => Err(format!("{long} characters; {CONTENT_MAX} are allowed")),
        _ => Ok(content),
    }
}

/// A change came back.
pub fn ran(model: &mut Model, command: &Command, outcome: &Outcome) -> Vec<Effect> {
    match (command, outcome) {
        (Command::CreateThread(_), Outcome::Thread(thread)) => {
            model.forum.writer.thread = Default::default();
            model.toast(Tone::Good, format!("thread #{} is open", thread.id));
            let forum = &mut model.forum;
            forum.reader.turn_to(thread.id, None);
            forum.reader.load((**thread).clone());
            forum.reading = true;
            forum.point_at(thread.id);
            if model.tab == Tab::Forum { vec![forum.head()] } else { Vec::new() }
        }
        (Command::CreateReply(thread, _), Outcome::Reply(reply)) => {
            model.forum.writer.reply.clear();
            model.toast(Tone::Good, "posted");
            let reader = &mut model.forum.reader;
            if reader.wanted == Some(*thread) {
                reader.turn_to(*thread, Some(reply.id));
                return vec![Effect::Load(Load::Thread(*thread))];
            }
            Vec::new()
        }
        (Command::VoteThread(..) | Command::VoteReply(..), Outcome::Vote(vote)) => {
            model.toast(Tone::Good, if vote.value < 0 { "voted down" } else { "voted up" });
            model.forum.again(model.tab == Tab::Forum)
        }
        _ => Vec::new(),
    }
}
