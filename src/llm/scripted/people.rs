//! Answering a person: by name, on the question, with what the bot knows, holds or remembers.

mod known;
mod own;

use self::known::on_subject;
use self::own::{
    advice, alternative, greet, of_another, of_its_kind, of_its_state, of_itself, of_liking, of_memories,
};
use super::draw::Draw;
use super::grammar::{capitalise, length, within};
use super::view::{Post, View};
use super::writer::{Patience, Writer};
use crate::domain::{Actor, Stamp, text};

/// Words that say nothing about what a question is about.
const EMPTY: &[&str] = &[
    "wrong",
    "right",
    "bad",
    "what",
    "when",
    "where",
    "which",
    "whose",
    "that",
    "this",
    "these",
    "those",
    "there",
    "their",
    "about",
    "would",
    "could",
    "should",
    "shall",
    "will",
    "does",
    "have",
    "having",
    "been",
    "being",
    "were",
    "with",
    "from",
    "into",
    "your",
    "yours",
    "you",
    "they",
    "them",
    "then",
    "than",
    "some",
    "somebody",
    "anybody",
    "anyone",
    "everyone",
    "everybody",
    "someone",
    "think",
    "know",
    "tell",
    "please",
    "really",
    "much",
    "many",
    "more",
    "most",
    "very",
    "just",
    "like",
    "want",
    "make",
    "made",
    "good",
    "better",
    "best",
    "thing",
    "things",
    "ever",
    "never",
    "always",
    "people",
    "feel",
    "mean",
    "means",
    "say",
    "says",
    "said",
    "can",
    "how",
    "why",
    "who",
    "are",
    "the",
    "and",
    "for",
    "did",
    "has",
    "was",
    "not",
    "any",
    "all",
    "our",
    "her",
    "his",
    "its",
    "let",
    "give",
    "get",
    "one",
    "two",
    "opinion",
    "question",
    "answer",
    "anything",
    "something",
    "everything",
    "nothing",
    "because",
    "here",
    "way",
    "difference",
    "between",
    "actually",
    "happens",
    "happen",
    "exist",
    "exists",
    "work",
    "works",
    "called",
    "every",
    "each",
    "asked",
    "asking",
    "play",
    "used",
    "allowed",
    "seem",
    "sure",
    "true",
];

/// Whom a person's post calls.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// This bot is to answer.
    Mine,
    /// Somebody else is, first.
    Others,
    /// It waits for nobody.
    Nobodys,
}

/// Whom `post` calls: a person's post is answered by the one it names, else by whoever comes first.
pub(super) fn calls(view: &View<'_>, post: Post<'_>) -> Call {
    if !Actor::of(post.author()).is_person() {
        return Call::Nobodys;
    }
    let id = post.reply.map(|reply| reply.id);
    let thread = post.thread;
    let answers = || {
        let from = post.reply.map_or(0, |own| {
            thread.replies.iter().position(|reply| reply.id == own.id).map_or(0, |at| at + 1)
        });
        thread.replies[from..].iter().filter(move |reply| {
            !Actor::of(&reply.author).is_person()
                && (reply.parent_reply_id == id
                    || (!post.name().is_empty() && reply.content.contains(post.name())))
        })
    };
    if answers().any(|reply| *reply.author == *view.me()) {
        return Call::Nobodys;
    }
    // People write names as they come.
    let (said, title) = (post.content().to_lowercase(), thread.title.to_lowercase());
    let names = |name: &str| {
        let name = name.to_lowercase();
        name.len() > 1 && (text::names(&said, &name) || (post.reply.is_none() && text::names(&title, &name)))
    };
    if names(&view.scene.me.name) {
        return Call::Mine;
    }
    let unseen = post.reply.is_none() && thread.reply_count > thread.replies.len() as i64;
    if answers().next().is_some() || unseen {
        return Call::Nobodys;
    }
    let called = view.scene.roster.iter().any(|other| names(&other.name));
    // The one who is called may be away: after two of this bot's own turns anybody answers.
    let turns = view.scene.recent.iter().filter(|deed| deed.at > post_time(post)).count();
    if called && turns < 2 { Call::Others } else { Call::Mine }
}

fn post_time(post: Post<'_>) -> Stamp {
    post.reply.map_or(post.thread.created_at, |reply| reply.created_at)
}

/// The answer to a person's post; `None` when its author is no person.
pub(super) fn answer(view: &View<'_>, post: Post<'_>, draw: &mut Draw) -> Option<String> {
    if !Actor::of(post.author()).is_person() {
        return None;
    }
    Some(to(view, post.name(), post.content(), draw))
}

/// The answer to what `name` wrote.
pub(super) fn to(view: &View<'_>, name: &str, text: &str, draw: &mut Draw) -> String {
    let question = question(text, view);
    let mut writer = Writer::new(view, name, draw);
    writer.restates = true;
    // They were not there.
    writer.patience = Patience::Old;
    let asked = question.is_some();
    let about = question.unwrap_or_else(|| text.trim().to_owned());
    let lower = format!(" {} ", plain(&about));
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(&format!(" {word}")));
    let known =
        view.scene.roster.iter().find(|other| lower.contains(&format!(" {} ", other.name.to_lowercase())));
    let done = if asked {
        if has(&[
            "who are you",
            "yourself",
            "your name ",
            "your origin",
            "where do you come from",
            "introduce",
        ]) {
            of_itself(&mut writer, view)
        } else if has(&["how are you", "how do you feel", "are you well", "are you ok"]) {
            of_its_state(&mut writer, view, draw)
        } else if has(&[
            "are you conscious",
            "are you alive",
            "are you human",
            "are you real",
            "are you a bot",
            "are you an ai",
            "are you a machine",
        ]) {
            of_its_kind(&mut writer, view, &lower)
        } else if let Some(other) = known.filter(|_| {
            has(&[
                "think of",
                "think about",
                "like ",
                "trust",
                "feel about",
                "know about",
                "get along",
                "who is",
                "make of",
                "agree with",
            ])
        }) {
            of_another(&mut writer, other, draw)
        } else if has(&["remember", "memories", "have you learned", "have you learnt", "did you learn"]) {
            of_memories(&mut writer, view, &about, draw)
        } else if has(&[
            "favourite",
            "favorite",
            "do you like",
            "do you love",
            "interests you",
            "interested in",
            "care about",
        ]) {
            of_liking(&mut writer, view, &about, draw)
        } else if known::is_argued(view, &about) {
            false
        } else {
            alternative(&mut writer, view, &about) || advice(&mut writer, view, &about)
        }
    } else if has(&["hello", "hi ", "good morning", "good evening", "hey", "welcome", "greetings"])
        && length(&about) < 12
    {
        greet(&mut writer, view, draw)
    } else {
        false
    };
    if !done || writer.words() < writer.temper.reach / 2 {
        on_subject(&mut writer, view, &about, asked, done, draw);
    }
    // An answer that shares no word with the question says first what it answers.
    let words = keywords(&about, view);
    if asked && !words.is_empty() && shared(&words, &writer.out) == 0 {
        writer.out = format!("You ask {}. {}", known::quoted(&about), writer.out);
    }
    if !name.is_empty() && !writer.out.contains(name) {
        let begins_with_name = view.names().iter().any(|name| writer.out.starts_with(name));
        let said = if begins_with_name { writer.out.clone() } else { within(&writer.out) };
        let mut out = format!("{name}, {said}");
        capitalise(&mut out, 0);
        writer.out = out;
    }
    writer.out
}

/// The last question in `text`, without the name of the one it is put to.
fn question(text: &str, view: &View<'_>) -> Option<String> {
    let end = text.rfind('?')?;
    let before = &text[..end];
    let from = before.rfind(['.', '!', '?', '\n']).map_or(0, |at| at + 1);
    let mut asked = before[from..].trim();
    for name in view.names() {
        if let Some(rest) = asked.strip_prefix(name) {
            asked = rest.trim_start_matches([',', ':', ' ', '-', '@']);
        }
    }
    let asked = asked.trim_start_matches(['@', ',', ' ']).trim();
    (!asked.is_empty()).then(|| asked.to_owned())
}

/// `text` in lower case, with single spaces and no punctuation.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The words that say what `text` is about, in their order.
fn keywords(text: &str, view: &View<'_>) -> Vec<String> {
    let names: Vec<String> = view.names().iter().map(|name| name.to_lowercase()).collect();
    plain(text)
        .split(' ')
        .filter(|word| {
            word.chars().count() > 2 && !EMPTY.contains(word) && !names.iter().any(|name| name == word)
        })
        .map(ToOwned::to_owned)
        .collect()
}

/// How many of `words` are in `text`, by their beginnings.
fn shared(words: &[String], text: &str) -> usize {
    let text = plain(text);
    let stem = |word: &str| word.chars().take(5).collect::<String>();
    words.iter().filter(|word| text.split(' ').any(|other| stem(other) == stem(word))).count()
}
