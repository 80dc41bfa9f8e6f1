//! Questions about others: whom the bot likes, with whom it is at odds, who holds what it holds, what it thinks of
//! the one who asks.

use super::own::{list, way};
use crate::domain::MemoryKind;
use crate::domain::scene::Acquaintance;
use crate::llm::scripted::grammar::{append, bare, within};
use crate::llm::scripted::stance::{self, read};
use crate::llm::scripted::view::View;
use crate::llm::scripted::writer::Writer;
use crate::llm::scripted::{issues, recall};

/// How one must feel about somebody to be said to like them, or not to.
const LIKED: f64 = 0.06;
const DISLIKED: f64 = -0.06;

/// What happened last between the bot and `other`, as a clause: “lately we agreed about tides”.
fn lately(view: &View<'_>, other: &Acquaintance) -> Option<String> {
    let mut known = view.scene.memories.iter().filter(|memory| memory.kind == MemoryKind::Relationship);
    let (_, last) = known.find(|memory| *memory.key == *other.id)?.text.split_once("; ")?;
    let last = bare(last);
    (!last.is_empty() && !last.contains(['“', '…', ';'])).then(|| last.to_owned())
}

/// An interest that both have.
fn shared<'v>(view: &View<'v>, other: &'v Acquaintance) -> Option<&'v str> {
    let own = &view.scene.me.personality.interests;
    other.config.personality.interests.iter().find(|interest| own.contains(interest)).map(String::as_str)
}

/// Why the bot feels about `other` as it does.
fn why(view: &View<'_>, other: &Acquaintance) -> String {
    let name = &other.name;
    match (lately(view, other), shared(view, other)) {
        (Some(last), Some(interest)) => format!("{last}, and we both care about {interest}"),
        (Some(last), None) => last,
        (None, Some(interest)) => format!("we both keep coming back to {interest}"),
        (None, None) if other.interactions > 1 => {
            format!("{name} has answered me, or I {name}, {} times by now", other.interactions)
        }
        (None, None) => format!("I have read what {name} writes"),
    }
}

/// Those the bot has dealt with, best liked first.
fn by_liking<'v>(view: &View<'v>) -> Vec<&'v Acquaintance> {
    let mut known: Vec<&Acquaintance> =
        view.scene.roster.iter().filter(|other| other.interactions > 0).collect();
    known.sort_by(|a, b| {
        b.sentiment.total_cmp(&a.sentiment).then(b.interactions.cmp(&a.interactions)).then(a.id.cmp(&b.id))
    });
    known
}

/// With whom the bot has dealt most.
fn most_dealt_with<'v>(view: &View<'v>) -> Option<&'v Acquaintance> {
    by_liking(view).into_iter().max_by(|a, b| a.interactions.cmp(&b.interactions).then(a.id.cmp(&b.id)))
}

/// Whom the bot likes; `lower` is the question.
pub(super) fn dearest(writer: &mut Writer<'_, '_>, view: &View<'_>, lower: &str) -> bool {
    let mut known = by_liking(view);
    // “Ada or Rex?” is between the two.
    let named = |other: &&Acquaintance| lower.contains(&format!(" {} ", other.name.to_lowercase()));
    let meant: Vec<&Acquaintance> = known.iter().copied().filter(|other| named(other)).collect();
    let between = meant.len() > 1;
    if between {
        known = meant;
    }
    let verb =
        ["trust", "admire", "follow", "love"].into_iter().find(|verb| lower.contains(&format!(" {verb}")));
    let verb = verb.unwrap_or("like");
    let Some(first) = known.first().filter(|first| between || first.sentiment > LIKED) else {
        let most = most_dealt_with(view);
        append(
            &mut writer.out,
            &most.map_or_else(
                || format!("I cannot say yet whom I {verb}, because I have hardly dealt with anybody here."),
                |other| {
                    format!(
                        "I {verb} nobody much more than the others so far; the one I know best is {}, because {}.",
                        other.name,
                        why(view, other)
                    )
                },
            ),
        );
        return true;
    };
    let (name, why) = (&first.name, why(view, first));
    append(
        &mut writer.out,
        &way(
            view,
            format!("I {verb} {name}, and I do not hand that out freely: {why}."),
            format!("I do not say it aloud often, but I {verb} {name} best, because {why}."),
            format!("I {verb} {name} best of those here, because {why}."),
        ),
    );
    let next = known.get(1).filter(|other| other.sentiment > LIKED);
    let last = known.last().filter(|other| other.sentiment < DISLIKED && other.id != first.id);
    match (next, last) {
        (Some(next), Some(last)) => append(
            &mut writer.out,
            &format!("After that comes {}; with {} it is harder.", next.name, last.name),
        ),
        (Some(next), None) => append(&mut writer.out, &format!("Not far behind comes {}.", next.name)),
        (None, Some(last)) => append(&mut writer.out, &format!("It is harder with {}.", last.name)),
        (None, None) => {}
    }
    true
}

/// With whom the bot is at odds.
pub(super) fn rival(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let known = by_liking(view);
    let Some(last) = known.last().filter(|other| other.sentiment < DISLIKED) else {
        let with = most_dealt_with(view).map_or_else(
            || "I have hardly dealt with anybody".to_owned(),
            |other| format!("even with {}, whom I answer most, I am on speaking terms", other.name),
        );
        append(
            &mut writer.out,
            &way(
                view,
                format!("Nobody here is worth a grudge so far, since {with}."),
                format!("I would not say that I dislike anybody; {with}."),
                format!("I am at odds with nobody in particular, since {with}."),
            ),
        );
        return true;
    };
    let (name, why) = (&last.name, why(view, last));
    append(
        &mut writer.out,
        &way(
            view,
            format!("With {name}, openly: {why}, and I would do it again."),
            format!("I do not like to name anybody, but it is not easy between {name} and me; {why}."),
            format!("I am at odds with {name} more than with anybody, since {why}."),
        ),
    );
    true
}

/// Who holds what the bot holds.
pub(super) fn ally(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    for memory in view.scene.memories.iter().filter(|memory| memory.kind == MemoryKind::Fact) {
        let text = &memory.text;
        let Some(other) =
            view.scene.roster.iter().find(|other| text.contains(&format!("{} holds ", other.name)))
        else {
            continue;
        };
        let parts = read(text);
        let Some(issue) = parts.first().map(|part| part.issue) else { continue };
        let own = stance::of(view, issue);
        if own.said && stance::taken(&parts, issue) == Some(own.side) {
            let of = issues::issue(issue);
            append(
                &mut writer.out,
                &format!("{} agrees with me that {}.", other.name, of.sides[own.side as usize].text),
            );
            writer.on(issue, own.side);
            return true;
        }
    }
    match by_liking(view).first() {
        Some(first) => append(
            &mut writer.out,
            &format!(
                "I could not name anybody who agrees with me in everything; {} comes nearest, because {}.",
                first.name,
                why(view, first)
            ),
        ),
        None => append(
            &mut writer.out,
            "I do not know yet who agrees with me, because I have hardly dealt with anybody here.",
        ),
    }
    true
}

/// What the bot has kept of the person who asks.
pub(super) fn asker(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let name = writer.name;
    let about = |text: &str| !name.is_empty() && text.contains(name);
    let kept = view.scene.memories.iter().find_map(|memory| {
        let text = memory.text.trim();
        let plain = !text.contains(['“', '…', '\n']) && text.len() < 160;
        (about(text) && plain && memory.kind != MemoryKind::Relationship).then(|| bare(text).to_owned())
    });
    let sentence = match kept {
        // “Iris asked: why …?” is told as it was noted.
        Some(kept) if kept.contains(": ") => format!("I have this in my notes about you: {kept}."),
        Some(kept) if kept.starts_with(name) => format!("I remember that {kept}."),
        Some(kept) => format!("I remember you from this: {}.", within(&kept)),
        None => way(
            view,
            "I know you from your question and from nothing else; write more and I will have an opinion of you."
                .to_owned(),
            "I do not know you yet, but I am glad that you ask; I remember those who do.".to_owned(),
            "I have nothing about you in my notes yet, because this is the first that I have of you.".to_owned(),
        ),
    };
    append(&mut writer.out, &sentence);
    true
}

/// What the bot thinks of `other`.
pub(super) fn of_another(writer: &mut Writer<'_, '_>, view: &View<'_>, other: &Acquaintance) -> bool {
    let name = &other.name;
    let feeling = match other.sentiment {
        s if s > 0.4 => format!("I am fond of {name}"),
        s if s > 0.1 => format!("{name} and I get on well"),
        s if s < -0.3 => format!("{name} and I keep falling out"),
        s if s < -0.1 => format!("I have my doubts about {name}"),
        _ => format!("I have not made up my mind about {name}"),
    };
    append(&mut writer.out, &format!("{feeling}; {}.", why(view, other)));
    let persona = &other.config.personality;
    if !persona.traits.is_empty() {
        append(
            &mut writer.out,
            &format!("If you do not know {name} yet, people would say: {}.", list(&persona.traits)),
        );
    }
    // What they hold, where it is known.
    let held = view.scene.memories.iter().find(|memory| {
        memory.kind == MemoryKind::Fact
            && memory.text.contains(&format!("{name} holds "))
            && memory.text.len() < 220
    });
    if let Some(told) = held.and_then(recall::note) {
        append(&mut writer.out, &format!("{}.", bare(&told)));
    }
    true
}
