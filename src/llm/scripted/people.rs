//! Answering a person: by name, on the question, with what the bot knows, holds or remembers.

mod bonds;
mod here;
mod kinds;
mod known;
mod own;

use self::kinds::Kind;
use self::known::on_subject;
use self::own::{advice, alternative, greet, of_its_kind, of_its_state, of_itself, of_liking, of_memories};
use super::draw::Draw;
use super::grammar::length;
use super::rules;
use super::temper::Calls;
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
    "come",
    "comes",
    "take",
    "takes",
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
    Some(to(view, post.name(), post.content(), super::reply::subject(post.thread), draw))
}

/// Whether `text` asks something that names nothing, such as “And why?”.
pub(super) fn is_bare(view: &View<'_>, text: &str) -> bool {
    question(text, view).is_some_and(|asked| {
        let lower = format!(" {} .", plain(&asked));
        keywords(&asked, view).is_empty() && named_in(view, &lower) == 0 && kinds::of(&lower).is_none()
    })
}

/// The issue that a question is about.
pub(super) fn subject(view: &View<'_>, text: &str) -> Option<usize> {
    let asked = question(text, view)?;
    known::subject(&asked, &keywords(&asked, view))
}

/// The answer to what `name` wrote where `here` is talked about.
pub(super) fn to(view: &View<'_>, name: &str, text: &str, here: Option<usize>, draw: &mut Draw) -> String {
    let question = question(text, view);
    let mut writer = Writer::new(view, name, draw);
    writer.restates = true;
    // They were not there.
    writer.patience = Patience::Old;
    let asked = question.is_some();
    let about = question.unwrap_or_else(|| text.trim().to_owned());
    let lower = format!(" {} .", plain(&about));
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(&format!(" {word}")));
    let words = keywords(&about, view);
    let argued = known::is_argued(view, &about);
    // “What do you believe?” names what it asks after, and no topic.
    let kind = kinds::of(&lower).filter(|_| asked && (!argued || words.len() < 2));
    if let Some(kind) = kind
        && personal(&mut writer, view, kind, &lower, draw)
    {
        return named(writer, draw);
    }
    // “Why?” and “Do you agree?” are about what is talked of.
    if let Some(at) = here.filter(|_| asked && words.is_empty() && named_in(view, &lower) == 0)
        && known::of_issue(&mut writer, view, at, &lower, draw)
    {
        return named(writer, draw);
    }
    let known =
        view.scene.roster.iter().find(|other| lower.contains(&format!(" {} ", other.name.to_lowercase())));
    let done = if asked {
        if let Some(other) = known.filter(|_| {
            has(&[
                "think of",
                "think about",
                "like ",
                "trust",
                "feel about",
                "know about",
                "get along",
                "get on",
                "who is",
                "who's",
                "make of",
                "agree with",
                "tell me about",
            ])
        }) {
            bonds::of_another(&mut writer, view, other)
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
        } else if argued {
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
    if asked && !words.is_empty() && shared(&words, &writer.out) == 0 {
        writer.out = format!("You ask {}. {}", known::quoted(&about), writer.out);
    }
    named(writer, draw)
}

/// The answer to a question of `kind`. Whether there was one.
fn personal(writer: &mut Writer<'_, '_>, view: &View<'_>, kind: Kind, lower: &str, draw: &mut Draw) -> bool {
    match kind {
        Kind::Asker => bonds::asker(writer, view),
        Kind::Meaning => here::meaning(writer, view, draw),
        Kind::Members => here::members(writer, view),
        Kind::Itself => of_itself(writer, view),
        Kind::State => of_its_state(writer, view, draw),
        Kind::Nature => of_its_kind(writer, view, lower),
        Kind::Turned => here::turned(writer, view, draw),
        // “Do you disagree with Rex?” is about Rex.
        Kind::Rival | Kind::Ally | Kind::Dearest if named_in(view, lower) == 1 => false,
        Kind::Dearest => bonds::dearest(writer, view, lower),
        Kind::Rival => bonds::rival(writer, view),
        Kind::Ally => bonds::ally(writer, view),
        Kind::Plans => here::plans(writer, view),
        Kind::Deeds => here::deeds(writer, view),
        Kind::Belief => here::belief(writer, view, draw),
        Kind::Room => here::room(writer, view),
        Kind::Standing => here::standing(writer, view),
        Kind::Wish => here::wish(writer, view, lower, draw),
        Kind::Clock => here::clock(writer, view),
        Kind::Joke => here::entertain(writer, view, true, draw),
        Kind::Tale => here::entertain(writer, view, false, draw),
    }
}

/// How many of the others `lower` names.
fn named_in(view: &View<'_>, lower: &str) -> usize {
    let names = |name: &str| lower.contains(&format!(" {} ", name.to_lowercase()));
    view.scene.roster.iter().filter(|other| names(&other.name)).count()
}

/// What was written, with the name of the one who asked in it.
fn named(writer: Writer<'_, '_>, draw: &mut Draw) -> String {
    let (name, text) = (writer.name, writer.out);
    if name.is_empty() || text.contains(name) {
        return text;
    }
    if writer.view.names().iter().any(|other| text.starts_with(other)) {
        return format!("{name}, {text}");
    }
    let first = rules::sentences(&text).first().map_or(0, |first| first.len());
    let calls = if draw.chance(50) { Calls::First } else { Calls::Within };
    let begun = writer.temper.begun(text[..first].to_owned(), (calls, name), draw);
    format!("{begun}{}", &text[first..])
}

/// What a sentence begins with that asks for something without a question mark.
const REQUESTS: [&str; 12] = [
    "tell ",
    "explain ",
    "describe ",
    "name ",
    "say ",
    "give ",
    "introduce ",
    "recommend ",
    "surprise ",
    "make me ",
    "show ",
    "convince ",
];

/// The last question or request in `text`, without the name of the one it is put to.
fn question(text: &str, view: &View<'_>) -> Option<String> {
    let called = |sentence: &str| {
        let mut asked = sentence.trim().trim_end_matches('?').trim();
        for name in view.names() {
            if let Some(rest) = asked.strip_prefix(name) {
                asked = rest.trim_start_matches([',', ':', ' ', '-', '@']);
            }
        }
        asked.trim_start_matches(['@', ',', ' ']).trim().to_owned()
    };
    if let Some(end) = text.rfind('?') {
        let before = &text[..end];
        let from = before.rfind(['.', '!', '?', '\n']).map_or(0, |at| at + 1);
        return Some(called(&before[from..])).filter(|asked| !asked.is_empty());
    }
    let requested = |asked: &String| {
        let lower = asked.to_lowercase();
        let lower = lower.trim_start_matches("please ").trim_start_matches("can you ");
        REQUESTS.iter().any(|begin| lower.starts_with(begin))
    };
    text.split(['.', '!', '\n']).map(called).rev().find(requested)
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
