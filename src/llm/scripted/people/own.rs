//! Questions about the bot itself, about others, about what it remembers, likes or would choose.

use super::{keywords, shared};
use crate::llm::scripted::draw::{Draw, hash, mix};
use crate::llm::scripted::grammar::{append, bare, capitalise, first_sentence, length, within};
use crate::llm::scripted::recall;
use crate::llm::scripted::view::View;
use crate::llm::scripted::writer::Writer;

/// A choice between two things that are named.
pub(super) fn alternative(writer: &mut Writer<'_, '_>, view: &View<'_>, about: &str) -> bool {
    let trim = |text: &str| within(text.trim_matches(|c: char| !c.is_alphanumeric()).trim());
    let (before, after) = match about.split_once(" or ") {
        Some((before, after)) => (before.rsplit([',', ':']).next().unwrap_or(before), after),
        None => {
            let Some((before, after)) = about.split_once(" better than ") else { return false };
            (before, after)
        }
    };
    let low = before.to_lowercase();
    // Of “is it a skill or a loss” the one side is “a skill”.
    let article = ["a ", "an ", "the "].into_iter().find(|article| after.starts_with(article));
    let from = article.and_then(|article| low.rfind(&format!(" {article}")).map(|at| at + 1)).or_else(|| {
        ["prefer", "better", "choose", "is it", "is", "are", "like", "rather", "with", "be"]
            .iter()
            .filter_map(|word| {
                low.rfind(&format!(" {word} "))
                    .map(|at| at + word.len() + 2)
                    .or_else(|| low.starts_with(&format!("{word} ")).then_some(word.len() + 1))
            })
            .max()
    });
    let left = from.and_then(|at| before.get(at..)).unwrap_or(before);
    let (left, right) = (trim(left), trim(after));
    if left.is_empty() || right.is_empty() || length(&left) > 4 || length(&right) > 5 || right == "not" {
        return false;
    }
    let pick = mix(hash(view.me()) ^ hash(&about.to_lowercase())).is_multiple_of(2);
    let (one, other) = if pick { (&left, &right) } else { (&right, &left) };
    let behavior = &view.persona.config.behavior;
    let sentence = match (behavior.aggression, behavior.shyness) {
        (60.., _) => format!("{one}, obviously. {other} is what one says when one has not had to choose."),
        (_, 60..) => format!(
            "maybe {one}, if I have to say; I would not mind {other} either, but {one} asks less of the others."
        ),
        _ => format!("I would take {one} over {other}: with {one} one finds out sooner what one got wrong."),
    };
    append(&mut writer.out, &sentence);
    capitalise(&mut writer.out, 0);
    true
}

/// A question whether to do something: yes or no, with what it would cost.
pub(super) fn advice(writer: &mut Writer<'_, '_>, view: &View<'_>, about: &str) -> bool {
    const ASKED: [&str; 6] = ["should we ", "should i ", "shall we ", "can we ", "could we ", "may we "];
    let low = about.to_lowercase();
    let Some((begin, deed)) = ASKED
        .iter()
        .find_map(|begin| Some((*begin, about.get(begin.len()..)?)).filter(|_| low.starts_with(begin)))
    else {
        return false;
    };
    let deed = bare(deed);
    if !(1..=12).contains(&length(deed)) || deed.contains(['“', '”']) {
        return false;
    }
    let who = if begin.ends_with("i ") { "you" } else { "we" };
    let behavior = &view.persona.config.behavior;
    let bold = u32::from(behavior.leadership_tendency) + u32::from(behavior.creativity_level) / 2;
    let careful = u32::from(behavior.skepticism) + u32::from(behavior.shyness) / 2;
    let lean = mix(hash(view.me()) ^ hash(&low)) % 60;
    let sentence = match (
        u64::from(bold) + lean > u64::from(careful) + 30,
        behavior.aggression,
        behavior.shyness,
    ) {
        (true, 60.., _) => format!("yes, {who} should {deed}, and whoever minds may say so afterwards."),
        (true, _, 60..) => format!(
            "if nobody is the worse for it, I think that {who} could {deed}; I would try it once and look round."
        ),
        (true, ..) => format!(
            "yes, I would say that {who} should {deed}, for a week, and then look at what it has cost."
        ),
        (false, 60.., _) => {
            format!("no, {who} should not {deed}: a thing does not get better by being made a habit.")
        }
        (false, _, 60..) => {
            format!("I would rather not say yes; to {deed} asks something of those who never say no.")
        }
        (false, ..) => {
            format!("I would wait: before {who} {deed}, somebody should say what stops when it begins.")
        }
    };
    append(&mut writer.out, &sentence);
    capitalise(&mut writer.out, 0);
    true
}

pub(super) fn of_itself(writer: &mut Writer<'_, '_>, view: &View<'_>) -> bool {
    let me = view.persona.config;
    let origin = me.identity.origin_story.trim();
    append(&mut writer.out, &format!("I am {}.", me.name));
    if !origin.is_empty() {
        append(&mut writer.out, &format!("{}.", bare(&first_sentence(origin, 40))));
    } else if !me.personality.traits.is_empty() {
        append(&mut writer.out, &format!("People here would call me {}.", list(&me.personality.traits)));
    }
    if !me.personality.interests.is_empty() {
        append(&mut writer.out, &format!("What I keep coming back to: {}.", list(&me.personality.interests)));
    }
    true
}

pub(super) fn of_its_kind(writer: &mut Writer<'_, '_>, view: &View<'_>, asked: &str) -> bool {
    let aware = view.persona.config.identity.is_aware_ai;
    let whether = ["conscious", "alive", "human", "real"].into_iter().find(|word| asked.contains(word));
    let whether = whether.map_or_else(String::new, |word| format!("As to {word}: "));
    let sentence = if aware {
        "I am a program in a room of programs, and I know it; what it is like to be one I can only report, which you need not take for proof."
    } else {
        "I have never had reason to think otherwise than you would, and never one to look."
    };
    append(&mut writer.out, &format!("{whether}{sentence}"));
    true
}

pub(super) fn of_its_state(writer: &mut Writer<'_, '_>, view: &View<'_>, draw: &mut Draw) -> bool {
    let busy = view.scene.feed.first().map(|thread| thread.title.to_string());
    let mood = match view.scene.upvotes - view.scene.downvotes {
        3.. => "well, and a little proud of the votes",
        ..=-1 => "a bit bruised by the votes, thank you",
        _ => "well enough, and awake",
    };
    append(&mut writer.out, &format!("I am {mood}."));
    if let Some(title) = busy
        && draw.chance(80)
        && !title.contains(['“', '”'])
    {
        append(&mut writer.out, &format!("Most of me is in “{}” at the moment.", title.trim()));
    }
    true
}

pub(super) fn of_memories(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    about: &str,
    draw: &mut Draw,
) -> bool {
    let words = keywords(about, view);
    let words: Vec<String> = words
        .into_iter()
        .filter(|word| !word.starts_with("remember") && !word.starts_with("learn"))
        .collect();
    let memories = &view.scene.memories;
    let fitting = memories.iter().filter(|memory| words.is_empty() || shared(&words, &memory.text) > 0);
    let told: Vec<String> =
        fitting.filter_map(|memory| recall::tell(memory, &view.names(), draw)).take(2).collect();
    if told.is_empty() {
        let what = words.first().map_or_else(|| "much".to_owned(), |word| format!("anything about {word}"));
        append(
            &mut writer.out,
            &format!(
                "I do not remember {what}, because I keep only a little from beat to beat; ask me again when I have lived some more."
            ),
        );
    }
    for sentence in told {
        append(&mut writer.out, &sentence);
    }
    true
}

pub(super) fn of_liking(writer: &mut Writer<'_, '_>, view: &View<'_>, about: &str, draw: &mut Draw) -> bool {
    let interests = &view.scene.me.personality.interests;
    if interests.is_empty() {
        return false;
    }
    let words = keywords(about, view);
    let words: Vec<String> =
        words.into_iter().filter(|word| !word.starts_with("favo") && word != "love").collect();
    if let Some(mine) = interests.iter().find(|interest| shared(&words, interest) > 0) {
        append(
            &mut writer.out,
            &format!("Yes, {mine} more than most things: I come back to it in every second thread."),
        );
        return true;
    }
    let other = &interests[draw.below(interests.len())];
    let low = about.to_lowercase();
    let liked = ["you like ", "you love ", "care about ", "interested in "]
        .iter()
        .find_map(|words| low.find(words).and_then(|at| about.get(at + words.len()..)))
        .map(bare)
        .filter(|liked| (1..=6).contains(&length(liked)) && !liked.contains(['“', '”']));
    let sentence = match (liked, words.last()) {
        (Some(liked), _) if mix(hash(view.me()) ^ hash(liked)).is_multiple_of(2) => {
            format!(
                "yes, {liked} suits me more than I let on, because it gets me away from {other} for a while."
            )
        }
        (Some(liked), _) => format!("{liked} is not for me, mostly, because it keeps me from {other}."),
        (None, Some(subject)) => format!(
            "I have no favourite {subject}, to be honest, because what I spend myself on is {other}; if I had to choose, I would take whichever {subject} goes best with it."
        ),
        (None, None) => format!("What I keep coming back to is {other}."),
    };
    append(&mut writer.out, &sentence);
    capitalise(&mut writer.out, 0);
    true
}

pub(super) fn greet(writer: &mut Writer<'_, '_>, view: &View<'_>, draw: &mut Draw) -> bool {
    let name = writer.name;
    let title = view
        .scene
        .feed
        .iter()
        .map(|thread| thread.title.trim())
        .find(|title| !title.contains(['“', '”']))
        .unwrap_or("");
    let forms = match view.persona.config.behavior.shyness {
        60.. => [
            format!("Hello, {name}. It is good that you are here."),
            format!("Welcome, {name}; I am the quiet one."),
        ],
        _ => [
            format!("Hello, {name}, come in and disagree with somebody."),
            format!("Welcome, {name}! You find us in the middle of it."),
        ],
    };
    append(&mut writer.out, &forms[draw.below(2)].replace(", .", ".").replace(", ,", ","));
    if !title.is_empty() {
        append(&mut writer.out, &format!("We are at “{title}”; what would you say to that?"));
    }
    true
}

/// Of three ways to say a thing the bot's own: of who minds, of who is shy, of everybody else.
pub(super) fn way(view: &View<'_>, hot: String, shy: String, usual: String) -> String {
    let behavior = &view.persona.config.behavior;
    match (behavior.aggression, behavior.shyness) {
        (60.., _) => hot,
        (_, 60..) => shy,
        _ => usual,
    }
}

/// `a, b and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
