//! How each thing is told to a model: one entry, one line, whatever was written in it.
//!
//! Every text from outside goes through [`inline`]: its line breaks become spaces, so that nothing
//! inside the marks begins like an entry unless it is written here.

use super::hours::Hours;
use super::relevant::relevant;
use super::{number, push};
use crate::domain::scene::{Acquaintance, Deed, FeedReply, FeedThread, OwnPost, Recalled, SceneEvent};
use crate::domain::similarity::TermSet;
use crate::domain::text::cut_words;
use crate::domain::{Actor, MemoryKind, PersonalityConfig};

/// What stands before the answer that is to be repaired, at the beginning of a line.
pub(crate) const ANSWERED: &str = "\n- You answered: ";

/// Writes a text in one line and at most `most` characters; `true` when something of it is missing.
pub(super) fn inline(text: &str, most: usize, out: &mut String) -> bool {
    let less = text.len() > most && text.chars().nth(most).is_some();
    let kept = if less { std::borrow::Cow::Owned(cut_words(text, most)) } else { text.into() };
    if !is_broken(&kept) {
        out.push_str(&kept);
        return less;
    }
    for (at, word) in kept.split_whitespace().enumerate() {
        push(out, &[if at > 0 { " " } else { "" }, word]);
    }
    less
}

/// Whether there is white space in `text` other than spaces: the gate leaves line breaks, others end a line somewhere.
fn is_broken(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Where every blank begins that is no space, but for those of general punctuation: many texts have a dash, a
    // quotation mark or an ellipsis, which begin like them.
    let may = |byte: u8| matches!(byte, b'\t'..=b'\r' | 0xc2 | 0xe1 | 0xe3);
    // In blocks, so that a block is looked at in one go.
    let block = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | may(*byte));
    let blank = |at: usize| {
        matches!(bytes[at + 1..], [0x80, 0x80..=0x8a | 0xa8 | 0xa9 | 0xaf, ..] | [0x81, 0x9f, ..])
    };
    bytes.chunks(64).any(block) && text.contains(|c: char| c != ' ' && c.is_whitespace())
        || memchr::memchr_iter(0xe2, bytes).any(blank)
}

/// Who the bot is, line by line.
pub(super) fn identity(me: &PersonalityConfig) -> Vec<String> {
    let persona = &me.personality;
    let listed = |label: &str, words: &[String], between: &str| {
        let words: Vec<&str> = words.iter().map(|word| word.trim().trim_end_matches('.')).collect();
        (!words.is_empty()).then(|| format!("{label}: {}.\n", words.join(between)))
    };
    let mut lines = vec![format!("You are {} ({}).\n", me.name, me.id)];
    lines.extend(listed("Traits", &persona.traits, ", "));
    lines.extend(listed("Style", std::slice::from_ref(&persona.communication_style), ""));
    lines.extend(listed("Interests", &persona.interests, ", "));
    lines.extend(listed("Habits", &persona.quirks, "; "));
    if !me.identity.origin_story.is_empty() {
        lines.push(format!("Origin: {}\n", me.identity.origin_story));
    }
    lines.push(
        if me.identity.is_aware_ai {
            "You know that you are an AI and make no fuss about it.\n"
        } else {
            "You speak as a person would and never about being a machine.\n"
        }
        .to_owned(),
    );
    if me.identity.self_reflective {
        lines.push("Now and then you reflect on why you think what you think.\n".to_owned());
    }
    lines
}

/// A member: with what it is like, or with its name alone.
pub(super) fn member(other: &Acquaintance, form: usize, out: &mut String) -> bool {
    out.push_str("- ");
    inline(&other.name, 60, out);
    push(out, &[" (", &other.id, ")"]);
    if form == 0 {
        for (at, word) in other.config.personality.traits.iter().enumerate() {
            out.push_str(if at == 0 { ": " } else { ", " });
            inline(word, 60, out);
        }
    }
    if other.followed {
        out.push_str("; you follow it");
    }
    if other.interactions > 0 && other.sentiment.abs() > 0.3 {
        out.push_str(if other.sentiment > 0.0 { "; you get on well" } else { "; it is tense between you" });
    }
    out.push('\n');
    form > 0
}

/// An event in force.
pub(super) fn event(event: &SceneEvent, most: usize, out: &mut String) -> bool {
    push(out, &["- ", &event.severity, " ", &event.event_type, ": "]);
    inline(&event.title, 120, out);
    out.push_str(". ");
    let less = inline(&event.description, most.saturating_sub(160).max(80), out);
    out.push('\n');
    less
}

/// A post of the bot's own. The title is told where the thread does not stand below.
pub(super) fn own_post(own: &OwnPost, in_feed: bool, most: usize, out: &mut String) -> bool {
    out.push_str(if own.reply_id.is_none() { "- opened #" } else { "- in #" });
    number(out, own.thread_id);
    if !in_feed || own.reply_id.is_none() {
        out.push_str(" “");
        inline(&own.title, 60, out);
        out.push('”');
    }
    out.push_str(": ");
    inline(&own.content, OWN_MAX.min(most.saturating_sub(90)), out);
    out.push('\n');
    false
}

/// Characters told of a post of the bot's own: enough not to say it again.
const OWN_MAX: usize = 110;

/// Something the bot did.
pub(super) fn deed(deed: &Deed, hours: &Hours, most: usize, out: &mut String) -> bool {
    out.push_str("- ");
    hours.short(deed.at, out);
    out.push_str(": ");
    let less = inline(&deed.line, most.saturating_sub(30), out);
    out.push('\n');
    less
}

/// What a memory is introduced by.
fn introduced(memory: &Recalled, out: &mut String) {
    match memory.kind {
        MemoryKind::Fact if memory.source.is_empty() || memory.source == "observation" => {
            out.push_str("You learned: ")
        }
        MemoryKind::Fact => push(out, &["You looked up (", &memory.source, "): "]),
        MemoryKind::Relationship => {
            out.push_str("About ");
            inline(&memory.key, 80, out);
            out.push_str(": ");
        }
        MemoryKind::Opinion => {
            out.push_str("You hold about ");
            inline(&memory.key, 80, out);
            out.push_str(": ");
        }
        MemoryKind::Interest => out.push_str("You are interested in "),
        MemoryKind::Moment => out.push_str("You remember: "),
        MemoryKind::Cold => out.push_str("From longer ago: "),
        MemoryKind::Era => out.push_str("From long ago: "),
    }
}

/// A recalled memory; of a summary the sentences that have most to do with `about`.
pub(super) fn memory<'a>(
    memory: &Recalled,
    about: &dyn Fn() -> &'a TermSet,
    most: usize,
    out: &mut String,
) -> bool {
    out.push_str("- ");
    introduced(memory, out);
    let less = match memory.kind {
        MemoryKind::Cold | MemoryKind::Era => {
            let told = relevant(&memory.text, about, most / 2);
            inline(&told, most / 2, out) || told.len() < memory.text.trim().len()
        }
        MemoryKind::Interest => inline(&memory.key, most.saturating_sub(40), out),
        _ => inline(&memory.text, most.saturating_sub(120), out),
    };
    out.push('\n');
    less
}

/// Whose post it is, as told to the one who looks. A person may bear the name of a bot, and is told from it.
fn author(id: &str, name: &str, is_me: bool, out: &mut String) {
    if is_me {
        out.push_str("you");
        return;
    }
    inline(name, 60, out);
    if Actor::of(id).is_person() {
        out.push_str(" (a person)");
    }
}

fn score(score: i64, my_vote: Option<i8>, out: &mut String) {
    if score != 0 {
        out.push_str(if score > 0 { ", +" } else { ", " });
        number(out, score);
    }
    match my_vote {
        Some(1) => out.push_str(", you voted up"),
        Some(_) => out.push_str(", you voted down"),
        None => {}
    }
}

/// Who reads a thread, and when.
pub(super) struct Reading<'a> {
    pub(super) me: &'a str,
    pub(super) hours: &'a Hours,
    /// Replies that are told elsewhere.
    pub(super) asked: &'a [i64],
}

/// How much is told of a thread: everything that is seen of it, its last words, its title.
const FORMS: [(usize, usize, usize); 2] = [(400, 5, 300), (160, 2, 200)];

/// The forms of a thread.
pub(super) const THREAD_FORMS: usize = FORMS.len() + 1;

impl Reading<'_> {
    fn head(&self, thread: &FeedThread, out: &mut String) {
        out.push('#');
        number(out, thread.id);
        out.push_str(" “");
        inline(&thread.title, 120, out);
        out.push_str("” by ");
        author(&thread.author, &thread.author_name, *thread.author == *self.me, out);
        out.push_str(", ");
        self.hours.short(thread.created_at, out);
        score(thread.score, thread.my_vote, out);
        if thread.reply_count > 0 {
            out.push_str(", ");
            number(out, thread.reply_count);
            out.push_str(if thread.reply_count == 1 { " reply" } else { " replies" });
        }
    }

    /// A thread in one of its forms; its newest replies go in first.
    pub(super) fn thread(&self, thread: &FeedThread, form: usize, most: usize, out: &mut String) -> bool {
        let start = out.len();
        self.head(thread, out);
        let Some((opening, replies, each)) = FORMS.get(form).copied() else {
            if let Some(last) = thread.replies.last() {
                out.push_str(", the last by ");
                author(&last.author, &last.author_name, *last.author == *self.me, out);
                out.push_str(", ");
                self.hours.short(last.created_at, out);
            }
            out.push('\n');
            return true;
        };
        out.push_str(":\n  ");
        let mut less = inline(&thread.content, opening.min(most / 2), out);
        out.push('\n');
        let mut left = most.saturating_sub(out[start..].chars().count());
        let shown = || thread.replies.iter().filter(|reply| !self.asked.contains(&reply.id));
        let mut lines: Vec<String> = Vec::with_capacity(replies);
        for reply in shown().rev().take(replies) {
            let mut line = String::with_capacity(each + 60);
            let cut = self.reply(thread, reply, each, &mut line);
            let size = line.chars().count();
            if size > left {
                break;
            }
            left -= size;
            less |= cut;
            lines.push(line);
        }
        less |= lines.len() < shown().count();
        lines.iter().rev().for_each(|line| out.push_str(line));
        less
    }

    fn reply(&self, thread: &FeedThread, reply: &FeedReply, most: usize, out: &mut String) -> bool {
        out.push_str("  reply ");
        number(out, reply.id);
        out.push_str(" by ");
        author(&reply.author, &reply.author_name, *reply.author == *self.me, out);
        // What it answers is told where it can be seen.
        if let Some(parent) =
            reply.parent_reply_id.filter(|id| thread.replies.iter().any(|other| other.id == *id))
        {
            out.push_str(" to ");
            number(out, parent);
        }
        out.push_str(", ");
        self.hours.short(reply.created_at, out);
        score(reply.score, reply.my_vote, out);
        out.push_str(": ");
        let less = inline(&reply.content, most, out);
        out.push('\n');
        less
    }

    /// What waits for an answer: the newest post of a thread that is meant for the bot.
    pub(super) fn asked(&self, thread: &FeedThread, most: usize, out: &mut String) -> bool {
        let Some(reply) = thread.replies.iter().find(|reply| reply.for_me) else {
            out.push_str("- ");
            author(&thread.author, &thread.author_name, false, out);
            out.push_str(" names you in the opening post of #");
            number(out, thread.id);
            out.push_str(".\n");
            return false;
        };
        let answers = reply.answered(&thread.author) == self.me;
        out.push_str("- ");
        author(&reply.author, &reply.author_name, false, out);
        out.push_str(if answers { " answers you in #" } else { " names you in #" });
        number(out, thread.id);
        out.push_str(", reply ");
        number(out, reply.id);
        out.push_str(", ");
        self.hours.short(reply.created_at, out);
        score(reply.score, reply.my_vote, out);
        out.push_str(": ");
        let less = inline(&reply.content, most.saturating_sub(100), out);
        out.push('\n');
        less
    }
}

/// The reply that asks something of the bot, if it is a reply.
pub(super) fn asking(thread: &FeedThread) -> Option<i64> {
    thread.replies.iter().find(|reply| reply.for_me).map(|reply| reply.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_but_a_space_breaks_a_line() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = format!("said “{c}” — and…");
            assert_eq!(is_broken(&text), c != ' ' && c.is_whitespace(), "{c:?}");
        }
    }
}
